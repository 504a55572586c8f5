"""The rules of a conversation, each broken once, and recorded calls that keep them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bedrock_llm.errors import ServiceError
from bedrock_llm.local.bodies import read_converse
from bedrock_llm.local.conversation import check_conversation
from bedrock_llm.local.routes import Route

RECORDINGS = Path(
    os.environ.get("BEDROCK_LLM_RECORDINGS", Path(__file__).parents[2] / "shared" / "recordings")
)
USE = {"toolUse": {"toolUseId": "t1", "name": "clock", "input": {}}}
RESULT = {"toolResult": {"toolUseId": "t1", "content": [{"text": "noon"}]}}
SPEC = {"name": "clock", "inputSchema": {"json": {"type": "object"}}}
TOOLS = {"toolConfig": {"tools": [{"toolSpec": SPEC}]}}
POINT = {"cachePoint": {"type": "default"}}


def say(role: str, *blocks: dict[str, Any] | str) -> dict[str, Any]:
    content = [{"text": block} if isinstance(block, str) else block for block in blocks]
    return {"role": role, "content": content}


def talk(*messages: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"messages": list(messages), **members}


ACCEPTED = [
    talk(say("user", "Hi")),
    talk(say("user", "Hi"), say("user", "Are you there?")),
    talk(say("user", "Hi"), say("assistant", "Hello, I")),
    talk(say("system", "Be kind"), say("user", "Hi")),
    talk(say("user", "Time?"), say("assistant", "Let me see", USE), say("user", RESULT), **TOOLS),
    talk(say("user", "Hi", POINT, POINT), system=[{"text": "a"}, POINT, POINT]),
    talk(say("user", "Read", {"document": {"name": "My file (2) [a]-b"}})),
]

REFUSED = [
    (talk(), "must start with a user message"),
    ({}, "must start with a user message"),
    (talk(say("assistant", "Hi")), "must start with a user message"),
    (talk(say("user")), "content field in the Message object at messages.0 is empty"),
    (talk(say("user", " \n")), r"text field .* at messages.0.content.0 is blank"),
    (talk(say("user", "Hi"), system=[{"text": " "}]), r"at system.0 is blank"),
    (talk(say("user", "Hi", USE), **TOOLS), "toolUse block at messages.0.content.1"),
    (talk(say("user", "Hi"), say("assistant", RESULT), **TOOLS), "toolResult block at messages.1"),
    (talk(say("user", "Time?"), say("assistant", USE), say("user", RESULT)), "toolConfig field"),
    (
        talk(say("user", "Time?"), say("assistant", USE), say("user", "Well?"), **TOOLS),
        "Expected toolResult blocks at messages.2.content for the following Ids: t1",
    ),
    (
        talk(say("user", "Time?"), say("assistant", USE), **TOOLS),
        "Expected toolResult blocks at messages.2.content for the following Ids: t1",
    ),
    (
        talk(say("user", RESULT), **TOOLS),
        "toolResult blocks at messages.0.content exceeds the number of toolUse blocks",
    ),
    (
        talk(
            say("user", "Time?"),
            say("assistant", {"toolUse": {"toolUseId": "t", "name": "a", "input": "x"}}),
            **TOOLS,
        ),
        r"messages.1.content.0.toolUse.input is invalid",
    ),
    (
        talk(say("user", "Hi"), toolConfig={"tools": [{"toolSpec": SPEC}] * 2}),
        "must be unique",
    ),
    (
        talk(
            say("user", "Hi"),
            toolConfig={**TOOLS["toolConfig"], "toolChoice": {"tool": {"name": "b"}}},
        ),
        "'b' in toolConfig.toolChoice",
    ),
    (
        talk(
            say("user", "Hi"),
            toolConfig={"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": {}}}}]},
        ),
        "tools.0.toolSpec.inputSchema.json.type must be",
    ),
    (talk(say("user", "Hi", *[POINT] * 5)), "up to 4 cachePoint blocks in a request; found 5"),
    (talk(say("user", "Hi", {"document": {"name": "a.pdf"}})), "document file name"),
    (talk(say("user", "Hi", {"document": {"name": "a  b"}})), "document file name"),
    (
        talk(
            say("user", "Hi"),
            outputConfig={"textFormat": {"structure": {"jsonSchema": {"schema": "no json"}}}},
        ),
        "must be a JSON object in a string",
    ),
]


@pytest.mark.parametrize("body", ACCEPTED)
def test_a_whole_conversation_is_accepted(body: dict[str, Any]) -> None:
    check_conversation(body)


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_a_broken_conversation_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceError, match=message) as caught:
        check_conversation(body)

    assert (caught.value.code, caught.value.status_code) == ("ValidationException", 400)


def list_recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(RECORDINGS.glob("bedrock_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            call = json.loads(line)
            if call["op"].startswith("converse") and call["request"].get("messages"):
                yield call["model"], call["request"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings in {RECORDINGS}")
def test_every_recorded_conversation_that_bedrock_answered_is_accepted() -> None:
    refused = []
    for model, request in list_recorded():
        try:
            read_converse(
                json.dumps(request).encode(), Route(operation="ConverseStream", model_id=model)
            )
        except ServiceError as error:
            if (
                "base64" not in error.message and "converse-mock" not in model
            ):  # elided in the recording
                refused.append((model, error.message))

    assert refused == []
