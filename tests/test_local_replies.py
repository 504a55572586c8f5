"""What the endpoint answers: deterministic, within limits, and shaped as asked."""

import json
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.local import LocalSettings
from bedrock_llm.local.cuts import cut_text
from bedrock_llm.local.models import ModelDirectory
from bedrock_llm.local.prose import write_text
from bedrock_llm.local.replies import Reply, answer
from bedrock_llm.local.schema_values import build_value
from bedrock_llm.local.streams import list_events

MODEL = ModelDirectory(LocalSettings()).find("us.anthropic.claude-haiku-4-5-20251001-v1:0")
PROMPTS = st.text(min_size=1, max_size=200).filter(str.strip)
SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 3, "maxLength": 12},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 14},
        "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True},
        "when": {"type": "string", "format": "date"},
        "place": {"$ref": "#/$defs/Point"},
        "either": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        "fixed": {"const": 7},
        "step": {"type": "integer", "multipleOf": 5, "minimum": 7},
    },
    "required": [
        "city",
        "unit",
        "days",
        "share",
        "tags",
        "when",
        "place",
        "either",
        "fixed",
        "step",
    ],
    "additionalProperties": False,
    "$defs": {
        "Point": {
            "allOf": [
                {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]},
                {"properties": {"y": {"type": ["number", "null"]}}, "required": ["y"]},
            ]
        }
    },
}
TOOLS = {
    "tools": [
        {
            "toolSpec": {
                "name": "get_weather",
                "description": "Look up the temperature and rainfall of a city",
                "inputSchema": {"json": SCHEMA},
            }
        },
        {"toolSpec": {"name": "sendMail", "inputSchema": {"json": {"type": "object"}}}},
    ]
}


def draw(seed: int) -> Random:
    return Random(seed)  # noqa: S311  a reply, not a secret


def ask(prompt: str, *, seed: int = 0, **members: Any) -> Reply:
    body = {"messages": [{"role": "user", "content": [{"text": prompt}]}], **members}
    return answer(body, MODEL, input_tokens=10, seed=seed)


def read_text(reply: Reply) -> str:
    return "".join(block.get("text", "") for block in reply.content)


@settings(deadline=None, max_examples=60)
@given(prompt=PROMPTS, limit=st.integers(1, 60))
def test_a_reply_keeps_its_limit_and_counts_itself(prompt: str, limit: int) -> None:
    reply = ask(prompt, inferenceConfig={"maxTokens": limit})

    assert reply == ask(prompt, inferenceConfig={"maxTokens": limit})
    assert reply.output_tokens == MODEL.tokenizer.count(read_text(reply)) <= limit
    assert reply.usage["totalTokens"] == 10 + reply.output_tokens
    assert read_text(ask(prompt)).startswith(read_text(reply))


def test_prompts_models_and_seeds_change_the_reply() -> None:
    texts = {read_text(ask(f"Tell me about number {number}")) for number in range(50)}
    texts |= {read_text(ask("Tell me about number 1", seed=seed)) for seed in range(1, 10)}

    assert len(texts) == 59


def test_a_reply_is_made_of_the_words_of_the_prompt() -> None:
    text = read_text(ask("Vergleiche Leuchtturmwärter und Glühwürmchen"))

    assert "Leuchtturmwärter" in text or "Glühwürmchen" in text


def test_a_prompt_may_ask_for_a_number_of_words() -> None:
    text = read_text(ask("Describe the sea in 300 words, with ships and storms and harbours."))

    assert 300 <= len(text.split()) <= 330


def test_a_stop_sequence_ends_the_text_before_it() -> None:
    whole = read_text(ask("Name the ships of the harbour of Trieste"))
    stop = whole.split()[4]
    reply = ask(
        "Name the ships of the harbour of Trieste",
        inferenceConfig={"stopSequences": ["@@", stop]},
        additionalModelResponseFieldPaths=["/stop_sequence", "/other"],
    )

    assert reply.stop_reason == "stop_sequence"
    assert read_text(reply) == whole[: whole.index(stop)]
    assert reply.additional_fields == {"stop_sequence": stop}


def test_a_small_limit_ends_with_max_tokens_and_no_limit_with_end_turn() -> None:
    assert ask("Tell me a story", inferenceConfig={"maxTokens": 3}).stop_reason == "max_tokens"
    assert ask("Tell me a story").stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("prompt", "choice", "expected"),
    [
        ("Please get the weather for me", {"auto": {}}, "get_weather"),
        ("How much rainfall, which temperature?", None, "get_weather"),
        ("Send a mail to Anna", None, "sendMail"),
        ("Tell me a story", {"tool": {"name": "sendMail"}}, "sendMail"),
        ("Tell me a story", None, None),
    ],
)
def test_a_tool_is_called_when_it_is_forced_or_mentioned(
    prompt: str, choice: dict[str, Any] | None, expected: str | None
) -> None:
    config = TOOLS if choice is None else {**TOOLS, "toolChoice": choice}
    reply = ask(prompt, toolConfig=config)
    called = [block["toolUse"]["name"] for block in reply.content if "toolUse" in block]

    assert called == ([] if expected is None else [expected])
    assert reply.stop_reason == ("end_turn" if expected is None else "tool_use")


def test_any_choice_calls_some_tool_and_over_many_prompts_every_tool() -> None:
    config = {**TOOLS, "toolChoice": {"any": {}}}
    called = {ask(f"Do {n}", toolConfig=config).content[0]["toolUse"]["name"] for n in range(30)}

    assert called == {"get_weather", "sendMail"}


def test_a_tool_result_is_answered_with_text() -> None:
    messages = [
        {"role": "user", "content": [{"text": "get weather"}]},
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "t", "name": "get_weather", "input": {}}}],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "t", "content": [{"json": {"sky": "clear"}}]}}
            ],
        },
    ]
    reply = ask("", messages=messages, toolConfig={**TOOLS, "toolChoice": {"any": {}}})

    assert reply.stop_reason == "end_turn"
    assert "sky" in read_text(reply).casefold()


def test_a_tool_call_that_does_not_fit_becomes_a_text_that_is_cut() -> None:
    reply = ask("get weather", toolConfig=TOOLS, inferenceConfig={"maxTokens": 5})

    assert reply.stop_reason == "max_tokens"
    assert reply.output_tokens <= 5


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_built_value_satisfies_its_schema(seed: int) -> None:
    value = build_value(SCHEMA, words=["Trieste", "sea"], draws=draw(seed))

    jsonschema.validate(value, SCHEMA)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {
            "type": "object",
            "properties": {name: {"$ref": "#"} for name in "abcdef"},
            "required": list("abcdef"),
        },
        {"type": "array", "minItems": 10**9, "items": {"type": "array", "minItems": 10**9}},
        {"type": "object", "required": 7, "properties": 3},
        {"type": "integer", "minimum": 1e300, "maximum": -1},
        {"type": "string", "minLength": 10**12},
        {"enum": []},
        {"type": "nonsense", "allOf": [3], "anyOf": [], "$ref": "#/nowhere/at/all"},
        {},
    ],
)
def test_a_hostile_schema_still_gives_a_value(schema: dict[str, Any]) -> None:
    value = build_value(schema, words=["sea"], draws=draw(1))

    assert len(json.dumps(value)) < 1_000_000


def test_structured_output_is_json_of_the_schema() -> None:
    structure = {"jsonSchema": {"schema": json.dumps(SCHEMA)}}
    reply = ask(
        "Anything", outputConfig={"textFormat": {"type": "json_schema", "structure": structure}}
    )

    jsonschema.validate(json.loads(read_text(reply)), SCHEMA)


def test_thinking_gives_a_signed_reasoning_block_first_and_counts_it() -> None:
    fields = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    reply = ask("Why is the sea salty?", additionalModelRequestFields=fields)
    reasoning = reply.content[0]["reasoningContent"]["reasoningText"]

    assert reasoning["text"]
    assert reasoning["signature"]
    assert "text" in reply.content[1]
    assert reply.output_tokens > MODEL.tokenizer.count(read_text(reply))


@settings(deadline=None)
@given(prompt=PROMPTS)
def test_the_deltas_of_a_stream_join_to_the_text(prompt: str) -> None:
    reply = ask(prompt)
    events = list(list_events(reply))
    deltas = [payload["delta"]["text"] for name, payload in events if name == "contentBlockDelta"]

    assert "".join(deltas) == read_text(reply)
    assert len(deltas) >= min(2, len(read_text(reply).split()) // 2)
    assert [name for name, _ in events][-2:] == ["messageStop", "metadata"]


def test_the_input_of_a_streamed_tool_call_joins_to_its_json() -> None:
    reply = ask("get weather", toolConfig=TOOLS)
    events = list(list_events(reply))
    pieces = [
        payload["delta"]["toolUse"]["input"]
        for name, payload in events
        if name == "contentBlockDelta"
    ]

    assert [name for name, _ in events][:2] == ["messageStart", "contentBlockStart"]
    assert json.loads("".join(pieces)) == reply.content[0]["toolUse"]["input"]
    assert len(pieces) > 1


@given(text=st.text(max_size=200), limit=st.integers(0, 40))
def test_a_cut_text_is_a_prefix_within_the_limit(text: str, limit: int) -> None:
    cut = cut_text(text, limit_tokens=limit, stop_sequences=[], count=len)

    assert text.startswith(cut.text)
    assert cut.tokens == len(cut.text) <= limit


@given(prompt=st.text(), seed=st.integers())
def test_prose_has_no_control_characters_and_is_never_empty(prompt: str, seed: int) -> None:
    text = write_text(prompt, draw(seed))

    assert len(text.split()) > 1
    assert all(character.isprintable() or character == "\n" for character in text)
