"""A ready boto3 client and the call plan: the same refusals, replies and sizes over both."""

import asyncio
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config

from bedrock_llm.errors import (
    ConfigurationError,
    InvalidRequestError,
    MessageError,
    ParameterError,
    StreamError,
)
from bedrock_llm.factory import ModelFactory
from bedrock_llm.model import BaseModelImplementation
from bedrock_llm.transport import Call, Operation

pytestmark = pytest.mark.usefixtures("aws_environment")

MODEL = "amazon.nova-micro-v1:0"
LONE = "a\ud800b"
STREAM_CALL = Call(operation=Operation.CONVERSE_STREAM, model_id=MODEL, body={"messages": []})
USER = {"role": "user", "content": [{"text": "Hello"}]}


def said(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [USER, {"role": "assistant", "content": [block]}, USER]


def tool_use(given: object) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": "1", "name": "t", "input": given}}


def tool_with(schema: object) -> dict[str, Any]:
    return {"toolSpec": {"name": "t", "inputSchema": {"json": schema}}}


def create(transport: str) -> BaseModelImplementation:
    if transport == "plan":
        return ModelFactory.create_model(MODEL, max_retries=0)
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.Session().client("bedrock-runtime", config=config)
    return ModelFactory.create_model(MODEL, client=client, max_retries=0)


async def send(transport: str, messages: Any, **parameters: Any) -> Any:
    async with create(transport) as model:
        return await model.generate_text(messages, **parameters)


async def stream(transport: str, messages: Any, **parameters: Any) -> Any:
    async with create(transport) as model, model.stream_text(messages, **parameters) as events:
        return await events.final_response()


@pytest.mark.parametrize("call", [send, stream])
@pytest.mark.parametrize("transport", ["plan", "client"])
@pytest.mark.parametrize(
    ("messages", "parameters", "refusal", "place"),
    [
        (LONE, {}, MessageError, r"messages\[0\]\.content\[0\]\.text: "),
        ("Hello", {"system": LONE}, ParameterError, r"system\[0\]\.text: "),
        (
            said(tool_use({"k": [LONE]})),
            {},
            MessageError,
            r"messages\[1\]\.content\[0\]\.toolUse\.input\.k\[0\]: ",
        ),
        (said(tool_use({LONE: 1})), {}, MessageError, r"toolUse\.input\.a\\ud800b: the key "),
        (
            "Hello",
            {"tools": [tool_with({"type": "object", "description": LONE})]},
            ParameterError,
            r"toolConfig\.tools\[0\]\.toolSpec\.inputSchema\.json\.description: ",
        ),
        (
            "Hello",
            {"additional_model_request_fields": {LONE: 1}},
            ParameterError,
            r"additionalModelRequestFields\.a\\ud800b: the key ",
        ),
        ("Hello", {"request_metadata": {"k": LONE}}, ParameterError, "request_metadata"),
        (
            "Hello",
            {"additional_model_request_fields": {"x": float("nan")}},
            InvalidRequestError,
            "additional",
        ),
    ],
)
def test_what_json_cannot_carry_is_refused_at_its_place_and_not_sent(  # noqa: PLR0913, PLR0917  a table
    scripted_server: Any,
    call: Any,
    transport: str,
    messages: Any,
    parameters: dict[str, Any],
    refusal: type[InvalidRequestError],
    place: str,
) -> None:
    with pytest.raises(refusal, match=place) as caught:
        asyncio.run(call(transport, messages, **parameters))
    assert not isinstance(caught.value, UnicodeEncodeError)
    assert not scripted_server.requests


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"client": object(), "api_key": "k"}, "client= .*api_key="),
        ({"client": object(), "session": object()}, "client= .*session="),
        ({"client": object(), "profile_name": "p"}, "client= .*profile_name="),
        ({"transport": object(), "client": object()}, "transport= .*client="),
    ],
)
def test_what_a_connection_has_already_is_refused_and_not_ignored(
    given: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        ModelFactory.create_model(MODEL, **given)


@pytest.mark.parametrize("transport", ["plan", "client"])
def test_large_blobs_are_sent_whole_and_a_large_reply_is_read_whole(
    scripted_server: Any, wire: SimpleNamespace, transport: str
) -> None:
    image, document = bytes(range(256)) * 20_000, bytes(range(256)) * 40_000
    text = "gr\u00fc\u00dfe " * 500_000
    reply = {**wire.converse_reply}
    reply["output"] = {"message": {"role": "assistant", "content": [{"text": text}]}}
    scripted_server.answer = lambda _request: wire.json_answer(reply)
    blocks = [
        {"text": "Read."},
        {"image": {"format": "png", "source": {"bytes": image}}},
        {"document": {"format": "pdf", "name": "d", "source": {"bytes": document}}},
    ]
    response = asyncio.run(send(transport, [{"role": "user", "content": blocks}]))
    assert response.text == text
    sent = scripted_server.requests[0].body
    for blob in (image, document):
        (found,) = [part for part in sent.split(b'"') if len(part) == 4 * ((len(blob) + 2) // 3)]
        assert b64decode(found) == blob


@pytest.mark.parametrize("transport", ["plan", "client"])
def test_a_stream_whose_read_was_cancelled_does_not_seem_to_have_ended(
    scripted_server: Any, wire: SimpleNamespace, transport: str
) -> None:
    scripted_server.answer = lambda _request: wire.stream_answer(wire.whole_stream()[:1], "stall")

    async def read() -> None:
        async with create(transport) as model, model._transport.stream(STREAM_CALL) as frames:
            await anext(frames)
            reading = asyncio.create_task(anext(frames))
            await asyncio.sleep(0)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            with pytest.raises(StreamError, match="closed before its end"):
                await anext(frames)

    asyncio.run(read())


def test_counting_a_request_never_counts_a_blob_as_text() -> None:
    model = ModelFactory.create_model(MODEL)
    words = model.count_request_tokens("Read.").tokens
    for kind, form in (("image", "png"), ("video", "mp4"), ("audio", "mp3")):
        counts = []
        for size in (100, 400):
            block = {kind: {"format": form, "source": {"bytes": bytes(range(256)) * size}}}
            messages = [{"role": "user", "content": [{"text": "Read."}, block]}]
            counts.append(model.count_request_tokens(messages))
        assert counts[0] == counts[1]
        assert (counts[0].tokens == words) == (kind in counts[0].not_counted)
