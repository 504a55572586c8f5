"""Calls over the plan: replies, streams, faults, loops, and a loop that keeps ticking."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import threading
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import (
    BedrockLLMError,
    CallTimeoutError,
    ConnectionFailedError,
    FrameError,
    ResponseError,
    StreamError,
    ThrottledError,
)
from bedrock_llm.transport import Call, Operation, StreamFrame, open_transport
from bedrock_llm.transport.deferred import DeferredTransport

pytestmark = pytest.mark.usefixtures("aws_environment")

BODY = {"messages": [{"role": "user", "content": [{"text": "Grüße"}]}]}
CALL = Call(operation=Operation.CONVERSE, model_id="m", body=BODY)
STREAM_CALL = Call(operation=Operation.CONVERSE_STREAM, model_id="m", body=BODY)


def transport_of(session: Any = None, **fields: Any) -> DeferredTransport:
    transport = open_transport(ModelConfig(model_id="m", **fields), session=session)
    assert isinstance(transport, DeferredTransport)
    return transport


async def send_once(transport: DeferredTransport, call: Call = CALL) -> Any:
    try:
        return await transport.send(call)
    finally:
        await transport.close()


async def read_stream(transport: DeferredTransport, frames: list[StreamFrame]) -> None:
    try:
        async with transport.stream(STREAM_CALL) as stream:
            assert stream.request_id == "request-1"
            async for frame in stream:
                frames.append(frame)  # noqa: PERF401  kept where an error ends the loop
    finally:
        await transport.close()


def test_a_reply_is_the_json_the_service_wrote(scripted_server: Any, wire: SimpleNamespace) -> None:
    reply = asyncio.run(send_once(transport_of()))
    assert reply.body == wire.converse_reply
    assert (reply.request_id, reply.status_code) == ("request-1", 200)
    assert json.loads(scripted_server.requests[0].body) == BODY


def test_blobs_travel_as_base64_and_a_large_body_is_sent_whole(scripted_server: Any) -> None:
    image = {"image": {"format": "png", "source": {"bytes": b"\x00\xff" * 1_000_000}}}
    body = {"messages": [{"role": "user", "content": [image]}]}
    call = Call(operation=Operation.CONVERSE, model_id="m", body=body)
    asyncio.run(send_once(transport_of(), call))
    sent = json.loads(scripted_server.requests[0].body)["messages"][0]["content"][0]
    assert b64decode(sent["image"]["source"]["bytes"]) == b"\x00\xff" * 1_000_000


def test_count_tokens_goes_to_its_own_path(scripted_server: Any, wire: SimpleNamespace) -> None:
    scripted_server.answer = lambda _request: wire.json_answer({"inputTokens": 4})
    body = {"input": {"converse": BODY}}
    call = Call(operation=Operation.COUNT_TOKENS, model_id="m", body=body)
    assert asyncio.run(send_once(transport_of(), call)).body == {"inputTokens": 4}
    assert scripted_server.requests[0].path == "/model/m/count-tokens"


def test_a_stream_gives_every_event_also_after_message_stop(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    joined = b"".join(wire.whole_stream())
    chunks = [joined[start : start + 37] for start in range(0, len(joined), 37)]
    scripted_server.answer = lambda _request: wire.stream_answer(chunks)
    frames: list[StreamFrame] = []
    asyncio.run(read_stream(transport_of(), frames))
    assert [frame.event_type for frame in frames[-2:]] == ["messageStop", "metadata"]
    deltas = [f.payload["delta"]["text"] for f in frames if f.event_type == "contentBlockDelta"]
    assert deltas == ["Hello", " world"]


def test_a_stream_that_was_left_early_does_not_seem_to_have_ended(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.stream_answer(wire.whole_stream())

    async def leave_early() -> None:
        transport = transport_of()
        async with transport.stream(STREAM_CALL) as stream:
            await anext(stream)
        with pytest.raises(StreamError, match="closed before its end"):
            await anext(stream)
        await transport.close()

    asyncio.run(leave_early())


def test_a_stream_without_metadata_is_whole(scripted_server: Any, wire: SimpleNamespace) -> None:
    scripted_server.answer = lambda _request: wire.stream_answer(wire.whole_stream()[:-1])
    frames: list[StreamFrame] = []
    asyncio.run(read_stream(transport_of(), frames))
    assert frames[-1].event_type == "messageStop"


@pytest.mark.parametrize(
    ("kept", "half_bytes", "ending", "kind", "found"),
    [
        (3, 0, "whole", StreamError, "without messageStop"),
        (3, 9, "whole", StreamError, "inside a frame, 9 bytes"),
        (6, 9, "whole", StreamError, "inside a frame, 9 bytes"),
        (3, 0, "cut", StreamError, "the connection broke"),
        (3, 0, "stall", StreamError, "nothing arrived within"),
    ],
)
def test_a_stream_that_is_not_whole_is_an_error_after_what_came(  # noqa: PLR0913  one column each
    scripted_server: Any,
    wire: SimpleNamespace,
    *,
    kept: int,
    half_bytes: int,
    ending: str,
    kind: type[BedrockLLMError],
    found: str,
) -> None:
    whole = wire.whole_stream()
    chunks = whole[:kept] + ([whole[3][:half_bytes]] if half_bytes else [])
    scripted_server.answer = lambda _request: wire.stream_answer(chunks, ending)
    frames: list[StreamFrame] = []
    with pytest.raises(kind, match=found) as caught:
        asyncio.run(read_stream(transport_of(idle_timeout_seconds=0.2), frames))
    assert len(frames) == kept
    assert caught.value.is_retryable
    assert (caught.value.model_id, caught.value.request_id) == ("m", "request-1")


def test_an_exception_frame_is_raised_after_the_events_before_it(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    refusal = wire.encode_frame(
        b'{"message": "slow down"}',
        exception_type="throttlingException",
        message_type="exception",
    )
    chunk = b"".join([*wire.whole_stream()[:2], refusal])
    scripted_server.answer = lambda _request: wire.stream_answer([chunk])
    frames: list[StreamFrame] = []
    with pytest.raises(ThrottledError, match="slow down"):
        asyncio.run(read_stream(transport_of(), frames))
    assert len(frames) == 2


@pytest.mark.parametrize("position", [2, 30, -1])
def test_a_damaged_frame_is_an_error(
    scripted_server: Any, wire: SimpleNamespace, position: int
) -> None:
    chunks = wire.whole_stream()
    damaged = bytearray(chunks[1])
    damaged[position] ^= 1
    scripted_server.answer = lambda _request: wire.stream_answer([chunks[0], bytes(damaged)])
    frames: list[StreamFrame] = []
    with pytest.raises(FrameError, match="checksum") as caught:
        asyncio.run(read_stream(transport_of(), frames))
    assert len(frames) == 1
    assert caught.value.is_retryable


def test_a_payload_that_is_no_object_is_an_error(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.stream_answer([wire.event_frame("x", [1])])
    with pytest.raises(FrameError, match="no JSON object"):
        asyncio.run(read_stream(transport_of(), []))


def test_a_page_in_place_of_a_reply_is_an_error(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.json_answer(["a page"])
    with pytest.raises(ResponseError, match="no JSON object"):
        asyncio.run(send_once(transport_of()))
    with pytest.raises(ResponseError, match="application/json"):
        asyncio.run(read_stream(transport_of(), []))


@pytest.mark.parametrize("read", [send_once, lambda transport: read_stream(transport, [])])
def test_a_refusal_keeps_its_facts(scripted_server: Any, wire: SimpleNamespace, read: Any) -> None:
    scripted_server.answer = lambda _request: wire.json_answer(
        {"message": "wait"},
        429,
        x_amzn_errortype="ThrottlingException:http://x/",
        x_amz_retry_after="500",
    )
    with pytest.raises(ThrottledError, match="wait") as caught:
        asyncio.run(read(transport_of()))
    assert caught.value.retry_after_seconds == 0.5
    assert (caught.value.request_id, caught.value.model_id) == ("request-1", "m")
    assert len(scripted_server.requests) == 1


@pytest.mark.parametrize("read", [send_once, lambda transport: read_stream(transport, [])])
def test_silence_is_a_timeout(scripted_server: Any, wire: SimpleNamespace, read: Any) -> None:
    scripted_server.answer = lambda _request: wire.answer(ending="silence")
    transport = transport_of(timeout_seconds=0.2, idle_timeout_seconds=0.2)
    with pytest.raises(CallTimeoutError, match="'us-east-1'"):
        asyncio.run(read(transport))
    assert scripted_server.client_went_away.wait(10)


def test_a_connection_cut_before_the_reply_is_told(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.answer(ending="cut")
    with pytest.raises(ConnectionFailedError, match="region 'us-east-1'") as caught:
        asyncio.run(send_once(transport_of()))
    assert caught.value.is_retryable


def test_a_port_where_nobody_listens_is_told_with_host_and_region() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    transport = transport_of(endpoint_url=f"http://127.0.0.1:{port}")
    with pytest.raises(ConnectionFailedError, match=rf"127\.0\.0\.1:{port}.*'us-east-1'"):
        asyncio.run(send_once(transport))


def test_a_host_that_does_not_exist_is_told_with_host_and_region() -> None:
    transport = transport_of(endpoint_url="http://bedrock.invalid", region_name="us-est-1")
    with pytest.raises(ConnectionFailedError, match=r"bedrock\.invalid.*'us-est-1'.*no such host"):
        asyncio.run(send_once(transport))


def test_cancelling_a_call_closes_its_connection(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.stream_answer(wire.whole_stream()[:2], "stall")

    async def read_and_cancel() -> None:
        transport = transport_of()
        has_begun = asyncio.Event()

        async def read() -> None:
            async with transport.stream(STREAM_CALL) as stream:
                async for frame in stream:
                    if frame.event_type == "contentBlockDelta":
                        has_begun.set()

        task = asyncio.create_task(read())
        await has_begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(scripted_server.client_went_away.wait, 10)
        await transport.close()

    asyncio.run(read_and_cancel())


def test_a_slow_reader_stops_the_sender(scripted_server: Any, wire: SimpleNamespace) -> None:
    written: list[int] = []
    frame = wire.event_frame("contentBlockDelta", {"delta": {"text": "x" * 60_000}})

    class Chunks(list[bytes]):
        def __iter__(self) -> Any:
            for number in range(1_000):
                written.append(number)
                yield frame

    scripted_server.answer = lambda request: (
        wire.stream_answer(Chunks())
        if request.path.endswith("stream")
        else wire.json_answer(wire.converse_reply)
    )

    async def read_one_and_do_other_things() -> None:
        transport = transport_of()
        async with transport.stream(STREAM_CALL) as stream:
            await anext(stream)
            for _ in range(100):
                await transport.send(CALL)
            assert len(written) < 500
        await transport.close()

    asyncio.run(read_one_and_do_other_things())


TICKING = """
import asyncio, time
from bedrock_llm.config import ModelConfig
from bedrock_llm.transport import Call, Operation, open_transport

async def measure():
    began = last = time.perf_counter()
    longest = 0.0
    transport = open_transport(ModelConfig(model_id="m"))
    call = Call(operation=Operation.CONVERSE, model_id="m", body={"messages": []})
    sending = asyncio.create_task(transport.send(call))
    while not sending.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await sending
    await transport.close()
    print(longest, last - began)

asyncio.run(measure())
"""


@pytest.mark.usefixtures("scripted_server")
def test_the_loop_keeps_ticking_while_the_first_call_imports_and_sets_everything_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TICKING], capture_output=True, text=True, check=True
    )
    longest_seconds, whole_seconds = map(float, done.stdout.split())
    assert longest_seconds < whole_seconds / 3


@pytest.mark.usefixtures("scripted_server")
def test_the_client_is_made_in_another_thread_than_the_loops() -> None:
    threads: list[threading.Thread] = []
    session = boto3.Session()
    session.events.register(
        "creating-client-class.bedrock-runtime",
        lambda **_event: threads.append(threading.current_thread()),
    )
    transport = transport_of(session)
    asyncio.run(send_once(transport))
    assert transport.fallback_reason is None
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


@pytest.mark.usefixtures("scripted_server")
def test_what_the_plan_cannot_carry_goes_through_boto3_and_is_told_once(
    caplog: pytest.LogCaptureFixture, wire: SimpleNamespace
) -> None:
    seen: list[str] = []
    session = boto3.Session()
    session.events.register(
        "before-call.bedrock-runtime", lambda model, **_event: seen.append(model.name)
    )

    async def send_twice() -> None:
        transport = transport_of(session)
        with caplog.at_level(logging.WARNING, "bedrock_llm.transport"):
            await asyncio.gather(transport.send(CALL), transport.send(CALL))
            reply = await transport.send(CALL)
        assert reply.body == wire.converse_reply
        assert "before-call" in (transport.fallback_reason or "")
        await transport.close()

    asyncio.run(send_twice())
    assert seen == ["Converse"] * 3
    assert len([record for record in caplog.records if record.name.startswith("bedrock")]) == 1


def test_a_bearer_token_is_sent_in_place_of_a_signature(scripted_server: Any) -> None:
    asyncio.run(send_once(transport_of(api_key=SecretStr("a-key"))))
    headers = scripted_server.requests[0].headers
    assert headers["authorization"] == "Bearer a-key"
    assert "x-amz-date" not in headers
