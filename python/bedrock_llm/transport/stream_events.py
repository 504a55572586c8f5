"""Read event-stream frames as the events of one reply, and know when the reply is whole.

Design on one page:

    bytes ──► EventReader.feed ──► FrameDecoder ──► frames, read as JSON
              EventReader.ready ──► StreamFrame, ...
              EventReader.raise_failure ─► the ServiceError or FrameError that ended the stream
              EventReader.finish ─► StreamError unless the final event came and nothing is left

What arrived before an exception frame or a broken frame is handed out before the error is
raised. The reply's last events may follow the final one
(`metadata` comes after `messageStop`), so only the end of the bytes ends a stream.

An error that is no refusal is marked retryable: the same call may succeed. Whether anything was
already handed out, which forbids it, is known one layer above.
"""

import json
from collections import deque
from collections.abc import Mapping

from bedrock_llm.errors import BedrockLLMError, FrameError, StreamError
from bedrock_llm.transport.calls import OPERATION_ROWS, Call, StreamFrame
from bedrock_llm.transport.eventstream import Frame, FrameDecoder, HeaderValue
from bedrock_llm.transport.service_errors import error_from_frame

_RAW_DECODE = json.JSONDecoder().raw_decode

__all__ = ["EventReader", "StreamEnd", "stream_error"]


def stream_error(call: Call, request_id: str | None, what_happened: str) -> StreamError:
    """Build the error for a stream that broke, stalled or ended early; it may be retried."""
    error = StreamError(
        f"{call.operation} on {call.model_id!r}: {what_happened}; the reply is not whole, send "
        "the call again",
        model_id=call.model_id,
        request_id=request_id,
    )
    error.is_retryable = True
    return error


class StreamEnd:
    """Watch for the event without which a stream is not whole."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._final_event = OPERATION_ROWS[call.operation].final_event
        self._is_whole = False

    def see(self, event_type: str) -> None:
        """Take note of an event."""
        if event_type == self._final_event:
            self._is_whole = True

    def check(self, request_id: str | None, *, pending_bytes: int = 0) -> None:
        """Say that the bytes have ended.

        Raises:
            StreamError: The final event never came, or a frame was cut in half.
        """
        if pending_bytes:
            what_happened = f"the stream ended inside a frame, {pending_bytes} bytes into it"
        elif not self._is_whole:
            what_happened = f"the stream ended without {self._final_event}"
        else:
            return
        raise stream_error(self._call, request_id, what_happened)


class EventReader:
    """Turn the bytes of one streamed reply into its events.

    Attributes:
        ready: The events that have arrived and were not taken yet, oldest first.
    """

    def __init__(self, call: Call, *, request_id: str | None) -> None:
        self.ready: deque[StreamFrame] = deque()
        self._call = call
        self._request_id = request_id
        self._decoder = FrameDecoder()
        self._failure: BedrockLLMError | None = None
        self._end = StreamEnd(call)
        self._final_event = OPERATION_ROWS[call.operation].final_event

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes and append the events they complete to `ready`.

        An exception frame or a defect ends the stream; `raise_failure` raises it once the events
        before it have been taken.
        """
        frames, defect = self._decoder.feed_until_defect(chunk)
        try:
            self._read(frames)
            if defect is not None:
                raise self._with_facts(defect)
        except BedrockLLMError as failure:
            self._failure = failure

    def raise_failure(self) -> None:
        """Raise what ended the stream, if anything did.

        Raises:
            ServiceError: The service sent an exception instead of an event.
            FrameError: A frame is broken.
        """
        if self._failure is not None:
            raise self._failure

    def finish(self) -> None:
        """Say that the bytes have ended.

        Raises:
            StreamError: The reply is not whole.
        """
        self._end.check(self._request_id, pending_bytes=self._decoder.pending_bytes)

    def _read(self, frames: list[Frame]) -> None:
        append, final_event = self.ready.append, self._final_event
        for headers, payload, event_type in frames:
            if event_type is None:
                raise self._refusal(headers, payload)
            try:
                text = payload.decode().strip()  # json.loads(bytes) looks for the encoding first
                value, end = _RAW_DECODE(text)
            except (ValueError, RecursionError) as error:
                raise self._unreadable(event_type, payload) from error
            if type(value) is not dict or end != len(text):
                raise self._unreadable(event_type, payload)
            if event_type == final_event:
                self._end.see(event_type)
            append(tuple.__new__(StreamFrame, (event_type, value)))  # half the time of a call

    def _refusal(self, headers: Mapping[str, HeaderValue], payload: bytes) -> BedrockLLMError:
        return error_from_frame(
            headers,
            payload,
            model_id=self._call.model_id,
            operation=self._call.operation,
            request_id=self._request_id,
        )

    def _unreadable(self, event_type: str, payload: bytes) -> BedrockLLMError:
        return self._with_facts(
            FrameError(f"the payload of a {event_type!r} event is no JSON object: {payload[:80]!r}")
        )

    def _with_facts(self, error: FrameError) -> FrameError:
        error.model_id = self._call.model_id
        error.request_id = self._request_id
        error.is_retryable = True
        return error
