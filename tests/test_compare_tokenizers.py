import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHES = Path(__file__).parents[1] / "benches" / "python"
COMMAND = [sys.executable, str(BENCHES / "compare_tokenizers.py"), "--scale", "tiny"]


@pytest.fixture(scope="module")
def bench():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHES)
        from tokenizer_comparison import corpora, metrics, ranks, rounds, table  # noqa: PLC0415

        yield {
            module.__name__.split(".")[1]: module
            for module in (corpora, metrics, ranks, rounds, table)
        }


@pytest.fixture(scope="module")
def tiny_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison")
    samples = folder / "samples.json"
    lines = ["o200k.fresh", "o200k.hot", "o200k.fits", "o200k.run.a", "o200k.memory"]
    only = [part for line in lines for part in ("--only", line)]
    command = [*COMMAND, "--environments", str(folder), "--peers", "tiktoken", *only]
    result = subprocess.run(
        [*command, "--json", str(samples)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout, json.loads(samples.read_text(encoding="utf-8"))


def test_a_tiny_run_finds_equal_ids_and_prints_a_table_and_targets(tiny_run):
    output, _ = tiny_run
    assert "all equal" in output
    assert "| o200k.fresh.prose | x | **" in output
    assert "TARGET o200k.fresh.prose measured=" in output
    assert "TARGET o200k.memory measured=" in output


def test_a_tiny_run_says_where_when_with_what_and_on_which_texts_it_ran(tiny_run):
    output, _ = tiny_run
    for word in ("- date ", "- machine ", "tiktoken==0.14.0", "- chat: ", "sha256"):
        assert word in output


def test_every_sample_has_both_clocks(tiny_run):
    _, samples = tiny_run
    rows = samples["samples"]["o200k.fresh.prose"]
    assert set(rows) == {"bedrock-llm", "tiktoken"}
    assert all(
        sample["wall"] > 0 and sample["size_bytes"] > 0 for row in rows.values() for sample in row
    )
    ours, theirs = rows["bedrock-llm"], rows["tiktoken"]
    assert [sample["tokens"] for sample in ours] == [sample["tokens"] for sample in theirs]


def test_an_unknown_peer_is_refused_by_name(tmp_path):
    command = [*COMMAND, "--environments", str(tmp_path), "--peers", "nobody"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "nobody" in result.stderr


def line(bench, values, goal, wrong=()):
    metric = bench["metrics"].Metric(
        name="fresh", vocabulary="x", measure="texts", unit=bench["metrics"].RATIO, goal=goal
    )
    return bench["table"].Line(metric=metric, values=values, wrong=frozenset(wrong))


def test_the_verdict_says_goal_and_place(bench):
    assert line(bench, {"bedrock-llm": 5, "a": 4}, 3).verdict == "hit, first"
    assert line(bench, {"bedrock-llm": 2, "a": 4}, 3).verdict == "**miss**, 2.00 times behind a"
    assert line(bench, {"a": 4}, 3).verdict == "**miss**, not measured"
    assert line(bench, {"bedrock-llm": 5, "a": 4}, None).verdict == "first"


def test_a_wrong_peer_is_never_the_best_and_a_wrong_count_of_ours_is_a_miss(bench):
    assert line(bench, {"bedrock-llm": 5, "a": 9, "b": 4}, 3, ["a"]).best_peer == "b"
    assert line(bench, {"bedrock-llm": 5}, 3, ["bedrock-llm"]).verdict == "**miss**, not exact"


def test_a_ratio_is_of_the_same_round(bench):
    results = bench["rounds"].Results()
    results.samples = {
        "x.fresh": {
            "bedrock-llm": [{"wall": 1.0}, {"wall": 2.0}, {"wall": 1.0}],
            "tiktoken": [{"wall": 3.0}, {"wall": 8.0}, {}],
        }
    }
    metric = line(bench, {}, 3).metric
    assert results.value(metric, "bedrock-llm") == 3.5
    assert results.value(metric, "tiktoken") == 1.0
    assert results.value(metric, "nobody") is None


def test_every_line_has_a_name_of_its_own(bench):
    keys = [metric.key for metric in bench["metrics"].METRICS]
    assert len(keys) == len(set(keys))


def test_no_text_of_a_corpus_stands_twice(bench, tmp_path):
    corpora = bench["corpora"]
    found = corpora.read_corpora(corpora.provide_corpora(corpora.TINY, tmp_path))
    texts = [text for corpus in found.values() for text in corpus.texts]
    assert len(texts) == len(set(texts)) > 50


def test_merges_are_the_two_parts_that_lower_ranks_leave(bench):
    ranks = {b"a": 0, b"b": 1, b"c": 2, b"bc": 3, b"ab": 4, b"abc": 5}
    merges = list(bench["ranks"].find_merges(ranks))
    assert merges == [(b"b", b"c"), (b"a", b"b"), (b"a", b"bc")]
