"""Render a conversation with openai-harmony, the vendor's own renderer for gpt-oss.

    Converse body ─► harmony messages ─► openai-harmony ─► ids ─► text

The renderer leaves to its caller which thoughts are shown: here those with calls that no final
message follows, as https://cookbook.openai.com/articles/openai-harmony asks (2026-11-22). It reads
OpenAI's rank file from the folder `TIKTOKEN_ENCODINGS_BASE` names, else from a cache, else from the
network.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from openai_harmony import (
    Author,
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    HarmonyEncodingName,
    Message,
    RenderConversationConfig,
    Role,
    SystemContent,
    ToolDescription,
    load_harmony_encoding,
)

DAY: Final = "2025-06-28"
"""The day that prompts tell."""
_END: Final = "<|end|>"


@lru_cache
def open_encoding() -> HarmonyEncoding:
    """Open the vendor's encoding.

    Raises:
        openai_harmony.HarmonyError: OpenAI's rank file is nowhere to be had.
    """
    return load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)


def render_harmony(body: Mapping[str, Any]) -> tuple[str, list[int]]:
    """Render a Converse body: the vendor's prompt and its ids."""
    encoding = open_encoding()
    messages = list(_messages_of(body))
    last = body["messages"][-1]
    is_open = last["role"] == "assistant" and not _insides(last["content"], "toolUse")
    conversation = Conversation.from_messages(messages)
    config = RenderConversationConfig(auto_drop_analysis=False)
    if is_open:
        ids = encoding.render_conversation(conversation, config)
        end = encoding.encode(_END, allowed_special="all")
        ids = ids[: -len(end)]
    else:
        ids = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT, config)
    return encoding.decode_utf8(ids), list(ids)


def _messages_of(body: Mapping[str, Any]) -> Iterator[Message]:
    system = SystemContent.new().with_conversation_start_date(DAY)
    yield Message.from_role_and_content(Role.SYSTEM, system)
    developer = DeveloperContent.new()
    text = "".join(block["text"] for block in body.get("system", []))
    if text:
        developer = developer.with_instructions(text)
    tools = [_tool(row["toolSpec"]) for row in body.get("toolConfig", {}).get("tools", [])]
    if tools:
        developer = developer.with_function_tools(tools)
    if text or tools:
        yield Message.from_role_and_content(Role.DEVELOPER, developer)
    rows: Sequence[Mapping[str, Any]] = body["messages"]
    finals = [
        number
        for number, row in enumerate(rows)
        if row["role"] == "assistant" and not _insides(row["content"], "toolUse")
    ]
    names: dict[str, str] = {}
    for number, row in enumerate(rows):
        if row["role"] == "assistant":
            is_running = not finals or number > finals[-1]
            yield from _assistant(row["content"], names, is_running=is_running)
        else:
            yield from _user(row["content"], names)


def _assistant(
    blocks: Sequence[Mapping[str, Any]], names: dict[str, str], *, is_running: bool
) -> Iterator[Message]:
    text = "".join(block["text"] for block in blocks if "text" in block)
    thoughts = "".join(
        inside["reasoningText"]["text"] for inside in _insides(blocks, "reasoningContent")
    )
    calls = _insides(blocks, "toolUse")
    if not calls:
        yield Message.from_role_and_content(Role.ASSISTANT, text).with_channel("final")
        return
    if thoughts and is_running:
        yield Message.from_role_and_content(Role.ASSISTANT, thoughts).with_channel("analysis")
    if text:
        yield Message.from_role_and_content(Role.ASSISTANT, text).with_channel("commentary")
    for call in calls:
        names[call["toolUseId"]] = call["name"]
        message = Message.from_role_and_content(
            Role.ASSISTANT, json.dumps(call["input"], ensure_ascii=False, separators=(",", ":"))
        )
        recipient = f"functions.{call['name']}"
        yield (
            message.with_channel("commentary").with_recipient(recipient).with_content_type("json")
        )


def _user(blocks: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Message]:
    for result in _insides(blocks, "toolResult"):
        text = "".join(
            row["text"] if "text" in row else json.dumps(row["json"], ensure_ascii=False)
            for row in result["content"]
        )
        author = Author.new(Role.TOOL, f"functions.{names[result['toolUseId']]}")
        message = Message.from_author_and_content(author, text)
        yield message.with_channel("commentary").with_recipient("assistant")
    text = "".join(block["text"] for block in blocks if "text" in block)
    if text:
        yield Message.from_role_and_content(Role.USER, text)


def _insides(blocks: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    return [block[key] for block in blocks if key in block]


def _tool(spec: Mapping[str, Any]) -> ToolDescription:
    schema = spec["inputSchema"]["json"]
    return ToolDescription.new(spec["name"], spec["description"], parameters=schema)
