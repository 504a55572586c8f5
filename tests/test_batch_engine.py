"""Laws of the engine's own scheduling, with models that do nothing but wait."""

import asyncio
import json
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.batch import BatchOptions, BatchSummary, RunControl, Tally, run_batch
from bedrock_llm.errors import (
    AccessDeniedError,
    AuthenticationError,
    BedrockLLMError,
    ConfigurationError,
    ConnectionFailedError,
    CredentialsError,
    RequestRefusedError,
    ThrottledError,
)
from bedrock_llm.messages import Message
from bedrock_llm.responses import Response

Behaviour = Callable[[str], Awaitable[None]]


@dataclass
class ScriptedModel:
    """Does what a test says with each prompt, then echoes it."""

    behaviour: Behaviour
    called: list[str] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    closed: int = 0

    async def generate_text(self, messages: Any, **_parameters: Any) -> Response:
        self.called.append(messages)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.behaviour(messages)
        finally:
            self.in_flight -= 1
        return Response(
            model_id="m",
            message=Message.assistant(f"echo {messages}"),
            usage=None,
            stop_reason="end_turn",
            request_id="r",
            latency_ms=1,
            raw={},
        )

    async def close(self) -> None:
        self.closed += 1


async def yield_once(_prompt: str) -> None:
    await asyncio.sleep(0)


def run(
    prompts: Iterable[object],
    output: Path,
    model: ScriptedModel,
    control: RunControl | None = None,
    **options: Any,
) -> BatchSummary:
    given_options = BatchOptions(**{"model_id": "amazon.nova-lite-v1:0", **options})
    return asyncio.run(
        run_batch(
            prompts,
            output,
            options=given_options,
            create_model=lambda _model_id, **_settings: model,
            control=control,
        )
    )


def read_ids(output: Path) -> list[str]:
    return [json.loads(line)["id"] for line in output.read_text().splitlines()]


@settings(max_examples=25, deadline=None)
@given(
    delays=st.lists(st.integers(min_value=0, max_value=3), min_size=1, max_size=40),
    concurrency=st.integers(min_value=1, max_value=8),
)
def test_output_keeps_the_order_of_the_input_and_the_bound_whatever_finishes_first(
    tmp_path_factory: pytest.TempPathFactory, delays: list[int], concurrency: int
) -> None:
    output = tmp_path_factory.mktemp("order") / "o.jsonl"

    async def wait(prompt: str) -> None:
        for _ in range(delays[int(prompt)]):
            await asyncio.sleep(0)

    model = ScriptedModel(wait)
    run([str(n) for n in range(len(delays))], output, model, concurrency=concurrency)
    assert read_ids(output) == [str(n + 1) for n in range(len(delays))]
    assert sorted(model.called) == sorted(str(n) for n in range(len(delays)))
    assert model.most_in_flight <= concurrency
    assert model.closed == 1


def test_every_slot_is_used(tmp_path: Path) -> None:
    barrier = asyncio.Barrier(8)

    async def wait_for_the_others(prompt: str) -> None:
        if prompt != "0":  # the first row is called alone
            await barrier.wait()

    model = ScriptedModel(wait_for_the_others)
    run([str(n) for n in range(17)], tmp_path / "o.jsonl", model, concurrency=8)
    assert model.most_in_flight == 8


def test_memory_does_not_grow_with_the_input(tmp_path: Path) -> None:
    def peak_bytes(rows: int) -> int:
        prompts: Iterator[str] = (f"{n} " + "x" * 1000 for n in range(rows))
        model = ScriptedModel(yield_once)
        model.called = _Forgetful()
        tracemalloc.start()
        try:
            run(prompts, tmp_path / f"{rows}.jsonl", model, concurrency=16)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_bytes(200)  # what is loaded once
    small, large = peak_bytes(1_000), peak_bytes(6_000)
    assert large - small < 5_000 * 100  # the index and the ids; a row itself is above 1000 bytes


class _Forgetful(list[str]):
    def append(self, _item: str) -> None:
        """Keep nothing."""


def fail_on(prompt: str, error: BedrockLLMError) -> Behaviour:
    async def behave(found: str) -> None:
        await asyncio.sleep(0)
        if found == prompt:
            raise error

    return behave


def test_a_failed_row_is_an_error_in_its_place_and_no_other_is_lost(tmp_path: Path) -> None:
    output = tmp_path / "o.jsonl"
    error = ThrottledError("slow down", code="ThrottlingException", request_id="id-1")
    summary = run(["a", "b", "c"], output, ScriptedModel(fail_on("b", error)))
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert [line.get("text") for line in lines] == ["echo a", None, "echo c"]
    assert lines[1]["error"] == {
        "type": "ThrottledError",
        "message": "slow down",
        "code": "ThrottlingException",
        "status_code": 429,
        "is_retryable": True,
    }
    assert (summary.tally.answered, summary.tally.failed) == (2, {"ThrottledError": 1})


@pytest.mark.parametrize(
    "error",
    [
        CredentialsError("no credentials"),
        AuthenticationError("bad key", code="UnrecognizedClientException"),
        ConnectionFailedError("no route"),
        AccessDeniedError("no", code="AccessDeniedException"),
        RequestRefusedError(
            "The provided model identifier is invalid.", code="ValidationException"
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_would_fail_every_row_fails_once_and_leaves_nothing(
    tmp_path: Path, error: BedrockLLMError
) -> None:
    async def always(_prompt: str) -> None:
        raise error

    model = ScriptedModel(always)
    with pytest.raises(type(error)):
        run([str(n) for n in range(1000)], tmp_path / "o.jsonl", model)
    assert len(model.called) == 1
    assert list(tmp_path.iterdir()) == []


def test_credentials_that_expire_on_the_way_end_the_run_and_the_next_start_goes_on(
    tmp_path: Path,
) -> None:
    output = tmp_path / "o.jsonl"
    expired = AuthenticationError("expired", code="ExpiredTokenException")
    model = ScriptedModel(fail_on("50", expired))
    prompts = [str(n) for n in range(200)]
    with pytest.raises(AuthenticationError):
        run(prompts, output, model, concurrency=4)
    assert not output.exists()
    again = ScriptedModel(yield_once)
    summary = run(prompts, output, again, concurrency=4)
    assert "50" in again.called
    assert not set(again.called) & (set(model.called) - {"50"})
    assert summary.tally.rows == 200
    assert read_ids(output) == [str(n + 1) for n in range(200)]


def test_an_outage_in_mid_run_ends_it_and_is_not_written_into_the_rest(tmp_path: Path) -> None:
    async def break_after_ten(prompt: str) -> None:
        await asyncio.sleep(0)
        if int(prompt) >= 10:
            raise ConnectionFailedError("cable cut")

    model = ScriptedModel(break_after_ten)
    with pytest.raises(ConnectionFailedError):
        run([str(n) for n in range(1000)], tmp_path / "o.jsonl", model, concurrency=4)
    assert len(model.called) < 50


@pytest.mark.parametrize(
    "error",
    [AccessDeniedError("no", code="AccessDeniedException"), ConnectionFailedError("reset")],
    ids=lambda error: type(error).__name__,
)
def test_a_row_may_fail_after_others_were_answered_without_ending_the_run(
    tmp_path: Path, error: BedrockLLMError
) -> None:
    model = ScriptedModel(fail_on("5", error))
    summary = run([str(n) for n in range(10)], tmp_path / "o.jsonl", model)
    assert summary.tally.failed == {type(error).__name__: 1}


def test_a_stop_lets_calls_in_flight_finish_and_takes_no_more(tmp_path: Path) -> None:
    async def scenario() -> tuple[BatchSummary, ScriptedModel]:
        control = RunControl()

        async def stop_at_ten(prompt: str) -> None:
            if prompt == "10":
                control.stop.request()
            for _ in range(20):
                await asyncio.sleep(0)

        model = ScriptedModel(stop_at_ten)
        summary = await run_batch(
            [str(n) for n in range(500)],
            tmp_path / "o.jsonl",
            options=BatchOptions(concurrency=4),
            create_model=lambda _model_id, **_settings: model,
            control=control,
        )
        return summary, model

    summary, model = asyncio.run(scenario())
    assert summary.is_interrupted
    assert summary.output is None
    assert summary.tally.rows == len(model.called) < 20
    again = ScriptedModel(yield_once)
    run([str(n) for n in range(500)], tmp_path / "o.jsonl", again, concurrency=4)
    assert len(again.called) + len(model.called) == 500


def test_calls_that_outlive_the_grace_are_given_up_and_called_again(tmp_path: Path) -> None:
    control = RunControl()

    async def hang_after_three(prompt: str) -> None:
        if int(prompt) >= 3:
            control.stop.request()
            await asyncio.Event().wait()

    model = ScriptedModel(hang_after_three)
    prompts = [str(n) for n in range(9)]
    summary = run(prompts, tmp_path / "o.jsonl", model, control, concurrency=2, grace_seconds=0.05)
    assert summary.is_interrupted
    assert summary.tally.rows == 3
    again = ScriptedModel(yield_once)
    run(prompts, tmp_path / "o.jsonl", again)
    assert sorted(again.called) == ["3", "4", "5", "6", "7", "8"]


def test_progress_is_told_and_the_last_word_is_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[int, float | None]] = []

    def note(tally: Tally) -> None:
        seen.append((tally.rows, tally.fraction))

    control = RunControl(on_progress=note)
    run([str(n) for n in range(20)], tmp_path / "o.jsonl", ScriptedModel(yield_once), control)
    assert seen[-1] == (20, 1.0)


def test_an_input_without_rows_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BedrockLLMError, match="holds no rows"):
        run([], tmp_path / "o.jsonl", ScriptedModel(yield_once))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [ConfigurationError, ZeroDivisionError])
def test_an_input_that_breaks_off_ends_the_run_and_the_next_start_goes_on(
    tmp_path: Path, kind: type[Exception]
) -> None:
    def prompts(stop: int) -> Iterator[str]:
        yield from (str(n) for n in range(stop))
        raise kind("the feed broke")

    first, second = ScriptedModel(yield_once), ScriptedModel(yield_once)
    with pytest.raises(kind, match="the feed broke"):
        run(prompts(300), tmp_path / "o.jsonl", first)
    run([str(n) for n in range(300)], tmp_path / "o.jsonl", second)
    assert len(first.called) + len(second.called) == 300
