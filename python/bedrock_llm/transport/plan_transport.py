"""`PlanTransport`: what boto3 would send, sent over aiohttp.

Design on one page:

    call ──────────► CallPlan (kept per operation and model id; made once, in a thread)
              │          └─► JSON body + headers ─► aiohttp POST ─► Reply | EventReader
              └─► Unplannable ─► ClientTransport over the same boto3 client; told once in the log
                                 of `bedrock_llm.transport` and in `fallback_reason`

What may block (importing and asking boto3, reading certificates, refreshing credentials) runs in
threads of its own, so the event loop keeps ticking and a program that fills asyncio's shared
thread pool cannot starve it. Calls of one model that arrive while its plan is made wait for one
plan. Cancelling a call closes its connection; a slow reader of a stream stops the sender, because
chunks are read only when events run out.

Measured against boto3 in threads, CPU per Converse at 32 in flight and per 100-event stream:
`benches/python/compare_transport.py`.
"""

import io
import json
import logging
import threading
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from aiohttp import ClientError, ClientResponse, ClientTimeout

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import BedrockLLMError, ResponseError, StreamError
from bedrock_llm.transport.boto_errors import BOTO_ERRORS, Circumstances, map_boto_error
from bedrock_llm.transport.calls import Call, EventStream, Operation, Reply, StreamFrame
from bedrock_llm.transport.client_source import ClientSource
from bedrock_llm.transport.client_transport import ClientTransport
from bedrock_llm.transport.connections import Connections
from bedrock_llm.transport.http_errors import connection_error
from bedrock_llm.transport.plan import CallPlan, Unplannable, make_plan
from bedrock_llm.transport.service_errors import error_from_reply
from bedrock_llm.transport.setup_threads import result_of, start_in_thread
from bedrock_llm.transport.stream_events import EventReader, stream_error
from bedrock_llm.wire import encode_json

__all__ = ["PlanTransport"]

_LOGGER = logging.getLogger("bedrock_llm.transport")
_LOGGER.addHandler(logging.NullHandler())

_FIRST_ERROR_STATUS = 300
_BYTES_SENT_AT_ONCE = 2**20  # aiohttp wants larger bodies as a file object
_EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream"
_REQUEST_ID = "x-amzn-requestid"

_PlanKey = tuple[Operation, str]


class PlanTransport:
    """Send calls as boto3 would have sent them, for about a sixth of its CPU time."""

    def __init__(self, source: ClientSource, *, config: ModelConfig) -> None:
        self._source = source
        self._connections = Connections(max_concurrency=config.max_concurrency)
        self._fallback = ClientTransport.over_source(source, config=config)
        self._fallback_reason: str | None = None
        self._lock = threading.Lock()
        self._plans: dict[_PlanKey, CallPlan] = {}
        self._pending: dict[_PlanKey, Future[CallPlan | Unplannable]] = {}
        self._reply_timeout = ClientTimeout(
            total=config.timeout_seconds, sock_connect=config.connect_timeout_seconds
        )
        self._stream_timeout = ClientTimeout(
            total=None,
            sock_connect=config.connect_timeout_seconds,
            sock_read=config.idle_timeout_seconds,
        )

    @property
    def fallback_reason(self) -> str | None:
        """Say why boto3 itself sends the calls, or None where the plan is used."""
        return self._fallback_reason

    async def send(self, call: Call) -> Reply:
        """Send a call and wait for its whole reply; see `Transport.send`."""
        plan = self._plans.get((call.operation, call.model_id)) or await self._make_plan(call)
        if plan is None:
            return await self._fallback.send(call)
        try:
            response = await self._post(plan, call, self._reply_timeout)
            async with response:
                body = await response.read()
        except (ClientError, OSError) as error:
            raise connection_error(error, call, plan) from error
        if response.status >= _FIRST_ERROR_STATUS:
            raise _refusal(response, body, call)
        return _reply(response, body, call)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncGenerator[EventStream]:
        """Send a streaming call; see `Transport.stream`."""
        plan = self._plans.get((call.operation, call.model_id)) or await self._make_plan(call)
        if plan is None:
            async with self._fallback.stream(call) as fallback_stream:
                yield fallback_stream
            return
        stream = await self._open_stream(plan, call)
        try:
            yield stream
        finally:
            await stream.aclose()

    async def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        await self._connections.close()
        await self._fallback.close()
        await result_of(start_in_thread(self._source.close))
        with self._lock:
            self._plans.clear()

    async def _post(self, plan: CallPlan, call: Call, timeout: ClientTimeout) -> ClientResponse:  # noqa: ASYNC109  aiohttp's own
        body = encode_json(call.body)
        headers = await plan.headers_for(body)
        # Last of what waits: a session that was found may be closed during any later wait.
        session = self._connections.current() or await self._connections.opened()
        return await session.post(
            plan.url,
            data=body if len(body) <= _BYTES_SENT_AT_ONCE else io.BytesIO(body),
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            **plan.request_options,
        )

    async def _open_stream(self, plan: CallPlan, call: Call) -> "PlanEventStream":
        try:
            response = await self._post(plan, call, self._stream_timeout)
            if response.status >= _FIRST_ERROR_STATUS:
                async with response:
                    raise _refusal(response, await response.read(), call)
        except (ClientError, OSError) as error:
            raise connection_error(error, call, plan) from error
        if _EVENT_STREAM_TYPE not in response.headers.get("content-type", ""):
            response.close()
            raise ResponseError(
                f"{call.operation} on {call.model_id!r} was answered with "
                f"{response.headers.get('content-type')!r}, which is no {_EVENT_STREAM_TYPE}; "
                "check endpoint_url",
                model_id=call.model_id,
                request_id=response.headers.get(_REQUEST_ID),
            )
        return PlanEventStream(response, call)

    async def _make_plan(self, call: Call) -> CallPlan | None:
        """Return the plan of a call, or None where boto3 itself must send it."""
        if self._fallback_reason is not None:
            return None
        key = (call.operation, call.model_id)
        with self._lock:
            pending = self._pending.get(key)
            if pending is None or pending.done():  # done: its caller gave up, and it is stale
                pending = start_in_thread(self._plan_in_thread, call)
                self._pending[key] = pending
        try:
            plan = await result_of(pending)
        finally:
            with self._lock:
                if pending.done() and self._pending.get(key) is pending:
                    del self._pending[key]
        if isinstance(plan, CallPlan):
            return plan
        self._fall_back(plan)
        return None

    def _plan_in_thread(self, call: Call) -> CallPlan | Unplannable:
        try:
            plan = make_plan(self._source, call.operation, call.model_id)
        except BOTO_ERRORS as error:
            circumstances = Circumstances(model_id=call.model_id, operation=call.operation)
            raise map_boto_error(error, circumstances) from error
        if isinstance(plan, CallPlan):
            self._plans[call.operation, call.model_id] = plan
        return plan

    def _fall_back(self, unplannable: Unplannable) -> None:
        with self._lock:
            is_first = self._fallback_reason is None
            self._fallback_reason = unplannable.reason
        if is_first:
            _LOGGER.warning(
                "calls go through boto3 in threads, at several times the CPU time: %s",
                unplannable.reason,
            )


class PlanEventStream:
    """Iterate over the events of one reply as they arrive; see `EventStream`."""

    def __init__(self, response: ClientResponse, call: Call) -> None:
        self._response = response
        self._call = call
        self._request_id: str | None = response.headers.get(_REQUEST_ID)
        self._reader = EventReader(call, request_id=self._request_id)
        self._events = self._iterate()
        self._is_whole = False
        self._is_closed = False

    @property
    def request_id(self) -> str | None:
        """Return AWS's request id, or None where the server sent none."""
        return self._request_id

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Coroutine[Any, Any, StreamFrame]:
        if self._is_closed and not self._is_whole:
            raise self._broken("the stream was closed before its end")
        return self._events.__anext__()

    async def aclose(self) -> None:
        """Close the connection, which goes back to the pool where the reply was read whole."""
        self._is_closed = True
        self._response.close()
        with suppress(RuntimeError):  # another task reads: the closed response ends its generator
            await self._events.aclose()

    async def _iterate(self) -> AsyncGenerator[StreamFrame]:
        ready = self._reader.ready
        try:
            while chunk := await self._read():
                self._reader.feed(chunk)
                while ready:
                    yield ready.popleft()
                self._reader.raise_failure()
            self._reader.finish()
            self._is_whole = True
        finally:
            self._is_closed = True
            self._response.close()

    async def _read(self) -> bytes:
        try:
            return await self._response.content.readany()
        except TimeoutError as error:
            raise self._broken("nothing arrived within idle_timeout_seconds") from error
        except (ClientError, OSError) as error:
            raise self._broken(f"the connection broke: {error}") from error

    def _broken(self, what_happened: str) -> StreamError:
        return stream_error(self._call, self._request_id, what_happened)


def _refusal(response: ClientResponse, body: bytes, call: Call) -> BedrockLLMError:
    return error_from_reply(
        response.status,
        response.headers,
        body,
        model_id=call.model_id,
        operation=call.operation,
    )


def _reply(response: ClientResponse, body: bytes, call: Call) -> Reply:
    request_id = response.headers.get(_REQUEST_ID)
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise ResponseError(
            f"{call.operation} on {call.model_id!r} was answered with HTTP {response.status} and "
            f"{len(body)} bytes that are no JSON object: {body[:80]!r}; check endpoint_url",
            model_id=call.model_id,
            request_id=request_id,
        )
    return Reply(body=parsed, request_id=request_id, status_code=response.status)
