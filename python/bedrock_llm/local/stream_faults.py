"""What a stream fault does to the frames of a reply.

    frames, decision ──spoil──► SpoiledStream(frames, ending)

Each fault is a row: a pure function from whole frames and a position to what is really sent and
how the connection ends. The position is drawn among the frames between `messageStart` and
`messageStop`, so at least one frame gets through and something is lost.

A frame cut in half and then a clean end of the body is the one that plain boto3 does not notice
(seen with botocore 1.44.5): it ends the iteration without an error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bedrock_llm.local.faults import FaultDecision, MidStreamError, StreamFault
from bedrock_llm.local.frames import encode_exception

_CLOSING_FRAMES = 2  # messageStop and metadata


class Ending(Enum):
    """Name how a stream's connection ends."""

    CLEAN = auto()
    RESET = auto()
    STALL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoiledStream:
    """Hold what is really sent.

    Attributes:
        frames: The bytes to write, one item a write.
        ending: What follows the last of them.
    """

    frames: Sequence[bytes]
    ending: Ending = Ending.CLEAN


def spoil(
    frames: Sequence[bytes], decision: FaultDecision, *, error: MidStreamError | None
) -> SpoiledStream:
    """Apply a decision to a stream.

    Args:
        frames: Every frame of the reply, from `messageStart` to `metadata`.
        decision: What was decided for the request.
        error: The exception of a mid-stream error, or None to draw one.

    Returns:
        What to send; the frames unchanged where the decision names no stream fault.
    """
    if decision.stream_fault is None:
        return SpoiledStream(frames=frames)
    between = max(1, len(frames) - 1 - _CLOSING_FRAMES)
    position = 1 + min(between - 1, int(decision.position * between))
    chosen = error or _draw_error(decision.variant)
    return _SPOILERS[decision.stream_fault](frames, position, chosen)


def _draw_error(variant: float) -> MidStreamError:
    errors = tuple(MidStreamError)
    return errors[int(variant * len(errors))]


def _break_with_error(
    frames: Sequence[bytes], position: int, error: MidStreamError
) -> SpoiledStream:
    frame = encode_exception(error, _ERROR_PAYLOADS[error])
    return SpoiledStream(frames=[*frames[:position], frame])


def _reset(frames: Sequence[bytes], position: int, _error: MidStreamError) -> SpoiledStream:
    return SpoiledStream(frames=frames[:position], ending=Ending.RESET)


def _stall(frames: Sequence[bytes], position: int, _error: MidStreamError) -> SpoiledStream:
    return SpoiledStream(frames=frames[:position], ending=Ending.STALL)


def _cut_in_half(frames: Sequence[bytes], position: int, _error: MidStreamError) -> SpoiledStream:
    half = frames[position][: len(frames[position]) // 2]
    return SpoiledStream(frames=[*frames[:position], half])


def _break_checksum(
    frames: Sequence[bytes], position: int, _error: MidStreamError
) -> SpoiledStream:
    frame = frames[position]
    broken = frame[:-1] + bytes((frame[-1] ^ 0xFF,))
    return SpoiledStream(frames=[*frames[:position], broken, *frames[position + 1 :]])


def _leave_out_stop(
    frames: Sequence[bytes], _position: int, _error: MidStreamError
) -> SpoiledStream:
    return SpoiledStream(frames=frames[:-_CLOSING_FRAMES])


_SPOILERS: dict[StreamFault, Callable[[Sequence[bytes], int, MidStreamError], SpoiledStream]] = {
    StreamFault.MID_STREAM_ERROR: _break_with_error,
    StreamFault.STREAM_RESET: _reset,
    StreamFault.STREAM_STALL: _stall,
    StreamFault.HALF_FRAME: _cut_in_half,
    StreamFault.BAD_CHECKSUM: _break_checksum,
    StreamFault.MISSING_STOP: _leave_out_stop,
}

_ERROR_PAYLOADS: dict[MidStreamError, dict[str, object]] = {
    MidStreamError.INTERNAL: {
        "message": "The system encountered an unexpected error during processing. Try your "
        "request again."
    },
    MidStreamError.MODEL_STREAM: {
        "message": "An error occurred while streaming the response. Retry your request.",
        "originalStatusCode": 500,
        "originalMessage": "The model stopped in mid-stream.",
    },
    MidStreamError.VALIDATION: {"message": "The model returned the following errors: refused."},
    MidStreamError.THROTTLING: {"message": "Too many tokens, please wait before trying again."},
    MidStreamError.UNAVAILABLE: {"message": "Bedrock is unable to process your request."},
}
