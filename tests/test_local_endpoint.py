"""The endpoint's life, its door and its figures, seen over plain HTTP."""

import asyncio
import contextlib
import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bedrock_llm.errors import ConfigurationError
from bedrock_llm.local import (
    FaultPlan,
    LocalCredentials,
    LocalEndpoint,
    LocalSettings,
    local_endpoint,
)

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
    method: str = "POST",
) -> tuple[int, dict[str, str], bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, endpoint.url + path, data=io.BytesIO(data), headers=headers
        ) as response,
    ):
        return response.status, dict(response.headers), await response.read()


def send(endpoint: LocalEndpoint, body: object, **options: str) -> tuple[int, dict[str, str], Any]:
    status, headers, content = asyncio.run(post(endpoint, body, **options))
    return status, headers, json.loads(content)


def test_a_reply_has_a_request_id_and_consistent_usage(endpoint: LocalEndpoint) -> None:
    status, headers, body = send(endpoint, BODY)

    assert status == 200
    assert len(headers["x-amzn-RequestId"]) == 36
    assert body["output"]["message"]["role"] == "assistant"
    usage = body["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]


def test_the_same_bytes_get_the_same_reply_and_another_request_id(endpoint: LocalEndpoint) -> None:
    first, second = send(endpoint, BODY), send(endpoint, BODY)

    assert first[2] == second[2]
    assert first[1]["x-amzn-RequestId"] != second[1]["x-amzn-RequestId"]


def test_two_endpoints_answer_alike_request_ids_included() -> None:
    answers = []
    for _ in range(2):
        with local_endpoint(credentials=KEYED) as running:
            _, headers, body = send(running, BODY)
            answers.append((headers["x-amzn-RequestId"], body))

    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "POST"),
        ("/model/a/invent", "POST"),
        (f"/model/{MODEL}/converse", "GET"),
        ("/model/x", "POST"),
    ],
)
def test_an_unknown_route_is_an_unknown_operation(
    endpoint: LocalEndpoint, path: str, method: str
) -> None:
    status, headers, body = send(endpoint, BODY, path=path, method=method)

    assert status == 404
    assert headers["x-amzn-ErrorType"].startswith("UnknownOperationException:")
    assert "no operation" in body["message"]


@pytest.mark.parametrize(
    ("model_id", "status", "expected"),
    [
        ("no-such.model-v1:0", 400, "model identifier is invalid"),
        ("%20", 400, "identifier is invalid|failed to satisfy"),
        (
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aimported-model%2Fabcdefghijkl",
            404,
            "ARN was not found",
        ),
    ],
)
def test_an_unknown_model_is_refused_as_bedrock_does(
    endpoint: LocalEndpoint, model_id: str, status: int, expected: str
) -> None:
    answered, _, body = send(endpoint, BODY, path=f"/model/{model_id}/converse")

    assert answered == status
    assert re.search(expected, body["message"])


def test_a_hidden_model_answers_once_its_base_is_named() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl"
    path = f"/model/{arn.replace(':', '%3A').replace('/', '%2F')}/converse"
    with local_endpoint(
        credentials=KEYED, settings=LocalSettings(base_models={arn: MODEL})
    ) as running:
        status, _, _ = send(running, BODY, path=path)

    assert status == 200


def test_a_client_that_leaves_a_stream_is_forgotten_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def leave() -> None:
        async with (
            LocalEndpoint(FaultPlan(chunk_interval_seconds=30), KEYED) as running,
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {API_KEY}"}) as session,
        ):
            url = f"{running.url}/model/{MODEL}/converse-stream"
            async with session.post(url, json=BODY) as response:
                await response.content.readany()
                response.close()
            while running.statistics.requests_in_flight:  # noqa: ASYNC110  figures have no event
                await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(leave(), 10))

    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


def test_closing_ends_delays() -> None:
    async def wait() -> int:
        async with LocalEndpoint(FaultPlan(latency_seconds=60), KEYED) as running:
            waiting = asyncio.create_task(post(running, BODY))
            while running.statistics.requests_in_flight < 1:  # noqa: ASYNC110  figures have no event
                await asyncio.sleep(0)
        return (await waiting)[0]

    assert asyncio.run(asyncio.wait_for(wait(), 4)) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", ""])  # noqa: S104  refused
def test_nothing_but_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"host is .*loopback only"):
        LocalSettings.build({"host": host})


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(
                ConfigurationError, match=f"127.0.0.1 port {port}: .*or 0 for a free one"
            ),
            local_endpoint(port=port),
        ):
            pass


def test_a_wrong_port_or_no_key_is_refused_before_anything_opens() -> None:
    with pytest.raises(ConfigurationError, match="port 70000 is not between 0 and 65535"):
        LocalEndpoint(port=70_000)
    with pytest.raises(ConfigurationError, match="accepts no key"):
        LocalEndpoint(credentials=())


def test_an_endpoint_that_is_not_open_has_no_url() -> None:
    with pytest.raises(ConfigurationError, match="not open"):
        _ = LocalEndpoint().url
    with pytest.raises(ConfigurationError, match="never opened"):
        _ = LocalEndpoint().statistics


def test_figures_can_be_read_while_it_runs_and_after_the_end() -> None:
    with local_endpoint(FaultPlan(throttle_rate=1), KEYED) as running:
        send(running, BODY)
        send(running, BODY, path="/nowhere")
        assert running.statistics.requests == {"Converse": 1, "unknown": 1}
    figures = running.statistics

    assert figures.faults == {"throttle": 1}
    assert figures.refusals == {"ThrottlingException": 1, "UnknownOperationException": 1}
    assert figures.answers == {429: 1, 404: 1}
    assert (figures.requests_in_flight, figures.most_in_flight) == (0, 1)
    assert figures.output_tokens == 0


def test_tokens_are_summed_over_replies() -> None:
    with local_endpoint(credentials=KEYED) as running:
        usage = [send(running, BODY)[2]["usage"] for _ in range(2)]
        figures = running.statistics

    assert figures.input_tokens == sum(one["inputTokens"] for one in usage)
    assert figures.output_tokens == sum(one["outputTokens"] for one in usage)


def test_closing_ends_stalled_requests_and_leaves_no_task_or_thread() -> None:
    threads = threading.active_count()

    async def stall() -> int:
        before = len(asyncio.all_tasks())
        async with LocalEndpoint(FaultPlan(stall_rate=1), KEYED) as running:
            waiting = [asyncio.create_task(post(running, BODY)) for _ in range(3)]
            while running.statistics.requests_in_flight < 3:  # noqa: ASYNC110  figures have no event
                await asyncio.sleep(0)
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(result, aiohttp.ClientError) for result in results)
        return len(asyncio.all_tasks()) - before

    assert asyncio.run(asyncio.wait_for(stall(), 4)) == 0
    assert threading.active_count() == threads


def test_a_client_that_leaves_a_stall_frees_the_server() -> None:
    async def leave() -> None:
        async with LocalEndpoint(FaultPlan(stall_rate=1), KEYED) as running:
            waiting = asyncio.create_task(post(running, BODY))
            while running.statistics.requests_in_flight < 1:  # noqa: ASYNC110  figures have no event
                await asyncio.sleep(0)
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting
            while running.statistics.requests_in_flight:  # noqa: ASYNC110  as above
                await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(leave(), 10))


def test_nothing_is_logged_even_where_connections_are_reset(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "aiohttp")
    plan = FaultPlan(reset_rate=1)
    with (
        local_endpoint(plan, KEYED) as running,
        pytest.raises(aiohttp.ClientOSError, match="reset by peer"),
    ):
        asyncio.run(post(running, BODY))

    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
    assert (running.statistics.faults, running.statistics.answers) == ({"reset": 1}, {})


def test_the_environment_names_everything_boto3_needs() -> None:
    temporary = LocalCredentials(session_token=SecretStr("a-token"))
    with local_endpoint(credentials=[temporary]) as running:
        variables = running.environment()

    assert set(variables) == {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    }
    assert variables["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"].startswith("http://127.0.0.1:")
    assert not set(variables.values()) & set(os.environ.values())


def test_importing_the_endpoint_loads_no_boto3() -> None:
    code = "import sys, bedrock_llm.local; sys.exit('boto3' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
