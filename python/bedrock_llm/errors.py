"""Every exception of the library, in one tree.

    BedrockLLMError
    ├── ConfigurationError              something this process was given is missing or wrong
    │   ├── MissingExtraError           an optional package is not installed
    │   ├── CredentialsError            no usable AWS credentials were found
    │   └── VocabularyMissingError      a token vocabulary is not installed
    ├── InvalidRequestError             what the caller asked for cannot be sent
    │   ├── MessageError                a message or content block is malformed
    │   ├── ChatTemplateError           a user's chat template cannot be read or run
    │   │   └── ChatTemplateRefusalError  it refuses the conversation, in its own words
    │   ├── ControlTokenError           content holds what only a template may write
    │   ├── ParameterError              a parameter is unknown, mistyped or out of range
    │   ├── ModelIdError                a model id or ARN cannot be read
    │   ├── UnknownModelError           no family is known for a model id
    │   └── TokenBudgetError            a text does not fit a token budget
    ├── TokenizerError                  a vocabulary file or a token id is invalid
    │   └── UnknownTokenError           a token or its id is not in the vocabulary
    ├── ContextWindowError              a request does not fit the model's window
    ├── ServiceError                    Bedrock answered with an error
    │   ├── ThrottledError              too many requests or tokens now; retryable
    │   ├── ServiceUnavailableError     the service is down or overloaded; retryable
    │   ├── InternalServiceError        the service failed; retryable
    │   ├── ModelTimeoutError           the model took too long; retryable
    │   ├── ModelNotReadyError          an imported model is still loading; retryable
    │   ├── ModelFailedError            the model failed on this request; may be retryable
    │   ├── QuotaExceededError          an account quota is reached
    │   ├── RequestRefusedError         Bedrock refused the request as invalid
    │   ├── AuthenticationError         the signature, key or token was refused
    │   ├── AccessDeniedError           the identity may not use this model
    │   ├── ModelNotFoundError          no such model in this region
    │   └── ConflictError               the resource is in another state than the call needs
    ├── ConnectionFailedError           no connection, or it broke before a reply; retryable
    ├── CallTimeoutError                no reply within the timeout; retryable
    ├── CallAbandonedError              the caller gave a call up; told to observers, never raised
    ├── ResponseError                   a reply cannot be read
    │   └── FrameError                  an event-stream frame is broken (length, checksum, header)
    ├── StreamError                     a stream failed or ended early; carries the partial reply
    └── InputError                      an input file or row cannot be read

A `ServiceError` that came from AWS is also a botocore `ClientError`, so `except ClientError` keeps
working; `bedrock_llm.transport.service_errors` builds it. Each error carries its facts, and the
retry loop asks the error, never a status table.
"""

from typing import Any, ClassVar


class BedrockLLMError(Exception):
    """Base of everything this library raises.

    Attributes:
        is_retryable: The same call may succeed if it is sent again.
        model_id: The model id of the call, or None where no call was under way.
        request_id: AWS's request id, or None where no reply came.
        retry_after_seconds: The wait the service asked for, or None where it named none.
    """

    is_retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        model_id: str | None = None,
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.model_id = model_id
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is pickled by its positional arguments; ours are keywords.
        return _rebuild, (type(self), self.__dict__)


class ConfigurationError(BedrockLLMError):
    """Say that something this process was given is missing or wrong."""


class MissingExtraError(ConfigurationError):
    """Say that an optional package is not installed, and which extra brings it."""


class CredentialsError(ConfigurationError):
    """Say that no usable AWS credentials were found."""


class VocabularyMissingError(ConfigurationError):
    """Say that a token vocabulary is not installed, and what brings it."""


class InvalidRequestError(BedrockLLMError, ValueError):
    """Say that what the caller asked for cannot be sent."""


class MessageError(InvalidRequestError):
    """Say that a message or content block is malformed."""


class ChatTemplateError(InvalidRequestError):
    """Say that a chat template that a user brought cannot be read, fails, or passes a limit."""


class ChatTemplateRefusalError(ChatTemplateError):
    """Say that a chat template refuses the conversation: it called `raise_exception`."""


class ControlTokenError(InvalidRequestError):
    """Say that content holds a control token, where, and what can be done about it."""


class ParameterError(InvalidRequestError):
    """Say that a parameter is unknown, mistyped or out of range."""


class ModelIdError(InvalidRequestError):
    """Say that a model id or ARN cannot be read."""


class UnknownModelError(InvalidRequestError):
    """Say that no family is known for a model id."""


class TokenBudgetError(InvalidRequestError):
    """Say that a text does not fit what is left of a token budget."""


class TokenizerError(BedrockLLMError, ValueError):
    """Say that a vocabulary file or a token id is invalid."""


class UnknownTokenError(TokenizerError, KeyError):
    """Say that a token or its id is not in the vocabulary."""


class ContextWindowError(InvalidRequestError):
    """Say that a request does not fit the model's window.

    Attributes:
        tokens: What the request counts as it was given, or None where that was not counted.
        limit_tokens: What it may count at most.
        protected_tokens: What must be kept counts alone, or None where nothing was to be dropped.
    """

    def __init__(
        self,
        message: str,
        *,
        tokens: int | None = None,
        limit_tokens: int | None = None,
        protected_tokens: int | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.tokens = tokens
        self.limit_tokens = limit_tokens
        self.protected_tokens = protected_tokens


class ServiceError(BedrockLLMError):
    """Say that Bedrock answered with an error.

    Attributes:
        code: AWS's error code, such as `ThrottlingException`.
        status_code: The HTTP status; for an error inside a stream, the status of its exception
            in the service model.
    """

    default_status_code: ClassVar[int] = 400

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status_code: int | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.status_code = self.default_status_code if status_code is None else status_code


class ThrottledError(ServiceError):
    """Say that Bedrock takes no more requests or tokens now."""

    is_retryable = True
    default_status_code = 429


class ServiceUnavailableError(ServiceError):
    """Say that the service is down or overloaded."""

    is_retryable = True
    default_status_code = 503


class InternalServiceError(ServiceError):
    """Say that the service failed."""

    is_retryable = True
    default_status_code = 500


class ModelTimeoutError(ServiceError):
    """Say that the model took longer than Bedrock waits."""

    is_retryable = True
    default_status_code = 408


class ModelNotReadyError(ServiceError):
    """Say that an imported model is still being loaded."""

    is_retryable = True
    default_status_code = 429


class ModelFailedError(ServiceError):
    """Say that the model failed on this request.

    Attributes:
        original_status_code: The model server's own status, or None where Bedrock named none.
    """

    default_status_code = 424

    def __init__(
        self, message: str, *, original_status_code: int | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.original_status_code = original_status_code
        self.is_retryable = original_status_code is None or original_status_code >= 500  # noqa: PLR2004  an HTTP class


class QuotaExceededError(ServiceError):
    """Say that an account quota is reached: waiting does not help."""


class RequestRefusedError(ServiceError):
    """Say that Bedrock refused the request as invalid."""


class AuthenticationError(ServiceError):
    """Say that the signature, key or token was refused."""

    default_status_code = 403


class AccessDeniedError(ServiceError):
    """Say that the identity may not use this model."""

    default_status_code = 403


class ModelNotFoundError(ServiceError):
    """Say that this region has no such model."""

    default_status_code = 404


class ConflictError(ServiceError):
    """Say that the resource is in another state than the call needs."""


class ConnectionFailedError(BedrockLLMError):
    """Say that no connection came about, or that it broke before a reply."""

    is_retryable = True


class CallTimeoutError(BedrockLLMError, TimeoutError):
    """Say that no reply came within the timeout."""

    is_retryable = True


class CallAbandonedError(BedrockLLMError):
    """Say that the caller gave a call up before its reply; `__cause__` says what made it leave."""


class ResponseError(BedrockLLMError):
    """Say that a reply cannot be read."""


class FrameError(ResponseError):
    """Say that an event-stream frame is broken."""


class StreamError(BedrockLLMError):
    """Say that a stream failed or ended early.

    Attributes:
        partial: What had arrived, as a `bedrock_llm.responses.Response` whose `stop_reason` is
            None, or None where nothing had.
    """

    def __init__(self, message: str, *, partial: Any = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.partial = partial


class InputError(BedrockLLMError, ValueError):
    """Say that an input file or row cannot be read."""


def _rebuild(kind: type[BedrockLLMError], facts: dict[str, Any]) -> BedrockLLMError:
    error = kind.__new__(kind)
    error.args = (facts["message"],)
    error.__dict__.update(facts)
    return error
