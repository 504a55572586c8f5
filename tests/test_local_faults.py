"""Fault plans: what they accept, what they decide, and what they do to a stream."""

from collections import Counter

import pytest
from botocore.eventstream import ChecksumMismatch, EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bedrock_llm.errors import ConfigurationError
from bedrock_llm.local import FaultPlan, MidStreamError
from bedrock_llm.local.faults import NO_FAULT, FaultDecision, RequestFault, StreamFault
from bedrock_llm.local.frames import encode_event
from bedrock_llm.local.request_faults import refuse_by_plan
from bedrock_llm.local.stream_faults import Ending, SpoiledStream, spoil

FRAMES = [
    encode_event(name, {"n": number})
    for number, name in enumerate(
        ["messageStart", *["contentBlockDelta"] * 4, "contentBlockStop", "messageStop", "metadata"]
    )
]


def test_a_plan_is_read_from_name_and_value() -> None:
    plan = FaultPlan.parse(
        ["throttle_rate=0.1", "seed = 7", "mid_stream_error=throttlingException"]
    )

    assert (plan.throttle_rate, plan.seed) == (0.1, 7)
    assert plan.mid_stream_error is MidStreamError.THROTTLING


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("throttle_rate", "name=value.*found 'throttle_rate'"),
        ("=1", "name=value"),
        ("trottle_rate=1", "'trottle_rate' is unknown; did you mean 'throttle_rate'"),
        ("zzz=1", "known are seed, throttle_rate"),
        ("throttle_rate=1.5", "throttle_rate is '1.5': .*less than or equal to 1"),
        ("throttle_rate=often", "throttle_rate is 'often': .*number"),
        ("latency_seconds=-1", "latency_seconds is '-1': .*greater than or equal to 0"),
        ("latency_seconds=nan", "latency_seconds is 'nan'"),
        ("mid_stream_error=boom", "mid_stream_error is 'boom': .*throttlingException"),
    ],
)
def test_a_bad_setting_is_named_with_its_value(setting: str, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        FaultPlan.parse([setting])


def test_rates_of_one_group_may_not_exceed_one() -> None:
    with pytest.raises(ConfigurationError, match=r"throttle_rate, reset_rate add up to 1\.2"):
        FaultPlan.parse(["throttle_rate=0.7", "reset_rate=0.5"])
    with pytest.raises(ValidationError, match=r"add up to 1\.2"):
        FaultPlan(half_frame_rate=0.7, missing_stop_rate=0.5)
    FaultPlan(throttle_rate=1, half_frame_rate=1)


def test_a_plan_without_rates_hits_nobody() -> None:
    assert FaultPlan(latency_seconds=3).decide(b"any", 1) is NO_FAULT


@given(seed=st.integers(), digest=st.binary(), attempt=st.integers(1, 9))
def test_the_same_request_always_meets_the_same_fault(
    seed: int, digest: bytes, attempt: int
) -> None:
    plan = FaultPlan(seed=seed, throttle_rate=0.5, half_frame_rate=0.5)

    assert plan.decide(digest, attempt) == plan.decide(digest, attempt)


def test_rates_are_shares_of_requests_and_groups_are_independent() -> None:
    plan = FaultPlan(seed=1, throttle_rate=0.2, stall_rate=0.1, bad_checksum_rate=0.5)
    decisions = [plan.decide(str(number).encode(), 1) for number in range(4_000)]
    requests = Counter(decision.request_fault for decision in decisions)
    both = sum(
        decision.request_fault is RequestFault.THROTTLE
        and decision.stream_fault is StreamFault.BAD_CHECKSUM
        for decision in decisions
    )

    assert requests.keys() == {None, RequestFault.THROTTLE, RequestFault.STALL}
    assert requests[RequestFault.THROTTLE] == pytest.approx(800, rel=0.15)
    assert requests[RequestFault.STALL] == pytest.approx(400, rel=0.2)
    assert both == pytest.approx(400, rel=0.2)


def test_another_attempt_and_another_seed_draw_anew() -> None:
    by_attempt = {FaultPlan(stall_rate=0.5).decide(b"same", attempt) for attempt in range(1, 20)}
    by_seed = {FaultPlan(stall_rate=0.5, seed=seed).decide(b"same", 1) for seed in range(1, 20)}

    assert len(by_attempt) == len(by_seed) == 19


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (RequestFault.THROTTLE, "ThrottlingException", 429),
        (RequestFault.INTERNAL_ERROR, "InternalServerException", 500),
        (RequestFault.UNAVAILABLE, "ServiceUnavailableException", 503),
        (RequestFault.MODEL_ERROR, "ModelErrorException", 424),
        (RequestFault.MODEL_TIMEOUT, "ModelTimeoutException", 408),
        (RequestFault.MODEL_NOT_READY, "ModelNotReadyException", 429),
    ],
)
def test_each_answered_fault_has_its_code_and_status(
    fault: RequestFault, code: str, status: int
) -> None:
    plan = FaultPlan(retry_after_seconds=3, model_error_status=503)
    error = refuse_by_plan(FaultDecision(request_fault=fault, variant=0.99), plan)

    assert error is not None
    assert (error.code, error.status_code) == (code, status)
    is_asked_to_wait = fault in {RequestFault.THROTTLE, RequestFault.UNAVAILABLE}
    assert error.retry_after_seconds == (3 if is_asked_to_wait else None)


def read_types(stream: SpoiledStream) -> list[str]:
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join(stream.frames))
    return [message.headers.get(":event-type", ":error") for message in buffer]


def break_stream(fault: StreamFault, position: float, variant: float = 0.0) -> SpoiledStream:
    decision = FaultDecision(stream_fault=fault, position=position, variant=variant)
    return spoil(FRAMES, decision, error=None)


POSITIONS = st.floats(0, 1, exclude_max=True)


@given(position=POSITIONS, variant=POSITIONS)
def test_a_mid_stream_error_is_the_last_frame(position: float, variant: float) -> None:
    types = read_types(break_stream(StreamFault.MID_STREAM_ERROR, position, variant))

    assert types[0] == "messageStart"
    assert types[-1] == ":error"
    assert "messageStop" not in types


@given(position=POSITIONS)
def test_cut_streams_keep_a_beginning_and_lose_the_stop(position: float) -> None:
    endings = {
        StreamFault.STREAM_RESET: Ending.RESET,
        StreamFault.STREAM_STALL: Ending.STALL,
        StreamFault.HALF_FRAME: Ending.CLEAN,
        StreamFault.MISSING_STOP: Ending.CLEAN,
    }
    for fault, ending in endings.items():
        stream = break_stream(fault, position)
        types = read_types(stream)
        assert types[0] == "messageStart"
        assert "messageStop" not in types
        assert stream.ending is ending


@given(position=POSITIONS)
def test_half_a_frame_stays_in_the_decoder(position: float) -> None:
    stream = break_stream(StreamFault.HALF_FRAME, position)
    whole = sum(len(frame) for frame in FRAMES[: len(read_types(stream))])

    assert sum(map(len, stream.frames)) > whole


@given(position=POSITIONS)
def test_a_bad_checksum_is_seen_by_botocore(position: float) -> None:
    with pytest.raises(ChecksumMismatch):
        read_types(break_stream(StreamFault.BAD_CHECKSUM, position))


def test_a_stream_without_a_fault_is_left_alone() -> None:
    assert spoil(FRAMES, NO_FAULT, error=None).frames == FRAMES
