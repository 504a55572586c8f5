"""`ModelObserver`: the hooks of a call, and `Observers`: the ones who are told."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.fitted import Fitted
from bedrock_llm.messages import Message
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response

_LOGGER = logging.getLogger("bedrock_llm.observers")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryNotice:
    """Facts of a retry that is about to wait.

    Attributes:
        model_id: The model id of the call.
        attempt: The attempt that failed, counted from 1.
        delay_seconds: The wait before the next attempt.
        error: What the attempt failed with.
    """

    model_id: str
    attempt: int
    delay_seconds: float
    error: BedrockLLMError


@dataclass(frozen=True, slots=True, kw_only=True)
class TruncationNotice:
    """Facts of a conversation that was shortened to fit the model's window.

    Attributes:
        model_id: The model id of the call.
        fitted: What is sent, and what was left out and why.
    """

    model_id: str
    fitted: Fitted[Message]


class ModelObserver:
    """Watch calls; override the hooks that matter to you.

    Hooks run on the event loop of the call: return quickly. What a hook raises is logged and
    ignored.
    """

    def on_request_start(self, request: Request) -> None:
        """Hear of a request before it is sent."""

    def on_request_complete(self, response: Response) -> None:
        """Hear of a reply, whole or streamed to its end."""

    def on_error(self, error: BedrockLLMError) -> None:
        """Hear of a call that failed for good or was given up; `error.model_id` says whose.

        Of a cancelled call and of a stream that was left early, `error.__cause__` is the reason.
        """

    def on_retry(self, notice: RetryNotice) -> None:
        """Hear of an attempt that failed and will be made again."""

    def on_truncation(self, notice: TruncationNotice) -> None:
        """Hear, after the start of a request, that its conversation was shortened to fit."""


class Observers:
    """Tell every observer, in order; one that fails is logged and ignored."""

    def __init__(self, observers: ModelObserver | Iterable[ModelObserver] = ()) -> None:
        given = (observers,) if isinstance(observers, ModelObserver) else observers
        self._observers = tuple(given)

    def started(self, request: Request) -> None:
        """Tell that a request is about to be sent."""
        self._tell(lambda observer: observer.on_request_start(request))

    def completed(self, response: Response) -> None:
        """Tell that a reply has come."""
        self._tell(lambda observer: observer.on_request_complete(response))

    def failed(self, error: BedrockLLMError) -> None:
        """Tell that a call has failed for good."""
        self._tell(lambda observer: observer.on_error(error))

    def retried(self, notice: RetryNotice) -> None:
        """Tell that an attempt has failed and will be made again."""
        self._tell(lambda observer: observer.on_retry(notice))

    def truncated(self, notice: TruncationNotice) -> None:
        """Tell that a conversation was shortened."""
        self._tell(lambda observer: observer.on_truncation(notice))

    def _tell(self, hook: Callable[[ModelObserver], None]) -> None:
        for observer in self._observers:
            try:
                hook(observer)
            except Exception:
                # The one place that may catch everything: a watcher never breaks a call.
                _LOGGER.exception("observer %r failed and was ignored", type(observer).__name__)
