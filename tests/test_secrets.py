"""Secrets are nowhere: not in a repr, a text, an error and its causes, a traceback or a log."""

import asyncio
import json
import logging
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import boto3
import pytest

from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.model import BaseModelImplementation
from bedrock_llm.transport.service_errors import error_from_service

pytestmark = pytest.mark.usefixtures("aws_environment")

MODEL = "amazon.nova-micro-v1:0"
SECRETS = ("a-s3cret/key", "a-s3ssion-token", "an-api-k3y", "AWS4-HMAC", "Bearer ")
ECHO = (
    "The Canonical String for this request should have been\n'POST\n/x\n\n"
    "x-amz-security-token:a-s3ssion-token\n'"
)
REFUSAL = json.dumps({"message": ECHO}).encode()
ANSWERS = {
    "no status line": b"NOT HTTP\r\n\r\n",
    "a broken header": b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
    "a cut reply": b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{}",
    "nothing": b"",
    "a refused signature": b"HTTP/1.1 403 X\r\nx-amzn-errortype: InvalidSignatureException\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(REFUSAL), REFUSAL),
}


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def create(url: str, keys: str) -> BaseModelImplementation:
    keywords: dict[str, Any] = {"endpoint_url": url, "max_retries": 0}
    if keys == "api key":
        keywords |= {"api_key": "an-api-k3y", "region_name": "us-east-1"}
    else:
        keywords["session"] = boto3.Session(
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="a-s3cret/key",
            aws_session_token="a-s3ssion-token",
            region_name="us-east-1",
        )
    return ModelFactory.create_model(MODEL, **keywords)


def shown(value: object, depth: int = 0) -> Iterator[str]:
    """Give the text and repr of an object of ours and of what it holds."""
    yield f"{value!r} {value}"
    if depth > 5:
        return
    members = dict(getattr(value, "__dict__", {}))
    slots = getattr(type(value), "__slots__", ())
    members |= {name: getattr(value, name, None) for name in slots if not name.startswith("__")}
    for member in members.values():
        held = member.values() if isinstance(member, dict) else (member,)
        for each in held:
            if type(each).__module__.split(".")[0] in {"bedrock_llm", "aiohttp", "concurrent"}:
                yield from shown(each, depth + 1)


def causes(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!r} {error} {error.args!r}"
        yield "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__


async def fail(model: BaseModelImplementation, *, is_streaming: bool) -> BedrockLLMError:
    asyncio.get_running_loop().slow_callback_duration = 0.0
    with pytest.raises(BedrockLLMError) as caught:
        await (read(model) if is_streaming else model.generate_text("Hello"))
    return caught.value


async def read(model: BaseModelImplementation) -> None:
    async with model.stream_text("Hello") as stream:
        await stream.final_response()


@pytest.mark.parametrize("keys", ["api key", "session"])
@pytest.mark.parametrize("is_streaming", [False, True])
@pytest.mark.parametrize("answer", ANSWERS)
def test_no_secret_is_shown_when_a_call_fails(
    answer: str,
    is_streaming: bool,  # noqa: FBT001  a column of the table
    keys: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "bedrock_llm"), answering(ANSWERS[answer]) as url:
        caplog.set_level(logging.DEBUG, "asyncio")
        model = create(url, keys)
        error = asyncio.run(fail(model, is_streaming=is_streaming), debug=True)
        texts = [*shown(model), *causes(error), caplog.text, model.config.model_dump_json()]
        asyncio.run(model.close())
    found = {secret for secret in SECRETS for text in texts if secret in text}
    assert not found
    assert "took" in caplog.text  # the loop's debug log was really on


def test_the_token_in_a_refused_signature_is_hidden_and_the_rest_kept() -> None:
    error = error_from_service("InvalidSignatureException", ECHO)
    assert "x-amz-security-token:<hidden>\n'" in str(error)
    assert "Canonical String" in str(error)
