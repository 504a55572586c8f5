import json

import pytest

from bedrock_llm import Conversation, Message, fit_messages
from bedrock_llm.errors import (
    ContextWindowError,
    InputError,
    MessageError,
    ModelIdError,
    ParameterError,
)
from bedrock_llm.history import MOST_COUNTS, SNAPSHOT_VERSION

MODEL = "openai.gpt-oss-20b-1:0"
CLAUDE = "us.anthropic.claude-sonnet-4-6"


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def talk(exchanges):
    messages = []
    for number in range(exchanges):
        messages += [user(f"Question {number}? " * 20), assistant(f"Answer {number}. " * 20)]
    return [*messages, user("And now?")]


@pytest.mark.parametrize("model", [MODEL, CLAUDE, "mistral.mistral-large-2402-v1:0"])
@pytest.mark.parametrize("tokens", [150, 1_000, 100_000])
def test_the_window_is_that_of_fit_messages(model, tokens):
    messages = talk(30)
    fast = Conversation(messages, model=model, system="Be brief.").fit(max_tokens=tokens)
    slow = fit_messages(messages, max_tokens=tokens, model=model, system="Be brief.")
    assert fast == slow
    assert fast.tokens_before == slow.tokens_before


def test_the_next_turn_counts_only_what_is_new():
    conversation = Conversation(talk(200), model=MODEL)
    conversation.fit(max_tokens=2_000)
    start, counts = conversation._ledger.counts
    conversation.append(assistant("Now it is."))
    conversation.append(user("Go on."))
    tokens = 2_000
    _, _, texts = conversation._ledger.newest(conversation._messages, tokens, tokens, tokens)
    assert texts == 2
    after, more = conversation._ledger.counts
    assert after == start
    assert more[: len(counts)] == counts


def test_the_first_turn_counts_only_what_it_keeps():
    conversation = Conversation(talk(2_000), model=MODEL)
    kept = len(conversation.fit(max_tokens=2_000).messages)
    assert kept <= len(conversation._ledger.counts[1]) + 1 <= kept + 3


def test_a_fork_shares_the_past_and_goes_its_own_way():
    trunk = Conversation(talk(5), model=MODEL)
    trunk.fit(max_tokens=100_000)
    branch = trunk.fork()
    assert branch._ledger.counts == trunk._ledger.counts
    assert all(one is other for one, other in zip(trunk, branch, strict=True))
    branch.append(assistant("Left."))
    trunk.append(assistant("Right."))
    trunk.append(user("Hm?"))
    assert len(branch) == 12
    assert len(trunk) == 13
    assert branch[-1]["content"] == "Left."
    assert trunk.fit(max_tokens=100_000).messages == trunk.messages


def test_messages_given_out_cannot_change_the_conversation():
    conversation = Conversation(talk(1), model=MODEL)
    conversation.messages.clear()
    conversation.fit(max_tokens=10_000).messages.clear()
    assert len(conversation) == 3


@pytest.mark.parametrize(
    ("model", "stays"),
    [
        ("openai.gpt-oss-120b-1:0", True),
        ("us.anthropic.claude-sonnet-4-6", False),
        ("qwen.qwen3-32b-v1:0", False),
    ],
)
def test_another_model_forgets_exactly_the_counts_that_are_wrong(model, stays):
    conversation = Conversation(talk(10), model=MODEL)
    conversation.fit(max_tokens=100_000)
    known = conversation._ledger.counts[1]
    conversation.configure(model=model)
    conversation._find_prompt()
    assert conversation._ledger.counts[1] == (known if stays else [])
    slow = fit_messages(conversation.messages, max_tokens=500, model=model)
    assert conversation.fit(max_tokens=500) == slow


def test_another_system_prompt_keeps_the_counts_of_messages():
    conversation = Conversation(talk(10), model="mistral.mistral-large-2402-v1:0")
    conversation.fit(max_tokens=100_000)
    known = conversation._ledger.counts
    conversation.configure(system="Answer in verse.")
    conversation._find_prompt()
    assert conversation._ledger.counts == known


def test_pruning_lets_go_of_what_does_not_fit():
    conversation = Conversation([{"role": "system", "content": "Hi."}, *talk(50)], model=MODEL)
    fitted = conversation.prune(max_tokens=1_000)
    assert conversation.messages == fitted.messages
    assert len(conversation._ledger) == len(fitted.messages)
    again = conversation.fit(max_tokens=1_000)
    assert not again.is_changed
    assert again.tokens_after == fitted.tokens_after == conversation.tokens


def test_pruning_with_another_strategy_holds_what_is_left():
    conversation = Conversation(talk(50), model=MODEL)
    fitted = conversation.prune(max_tokens=1_000, strategy="drop_middle")
    assert conversation.messages == fitted.messages
    assert conversation.fit(max_tokens=1_000).messages == fitted.messages


def test_a_snapshot_brings_messages_and_counts_back():
    use = {"toolUse": {"toolUseId": "a", "name": "f", "input": {"$bytes": 1, "x": None}}}
    image = {"image": {"format": "png", "source": {"bytes": b"\x00\xff"}}}
    result = {"toolResult": {"toolUseId": "a", "content": [image, {"json": {"$key": [1]}}]}}
    messages = [
        Message.user("Look at this."),
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
        assistant("A pixel."),
        *talk(3),
    ]
    tools = [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]
    conversation = Conversation(messages, model=MODEL, system="Be brief.", tools=tools)
    conversation.fit(max_tokens=200)
    restored = Conversation.restore(conversation.snapshot())
    assert restored.messages == messages
    assert isinstance(restored[0], Message)
    assert restored._ledger.counts == conversation._ledger.counts
    assert restored.fit(max_tokens=5_000) == conversation.fit(max_tokens=5_000)
    assert restored.snapshot() == conversation.snapshot()


def test_counts_of_another_vocabulary_are_not_taken_over():
    conversation = Conversation(talk(3), model=MODEL)
    conversation.fit(max_tokens=5_000)
    body = json.loads(conversation.snapshot())
    body["counts"]["of"][1] = "another sha256"
    assert Conversation.restore(json.dumps(body))._ledger.counts == (0, [])


@pytest.mark.parametrize(
    ("snapshot", "message"),
    [
        ("{", "no snapshot"),
        ("[]", "has no messages"),
        (json.dumps({"messages": [], "version": 99}), f"this is version {SNAPSHOT_VERSION}"),
        (
            json.dumps(
                {
                    "version": SNAPSHOT_VERSION,
                    "messages": [{"$odd": 1}],
                    "model": MODEL,
                    "system": None,
                    "tools": None,
                    "api": "converse",
                    "counts": None,
                }
            ),
            "the mark '\\$odd' is unknown",
        ),
    ],
)
def test_what_is_no_snapshot_is_refused(snapshot, message):
    with pytest.raises(InputError, match=message):
        Conversation.restore(snapshot)


def test_what_json_cannot_carry_is_refused():
    conversation = Conversation([user("hi") | {"id": object()}], model=MODEL)
    with pytest.raises(InputError, match="cannot be written as JSON"):
        conversation.snapshot()


def test_a_message_that_cannot_be_read_is_not_appended():
    conversation = Conversation(talk(1), model=MODEL)
    with pytest.raises(MessageError):
        conversation.append({"role": "boss", "content": "hi"})
    assert len(conversation) == len(conversation._ledger) == 3


def test_a_message_changed_after_it_was_counted_is_found_out():
    messages = talk(3)
    conversation = Conversation(messages, model=MODEL)
    messages[-1]["content"] = [{"image": {}}]
    with pytest.raises(MessageError, match="may not be changed after they are appended"):
        conversation.fit(max_tokens=5_000)


def test_what_cannot_fit_is_refused_as_by_fit_messages():
    conversation = Conversation([user("word " * 500)], model=MODEL)
    with pytest.raises(ContextWindowError, match="give max_tokens="):
        conversation.fit(max_tokens=100)


def test_a_model_that_cannot_be_read_is_refused_at_once():
    with pytest.raises(ModelIdError):
        Conversation(model="no model")


def test_the_conversations_own_options_are_changed_by_configure_alone():
    conversation = Conversation(talk(1), model=MODEL)
    with pytest.raises(ParameterError, match=r"system belong.* configure\(\)"):
        conversation.fit(max_tokens=1_000, system="Be brief.")


def test_the_bound_of_counts_is_the_cores():
    conversation = Conversation(model=MODEL)
    conversation._find_prompt()
    ledger = conversation._ledger
    messages = [user("a"), *[assistant("b"), user("c")] * (MOST_COUNTS // 2 + 100)]
    for message in messages:
        ledger.append(message)
    counts = [1] * (len(messages) - 1)
    ledger.restore_counts(0, counts)
    start, known = ledger.counts
    assert len(known) == MOST_COUNTS
    assert start == len(counts) - MOST_COUNTS
