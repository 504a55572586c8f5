"""Any boto3 client in bounded threads: the same replies and the same errors as the plan."""

import asyncio
import base64
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import (
    BedrockLLMError,
    CallTimeoutError,
    ConnectionFailedError,
    CredentialsError,
    FrameError,
    InternalServiceError,
    InvalidRequestError,
    ModelFailedError,
    StreamError,
    ThrottledError,
)
from bedrock_llm.transport import Call, Operation, StreamFrame, open_transport
from bedrock_llm.transport.client_transport import ClientTransport

pytestmark = pytest.mark.usefixtures("aws_environment")

BODY = {"messages": [{"role": "user", "content": [{"text": "Grüße"}]}]}
CALL = Call(operation=Operation.CONVERSE, model_id="m", body=BODY)
STREAM_CALL = Call(operation=Operation.CONVERSE_STREAM, model_id="m", body=BODY)
COUNT_BODY = {"input": {"converse": BODY}}
COUNT_CALL = Call(operation=Operation.COUNT_TOKENS, model_id="m", body=COUNT_BODY)
REDACTED = base64.b64encode(b"\x00secret\xff").decode()


def make_client(**settings: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1}, **settings)
    return boto3.Session().client("bedrock-runtime", config=config)


async def send_once(transport: Any, call: Call = CALL) -> Any:
    try:
        return await transport.send(call)
    finally:
        await transport.close()


async def read_stream(transport: Any, frames: list[StreamFrame]) -> None:
    try:
        async with transport.stream(STREAM_CALL) as stream:
            assert stream.request_id == "request-1"
            async for frame in stream:
                frames.append(frame)  # noqa: PERF401  kept where an error ends the loop
    finally:
        await transport.close()


def outcome(run: Callable[[], Any]) -> tuple[Any, ...]:
    """Return what a call gave, or what can be compared of what it raised."""
    try:
        return ("given", run())
    except BedrockLLMError as error:
        facts = (error.model_id, error.request_id, error.retry_after_seconds, error.is_retryable)
        named = type(error).__name__, getattr(error, "code", None)
        return (*named, getattr(error, "status_code", None), *facts)


def both(run: Callable[[Any], Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    config = ModelConfig(model_id="m")
    over_client = outcome(lambda: run(open_transport(config, client=make_client())))
    return over_client, outcome(lambda: run(open_transport(config)))


def thinking_reply(wire: SimpleNamespace) -> dict[str, Any]:
    content = [
        {"reasoningContent": {"redactedContent": REDACTED}},
        {"toolUse": {"toolUseId": "t1", "name": "look", "input": {"city": "Köln", "n": [1, 2.5]}}},
    ]
    message = {"role": "assistant", "content": content}
    return {**wire.converse_reply, "output": {"message": message}, "stopReason": "tool_use"}


def test_a_reply_equals_the_plans_reply_blobs_included(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.json_answer(thinking_reply(wire))
    over_client, over_plan = both(lambda transport: asyncio.run(send_once(transport)))
    assert over_client == over_plan
    assert over_client[1].body == thinking_reply(wire)


def test_count_tokens_equals_the_plans(scripted_server: Any, wire: SimpleNamespace) -> None:
    scripted_server.answer = lambda _request: wire.json_answer({"inputTokens": 4})
    over_client, over_plan = both(lambda transport: asyncio.run(send_once(transport, COUNT_CALL)))
    assert over_client == over_plan
    assert over_client[1].body == {"inputTokens": 4}


@pytest.mark.parametrize("transport_of", ["plan", "client"])
def test_a_stream_is_the_same_over_both(
    scripted_server: Any, wire: SimpleNamespace, transport_of: str
) -> None:
    redacted = {"reasoningContent": {"redactedContent": REDACTED}}
    whole = wire.whole_stream()
    payload = {"delta": redacted, "contentBlockIndex": 0}
    whole.insert(1, wire.event_frame("contentBlockDelta", payload))
    scripted_server.answer = lambda _request: wire.stream_answer(whole)
    client = make_client() if transport_of == "client" else None
    frames: list[StreamFrame] = []
    asyncio.run(read_stream(open_transport(ModelConfig(model_id="m"), client=client), frames))
    assert frames[1] == StreamFrame(event_type="contentBlockDelta", payload=payload)
    assert [frame.event_type for frame in frames[-2:]] == ["messageStop", "metadata"]
    assert len(frames) == len(whole)


@pytest.mark.parametrize(
    ("status", "code", "extra"),
    [
        (429, "ThrottlingException", {}),
        (400, "ValidationException", {}),
        (403, "AccessDeniedException", {}),
        (403, "InvalidSignatureException", {}),
        (404, "ResourceNotFoundException", {}),
        (424, "ModelErrorException", {"originalStatusCode": 400}),
        (424, "ModelErrorException", {"originalStatusCode": 500}),
        (429, "ModelNotReadyException", {}),
        (500, "InternalServerException", {}),
        (503, "ServiceUnavailableException", {}),
        (418, "TeapotException", {}),
    ],
)
def test_a_refusal_is_the_same_over_both(
    scripted_server: Any, wire: SimpleNamespace, status: int, code: str, extra: dict[str, int]
) -> None:
    body = {"message": "no", **extra}
    scripted_server.answer = lambda _request: wire.json_answer(
        body, status, x_amzn_errortype=f"{code}:http://x/", x_amz_retry_after="1500"
    )
    over_client, over_plan = both(lambda transport: asyncio.run(send_once(transport)))
    assert over_client == over_plan
    assert over_client[1:3] == (code, status)
    assert len(scripted_server.requests) == 2


@pytest.mark.parametrize("code", ["throttlingException", "modelStreamErrorException"])
def test_an_exception_inside_a_stream_is_the_same_over_both(
    scripted_server: Any, wire: SimpleNamespace, code: str
) -> None:
    refusal = wire.encode_frame(b'{"message":"no"}', exception_type=code, message_type="exception")
    chunks = [wire.whole_stream()[0], refusal]
    scripted_server.answer = lambda _request: wire.stream_answer(chunks)
    over_client, over_plan = both(lambda transport: asyncio.run(read_stream(transport, [])))
    assert over_client == over_plan
    kinds = {"throttlingException": ThrottledError, "modelStreamErrorException": ModelFailedError}
    assert over_client[0] == kinds[code].__name__


@pytest.mark.parametrize(
    ("keep", "ending", "kind"),
    [
        (lambda whole: whole[:3], "whole", StreamError),
        (lambda whole: [*whole[:3], whole[3][:9]], "whole", StreamError),
        (lambda whole: whole[:3], "cut", StreamError),
        (lambda whole: [whole[0], whole[1][:-1] + b"\x00"], "whole", FrameError),
    ],
    ids=["no-final-event", "half-frame", "cut", "checksum"],
)
def test_a_stream_boto3_would_end_silently_is_an_error_over_both(
    scripted_server: Any,
    wire: SimpleNamespace,
    keep: Callable[[list[bytes]], list[bytes]],
    ending: str,
    kind: type[BedrockLLMError],
) -> None:
    chunks = keep(wire.whole_stream())
    scripted_server.answer = lambda _request: wire.stream_answer(chunks, ending)
    over_client, over_plan = both(lambda transport: asyncio.run(read_stream(transport, [])))
    assert over_client[0] == over_plan[0] == kind.__name__
    assert over_client[-1] is over_plan[-1] is True


def test_a_stubbed_client_works(wire: SimpleNamespace) -> None:
    client = make_client()
    with Stubber(client) as stubber:
        stubber.add_response("converse", wire.converse_reply, {"modelId": "m", **BODY})
        reply = asyncio.run(send_once(ClientTransport(client)))
    assert reply.body == wire.converse_reply


def test_the_callers_own_client_is_not_closed(scripted_server: Any) -> None:
    client = make_client()
    asyncio.run(send_once(ClientTransport(client)))
    asyncio.run(send_once(ClientTransport(client)))
    assert scripted_server.connections == 1
    client.close()


def test_threads_are_bounded_and_nothing_waits_on_the_loop() -> None:
    running, most, lock, may_end = 0, 0, threading.Lock(), threading.Event()

    def converse(**_arguments: Any) -> dict[str, Any]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        may_end.wait(10)
        with lock:
            running -= 1
        return {"usage": {}}

    async def send_many() -> None:
        transport = ClientTransport(SimpleNamespace(converse=converse), max_concurrency=3)
        tasks = [asyncio.create_task(transport.send(CALL)) for _ in range(12)]
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.gather(*tasks)
        await transport.close()

    asyncio.run(send_many())
    assert 1 <= most <= 3


def test_an_event_is_pulled_only_when_it_is_asked_for() -> None:
    pulled = []

    def events() -> Iterator[dict[str, Any]]:
        for number in range(100):
            pulled.append(number)
            yield {"contentBlockDelta": {"delta": {"text": str(number)}}}

    client = SimpleNamespace(converse_stream=lambda **_arguments: {"stream": events()})

    async def read_two() -> None:
        transport = ClientTransport(client)
        async with transport.stream(STREAM_CALL) as stream:
            await anext(stream)
            await anext(stream)
        await transport.close()

    asyncio.run(read_two())
    assert pulled == [0, 1]


def test_a_cancelled_reader_is_let_go_and_the_stream_is_closed_by_its_thread() -> None:
    is_waiting, may_end, is_closed = threading.Event(), threading.Event(), threading.Event()

    class Stalled:
        def __iter__(self) -> Iterator[Any]:
            is_waiting.set()
            may_end.wait(10)
            assert not is_closed.is_set()
            return iter(())

        def close(self) -> None:
            is_closed.set()

    class Events(Stalled):
        def __iter__(self) -> Iterator[Any]:
            return (event for event in Lazily(super().__iter__))

    class Lazily:
        def __init__(self, start: Callable[[], Iterator[Any]]) -> None:
            self.start = start

        def __iter__(self) -> Iterator[Any]:
            yield from self.start()

    client = SimpleNamespace(converse_stream=lambda **_arguments: {"stream": Events()})

    async def read_and_cancel() -> None:
        transport = ClientTransport(client)

        async def read() -> None:
            async with transport.stream(STREAM_CALL) as stream:
                await anext(stream)

        task = asyncio.create_task(read())
        await asyncio.to_thread(is_waiting.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not is_closed.is_set()
        may_end.set()
        assert await asyncio.to_thread(is_closed.wait, 10)
        await transport.close()

    asyncio.run(read_and_cancel())


def test_a_stall_is_told_after_the_idle_timeout_of_a_client_made_here(
    scripted_server: Any, wire: SimpleNamespace
) -> None:
    scripted_server.answer = lambda _request: wire.stream_answer(wire.whole_stream()[:2], "stall")
    session = boto3.Session()
    session.events.register("before-call.bedrock-runtime", lambda **_event: None)
    config = ModelConfig(model_id="m", idle_timeout_seconds=0.2, timeout_seconds=1)
    frames: list[StreamFrame] = []
    with pytest.raises(StreamError, match="idle_timeout_seconds"):
        asyncio.run(read_stream(open_transport(config, session=session), frames))
    assert len(frames) == 2


def test_a_client_made_here_never_retries(scripted_server: Any, wire: SimpleNamespace) -> None:
    scripted_server.answer = lambda _request: wire.json_answer({"message": "no"}, 500)
    session = boto3.Session()
    session.events.register("before-call.bedrock-runtime", lambda **_event: None)
    transport = open_transport(ModelConfig(model_id="m"), session=session)
    with pytest.raises(InternalServiceError):
        asyncio.run(send_once(transport))
    assert len(scripted_server.requests) == 1


def test_silence_is_a_timeout(scripted_server: Any, wire: SimpleNamespace) -> None:
    scripted_server.answer = lambda _request: wire.answer(ending="silence")
    with pytest.raises(CallTimeoutError, match="timeout"):
        asyncio.run(send_once(ClientTransport(make_client(read_timeout=0.2))))


@pytest.mark.usefixtures("scripted_server")
def test_what_boto3_itself_refuses_is_an_invalid_request() -> None:
    call = Call(operation=Operation.CONVERSE, model_id="m", body={"messages": "text"})
    with pytest.raises(InvalidRequestError, match="messages"):
        asyncio.run(send_once(ClientTransport(make_client()), call))


def test_a_host_that_does_not_exist_is_told_with_host_and_region() -> None:
    client = boto3.Session().client(
        "bedrock-runtime", region_name="us-est-1", endpoint_url="http://bedrock.invalid"
    )
    with pytest.raises(ConnectionFailedError, match=r"bedrock\.invalid.*'us-est-1'"):
        asyncio.run(send_once(ClientTransport(client)))


def test_missing_credentials_are_told(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    aws_environment.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsError, match="AWS_ACCESS_KEY_ID"):
        asyncio.run(send_once(ClientTransport(make_client())))
