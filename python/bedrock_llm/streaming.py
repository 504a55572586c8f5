"""`ResponseStream`: a reply that is still arriving.

    async with model.stream_text("Tell me a story") as stream:
        async for piece in stream.text:      # or: async for event in stream
            print(piece, end="")
        response = await stream.final_response()

The stream opens its connection on entry and closes it on exit, whatever happened between; what the
block raises passes through unchanged. Attempts are repeated only while nothing has been handed
out, so no text is ever given twice: an event that `stream.text` or `final_response()` only read
past was not handed out. A stream that breaks after that, stalls, or ends without `messageStop`
raises `StreamError`, which carries what had arrived as `error.partial`; `error.is_retryable` says
whether the caller may send the call again. Events are pulled one by one: a slow reader slows the
sender. A read that is cancelled, by a timeout for one, ends the stream.

Observers hear of each stream that was entered one start and one end: the reply, where its
`messageStop` was read; else the error it failed with, or a `StreamError` with the partial reply
where the block was left before the end. A stream that is never left is never ended for them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from bedrock_llm.errors import BedrockLLMError, ResponseError, StreamError
from bedrock_llm.events import ReplyAccumulator, StreamEvent, TextDelta, parse_stream_event
from bedrock_llm.fitted import Fitted
from bedrock_llm.messages import Message
from bedrock_llm.observers import CallWatch
from bedrock_llm.responses import Response
from bedrock_llm.retry import RetryLoop
from bedrock_llm.transport.calls import Call, EventStream, StreamFrame, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlan:
    """Everything a stream needs to open, and to open again.

    Attributes:
        transport: Where the call goes.
        call: The call, the same on each attempt.
        watch: Tells the observers how the stream starts and ends.
        retries: The attempts left.
        fitted: What was left out of the conversation; None where nothing was.
    """

    transport: Transport
    call: Call
    watch: CallWatch
    retries: RetryLoop
    fitted: Fitted[Message] | None = None


class ResponseStream:
    """Iterate over the events of one reply; see the module for an example."""

    def __init__(self, plan: StreamPlan) -> None:
        self._plan = plan
        self._connection = AsyncExitStack()
        self._is_entered = False
        self._frames: EventStream | None = None
        self._accumulator = ReplyAccumulator()
        self._has_arrived = False
        self._has_handed_out = False
        self._response: Response | None = None
        self._error: BedrockLLMError | None = None

    async def __aenter__(self) -> Self:
        if self._is_entered:
            raise self._failure("a stream is entered once; call stream_text again for another")
        self._is_entered = True
        with self._plan.watch:
            await self._plan.retries.run(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end_early("it was left before its end; read it to the end inside `async with`", error)
        await self._connection.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent:
        event = await self._next()
        if event is None:
            raise StopAsyncIteration
        self._has_handed_out = True
        return event

    @property
    def request_id(self) -> str | None:
        """AWS's id of this call, or None before the stream is open."""
        return self._frames.request_id if self._frames else None

    @property
    def text(self) -> AsyncIterator[str]:
        """Iterate over the text alone, piece by piece."""
        return _TextPieces(self._next_text)

    async def _next_text(self) -> str | None:
        while (event := await self._next()) is not None:
            if isinstance(event, TextDelta):
                self._has_handed_out = True
                return event.text
        return None

    async def final_response(self) -> Response:
        """Read what is left and give the whole reply.

        Returns:
            The same `Response` that `generate_text` would have given.

        Raises:
            StreamError: The stream broke; `error.partial` holds what had arrived.
            BedrockLLMError: The stream failed before anything was handed out.
        """
        while self._response is None:
            await self._next()
        return self._response

    async def _next(self) -> StreamEvent | None:
        """Give the next event, or None at the end; what ended the stream is raised each time."""
        while self._response is None:
            if self._error is not None:
                raise self._error
            if self._frames is None:
                raise self._failure("it is not open; use `async with model.stream_text(...)`")
            try:
                return await self._read(self._frames)
            except BedrockLLMError as error:
                await self._open_again_or_raise(error)
        return None

    async def _read(self, frames: EventStream) -> StreamEvent | None:
        try:
            return self._take(await anext(frames))
        except StopAsyncIteration:
            self._finish()
            return None
        except asyncio.CancelledError as error:
            self._end_early("a read of it was cancelled, which ends it", error)
            raise

    def _take(self, frame: StreamFrame) -> StreamEvent:
        event = parse_stream_event(frame.event_type, frame.payload)
        self._accumulator.add(event)
        self._has_arrived = True
        return event

    def _finish(self) -> None:
        if not self._accumulator.is_stopped:
            raise self._failure("it ended without messageStop", is_retryable=True)
        self._response = self._reply()
        self._plan.watch.completed(self._response)

    async def _open(self) -> None:
        self._frames = await self._connection.enter_async_context(
            self._plan.transport.stream(self._plan.call)
        )

    async def _open_again_or_raise(self, error: BedrockLLMError) -> None:
        error.model_id = error.model_id or self._plan.call.model_id
        error.request_id = error.request_id or self.request_id
        try:
            await self._connection.aclose()
            if self._has_handed_out:
                raise error
            await self._plan.retries.wait_or_raise(error)
            self._accumulator, self._has_arrived = ReplyAccumulator(), False
            await self._plan.retries.run(self._open)
        except BedrockLLMError as final:
            self._error = self._broken(final) if self._has_arrived else final
            self._plan.watch.failed(self._error)
            raise self._error from final.__cause__ if self._error is final else final
        except asyncio.CancelledError as cancelled:
            self._end_early("a read of it was cancelled, which ends it", cancelled)
            raise

    def _end_early(self, reason: str, cause: BaseException | None) -> None:
        if self._response is not None or self._error is not None:
            return
        self._error = self._failure(reason)
        self._error.__cause__ = cause
        self._plan.watch.ended_early(self._error)

    def _broken(self, error: BedrockLLMError) -> StreamError:
        partial = self._partial()
        arrived = len(partial.text) if partial else 0
        reason = f"it broke after {arrived} characters of text: {error}"
        broken = self._failure(reason, is_retryable=error.is_retryable)
        broken.retry_after_seconds = error.retry_after_seconds
        return broken

    def _failure(self, reason: str, *, is_retryable: bool = False) -> StreamError:
        failure = StreamError(
            f"the stream of {self._plan.call.model_id!r} gave no whole reply: {reason}",
            partial=self._partial(),
            model_id=self._plan.call.model_id,
            request_id=self.request_id,
        )
        failure.is_retryable = is_retryable
        return failure

    def _partial(self) -> Response | None:
        try:
            return self._reply()
        except ResponseError:  # what arrived is malformed, and an error that says so is on its way
            return None

    def _reply(self) -> Response:
        response = self._accumulator.response(
            model_id=self._plan.call.model_id, request_id=self.request_id
        )
        return replace(response, fitted=self._plan.fitted) if self._plan.fitted else response


class _TextPieces:
    """Iterate over the text of a stream; no generator, so that nothing is left to be closed."""

    def __init__(self, next_text: Callable[[], Awaitable[str | None]]) -> None:
        self._next_text = next_text

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        piece = await self._next_text()
        if piece is None:
            raise StopAsyncIteration
        return piece
