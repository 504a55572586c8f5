"""The rules of a conversation that no service model writes down.

    body ──each rule in order──► nothing, or the first `ValidationException`

Bedrock checks these after the shapes and before the model. Each rule is a function from the body
to the messages of what it finds; the rows at the end are their order. Wording and rules are as
users quote Bedrock; the threads are named at each rule (all read 2026-11-22).

What is deliberately not a rule: that roles alternate. Bedrock refused that in 2024
(https://github.com/langchain-ai/langchain-aws/issues/130); calls recorded in 2025 and 2026 with
two user messages in a row were answered, so here such messages make one turn.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, TypeAlias

from bedrock_llm.local.refusals import refuse_invalid

Body: TypeAlias = Mapping[str, Any]
"""A checked Converse body: members and types are those of the service model."""

_MOST_CACHE_POINTS = 4
_DOCUMENT_NAME = re.compile(r"[\w\-()\[\]]+(?: [\w\-()\[\]]+)*", re.ASCII)


def check_conversation(body: Body) -> None:
    """Refuse a conversation that Bedrock refuses.

    Args:
        body: A body that has passed the service model.

    Raises:
        ServiceError: A `ValidationException` that says where and what.
    """
    for rule in _RULES:
        for message in rule(body):
            raise refuse_invalid(message)


def _check_start(body: Body) -> Iterator[str]:
    """Source: https://github.com/langgenius/dify/issues/12340."""
    roles = [message["role"] for message in body.get("messages", ())]
    spoken = [role for role in roles if role != "system"]
    if not spoken or spoken[0] != "user":
        yield (
            "A conversation must start with a user message. Try again with a conversation that "
            "starts with a user message."
        )


def _check_empty(body: Body) -> Iterator[str]:
    """Source: https://github.com/anthropics/claude-code/issues/13709."""
    for index, message in enumerate(body["messages"]):
        if not message["content"]:
            yield (
                f"The content field in the Message object at messages.{index} is empty. Add a "
                "ContentBlock object to the content field and try again."
            )


def _check_blank(body: Body) -> Iterator[str]:
    """Source: https://github.com/aws-samples/bedrock-engineer/issues/8."""
    for place, block in _walk_blocks(body):
        text = block.get("text")
        if text is not None and not text.strip():
            yield (
                f"The text field in the ContentBlock object at {place} is blank. Add text to the "
                "text field, and try again."
            )
    for index, block in enumerate(body.get("system", ())):
        if not block.get("text", "text").strip():
            yield (
                f"The text field in the SystemContentBlock object at system.{index} is blank. "
                "Add text to the text field, and try again."
            )


def _check_tool_roles(body: Body) -> Iterator[str]:
    for place, block in _walk_blocks(body, roles=("user", "system")):
        if "toolUse" in block:
            yield f"The toolUse block at {place} must be in a message of the assistant role."
    for place, block in _walk_blocks(body, roles=("assistant", "system")):
        result = block.get("toolResult")
        if result is not None and "type" not in result:
            yield f"The toolResult block at {place} must be in a message of the user role."


def _check_tool_inputs(body: Body) -> Iterator[str]:
    for place, block in _walk_blocks(body):
        if not isinstance(block.get("toolUse", {}).get("input", {}), dict):
            yield (
                f"The format of the value at {place}.toolUse.input is invalid. Provide a json "
                "object for the field and try again."
            )


def _check_tool_config(body: Body) -> Iterator[str]:
    """Source: https://github.com/langgenius/dify/issues/16421."""
    if "toolConfig" in body:
        return
    for _place, block in _walk_blocks(body):
        if "toolUse" in block or "toolResult" in block:
            yield (
                "The toolConfig field must be defined when using toolUse and toolResult content "
                "blocks."
            )


def _check_tool_pairs(body: Body) -> Iterator[str]:
    """Source: https://github.com/OpenHands/OpenHands/issues/4912 and pydantic-ai#2327."""
    turns = _join_turns(body["messages"])
    for before, turn in pairwise([_Turn(), *turns, _Turn(index=len(body["messages"]))]):
        place = f"messages.{turn.index}.content"
        if len(turn.results) > len(before.uses):
            yield (
                f"The number of toolResult blocks at {place} exceeds the number of toolUse blocks "
                "of previous turn."
            )
        missing = [name for name in before.uses if name not in turn.results]
        if missing:
            listed = ", ".join(missing)
            yield f"Expected toolResult blocks at {place} for the following Ids: {listed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """Hold the tool ids of messages of one role in a row."""

    index: int = 0
    uses: Sequence[str] = ()
    results: Sequence[str] = ()


def _join_turns(messages: Sequence[Body]) -> list[_Turn]:
    turns: list[_Turn] = []
    spoken = [pair for pair in enumerate(messages) if pair[1]["role"] != "system"]
    for _role, group in groupby(spoken, key=lambda pair: pair[1]["role"]):
        numbered = list(group)
        blocks = [block for _index, message in numbered for block in message["content"]]
        turns.append(
            _Turn(
                index=numbered[0][0],
                uses=_list_ids(blocks, "toolUse"),
                results=_list_ids(blocks, "toolResult"),
            )
        )
    return turns


def _list_ids(blocks: Sequence[Body], kind: str) -> list[str]:
    """List the tool ids that need a partner: the server's own tools have `type` and need none."""
    held = [block[kind] for block in blocks if kind in block]
    return [tool["toolUseId"] for tool in held if "type" not in tool]


def _check_tools(body: Body) -> Iterator[str]:
    config = body.get("toolConfig", {})
    specs = [
        (index, tool["toolSpec"])
        for index, tool in enumerate(config.get("tools", ()))
        if "toolSpec" in tool
    ]
    for index, spec in specs:
        schema = spec["inputSchema"].get("json")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            yield (
                f"The value at toolConfig.tools.{index}.toolSpec.inputSchema.json.type must be "
                "one of the following: object."
            )
    names = [spec["name"] for _index, spec in specs]
    if len(set(names)) < len(names):
        yield "The tool names in toolConfig.tools must be unique."
    chosen = config.get("toolChoice", {}).get("tool", {}).get("name")
    if chosen is not None and chosen not in names:
        yield f"The tool {chosen!r} in toolConfig.toolChoice is not in toolConfig.tools."


def _check_cache_points(body: Body) -> Iterator[str]:
    """Source: https://github.com/twentyhq/twenty/issues/26217."""
    blocks = [block for _place, block in _walk_blocks(body)]
    blocks += [*body.get("system", ()), *body.get("toolConfig", {}).get("tools", ())]
    count = sum("cachePoint" in block for block in blocks)
    if count > _MOST_CACHE_POINTS:
        yield (
            f"You can only specify up to {_MOST_CACHE_POINTS} cachePoint blocks in a request; "
            f"found {count}."
        )


def _check_documents(body: Body) -> Iterator[str]:
    for _place, block in _walk_blocks(body):
        name = block.get("document", {}).get("name", "name")
        if _DOCUMENT_NAME.fullmatch(name) is None:
            yield (
                "The document file name can only contain alphanumeric characters, whitespace "
                "characters, hyphens, parentheses, and square brackets. The name can't contain "
                "more than one consecutive whitespace character."
            )


def _check_output_schema(body: Body) -> Iterator[str]:
    structure = body.get("outputConfig", {}).get("textFormat", {}).get("structure", {})
    text = structure.get("jsonSchema", {}).get("schema")
    if text is None:
        return
    try:
        schema = json.loads(text)
    except ValueError:
        schema = None
    if not isinstance(schema, dict):
        yield (
            "The value at outputConfig.textFormat.structure.jsonSchema.schema must be a JSON "
            "object in a string."
        )


def _walk_blocks(
    body: Body, *, roles: Sequence[str] = ("user", "assistant", "system")
) -> Iterator[tuple[str, Body]]:
    for number, message in enumerate(body["messages"]):
        if message["role"] in roles:
            for index, block in enumerate(message["content"]):
                yield f"messages.{number}.content.{index}", block


_RULES: tuple[Callable[[Body], Iterator[str]], ...] = (
    _check_start,
    _check_empty,
    _check_blank,
    _check_tool_roles,
    _check_tool_inputs,
    _check_tool_config,
    _check_tool_pairs,
    _check_tools,
    _check_cache_points,
    _check_documents,
    _check_output_schema,
)
