"""The endpoint's door: requests signed by botocore, and what is wrong with forged ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from multidict import CIMultiDict
from pydantic import SecretStr

from bedrock_llm.errors import ServiceError
from bedrock_llm.local import LocalCredentials
from bedrock_llm.local.signatures import ReceivedRequest, SignatureVerifier

SECRET = "secret"
KNOWN = LocalCredentials(access_key_id="AKID", secret_access_key=SecretStr(SECRET))
TEMPORARY = LocalCredentials(
    access_key_id="ASIA", secret_access_key=SecretStr(SECRET), session_token=SecretStr("token")
)
WITH_KEY = LocalCredentials(access_key_id="KEYED", api_key=SecretStr("bedrock-api-key"))
ARN_PATH = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprompt-router%2Fa%2Bb/converse"


def sign(
    key_id: str = "AKID",
    *,
    secret: str = SECRET,
    token: str | None = None,
    scope: tuple[str, str] = ("bedrock", "us-east-1"),
    path: str = "/model/a.b-v1%3A0/converse",
) -> ReceivedRequest:
    request = AWSRequest(
        "POST",
        f"http://127.0.0.1:8000{path}",
        data=b'{"a": "\xc3\xa9"}',
        headers={"Content-Type": "application/json", "X-Amzn-Note": "two  spaces"},
    )
    SigV4Auth(Credentials(key_id, secret, token), *scope).add_auth(request)
    headers = {**dict(request.headers), "Host": "127.0.0.1:8000", "User-Agent": "test"}
    return ReceivedRequest(
        method="POST", raw_path=path, headers=CIMultiDict(headers), body=request.body
    )


def change(request: ReceivedRequest, **members: object) -> ReceivedRequest:
    kept = {name: getattr(request, name) for name in ("method", "raw_path", "headers", "body")}
    return ReceivedRequest(**{**kept, **members})


def set_header(name: str, value: str) -> ReceivedRequest:
    signed = sign()
    return change(signed, headers=CIMultiDict({**signed.headers, name: value}))


def replace_in_authorization(old: str, new: str) -> ReceivedRequest:
    written = sign().headers["Authorization"]
    assert old in written
    return set_header("Authorization", written.replace(old, new))


def verify(request: ReceivedRequest, *, ahead: timedelta = timedelta()) -> None:
    expired = LocalCredentials(
        access_key_id="OLD",
        secret_access_key=SecretStr(SECRET),
        expires_at=datetime.now(UTC) - timedelta(hours=1),
    )
    SignatureVerifier(
        [KNOWN, TEMPORARY, WITH_KEY, expired],
        region_name="us-east-1",
        clock=lambda: datetime.now(UTC) + ahead,
    ).verify(request)


def refuse(request: ReceivedRequest, *, ahead: timedelta = timedelta()) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        verify(request, ahead=ahead)
    assert caught.value.status_code == 403
    return caught.value


@pytest.mark.parametrize(
    "path", ["/model/a.b-v1%3A0/converse", ARN_PATH, "/model/a/converse?b=2&a=1"]
)
def test_a_request_signed_by_botocore_is_let_in(path: str) -> None:
    verify(sign(path=path))


def test_a_session_token_is_let_in_where_it_is_known() -> None:
    verify(sign("ASIA", token="token"))


def test_a_known_api_key_is_let_in_and_another_is_not() -> None:
    verify(set_header("Authorization", "Bearer bedrock-api-key"))

    error = refuse(set_header("Authorization", "Bearer bedrock-api-kez"))

    assert error.code == "AccessDeniedException"
    assert "API Key" in error.message


FORGED: dict[str, tuple[str, Callable[[], ReceivedRequest]]] = {
    "no authorization": (
        "MissingAuthenticationTokenException",
        lambda: change(sign(), headers=CIMultiDict({"Host": "x"})),
    ),
    "another scheme": (
        "IncompleteSignatureException",
        lambda: set_header("Authorization", "Basic x"),
    ),
    "no date": ("IncompleteSignatureException", lambda: set_header("X-Amz-Date", "")),
    "a date in words": ("IncompleteSignatureException", lambda: set_header("X-Amz-Date", "now")),
    "another terminator": (
        "IncompleteSignatureException",
        lambda: replace_in_authorization("/aws4_request", "/aws5_request"),
    ),
    "an unknown key": ("UnrecognizedClientException", lambda: sign("NOBODY")),
    "a missing token": ("UnrecognizedClientException", lambda: sign("ASIA")),
    "another token": ("UnrecognizedClientException", lambda: sign("ASIA", token="other")),
    "a token too many": ("UnrecognizedClientException", lambda: sign("AKID", token="token")),
    "an expired key": ("ExpiredTokenException", lambda: sign("OLD")),
    "another secret": ("InvalidSignatureException", lambda: sign(secret="other")),
    "another body": ("InvalidSignatureException", lambda: change(sign(), body=b"{}")),
    "another path": (
        "InvalidSignatureException",
        lambda: change(sign(), raw_path="/model/b/converse"),
    ),
    "another method": ("InvalidSignatureException", lambda: change(sign(), method="PUT")),
    "another header value": (
        "InvalidSignatureException",
        lambda: set_header("Content-Type", "text/plain"),
    ),
    "an unsigned amazon header": ("InvalidSignatureException", lambda: set_header("X-Amz-E", "1")),
    "another body digest": (
        "InvalidSignatureException",
        lambda: set_header("X-Amz-Content-SHA256", "0" * 64),
    ),
    "bytes that are no text": ("InvalidSignatureException", lambda: set_header("Host", "\udcff")),
    "a host that is none": ("InvalidSignatureException", lambda: set_header("Host", "[x")),
    "another region": (
        "InvalidSignatureException",
        lambda: sign(scope=("bedrock", "eu-west-1")),
    ),
    "another service": ("InvalidSignatureException", lambda: sign(scope=("s3", "us-east-1"))),
    "an unsigned host": (
        "InvalidSignatureException",
        lambda: replace_in_authorization("host;", ""),
    ),
    "a signed header that is missing": (
        "InvalidSignatureException",
        lambda: replace_in_authorization("host;", "host;missing;"),
    ),
    "another day": (
        "InvalidSignatureException",
        lambda: replace_in_authorization("AKID/20", "AKID/19"),
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_request_is_refused_with_the_code_of_aws(name: str) -> None:
    code, forge = FORGED[name]

    error = refuse(forge())

    assert error.code == code
    assert "secret" not in error.message


@pytest.mark.parametrize(
    ("ahead", "expected"), [(6, "Signature expired"), (-6, "Signature not yet current")]
)
def test_a_clock_more_than_five_minutes_off_is_refused(ahead: int, expected: str) -> None:
    error = refuse(sign(), ahead=timedelta(minutes=ahead))

    assert error.code == "InvalidSignatureException"
    assert error.message.startswith(expected)


def test_a_clock_four_minutes_off_is_let_in() -> None:
    verify(sign(), ahead=timedelta(minutes=4))
    verify(sign(), ahead=timedelta(minutes=-4))


def test_no_secret_shows_in_the_credentials_repr() -> None:
    assert "secret'" not in repr(KNOWN)
    assert "bedrock-api-key" not in repr(WITH_KEY)
