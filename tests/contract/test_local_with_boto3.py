"""Plain boto3 against the local endpoint: whole replies, modelled exceptions, every fault."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.eventstream import ChecksumMismatch
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EventStreamError,
    ReadTimeoutError,
)
from pydantic import SecretStr
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as StreamTimeoutError

from bedrock_llm.local import (
    FaultPlan,
    LocalCredentials,
    LocalEndpoint,
    LocalSettings,
    local_endpoint,
)

pytestmark = pytest.mark.usefixtures("aws_environment")

CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
COUNTED = "anthropic.claude-sonnet-4-20250514-v1:0"
PROFILE_ARN = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{CLAUDE}"
HELLO = [{"role": "user", "content": [{"text": "Tell me about the lighthouse of Trieste."}]}]


@contextlib.contextmanager
def connect(endpoint: LocalEndpoint, **changes: Any) -> Iterator[Any]:
    keys = {
        "aws_access_key_id": endpoint.access_key_id,
        "aws_secret_access_key": endpoint.secret_access_key,
        "aws_session_token": endpoint.session_token,
        "region_name": endpoint.region_name,
    }
    config = Config(
        retries={"total_max_attempts": changes.pop("attempts", 1)},
        read_timeout=changes.pop("read_timeout", 20),
        max_pool_connections=32,
        proxies={},
    )
    client = boto3.client(
        "bedrock-runtime", endpoint_url=endpoint.url, config=config, **{**keys, **changes}
    )
    with contextlib.closing(client):
        yield client


@contextlib.contextmanager
def serve(**rates: Any) -> Iterator[tuple[LocalEndpoint, Any]]:
    with local_endpoint(FaultPlan(**rates)) as endpoint, connect(endpoint) as client:
        yield endpoint, client


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LocalEndpoint]:
    with local_endpoint() as running:
        yield running


@pytest.fixture
def client(endpoint: LocalEndpoint) -> Iterator[Any]:
    with connect(endpoint) as connected:
        yield connected


def read_events(client: Any, **members: Any) -> list[dict[str, Any]]:
    reply = client.converse_stream(modelId=CLAUDE, **{"messages": HELLO, **members})
    with contextlib.closing(reply["stream"]) as stream:
        return list(stream)


@pytest.mark.parametrize("model_id", [CLAUDE, PROFILE_ARN, "amazon.nova-lite-v1:0"])
def test_converse_gives_a_whole_reply(client: Any, model_id: str) -> None:
    reply = client.converse(modelId=model_id, messages=HELLO, inferenceConfig={"maxTokens": 40})

    assert reply["output"]["message"]["content"][0]["text"]
    assert reply["stopReason"] in {"end_turn", "max_tokens"}
    assert 0 < reply["usage"]["outputTokens"] <= 40
    assert reply["metrics"]["latencyMs"] > 0
    assert reply["ResponseMetadata"]["RequestId"]


def test_a_stream_tells_the_same_reply_in_the_order_of_bedrock(client: Any) -> None:
    events = read_events(client)
    text = "".join(
        event["contentBlockDelta"]["delta"]["text"]
        for event in events
        if "contentBlockDelta" in event
    )
    whole = client.converse(modelId=CLAUDE, messages=HELLO)
    names = [next(iter(event)) for event in events]

    assert names[0] == "messageStart"
    assert set(names[1:-3]) == {"contentBlockDelta"}
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert len(names) > 6
    assert text == whole["output"]["message"]["content"][0]["text"]
    assert events[-1]["metadata"]["usage"] == whole["usage"]


def test_a_tool_call_and_its_result_make_a_conversation(client: Any) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    spec = {"name": "get_weather", "description": "Look", "inputSchema": {"json": schema}}
    config = {"tools": [{"toolSpec": spec}], "toolChoice": {"any": {}}}
    called = client.converse(modelId=CLAUDE, messages=HELLO, toolConfig=config)
    call = called["output"]["message"]["content"][0]["toolUse"]
    result = {"toolUseId": call["toolUseId"], "content": [{"json": {"sky": "clear"}}]}
    messages = [
        *HELLO,
        called["output"]["message"],
        {"role": "user", "content": [{"toolResult": result}]},
    ]
    answered = client.converse(modelId=CLAUDE, messages=messages, toolConfig=config)

    assert called["stopReason"] == "tool_use"
    assert isinstance(call["input"]["city"], str)
    assert answered["stopReason"] == "end_turn"
    assert answered["usage"]["inputTokens"] > called["usage"]["inputTokens"]


def test_count_tokens_agrees_with_converse(client: Any) -> None:
    counted = client.count_tokens(modelId=COUNTED, input={"converse": {"messages": HELLO}})
    native = (
        b'{"messages": [{"role": "user", "content": "Tell me about the sea"}], "max_tokens": 9}'
    )
    invoked = client.count_tokens(modelId=COUNTED, input={"invokeModel": {"body": native}})
    replied = client.converse(modelId=COUNTED, messages=HELLO)

    assert counted["inputTokens"] == replied["usage"]["inputTokens"]
    assert 0 < invoked["inputTokens"] < 20


@pytest.mark.parametrize("model_id", [f"us.{COUNTED}", "meta.llama3-1-8b-instruct-v1:0"])
def test_count_tokens_refuses_what_bedrock_does_not_count(client: Any, model_id: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="support counting tokens"):
        client.count_tokens(modelId=model_id, input={"converse": {"messages": HELLO}})


def test_count_tokens_can_be_told_to_count_for_every_model() -> None:
    everything = LocalSettings(counts_every_model=True)
    with local_endpoint(settings=everything) as endpoint, connect(endpoint) as client:
        counted = client.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HELLO}})

    assert counted["inputTokens"] > 0


def test_the_environment_alone_is_enough(
    endpoint: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in endpoint.environment().items():
        monkeypatch.setenv(name, value)
    with contextlib.closing(boto3.client("bedrock-runtime")) as client:
        assert client.converse(modelId=CLAUDE, messages=HELLO)["stopReason"] == "end_turn"


def test_refusals_are_the_modelled_exceptions(client: Any) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="is blank"):
        client.converse(modelId=CLAUDE, messages=[{"role": "user", "content": [{"text": " "}]}])
    with pytest.raises(client.exceptions.ValidationException, match="identifier is invalid"):
        client.converse(modelId="no-such.model", messages=HELLO)
    unknown = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.converse(modelId=unknown, messages=HELLO)
    with pytest.raises(client.exceptions.ValidationException, match="enum value set"):
        client.converse(modelId=CLAUDE, messages=HELLO, serviceTier={"type": "gold"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aws_secret_access_key": "wrong"}, "InvalidSignatureException"),
        ({"aws_access_key_id": "NOBODY"}, "UnrecognizedClientException"),
        ({"aws_session_token": "unknown"}, "UnrecognizedClientException"),
        ({"region_name": "eu-west-1"}, "InvalidSignatureException"),
    ],
    ids=["secret", "key", "token", "region"],
)
def test_a_wrong_key_is_refused(
    endpoint: LocalEndpoint,
    changes: dict[str, str],
    code: str,
) -> None:
    with connect(endpoint, **changes) as client, pytest.raises(ClientError) as caught:
        client.converse(modelId=CLAUDE, messages=HELLO)

    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_clock_that_is_off_and_a_key_that_has_expired_are_refused() -> None:
    def tell_late() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=10)

    expired = LocalCredentials(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with (
        local_endpoint(clock=tell_late) as endpoint,
        connect(endpoint) as client,
        pytest.raises(ClientError, match="Signature expired"),
    ):
        client.converse(modelId=CLAUDE, messages=HELLO)
    with (
        local_endpoint(credentials=[expired]) as endpoint,
        connect(endpoint) as client,
        pytest.raises(ClientError, match="ExpiredTokenException"),
    ):
        client.converse(modelId=CLAUDE, messages=HELLO)


def test_a_known_session_token_is_let_in() -> None:
    known = LocalCredentials(session_token=SecretStr("token"))
    with local_endpoint(credentials=[known]) as endpoint, connect(endpoint) as client:
        client.converse(modelId=CLAUDE, messages=HELLO)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
def test_an_api_key_is_let_in_over_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority, both = tmp_path / "authority.pem", tmp_path / "both.pem"
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {both} -out {authority}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    both.write_bytes(both.read_bytes() + authority.read_bytes())
    keyed = LocalCredentials(api_key=SecretStr("api-key"))
    with local_endpoint(
        credentials=[keyed], settings=LocalSettings(certificate_file=both)
    ) as endpoint:
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "api-key")
        with connect(endpoint, verify=str(authority)) as client:
            assert client.converse(modelId=CLAUDE, messages=HELLO)["usage"]
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "another")
        with (
            connect(endpoint, verify=str(authority)) as client,
            pytest.raises(client.exceptions.AccessDeniedException, match="API Key"),
        ):
            client.converse(modelId=CLAUDE, messages=HELLO)


@pytest.mark.parametrize(
    ("kind", "exception"),
    [
        ("throttle", "ThrottlingException"),
        ("internal_error", "InternalServerException"),
        ("unavailable", "ServiceUnavailableException"),
        ("model_error", "ModelErrorException"),
        ("model_timeout", "ModelTimeoutException"),
        ("model_not_ready", "ModelNotReadyException"),
    ],
)
def test_planned_errors_are_the_modelled_exceptions(kind: str, exception: str) -> None:
    with serve(**{f"{kind}_rate": 1}, retry_after_seconds=1.5) as (endpoint, client):
        with pytest.raises(getattr(client.exceptions, exception)) as caught:
            client.converse(modelId=CLAUDE, messages=HELLO)

        assert endpoint.statistics.faults == {kind: 1}
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    asks_to_wait = kind in {"throttle", "unavailable"}
    assert headers.get("x-amz-retry-after") == ("1500" if asks_to_wait else None)
    if kind == "model_error":
        assert caught.value.response["originalStatusCode"] == 500


def test_a_retry_of_boto3_draws_anew() -> None:
    plan = FaultPlan(seed=1, internal_error_rate=0.5)
    with local_endpoint(plan) as endpoint, connect(endpoint, attempts=9) as client:
        for number in range(8):
            messages = [{"role": "user", "content": [{"text": f"Question {number}"}]}]
            client.converse(modelId=CLAUDE, messages=messages)

        assert endpoint.statistics.faults["internal_error"] > 0


def test_a_reset_is_a_closed_connection() -> None:
    with (
        serve(reset_rate=1) as (_, client),
        pytest.raises(ConnectionClosedError, match=r"reset|closed"),
    ):
        client.converse(modelId=CLAUDE, messages=HELLO)


def test_a_stall_is_a_read_timeout() -> None:
    with (
        local_endpoint(FaultPlan(stall_rate=1)) as endpoint,
        connect(endpoint, read_timeout=0.2) as client,
        pytest.raises(ReadTimeoutError),
    ):
        client.converse(modelId=CLAUDE, messages=HELLO)


@pytest.mark.parametrize(
    ("kind", "exception"),
    [
        ("stream_reset", ProtocolError),
        ("bad_checksum", ChecksumMismatch),
        ("mid_stream_error", EventStreamError),
    ],
)
def test_a_broken_stream_raises(kind: str, exception: type[Exception]) -> None:
    with serve(**{f"{kind}_rate": 1}) as (endpoint, client):
        with pytest.raises(exception):
            read_events(client)
        client.converse(modelId=CLAUDE, messages=HELLO)

        assert endpoint.statistics.faults == {kind: 1}


@pytest.mark.parametrize(
    "error",
    [
        "internalServerException",
        "modelStreamErrorException",
        "validationException",
        "throttlingException",
        "serviceUnavailableException",
    ],
)
def test_a_mid_stream_error_carries_its_code(error: str) -> None:
    with (
        serve(mid_stream_error_rate=1, mid_stream_error=error) as (_, client),
        pytest.raises(EventStreamError) as caught,
    ):
        read_events(client)

    assert caught.value.response["Error"]["Code"] == error
    assert caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("kind", ["half_frame", "missing_stop"])
def test_a_stream_that_ends_early_but_cleanly_goes_unnoticed_by_boto3(kind: str) -> None:
    with serve(**{f"{kind}_rate": 1}) as (_, client):
        events = read_events(client)

    assert "messageStart" in events[0]
    assert not [event for event in events if "messageStop" in event]


def test_a_stalled_stream_is_a_read_timeout() -> None:
    with (
        local_endpoint(FaultPlan(stream_stall_rate=1)) as endpoint,
        connect(endpoint, read_timeout=0.2) as client,
        pytest.raises(StreamTimeoutError),
    ):
        read_events(client)


def test_latency_and_pacing_are_waited_for() -> None:
    plan = {"latency_seconds": 0.05, "first_byte_seconds": 0.05, "chunk_interval_seconds": 0.01}
    with serve(**plan) as (_, client):
        started = datetime.now(UTC)
        events = read_events(client)
        spent = (datetime.now(UTC) - started).total_seconds()

    assert spent >= 0.1 + 0.01 * (len(events) - 1)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_stream_cut_anywhere_reads_the_same(client: Any, size: int) -> None:
    with serve(chunk_bytes=size) as (_, cut_client):
        assert read_events(cut_client) == read_events(client)


def test_many_calls_at_once_are_all_answered_and_alike(
    client: Any, endpoint: LocalEndpoint
) -> None:
    def ask(number: int) -> str:
        messages = [{"role": "user", "content": [{"text": f"Question {number % 10}"}]}]
        reply = client.converse(modelId=CLAUDE, messages=messages)
        return reply["output"]["message"]["content"][0]["text"]

    with ThreadPoolExecutor(16) as pool:
        texts = list(pool.map(ask, range(100)))

    assert len(set(texts)) == 10
    assert texts[:10] == texts[10:20]
    assert endpoint.statistics.requests_in_flight == 0
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]
