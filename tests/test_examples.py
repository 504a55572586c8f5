import ast
import csv
import json
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import name as character_name

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from bedrock_llm import find_profile

EXAMPLES = Path(__file__).parent.parent / "examples"
PROMPTS = EXAMPLES / "prompts.jsonl"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
ALPHABETS = {
    "ARABIC",
    "BENGALI",
    "CJK",
    "CYRILLIC",
    "DEVANAGARI",
    "GREEK",
    "HANGUL",
    "HEBREW",
    "HIRAGANA",
    "LATIN",
    "TAMIL",
    "THAI",
}
INFERENCE_NAMES = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "stop_sequences": "stopSequences",
}

Row = dict[str, Any]


def read_rows() -> list[Row]:
    return [json.loads(line) for line in PROMPTS.read_bytes().decode("utf-8").split("\n")[:-1]]


ROWS = read_rows()


def as_blocks(content: str | list[Row]) -> list[Row]:
    return [{"text": content}] if isinstance(content, str) else content


def as_converse(row: Row) -> Row:
    """Write a row as the Converse request it stands for."""
    turns = row.get("messages", [{"role": "user", "content": row.get("prompt")}])
    body: Row = {name: row[name] for name in ("toolConfig", "inferenceConfig") if name in row}
    body["modelId"] = row.get("modelId", row.get("model", "a.default-model"))
    body["messages"] = [
        {"role": turn["role"], "content": as_blocks(turn["content"])} for turn in turns
    ]
    body |= {"system": as_blocks(row["system"])} if "system" in row else {}
    body |= {"toolConfig": {"tools": row["tools"]}} if "tools" in row else {}
    inference = {
        converse_name: row[name] for name, converse_name in INFERENCE_NAMES.items() if name in row
    }
    return body | ({"inferenceConfig": inference} if inference else {})


def blocks_of(turn: Row, kind: str) -> list[Row]:
    return [block[kind] for block in as_blocks(turn["content"]) if kind in block]


def test_the_example_file_is_small_utf_8_lines_of_json_without_a_blank_one() -> None:
    content = PROMPTS.read_bytes()
    assert len(content) < 200_000
    assert content.endswith(b"}\n")
    assert b"\n\n" not in content
    assert b"\r" not in content
    assert len(ROWS) == 120


def test_every_row_has_a_readable_id_of_its_own() -> None:
    counts = Counter(row["id"] for row in ROWS)
    assert [row_id for row_id, count in counts.items() if count > 1] == []
    assert all(part.isalnum() for row_id in counts for part in row_id.split("-"))


def test_every_row_is_a_prompt_or_messages_but_not_both() -> None:
    assert [row["id"] for row in ROWS if ("prompt" in row) == ("messages" in row)] == []
    shapes = Counter(
        "prompt" if "prompt" in row else type(row["messages"][0]["content"]).__name__
        for row in ROWS
    )
    assert set(shapes) == {"prompt", "str", "list"}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_row_is_a_converse_request_that_botocore_accepts(row: Row) -> None:
    model = get_session().get_service_model("bedrock-runtime")
    shape = model.operation_model("Converse").input_shape
    assert shape is not None
    report = ParamValidator().validate(as_converse(row), shape)
    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_turns_alternate_end_with_the_user_and_answer_every_tool_call(row: Row) -> None:
    turns = as_converse(row)["messages"]
    roles = [turn["role"] for turn in turns]
    assert roles == ["user", "assistant"] * (len(turns) // 2) + ["user"]
    for turn, following in pairwise(turns):
        asked = [use["toolUseId"] for use in blocks_of(turn, "toolUse")]
        answered = [result["toolUseId"] for result in blocks_of(following, "toolResult")]
        assert asked == answered


def test_rows_that_carry_tool_calls_also_carry_the_tools() -> None:
    for row in ROWS:
        body = as_converse(row)
        tools = {tool["toolSpec"]["name"] for tool in body.get("toolConfig", {}).get("tools", [])}
        used = {use["name"] for turn in body["messages"] for use in blocks_of(turn, "toolUse")}
        assert used <= tools, row["id"]


def test_parameters_stay_modest() -> None:
    inference = [as_converse(row).get("inferenceConfig", {}) for row in ROWS]
    assert max(each.get("maxTokens", 0) for each in inference) <= 512
    assert all(0 <= each.get("temperature", 0) <= 1 for each in inference)


def test_most_rows_leave_the_model_to_the_run_and_the_others_name_many_vendors() -> None:
    models = [row.get("model", row.get("modelId")) for row in ROWS]
    named = [model for model in models if model is not None]
    assert 10 <= len(named) < len(ROWS) / 2
    vendors = {"anthropic", "meta", "amazon", "mistral", "openai", "deepseek", "qwen"}
    assert {vendor for vendor in vendors for model in named if vendor in model} == vendors


def test_the_prompts_are_as_varied_as_real_ones() -> None:
    text = PROMPTS.read_text(encoding="utf-8")
    alphabets = {character_name(character, "").split(" ")[0] for character in set(text)}
    assert alphabets >= ALPHABETS
    words = [len(json.dumps(row, ensure_ascii=False).split()) for row in ROWS]
    assert sum(count > 1_000 for count in words) >= 4
    assert min(words) < 10
    assert "<|eot_id|>" in text
    assert "👩‍👩‍👧‍👦" in text
    assert sum("toolConfig" in as_converse(row) for row in ROWS) >= 8
    assert sum(len(as_converse(row)["messages"]) > 2 for row in ROWS) >= 8


def test_the_table_and_the_folder_can_be_read_as_prompts() -> None:
    with (EXAMPLES / "prompts.csv").open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file, strict=True))
    assert len({record["id"] for record in records}) == len(records) == 8
    assert all(set(record) == {"id", "language", "product", "review"} for record in records)
    assert all(all(record.values()) for record in records)
    documents = list((EXAMPLES / "documents").iterdir())
    assert len(documents) == 3
    assert all(document.read_text(encoding="utf-8").strip() for document in documents)


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.stem for program in PROGRAMS])
def test_every_example_program_is_short_and_says_what_it_shows(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    assert text.count("\n") <= 30
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.stem for program in PROGRAMS])
def test_every_example_program_runs_without_an_account(program: Path) -> None:
    command = [sys.executable, "-W", "error", str(program)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") >= 2


def test_every_model_the_examples_name_is_a_chat_model_of_the_catalog() -> None:
    models = {str(row.get("model", row.get("modelId", ""))) for row in ROWS} - {""}
    profiles = [find_profile(model) for model in models]
    assert [profile.model_id for profile in profiles if profile.is_conservative] == []
    assert {profile.mode for profile in profiles} == {"chat"}
    assert {profile.lifecycle for profile in profiles} <= {"ACTIVE", "LEGACY"}
