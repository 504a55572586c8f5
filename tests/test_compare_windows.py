import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

BENCHES = Path(__file__).parents[1] / "benches" / "python"


@pytest.fixture(scope="module")
def bench():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHES)
        from window_comparison import (  # noqa: PLC0415
            conversations,
            faces,
            judge,
            scenarios,
            shapes,
            timing,
        )

        modules = (conversations, faces, judge, scenarios, shapes, timing)
        yield {module.__name__.split(".")[1]: module for module in modules}


def results_of(bench, seconds):
    return bench["timing"].Results(seconds={"x": seconds})


def test_a_ratio_is_of_the_same_round(bench):
    found = results_of(bench, {"bedrock-llm": [1.0, 2.0, 1.0], "peer": [3.0, 8.0]})
    assert found.ratio("x", "peer") == 3.5
    assert found.value("x", "peer") == 5.5
    assert found.ratio("x", "nobody") is None


def scenario(bench, **facts):
    arguments = {"number": 10, "limit": 100}
    return bench["timing"].Scenario(name="x", measure="time_fit", arguments=arguments, **facts)


def test_targets_compare_with_the_best_library_and_not_with_the_loop(bench):
    row = scenario(bench, most_seconds=2e-3, least_ratio=4)
    times = {
        "bedrock-llm": [1e-3],
        "hand-written loop": [2e-3],
        "fast": [3e-3],
        "slow": [9e-3],
    }
    found = results_of(bench, times)
    found.calls["x"] = {"bedrock-llm": {"calls": 12}, "hand-written loop": {"calls": 10}}
    lines = bench["timing"].format_targets([row], ["hand-written loop", "fast", "slow"], found)
    assert lines == [
        "TARGET window.x.ms measured=1 goal=2 hit",
        "TARGET window.x.ratio measured=3 goal=4 miss",
        "TARGET window.x.extra_calls measured=2 goal=1 miss",
    ]


def test_what_was_not_measured_is_a_miss(bench):
    row = scenario(bench, most_seconds=5e-5, least_ratio=4)
    lines = bench["timing"].format_targets([row], ["fast"], bench["timing"].Results())
    assert lines == [
        "TARGET window.x.us measured=- goal=50 miss",
        "TARGET window.x.ratio measured=- goal=4 miss",
        "TARGET window.x.extra_calls measured=- goal=1 miss",
    ]


def test_a_cell_has_time_ratio_and_calls(bench):
    found = results_of(bench, {"bedrock-llm": [1e-3], "peer": [0.0123]})
    found.calls["x"] = {"peer": {"calls": 1_234, "kept": 5}}
    row = scenario(bench)
    assert bench["timing"].format_cell(row, "peer", found) == "12.3 ms, 12x, 1,234 calls"
    assert bench["timing"].format_cell(row, "bedrock-llm", found) == "1 ms"
    assert bench["timing"].format_cell(row, "nobody", found) == "-"


@pytest.mark.parametrize("name", ["CONVERSE", "ANTHROPIC"])
def test_every_conversation_survives_the_way_to_another_shape_and_back(bench, name):
    shapes = bench["shapes"]
    shape = getattr(shapes, name)
    for case in bench["conversations"].build_cases():
        turns = shapes.write_turns(case.messages, shape)
        assert shapes.read_turns(turns, shape) == [*case.messages[1:]]
        system = shapes.write_system(case.messages, shape)
        assert case.messages[0]["content"] in str(system)


def test_parallel_results_share_one_user_turn(bench):
    messages = bench["conversations"].parallel()
    turns = bench["shapes"].write_turns(messages, bench["shapes"].CONVERSE)
    assert max(sum("toolResult" in block for block in turn["content"]) for turn in turns) == 3
    roles = [turn["role"] for turn in turns]
    assert all(left != right for left, right in pairwise(roles))


def test_histories_are_fresh_for_every_seed_and_end_on_the_user(bench):
    source = random.Random(1)  # noqa: S311  texts, not secrets
    pool = " ".join(str(source.random()) for _ in range(2_000))
    build = bench["scenarios"].build_history
    first, again, other = build(pool, 12, 1), build(pool, 12, 1), build(pool, 12, 2)
    assert first == again
    assert not {row["content"] for row in first} & {row["content"] for row in other}
    assert [row["role"] for row in first[:3]] == ["system", "user", "assistant"]
    assert first[-1]["role"] == "user"
    assert len(bench["scenarios"].build_document(pool, 70_001, 1)) == 70_001


def test_the_meter_counts_every_call_of_the_tokenizer_once(bench):
    tiktoken = pytest.importorskip("tiktoken")
    encoding = tiktoken.Encoding(
        name="bytes",
        pat_str=".",
        mergeable_ranks={bytes([byte]): byte for byte in range(256)},
        special_tokens={},
    )
    meter = bench["faces"].Meter()
    with bench["faces"].watched(meter):
        encoding.encode_ordinary("abc")
        encoding.encode("de")
    encoding.encode("not watched any more")
    assert (meter.calls, meter.characters) == (2, 5)


@pytest.mark.parametrize("name", ["compare_windows.py", "compare_prompts.py"])
def test_the_commands_say_what_they_measure(name):
    result = subprocess.run(
        [sys.executable, str(BENCHES / name), "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0
    assert "--quick" in result.stdout
    assert "--gate" in result.stdout
