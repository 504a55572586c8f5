"""The one layer that retries: which errors, how long, how often.

The error says whether it may be retried (`is_retryable`) and how long the service asked to wait
(`retry_after_seconds`); the policy only turns that into a delay. Delays are full jitter: uniform
between zero and a cap that doubles with each attempt, so that many callers who failed together do
not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/,
read 2026-11-22). A throttle starts from a longer base than any other failure, as botocore's own
standard mode does (1 s and 50 ms, botocore 1.44.5 `retries/standard.py`). boto3's own retries are
switched off in the clients this library makes, so nothing is ever retried twice over.

Sleep and randomness are injected: tests neither wait nor guess.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bedrock_llm.errors import BedrockLLMError, ThrottledError

Reply = TypeVar("Reply")
Sleep = Callable[[float], Awaitable[None]]
OnRetry = Callable[[int, float, BedrockLLMError], None]

_MOST_DOUBLINGS = 64  # a float overflows at 1024, and any cap is reached long before


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long to wait between attempts.

    Attributes:
        max_attempts: Attempts in all, the first included; 1 switches retries off.
        max_throttle_attempts: Attempts in all while the last failure was a throttle, which time
            cures as no other failure; None for `max_attempts`.
        throttle_base_seconds: Cap of the first wait after a throttle.
        base_seconds: Cap of the first wait after any other retryable error.
        max_delay_seconds: Cap of every wait, the service's own `retry-after` included.
        sleep: Waits; injected in tests.
        uniform: Gives a number between 0 and 1; injected in tests.
    """

    max_attempts: int = 5
    max_throttle_attempts: int | None = None
    throttle_base_seconds: float = 1.0
    base_seconds: float = 0.1
    max_delay_seconds: float = 20.0
    sleep: Sleep = asyncio.sleep
    uniform: Callable[[], float] = random.random

    def delay_seconds(self, error: BedrockLLMError, attempt: int) -> float | None:
        """Say how long to wait after a failed attempt.

        Args:
            error: What the attempt failed with.
            attempt: The attempt that failed, counted from 1.

        Returns:
            Seconds to wait, or None where the error must be handed to the caller.
        """
        is_throttle = isinstance(error, ThrottledError)
        most = self.max_throttle_attempts if is_throttle else None
        if not error.is_retryable or attempt >= (most or self.max_attempts):
            return None
        if error.retry_after_seconds is not None:
            return min(error.retry_after_seconds, self.max_delay_seconds)
        base_seconds = self.throttle_base_seconds if is_throttle else self.base_seconds
        doublings = min(attempt - 1, _MOST_DOUBLINGS)
        cap_seconds: float = min(base_seconds * 2.0**doublings, self.max_delay_seconds)
        return self.uniform() * cap_seconds


class RetryLoop:
    """Count the attempts of one call and wait between them.

    A call and a stream both fail attempt by attempt; the loop is what they share.
    """

    def __init__(self, policy: RetryPolicy, on_retry: OnRetry) -> None:
        self._policy = policy
        self._on_retry = on_retry
        self._attempt = 1

    async def wait_or_raise(self, error: BedrockLLMError) -> None:
        """Wait before the next attempt, or raise the error where there is none.

        Raises:
            BedrockLLMError: `error` itself, when it may not be retried or attempts are used up.
        """
        delay_seconds = self._policy.delay_seconds(error, self._attempt)
        if delay_seconds is None:
            raise error
        self._on_retry(self._attempt, delay_seconds, error)
        self._attempt += 1
        await self._policy.sleep(delay_seconds)

    async def run(self, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        """Make attempts until one succeeds or the policy gives up."""
        while True:
            try:
                return await attempt()
            except BedrockLLMError as error:
                await self.wait_or_raise(error)
