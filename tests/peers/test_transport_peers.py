"""Both transports against MiniStack, an endpoint nobody of this project wrote."""

import asyncio
from typing import Any

import boto3
import pytest

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import AuthenticationError, RequestRefusedError
from bedrock_llm.transport import Call, Operation, StreamFrame, Transport, open_transport

MODEL_ID = "anthropic.claude-3-haiku-20240307-v1:0"
PROFILE_ARN = f"arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.{MODEL_ID}"
BODY = {"messages": [{"role": "user", "content": [{"text": "Grüße, wie geht's?"}]}]}


@pytest.fixture(params=["plan", "client"])
def open_to(request: pytest.FixtureRequest, ministack: str, keys: dict[str, str]) -> Any:
    """Open one of the two transports to MiniStack, with other keys where a test gives them."""

    def open_one(**other_keys: str) -> Transport:
        session = boto3.Session(region_name="us-east-1", **(keys | other_keys))
        config = ModelConfig(model_id=MODEL_ID, endpoint_url=ministack)
        if request.param == "plan":
            return open_transport(config, session=session)
        client = session.client("bedrock-runtime", endpoint_url=ministack)
        return open_transport(config, client=client)

    return open_one


async def send_once(transport: Transport, model_id: str, body: dict[str, Any]) -> Any:
    call = Call(operation=Operation.CONVERSE, model_id=model_id, body=body)
    try:
        return await transport.send(call)
    finally:
        assert getattr(transport, "fallback_reason", None) is None
        await transport.close()


async def read_all(transport: Transport) -> list[StreamFrame]:
    call = Call(operation=Operation.CONVERSE_STREAM, model_id=MODEL_ID, body=BODY)
    try:
        async with transport.stream(call) as stream:
            return [frame async for frame in stream]
    finally:
        await transport.close()


@pytest.mark.parametrize("model_id", [MODEL_ID, PROFILE_ARN], ids=["id", "arn"])
def test_a_signed_call_is_accepted(open_to: Any, model_id: str) -> None:
    reply = asyncio.run(send_once(open_to(), model_id, BODY))
    assert reply.body["stopReason"] == "end_turn"
    assert reply.body["usage"]["outputTokens"] > 0
    assert model_id in reply.body["output"]["message"]["content"][0]["text"]
    assert reply.request_id


def test_a_stream_is_read_to_its_end(open_to: Any) -> None:
    frames = asyncio.run(read_all(open_to()))
    kinds = [frame.event_type for frame in frames]
    assert kinds[0] == "messageStart"
    assert kinds[-2:] == ["messageStop", "metadata"]
    deltas = [f.payload["delta"]["text"] for f in frames if f.event_type == "contentBlockDelta"]
    assert "".join(deltas)


def test_a_wrong_secret_is_an_authentication_error(open_to: Any) -> None:
    transport = open_to(aws_secret_access_key="wrong")
    with pytest.raises(AuthenticationError) as caught:
        asyncio.run(send_once(transport, MODEL_ID, BODY))
    assert (caught.value.code, caught.value.status_code) == ("InvalidSignatureException", 403)


def test_a_refused_body_is_a_refused_request(open_to: Any) -> None:
    body = {"messages": [{"role": "user", "content": []}], "inferenceConfig": {"maxTokens": 10}}
    with pytest.raises(RequestRefusedError) as caught:
        asyncio.run(send_once(open_to(), MODEL_ID, body))
    assert (caught.value.code, caught.value.status_code) == ("ValidationException", 400)
    assert caught.value.model_id == MODEL_ID
