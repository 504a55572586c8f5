"""`ClientTransport`: any ready boto3 client, in bounded threads.

Design on one page:

    call ─► a thread of the pool ─► client.converse(...) ─► Reply, blobs turned into base64
                                 └► client.converse_stream(...) ─► one event per visit to a thread

It carries whatever boto3 carries: handlers, client certificates, any proxy, any auth scheme, a
stubbed client in a test. It is what the call plan falls back to, and what it is compared with.

- An event is pulled from boto3 only when it is asked for: a slow reader holds no thread and
  nothing piles up.
- boto3 ends a stream silently when a frame was cut in half; here a stream without its final event
  is an error.
- A thread that waits inside boto3 cannot be interrupted. A cancelled call is answered at once, its
  thread ends with boto3's own read timeout, and its stream is closed by that thread.
- A ready client is the caller's: it is never closed here, and its own retries stay as they are.
"""

import asyncio
import base64
import os
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

from botocore.eventstream import ParserError

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import BedrockLLMError, ServiceError
from bedrock_llm.transport.boto_errors import BOTO_ERRORS, Circumstances, map_boto_error
from bedrock_llm.transport.calls import OPERATION_ROWS, Call, EventStream, Reply, StreamFrame
from bedrock_llm.transport.client_source import ClientSource
from bedrock_llm.transport.setup_threads import result_of
from bedrock_llm.transport.stream_events import StreamEnd, stream_error
from bedrock_llm.wire import check_json

__all__ = ["ClientTransport"]

_MAX_THREADS = 256
_METADATA = "ResponseMetadata"

Result = TypeVar("Result")


class ClientTransport:
    """Send calls through a boto3 client, each in a thread of a bounded pool."""

    def __init__(self, client: Any, *, max_concurrency: int = 64) -> None:
        self._client_of: Callable[[], Any] = lambda: client
        self._idle_timeout_seconds: float | None = None
        self._max_threads = min(max_concurrency, _MAX_THREADS)
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._process_id = 0

    @classmethod
    def over_source(cls, source: ClientSource, *, config: ModelConfig) -> Self:
        """Return a transport over a client that is made when the first call needs it."""
        transport = cls(None, max_concurrency=config.max_concurrency)
        transport._client_of = source.client
        transport._idle_timeout_seconds = config.idle_timeout_seconds
        return transport

    async def send(self, call: Call) -> Reply:
        """Send a call and wait for its whole reply; see `Transport.send`."""
        body = await self._run(self._call, call)
        metadata = body.pop(_METADATA, {})
        return Reply(
            body=_json_shape(body),
            request_id=metadata.get("RequestId"),
            status_code=metadata.get("HTTPStatusCode", 200),
        )

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncGenerator[EventStream]:
        """Send a streaming call; see `Transport.stream`."""
        body = await self._run(self._call, call)
        events = body[OPERATION_ROWS[call.operation].stream_member or ""]
        request_id = body.get(_METADATA, {}).get("RequestId")
        stream = ClientEventStream(self, call, events, request_id)
        try:
            yield stream
        finally:
            await stream.aclose()

    async def close(self) -> None:
        """Let the threads go; a later call starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    @property
    def idle_timeout_seconds(self) -> float | None:
        """Return how long a stream may stand still, or None where the client alone decides."""
        return self._idle_timeout_seconds

    def submit(self, work: Callable[..., Result], *arguments: object) -> Future[Result]:
        """Run blocking work in a thread of the pool."""
        with self._lock:
            if self._pool is None or self._process_id != os.getpid():  # a fork has no threads
                self._process_id = os.getpid()
                self._pool = ThreadPoolExecutor(
                    self._max_threads, thread_name_prefix="bedrock-llm-boto3"
                )
            return self._pool.submit(work, *arguments)

    async def _run(self, work: Callable[[Call], Result], call: Call) -> Result:
        future = self.submit(work, call)
        try:
            return await result_of(future)
        except asyncio.CancelledError:
            if not future.cancel():  # it runs: nobody will read what it opens
                future.add_done_callback(lambda done: _discard(done, call))
            raise

    def _call(self, call: Call) -> dict[str, Any]:
        client = self._client_of()
        method = getattr(client, OPERATION_ROWS[call.operation].client_method)
        check_json(call.body)
        try:
            return dict(method(modelId=call.model_id, **call.body))
        except BOTO_ERRORS as error:
            raise map_boto_error(error, _circumstances(call, client)) from error


class ClientEventStream:
    """Iterate over the events of one boto3 stream; see `EventStream`."""

    def __init__(
        self, transport: ClientTransport, call: Call, events: Any, request_id: str | None
    ) -> None:
        self._transport = transport
        self._call = call
        self._events = events
        self._iterator: Iterator[Mapping[str, Any]] = iter(events)
        self._request_id = request_id
        self._end = StreamEnd(call)
        self._pull_under_way: Future[Mapping[str, Any] | None] | None = None
        self._is_finished = False
        self._is_closed = False

    @property
    def request_id(self) -> str | None:
        """Return AWS's request id, or None where the server sent none."""
        return self._request_id

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamFrame:
        if self._is_finished:
            raise StopAsyncIteration
        if self._is_closed:
            raise stream_error(self._call, self._request_id, "the stream was closed before its end")
        try:
            return await self._next()
        except (BedrockLLMError, asyncio.CancelledError):
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close the stream: now, or when the thread that waits in it comes back."""
        if self._is_closed:
            return
        self._is_closed = True
        close = getattr(self._events, "close", None)
        if close is None:
            return
        pull = self._pull_under_way
        if pull is not None and not pull.done():
            pull.add_done_callback(lambda _pull: close())
        else:
            await result_of(self._transport.submit(close))

    async def _next(self) -> StreamFrame:
        self._pull_under_way = self._transport.submit(self._pull)
        try:
            async with asyncio.timeout(self._transport.idle_timeout_seconds):
                event = await result_of(self._pull_under_way)
        except TimeoutError as error:
            raise stream_error(
                self._call, self._request_id, "nothing arrived within idle_timeout_seconds"
            ) from error
        if event is None:
            self._end.check(self._request_id)
            self._is_finished = True
            raise StopAsyncIteration
        ((event_type, payload),) = event.items()
        self._end.see(event_type)
        return StreamFrame(event_type=event_type, payload=_json_shape(payload))

    def _pull(self) -> Mapping[str, Any] | None:
        try:
            return next(self._iterator, None)
        except BOTO_ERRORS as error:
            raise self._mapped(error) from error

    def _mapped(self, error: Exception) -> BedrockLLMError:
        mapped = map_boto_error(error, _circumstances(self._call, None))
        mapped.request_id = mapped.request_id or self._request_id
        if isinstance(mapped, ServiceError):
            return mapped
        if isinstance(error, ParserError):
            mapped.is_retryable = True
            return mapped
        return stream_error(self._call, self._request_id, f"the connection broke: {error}")


def _discard(done: Future[Any], call: Call) -> None:
    """Close the stream of a reply that nobody waits for any more; runs in the pool's thread."""
    if done.cancelled() or done.exception() is not None:
        return
    events = done.result().get(OPERATION_ROWS[call.operation].stream_member)
    if events is not None:
        events.close()


def _circumstances(call: Call, client: Any) -> Circumstances:
    meta = getattr(client, "meta", None)
    return Circumstances(
        model_id=call.model_id,
        operation=call.operation,
        region_name=getattr(meta, "region_name", None),
        host=getattr(meta, "endpoint_url", None),
    )


def _json_shape(value: Any) -> Any:
    """Return a parsed reply as the JSON it came from: bytes are base64 text."""
    if isinstance(value, Mapping):
        return {name: _json_shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_json_shape(member) for member in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
