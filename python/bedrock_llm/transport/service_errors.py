"""Turn what Bedrock answers instead of a reply into our exceptions.

Design on one page:

    HTTP reply >= 300 ──► error_from_reply ─┐
    exception frame   ──► error_from_frame ─┼─► error_from_service ──► ServiceError + ClientError
    botocore's error  ──► boto_errors ──────┘         │
                                     code row, else HTTP status row, else ServiceError

A code is looked up without regard to case, because streams spell theirs `throttlingException`.
The class found decides whether the call may be retried; this module only fills in the facts.

The exception is also a botocore `ClientError` (`error.response["Error"]["Code"]`), so clauses
written for boto3 keep working. botocore is imported when the first error is made, not before: this
module imports neither boto3 nor aiohttp.

Sources: botocore 1.44.5's service model `bedrock-runtime` 2023-09-30 (each code of it has a row; a
test says so) and `retries/standard.py`;
https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html (read 2026-11-22).
"""

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from bedrock_llm.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    InternalServiceError,
    ModelFailedError,
    ModelNotFoundError,
    ModelNotReadyError,
    ModelTimeoutError,
    QuotaExceededError,
    RequestRefusedError,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
)

__all__ = [
    "ERROR_CODES",
    "error_from_frame",
    "error_from_reply",
    "error_from_service",
    "is_context_overflow",
    "retry_after_seconds",
]

_ROWS: Mapping[type[ServiceError], str] = {
    ThrottledError: (
        "ThrottlingException Throttling ThrottledException RequestThrottled SlowDown "
        "RequestThrottledException TooManyRequestsException RequestLimitExceeded "
        "LimitExceededException BandwidthLimitExceeded PriorRequestNotComplete"
    ),
    ServiceUnavailableError: (
        "ServiceUnavailableException ServiceUnavailable OverloadedException Overloaded"
    ),
    InternalServiceError: (
        "InternalServerException InternalServerError InternalServiceException "
        "InternalServiceError InternalFailure InternalError"
    ),
    ModelTimeoutError: "ModelTimeoutException RequestTimeout RequestTimeoutException",
    ModelNotReadyError: "ModelNotReadyException",
    ModelFailedError: "ModelErrorException ModelStreamErrorException",
    QuotaExceededError: "ServiceQuotaExceededException",
    RequestRefusedError: (
        "ValidationException ValidationError MalformedQueryString MissingParameter "
        "InvalidParameterValue InvalidParameterCombination InvalidAction SerializationException "
        "UnknownOperationException "
        "RequestEntityTooLarge RequestEntityTooLargeException"
    ),
    AuthenticationError: (
        "ExpiredTokenException ExpiredToken UnrecognizedClientException InvalidClientTokenId "
        "InvalidSignatureException SignatureDoesNotMatch MissingAuthenticationToken "
        "MissingAuthenticationTokenException IncompleteSignature IncompleteSignatureException "
        "AuthFailure InvalidAccessKeyId RequestExpired RequestTimeTooSkewed "
        "UnauthorizedException InvalidToken InvalidTokenException"
    ),
    AccessDeniedError: "AccessDeniedException AccessDenied NotAuthorized OptInRequired",
    ModelNotFoundError: "ResourceNotFoundException ResourceNotFound",
    ConflictError: "ConflictException",
}

ERROR_CODES: Mapping[str, type[ServiceError]] = MappingProxyType(
    {code.lower(): kind for kind, codes in _ROWS.items() for code in codes.split()}
)
"""Error code in lower case to exception class."""

_STATUS_ROWS: Mapping[int, type[ServiceError]] = {
    401: AuthenticationError,
    403: AccessDeniedError,
    404: ModelNotFoundError,
    408: ModelTimeoutError,
    409: ConflictError,
    424: ModelFailedError,
    429: ThrottledError,
    502: ServiceUnavailableError,
    503: ServiceUnavailableError,
    504: ServiceUnavailableError,
    529: ServiceUnavailableError,
}
_STATUS_CLASS_ROWS: Mapping[int, type[ServiceError]] = {
    4: RequestRefusedError,
    5: InternalServiceError,
}

_ALL_KINDS: tuple[type[ServiceError], ...] = (ServiceError, *_ROWS)
_KINDS: Mapping[str, type[ServiceError]] = {kind.__name__: kind for kind in _ALL_KINDS}

_HINTS: Mapping[type[ServiceError], str] = {
    AuthenticationError: "check the access key, the session token, the API key and the clock",
    AccessDeniedError: "check the IAM policy and the model access of this account",
    ModelNotFoundError: "check the model id and that this region has the model",
    QuotaExceededError: "raise the quota in Service Quotas; waiting does not help",
}

_OVERFLOW_TEXTS = (
    "input is too long for requested model",
    "exceed context limit",
    "too many total text bytes",
    "prompt is too long",
    "this model's maximum context length is",
)

# A refused signature is answered with the whole canonical request, session token included.
_SESSION_TOKEN = re.compile(r"(x-amz-security-token:\s*)\S+", re.IGNORECASE)

_SHOWN_CHARACTERS = 500


def error_from_service(  # noqa: PLR0913  one argument per fact of an error
    code: str,
    message: str,
    *,
    status_code: int | None = None,
    model_id: str | None = None,
    request_id: str | None = None,
    retry_after_seconds: float | None = None,
    operation: str = "",
    original_status_code: int | None = None,
) -> ServiceError:
    """Build the exception for an error the service named.

    Args:
        code: AWS's code in any case, or "" where none came.
        message: AWS's own text.
        status_code: The HTTP status, or None for an error inside a stream.
        model_id: The model id of the call.
        request_id: AWS's request id.
        retry_after_seconds: The wait the service asked for.
        operation: The operation, such as `Converse`.
        original_status_code: The model server's own status, where Bedrock tells it.

    Returns:
        An instance of the mapped class that is also a botocore `ClientError`; it can be pickled.
    """
    facts: dict[str, Any] = {
        "code": code,
        "message": _SESSION_TOKEN.sub(r"\1<hidden>", message),
        "status_code": status_code,
        "model_id": model_id,
        "request_id": request_id,
        "retry_after_seconds": retry_after_seconds,
        "operation": operation,
        "original_status_code": original_status_code,
    }
    return _build(facts)


def error_from_reply(
    status_code: int, headers: Mapping[str, str], body: bytes, *, model_id: str, operation: str
) -> ServiceError:
    """Build the exception for an HTTP reply that is an error.

    Args:
        status_code: The HTTP status, 300 or more.
        headers: The reply's headers; looked up in lower case, as aiohttp's and botocore's allow.
        body: The reply's body; JSON as a rule, a proxy's page at worst.
        model_id: The model id of the call.
        operation: The operation, such as `Converse`.

    Returns:
        The mapped exception.
    """
    fields = _json_object(body)
    named = headers.get("x-amzn-errortype") or fields.get("__type") or fields.get("code") or ""
    text = _message_of(fields) or body[:_SHOWN_CHARACTERS].decode("utf-8", "replace")
    return error_from_service(
        _bare_code(str(named)),
        text,
        status_code=status_code,
        model_id=model_id,
        request_id=headers.get("x-amzn-requestid"),
        retry_after_seconds=retry_after_seconds(headers),
        operation=operation,
        original_status_code=_whole_number(fields.get("originalStatusCode")),
    )


def error_from_frame(
    headers: Mapping[str, object],
    payload: bytes,
    *,
    model_id: str,
    operation: str,
    request_id: str | None = None,
) -> ServiceError:
    """Build the exception for an `exception` or `error` frame of an event stream.

    Args:
        headers: The frame's headers.
        payload: The frame's payload.
        model_id: The model id of the call.
        operation: The operation, such as `ConverseStream`.
        request_id: AWS's request id of the stream.

    Returns:
        The mapped exception; `status_code` is that of its class, as a stream carries none.
    """
    fields = _json_object(payload)
    code = headers.get(":exception-type") or headers.get(":error-code") or ""
    return error_from_service(
        _bare_code(str(code)),
        _message_of(fields) or str(headers.get(":error-message", "")),
        model_id=model_id,
        request_id=request_id,
        operation=operation,
        original_status_code=_whole_number(fields.get("originalStatusCode")),
    )


def is_context_overflow(error: ServiceError) -> bool:
    """Say whether a refusal means that the request is longer than the model's window.

    A throttle ("Too many tokens, please wait") is never taken for one.
    """
    text = error.message.lower()
    return isinstance(error, RequestRefusedError) and any(row in text for row in _OVERFLOW_TEXTS)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read how long the service asks to wait.

    `x-amz-retry-after` counts milliseconds (botocore 1.44.5, `retries/standard.py`);
    `retry-after` counts seconds or names a date (RFC 9110, 10.2.3).

    Returns:
        Seconds, never negative, or None where nothing readable is said.
    """
    milliseconds = headers.get("x-amz-retry-after", "")
    if milliseconds.isdecimal():
        return float(milliseconds) / 1000
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        return _seconds_until(value)


def _seconds_until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None


def _build(facts: Mapping[str, Any]) -> ServiceError:
    """Make the exception from its facts; also what unpickling calls."""
    code, status_code = str(facts["code"]), facts["status_code"]
    kind = ERROR_CODES.get(code.lower()) or _kind_of_status(status_code)
    passed = {name: facts[name] for name in _passed_names(kind)}
    error = _client_error_class(kind.__name__)(_sentence(facts, kind), **passed)
    metadata = {"HTTPStatusCode": error.status_code, "RequestId": facts["request_id"] or ""}
    response = {
        "Error": {"Code": code, "Message": facts["message"]},
        "ResponseMetadata": metadata,
    }
    vars(error).update(facts=facts, operation_name=facts["operation"], response=response)
    return error


def _passed_names(kind: type[ServiceError]) -> tuple[str, ...]:
    names = ("code", "status_code", "model_id", "request_id", "retry_after_seconds")
    return (*names, "original_status_code") if issubclass(kind, ModelFailedError) else names


def _kind_of_status(status_code: object) -> type[ServiceError]:
    if not isinstance(status_code, int):
        return ServiceError
    by_class = _STATUS_CLASS_ROWS.get(status_code // 100, ServiceError)
    return _STATUS_ROWS.get(status_code, by_class)


def _sentence(facts: Mapping[str, Any], kind: type[ServiceError]) -> str:
    status = "in the stream" if facts["status_code"] is None else f"HTTP {facts['status_code']}"
    hint = _HINTS.get(kind)
    return (
        f"{facts['operation'] or 'the call'} on {facts['model_id']!r} failed with "
        f"{facts['code'] or 'no error code'} ({status}): {facts['message'] or 'no message'}"
        f"{'; ' + hint if hint else ''}"
    )


@cache
def _client_error_class(name: str) -> type[ServiceError]:
    from botocore.exceptions import (  # noqa: PLC0415  only where an error is made: import of bedrock_llm must load no boto3
        ClientError,
    )

    def initialise(self: Exception, *arguments: object) -> None:
        Exception.__init__(self, *arguments)

    def reduce(self: ServiceError) -> tuple[object, ...]:
        return _build, (vars(self)["facts"],)

    kind = _KINDS[name]
    bridge = type("ServiceClientError", (ClientError,), {"__init__": initialise})
    members = {"__doc__": kind.__doc__, "__module__": kind.__module__, "__reduce__": reduce}
    return type(name, (kind, bridge), members)


def _json_object(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _message_of(fields: Mapping[str, object]) -> str:
    value = fields.get("message") or fields.get("Message") or fields.get("errorMessage") or ""
    return str(value)


def _bare_code(code: str) -> str:
    """Strip what AWS writes around a code: `aws.shape#Code:http://...`."""
    return code.split(":", 1)[0].rsplit("#", 1)[-1].strip()


def _whole_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
