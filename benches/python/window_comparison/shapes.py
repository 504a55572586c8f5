"""Messages in OpenAI's shape, written as Converse's and as Anthropic's, and read back.

    OpenAI ─► turns: results of one assistant turn in one user turn ─► Converse or Anthropic
           ◄─ one message per result, in order                      ◄─

Both shapes keep the system prompt apart. A user's text that follows results stays a turn of its own
where the conversation had it so. Standard library only: this runs in the peers' environments too.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]
_PNG = "data:image/png;base64,"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one shape writes what a turn holds.

    Attributes:
        text: A block of text.
        image: A block of a PNG, from its bytes in base64.
        call: A block of a tool call: id, name, arguments.
        result: A block of a tool result: id, text.
        read: Gives the kind of a block and what it holds, in the order above.
        system: The system prompt of its texts.
    """

    text: Callable[[str], Any]
    image: Callable[[str], Any]
    call: Callable[[str, str, Any], Any]
    result: Callable[[str, str], Any]
    read: Callable[[Mapping[str, Any]], tuple[str, tuple[Any, ...]]]
    system: Callable[[Sequence[str]], Any]


def read_converse(block: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Read a block of Converse."""
    if "text" in block:
        return "text", (block["text"],)
    if "image" in block:
        return "image", (b64encode(block["image"]["source"]["bytes"]).decode("ascii"),)
    if "toolUse" in block:
        use = block["toolUse"]
        return "call", (use["toolUseId"], use["name"], use["input"])
    result = block["toolResult"]
    return "result", (result["toolUseId"], join_texts(result["content"]))


def read_anthropic(block: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Read a block of Anthropic's Messages API."""
    if block["type"] == "text":
        return "text", (block["text"],)
    if block["type"] == "image":
        return "image", (block["source"]["data"],)
    if block["type"] == "tool_use":
        return "call", (block["id"], block["name"], block["input"])
    content = block["content"]
    text = content if isinstance(content, str) else join_texts(content)
    return "result", (block["tool_use_id"], text)


def join_texts(parts: Sequence[Mapping[str, Any]]) -> str:
    """Join the texts of some blocks."""
    return "\n".join(str(part["text"]) for part in parts if "text" in part)


CONVERSE = Shape(
    text=lambda text: {"text": text},
    image=lambda data: {"image": {"format": "png", "source": {"bytes": b64decode(data)}}},
    call=lambda call_id, name, given: {
        "toolUse": {"toolUseId": call_id, "name": name, "input": given}
    },
    result=lambda call_id, text: {
        "toolResult": {"toolUseId": call_id, "content": [{"text": text}]}
    },
    read=read_converse,
    system=lambda texts: [{"text": text} for text in texts],
)
ANTHROPIC = Shape(
    text=lambda text: {"type": "text", "text": text},
    image=lambda data: {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": data},
    },
    call=lambda call_id, name, given: {
        "type": "tool_use",
        "id": call_id,
        "name": name,
        "input": given,
    },
    result=lambda call_id, text: {
        "type": "tool_result",
        "tool_use_id": call_id,
        "content": text,
    },
    read=read_anthropic,
    system="\n".join,
)


def write_turns(messages: Sequence[Message], shape: Shape) -> list[Message]:
    """Write OpenAI's messages in another shape, without the system prompt."""
    turns: list[Message] = []
    for is_result, group in groupby(messages, key=lambda row: row["role"] == "tool"):
        rows = [row for row in group if row["role"] != "system"]
        if is_result:
            results = [shape.result(row["tool_call_id"], row["content"]) for row in rows]
            turns.append({"role": "user", "content": results})
            continue
        turns += [{"role": row["role"], "content": [*write_blocks(row, shape)]} for row in rows]
    return turns


def write_blocks(message: Message, shape: Shape) -> Iterator[Any]:
    """Write what one message holds."""
    content: Any = message.get("content") or ""
    parts: list[dict[str, Any]] = [{"text": content}] if isinstance(content, str) else content
    for part in parts:
        if "image_url" in part:
            yield shape.image(part["image_url"]["url"].removeprefix(_PNG))
        elif part["text"]:
            yield shape.text(part["text"])
    for call in message.get("tool_calls") or ():
        function = call["function"]
        yield shape.call(call["id"], function["name"], json.loads(function["arguments"]))


def write_system(messages: Sequence[Message], shape: Shape) -> Any:
    """Write the system prompt in another shape."""
    return shape.system([row["content"] for row in messages if row["role"] == "system"])


def read_turns(turns: Sequence[Message], shape: Shape) -> list[Message]:
    """Read another shape's turns as OpenAI's messages."""
    return [message for turn in turns for message in read_turn(turn, shape)]


def read_turn(turn: Message, shape: Shape) -> Iterator[Message]:
    """Read one turn: its results first, then the rest as one message."""
    content = turn["content"]
    blocks = [("text", (content,))] if isinstance(content, str) else [*map(shape.read, content)]
    parts: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    has_results = False
    for kind, held in blocks:
        if kind == "result":
            has_results = True
            yield {"role": "tool", "tool_call_id": held[0], "content": held[1]}
        elif kind == "call":
            function = {"name": held[1], "arguments": json.dumps(held[2])}
            calls.append({"id": held[0], "type": "function", "function": function})
        elif kind == "image":
            parts.append({"type": "image_url", "image_url": {"url": _PNG + held[0]}})
        else:
            parts.append({"type": "text", "text": held[0]})
    if parts or calls or not has_results:
        yield build_message(turn["role"], parts, calls)


def build_message(role: str, parts: list[dict[str, Any]], calls: list[dict[str, Any]]) -> Message:
    """Build OpenAI's message; a single text stands by itself."""
    is_text = len(parts) == 1 and parts[0]["type"] == "text"
    content = parts[0]["text"] if is_text else parts or None
    return {"role": role, "content": content} | ({"tool_calls": calls} if calls else {})
