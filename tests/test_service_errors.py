"""Errors of the service become our exceptions: every code, every shape, every fact."""

import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import botocore.session
import pytest
from botocore.exceptions import ClientError

from bedrock_llm.errors import (
    AccessDeniedError,
    AuthenticationError,
    InternalServiceError,
    ModelFailedError,
    ModelNotFoundError,
    ModelTimeoutError,
    RequestRefusedError,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
)
from bedrock_llm.transport.service_errors import (
    ERROR_CODES,
    error_from_frame,
    error_from_reply,
    error_from_service,
    is_context_overflow,
    retry_after_seconds,
)

MODEL_ID = "anthropic.claude-3-haiku-20240307-v1:0"
SERVICE_MODEL = botocore.session.Session().get_service_model("bedrock-runtime")
MODELLED = {shape.error_code: shape for shape in SERVICE_MODEL.error_shapes}
IN_STREAM = [
    name
    for name, shape in SERVICE_MODEL.shape_for("ConverseStreamOutput").members.items()
    if shape.metadata.get("exception")
]


@pytest.mark.parametrize("code", sorted(MODELLED))
def test_every_code_of_the_service_model_has_a_row_with_its_status(code: str) -> None:
    kind = ERROR_CODES[code.lower()]
    assert kind.default_status_code == MODELLED[code].metadata["error"]["httpStatusCode"]


@pytest.mark.parametrize("code", sorted(IN_STREAM))
def test_an_error_inside_a_stream_has_the_class_of_its_http_twin(code: str) -> None:
    error = error_from_frame(
        {":message-type": "exception", ":exception-type": code},
        b'{"message": "no"}',
        model_id=MODEL_ID,
        operation="ConverseStream",
    )
    assert isinstance(error, ERROR_CODES[code.lower()])
    twin = MODELLED[code[0].upper() + code[1:]]
    assert error.status_code == twin.metadata["error"]["httpStatusCode"]


def test_the_stream_has_exceptions_to_test() -> None:
    assert "throttlingException" in IN_STREAM


def test_the_code_in_the_header_is_read_without_what_aws_puts_around_it() -> None:
    error = error_from_reply(
        429,
        {
            "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/",
            "x-amzn-requestid": "abc",
            "x-amz-retry-after": "1500",
        },
        b'{"message": "Too many tokens, please wait"}',
        model_id=MODEL_ID,
        operation="Converse",
    )
    assert isinstance(error, ThrottledError)
    assert (error.code, error.status_code) == ("ThrottlingException", 429)
    assert (error.model_id, error.request_id) == (MODEL_ID, "abc")
    assert error.retry_after_seconds == 1.5
    assert error.is_retryable
    assert not is_context_overflow(error)
    assert "Too many tokens, please wait" in str(error)


@pytest.mark.parametrize("body", [b'{"__type": "aws#ValidationException", "Message": "bad"}'])
def test_the_code_in_the_body_is_read_where_no_header_names_it(body: bytes) -> None:
    error = error_from_reply(400, {}, body, model_id=MODEL_ID, operation="Converse")
    assert isinstance(error, RequestRefusedError)
    assert (error.code, error.response["Error"]["Message"]) == ("ValidationException", "bad")


@pytest.mark.parametrize(
    ("status_code", "kind"),
    [
        (400, RequestRefusedError),
        (401, AuthenticationError),
        (403, AccessDeniedError),
        (404, ModelNotFoundError),
        (408, ModelTimeoutError),
        (413, RequestRefusedError),
        (429, ThrottledError),
        (500, InternalServiceError),
        (502, ServiceUnavailableError),
        (529, ServiceUnavailableError),
        (599, InternalServiceError),
        (302, ServiceError),
    ],
)
def test_without_a_code_the_status_decides(status_code: int, kind: type[ServiceError]) -> None:
    page = b"<html>proxy says no</html>"
    error = error_from_reply(status_code, {}, page, model_id=MODEL_ID, operation="Converse")
    assert error.__class__.__mro__[1] is kind
    assert error.status_code == status_code
    assert "proxy says no" in str(error)


@pytest.mark.parametrize(
    "code",
    [
        "ExpiredTokenException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
    ],
)
def test_a_refused_key_is_an_authentication_error_with_a_way_out(code: str) -> None:
    error = error_from_service(code, "no", status_code=403, model_id=MODEL_ID)
    assert isinstance(error, AuthenticationError)
    assert not error.is_retryable
    assert "check the access key" in str(error)


def test_a_service_error_is_also_a_botocore_client_error() -> None:
    error = error_from_service(
        "AccessDeniedException", "no", status_code=403, request_id="abc", operation="Converse"
    )
    assert isinstance(error, ClientError)
    assert isinstance(error, AccessDeniedError)
    assert error.operation_name == "Converse"
    assert error.response == {
        "Error": {"Code": "AccessDeniedException", "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "abc"},
    }


def test_a_service_error_survives_a_process_pool() -> None:
    error = error_from_service("ThrottlingException", "wait", retry_after_seconds=2.0)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  made one line above
    assert isinstance(copy, ThrottledError)
    assert isinstance(copy, ClientError)
    assert (str(copy), copy.retry_after_seconds) == (str(error), 2.0)
    assert copy.response == error.response


@pytest.mark.parametrize(("original", "is_retryable"), [(400, False), (503, True), (None, True)])
def test_a_failed_model_may_be_tried_again_unless_the_request_was_at_fault(
    original: int | None, *, is_retryable: bool
) -> None:
    body = json.dumps({"message": "no", "originalStatusCode": original}).encode()
    headers = {"x-amzn-errortype": "ModelErrorException"}
    error = error_from_reply(424, headers, body, model_id=MODEL_ID, operation="Converse")
    assert isinstance(error, ModelFailedError)
    assert error.original_status_code == original
    assert error.is_retryable is is_retryable


def test_an_error_frame_names_its_code_in_headers() -> None:
    error = error_from_frame(
        {":message-type": "error", ":error-code": "InternalFailure", ":error-message": "oops"},
        b"",
        model_id=MODEL_ID,
        operation="ConverseStream",
        request_id="abc",
    )
    assert isinstance(error, InternalServiceError)
    assert (error.status_code, error.request_id) == (500, "abc")
    assert "oops" in str(error)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"x-amz-retry-after": "250"}, 0.25),
        ({"x-amz-retry-after": "9" * 5_000}, float("inf")),
        ({"x-amz-retry-after": "250", "retry-after": "9"}, 0.25),
        ({"x-amz-retry-after": "-1", "retry-after": "9"}, 9.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after_is_read_in_its_units(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_seconds(headers) == expected


def test_a_retry_after_date_counts_from_now() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    waited_seconds = retry_after_seconds({"retry-after": date})
    assert waited_seconds is not None
    assert 50 < waited_seconds <= 60


@pytest.mark.parametrize(
    "text",
    [
        "Input is too long for requested model.",
        "input length and `max_tokens` exceed context limit: 199000 + 8000 > 200000",
        "The model returned the following errors: prompt is too long: 210000 tokens",
        "This model's maximum context length is 32768 tokens.",
    ],
)
def test_a_context_overflow_is_recognised(text: str) -> None:
    assert is_context_overflow(error_from_service("ValidationException", text, status_code=400))
    assert not is_context_overflow(error_from_service("ThrottlingException", text))


def test_an_error_without_code_or_status_is_still_a_service_error() -> None:
    error = error_from_frame({}, b"\xff", model_id=MODEL_ID, operation="ConverseStream")
    assert isinstance(error, ServiceError)
    assert "no error code" in str(error)
