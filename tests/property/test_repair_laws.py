"""Laws of repair: whatever history is given, what comes back breaks no rule, and nothing is hidden.

Histories are poisoned on purpose: roles at random, calls without results, results without calls,
blank text, lone surrogates, wrong names, too many cache points, in three shapes. Two judges that
know nothing of our rules look at the Converse ones: botocore's own parameter validation and the
conversation rules of the local endpoint.
"""

import copy
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.batch.dialects import to_converse_messages
from bedrock_llm.errors import InputError, MessageError
from bedrock_llm.local.conversation import check_conversation
from bedrock_llm.messages import Message
from bedrock_llm.window import repair_messages, validate_messages

SHAPE = botocore.session.get_session().get_service_model("bedrock-runtime")
CONVERSE = SHAPE.operation_model("Converse").input_shape
MODELS = (
    None,
    "us.anthropic.claude-sonnet-4-6",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.meta.llama4-maverick-17b-instruct-v1:0",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mistral-large-3-675b-instruct",
    "amazon.nova-micro-v1:0",
    "nvidia.nemotron-nano-9b-v2",
    "openai.gpt-oss-120b-1:0",
    "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl",
)
TOOLS = {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]}
TEXTS = st.sampled_from(["hi", "", " ", "\n", "well ", "a\ud800b", "\ud83d\ude00", "é"])
IDS = st.sampled_from(["a", "b", "tooluse_abcdefghijklmnopqrstuv", "f:0", "x y", "", "n" * 70])
NAMES = st.sampled_from(["f", "g.h", "", "t" * 70])
INPUTS = st.sampled_from([{}, {"q": 1}, "broken", None, [1], {"s": "\udc00"}])
DOCUMENTS = st.sampled_from(["report", "report.pdf", "a  b", "", "報告", "d" * 210])
LIFETIMES = st.sampled_from([{}, {"ttl": "5m"}, {"ttl": "1h"}])


def one_of_key(key: str, inside: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return inside.map(lambda value: {key: value})


def media(kind: str, format: str) -> st.SearchStrategy[dict[str, Any]]:  # noqa: A002  Bedrock's word
    return st.just({kind: {"format": format, "source": {"bytes": b"x"}}})


DOCUMENT = one_of_key(
    "document",
    st.fixed_dictionaries(
        {
            "format": st.sampled_from(["pdf", "md"]),
            "name": DOCUMENTS,
            "source": st.just({"bytes": b"x"}),
        }
    ),
)
RESULT_CONTENT = st.lists(
    one_of_key("text", TEXTS)
    | one_of_key("json", st.just({"k": 1}))
    | media("image", "png")
    | DOCUMENT,
    max_size=2,
)
CONVERSE_BLOCKS = st.one_of(
    one_of_key("text", TEXTS),
    one_of_key("text", TEXTS),
    one_of_key(
        "toolUse", st.fixed_dictionaries({"toolUseId": IDS, "name": NAMES, "input": INPUTS})
    ),
    one_of_key("toolResult", st.fixed_dictionaries({"toolUseId": IDS, "content": RESULT_CONTENT})),
    one_of_key("cachePoint", LIFETIMES.map(lambda ttl: {"type": "default", **ttl})),
    st.just({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}),
    media("image", "png"),
    media("video", "mp4"),
    DOCUMENT,
)
ROLES = st.sampled_from(["user", "assistant"])
CONVERSE_HISTORY = st.lists(
    st.fixed_dictionaries({"role": ROLES, "content": st.lists(CONVERSE_BLOCKS, max_size=4)}),
    max_size=7,
)
MARKS = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}])


def typed(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    parts = {
        name: f if isinstance(f, st.SearchStrategy) else st.just(f) for name, f in fields.items()
    }
    return st.builds(lambda body, mark: {**body, **mark}, st.fixed_dictionaries(parts), MARKS)


ANTHROPIC_BLOCKS = st.one_of(
    typed(type="text", text=TEXTS),
    typed(type="tool_use", id=IDS, name=NAMES, input=INPUTS),
    typed(type="tool_result", tool_use_id=IDS, content=TEXTS),
    typed(type="thinking", thinking="hm", signature="s"),
    typed(type="image", source={"type": "base64", "media_type": "image/png", "data": ""}),
)
ANTHROPIC_HISTORY = st.lists(
    st.fixed_dictionaries(
        {"role": ROLES, "content": TEXTS | st.lists(ANTHROPIC_BLOCKS, max_size=4)}
    ),
    max_size=7,
)
CALLS = st.fixed_dictionaries(
    {
        "id": IDS,
        "type": st.just("function"),
        "function": st.fixed_dictionaries(
            {"name": NAMES, "arguments": st.sampled_from(["{}", '{"a": 1}', "", "[", "3"])}
        ),
    }
)
OPENAI_HISTORY = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": st.sampled_from(["user", "system"]), "content": TEXTS}),
        st.fixed_dictionaries(
            {"role": st.just("assistant"), "content": TEXTS | st.none()},
            optional={"tool_calls": st.lists(CALLS, max_size=3)},
        ),
        st.fixed_dictionaries({"role": st.just("tool"), "tool_call_id": IDS, "content": TEXTS}),
    ),
    max_size=8,
)
HISTORIES = CONVERSE_HISTORY | ANTHROPIC_HISTORY | OPENAI_HISTORY


def repaired(messages: Any, **target: Any) -> list[Any] | None:
    """Repair, or None where nothing is left to be sent."""
    try:
        return repair_messages(messages, **target).messages
    except MessageError as error:
        if "no repair is known" in str(error):
            return None
        raise


@given(HISTORIES, st.sampled_from(MODELS), st.sampled_from([None, (), TOOLS]))
@settings(max_examples=400)
def test_what_is_repaired_breaks_no_rule_and_needs_no_repair(
    messages: list[Any], model: str | None, tools: Any
) -> None:
    kept = repaired(messages, model=model, tools=tools)
    if kept is None:
        return
    assert validate_messages(kept, model=model, tools=tools) == ()
    again = repair_messages(kept, model=model, tools=tools)
    assert again.repairs == ()
    assert all(one is other for one, other in zip(again.messages, kept, strict=True))


@given(HISTORIES, st.sampled_from(MODELS))
@settings(max_examples=200)
def test_the_input_is_never_changed(messages: list[Any], model: str | None) -> None:
    before = copy.deepcopy(messages)
    validate_messages(messages, model=model)
    repaired(messages, model=model)
    assert messages == before


@given(HISTORIES, st.sampled_from(MODELS), st.sampled_from([None, ()]))
@settings(max_examples=200)
def test_a_history_is_repaired_exactly_where_it_breaks_a_rule(
    messages: list[Any], model: str | None, tools: Any
) -> None:
    broken = {rule.rule for rule in validate_messages(messages, model=model, tools=tools)}
    if any(not v.is_repairable for v in validate_messages(messages, model=model, tools=tools)):
        assert repaired(messages, model=model, tools=tools) is None
        return
    try:
        repairs = repair_messages(messages, model=model, tools=tools).repairs
    except MessageError:
        assert broken
        return
    assert bool(repairs) == bool(broken)
    assert not repairs or repairs[0].rule in broken


@given(CONVERSE_HISTORY, st.sampled_from(MODELS))
@settings(max_examples=300)
def test_botocore_and_the_local_endpoint_take_what_is_repaired(
    messages: list[Any], model: str | None
) -> None:
    kept = repaired(messages, model=model, tools=TOOLS)
    if kept is None:
        return
    body = {"modelId": "m", "messages": kept, "toolConfig": TOOLS}
    report = ParamValidator().validate(body, CONVERSE)
    assert not report.has_errors(), report.generate_report()
    check_conversation(body)


@given(ANTHROPIC_HISTORY | OPENAI_HISTORY, st.sampled_from(MODELS[:3]))
@settings(max_examples=200)
def test_what_is_repaired_in_another_shape_converts_to_what_is_taken(
    messages: list[Any], model: str | None
) -> None:
    kept = repaired(messages, model=model, tools=TOOLS)
    if kept is None:
        return
    try:
        converted, system = to_converse_messages(kept)
    except InputError as error:
        if "system message after the conversation began" in str(error):
            return
        raise
    body = {"modelId": "m", "messages": converted, "toolConfig": TOOLS}
    report = ParamValidator().validate(body, CONVERSE)
    assert not report.has_errors(), report.generate_report()
    check_conversation(body)
    assert all("text" in block for block in system)


@given(CONVERSE_HISTORY, st.sampled_from(MODELS))
@settings(max_examples=100)
def test_our_messages_are_repaired_as_their_dicts_are(
    messages: list[Any], model: str | None
) -> None:
    try:
        ours = [Message.from_converse(message) for message in messages]
    except MessageError:
        return
    from_dicts = repaired(messages, model=model)
    from_ours = repaired(ours, model=model)
    if from_dicts is None or from_ours is None:
        assert from_dicts is from_ours
        return
    assert all(isinstance(message, Message) for message in from_ours)
    assert from_ours == [Message.from_converse(message) for message in from_dicts]
