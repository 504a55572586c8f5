"""Responses: what is read from a reply, what is kept though unknown, what is refused."""

import json
from typing import Any

import pytest

from bedrock_llm.errors import ResponseError
from bedrock_llm.messages import TextBlock, ToolUseBlock, UnknownBlock
from bedrock_llm.responses import (
    Response,
    StopReason,
    ToolCall,
    Usage,
    parse_converse_reply,
    parse_partial_reply,
    parse_tool_input,
    parse_usage,
)

USAGE = {"inputTokens": 3, "outputTokens": 4, "totalTokens": 17, "cacheReadInputTokens": 10}


def body_of(*content: Any, **members: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": list(content)}
    whole = {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE}
    return whole | {"metrics": {"latencyMs": 12}} | members


def parse(body: Any) -> Response:
    return parse_converse_reply(body, model_id="m", request_id="r")


def test_a_reply_is_read_into_values() -> None:
    body = body_of(
        {"text": "a"}, {"reasoningContent": {"reasoningText": {"text": "why"}}}, {"text": "b"}
    )
    response = parse(body)
    assert response.text == "ab"
    assert response.reasoning_text == "why"
    assert response.content[0] == TextBlock(text="a")
    assert response.usage == Usage(
        input_tokens=3, output_tokens=4, total_tokens=17, cache_read_input_tokens=10
    )
    assert response.usage is not None
    assert response.usage.cache_write_input_tokens is None
    assert response.stop_reason == StopReason.END_TURN
    assert (response.model_id, response.request_id, response.latency_ms) == ("m", "r", 12)
    assert response.raw is body
    assert response == parse(body)
    assert hash(response) == hash(parse(body))


def test_tool_calls_are_those_the_caller_shall_answer() -> None:
    def call(name: str, given: Any, **more: str) -> dict[str, Any]:
        return {"toolUse": {"toolUseId": name, "name": name, "input": given, **more}}

    response = parse(
        body_of(
            call("a", {"x": 1}),
            call("searched", {}, type="server_tool_use"),
            call("b", '{"y": 2}', type="tool_use"),
            call("c", '{"y": '),
        )
    )
    assert response.tool_calls[:2] == (
        ToolCall(id="a", name="a", input={"x": 1}),
        ToolCall(id="b", name="b", input={"y": 2}),
    )
    broken = response.tool_calls[2]
    assert broken.input == '{"y": '
    assert broken.input_error is not None
    assert "line 1 column 7" in broken.input_error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ({}, None)),
        (" \n", ({}, None)),
        ('{"a": [1]}', ({"a": [1]}, None)),
        ("[1]", ("[1]", "is no JSON object")),
        ('{"a": NaN}', ('{"a": NaN}', "NaN is no JSON")),
    ],
)
def test_tool_input_is_an_object_or_stays_the_text_it_was(
    text: str, expected: tuple[Any, str | None]
) -> None:
    assert parse_tool_input(text) == expected


def test_tool_input_nested_without_end_is_reported_not_raised() -> None:
    text = '{"a":' * 100_000
    given, error = parse_tool_input(text)
    assert given == text
    assert error


def test_what_is_new_in_a_reply_is_kept_and_given_back() -> None:
    content = [
        {"novelty": {"a": 1}},
        {"toolUse": {"toolUseId": "a b", "name": "two words", "input": {}, "type": "tool_use"}},
        {"toolUse": {"toolUseId": "a", "name": "f", "input": {}, "caller": {"type": "direct"}}},
        {"toolResult": {"toolUseId": "a", "content": [{"weird": 1}]}},
        {"reasoningContent": {}},
        {"SDK_UNKNOWN_MEMBER": {"name": "novelty"}},
    ]
    response = parse(body_of(*content, news=1))
    assert response.message.to_converse()["content"] == content
    assert isinstance(response.content[0], UnknownBlock)
    assert isinstance(response.content[1], ToolUseBlock)
    assert [call.name for call in response.tool_calls] == ["two words", "f"]
    assert response.raw["news"] == 1
    assert json.dumps(response.message.to_converse()["content"])


def test_an_empty_reply_and_a_new_stop_reason_are_replies() -> None:
    response = parse(body_of(stopReason="tired"))
    assert response.text == ""
    assert response.content == ()
    assert response.stop_reason == "tired"


def test_missing_usage_and_metrics_are_none_and_never_zero() -> None:
    body = body_of({"text": "a"})
    del body["usage"], body["metrics"]
    response = parse(body)
    assert response.usage is None
    assert response.latency_ms is None
    assert parse_usage({"outputTokens": 2}) == Usage(output_tokens=2)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, r"^the reply of m has no 'output'; it has the keys none$"),
        (
            {"output": {}, "stopReason": "x"},
            r"has no 'output.message'; it has the keys 'output', 'stopR",
        ),
        (body_of({"text": "a"}) | {"stopReason": None}, r"has no 'stopReason'"),
        (body_of() | {"stopReason": 5}, r"has a 'stopReason' that is no text"),
        ({"output": {"message": {"content": []}}}, r"malformed: output.message: key 'role' is mi"),
        (
            {"output": {"message": {"role": "assistant"}}},
            r"output.message: key 'content' is missing",
        ),
        ({"output": {"message": {"role": "r", "content": []}}}, r"output.message.role: "),
        (body_of(5), r"output.message.content\[0\]: must be a mapping with one key; got 5"),
        (body_of(usage={"inputTokens": -1}), r"usage.inputTokens is no count of tokens; got -1$"),
        (body_of(usage={"inputTokens": "3"}), r"usage.inputTokens is no count of tokens; got '3'$"),
        (body_of(usage=[]), r"usage is no mapping; got \[\]$"),
    ],
)
def test_a_reply_that_cannot_be_read_says_what_is_missing(body: Any, message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        parse(body)


def test_the_error_of_a_reply_carries_its_ids() -> None:
    with pytest.raises(ResponseError) as caught:
        parse({})
    assert (caught.value.model_id, caught.value.request_id) == ("m", "r")


def test_a_partial_reply_may_lack_its_end() -> None:
    body = {"output": {"message": {"role": "assistant", "content": [{"text": "a"}]}}}
    response = parse_partial_reply(body, model_id="m", request_id=None)
    assert (response.text, response.stop_reason, response.usage) == ("a", None, None)
