"""Our signatures are botocore's, bit for bit."""

from types import SimpleNamespace

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.transport.signing import RequestTemplate, Signer, host_of

URL = "https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%2Fx/converse"
TEMPLATE = RequestTemplate(
    url=URL,
    region_name="us-east-1",
    service_name="bedrock",
    signed_headers={"content-type": "application/json", "host": host_of(URL)},
)
KEYS = st.text("abcdefABCDEF0123456789/+=", min_size=1, max_size=40)
STAMPS = st.datetimes().map(lambda moment: f"{moment.year:04}{moment:%m%dT%H%M%SZ}")


def sign_with_botocore(
    template: RequestTemplate, credentials: ReadOnlyCredentials, body: bytes, timestamp: str
) -> str:
    headers = {k: v for k, v in template.signed_headers.items() if k != "host"}
    headers["X-Amz-Date"] = timestamp
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    request = AWSRequest(method="POST", url=template.url, data=body, headers=headers)
    request.context["timestamp"] = timestamp
    auth = SigV4Auth(credentials, template.service_name, template.region_name)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(text, request))
    return request.headers["Authorization"]


@given(
    body=st.binary(max_size=200),
    keys=st.lists(st.tuples(KEYS, KEYS, st.none() | KEYS, STAMPS), min_size=1, max_size=4),
)
def test_a_signature_equals_botocores_while_keys_and_days_change(
    body: bytes, keys: list[tuple[str, str, str | None, str]]
) -> None:
    signer = Signer(TEMPLATE)
    for access_key, secret_key, token, timestamp in keys:
        credentials = ReadOnlyCredentials(access_key, secret_key, token)
        headers = signer.sign(credentials, body, timestamp=timestamp)
        expected = sign_with_botocore(TEMPLATE, credentials, body, timestamp)
        assert headers["Authorization"] == expected
        assert headers.get("X-Amz-Security-Token") == token
        assert headers["X-Amz-Date"] == timestamp


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/model/m/converse",
        "http://[::1]:8080/model/m/converse",
        "https://HOST.example:443/base%20path/model/a%3Ab/count-tokens",
        "http://host.example:443/model/m~1/converse",
    ],
)
def test_host_and_path_are_signed_as_botocore_signs_them(url: str) -> None:
    template = RequestTemplate(
        url=url,
        region_name="eu-west-1",
        service_name="bedrock",
        signed_headers={"content-type": "application/json", "host": host_of(url)},
    )
    credentials = ReadOnlyCredentials("key", "secret", None)
    headers = Signer(template).sign(credentials, b"{}", timestamp="20261122T120000Z")
    expected = sign_with_botocore(template, credentials, b"{}", "20261122T120000Z")
    assert headers["Authorization"] == expected


def test_a_header_with_braces_or_runs_of_spaces_is_signed_as_botocore_signs_it() -> None:
    template = RequestTemplate(
        url=URL,
        region_name="us-east-1",
        service_name="bedrock",
        signed_headers={"x-amzn-note": " {0}  {a}b ", "host": host_of(URL)},
    )
    credentials = ReadOnlyCredentials("key", "secret", "token")
    headers = Signer(template).sign(credentials, b"", timestamp="20261122T120000Z")
    expected = sign_with_botocore(template, credentials, b"", "20261122T120000Z")
    assert headers["Authorization"] == expected


def test_the_clock_gives_the_time_of_day() -> None:
    now = SimpleNamespace(seconds=0.0)
    signer = Signer(TEMPLATE, clock=lambda: now.seconds)
    credentials = ReadOnlyCredentials("key", "secret", None)
    assert signer.sign(credentials, b"")["X-Amz-Date"] == "19700101T000000Z"
    now.seconds = 86_400.9
    headers = signer.sign(credentials, b"")
    assert headers["X-Amz-Date"] == "19700102T000000Z"
    assert "/19700102/" in headers["Authorization"]
