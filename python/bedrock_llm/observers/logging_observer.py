"""`LoggingObserver`: one log line per event, without content and without secrets."""

import logging

from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.observers.observer import ModelObserver, RetryNotice, TruncationNotice
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response


class LoggingObserver(ModelObserver):
    """Log every call through the standard `logging` module.

    Model, sizes, usage and outcome are logged; prompts, replies and credentials never are.

    Args:
        logger: Where to log; by default the logger `bedrock_llm.calls`. No handler is set up.
    """

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("bedrock_llm.calls")

    def on_request_start(self, request: Request) -> None:
        """Log the model and the number of messages."""
        self._logger.debug("%s: %d messages", request.model_id, len(request.messages))

    def on_request_complete(self, response: Response) -> None:
        """Log the stop reason, the tokens and the service's own latency."""
        usage = response.usage
        self._logger.info(
            "%s: %s, %s input tokens, %s output tokens, %s ms, request %s",
            response.model_id,
            response.stop_reason,
            usage.input_tokens if usage else None,
            usage.output_tokens if usage else None,
            response.latency_ms,
            response.request_id,
        )

    def on_error(self, error: BedrockLLMError) -> None:
        """Log the class of the error and where it came from, not its message."""
        self._logger.error(
            "%s: %s, request %s", error.model_id, type(error).__name__, error.request_id
        )

    def on_retry(self, notice: RetryNotice) -> None:
        """Log what failed and how long the wait is."""
        self._logger.warning(
            "%s: attempt %d failed with %s; again in %.2f s",
            notice.model_id,
            notice.attempt,
            type(notice.error).__name__,
            notice.delay_seconds,
        )

    def on_truncation(self, notice: TruncationNotice) -> None:
        """Log how many messages were left out, and the tokens of what is sent."""
        fitted = notice.fitted
        self._logger.warning(
            "%s: %d messages dropped, %d shortened, %d tokens are sent",
            notice.model_id,
            sum(run.stop - run.start for run in fitted.dropped),
            len(fitted.shortened),
            fitted.tokens_after,
        )
