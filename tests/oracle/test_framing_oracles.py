"""Templates beside the vendors' own packages: mistral-common and llama-models."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bedrock_llm.context import count_request
from bedrock_llm.requests import Request

TOOLS = [
    {
        "name": "get_weather",
        "description": "Get current weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
    {
        "name": "add",
        "description": "Add numbers",
        "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
    },
]
ASKED = [("user", "Hello there, friend.")]
TALK = [*ASKED, ("assistant", "Hi! How are you?"), ("user", "Fine,\nthanks <s>.")]
CASES = {
    "one turn": (ASKED, "", []),
    "system": (ASKED, "You are terse.", []),
    "three turns": (TALK, "", []),
    "three turns with system": (TALK, "You are terse.", []),
    "one tool": (ASKED, "", TOOLS[:1]),
    "two tools": (TALK, "You are terse.", TOOLS),
}


def count(model_id: str, turns: list, system: str, tools: list) -> int:
    body: dict = {"messages": [{"role": r, "content": [{"text": t}]} for r, t in turns]}
    if system:
        body["system"] = [{"text": system}]
    if tools:
        specs = [
            {
                "toolSpec": {
                    "name": tool["name"],
                    "description": tool["description"],
                    "inputSchema": {"json": tool["parameters"]},
                }
            }
            for tool in tools
        ]
        body["toolConfig"] = {"tools": specs}
    return count_request(Request.from_converse(body, model_id=model_id)).tokens


def mistral_count(tokenizer, turns: list, system: str, tools: list) -> int:
    instruct = pytest.importorskip("mistral_common.protocol.instruct.messages")
    requests = pytest.importorskip("mistral_common.protocol.instruct.request")
    calls = pytest.importorskip("mistral_common.protocol.instruct.tool_calls")
    classes = {"user": instruct.UserMessage, "assistant": instruct.AssistantMessage}
    messages = [instruct.SystemMessage(content=system)] if system else []
    messages += [classes[role](content=text) for role, text in turns]
    declared = [calls.Tool(function=calls.Function(**tool)) for tool in tools] or None
    request = requests.ChatCompletionRequest(messages=messages, tools=declared, model="any")
    return len(tokenizer.encode_chat_completion(request).tokens)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("version", "model_id", "extra"),
    [
        ("v3", "mistral.mistral-large-2407-v1:0", 0),
        ("v7", "mistral.pixtral-large-2502-v1:0", 0),
        ("v1", "mistral.mistral-7b-instruct-v0:2", 1),  # Bedrock's own, recorded twice
    ],
)
def test_a_request_counts_as_mistral_common_renders_it(version, model_id, extra, case):
    module = pytest.importorskip("mistral_common.tokens.tokenizers.mistral")
    tokenizer = getattr(module.MistralTokenizer, version)()
    turns, system, tools = CASES[case]
    if version == "v1" and tools:
        pytest.skip("the first version has no tools")
    expected = mistral_count(tokenizer, turns, system, tools)
    assert count(model_id, turns, system, tools) == expected + extra


@pytest.fixture(scope="module")
def llama_format() -> Callable[[list, str], int]:
    tokenizers = pytest.importorskip("llama_models.llama3.tokenizer")
    formats = pytest.importorskip("llama_models.llama3.chat_format")
    datatypes = pytest.importorskip("llama_models.datatypes")
    path = Path(tokenizers.__file__).parent / "tokenizer.model"
    chat = formats.ChatFormat(tokenizers.Tokenizer(path))

    def encode(turns: list, system: str) -> int:
        messages = [datatypes.RawMessage(role="system", content=system)] if system else []
        for role, text in turns:
            more = {"stop_reason": datatypes.StopReason.end_of_turn} if role == "assistant" else {}
            messages.append(datatypes.RawMessage(role=role, content=text, **more))
        return len(chat.encode_dialog_prompt(messages).tokens)

    return encode


@pytest.mark.parametrize("turns", [ASKED, TALK])
def test_a_request_counts_as_llama_models_renders_it(llama_format, turns):
    date = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
    expected = llama_format(turns, date + "You are terse.")
    assert count("meta.llama3-3-70b-instruct-v1:0", turns, "You are terse.", []) == expected
    bedrocks_own = 4  # recorded twice
    expected = llama_format(turns, "") + bedrocks_own
    assert count("meta.llama3-8b-instruct-v1:0", turns, "", []) == expected
