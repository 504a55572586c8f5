"""Hundreds of calls at once while the endpoint throttles, resets, breaks, spoils and stalls.

Whatever happens, each call ends once, with its reply or with a typed error; no text comes twice;
the two sides agree on what went wrong; and nothing is left behind.
"""

import asyncio
import gc
import os
import threading
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from bedrock_llm.errors import (
    BedrockLLMError,
    CallTimeoutError,
    ConnectionFailedError,
    FrameError,
    StreamError,
)
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import FaultPlan, local_endpoint
from bedrock_llm.observers import ModelObserver
from bedrock_llm.retry import RetryPolicy

MODEL = "us.anthropic.claude-sonnet-4-6"
PLAN = FaultPlan(
    seed=11,
    throttle_rate=0.20,
    reset_rate=0.05,
    stall_rate=0.01,
    mid_stream_error_rate=0.03,
    half_frame_rate=0.02,
    bad_checksum_rate=0.01,
    stream_stall_rate=0.01,
)
STREAM_FAULTS = ("mid_stream_error", "half_frame", "bad_checksum", "stream_stall")
POLICY = RetryPolicy(max_attempts=4, throttle_base_seconds=0.02, base_seconds=0.01)
STALL_SECONDS = 3.0
MOST_SECONDS = 30.0


class Watcher(ModelObserver):
    """Count the ends of each call, and every failure of an attempt by what it was."""

    def __init__(self):
        self.starts = 0
        self.completions = 0
        self.retries = 0
        self.errors = []
        self.failures = Counter()

    def on_request_start(self, _request):
        self.starts += 1

    def on_request_complete(self, _response):
        self.completions += 1

    def on_error(self, error):
        self.errors.append(error)
        self.failures[kind_of(error)] += 1

    def on_retry(self, notice):
        self.retries += 1
        self.failures[kind_of(notice.error)] += 1


def kind_of(error):
    """Say which kind of fault an error came from, in the endpoint's words."""
    if isinstance(error, StreamError | FrameError) or "(in the stream)" in str(error):
        return "stream"
    if isinstance(error, CallTimeoutError):
        return "stall"
    if isinstance(error, ConnectionFailedError):
        return "reset"
    return "throttle" if "(HTTP 429)" in str(error) else repr(error)


@dataclass
class Outcome:
    """What one call handed out, in order, and how it ended."""

    pieces: list[str] = field(default_factory=list)
    response: object = None
    error: BedrockLLMError | None = None


async def generate(model, prompt, outcome):
    outcome.response = await model.generate_text(prompt, max_tokens=60)


async def stream_text(model, prompt, outcome):
    async with model.stream_text(prompt, max_tokens=60) as stream:
        async for piece in stream.text:
            outcome.pieces.append(piece)
        outcome.response = await stream.final_response()


async def stream_events(model, prompt, outcome):
    async with model.stream_text(prompt, max_tokens=60) as stream:
        async for event in stream:
            outcome.pieces.append(getattr(event, "text", ""))
        outcome.response = await stream.final_response()


async def stream_to_the_end(model, prompt, outcome):
    async with model.stream_text(prompt, max_tokens=60) as stream:
        outcome.response = await stream.final_response()


STREAMS = (stream_text, stream_events, stream_to_the_end)


async def call_all(model, generates, streams, in_flight):
    slots = asyncio.Semaphore(in_flight)
    calls = [(generate, f"Prompt {number}") for number in range(generates)]
    calls += [(STREAMS[number % 3], f"Story {number}") for number in range(streams)]

    async def run(call, prompt):
        outcome = Outcome()
        async with slots:
            try:
                await call(model, prompt, outcome)
            except BedrockLLMError as error:
                outcome.error = error
        return prompt, outcome

    outcomes = dict(await asyncio.gather(*(run(*call) for call in calls)))
    await model.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left
    return outcomes


def session_of(endpoint):
    return boto3.Session(
        aws_access_key_id=endpoint.access_key_id,
        aws_secret_access_key=endpoint.secret_access_key,
        region_name=endpoint.region_name,
    )


def over_plan(endpoint):
    return {
        "session": session_of(endpoint),
        "endpoint_url": endpoint.url,
        "timeout": STALL_SECONDS,
        "idle_timeout_seconds": STALL_SECONDS,
    }


def over_client(endpoint):
    once = {"total_max_attempts": 1}
    config = Config(retries=once, read_timeout=STALL_SECONDS, max_pool_connections=64)
    session = session_of(endpoint)
    return {"client": session.client("bedrock-runtime", endpoint_url=endpoint.url, config=config)}


def call_endpoint(keywords, counts, observers=()):
    model = ModelFactory.create_model(MODEL, observers=observers, retry_policy=POLICY, **keywords)
    outcomes = asyncio.run(call_all(model, *counts))
    if "client" in keywords:  # the caller's own, which the model leaves open
        keywords["client"].close()
    return outcomes


def true_texts(generates, streams):
    with local_endpoint() as endpoint:
        outcomes = call_endpoint(over_plan(endpoint), (generates, streams, 64))
    return {prompt: outcome.response.text for prompt, outcome in outcomes.items()}


def count_sockets():
    gc.collect()
    links = (str(link) for link in Path("/proc/self/fd").iterdir())
    return sum(1 for link in links if is_socket(link))


def is_socket(link):
    try:
        return os.readlink(link).startswith("socket:")  # noqa: PTH115  Path.readlink is slower, and a descriptor may be gone
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="sockets are counted in /proc")
@pytest.mark.parametrize(
    ("connect", "generates", "streams", "in_flight"),
    [(over_plan, 600, 300, 64), (over_client, 90, 60, 16)],
)
def test_every_call_ends_once_and_nothing_is_left_behind(connect, generates, streams, in_flight):
    texts = true_texts(generates, streams)
    threads, sockets = set(threading.enumerate()), count_sockets()
    watcher = Watcher()
    started = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with local_endpoint(PLAN) as endpoint:
            counts = (generates, streams, in_flight)
            outcomes = call_endpoint(connect(endpoint), counts, [watcher])
            statistics = endpoint.statistics
        assert time.monotonic() - started < MOST_SECONDS
        check_outcomes(outcomes, texts)
        check_observers(watcher, outcomes)
        check_statistics(watcher, statistics, generates + streams)
        del outcomes, watcher  # urllib3 closes a pool with its last reference, tracebacks included
        assert count_sockets() <= sockets
    for thread in set(threading.enumerate()) - threads:
        thread.join(timeout=STALL_SECONDS + 5)
    assert set(threading.enumerate()) <= threads


def check_outcomes(outcomes, texts):
    for prompt, outcome in outcomes.items():
        handed_out = "".join(outcome.pieces)
        if outcome.error is None:
            assert outcome.response.text == texts[prompt]
            assert handed_out in {"", texts[prompt]}
        else:
            assert outcome.response is None
            assert texts[prompt].startswith(handed_out)
            assert outcome.error.model_id == MODEL
            if isinstance(outcome.error, StreamError):
                assert outcome.error.request_id
                assert outcome.error.partial.text.startswith(handed_out)
    assert sum(outcome.error is None for outcome in outcomes.values()) > 0.9 * len(outcomes)


def check_observers(watcher, outcomes):
    errors = [outcome.error for outcome in outcomes.values() if outcome.error is not None]
    assert watcher.starts == len(outcomes)
    assert watcher.completions == len(outcomes) - len(errors)
    assert sorted(map(id, watcher.errors)) == sorted(map(id, errors))


def check_statistics(watcher, statistics, calls):
    assert sum(statistics.requests.values()) == calls + watcher.retries
    planned = Counter(statistics.faults)
    expected = {name: planned[name] for name in ("throttle", "reset", "stall")}
    expected["stream"] = sum(planned[name] for name in STREAM_FAULTS)
    assert watcher.failures == expected
    assert all(planned[name] for name in ("throttle", "reset", "mid_stream_error"))
