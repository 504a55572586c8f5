"""Events of a stream: each is read, and together they are the unstreamed reply."""

import json
from collections.abc import Iterable
from typing import Any

import botocore.session
import pytest

from bedrock_llm.errors import ResponseError
from bedrock_llm.events import (
    BlockStop,
    CitationDelta,
    MessageStart,
    MessageStop,
    OtherDelta,
    OtherEvent,
    OtherStart,
    ReasoningDelta,
    ReplyAccumulator,
    StreamEvent,
    TextDelta,
    ToolInputDelta,
    ToolUseStart,
    UsageReport,
    parse_stream_event,
)
from bedrock_llm.responses import Response, Usage

USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}


def delta(value: Any, index: int = 0) -> tuple[str, dict[str, Any]]:
    return "contentBlockDelta", {"delta": value, "contentBlockIndex": index}


def start(value: Any, index: int = 0) -> tuple[str, dict[str, Any]]:
    return "contentBlockStart", {"start": value, "contentBlockIndex": index}


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (("messageStart", {"role": "assistant", "p": "abc"}), MessageStart(role="assistant")),
        (delta({"text": "a"}, 1), TextDelta(text="a", index=1)),
        (delta({"text": ""}), TextDelta(text="", index=0)),
        (delta({"reasoningContent": {"text": "a"}}), ReasoningDelta(text="a", index=0)),
        (delta({"reasoningContent": {"signature": "s"}}), ReasoningDelta(signature="s", index=0)),
        (
            delta({"reasoningContent": {"redactedContent": "aGk="}}),
            ReasoningDelta(redacted_content=b"hi", index=0),
        ),
        (
            delta({"reasoningContent": {"redactedContent": b"hi"}}),
            ReasoningDelta(redacted_content=b"hi", index=0),
        ),
        (
            start({"toolUse": {"toolUseId": "i", "name": "f"}}, 2),
            ToolUseStart(tool_use_id="i", name="f", index=2),
        ),
        (
            start({"toolUse": {"toolUseId": "i", "name": "f", "type": "server_tool_use"}}),
            ToolUseStart(tool_use_id="i", name="f", type="server_tool_use", index=0),
        ),
        (delta({"toolUse": {"input": '{"a'}}), ToolInputDelta(partial_json='{"a', index=0)),
        (delta({"citation": {"title": "t"}}), CitationDelta(citation={"title": "t"}, index=0)),
        (
            start({"image": {"format": "png"}}),
            OtherStart(start={"image": {"format": "png"}}, index=0),
        ),
        (
            delta({"toolResult": [{"text": "a"}]}),
            OtherDelta(delta={"toolResult": [{"text": "a"}]}, index=0),
        ),
        (delta({"novelty": 1}), OtherDelta(delta={"novelty": 1}, index=0)),
        (("contentBlockStop", {"contentBlockIndex": 3}), BlockStop(index=3)),
        (("messageStop", {"stopReason": "end_turn"}), MessageStop(stop_reason="end_turn")),
        (
            ("messageStop", {"stopReason": "x", "additionalModelResponseFields": {"a": 1}}),
            MessageStop(stop_reason="x", additional_fields={"a": 1}),
        ),
        (
            ("metadata", {"usage": USAGE, "metrics": {"latencyMs": 9}}),
            UsageReport(
                usage=Usage(input_tokens=3, output_tokens=2, total_tokens=5),
                latency_ms=9,
                raw={"usage": USAGE, "metrics": {"latencyMs": 9}},
            ),
        ),
        (("novelty", {"a": 1}), OtherEvent(event_type="novelty", payload={"a": 1})),
    ],
)
def test_every_event_is_read(frame: tuple[str, dict[str, Any]], event: StreamEvent) -> None:
    assert parse_stream_event(*frame) == event
    assert hash(parse_stream_event(*frame)) == hash(event)


def test_every_event_and_delta_of_the_service_model_has_its_own_class() -> None:
    service: Any = botocore.session.get_session().get_service_model("bedrock-runtime")
    events = service.operation_model("ConverseStream").output_shape.members["stream"].members
    known = {name for name, shape in events.items() if not shape.metadata.get("exception")}
    assert known == {
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    }
    deltas = set(events["contentBlockDelta"].members["delta"].members)
    assert deltas == {"text", "toolUse", "toolResult", "reasoningContent", "citation", "image"}
    starts = set(events["contentBlockStart"].members["start"].members)
    assert starts == {"toolUse", "toolResult", "image"}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (("messageStart", {}), "^the stream's messageStart event has no 'role'$"),
        (("messageStart", {"role": 5}), "messageStart event has a 'role' that is no str; got 5$"),
        (("contentBlockDelta", {"delta": {"text": "a"}}), "has no 'contentBlockIndex'$"),
        (("contentBlockDelta", {"contentBlockIndex": 0}), "has no mapping 'delta'; got None$"),
        (delta({"text": 5}), "'text' that is no str; got 5$"),
        (delta({"toolUse": {}}), "contentBlockDelta event has no 'input'$"),
        (delta({"reasoningContent": {"text": 5}}), "a member that is no text"),
        (start({"toolUse": {"name": "f"}}), "contentBlockStart event has no 'toolUseId'$"),
        (("contentBlockStop", {"contentBlockIndex": True}), "that is no int; got True$"),
        (("messageStop", {}), "messageStop event has no 'stopReason'$"),
        (("metadata", {"usage": {"inputTokens": "x"}}), "usage.inputTokens is no count"),
    ],
)
def test_an_event_that_lacks_a_member_is_refused(
    frame: tuple[str, dict[str, Any]], message: str
) -> None:
    with pytest.raises(ResponseError, match=message):
        parse_stream_event(*frame)


def accumulate(frames: Iterable[tuple[str, dict[str, Any]]]) -> ReplyAccumulator:
    accumulator = ReplyAccumulator()
    for frame in frames:
        accumulator.add(parse_stream_event(*frame))
    return accumulator


def reply(*frames: tuple[str, dict[str, Any]]) -> Response:
    return accumulate(frames).response(model_id="m", request_id="r")


def content(*frames: tuple[str, dict[str, Any]]) -> Any:
    return reply(*frames).message.to_converse()["content"]


def test_a_whole_stream_is_the_unstreamed_reply() -> None:
    response = reply(
        ("messageStart", {"role": "assistant"}),
        delta({"reasoningContent": {"text": "be"}}),
        delta({"reasoningContent": {"text": "cause"}}),
        delta({"reasoningContent": {"signature": "sig"}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        delta({"text": "Hel"}, 1),
        delta({"text": "lo"}, 1),
        ("contentBlockStop", {"contentBlockIndex": 1}),
        start({"toolUse": {"toolUseId": "i", "name": "f"}}, 2),
        delta({"toolUse": {"input": '{"a": '}}, 2),
        delta({"toolUse": {"input": "1}"}}, 2),
        ("contentBlockStop", {"contentBlockIndex": 2}),
        ("messageStop", {"stopReason": "tool_use", "additionalModelResponseFields": {"x": 1}}),
        (
            "metadata",
            {"usage": USAGE, "metrics": {"latencyMs": 9}, "serviceTier": {"type": "flex"}},
        ),
    )
    assert response.raw == {
        "output": {
            "message": {
                "role": "assistant",
                "content": [
                    {
                        "reasoningContent": {
                            "reasoningText": {"text": "because", "signature": "sig"}
                        }
                    },
                    {"text": "Hello"},
                    {"toolUse": {"toolUseId": "i", "name": "f", "input": {"a": 1}}},
                ],
            }
        },
        "stopReason": "tool_use",
        "additionalModelResponseFields": {"x": 1},
        "usage": USAGE,
        "metrics": {"latencyMs": 9},
        "serviceTier": {"type": "flex"},
    }
    assert (response.text, response.reasoning_text, response.latency_ms) == ("Hello", "because", 9)


def test_a_reply_can_be_taken_at_any_time() -> None:
    accumulator = accumulate([("messageStart", {"role": "assistant"}), delta({"text": "par"})])
    partial = accumulator.response(model_id="m", request_id=None)
    assert (partial.text, partial.stop_reason, partial.usage) == ("par", None, None)
    assert not accumulator.is_stopped
    accumulator.add(TextDelta(text="tial", index=0))
    accumulator.add(MessageStop(stop_reason="end_turn"))
    assert accumulator.is_stopped
    whole = accumulator.response(model_id="m", request_id=None)
    assert (whole.text, whole.stop_reason) == ("partial", "end_turn")
    assert partial.text == "par"


def test_a_stream_of_nothing_is_an_empty_partial_reply() -> None:
    assert (reply().content, reply().stop_reason) == ((), None)


def test_blocks_stand_in_the_order_of_their_index() -> None:
    assert content(delta({"text": "b"}, 1), delta({"text": "a"}, 0), delta({"text": "c"}, 1)) == [
        {"text": "a"},
        {"text": "bc"},
    ]


def test_a_tool_call_without_input_has_no_arguments() -> None:
    [block] = content(
        start({"toolUse": {"toolUseId": "i", "name": "f"}}), delta({"toolUse": {"input": ""}})
    )
    assert block == {"toolUse": {"toolUseId": "i", "name": "f", "input": {}}}


def test_broken_tool_input_is_kept_and_reported() -> None:
    response = reply(
        start({"toolUse": {"toolUseId": "i", "name": "f"}}),
        delta({"toolUse": {"input": '{"a": "cut o'}}),
        ("messageStop", {"stopReason": "max_tokens"}),
    )
    [call] = response.tool_calls
    assert call.input == '{"a": "cut o'
    assert call.input_error is not None
    assert "Unterminated string" in call.input_error


def test_reasoning_comes_back_with_a_signature_alone_or_encrypted() -> None:
    assert content(delta({"reasoningContent": {"signature": "s"}})) == [
        {"reasoningContent": {"reasoningText": {"text": "", "signature": "s"}}}
    ]
    assert content(
        delta({"reasoningContent": {"redactedContent": "aGk="}}),
        delta({"reasoningContent": {"redactedContent": b"!"}}),
    ) == [{"reasoningContent": {"redactedContent": b"hi!"}}]
    assert content(delta({"reasoningContent": {"redactedContent": "<cut>"}})) == [
        {"reasoningContent": {"redactedContent": "<cut>"}}
    ]


def test_cited_text_is_a_block_of_text_and_citations() -> None:
    citation = {"title": "t", "location": {"web": {"url": "u"}}}
    frames = [delta({"text": "so "}), delta({"text": "it is"}), delta({"citation": citation})]
    assert content(*frames) == [
        {"citationsContent": {"content": [{"text": "so it is"}], "citations": [citation]}}
    ]
    assert reply(*frames).text == "so it is"


def test_results_of_server_tools_and_images_are_joined() -> None:
    assert content(
        start({"toolResult": {"toolUseId": "i", "status": "success"}}),
        delta({"toolResult": [{"text": "a"}]}),
        delta({"toolResult": [{"json": {"b": 1}}]}),
        start({"image": {"format": "png"}}, 1),
        delta({"image": {"source": {"bytes": "aGk="}}}, 1),
        delta({"image": {"source": {"bytes": b"!"}}}, 1),
    ) == [
        {
            "toolResult": {
                "toolUseId": "i",
                "status": "success",
                "content": [{"text": "a"}, {"json": {"b": 1}}],
            }
        },
        {"image": {"format": "png", "source": {"bytes": b"hi!"}}},
    ]


def test_what_is_new_in_a_stream_is_kept() -> None:
    response = reply(
        delta({"novelty": {"a": 1}}),
        delta({"novelty": {"a": 2}}),
        ("extra", {"b": 1}),
        start({"other": {"c": 1}}, 1),
    )
    assert json.loads(json.dumps(response.message.to_converse()["content"])) == [
        {"novelty": {"deltas": [{"a": 1}, {"a": 2}]}},
        {"other": {"c": 1}},
    ]
    assert response.raw["extra"] == {"b": 1}


def test_a_new_event_never_takes_the_place_of_the_message() -> None:
    response = reply(delta({"text": "kept"}), ("output", {"message": {}}))
    assert response.text == "kept"


def test_a_new_kind_of_block_may_begin_with_anything() -> None:
    response = reply(start({"other": 5}, 0), delta({"other": 6}))
    content = json.loads(json.dumps(response.message.to_converse()["content"]))
    assert content == [{"other": {"start": 5, "deltas": [6]}}]


def test_the_roles_of_a_stream_are_those_of_messages() -> None:
    with pytest.raises(ResponseError, match=r"output.message.role: "):
        reply(("messageStart", {"role": "narrator"}))
