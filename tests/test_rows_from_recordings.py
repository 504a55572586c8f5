import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts" / "rows_from_recordings.py"
RECORDINGS = Path(os.environ.get("BEDROCK_LLM_RECORDINGS", ROOT.parent / "shared" / "recordings"))

Row = dict[str, Any]
Convert = Callable[..., tuple[list[Row], str]]
SAY_HELLO = [{"role": "user", "content": [{"text": "Hello."}]}]


def run(folder: Path, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(folder), "-o", str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def record(request: Row, **fields: Any) -> Row:
    return (
        {"model": "some.model-v1:0", "op": "invoke", "has_media": False}
        | fields
        | {"request": request}
    )


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    def convert_records(*records: Row | str) -> tuple[list[Row], str]:
        lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
        (tmp_path / "bedrock_test_family.jsonl").write_text("\n".join(lines) + "\n")
        result = run(tmp_path, tmp_path / "rows.jsonl")
        assert result.returncode == 0, result.stderr
        return read_rows(tmp_path / "rows.jsonl"), result.stdout

    return convert_records


def test_a_converse_body_passes_unchanged_with_the_model_it_was_sent_to(convert: Convert) -> None:
    body = {
        "inferenceConfig": {"maxTokens": 5},
        "messages": SAY_HELLO,
        "toolConfig": {"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": {}}}}]},
    }
    rows, _ = convert(record(body, op="converse"), record(body, op="converse-stream"))
    assert rows == [
        {"id": "test-family-0001", "model": "some.model-v1:0", **body},
        {"id": "test-family-0002", "model": "some.model-v1:0", **body},
    ]
    assert list(rows[0]) == ["id", "model", *body]


def test_ids_are_line_numbers_so_a_skipped_record_moves_no_other_id(convert: Convert) -> None:
    body = {"messages": SAY_HELLO}
    rows, _ = convert(record(body, op="converse", has_media=True), record(body, op="converse"))
    assert [row["id"] for row in rows] == ["test-family-0002"]


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "Hi", "max_gen_len": 9},
        {"inputText": "Hi", "textGenerationConfig": {"maxTokenCount": 9}},
        {"message": "Hi", "chat_history": []},
        {"anthropic_version": "x", "messages": [{"role": "user", "content": "Hi"}]},
    ],
    ids=["prompt", "Titan", "Cohere", "Claude"],
)
def test_a_native_body_passes_unchanged_as_model_input(convert: Convert, body: Row) -> None:
    rows, _ = convert(record(body), record(body, op="invoke-with-response-stream"))
    carried = {"model": "some.model-v1:0", "modelInput": body}
    assert rows == [{"id": f"test-family-000{number}", **carried} for number in (1, 2)]


def test_every_skipped_record_is_counted_under_its_reason(convert: Convert) -> None:
    hello = {"messages": SAY_HELLO}
    rows, printed = convert(
        record(hello, op="converse", has_media=True),
        record({"inputText": "Hi"}, model="amazon.titan-embed-text-v2:0"),
        record(hello, op="converse", model="(converse-mock)"),
        record({"__prompt_key__": "Hi"}),
        record(hello, op="openai:chat/completions"),
        record({"taskType": "TEXT_IMAGE"}),
        "{broken",
        record(hello, op="converse"),
    )
    assert len(rows) == 1
    reasons = [line.split(maxsplit=2) for line in printed.splitlines() if " skipped " in line[:9]]
    assert printed.splitlines()[-1].startswith("8 records = 1 rows + 7 skipped")
    assert len(reasons) == 7
    assert all(count == "1" for _, count, _ in reasons)


def test_a_folder_without_recordings_is_refused_in_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path / "rows.jsonl")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "rows.jsonl").exists()


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not on this machine")
def test_every_recorded_text_request_becomes_a_row_that_can_be_read(tmp_path: Path) -> None:
    result = run(RECORDINGS, tmp_path / "rows.jsonl")
    assert result.returncode == 0
    rows = read_rows(tmp_path / "rows.jsonl")
    records = sum(len(read_rows(path)) for path in RECORDINGS.glob("bedrock_*.jsonl"))
    assert f"{records} records = {len(rows)} rows" in result.stdout
    assert len({row["id"] for row in rows}) == len(rows) > 300
