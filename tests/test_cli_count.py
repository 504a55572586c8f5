"""`bedrock-llm count` and `models`: figures for people and for programs."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bedrock_llm.cli.app import application
from bedrock_llm.tokens import Tokenizer

EXACT = "openai.gpt-oss-20b-1:0"
ESTIMATED = "amazon.nova-lite-v1:0"


def call(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(application, arguments, input=io.BytesIO(stdin))


def count(*arguments: str, stdin: bytes = b"") -> list[dict[str, object]]:
    result = call("count", "--json", *arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def test_a_text_can_be_counted_as_a_request_with_its_prompt_format() -> None:
    [row] = count("hello world", "--model", EXACT, "--as-request")
    assert row["content"] == Tokenizer.for_model(EXACT).count("hello world")
    assert row["tokens"] == row["content"] + row["framing"]
    assert row["framing"] > 0


def test_a_text_is_counted_for_each_model_with_how_it_is_known() -> None:
    exact, estimated = count("hello world", "--model", EXACT, "--model", ESTIMATED)
    assert (exact["tokens"], exact["exactness"], exact["error_bound"]) == (2, "exact", 0.0)
    assert estimated["exactness"] == "estimated"
    assert estimated["tokens"] == Tokenizer.for_model(ESTIMATED).count("hello world")
    assert isinstance(estimated["error_bound"], float)


def test_files_standard_input_and_texts_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one two three")
    rows = count(str(path), "-", "plain text", "--text", "a.txt", "--model", EXACT, stdin=b"x y")
    expected = {
        "'a.txt'": "a.txt",
        str(path): "one two three",
        "-": "x y",
        "'plain text'": "plain text",
    }
    tokenizer = Tokenizer.for_model(EXACT)
    assert {row["source"]: row["tokens"] for row in rows} == {
        source: tokenizer.count(text) for source, text in expected.items()
    }  # fmt: skip


def test_piped_text_needs_no_argument() -> None:
    assert count("--model", EXACT, stdin=b"hello world")[0]["tokens"] == 2


def test_programs_get_tab_separated_lines() -> None:
    result = call("count", "a b", "--model", EXACT)
    header, line = result.stdout.splitlines()
    assert header.split("\t") == ["source", "model", "tokens", "exactness", "error_bound", "method"]
    assert line.split("\t")[:4] == ["'a b'", EXACT, "2", "exact"]


def test_a_table_shows_the_bound_of_an_estimate() -> None:
    result = call("count", "hello world", "--model", ESTIMATED, "--format", "table")
    assert "±" in result.stdout


def test_an_empty_text_is_a_text_and_no_folder() -> None:
    assert count("", "--model", EXACT)[0]["tokens"] == 0


def test_no_id_and_no_number_of_a_table_is_ever_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    arguments = ("models", "claude", "sonnet")
    shown = call(*arguments, "--format", "table").stdout
    for row in json.loads(call(*arguments, "--json").stdout):
        assert row["model"] in shown
        assert f"{row['window_tokens']:,}" in shown


@pytest.mark.parametrize(
    ("arguments", "stdin", "needle"),
    [
        (("nowhere.txt",), b"", "no file 'nowhere.txt'; to count it as a text use --text"),
        (("./nowhere",), b"", "no file './nowhere'"),
        (("-",), b"\xff", "byte 0xff at position 1"),
        (("x y", "--model", "no such id"), b"", "'no such id'"),
    ],
)
def test_what_cannot_be_counted_is_one_line(
    arguments: tuple[str, ...], stdin: bytes, needle: str
) -> None:
    result = call("count", *arguments, stdin=stdin)
    assert result.exit_code == 2
    assert needle in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stdout == ""


def test_models_are_filtered_by_family_and_words() -> None:
    result = call("models", "--json", "--family", "claude", "haiku")
    rows = json.loads(result.stdout)
    assert {row["family"] for row in rows} == {"claude"}
    assert all("haiku" in row["model"] for row in rows)
    assert all(row["window_tokens"] > 0 for row in rows)
    priced = [row for row in rows if row["input_usd_per_million"] is not None]
    assert all(row["price_scope"] for row in priced)


def test_models_that_write_no_text_are_listed_on_request_only() -> None:
    def ids(*arguments: str) -> set[str]:
        return {row["model"] for row in json.loads(call("models", "--json", *arguments).stdout)}

    assert not any("embed" in model for model in ids())
    assert any("embed" in model for model in ids("--all"))
    assert ids() < ids("--all")


def test_a_filter_that_fits_nothing_is_one_line() -> None:
    result = call("models", "no-such-model")
    assert result.exit_code == 2
    assert "'no-such-model'" in result.stderr
