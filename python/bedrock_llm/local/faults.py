"""What goes wrong on purpose, and when.

    FaultPlan ──decide(request digest, attempt)──► FaultDecision(request fault, stream fault, draws)

A decision is a pure function of the plan's seed, the request's bytes and how often these bytes were
seen, so a run meets the same faults whatever the order its calls arrive in, and a retry draws
anew. One draw decides the fault of the request and a second one the fault of the stream: each draw
falls into the slice of at most one kind, so `throttle_rate=0.1` means one request in ten whatever
else is asked for, and the rates of one group may not add up to more than 1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bedrock_llm.errors import ConfigurationError
from bedrock_llm.local.configuration import build_configuration

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

Kind = TypeVar("Kind", bound=StrEnum)

_DRAW_BYTES = 8
_DRAW_SPAN = 1 << (8 * _DRAW_BYTES)


class RequestFault(StrEnum):
    """Name what may happen to a request before a reply starts."""

    THROTTLE = "throttle"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"
    MODEL_ERROR = "model_error"
    MODEL_TIMEOUT = "model_timeout"
    MODEL_NOT_READY = "model_not_ready"
    RESET = "reset"
    STALL = "stall"


class StreamFault(StrEnum):
    """Name what may happen inside a streamed reply."""

    MID_STREAM_ERROR = "mid_stream_error"
    STREAM_RESET = "stream_reset"
    STREAM_STALL = "stream_stall"
    HALF_FRAME = "half_frame"
    BAD_CHECKSUM = "bad_checksum"
    MISSING_STOP = "missing_stop"


class MidStreamError(StrEnum):
    """Name the exceptions that ConverseStream's service model has inside a stream."""

    INTERNAL = "internalServerException"
    MODEL_STREAM = "modelStreamErrorException"
    VALIDATION = "validationException"
    THROTTLING = "throttlingException"
    UNAVAILABLE = "serviceUnavailableException"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultDecision:
    """Hold what happens to one request.

    Attributes:
        request_fault: What happens before the reply, or None.
        stream_fault: What happens inside a streamed reply, or None.
        position: Where in the stream, as a share of its deltas from 0 to 1.
        variant: A draw from 0 to 1 that chooses among the kinds of one fault.
    """

    request_fault: RequestFault | None = None
    stream_fault: StreamFault | None = None
    position: float = 0.0
    variant: float = 0.0


NO_FAULT = FaultDecision()
"""The decision that lets a request through."""


class FaultPlan(BaseModel):
    """Plan the faults of an endpoint. Every rate is a share of requests from 0 to 1.

    Attributes:
        seed: Changes which requests are hit.
        throttle_rate: 429 `ThrottlingException`.
        internal_error_rate: 500 `InternalServerException`.
        unavailable_rate: 503 `ServiceUnavailableException`.
        model_error_rate: 424 `ModelErrorException`.
        model_error_status: The `originalStatusCode` it carries.
        model_timeout_rate: 408 `ModelTimeoutException`.
        model_not_ready_rate: 429 `ModelNotReadyException`.
        reset_rate: The connection is reset before the reply.
        stall_rate: The request is taken and never answered.
        mid_stream_error_rate: An exception frame in mid-stream.
        mid_stream_error: Which one, or None to draw among all five.
        stream_reset_rate: The connection is reset in mid-stream.
        stream_stall_rate: The stream stops in the middle and stays open.
        half_frame_rate: A frame is cut in half, then the stream ends cleanly.
        bad_checksum_rate: A frame's last checksum is wrong.
        missing_stop_rate: The stream ends cleanly without `messageStop`.
        retry_after_seconds: The wait that throttles and unavailability ask for, or None.
        latency_seconds: The wait before every reply.
        first_byte_seconds: The wait between a stream's headers and its first frame.
        chunk_bytes: Write a stream in pieces of so many bytes, whatever its frames, or None to
            write it frame by frame.
        chunk_interval_seconds: The wait between two frames of a stream, or between two pieces.

    Examples:
        >>> FaultPlan(throttle_rate=0.1, seed=7).decide(b"digest", 1).request_fault is None
        True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    throttle_rate: Rate = 0.0
    internal_error_rate: Rate = 0.0
    unavailable_rate: Rate = 0.0
    model_error_rate: Rate = 0.0
    model_error_status: Annotated[int, Field(ge=100, le=599)] = 500
    model_timeout_rate: Rate = 0.0
    model_not_ready_rate: Rate = 0.0
    reset_rate: Rate = 0.0
    stall_rate: Rate = 0.0
    mid_stream_error_rate: Rate = 0.0
    mid_stream_error: MidStreamError | None = None
    stream_reset_rate: Rate = 0.0
    stream_stall_rate: Rate = 0.0
    half_frame_rate: Rate = 0.0
    bad_checksum_rate: Rate = 0.0
    missing_stop_rate: Rate = 0.0
    retry_after_seconds: Seconds | None = None
    latency_seconds: Seconds = 0.0
    first_byte_seconds: Seconds = 0.0
    chunk_bytes: Annotated[int, Field(ge=1)] | None = None
    chunk_interval_seconds: Seconds = 0.0

    _groups: ClassVar[tuple[type[StrEnum], ...]] = (RequestFault, StreamFault)

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        for kinds in self._groups:
            rates = [getattr(self, f"{kind}_rate") for kind in kinds]
            if sum(rates) > 1 + 1e-9:
                named = zip(kinds, rates, strict=True)
                names = ", ".join(f"{kind}_rate" for kind, rate in named if rate)
                raise ValueError(
                    f"the rates {names} add up to {sum(rates):g}; lower them to 1 or less together"
                )
        return self

    @classmethod
    def parse(cls, settings: Iterable[str]) -> Self:
        """Read a plan from `name=value` strings, as a command line gives them.

        Args:
            settings: Such as `throttle_rate=0.1`; a later one replaces an earlier one.

        Returns:
            The plan.

        Raises:
            ConfigurationError: A string is no `name=value`, or names an unknown fault or a value
                outside its range.

        Examples:
            >>> FaultPlan.parse(["throttle_rate=0.1", "seed=7"]).throttle_rate
            0.1
        """
        return cls.build(dict(_split(setting) for setting in settings))

    @classmethod
    def build(cls, values: Mapping[str, object]) -> Self:
        """Build a plan, and say in one line what is wrong where that fails.

        Args:
            values: Field names and values.

        Returns:
            The plan.

        Raises:
            ConfigurationError: A name is unknown or a value is outside its range.
        """
        return build_configuration(cls, values, noun="the fault plan")

    def decide(self, digest: bytes, attempt: int) -> FaultDecision:
        """Decide what happens to a request.

        Args:
            digest: A digest of the request's bytes.
            attempt: How often these bytes have been seen, from 1.

        Returns:
            The decision: the same for the same plan, digest and attempt.
        """
        if self.has_no_rates:
            return NO_FAULT
        request, stream, position, variant = _draw(self.seed, digest, attempt)
        return FaultDecision(
            request_fault=self._choose(RequestFault, request),
            stream_fault=self._choose(StreamFault, stream),
            position=position,
            variant=variant,
        )

    @cached_property
    def has_no_rates(self) -> bool:
        """Whether no request can be hit."""
        return not any(getattr(self, f"{kind}_rate") for kinds in self._groups for kind in kinds)

    def _choose(self, kinds: type[Kind], draw: float) -> Kind | None:
        end = 0.0
        for kind in kinds:
            end += getattr(self, f"{kind}_rate")
            if draw < end:
                return kind
        return None


def _draw(seed: int, digest: bytes, attempt: int) -> tuple[float, ...]:
    """Draw four independent numbers from 0 to 1 (1 excluded)."""
    drawn = blake2b(f"{seed}:{attempt}:".encode() + digest, digest_size=4 * _DRAW_BYTES).digest()
    return tuple(
        int.from_bytes(drawn[start : start + _DRAW_BYTES]) / _DRAW_SPAN
        for start in range(0, len(drawn), _DRAW_BYTES)
    )


def _split(setting: str) -> tuple[str, str]:
    name, separator, value = setting.partition("=")
    if not separator or not name.strip() or not value.strip():
        raise ConfigurationError(
            f"a fault is written name=value, such as throttle_rate=0.1; found {setting!r}"
        )
    return name.strip(), value.strip()
