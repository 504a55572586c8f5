"""What the endpoint answers when it does not serve a call.

    refuse(code, message) ──► ServiceError ──► render_refusal(error, request_id) ──► HTTP reply

A refusal is raised as the same `ServiceError` a client would build from it, so the endpoint has no
second tree of exceptions. The status of each modelled code is read from botocore's service model;
the codes of the front door, which no model lists, are rows here.

Sources:
    Codes of the front door and their statuses: AWS, "Common Errors",
    https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html (2026-11-22).
    `x-amzn-errortype` carries a namespace after a colon and the body is `{"message": ...}`:
    reply headers in https://github.com/agentgateway/agentgateway/pull/3254 (2026-08-31). botocore
    cuts the namespace off.
"""

import json
from functools import cache

from aiohttp.web import Response

from bedrock_llm.errors import ModelFailedError, ServiceError
from bedrock_llm.local.service_model import load_service_model

_NAMESPACE = "http://internal.amazon.com/coral/com.amazon.bedrock/"
_JSON = "application/json"

_FRONT_DOOR_STATUS = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignatureException": 403,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "RequestEntityTooLargeException": 413,
    "SerializationException": 400,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
}
"""Statuses of the codes that AWS answers before a request reaches Bedrock's own model."""


@cache
def _modelled_statuses() -> dict[str, int]:
    """Read the status of every exception that the service model describes."""
    return {
        str(shape.metadata["error"].get("code", shape.name)): shape.metadata["error"][
            "httpStatusCode"
        ]
        for shape in load_service_model().error_shapes
    }


def find_status(code: str) -> int:
    """Find the HTTP status that a code travels with.

    Args:
        code: An AWS error code, such as `ThrottlingException`.

    Returns:
        The status of the service model or of the front door; 400 for a code neither knows.
    """
    front_door = _FRONT_DOOR_STATUS.get(code)
    return _modelled_statuses().get(code, 400) if front_door is None else front_door


def refuse(
    code: str,
    message: str,
    *,
    retry_after_seconds: float | None = None,
    original_status_code: int | None = None,
) -> ServiceError:
    """Build the refusal to raise.

    Args:
        code: An AWS error code.
        message: What Bedrock would say.
        retry_after_seconds: The wait to ask the client for.
        original_status_code: The model server's own status, of a `ModelErrorException`.

    Returns:
        The error, with the status its code travels with.
    """
    status = find_status(code)
    if original_status_code is None:
        return ServiceError(
            message, code=code, status_code=status, retry_after_seconds=retry_after_seconds
        )
    return ModelFailedError(
        message, code=code, status_code=status, original_status_code=original_status_code
    )


def refuse_invalid(message: str) -> ServiceError:
    """Build a `ValidationException`."""
    return refuse("ValidationException", message)


def render_refusal(error: ServiceError, request_id: str) -> Response:
    """Turn a refusal into AWS's error envelope.

    Args:
        error: What `refuse` built.
        request_id: The request id of the call.

    Returns:
        The reply: status, `x-amzn-ErrorType`, request id, the waits, and a JSON body.
    """
    headers = {
        "x-amzn-ErrorType": f"{error.code}:{_NAMESPACE}",
        "x-amzn-RequestId": request_id,
        **_wait_headers(error.retry_after_seconds),
    }
    body = json.dumps({"message": error.message, **_model_facts(error)}).encode()
    return Response(status=error.status_code, body=body, headers=headers, content_type=_JSON)


def _wait_headers(retry_after_seconds: float | None) -> dict[str, str]:
    """Write a wait as HTTP's whole seconds and as AWS's milliseconds.

    botocore reads `x-amz-retry-after` in milliseconds (botocore 1.44.5, `retries/standard.py`).
    """
    if retry_after_seconds is None:
        return {}
    return {
        "Retry-After": str(max(1, round(retry_after_seconds))),
        "x-amz-retry-after": str(round(retry_after_seconds * 1000)),
    }


def _model_facts(error: ServiceError) -> dict[str, int | str]:
    """List the extra members of a `ModelErrorException`."""
    if not isinstance(error, ModelFailedError) or error.original_status_code is None:
        return {}
    return {"originalStatusCode": error.original_status_code}
