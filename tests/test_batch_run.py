"""What a second start does, over the real model and the local endpoint."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from bedrock_llm.batch import BatchOptions, BatchSummary, RunControl, run_batch
from bedrock_llm.batch.row_kinds import RowReader
from bedrock_llm.batch.sources import open_source
from bedrock_llm.errors import BedrockLLMError, ConfigurationError, InputError, UnknownModelError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import LocalEndpoint, local_endpoint


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LocalEndpoint]:
    with local_endpoint() as opened:
        yield opened


def run(prompts: Any, output: Path, endpoint: LocalEndpoint, **options: Any) -> BatchSummary:
    session = boto3.Session(
        aws_access_key_id=endpoint.access_key_id,
        aws_secret_access_key=endpoint.secret_access_key,
        region_name=endpoint.region_name,
    )
    create_model = partial(ModelFactory.create_model, session=session, endpoint_url=endpoint.url)
    given = BatchOptions(**{"parameters": {"max_tokens": 12}, **options})
    return asyncio.run(run_batch(prompts, output, options=given, create_model=create_model))


def calls(endpoint: LocalEndpoint) -> int:
    return sum(endpoint.statistics.requests.values())


def read(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.read_text().splitlines()]


def write_rows(path: Path, *rows: object) -> Path:
    path.write_text(
        "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)
    )
    return path


def test_rows_of_every_outcome_stand_in_order(tmp_path: Path, endpoint: LocalEndpoint) -> None:
    prompts = write_rows(
        tmp_path / "p.jsonl",
        {"id": "good", "prompt": "Say hello", "metadata": {"k": [1]}},
        "{broken",
        {"id": "typo", "prompt": "x", "max_token": 5},
        {"id": "empty", "prompt": "  "},
        {"id": "other", "prompt": "Hi", "model": "anthropic.claude-3-haiku-20240307-v1:0"},
        {"id": "alien", "prompt": "Hi", "model": "foo.bar"},
        {"id": "good", "prompt": "lone \ud800 surrogate"},
        {"id": "lone \ud800", "prompt": "Hi"},
    )
    output = tmp_path / "o.jsonl"
    summary = run(prompts, output, endpoint)
    rows = read(output)
    assert [row["id"] for row in rows] == [
        "good", "2", "typo", "empty", "other", "alien", "good#7", "lone \ud800",
    ]  # fmt: skip
    assert [row.get("error", {}).get("type") for row in rows] == [
        None, "InputError", "ParameterError", "MessageError", None, "UnknownModelError",
        "MessageError",
        None,
    ]  # fmt: skip
    first = rows[0]
    assert list(first) == [
        "id", "model", "text", "stop_reason", "usage", "cost_usd", "metadata",
    ]  # fmt: skip
    assert first["metadata"] == {"k": [1]}
    assert first["usage"]["output_tokens"] <= 12
    assert "max_tokens" in rows[2]["error"]["message"]
    assert summary.tally.failures == 5
    assert "good" in summary.notices[0]


def test_a_finished_run_is_not_called_again(tmp_path: Path, endpoint: LocalEndpoint) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", {"prompt": "a"}, {"prompt": "b"})
    output = tmp_path / "o.jsonl"
    first = run(prompts, output, endpoint)
    content, before = output.read_bytes(), calls(endpoint)
    second = run(prompts, output, endpoint)
    assert second.was_complete
    assert second.tally.output_tokens == first.tally.output_tokens
    assert second.tally.cost_usd == first.tally.cost_usd
    assert (output.read_bytes(), calls(endpoint)) == (content, before)


def test_other_input_or_settings_are_refused_until_told_to_overwrite(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", {"prompt": "a"})
    output = tmp_path / "o.jsonl"
    run(prompts, output, endpoint)
    content = output.read_bytes()
    with pytest.raises(ConfigurationError, match=r"'max_tokens': 12.*'max_tokens': 5.*overwrite"):
        run(prompts, output, endpoint, parameters={"max_tokens": 5})
    write_rows(prompts, {"prompt": "a"}, {"prompt": "b"})
    with pytest.raises(ConfigurationError, match=r"another input .1 rows; this one has 2"):
        run(prompts, output, endpoint)
    assert output.read_bytes() == content
    assert run(prompts, output, endpoint, is_overwriting=True).tally.rows == 2
    assert len(read(output)) == 2


def test_failed_rows_of_a_finished_run_are_called_again_on_request(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    prompts = write_rows(
        tmp_path / "p.jsonl", {"prompt": "a"}, {"prompt": "", "id": "e"}, {"prompt": "c"}
    )
    output = tmp_path / "o.jsonl"
    run(prompts, output, endpoint)
    content, before = output.read_bytes(), calls(endpoint)
    summary = run(prompts, output, endpoint, is_retrying_failed=True)
    assert (summary.tally.recalled, summary.tally.failures) == (2, 1)
    assert (output.read_bytes(), calls(endpoint)) == (content, before)
    assert run(prompts, output, endpoint).was_complete


def test_a_row_that_was_mended_is_called_and_one_that_was_answered_may_not_change(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", {"prompt": "a"}, "{broken", {"prompt": "c"})
    output = tmp_path / "o.jsonl"
    interrupt(prompts, output, endpoint)
    write_rows(prompts, {"prompt": "a"}, {"prompt": "b"}, {"prompt": "c"})
    assert run(prompts, output, endpoint).tally.failures == 0

    other = tmp_path / "p2.jsonl"
    write_rows(other, {"prompt": "a"}, {"prompt": "b"})
    interrupt(other, tmp_path / "o2.jsonl", endpoint)
    write_rows(other, {"prompt": "changed"}, {"prompt": "b"})
    with pytest.raises(ConfigurationError, match=r"row 1 .id '1'.*the input changed"):
        run(other, tmp_path / "o2.jsonl", endpoint)


def interrupt(prompts: Path, output: Path, endpoint: LocalEndpoint) -> None:
    """Leave the journal of a run that answered all rows and did not come to write them."""
    run(prompts, output, endpoint)
    finished = json.loads((journal := Path(f"{output}.journal")).read_bytes())
    lines = output.read_bytes().splitlines()
    settings = {name: finished[name] for name in ("settings", "settings_digest")}
    digests = _row_digests(prompts)
    journal.write_bytes(
        json.dumps({"journal": 1, **settings}).encode()
        + b"\n"
        + b"".join(
            b'{"index":%d,"digest":"%016x","failed":%d,"output":%s}\n'
            % (index, digests[index], b'"error"' in line, line)
            for index, line in enumerate(lines)
        )
    )
    output.unlink()


def test_a_kill_at_any_step_of_the_end_leaves_what_the_next_start_needs(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", *({"prompt": f"row {n}"} for n in range(5)))
    output = tmp_path / "o.jsonl"
    interrupt(prompts, output, endpoint)
    before = calls(endpoint)
    (tmp_path / "o.jsonl.tmp").write_text("half a li")  # killed while it was written
    run(prompts, output, endpoint)
    content = output.read_bytes()
    interrupt(prompts, output, endpoint)
    output.write_bytes(content)  # killed after the rename, before the journal was reduced
    (tmp_path / "o.jsonl.journal.tmp").write_text("{")
    assert run(prompts, output, endpoint).tally.recalled == 5
    assert (output.read_bytes(), calls(endpoint)) == (content, before)
    assert run(prompts, output, endpoint).was_complete


def _row_digests(prompts: Path) -> list[int]:
    reader = RowReader()
    return [reader.read(record).digest for record in open_source(prompts).records()]


def test_an_input_that_lost_rows_does_not_cost_the_replies_to_them(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", {"prompt": "a"}, {"prompt": "b"})
    output = tmp_path / "o.jsonl"
    interrupt(prompts, output, endpoint)
    write_rows(prompts, {"prompt": "a"})
    with pytest.raises(ConfigurationError, match=r"has 1 rows, but .* up to row 2"):
        run(prompts, output, endpoint)
    assert not output.exists()


def test_options_are_refused_in_one_line() -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        BatchOptions(concurrency=0)
    with pytest.raises(ConfigurationError, match=r"concurency.*concurrency"):
        BatchOptions(concurency=5)


def test_a_limit_reads_the_first_rows_only(tmp_path: Path, endpoint: LocalEndpoint) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", *({"prompt": str(n)} for n in range(9)))
    run(prompts, tmp_path / "o.jsonl", endpoint, limit=3)
    assert [row["id"] for row in read(tmp_path / "o.jsonl")] == ["1", "2", "3"]


def test_meta_carries_request_id_and_latency(tmp_path: Path, endpoint: LocalEndpoint) -> None:
    run(["a"], tmp_path / "o.jsonl", endpoint, has_meta=True)
    assert set(read(tmp_path / "o.jsonl")[0]["meta"]) == {"request_id", "latency_ms"}


def test_somebody_elses_output_is_never_touched(tmp_path: Path, endpoint: LocalEndpoint) -> None:
    output = tmp_path / "o.jsonl"
    output.write_text("precious")
    with pytest.raises(ConfigurationError, match="no run's journal belongs to it"):
        run(["a"], output, endpoint)
    assert output.read_text() == "precious"
    assert not Path(f"{output}.journal").exists()


def test_an_output_that_was_edited_is_not_built_upon(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    output = tmp_path / "o.jsonl"
    run(["a", ""], output, endpoint)
    output.write_text(output.read_text() + "\n")
    for is_retrying in (True, False):
        with pytest.raises(BedrockLLMError, match=r"was changed .*overwrite"):
            run(["a", ""], output, endpoint, is_retrying_failed=is_retrying)


def test_an_output_that_lost_a_row_is_not_called_complete(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    output = tmp_path / "o.jsonl"
    run(["a", "b"], output, endpoint)
    output.write_text(output.read_text().splitlines(keepends=True)[0])
    with pytest.raises(ConfigurationError, match="was changed since the run finished"):
        run(["a", "b"], output, endpoint)


@pytest.mark.parametrize(
    "mistake",
    [{"model_id": "foo.bar"}, {"parameters": {"max_tokens": 0}}, {"template": "{absent}"}],
    ids=["model", "parameter", "template"],
)
def test_starting_over_by_a_command_that_cannot_work_costs_nothing(
    tmp_path: Path, endpoint: LocalEndpoint, mistake: dict[str, Any]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("text\na\nb\n")
    output, good = tmp_path / "o.jsonl", {"template": "{text}"}
    run(table, output, endpoint, **good)
    content = output.read_bytes()
    with pytest.raises(BedrockLLMError):
        run(table, output, endpoint, is_overwriting=True, **{**good, **mistake})
    assert output.read_bytes() == content
    assert run(table, output, endpoint, **good).was_complete


def test_a_reply_damaged_inside_its_line_is_called_again_and_said(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    prompts = write_rows(tmp_path / "p.jsonl", {"prompt": "a"}, {"prompt": "b"})
    output = tmp_path / "o.jsonl"
    run(prompts, output, endpoint)
    content = output.read_bytes()
    interrupt(prompts, output, endpoint)
    journal = Path(f"{output}.journal")
    journal.write_bytes(journal.read_bytes().replace(b'"text"', b'"te"xt', 1))
    summary = run(prompts, output, endpoint)
    assert (summary.tally.recalled, summary.tally.rows) == (1, 2)
    assert "1 replies in the journal were damaged" in summary.notices[0]
    assert output.read_bytes() == content


def test_an_output_that_is_gone_is_not_paid_for_again(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    output = tmp_path / "o.jsonl"
    run(["a"], output, endpoint)
    output.unlink()
    with pytest.raises(ConfigurationError, match="put it back, or start over"):
        run(["a"], output, endpoint)


@pytest.mark.parametrize("place", ["p.jsonl", "inside/o.jsonl", "nowhere/o.jsonl", "inside"])
def test_an_output_in_the_wrong_place_is_refused(
    tmp_path: Path, endpoint: LocalEndpoint, place: str
) -> None:
    (tmp_path / "inside").mkdir()
    prompts = write_rows(tmp_path / "p.jsonl", {"prompt": "a"})
    source = tmp_path / "inside" if place.startswith("inside/") else prompts
    with pytest.raises(ConfigurationError, match=r"output|no folder"):
        run(source, tmp_path / place, endpoint, is_overwriting=True)
    assert prompts.read_text() == '{"prompt": "a"}\n'


def test_an_unknown_default_model_is_said_before_anything_is_called(
    tmp_path: Path, endpoint: LocalEndpoint
) -> None:
    before = calls(endpoint)
    with pytest.raises(UnknownModelError, match=r"foo.bar"):
        run(["a"] * 100, tmp_path / "o.jsonl", endpoint, model_id="foo.bar")
    assert calls(endpoint) == before
    assert list(tmp_path.iterdir()) == []


def test_rows_need_a_place_for_their_replies(endpoint: LocalEndpoint) -> None:
    with pytest.raises(ConfigurationError, match="say where the replies go"):
        asyncio.run(run_batch(["a"]))
    with pytest.raises(InputError, match="no file or folder"):
        asyncio.run(run_batch("nowhere.jsonl", control=RunControl()))
    del endpoint


def test_two_runs_do_not_share_an_output(tmp_path: Path, endpoint: LocalEndpoint) -> None:
    messages: list[str] = []

    def prompts() -> Iterator[str]:
        yield "a"
        try:
            run(["b"], tmp_path / "o.jsonl", endpoint)
        except ConfigurationError as error:
            messages.append(str(error))

    run(prompts(), tmp_path / "o.jsonl", endpoint)
    assert "another run is writing" in messages[0]
    assert len(read(tmp_path / "o.jsonl")) == 1
