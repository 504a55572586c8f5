"""Any body at all, sent to the endpoint: a reply, or a refusal in the envelope of AWS."""

import asyncio
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bedrock_llm.local import LocalCredentials, LocalEndpoint, LocalSettings, local_endpoint

API_KEY = "an-api-key"
KEYED = (LocalCredentials(api_key=SecretStr(API_KEY)),)
MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
BODY = {"messages": [{"role": "user", "content": [{"text": "Hello there, how are you?"}]}]}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LocalEndpoint]:
    with local_endpoint(credentials=KEYED) as running:
        yield running


async def post(
    endpoint: LocalEndpoint,
    body: object,
    *,
    path: str = f"/model/{MODEL}/converse",
) -> tuple[int, dict[str, str], bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(endpoint.url + path, data=io.BytesIO(data), headers=headers) as response,
    ):
        return response.status, dict(response.headers), await response.read()


def send(endpoint: LocalEndpoint, body: object, **options: str) -> tuple[int, dict[str, str], Any]:
    status, headers, content = asyncio.run(post(endpoint, body, **options))
    return status, headers, json.loads(content)


@pytest.mark.parametrize(
    ("body", "code", "expected"),
    [
        (b"{", "SerializationException", "could not be read"),
        (b"[1]", "SerializationException", "not an object"),
        (b'{"a": NaN}', "SerializationException", "NaN"),
        (b'"\xff"', "SerializationException", "UnicodeDecodeError"),
        (b'{"messages": "\\ud800"}', "SerializationException", "UnicodeEncodeError"),
        (b"[" * 100_000, "ValidationException", "nested too deeply"),
        (b"", "ValidationException", "must start with a user message"),
        (
            json.dumps({**BODY, "inferenceConfig": {"maxTokens": 10**6}}).encode(),
            "ValidationException",
            "limit of 64000.*1000000",
        ),
        (
            json.dumps(
                {"messages": [{"role": "user", "content": [{"text": "word " * 300_000}]}]}
            ).encode(),
            "ValidationException",
            "Input is too long for requested model",
        ),
    ],
    ids=["cut", "list", "nan", "bytes", "surrogate", "deep", "empty", "output", "window"],
)
def test_a_bad_body_is_refused_in_the_envelope_of_aws(
    endpoint: LocalEndpoint, body: bytes, code: str, expected: str
) -> None:
    status, headers, answer = send(endpoint, body)

    assert status == 400
    assert headers["x-amzn-ErrorType"].partition(":")[0] == code
    assert re.search(expected, answer["message"])


KEYS = st.sampled_from(
    ("messages", "role", "content", "text", "type", "thinking", "budget_tokens", "json", "tools")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers() | st.just("enabled"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)
ALMOST_WHOLE = st.fixed_dictionaries(
    {"messages": st.just(BODY["messages"])},
    optional={
        "additionalModelRequestFields": JSON,
        "system": JSON,
        "toolConfig": st.fixed_dictionaries(
            {
                "tools": st.tuples(
                    st.fixed_dictionaries(
                        {
                            "toolSpec": st.fixed_dictionaries(
                                {
                                    "name": st.just("a"),
                                    "inputSchema": st.fixed_dictionaries(
                                        {
                                            "json": JSON.map(
                                                lambda schema: {
                                                    "type": "object",
                                                    "properties": {"a": schema},
                                                    "required": ["a"],
                                                }
                                            )
                                        }
                                    ),
                                }
                            )
                        }
                    )
                )
            },
            optional={"toolChoice": st.just({"any": {}})},
        ),
        "outputConfig": JSON.map(
            lambda schema: {
                "textFormat": {
                    "type": "json_schema",
                    "structure": {"jsonSchema": {"schema": json.dumps(schema)}},
                }
            }
        ),
        "additionalModelResponseFieldPaths": JSON,
    },
)


@settings(deadline=None, max_examples=300)
@given(
    body=st.binary() | (JSON | ALMOST_WHOLE).map(lambda value: json.dumps(value).encode()),
    action=st.sampled_from(["converse", "converse-stream", "count-tokens"]),
)
def test_any_body_gets_a_reply_or_a_refusal(
    endpoint: LocalEndpoint, body: bytes, action: str
) -> None:
    status, headers, content = asyncio.run(post(endpoint, body, path=f"/model/{MODEL}/{action}"))

    assert status == 200 or 400 <= status < 500
    assert headers["x-amzn-RequestId"]
    if status != 200:
        assert headers["x-amzn-ErrorType"]
        assert json.loads(content)["message"]


def test_a_body_over_the_limit_is_refused() -> None:
    small = LocalSettings(max_body_bytes=100)
    with local_endpoint(credentials=KEYED, settings=small) as running:
        status, headers, _ = send(running, b"x" * 101)

    assert status == 413
    assert headers["x-amzn-ErrorType"].startswith("RequestEntityTooLargeException")
