"""The judge of truncated conversations finds every fault that is planted in a right result."""

import copy
import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from bedrock_llm.tokens import Tokenizer

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "check_conformance.py"


@pytest.fixture(scope="module")
def bench():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benches" / "python")
        from window_comparison import conformance, conversations, judge, peers  # noqa: PLC0415

        yield {
            module.__name__.split(".")[1]: module
            for module in (conformance, conversations, judge, peers)
        }


def count_words(text):
    return len(text.split()) * 2


@pytest.fixture
def column(bench):
    """Gives a case of a column, and a result that is right: system, task, and the newest turns."""

    def build(name, newest):
        messages = bench["conversations"].CONVERSATIONS[name][0][0]()
        task = bench["judge"].last_user_place(messages)
        start = len(messages) - newest
        kept = [0, *([task] if task < start else []), *range(start, len(messages))]
        right = [copy.deepcopy(messages[place]) for place in kept]
        budget = bench["judge"].count_messages(right, count_words)
        case = bench["conversations"].Case(column=name, messages=messages, budget_tokens=budget)
        return case, right

    return build


def judged(bench, case, messages, **facts):
    outcome = bench["judge"].Outcome(messages=messages, **facts)
    return bench["judge"].judge(case, outcome, count_words)


@pytest.mark.parametrize(
    ("name", "newest"),
    [("plain", 5), ("tools", 5), ("agentic", 6), ("parallel", 5), ("special", 3), ("image", 5)],
)
def test_a_right_result_has_no_fault(bench, column, name, newest):
    case, right = column(name, newest)
    assert judged(bench, case, right) == ()


def test_a_lost_or_shortened_system_prompt_is_found(bench, column):
    case, right = column("plain", 5)
    assert judged(bench, case, right[1:]) == ("SYS",)
    right[0]["content"] = right[0]["content"][:40]
    assert judged(bench, case, right) == ("SYS",)


def test_a_start_on_the_assistant_or_on_a_result_is_found(bench, column):
    case, right = column("plain", 5)
    assert judged(bench, case, [right[0], *right[2:]]) == ("U",)
    case, right = column("agentic", 6)
    assert "U" in judged(bench, case, [right[0], *right[3:]])


def test_two_turns_of_one_role_side_by_side_are_found(bench, column):
    case, right = column("plain", 5)
    assert judged(bench, case, [*right[:2], *right[3:]]) == ("ALT",)


def test_orphans_are_found_and_counted(bench, column):
    case, right = column("parallel", 5)
    calls = [place for place, row in enumerate(right) if row.get("tool_calls")]
    without_calls = copy.deepcopy(right)
    del without_calls[calls[-1]]
    assert "OR3" in judged(bench, case, without_calls)
    without_results = [row for row in right if row["role"] != "tool"]
    assert "OC3" in judged(bench, case, without_results)
    late = [*right[:-3], {"role": "user", "content": "wait"}, *right[-3:]]
    assert {"OC3", "OR3"} <= set(judged(bench, case, late))


def test_a_lost_task_is_found_in_a_tool_loop_too(bench, column):
    case, right = column("agentic", 6)
    assert judged(bench, case, [right[0], *right[2:]]) == ("U", "LU")
    case, right = column("plain", 5)
    assert "LU" in judged(bench, case, right[:-1])


def test_a_task_that_was_cut_at_either_end_is_still_the_task(bench, column):
    case, right = column("plain", 5)
    text = right[-1]["content"]
    for cut in (text[:60], text[-60:], f"{text[:30]} … {text[-30:]}"):
        assert judged(bench, case, [*right[:-1], right[-1] | {"content": cut}]) == ()


def test_more_than_five_per_cent_over_the_budget_is_found_and_less_is_not(bench, column):
    case, right = column("plain", 5)
    long = [*right[:-1], right[-1] | {"content": right[-1]["content"] + " more" * 400}]
    assert judged(bench, case, long) == ("OVER",)
    little = [*right[:-1], right[-1] | {"content": right[-1]["content"] + " more"}]
    assert judged(bench, case, little) == ()


def test_tool_arguments_and_images_count(bench, column):
    case, right = column("tools", 5)
    call = next(row for row in right if row.get("tool_calls"))
    call["tool_calls"][0]["function"]["arguments"] = json.dumps({"note": "more " * 400})
    assert judged(bench, case, right) == ("OVER",)
    case, right = column("image", 5)
    images = [part for row in right for part in row["content"] if isinstance(part, dict)]
    right[-1]["content"] += [part for part in images if "image_url" in part] * 5
    assert judged(bench, case, right) == ("OVER",)


def test_what_was_not_cut_at_all_is_named_so(bench, column):
    case, _ = column("plain", 5)
    assert judged(bench, case, copy.deepcopy(case.messages)) == ("untrimmed",)


def test_a_budget_that_is_mostly_left_unused_is_found(bench, column):
    case, right = column("plain", 21)
    assert judged(bench, case, [right[0], *right[-3:]]) == ("waste",)
    huge = bench["conversations"].huge_old()
    case = bench["conversations"].Case(column="huge", messages=huge, budget_tokens=4_000)
    assert judged(bench, case, [huge[0], *huge[11:]]) == ()


def test_holes_amid_the_history_and_another_order_are_found(bench, column):
    case, _ = column("plain", 5)
    places = [0, 1, 2, 5, 6, 9, 10, 79, 80, 81]
    kept = [case.messages[place] for place in places]
    budget = bench["judge"].count_messages(kept, count_words)
    roomy = bench["conversations"].Case(
        column="plain", messages=case.messages, budget_tokens=budget
    )
    assert judged(bench, roomy, kept) == ("gap",)
    assert judged(bench, roomy, kept, may_leave_holes=True) == ()
    assert judged(bench, roomy, [case.messages[place] for place in [0, 1, 2, 79, 80, 81]]) == ()
    swapped = [case.messages[place] for place in [0, 79, 78, 77, 80, 81]]
    assert judged(bench, roomy, swapped, may_leave_holes=True) == ("gap",)


def test_a_lost_round_under_a_kept_task_is_no_hole(bench, column):
    case, right = column("agentic", 6)
    assert case.messages.index(right[2]) > 2
    assert judged(bench, case, right) == ()


def test_blank_messages_and_texts_are_found(bench, column):
    case, right = column("plain", 5)
    assert "blank" in judged(bench, case, [*right[:2], right[2] | {"content": " "}, *right[3:]])
    case, right = column("image", 5)
    right[1]["content"][0]["text"] = "\n"
    assert "blank" in judged(bench, case, right)


def test_changed_input_is_found(bench, column):
    case, right = column("plain", 5)
    assert judged(bench, case, right, is_mutated=True) == ("MUT",)


def test_nothing_is_a_fault_and_so_is_an_exception(bench, column):
    case, _ = column("plain", 5)
    assert judged(bench, case, None) == ("gave up",)
    assert judged(bench, case, []) == ("empty",)
    assert judged(bench, case, None, error="TypeError") == ("TypeError",)


def test_a_refusal_is_right_only_where_the_task_does_not_fit_and_with_the_budget(bench):
    messages = bench["conversations"].huge_last()
    case = bench["conversations"].Case(column="huge", messages=messages, budget_tokens=1_200)
    facts = {"error": "ContextWindowError", "is_refusal": True}
    assert judged(bench, case, None, **facts, error_text="9 000 tokens into 1 200") == ()
    assert judged(bench, case, None, **facts, error_text="too long") == (
        "no numbers (ContextWindowError)",
    )
    roomy = bench["conversations"].Case(column="huge", messages=messages, budget_tokens=99_999)
    assert judged(bench, roomy, None, **facts, error_text="into 99999") == (
        "refused (ContextWindowError)",
    )


def test_a_column_has_each_fault_once_with_its_largest_number(bench):
    merge = bench["judge"].merge_faults
    assert merge([("U", "OR1"), (), ("OR3", "LU")]) == ("U", "OR3", "LU")
    assert bench["judge"].describe(()) == "ok"


def test_every_conversation_breaks_none_of_the_rules_but_the_budget(bench):
    for case in bench["conversations"].build_cases():
        assert judged(bench, case, case.messages) == ("untrimmed",), case.column


def test_no_two_messages_of_a_conversation_have_the_same_mark(bench):
    for case in bench["conversations"].build_cases():
        places = bench["judge"].find_places(case.messages, case.messages)
        assert places == [*range(len(case.messages))]


def test_every_peer_has_a_name_of_its_own_and_pinned_versions(bench):
    peers = bench["peers"].PEERS
    assert len({peer.name for peer in peers}) == len(peers)
    assert all("==" in requirement for peer in peers for requirement in peer.requirements)
    with pytest.raises(ValueError, match="nobody"):
        bench["peers"].choose_peers(["nobody"])


def test_a_strategy_is_as_right_as_its_worst_shape_and_a_missing_one_is_a_miss(bench):
    conformance, case = bench["conformance"], bench["conversations"].build_cases(["plain"])[0]
    ours = bench["peers"].OURS
    verdicts = [
        conformance.Verdict(
            peer=bench["peers"].Peer(name=f"{ours} (a) as {shape}", adapter="own"),
            case=case,
            faults=faults,
        )
        for shape, faults in (("converse", ()), ("openai", ("U",)))
    ]
    matrix = conformance.Matrix(verdicts=verdicts)
    assert matrix.cell(f"{ours} (a)", "plain") == ("U",)
    names = [f"{ours} (a)", f"{ours} (b)"]
    assert conformance.format_targets(matrix, names, ["plain"]) == [
        "TARGET conformance.a measured=0 goal=1 miss",
        "TARGET conformance.b measured=- goal=1 miss",
    ]


def test_the_script_says_what_it_measures():
    result = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert "Seven columns" in result.stdout


def find_faults(bench, cases, rows):
    """Judge rows of ours in this process; the script judges with the peers' tokenizer."""
    from window_comparison.measures import fit_once  # noqa: PLC0415  its folder is on the path now
    from window_comparison.openers_own import open_own  # noqa: PLC0415  as above

    count = lru_cache(maxsize=None)(Tokenizer.for_name("o200k").count)
    found = []
    for row in rows:
        face = open_own(**row.options)
        for case in cases:
            reply = fit_once(face, [*case.messages], case.budget_tokens)
            outcome = bench["judge"].Outcome(may_leave_holes=row.may_leave_holes, **reply)
            faults = bench["judge"].judge(case, outcome, count)
            if faults:
                found.append((row.name, case.column, case.budget_tokens, faults))
    return found


def own_rows(*, is_clearing):
    from window_comparison.own import find_own_rows  # noqa: PLC0415  as above

    rows = [row for row in find_own_rows() if row.adapter == "own"]
    return [row for row in rows if (row.options["strategy"] == "clear_tool_results") is is_clearing]


def test_every_strategy_of_ours_is_right_in_every_column_and_shape(bench):
    cases = bench["conversations"].build_cases()[::2]
    assert find_faults(bench, cases, own_rows(is_clearing=False)) == []


def test_cleared_tool_results_are_right_in_every_other_column(bench):
    cases = bench["conversations"].build_cases()[::2]
    others = [case for case in cases if case.column != "agentic"]
    assert find_faults(bench, others, own_rows(is_clearing=True)) == []


@pytest.mark.xfail(
    strict=True,
    reason="count_request of gpt-oss leaves out the text beside tool calls that its prompt has",
)
def test_cleared_tool_results_of_a_long_tool_loop_fit(bench):
    cases = bench["conversations"].build_cases(["agentic"])
    assert find_faults(bench, cases, own_rows(is_clearing=True)) == []
