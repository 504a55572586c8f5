"""Decide whether a reply calls a tool, and which.

    body ──choose_tool──► the tool's specification, or None for a plain text

A model decides by understanding; this decides by rule, so that a test can say what will happen:

1. a turn that answers a tool call gets text, or a loop around the endpoint would never end;
2. `toolChoice` `tool` calls that tool, `any` one drawn from all;
3. otherwise a tool is called when the last user turn names it (every word of its name, `_`, `-` and
   camelCase apart) or uses two of the longer words of its description.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, TypeAlias

from bedrock_llm.local.conversation import Body

Specification: TypeAlias = Mapping[str, Any]
"""A `toolSpec` of the service model."""

_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_WORDS = re.compile(r"\w+")
_TELLING_CHARACTERS = 5
_TELLING_WORDS = 2


def choose_tool(body: Body, prompt: str, draws: Random) -> Specification | None:
    """Choose the tool to call.

    Args:
        body: A checked Converse body.
        prompt: The text of the last user turn.
        draws: The generator that decides where several tools would do.

    Returns:
        The `toolSpec`, or None where the reply is text.
    """
    config = body.get("toolConfig", {})
    specs: list[Specification] = [
        tool["toolSpec"] for tool in config.get("tools", ()) if "toolSpec" in tool
    ]
    if not specs or _answers_tool(body):
        return None
    choice = config.get("toolChoice", {})
    if "tool" in choice:
        return next(spec for spec in specs if spec["name"] == choice["tool"]["name"])
    if "any" in choice:
        return draws.choice(specs)
    return _find_mentioned(specs, prompt)


def _answers_tool(body: Body) -> bool:
    return any("toolResult" in block for block in body["messages"][-1]["content"])


def _find_mentioned(specs: Sequence[Specification], prompt: str) -> Specification | None:
    said = {word.casefold() for word in _WORDS.findall(prompt)}
    return next((spec for spec in specs if _is_mentioned(spec, said)), None)


def _is_mentioned(spec: Specification, said: set[str]) -> bool:
    name = spec["name"]
    parts = {part.casefold() for part in _NAME_PARTS.findall(name)}
    if name.casefold() in said or (parts and parts <= said):
        return True
    described = {word.casefold() for word in _WORDS.findall(spec.get("description", ""))}
    telling = {word for word in described if len(word) >= _TELLING_CHARACTERS}
    return len(telling & said) >= _TELLING_WORDS
