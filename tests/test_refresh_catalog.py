"""The refresh script: the same table always gives the shipped file, and junk is reported."""

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
REFERENCE = Path(os.environ.get("BEDROCK_LLM_REFERENCE", ROOT.parent / "shared/reference"))
META = {
    "generated": "2026-11-22T10:07:53.054096Z",
    "sources": [{"name": "one 1.0", "license": "MIT", "pypi": "one", "used_for": "nothing"}],
}
NEW_CLAUDE = {
    "in_region": {"input": 1.0, "output": 5.0},
    "global": {"input": 1.0, "output": 5.0},
    "us": {"input": 1.1, "output": 5.5, "cache_read": 0.11},
    "eu": {"input": 1.1, "output": 5.5, "cache_read": 0.11},
}

Run = Callable[..., tuple[int, dict[str, dict[str, Any]], str]]


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "refresh_catalog", ROOT / "scripts/refresh_catalog.py"
    )
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules["refresh_catalog"] = script
    spec.loader.exec_module(script)
    return script


SCRIPT = load_script()


def model(model_id: str, **facts: Any) -> dict[str, Any]:
    return {"model_id": model_id, "mode": "chat", "sources": ["one 1.0"], **facts}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the script on some models; give its code, its rows by id and what it said."""

    def run_script(*models: dict[str, Any]) -> tuple[int, dict[str, dict[str, Any]], str]:
        table, output = tmp_path / "table.json", tmp_path / "models.json"
        table.write_text(json.dumps({"meta": META, "models": models}), encoding="utf-8")
        code = SCRIPT.main([str(table), "--output", str(output)])
        _, *rows = json.loads(output.read_text(encoding="utf-8"))
        return code, {row["base_id"]: row for row in rows}, capsys.readouterr().out

    return run_script


def test_the_shipped_file_is_what_the_reference_table_gives() -> None:
    table = REFERENCE / "models.json"
    if not table.is_file():
        pytest.skip(f"no reference table at {table}; set BEDROCK_LLM_REFERENCE")

    assert SCRIPT.main([str(table), "--check"]) == 0


def test_the_shipped_file_has_one_sorted_line_a_model_and_names_its_sources() -> None:
    lines = SCRIPT.SHIPPED.read_text(encoding="utf-8").splitlines()
    header, *rows = json.loads("\n".join(lines))

    assert len(lines) == len(rows) + 3
    assert [row["base_id"] for row in rows] == sorted({row["base_id"] for row in rows})
    assert {source["license"].split()[0] for source in header["sources"]} == {"MIT", "MIT-0"}
    assert all(row["sources"] for row in rows)


def test_no_amount_of_money_in_the_shipped_file_is_a_float() -> None:
    def refuse(text: str) -> None:
        raise AssertionError(text)

    json.loads(SCRIPT.SHIPPED.read_text(encoding="utf-8"), parse_float=refuse)


def test_the_order_of_the_table_does_not_matter(run: Run, tmp_path: Path) -> None:
    models = [model("meta.llama9", context_window=5), model("anthropic.claude-9")]
    run(*models)
    first = (tmp_path / "models.json").read_bytes()
    run(*reversed(models))

    assert (tmp_path / "models.json").read_bytes() == first


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        ("claude-sonnet-4-5-20250929-v1:0", "no plain id of a known vendor"),
        ("us.anthropic.claude-9", "no plain id of a known vendor"),
        ("acme.roadrunner", "no plain id of a known vendor"),
        ("amazon.unheard-of", "no family has it"),
        ("anthropic.claude 9", "is no model id"),
    ],
)
def test_a_row_that_names_no_model_is_dropped_and_reported(
    run: Run, model_id: str, reason: str
) -> None:
    code, rows, said = run(model(model_id), model("meta.llama9"))

    assert code == 0
    assert set(rows) == {"meta.llama9"}
    assert f"{model_id}: dropped" in said
    assert reason in said


def test_a_row_that_comes_twice_is_kept_once_and_reported(run: Run) -> None:
    _, rows, said = run(model("meta.llama9", context_window=1), model("meta.llama9"))

    assert rows["meta.llama9"]["context_window_tokens"] == 1
    assert "meta.llama9: dropped, comes twice" in said


def test_of_two_figures_the_smaller_window_and_the_larger_output_are_used(run: Run) -> None:
    conflicts = {"context_window": {"b": 9, "a": 8}, "max_output_tokens": {"a": 3, "b": 4}}
    _, rows, _ = run(
        model("meta.llama9", context_window=9, max_output_tokens=3, conflicts=conflicts)
    )

    row = rows["meta.llama9"]
    assert (row["context_window_tokens"], row["max_output_tokens"]) == (8, 4)
    assert row["conflicts"]["context_window_tokens"] == {"a": 8, "b": 9}


def test_the_bare_id_of_a_new_claude_gets_the_geographies_rates(run: Run) -> None:
    conflict = {"price": {"in_region": {"genai-prices": [1.1, 5.5], "litellm": [1.0, 5.0]}}}
    _, rows, said = run(
        model("anthropic.claude-9", price_usd_per_1m=NEW_CLAUDE, conflicts=conflict)
    )

    prices = rows["anthropic.claude-9"]["prices"]
    assert prices["in_region"] == {"input": "1.1", "output": "5.5", "cache_read": "0.11"}
    assert prices["global"] == {"input": "1", "output": "5"}
    assert "anthropic.claude-9: in_region rate 1/5 is global's" in said


@pytest.mark.parametrize(
    ("model_id", "conflict"),
    [("anthropic.claude-9", [1.2, 6.0]), ("amazon.nova-9", None)],
)
def test_a_bare_rate_that_nobody_explains_is_left_out(
    run: Run, model_id: str, conflict: list[float] | None
) -> None:
    conflicts = {"price": {"in_region": {"genai-prices": conflict}}} if conflict else {}
    _, rows, said = run(model(model_id, price_usd_per_1m=NEW_CLAUDE, conflicts=conflicts))

    assert set(rows[model_id]["prices"]) == {"global", "us", "eu"}
    assert "global rate under the bare id" in rows[model_id]["price_note"]
    assert f"{model_id}: in_region rate 1/5 dropped" in said


def test_a_bare_rate_that_a_geography_has_too_is_kept(run: Run) -> None:
    prices = {"in_region": {"input": 1, "output": 2}, "us": {"input": 1, "output": 2}}
    _, rows, _ = run(model("meta.llama9", price_usd_per_1m=prices))

    assert rows["meta.llama9"]["prices"]["in_region"] == {"input": "1", "output": "2"}


def test_a_rate_of_zero_is_left_out_unless_nothing_is_put_out(run: Run) -> None:
    free = {"in_region": {"input": 0.0, "output": 0.0}}
    embedding = {"in_region": {"input": 0.1, "output": 0.0}}
    _, rows, said = run(
        model("cohere.rerank-9", price_usd_per_1m=free, mode="rerank"),
        model("cohere.embed-9", price_usd_per_1m=embedding, mode="embedding"),
    )

    assert "prices" not in rows["cohere.rerank-9"]
    assert rows["cohere.embed-9"]["prices"]["in_region"] == {"input": "0.1", "output": "0"}
    assert "0 USD means billed otherwise" in said


def test_a_region_s_rate_out_of_all_proportion_is_emptied_and_the_region_kept(run: Run) -> None:
    _, rows, said = run(
        model(
            "meta.llama9",
            price_usd_per_1m={"in_region": {"input": 1, "output": 2}},
            price_usd_per_1m_by_region={
                "us-gov-east-1": {"input": 1, "output": 20},
                "us-gov-west-1": {"input": 1.2, "output": 2.4},
            },
        )
    )

    assert rows["meta.llama9"]["region_prices"] == {
        "us-gov-east-1": {},
        "us-gov-west-1": {"input": "1.2", "output": "2.4"},
    }
    assert "us-gov-east-1 rate 1/20 dropped" in said


def test_tiers_and_service_kinds_are_nested_and_exact(run: Run) -> None:
    rates = {
        "input": 0.1,
        "output": 0.00001,
        "batch_input": 0.05,
        "flex_output": 7.0,
        "tiers": [{"above_input_tokens": 200000, "input": 0.2, "cache_write_5m": 0.25}],
    }
    _, rows, _ = run(model("meta.llama9", price_usd_per_1m={"in_region": rates}))

    assert rows["meta.llama9"]["prices"]["in_region"] == {
        "input": "0.1",
        "output": "0.00001",
        "batch": {"input": "0.05"},
        "flex": {"output": "7"},
        "tiers": [{"above_input_tokens": 200000, "input": "0.2", "cache_write_5m": "0.25"}],
    }


def test_a_check_of_another_file_fails_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, output = tmp_path / "table.json", tmp_path / "models.json"
    table.write_text(json.dumps({"meta": META, "models": []}), encoding="utf-8")

    assert SCRIPT.main([str(table), "--output", str(output), "--check"]) == 1
    assert not output.exists()
    assert "run this script without --check" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        None,
        "{",
        "[]",
        "{}",
        '{"meta": {}, "models": []}',
        '{"meta": {"generated": "2026-11-22", "sources": []}, "models": [{"mode": "chat"}]}',
        '{"meta": {"generated": "2026-11-22", "sources": []}, "models": [{"model_id": 5}]}',
    ],
)
def test_a_broken_table_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    table = tmp_path / "table.json"
    if content is not None:
        table.write_text(content, encoding="utf-8")

    assert SCRIPT.main([str(table), "--output", str(tmp_path / "out.json")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
