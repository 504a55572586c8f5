"""Serve one request, from the bytes that arrived to the bytes that leave.

    HTTP request ─► identity ─► route ─► signature ─► planned fault ─► body ─► model ─► reply
                     attempt    404      403          429, RST, …      400     400      200

Each arrow may end the request with a refusal, which leaves as AWS's error envelope. The order is
AWS's: who calls is settled before how much, and both before what is asked. Adding an operation is
one row of `routes` and one handler here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp.web import BaseRequest, HTTPRequestEntityTooLarge, StreamResponse

from bedrock_llm.errors import ServiceError
from bedrock_llm.local.bodies import read_body, read_converse
from bedrock_llm.local.credentials import LocalCredentials
from bedrock_llm.local.delivery import Deliverer, build_json_reply, reset_connection
from bedrock_llm.local.faults import FaultDecision, FaultPlan, RequestFault
from bedrock_llm.local.identities import Identity, IdentityBook
from bedrock_llm.local.model_rules import Inquiry, check_model_rules
from bedrock_llm.local.models import ModelDirectory
from bedrock_llm.local.refusals import refuse, refuse_invalid, render_refusal
from bedrock_llm.local.replies import Reply, answer
from bedrock_llm.local.request_faults import refuse_by_plan
from bedrock_llm.local.routes import Route, find_route
from bedrock_llm.local.settings import LocalSettings
from bedrock_llm.local.signatures import ReceivedRequest, SignatureVerifier
from bedrock_llm.local.statistics import Counters
from bedrock_llm.local.stream_faults import spoil
from bedrock_llm.local.streams import encode_stream
from bedrock_llm.local.token_counts import count_tokens

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """Hold one request on its way through the endpoint."""

    request: BaseRequest
    route: Route
    body: bytes
    request_id: str
    decision: FaultDecision


class LocalService:
    """Serve requests for one endpoint.

    Args:
        plan: What goes wrong.
        settings: Region, seed and strictness.
        credentials: The keys to accept.
        clock: Tells the time, with a time zone.
        closing: Set when the endpoint closes.
    """

    def __init__(
        self,
        plan: FaultPlan,
        settings: LocalSettings,
        credentials: Sequence[LocalCredentials],
        *,
        clock: Callable[[], datetime],
        closing: asyncio.Event,
    ) -> None:
        self.counters = Counters()
        self._plan = plan
        self._settings = settings
        self._identities = IdentityBook(settings.seed)
        self._models = ModelDirectory(settings)
        self._deliverer = Deliverer(plan, closing=closing)
        self._verifier = SignatureVerifier(
            credentials,
            region_name=settings.region_name,
            clock=clock,
            skew=timedelta(seconds=settings.clock_skew_seconds),
        )

    async def handle(self, request: BaseRequest) -> StreamResponse:
        """Serve one request.

        Args:
            request: The request as aiohttp received it.

        Returns:
            The reply; where it is a stream, it has been delivered.
        """
        with self.counters.in_flight():
            body, refusal = await _receive(request, self._settings.max_body_bytes)
            identity = self._identities.identify(request.raw_path, body)
            try:
                if refusal is not None:
                    raise refusal
                response = await self._serve(request, body, identity)
            except RecursionError:
                too_deep = refuse_invalid("The request is nested too deeply.")
                response = self._refuse(too_deep, identity)
            except ServiceError as error:
                response = self._refuse(error, identity)
        if request.transport is not None and not request.transport.is_closing():
            self.counters.answers[response.status] += 1
        return response

    async def _serve(self, request: BaseRequest, body: bytes, identity: Identity) -> StreamResponse:
        call = self._admit(request, body, identity)
        fault = call.decision.request_fault
        if fault is not None:
            self.counters.faults[fault] += 1
        if fault is RequestFault.RESET:
            return reset_connection(request)
        if fault is RequestFault.STALL:
            return await self._deliverer.stall(request)
        await self._deliverer.wait_for_reply()
        refusal = refuse_by_plan(call.decision, self._plan)
        if refusal is not None:
            raise refusal
        return await _HANDLERS[call.route.operation](self, call)

    def _admit(self, request: BaseRequest, body: bytes, identity: Identity) -> _Call:
        """Settle what is asked for and who asks."""
        try:
            route = find_route(request.method, request.raw_path)
        except ServiceError:
            self.counters.requests[_UNKNOWN] += 1
            raise
        self.counters.requests[route.operation] += 1
        self._verifier.verify(
            ReceivedRequest(
                method=request.method,
                raw_path=request.raw_path,
                headers=request.headers,
                body=body,
            )
        )
        return _Call(
            request=request,
            route=route,
            body=body,
            request_id=identity.request_id,
            decision=self._plan.decide(identity.digest, identity.attempt),
        )

    def _refuse(self, error: ServiceError, identity: Identity) -> StreamResponse:
        self.counters.refusals[error.code] += 1
        return render_refusal(error, identity.request_id)

    async def _converse(self, call: _Call) -> StreamResponse:
        reply = self._answer(call, is_streaming=False)
        fields = reply.additional_fields
        extra = {} if fields is None else {"additionalModelResponseFields": fields}
        return build_json_reply(
            {
                "metrics": reply.metrics,
                "output": {"message": {"role": "assistant", "content": reply.content}},
                "stopReason": reply.stop_reason,
                "usage": reply.usage,
                **extra,
            },
            call.request_id,
        )

    async def _converse_stream(self, call: _Call) -> StreamResponse:
        reply = self._answer(call, is_streaming=True)
        if call.decision.stream_fault is not None:
            self.counters.faults[call.decision.stream_fault] += 1
        stream = spoil(encode_stream(reply), call.decision, error=self._plan.mid_stream_error)
        return await self._deliverer.stream(call.request, stream, call.request_id)

    async def _count_tokens(self, call: _Call) -> StreamResponse:
        body = read_body(call.body, call.route)
        model = self._models.find(call.route.model_id)
        tokens = count_tokens(body, model, counts_every_model=self._settings.counts_every_model)
        return build_json_reply({"inputTokens": tokens}, call.request_id)

    def _answer(self, call: _Call, *, is_streaming: bool) -> Reply:
        model = self._models.find(call.route.model_id)
        body = read_converse(call.body, call.route)
        input_tokens = model.count_input(body)
        check_model_rules(
            Inquiry(body=body, model=model, input_tokens=input_tokens, is_streaming=is_streaming)
        )
        reply = answer(body, model, input_tokens=input_tokens, seed=self._settings.seed)
        self.counters.input_tokens += reply.input_tokens
        self.counters.output_tokens += reply.output_tokens
        return reply


async def _receive(request: BaseRequest, limit_bytes: int) -> tuple[bytes, ServiceError | None]:
    """Read a body, or say that it is too large."""
    try:
        return await request.read(), None
    except HTTPRequestEntityTooLarge:
        return b"", refuse(
            "RequestEntityTooLargeException",
            f"The request body is larger than {limit_bytes} bytes.",
        )


_HANDLERS: dict[str, Callable[[LocalService, _Call], Awaitable[StreamResponse]]] = {
    "Converse": LocalService._converse,  # noqa: SLF001  the rows belong to the class
    "ConverseStream": LocalService._converse_stream,  # noqa: SLF001  as above
    "CountTokens": LocalService._count_tokens,  # noqa: SLF001  as above
}
