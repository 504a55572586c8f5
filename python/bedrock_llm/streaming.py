"""`ResponseStream`: a reply that is still arriving.

    async with model.stream_text("Tell me a story") as stream:
        async for piece in stream.text:      # or: async for event in stream
            print(piece, end="")
        response = await stream.final_response()

The stream opens its connection on entry and closes it on exit, whatever happened between. Attempts
are repeated only while nothing has been handed out, so no text is ever given twice. A stream that
breaks after that, stalls, or ends without `messageStop` raises `StreamError`, which carries what
had arrived as `error.partial`. Events are pulled one by one: a slow reader slows the sender.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bedrock_llm.errors import BedrockLLMError, StreamError
from bedrock_llm.events import ReplyAccumulator, StreamEvent, TextDelta, parse_stream_event
from bedrock_llm.observers import Observers
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response
from bedrock_llm.retry import RetryLoop
from bedrock_llm.transport.calls import Call, EventStream, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlan:
    """Everything a stream needs to open, and to open again.

    Attributes:
        transport: Where the call goes.
        call: The call, the same on each attempt.
        request: The request the call was built from, for observers.
        observers: Who is told.
        retries: The attempts left.
    """

    transport: Transport
    call: Call
    request: Request
    observers: Observers
    retries: RetryLoop


class ResponseStream:
    """Iterate over the events of one reply; see the module for an example."""

    def __init__(self, plan: StreamPlan) -> None:
        self._plan = plan
        self._connection = AsyncExitStack()
        self._frames: EventStream | None = None
        self._accumulator = ReplyAccumulator()
        self._has_handed_out = False
        self._response: Response | None = None
        self._error: BedrockLLMError | None = None
        self._events = self._pull()

    async def __aenter__(self) -> Self:
        self._plan.observers.started(self._plan.request)
        try:
            await self._plan.retries.run(self._open)
        except BedrockLLMError as error:
            self._plan.observers.failed(error)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._events.aclose()
        await self._connection.aclose()

    def __aiter__(self) -> AsyncIterator[StreamEvent]:
        return self._events

    @property
    def request_id(self) -> str | None:
        """AWS's id of this call, or None before the stream is open."""
        return self._frames.request_id if self._frames else None

    @property
    def text(self) -> AsyncIterator[str]:
        """Iterate over the text alone, piece by piece."""
        return self._pull_text()

    async def final_response(self) -> Response:
        """Read what is left and give the whole reply.

        Returns:
            The same `Response` that `generate_text` would have given.

        Raises:
            StreamError: The stream broke; `error.partial` holds what had arrived.
            BedrockLLMError: The stream failed before anything arrived.
        """
        async for _event in self._events:
            pass
        if self._error is not None:
            raise self._error
        if self._response is None:
            raise StreamError(
                "the stream was closed before its end; read it to the end inside `async with`",
                partial=self._partial(),
                model_id=self._plan.call.model_id,
                request_id=self.request_id,
            )
        return self._response

    async def _pull_text(self) -> AsyncIterator[str]:
        async for event in self._events:
            if isinstance(event, TextDelta):
                yield event.text

    async def _pull(self) -> AsyncGenerator[StreamEvent, None]:
        while self._response is None:
            try:
                async for event in self._read():
                    self._has_handed_out = True
                    yield event
                self._response = self._partial()
            except BedrockLLMError as error:
                await self._open_again_or_raise(error)
        self._plan.observers.completed(self._response)

    async def _read(self) -> AsyncIterator[StreamEvent]:
        if self._frames is None:
            raise StreamError("the stream is not open; use `async with model.stream_text(...)`")
        async for frame in self._frames:
            event = parse_stream_event(frame.event_type, frame.payload)
            self._accumulator.add(event)
            yield event

    async def _open(self) -> None:
        self._frames = await self._connection.enter_async_context(
            self._plan.transport.stream(self._plan.call)
        )

    async def _open_again_or_raise(self, error: BedrockLLMError) -> None:
        await self._connection.aclose()
        try:
            if self._has_handed_out:
                raise self._broken(error) from error
            await self._plan.retries.wait_or_raise(error)
            await self._plan.retries.run(self._open)
        except BedrockLLMError as final:
            self._error = final
            self._plan.observers.failed(final)
            raise
        self._accumulator = ReplyAccumulator()

    def _broken(self, error: BedrockLLMError) -> StreamError:
        return StreamError(
            f"the stream broke after {len(self._partial().text)} characters of text: {error}",
            partial=self._partial(),
            model_id=self._plan.call.model_id,
            request_id=self.request_id,
        )

    def _partial(self) -> Response:
        return self._accumulator.response(
            model_id=self._plan.call.model_id, request_id=self.request_id
        )
