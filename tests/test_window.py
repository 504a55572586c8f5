import copy

import pytest

from bedrock_llm.errors import ContextWindowError, MessageError, ParameterError
from bedrock_llm.messages import Message
from bedrock_llm.tokens import Tokenizer
from bedrock_llm.window import afit_messages, find_groups, fit_messages

MODEL = "openai.gpt-oss-20b-1:0"
HEAD = 66  # what gpt-oss's prompt has beside turns, and the opening of the reply
WORDS = "one two three four five six seven eight nine ten"
LONG = "The gauge was read at noon and nobody objected to what it said. " * 60


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def call(number, said=None):
    function = {"name": "look", "arguments": '{"at": ' + str(number) + "}"}
    calls = [{"id": f"c{number}", "type": "function", "function": function}]
    return {"role": "assistant", "content": said, "tool_calls": calls}


def result(number, text):
    return {"role": "tool", "tool_call_id": f"c{number}", "content": text}


def talk(pairs):
    rows = [
        turn
        for number in range(pairs)
        for turn in (user(f"{number} {WORDS}"), assistant(f"{number} {WORDS}"))
    ]
    return [*rows, user("And now?")]


def loop(rounds, text=WORDS):
    rows = [row for number in range(rounds) for row in (call(number), result(number, text))]
    return [user("Find the leak."), *rows]


def fit(messages, max_tokens, **options):
    return fit_messages(messages, max_tokens=max_tokens, model=MODEL, **options)


def test_what_fits_is_given_back_as_the_very_messages():
    messages = talk(2)
    fitted = fit(messages, 1000)
    assert all(one is other for one, other in zip(fitted.messages, messages, strict=True))
    assert not fitted.is_changed
    assert fitted.tokens_before == fitted.tokens_after
    assert fitted.exactness == "probable"


def test_the_oldest_exchanges_go_first_and_are_reported():
    messages = [{"role": "system", "content": "Be kind."}, *talk(9)]
    fitted = fit(messages, 200)
    assert fitted.messages[0] is messages[0]
    assert fitted.messages[1:] == messages[-len(fitted.messages) + 1 :]
    (run,) = fitted.dropped
    assert (run.start, run.stop) == (1, 1 + len(messages) - len(fitted.messages))
    assert "200 tokens" in run.reason
    assert fitted.tokens_after <= 200 < fitted.tokens_before


def test_nothing_that_is_given_is_changed():
    messages = loop(9, LONG)
    before = copy.deepcopy(messages)
    for strategy in ("drop_oldest", "clear_tool_results", "cut_longest"):
        fit(messages, 1500, strategy=strategy)
    assert messages == before


def test_the_task_of_a_long_tool_loop_is_kept():
    messages = loop(30)
    kept = fit(messages, 250).messages
    assert kept[0] is messages[0]
    assert kept[1:] == messages[-len(kept) + 1 :]
    assert len(kept) % 2 == 1


def test_the_middle_goes_and_both_ends_stay():
    messages = talk(9)
    kept = fit(messages, 220, strategy="drop_middle").messages
    assert kept[0] is messages[0]
    assert kept[-3:] == messages[-3:]
    assert len(kept) < len(messages)


def test_the_beginning_stays_beside_the_newest_turn():
    messages = talk(9)
    kept = fit(messages, 220, strategy="drop_newest").messages
    assert kept[:2] == messages[:2]
    assert kept[-1] is messages[-1]


def test_scores_and_pins_say_what_stays():
    messages = talk(9)
    by_score = fit(messages, 200, strategy="priority", priorities={4: 9.0}).messages
    assert messages[4] in by_score
    assert messages[5] in by_score
    pinned = fit(messages, 200, pinned=[2]).messages
    assert messages[2] in pinned
    assert pinned[-1] is messages[-1]
    with pytest.raises(ParameterError, match="message 99, and there are 19"):
        fit(messages, 200, pinned=[99])


def test_old_tool_results_are_cleared_before_anything_is_dropped():
    messages = loop(6, LONG)
    fitted = fit(messages, 2200, strategy="clear_tool_results")
    assert len(fitted.messages) == len(messages)
    cleared = [row["content"] for row in fitted.messages if row["content"] != LONG][1:]
    assert set(cleared) <= {None, "[tool result cleared]"}
    assert fitted.messages[-1] is messages[-1]
    assert [one.index for one in fitted.shortened] == [2, 4, 6, 8]
    assert not fitted.dropped


def test_a_result_is_shortened_to_the_tokens_that_are_asked_for():
    fitted = fit(loop(6, LONG), 2200, strategy="clear_tool_results", result_tokens=30)
    shortened = fitted.messages[2]["content"]
    assert shortened.startswith("The gauge")
    assert "[...]" in shortened
    assert Tokenizer.for_model(MODEL).count(shortened) <= 30


def test_repeated_results_are_named_where_a_newer_one_is_the_same():
    messages = loop(4, LONG)
    fitted = fit(messages, 1700, strategy="dedupe_tool_results")
    contents = [row["content"] for row in fitted.messages if row["role"] == "tool"]
    assert contents[-1] == LONG
    assert contents[0] == "[same as a later tool result]"
    assert len(fitted.messages) == len(messages)


def test_the_longest_text_is_cut_where_nothing_can_be_dropped():
    fitted = fit([*talk(1)[:2], user(LONG * 30)], 300, strategy="cut_longest")
    (message,) = fitted.messages
    assert message["content"].endswith(" [... cut to fit]")
    assert 280 < fitted.tokens_after <= 300
    assert [one.index for one in fitted.shortened] == [2]


def test_what_cannot_fit_is_refused_with_both_numbers():
    with pytest.raises(ContextWindowError, match=r"and 300 are left .* max_tokens=\d+") as caught:
        fit([user(LONG)], 300)
    assert caught.value.limit_tokens == 300
    assert caught.value.protected_tokens > 300
    assert fit([user(LONG)], caught.value.protected_tokens).messages == [user(LONG)]


def test_a_summary_takes_the_place_of_what_is_dropped():
    asked = []

    def summarize(dropped, target_tokens):
        asked.append((len(dropped), target_tokens))
        return "They counted. " * 90

    fitted = fit(talk(9), 240, strategy="summarize", summarize=summarize, summary_tokens=20)
    assert asked == [(fitted.dropped[0].stop, 20)]
    first = fitted.messages[0]["content"]
    assert first.startswith("Summary of the earlier conversation:\nThey counted.")
    assert "[... cut to fit]" in first
    assert fitted.tokens_after <= 240


async def _summarize(dropped, target_tokens):
    return f"{len(dropped)} messages, {target_tokens} tokens"


def test_a_summary_may_be_awaited():
    import asyncio  # noqa: PLC0415  for this test alone

    options = {"strategy": "summarize", "summarize": _summarize}
    fitted = asyncio.run(afit_messages(talk(9), max_tokens=240, model=MODEL, **options))
    assert "messages, 30 tokens" in fitted.messages[0]["content"]
    with pytest.raises(ParameterError, match="afit_messages"):
        fit(talk(9), 240, **options)


def test_a_function_of_groups_and_budget_is_a_strategy_too():
    messages = talk(9)
    seen = []

    def oldest_first(groups, budget_tokens):
        seen.append((len(groups), budget_tokens, groups[0].tokens))
        return range(len(groups))

    kept = fit(messages, 200, strategy=oldest_first).messages
    assert kept[:2] == messages[:2]
    assert seen[0][:2] == (19, 200)
    assert 10 < seen[0][2] < 20
    with pytest.raises(ParameterError, match="chose group 99, and there are 19"):
        fit(messages, 200, strategy=lambda _groups, _budget: [99])


def test_nothing_is_touched_up_to_the_trigger_and_the_target_is_aimed_at_above_it():
    options = {"trigger_tokens": 300, "target_tokens": 150}
    assert not fit(talk(7), 1000, **options).is_changed
    assert fit(talk(12), 1000, **options).tokens_after <= 150


def test_room_is_kept_for_the_reply_and_for_thinking():
    fitted = fit(talk(9), 500, reserve_tokens=200, thinking_tokens=100)
    assert fitted.budget_tokens == 200
    assert fitted.tokens_after <= 200


def test_a_cached_prefix_is_left_alone():
    rows = [
        {"role": "assistant" if n % 2 else "user", "content": [{"text": f"{n} {WORDS}"}]}
        for n in range(19)
    ]
    rows[2]["content"].append({"cachePoint": {"type": "default"}})
    kept = fit(rows, 250, keep_cached_prefix=True).messages
    assert kept[:4] == rows[:4]
    assert kept[-1] is rows[-1]
    assert len(kept) < len(rows)


def test_groups_are_turns_and_tool_rounds():
    messages = [*loop(2)[:5], assistant("Found."), user("Thanks."), user("And?")]
    groups = find_groups(messages)
    assert [(group.start, group.stop, group.kind) for group in groups] == [
        (0, 1, "user"),
        (1, 3, "tools"),
        (3, 5, "tools"),
        (5, 6, "assistant"),
        (6, 8, "user"),
    ]


def test_our_messages_come_back_as_ours():
    rows = [Message("assistant" if n % 2 else "user", f"{n} {WORDS}") for n in range(19)]
    kept = fit(rows, 200).messages
    assert kept == rows[-len(kept) :]


def test_a_beginning_of_the_assistant_is_left_out_and_reported():
    fitted = fit([assistant("Hello!"), *talk(1)], 1000)
    assert fitted.messages == talk(1)
    assert [(run.start, run.stop) for run in fitted.dropped] == [(0, 1)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "newest"}, "none of the known ones: clear_tool_results"),
        ({"strategy": "summarize"}, "needs summarize="),
        ({"stratgy": "drop_oldest"}, "'strategy'"),
        ({"reserve_tokens": -1}, "below 0"),
        ({"reserve_tokens": 200}, "leaves 0 tokens"),
        ({"trigger_tokens": 10, "target_tokens": 20}, "above trigger_tokens=10"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        fit(talk(1), 200, **options)


def test_a_message_nobody_can_read_is_refused():
    with pytest.raises(MessageError, match="role"):
        fit([{"content": "hi"}], 200)
    with pytest.raises(MessageError, match="'robot'"):
        fit([{"role": "robot", "content": "hi"}], 200)


def test_content_that_is_no_text_and_no_list_is_refused():
    with pytest.raises(MessageError, match="content is a int; give text or a list of blocks"):
        fit_messages([user(42)], max_tokens=900, model=MODEL)


def test_an_empty_system_prompt_is_none():
    turns = [{"role": "user", "content": [{"text": "What is a token?"}]}] * 3
    model = "qwen.qwen3-32b-v1:0"
    fitted = [fit_messages(turns, max_tokens=900, model=model, system=text) for text in ("", None)]
    assert fitted[0].tokens_after == fitted[1].tokens_after
