"""Each rule once: what breaks it, and what is made of it."""

from typing import Any

import pytest

import bedrock_llm
from bedrock_llm.errors import MessageError, ModelIdError
from bedrock_llm.messages import Message
from bedrock_llm.window import Repaired, repair_messages, validate_messages
from bedrock_llm.window.rules import RULES

CLAUDE = "us.anthropic.claude-sonnet-4-6"
OLD_CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
LLAMA = "us.meta.llama4-maverick-17b-instruct-v1:0"
MISTRAL = "mistral.mistral-large-3-675b-instruct"
HI = {"role": "user", "content": [{"text": "hi"}]}
GO_ON = {"role": "user", "content": [{"text": "Please continue."}]}
POINT = {"cachePoint": {"type": "default"}}
HOUR = {"cachePoint": {"type": "default", "ttl": "1h"}}
IMAGE = {"image": {"format": "png", "source": {"bytes": b"x"}}}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def text(words: str) -> dict[str, Any]:
    return {"text": words}


def use(tool_id: str, name: str = "f", given: Any = None) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": tool_id, "name": name, "input": given or {}}}


def result(tool_id: str, words: str = "done") -> dict[str, Any]:
    return {"toolResult": {"toolUseId": tool_id, "content": [{"text": words}]}}


def lost(tool_id: str) -> dict[str, Any]:
    words = "No result of this tool call was recorded."
    return {"toolResult": {**result(tool_id, words)["toolResult"], "status": "error"}}


def document(name: str, kind: str = "pdf") -> dict[str, Any]:
    return {"document": {"format": kind, "name": name, "source": {"bytes": b"x"}}}


# Rule, model, what breaks it, what is made of it.
CASES: list[tuple[str, str | None, list[Any], list[Any]]] = [
    ("lone_surrogate", None, [user(text("a\ud800b"))], [user(text("a\ufffdb"))]),
    ("lone_surrogate", None, [user(text("\ud83d\ude00"))], [user(text("😀"))]),
    ("block_role", None, [user(text("hi"), use("a"))], [HI]),
    (
        "late_system",
        LLAMA,
        [HI, assistant(text("yes")), {"role": "system", "content": "be brief"}],
        [HI, assistant(text("yes")), {"role": "user", "content": "be brief"}],
    ),
    ("blank_text", None, [user(text(" \n"), text("hi"))], [HI]),
    (
        "refused_media",
        "meta.llama3-1-8b-instruct-v1:0",
        [user(text("see"), IMAGE)],
        [user(text("see"), text("[image left out]"))],
    ),
    (
        "last_reasoning",
        CLAUDE,
        [HI, assistant(text("so"), THOUGHT), HI],
        [HI, assistant(text("so")), HI],
    ),
    ("empty_message", None, [HI, assistant(), HI], [user(text("hi"), text("hi"))]),
    ("starts_with_user", None, [assistant(text("welcome")), HI], [HI]),
    ("alternation", None, [HI, user(text("there"))], [user(text("hi"), text("there"))]),
    (
        "tool_input",
        None,
        [HI, assistant(use("a", given="{broken")), user(result("a"))],
        [HI, assistant(use("a", given={"input": "{broken"})), user(result("a"))],
    ),
    (
        "tool_name",
        None,
        [HI, assistant(use("a", "my tool")), user(result("a"))],
        [HI, assistant(use("a", "my_tool")), user(result("a"))],
    ),
    (
        "tool_id",
        None,
        [HI, assistant(use("a b")), user(result("a b"))],
        [HI, assistant(use("5aed56523")), user(result("5aed56523"))],
    ),
    (
        "orphan_result",
        None,
        [user(text("hi"), result("gone"))],
        [HI],
    ),
    (
        "result_count",
        None,
        [HI, assistant(use("a")), user(result("a"), result("a", "again"))],
        [HI, assistant(use("a")), user(result("a"))],
    ),
    (
        "missing_result",
        None,
        [HI, assistant(use("a"), use("b")), user(result("b"), text("so"))],
        [HI, assistant(use("a"), use("b")), user(result("b"), lost("a"), text("so"))],
    ),
    (
        "missing_result",
        None,
        [HI, assistant(use("a"))],
        [HI, assistant(use("a")), user(lost("a"))],
    ),
    (
        "results_first",
        CLAUDE,
        [HI, assistant(use("a")), user(text("so"), result("a"))],
        [HI, assistant(use("a")), user(result("a"), text("so"))],
    ),
    (
        "empty_result",
        "nvidia.nemotron-nano-9b-v2",
        [HI, assistant(use("a")), user({"toolResult": {"toolUseId": "a", "content": []}})],
        [HI, assistant(use("a")), user(result("a", "(no content)"))],
    ),
    (
        "document_name",
        None,
        [user(text("read"), document("a.pdf"), document("a"), document("a pdf"))],
        [user(text("read"), document("a pdf"), document("a"), document("a pdf 2"))],
    ),
    (
        "document_text",
        None,
        [user(document("report"))],
        [user(text("Attached: report"), document("report"))],
    ),
    (
        "text_beside_result",
        LLAMA,
        [HI, assistant(use("a")), user(result("a"), text("so?"))],
        [
            HI,
            assistant(use("a")),
            user(result("a")),
            assistant(text("I have the results.")),
            user(text("so?")),
        ],
    ),
    (
        "text_beside_call",
        LLAMA,
        [HI, assistant(text("let me see"), use("a")), user(result("a"))],
        [
            HI,
            assistant(text("let me see")),
            user(text("Please go on.")),
            assistant(use("a")),
            user(result("a")),
        ],
    ),
    ("cache_place", None, [user(POINT, text("hi"))], [HI]),
    (
        "cache_place",
        None,
        [user(text("hi"), document("notes", "md"), POINT)],
        [user(text("hi"), POINT, document("notes", "md"))],
    ),
    (
        "cache_place",
        None,
        [HI, assistant(text("so"), THOUGHT, POINT, text("yes")), HI],
        [HI, assistant(text("so"), POINT, THOUGHT, text("yes")), HI],
    ),
    (
        "cache_count",
        None,
        [user(*[text("hi"), POINT] * 5)],
        [user(text("hi"), *[text("hi"), POINT] * 4)],
    ),
    (
        "cache_lifetime",
        None,
        [user(text("a"), HOUR, text("b"), POINT, text("c"), HOUR)],
        [user(text("a"), HOUR, text("b"), POINT, text("c"), POINT)],
    ),
    (
        "prefill_end",
        OLD_CLAUDE,
        [HI, {"role": "assistant", "content": "So: "}],
        [HI, {"role": "assistant", "content": "So:"}],
    ),
    ("ends_with_user", CLAUDE, [HI, assistant(text("yes"))], [HI, assistant(text("yes")), GO_ON]),
]


@pytest.mark.parametrize(("rule", "model", "broken", "mended"), CASES)
def test_a_broken_rule_is_found_and_mended(rule, model, broken, mended):
    assert next(violation.rule for violation in validate_messages(broken, model=model)) == rule
    done = repair_messages(broken, model=model)
    assert done.messages == mended
    assert done.repairs[0].rule == rule
    assert validate_messages(done.messages, model=model) == ()


def test_every_rule_that_repairs_has_a_case():
    elsewhere = {"tool_config", "tool_id_in_turn", "tool_id_everywhere", "cache_support"}
    assert {rule.name for rule in RULES} == {row[0] for row in CASES} | elsewhere | {"has_message"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_says_what_it_is_and_where_it_is_known_from(rule):
    assert rule.says.endswith(".")
    assert rule.source
    assert rule.verified_on.year >= 2026
    assert rule.walk.__doc__


def test_calls_of_one_turn_get_ids_of_their_own_and_keep_their_results():
    history = [HI, assistant(use("a"), use("a")), user(result("a", "1"), result("a", "2"))]
    mended = repair_messages(history).messages
    calls = [block["toolUse"]["toolUseId"] for block in mended[1]["content"]]
    answers = [block["toolResult"] for block in mended[2]["content"]]
    assert calls == [answer["toolUseId"] for answer in answers]
    assert len(set(calls)) == 2
    assert [answer["content"][0]["text"] for answer in answers] == ["1", "2"]


def test_an_id_used_twice_in_a_conversation_is_refused_by_claude_alone():
    turn = [assistant(use("a")), user(result("a"))]
    history = [HI, *turn, *turn]
    assert validate_messages(history) == ()
    [violation] = validate_messages(history, model=CLAUDE)
    assert violation.rule == "tool_id_everywhere"
    assert validate_messages(repair_messages(history, model=CLAUDE).messages, model=CLAUDE) == ()


@pytest.mark.parametrize("tool_id", ["tooluse_abcdefghijklmnopqrstuv", "abcDEF123"])
def test_bedrocks_own_ids_pass_where_mistral_takes_them(tool_id):
    history = [HI, assistant(use(tool_id)), user(result(tool_id))]
    assert validate_messages(history, model="mistral.mistral-large-2402-v1:0") == ()
    is_strict = validate_messages(history, model=MISTRAL) != ()
    assert is_strict == tool_id.startswith("tooluse_")


@pytest.mark.parametrize("tools", [(), [], {"tools": []}])
def test_tool_blocks_are_said_as_text_where_the_request_has_no_tools(tools):
    content = [{"json": {"n": 1}}, IMAGE]
    answer = {"toolResult": {"toolUseId": "a", "content": content}}
    history = [HI, assistant(use("a", "f", {"q": 1})), user(answer)]
    assert {v.rule for v in validate_messages(history, tools=tools)} == {"tool_config"}
    mended = repair_messages(history, tools=tools).messages
    assert mended[1] == assistant(text('[called f with {"q": 1}]'))
    assert mended[2] == user(text("[result:]"), text('{"n": 1}'), IMAGE)
    assert validate_messages(history) == ()


def test_cache_points_among_the_tools_count_and_limit_lifetimes():
    tools = [{"toolSpec": {"name": "f"}}, POINT]
    history = [user(*[text("hi"), HOUR] * 4)]
    rules = [violation.rule for violation in validate_messages(history, tools=tools)]
    assert rules == ["cache_count", *["cache_lifetime"] * 4]
    mended = repair_messages(history, tools={"tools": tools}).messages
    assert mended == [user(text("hi"), *[text("hi"), POINT] * 3)]


def test_a_registered_model_without_a_cache_takes_no_cache_points():
    bedrock_llm.register_model("acme.plain-v1", family="llama", supports_prompt_cache=False)
    [violation] = validate_messages([user(text("hi"), POINT)], model="acme.plain-v1")
    assert violation.rule == "cache_support"


@pytest.mark.parametrize("messages", [[], [assistant(text("hi"))], [user(text(" "))]])
def test_what_leaves_nothing_to_be_sent_cannot_be_repaired(messages):
    assert validate_messages(messages)
    with pytest.raises(MessageError, match="give at least one message of the user"):
        repair_messages(messages)


@pytest.mark.parametrize("messages", [["hi"], [{"role": "boss"}], [{"role": "user", "content": 3}]])
def test_what_is_no_message_is_refused_with_its_place(messages):
    with pytest.raises(MessageError, match=r"messages\[0\]"):
        validate_messages(messages)


def test_a_model_id_that_cannot_be_read_is_refused():
    with pytest.raises(ModelIdError):
        validate_messages([HI], model="no model")


def test_untouched_messages_are_given_back_as_the_very_objects():
    history = [HI, assistant(text("yes")), user(text(" "), text("so")), assistant(text("no")), HI]
    mended = repair_messages(history).messages
    kept = [one is other for one, other in zip(mended, history, strict=True)]
    assert kept == [True, True, False, True, True]
    assert mended[2]["content"][0] is history[2]["content"][1]


def test_what_is_whole_is_given_back_with_nothing_done():
    history = [HI, assistant(use("a")), user(result("a"), text("so"))]
    assert repair_messages(history) == Repaired(messages=history)


def test_our_messages_stay_our_messages():
    history = [Message.user("hi"), Message.user("there")]
    done = repair_messages(history)
    assert done.messages == [Message.user(["hi", "there"])]
    assert str(done.repairs[0]) == (
        "messages[1]: follows a message of the same role, 'user'; made it one message with "
        "messages[0] (alternation)"
    )


def test_plain_texts_stay_plain_texts():
    history = [{"role": "user", "content": "hi", "id": 7}, {"role": "user", "content": "there"}]
    assert repair_messages(history).messages == [
        {"role": "user", "content": "hi\n\nthere", "id": 7}
    ]


def test_anthropics_cache_marks_are_points():
    mark = {"cache_control": {"type": "ephemeral"}}
    part = {"type": "text", "text": "hi", **mark}
    history = [{"role": "user", "content": [part] * 5}]
    mended = repair_messages(history).messages
    assert mended == [{"role": "user", "content": [{"type": "text", "text": "hi"}, *[part] * 4]}]


def call(tool_id: str, arguments: str = "{}") -> dict[str, Any]:
    function = {"name": "f", "arguments": arguments}
    return {"id": tool_id, "type": "function", "function": function}


def test_openais_results_follow_their_calls_in_messages_of_their_own():
    history = [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [call("a"), call("b", "[1]")]},
        {"role": "tool", "tool_call_id": "b", "content": "done"},
        {"role": "user", "content": "so?"},
    ]
    mended = repair_messages(history).messages
    words = [{"type": "text", "text": "No result of this tool call was recorded."}]
    assert mended == [
        history[0],
        history[1],
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call("a"), call("b", '{"input": [1]}')],
        },
        history[3],
        {"role": "tool", "tool_call_id": "a", "content": words},
        history[4],
    ]
    assert mended[3] is history[3]


def test_parallel_results_and_a_question_after_them_are_legal_in_openais_shape():
    history = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "tool_calls": [call("a"), call("b")]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": ""},
        {"role": "user", "content": "and?"},
    ]
    assert validate_messages(history) == ()
