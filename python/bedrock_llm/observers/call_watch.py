"""`CallWatch`: observers hear of each call one start and one end, however it goes.

    with watch:                    on_request_start, (on_truncation)
        reply = await ...          (on_retry ...)
        watch.completed(reply)     on_request_complete
                                   on_error where the block was left by an exception instead

Only the first end is told. A call that its caller gave up (a cancelled task, a stream left early)
ends with `on_error` too: an error whose `__cause__` is what made the caller leave, and for a stream
its partial reply. A stream left after `messageStop` has its whole reply and completes.
"""

from types import TracebackType
from typing import Self

from bedrock_llm.errors import BedrockLLMError, CallAbandonedError, StreamError
from bedrock_llm.fitted import Fitted
from bedrock_llm.messages import Message
from bedrock_llm.observers.observer import Observers, TruncationNotice
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response


class CallWatch:
    """Tell the observers of one call.

    Args:
        observers: Who is told.
        request: The request as it is sent.
        model_id: The model id of the call.
        fitted: What was left out of its conversation; None where nothing was.
    """

    def __init__(
        self,
        observers: Observers,
        request: Request,
        *,
        model_id: str,
        fitted: Fitted[Message] | None = None,
    ) -> None:
        self._observers = observers
        self._request = request
        self._model_id = model_id
        self._fitted = fitted
        self._has_ended = False

    def __enter__(self) -> Self:
        self._observers.started(self._request)
        if self._fitted is not None:
            notice = TruncationNotice(model_id=self._model_id, fitted=self._fitted)
            self._observers.truncated(notice)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, BedrockLLMError):
            self.failed(error)
        elif error is not None:
            self.failed(self._given_up(error))

    def completed(self, response: Response) -> None:
        """Tell that the whole reply has come."""
        if not self._has_ended:
            self._has_ended = True
            self._observers.completed(response)

    def failed(self, error: BedrockLLMError) -> None:
        """Tell that the call has failed for good; the error is given the call's model id."""
        error.model_id = error.model_id or self._model_id
        if not self._has_ended:
            self._has_ended = True
            self._observers.failed(error)

    def ended_early(self, error: StreamError) -> None:
        """Tell that a stream was left: with its reply where that is whole, else with the error."""
        partial: Response | None = error.partial
        if partial is not None and partial.stop_reason is not None:
            self.completed(partial)
        else:
            self.failed(error)

    def _given_up(self, cause: BaseException) -> CallAbandonedError:
        error = CallAbandonedError(
            f"the call of {self._model_id!r} was given up before its reply: {type(cause).__name__}",
            model_id=self._model_id,
        )
        error.__cause__ = cause
        return error
