"""Messages and bodies in OpenAI's and Anthropic's shapes become Converse's, nothing dropped."""

from base64 import b64encode

import pytest

from bedrock_llm.batch.anthropic_body import read_anthropic_body
from bedrock_llm.batch.dialects import to_converse_messages
from bedrock_llm.batch.openai_body import is_openai_body, read_openai_body
from bedrock_llm.errors import InputError
from bedrock_llm.messages import parse_messages
from bedrock_llm.parameters import parse_parameters

PNG = b"\x89PNG-bytes"
DATA_URL = f"data:image/png;base64,{b64encode(PNG).decode()}"
USER = {"role": "user", "content": "Hi"}
OPENAI_TOOL = {
    "type": "function",
    "function": {"name": "look", "description": "Look.", "parameters": {"type": "object"}},
}


def test_openai_tool_calls_and_their_results_become_two_messages() -> None:
    messages, system = to_converse_messages(
        [
            {"role": "developer", "content": "Be brief."},
            USER,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                    {
                        "id": "2",
                        "type": "function",
                        "function": {"name": "f", "arguments": '{"x": 1}'},
                    },
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": "one"},
            {"role": "tool", "tool_call_id": "2", "content": [{"type": "text", "text": "two"}]},
        ]
    )
    assert system == [{"text": "Be brief."}]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[1]["content"] == [
        {"toolUse": {"toolUseId": "1", "name": "f", "input": {}}},
        {"toolUse": {"toolUseId": "2", "name": "f", "input": {"x": 1}}},
    ]
    assert messages[2]["content"] == [
        {"toolResult": {"toolUseId": "1", "content": [{"text": "one"}]}},
        {"toolResult": {"toolUseId": "2", "content": [{"text": "two"}]}},
    ]
    assert len(parse_messages(messages)) == 3


def test_parts_of_both_vendors_become_blocks_that_the_library_takes() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": b64encode(PNG).decode()}
    pdf = {"type": "base64", "media_type": "application/pdf", "data": b64encode(b"%PDF").decode()}
    parts = [
        {"type": "text", "text": "see", "cache_control": {"type": "ephemeral"}},
        {"type": "image_url", "image_url": {"url": DATA_URL, "detail": "low"}},
        {"type": "image", "source": source},
        {"type": "document", "source": pdf, "title": "My_file.pdf"},
    ]
    messages, _ = to_converse_messages([{"role": "user", "content": parts}])
    image = {"image": {"format": "png", "source": {"bytes": PNG}}}
    document = {"format": "pdf", "name": "My-file-pdf", "source": {"bytes": b"%PDF"}}
    assert messages[0]["content"] == [
        {"text": "see"},
        {"cachePoint": {"type": "default"}},
        image,
        image,
        {"document": document},
    ]
    assert len(parse_messages(messages)[0].content) == 5


def test_anthropic_thinking_and_tool_blocks_become_converse_blocks() -> None:
    parts = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
    ]
    result = {"type": "tool_result", "tool_use_id": "t", "content": "no", "is_error": True}
    messages, _ = to_converse_messages(
        [USER, {"role": "assistant", "content": parts}, {"role": "user", "content": [result]}]
    )
    reasoning = {"reasoningText": {"text": "hm", "signature": "s"}}
    assert messages[1]["content"] == [
        {"reasoningContent": reasoning},
        {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}},
    ]
    assert messages[2]["content"] == [
        {"toolResult": {"toolUseId": "t", "content": [{"text": "no"}], "status": "error"}}
    ]


@pytest.mark.parametrize(
    ("messages", "needle"),
    [
        ("Hi", "'messages' must be an array"),
        ([{"role": "robot", "content": "x"}], "role 'robot'"),
        ([USER, {"role": "system", "content": "late"}], "message 2: a system message"),
        ([{"role": "user", "content": [{"type": "video_url"}]}], "'video_url'"),
        ([{"role": "user", "content": "x", "name": "Ann"}], "'name'"),
        (
            [
                {
                    "role": "user",
                    "content": [{"type": "image_url", "image_url": {"url": "http://x"}}],
                }
            ],
            "fetches no URL",
        ),
        (
            [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{"}}],
                }
            ],
            "not JSON",
        ),
        ([{"role": "assistant", "tool_calls": [{"function": {}}]}], "'name' must be text"),
    ],
)
def test_what_converse_has_no_place_for_is_refused(messages: object, needle: str) -> None:
    with pytest.raises(InputError, match=needle):
        to_converse_messages(messages)


def test_openai_tools_choice_and_format_are_parameters_that_the_library_takes() -> None:
    prompt = read_openai_body(
        {
            "messages": [USER],
            "tools": [OPENAI_TOOL],
            "tool_choice": {"type": "function", "function": {"name": "look"}},
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True},
            },
            "reasoning_effort": "low",
            "user": "ann",
            "n": 1,
            "stream": True,
            "frequency_penalty": 0,
        }
    )
    parameters = prompt.parameters
    specification = {
        "name": "look",
        "description": "Look.",
        "inputSchema": {"json": {"type": "object"}},
    }
    assert parameters["tools"] == [{"toolSpec": specification}]
    assert parameters["tool_choice"] == {"tool": {"name": "look"}}
    assert parameters["additional_model_request_fields"] == {"reasoning_effort": "low"}
    assert parameters["request_metadata"] == {"user": "ann"}
    assert set(parameters) == {
        "tools",
        "tool_choice",
        "output_config",
        "additional_model_request_fields",
        "request_metadata",
    }
    parse_parameters(parameters)


@pytest.mark.parametrize(
    ("key", "value"), [("n", 2), ("seed", 1), ("logprobs", True), ("logit_bias", {"1": 2})]
)
def test_an_openai_key_that_asks_for_what_converse_lacks_is_refused(
    key: str, value: object
) -> None:
    with pytest.raises(InputError, match=f"'{key}'"):
        read_openai_body({"messages": [USER], key: value})


def test_tool_choice_none_leaves_the_tools_out() -> None:
    prompt = read_openai_body({"messages": [USER], "tools": [OPENAI_TOOL], "tool_choice": "none"})
    assert prompt.parameters == {}


def test_an_unknown_openai_key_is_left_for_the_parameters_to_refuse() -> None:
    assert read_openai_body({"messages": [USER], "max_tokns": 5}).parameters == {"max_tokns": 5}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"messages": [USER], "max_completion_tokens": 1}, True),
        ({"messages": [{"role": "tool", "tool_call_id": "1", "content": "x"}]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, True),
        ({"messages": [USER], "tools": [OPENAI_TOOL]}, True),
        ({"messages": [USER], "max_tokens": 1, "temperature": 0}, False),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, False),
    ],
)
def test_openai_bodies_are_told_from_converse_ones(body: dict[str, object], expected: bool) -> None:  # noqa: FBT001  a table of expectations
    assert is_openai_body(body) is expected


def test_an_anthropic_body_keeps_tools_thinking_and_beta() -> None:
    prompt = read_anthropic_body(
        {
            "anthropic_version": "bedrock-2023-05-31",
            "anthropic_beta": ["b"],
            "max_tokens": 9,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "messages": [USER],
            "tools": [{"name": "f", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "any"},
        }
    )
    assert prompt.parameters == {
        "max_tokens": 9,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}],
        "tool_choice": {"any": {}},
        "additional_model_request_fields": {"anthropic_beta": ["b"]},
    }
    parse_parameters(prompt.parameters)
