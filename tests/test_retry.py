import asyncio

import pytest

from bedrock_llm.errors import (
    ConnectionFailedError,
    ModelFailedError,
    RequestRefusedError,
    ThrottledError,
)
from bedrock_llm.retry import RetryLoop, RetryPolicy

THROTTLE = ThrottledError("slow down", code="ThrottlingException")


def recording_policy(waits, **settings):
    async def sleep(seconds):
        waits.append(seconds)

    return RetryPolicy(sleep=sleep, uniform=lambda: 1.0, **settings)


def run_failing(policy, errors):
    """Run attempts that raise `errors` in turn, then succeed; give the notices and the result."""
    remaining, notices = list(errors), []

    async def attempt():
        if remaining:
            raise remaining.pop(0)
        return "reply"

    loop = RetryLoop(policy, lambda *notice: notices.append(notice))
    return notices, asyncio.run(loop.run(attempt))


def test_waits_double_from_a_longer_base_after_a_throttle():
    waits = []
    run_failing(recording_policy(waits), [THROTTLE, THROTTLE, THROTTLE])
    assert waits == [1.0, 2.0, 4.0]


def test_other_failures_wait_from_a_shorter_base():
    waits = []
    run_failing(recording_policy(waits), [ConnectionFailedError("reset")] * 2)
    assert waits == [0.1, 0.2]


def test_every_wait_is_capped():
    waits = []
    run_failing(recording_policy(waits, max_delay_seconds=1.5), [THROTTLE] * 3)
    assert waits == [1.0, 1.5, 1.5]


def test_the_services_own_wait_is_kept():
    waits = []
    error = ThrottledError("later", code="ThrottlingException", retry_after_seconds=7.0)
    run_failing(recording_policy(waits), [error])
    assert waits == [7.0]


def test_jitter_spreads_the_wait_down_to_zero():
    policy = RetryPolicy(uniform=lambda: 0.0)
    assert policy.delay_seconds(THROTTLE, 1) == 0.0


def test_the_thousandth_wait_is_capped_like_any_other():
    policy = RetryPolicy(max_attempts=5_000, uniform=lambda: 1.0)
    assert policy.delay_seconds(THROTTLE, 2_000) == 20.0


def test_a_refused_request_is_never_sent_again():
    waits = []
    refusal = RequestRefusedError("no", code="ValidationException")
    with pytest.raises(RequestRefusedError):
        run_failing(recording_policy(waits), [refusal])
    assert waits == []


def test_the_last_attempt_raises_its_own_error():
    waits = []
    with pytest.raises(ThrottledError):
        run_failing(recording_policy(waits, max_attempts=3), [THROTTLE] * 3)
    assert len(waits) == 2


def test_throttles_may_have_more_attempts_than_other_failures():
    waits, reset = [], ConnectionFailedError("reset")
    policy = recording_policy(waits, max_attempts=2, max_throttle_attempts=4)
    run_failing(policy, [THROTTLE] * 3)
    assert len(waits) == 3
    with pytest.raises(ConnectionFailedError):
        run_failing(policy, [THROTTLE, reset])


def test_each_retry_is_told_with_its_attempt_and_wait():
    notices, reply = run_failing(recording_policy([]), [THROTTLE, THROTTLE])
    assert notices == [(1, 1.0, THROTTLE), (2, 2.0, THROTTLE)]
    assert reply == "reply"


@pytest.mark.parametrize(("status", "retryable"), [(None, True), (500, True), (400, False)])
def test_a_failed_model_is_asked_again_unless_the_request_was_at_fault(status, retryable):
    error = ModelFailedError("failed", code="ModelErrorException", original_status_code=status)
    assert error.is_retryable is retryable
