"""Real Converse calls: every request goes through our models byte for byte, every reply is read.

The recordings stand beside the repository, in `../shared/recordings`, or where
`BEDROCK_LLM_RECORDINGS` says. Blobs were cut out of some of them (`<stripped 37000 chars>`): such
text is no base64, and our models keep it as it is.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bedrock_llm.errors import InvalidRequestError, MessageError
from bedrock_llm.events import ReplyAccumulator, parse_stream_event
from bedrock_llm.messages import parse_messages
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response, parse_converse_reply
from bedrock_llm.wire import encode_json

BESIDE = Path(__file__).parents[2].parent / "shared" / "recordings"
FOLDER = Path(os.environ.get("BEDROCK_LLM_RECORDINGS", BESIDE))
Row = dict[str, Any]

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no recordings; set BEDROCK_LLM_RECORDINGS to their folder"
)


def recorded(name: str) -> list[Row]:
    """Give the Converse rows of one file."""
    with (FOLDER / name).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["op"] in {"converse", "converse-stream"}]


NAMES = sorted(path.name for path in FOLDER.glob("bedrock_*.jsonl")) if FOLDER.is_dir() else []
FILES = pytest.mark.parametrize("name", NAMES)


def is_mock(row: Row) -> bool:
    """Tell the rows that hold no request of Converse: the key of a mock's table stands there."""
    return "__prompt_key__" in row["request"]


@FILES
def test_every_recorded_request_is_given_back_byte_for_byte(name: str) -> None:
    for row in recorded(name):
        if is_mock(row):
            continue
        request = Request.from_converse(row["request"], model_id=row["model"])
        assert encode_json(request.to_converse()) == encode_json(row["request"]), row["source"]
        if b'"bytes":' not in encode_json(row["request"]):
            assert json.dumps(request.to_converse()) == json.dumps(row["request"]), row["source"]


@FILES
def test_a_row_that_is_no_converse_request_is_refused_by_its_key(name: str) -> None:
    for row in filter(is_mock, recorded(name)):
        with pytest.raises(InvalidRequestError, match="unknown key '__prompt_key__'"):
            Request.from_converse(row["request"])


@FILES
def test_a_recorded_request_can_be_sent_again_unless_its_blobs_were_cut_out(name: str) -> None:
    for row in recorded(name):
        if is_mock(row):
            continue
        request = Request.from_converse(row["request"])
        if "<stripped " in json.dumps(row["request"]):
            with pytest.raises(MessageError, match="bytes is neither bytes nor canonical base64"):
                parse_messages(request.messages)
        else:
            assert parse_messages(request.messages) == request.messages


def reply_body(row: Row) -> Row:
    """Put a recorded reply into the shape that Converse answers in."""
    return {
        "output": {"message": {"role": "assistant", "content": row["response"]["content"]}},
        "stopReason": row["response"]["stopReason"],
        "usage": row["usage"],
    }


def parse(row: Row) -> Response:
    return parse_converse_reply(reply_body(row), model_id=row["model"], request_id=None)


@FILES
def test_every_recorded_reply_is_read_and_loses_nothing(name: str) -> None:
    for row in recorded(name):
        response = parse(row)
        assert response.message.to_converse()["content"] == row["response"]["content"]
        assert response.stop_reason == row["response"]["stopReason"]
        assert response.usage is not None
        assert response.usage.output_tokens == row["output_tokens"]
        calls = [block["toolUse"] for block in row["response"]["content"] if "toolUse" in block]
        assert [call.name for call in response.tool_calls] == [call["name"] for call in calls]
        assert all(call.input_error is None for call in response.tool_calls)


def split_block(block: Mapping[str, Any], index: int) -> Iterator[tuple[str, Row]]:
    """Split a block of a reply into the events that a stream would bring it in."""
    [(key, inside)] = block.items()
    yield from SPLITS[key](inside, index)
    yield "contentBlockStop", {"contentBlockIndex": index}


def pieces(text: str) -> list[str]:
    return [text[start : start + 7] for start in range(0, len(text), 7)] or [""]


def delta(value: Row, index: int) -> tuple[str, Row]:
    return "contentBlockDelta", {"delta": value, "contentBlockIndex": index}


def split_text(inside: str, index: int) -> Iterator[tuple[str, Row]]:
    for piece in pieces(inside):
        yield delta({"text": piece}, index)


def split_reasoning(inside: Row, index: int) -> Iterator[tuple[str, Row]]:
    if "reasoningText" not in inside:
        yield delta({"reasoningContent": inside}, index)
        return
    for piece in pieces(inside["reasoningText"]["text"]):
        yield delta({"reasoningContent": {"text": piece}}, index)
    if "signature" in inside["reasoningText"]:
        signature = inside["reasoningText"]["signature"]
        yield delta({"reasoningContent": {"signature": signature}}, index)


def split_tool_use(inside: Row, index: int) -> Iterator[tuple[str, Row]]:
    start = {key: value for key, value in inside.items() if key != "input"}
    yield "contentBlockStart", {"start": {"toolUse": start}, "contentBlockIndex": index}
    given = inside["input"]
    for piece in pieces(given if isinstance(given, str) else json.dumps(given)):
        yield delta({"toolUse": {"input": piece}}, index)


def split_citations(inside: Row, index: int) -> Iterator[tuple[str, Row]]:
    for content in inside["content"]:
        yield from split_text(content["text"], index)
    for citation in inside["citations"]:
        yield delta({"citation": citation}, index)


def split_tool_result(inside: Row, index: int) -> Iterator[tuple[str, Row]]:
    start = {key: value for key, value in inside.items() if key != "content"}
    yield "contentBlockStart", {"start": {"toolResult": start}, "contentBlockIndex": index}
    for content in inside["content"]:
        yield delta({"toolResult": [content]}, index)


SPLITS: dict[str, Callable[[Any, int], Iterator[tuple[str, Row]]]] = {
    "text": split_text,
    "reasoningContent": split_reasoning,
    "toolUse": split_tool_use,
    "citationsContent": split_citations,
    "toolResult": split_tool_result,
}


def unstreamed(block: Mapping[str, Any]) -> Row:
    """Give a block as an unstreamed reply has it; some recorders left a tool's input as text."""
    if "toolUse" in block and isinstance(block["toolUse"]["input"], str):
        return {"toolUse": {**block["toolUse"], "input": json.loads(block["toolUse"]["input"])}}
    return dict(block)


@FILES
def test_the_events_of_a_recorded_reply_add_up_to_the_reply(name: str) -> None:
    for row in recorded(name):
        content = row["response"]["content"]
        accumulator = ReplyAccumulator()
        accumulator.add(parse_stream_event("messageStart", {"role": "assistant"}))
        for index, block in enumerate(content):
            for event_type, payload in split_block(block, index):
                accumulator.add(parse_stream_event(event_type, payload))
        assert not accumulator.is_stopped
        stop = {"stopReason": row["response"]["stopReason"]}
        accumulator.add(parse_stream_event("messageStop", stop))
        accumulator.add(parse_stream_event("metadata", {"usage": row["usage"]}))
        response = accumulator.response(model_id=row["model"], request_id="r")
        expected = reply_body(row)
        expected["output"]["message"]["content"] = [unstreamed(block) for block in content]
        assert response == parse_converse_reply(expected, model_id=row["model"], request_id="r")
        assert response.raw == expected
