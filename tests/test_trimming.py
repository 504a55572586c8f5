import pytest

from bedrock_llm.errors import ContextWindowError, ParameterError
from bedrock_llm.window import trim_messages

MODEL = "openai.gpt-oss-20b-1:0"
WORDS = "one two three four five six seven eight nine ten"


def talk(pairs):
    rows = [
        {"role": role, "content": f"{number} {WORDS}"}
        for number in range(pairs)
        for role in ("user", "assistant")
    ]
    return [{"role": "system", "content": "Be kind."}, *rows, {"role": "user", "content": "So?"}]


def count(messages):
    return 10 * len(messages)


def test_the_newest_messages_are_kept_beside_the_system_prompt():
    messages = talk(9)
    kept = trim_messages(messages, max_tokens=200, token_counter=MODEL)
    assert kept[0] is messages[0]
    assert kept[1:] == messages[-len(kept) + 1 :]
    assert kept[1]["role"] == "user"


def test_a_function_that_counts_lists_of_messages_may_count():
    messages = talk(9)
    kept = trim_messages(messages, max_tokens=60, token_counter=count, include_system=True)
    assert len(kept) == 6
    assert kept[0] is messages[0]
    assert kept[1:] == messages[-5:]


def test_without_the_system_messages_there_is_more_room():
    messages = talk(9)
    kept = trim_messages(messages, max_tokens=70, token_counter=count, include_system=False)
    assert kept == messages[-7:]


def test_the_first_messages_are_kept_beside_the_newest_turn():
    messages = talk(9)
    kept = trim_messages(messages, max_tokens=60, token_counter=count, strategy="first")
    assert kept == [*messages[:5], messages[-1]]


def test_what_comes_after_the_wanted_end_is_left_out_first():
    messages = [*talk(2), {"role": "assistant", "content": "Well."}]
    kept = trim_messages(messages, max_tokens=900, token_counter=MODEL, end_on=("human", "tool"))
    assert kept == messages[:-1]


def test_a_message_that_is_too_long_is_cut_where_that_is_allowed():
    messages = [{"role": "user", "content": WORDS * 90}]
    (kept,) = trim_messages(
        messages, max_tokens=150, token_counter=MODEL, allow_partial=True, text_splitter="word"
    )
    assert kept["content"].endswith("[... cut to fit]")
    with pytest.raises(ContextWindowError):
        trim_messages(messages, max_tokens=150, token_counter=MODEL)


def test_no_messages_are_no_messages():
    assert trim_messages([], max_tokens=9, token_counter=count) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "middle"}, "neither 'last' nor 'first'"),
        ({"start_on": "ai"}, "starts with the user"),
        ({"end_on": "robot"}, "known are human"),
        ({"start": "human"}, "'start_on'"),
        ({"allow_partial": True}, "a model id as token_counter"),
    ],
)
def test_what_cannot_be_sent_is_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        trim_messages(talk(1), max_tokens=60, token_counter=count, **options)
