"""Laws of messages: what is read is given back, whatever the order; nothing else is ever raised."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.errors import InvalidRequestError, MessageError, ParameterError
from bedrock_llm.events import ReplyAccumulator, parse_stream_event
from bedrock_llm.messages import parse_messages
from bedrock_llm.parameters import PARAMETER_SPELLINGS, parse_parameters
from bedrock_llm.requests import Request
from bedrock_llm.responses import parse_converse_reply
from bedrock_llm.wire import encode_json, read_blob

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = TEXT.filter(lambda text: bool(text.strip()))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
IDS = st.from_regex(r"[a-zA-Z0-9_.:-]{1,64}", fullmatch=True)
NAMES = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
BASE64 = st.binary(max_size=8).map(lambda data: b64encode(data).decode())


def structure(optional: dict[str, Any] | None = None, /, **required: Any) -> Any:
    """Give a structure with its keys in any order."""
    whole = st.fixed_dictionaries(required, optional=optional or {})
    return whole.flatmap(lambda body: st.permutations(list(body.items())).map(dict))


def under(key: str, inside: Any) -> Any:
    return inside.map(lambda value: {key: value})


TEXT_BLOCKS = under("text", WORDS)
IMAGES = under(
    "image",
    structure(format=st.sampled_from(["png", "jpeg"]), source=structure(bytes=BASE64)),
)
DOCUMENTS = under(
    "document",
    structure(
        {"format": st.sampled_from(["pdf", "md"]), "context": TEXT},
        name=st.text("ab ", min_size=1, max_size=5),
        source=structure(text=TEXT) | structure(content=st.lists(under("text", TEXT), max_size=2)),
    ),
)
TOOL_USES = under(
    "toolUse", structure(toolUseId=IDS, name=NAMES, input=st.dictionaries(TEXT, JSON))
)
TOOL_RESULTS = under(
    "toolResult",
    structure(
        {"status": st.sampled_from(["success", "error"])},
        toolUseId=IDS,
        content=st.lists(under("json", JSON) | TEXT_BLOCKS | IMAGES | DOCUMENTS, max_size=3),
    ),
)
REASONING = under(
    "reasoningContent",
    under("reasoningText", structure({"signature": TEXT.filter(bool)}, text=TEXT))
    | under("redactedContent", BASE64),
)
CITATIONS = under(
    "citationsContent",
    structure(
        content=st.lists(under("text", WORDS), min_size=1, max_size=1),
        citations=st.lists(structure({"title": TEXT, "source": TEXT}), min_size=1, max_size=2),
    ),
)
REPLY_BLOCKS = TEXT_BLOCKS | TOOL_USES | REASONING | CITATIONS
BLOCKS = REPLY_BLOCKS | IMAGES | DOCUMENTS | TOOL_RESULTS
MESSAGES = st.lists(
    structure(
        role=st.sampled_from(["user", "assistant"]),
        content=st.lists(BLOCKS, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


@given(MESSAGES)
def test_a_conversation_is_given_back_byte_for_byte(messages: list[dict[str, Any]]) -> None:
    body = {"messages": messages}
    assert encode_json(Request.from_converse(body).to_converse()) == encode_json(body)


@given(MESSAGES)
def test_reading_what_was_given_back_changes_nothing(messages: list[dict[str, Any]]) -> None:
    once = parse_messages(messages)
    assert parse_messages([message.to_converse() for message in once]) == once
    assert parse_messages(once) == once


def reversed_keys(value: Any) -> Any:
    """Give the same JSON with every object's keys the other way round."""
    if isinstance(value, dict):
        return {key: reversed_keys(item) for key, item in reversed(value.items())}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(MESSAGES)
def test_the_order_of_keys_is_kept_and_plays_no_part_in_equality(
    messages: list[dict[str, Any]],
) -> None:
    turned = reversed_keys(messages)
    one, two = parse_messages(messages), parse_messages(turned)
    assert one == two
    assert hash(one) == hash(two)
    assert encode_json({"m": [m.to_converse() for m in two]}) == encode_json({"m": turned})


def refusal(read: Callable[[], object], error: type[Exception]) -> str:
    """Give the message of the one error that may be raised, empty where nothing was."""
    try:
        read()
    except error as refused:
        return str(refused)
    return ""


@given(JSON | st.lists(st.fixed_dictionaries({"role": JSON, "content": JSON})))
@settings(max_examples=200)
def test_whatever_is_given_is_messages_or_a_message_error(value: Any) -> None:
    assert "\n" not in refusal(lambda: parse_messages(value), MessageError)


@given(st.dictionaries(st.sampled_from(sorted(PARAMETER_SPELLINGS)) | TEXT, JSON, max_size=3))
@settings(max_examples=200)
def test_whatever_is_given_is_parameters_or_a_parameter_error(values: dict[str, Any]) -> None:
    assert "\n" not in refusal(lambda: parse_parameters(values), ParameterError)


@given(st.dictionaries(st.sampled_from(["messages", "system", "toolConfig"]) | TEXT, JSON))
@settings(max_examples=200)
def test_whatever_is_given_is_a_request_or_an_error_of_ours(body: dict[str, Any]) -> None:
    problem = refusal(lambda: Request.from_converse(body), InvalidRequestError)
    assert "\n" not in problem
    if not problem:
        request = Request.from_converse(body)
        assert Request.from_converse(request.to_converse()) == request


@given(st.binary(), TEXT)
def test_a_blob_is_its_bytes_and_other_text_is_itself(data: bytes, text: str) -> None:
    assert read_blob(b64encode(data).decode()) == data
    kept = read_blob(text)
    assert kept == text or (isinstance(kept, bytes) and b64encode(kept).decode() == text)


def cut(text: str, data: st.DataObject) -> list[str]:
    """Cut a text at any places, empty pieces included."""
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=3)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def split(block: dict[str, Any], data: st.DataObject) -> list[tuple[str, Any]]:
    """Give the start and deltas of one block."""
    [(key, inside)] = block.items()
    if key == "toolUse":
        start = {name: value for name, value in inside.items() if name != "input"}
        pieces = cut(json.dumps(inside["input"]), data)
        return [("start", {"toolUse": start})] + [
            ("delta", {"toolUse": {"input": piece}}) for piece in pieces
        ]
    if key == "reasoningContent":
        text = inside.get("reasoningText", inside)
        deltas: list[Any] = [{"text": piece} for piece in cut(text.get("text", ""), data)]
        rest = [{name: value} for name, value in text.items() if name != "text"]
        return [("delta", {key: delta}) for delta in ([] if "text" not in text else deltas) + rest]
    texts = inside if key == "text" else inside["content"][0]["text"]
    citations = inside["citations"] if key == "citationsContent" else []
    return [("delta", {"text": piece}) for piece in cut(texts, data)] + [
        ("delta", {"citation": citation}) for citation in citations
    ]


@given(st.lists(REPLY_BLOCKS, max_size=3), st.data())
def test_however_a_reply_is_cut_into_events_they_add_up_to_it(
    blocks: list[dict[str, Any]], data: st.DataObject
) -> None:
    accumulator = ReplyAccumulator()
    for index, block in enumerate(blocks):
        for kind, value in split(block, data):
            payload = {kind: value, "contentBlockIndex": index}
            accumulator.add(parse_stream_event(f"contentBlock{kind.title()}", payload))
    accumulator.add(parse_stream_event("messageStop", {"stopReason": "end_turn"}))
    body = {
        "output": {"message": {"role": "assistant", "content": blocks}},
        "stopReason": "end_turn",
    }
    streamed = accumulator.response(model_id="m", request_id=None)
    assert streamed.message == parse_converse_reply(body, model_id="m", request_id=None).message
