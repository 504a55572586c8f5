"""The shapes a conversation may come in: one row each, read into turns and written back.

    shape      a message                                     tool call         tool result
    message    our `Message`                                 as Converse       as Converse
    converse   {"role", "content": [{"text": ...}]}          {"toolUse"}       {"toolResult"}
    anthropic  {"role", "content": [{"type": "text", ...}]}  type tool_use     type tool_result
    openai     {"role", "content", "tool_calls"}             `tool_calls`      role "tool"

Text alone (`{"role": "user", "content": "hi"}`) is the same in every shape and stays text. A shape
is told by the first message that says it; a conversation has one shape.

Sources: botocore's model of bedrock-runtime 2023-09-30 in 1.44.5; Anthropic messages,
https://docs.anthropic.com/en/api/messages ; OpenAI chat messages,
https://platform.openai.com/docs/api-reference/chat/create (read 2026-11-22).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from bedrock_llm.errors import MessageError
from bedrock_llm.messages import Message
from bedrock_llm.window import anthropic_shape, converse_shape, openai_shape
from bedrock_llm.window.turns import Turn

_ROLES: Final = ("user", "assistant", "system", "developer", "tool")
_TYPED: Final = "typed text, as in Anthropic's and OpenAI's shape"
_OPENAI_PARTS: Final = frozenset({"image_url", "input_audio", "file", "refusal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How messages of one shape are read and written.

    Attributes:
        name: Its name in the table above.
        read: Turns of mappings with the messages they were read from.
        write: The messages of a turn that a rule changed.
    """

    name: str
    read: Callable[[Sequence[Mapping[str, object]]], list[Turn]]
    write: Callable[[Turn], list[Mapping[str, object]]]


def _write_messages(turn: Turn) -> list[Mapping[str, object]]:
    # A Message is no mapping; the caller of `write_turns` gives back what stands here.
    return cast(
        "list[Mapping[str, object]]",
        [Message.from_converse(body) for body in converse_shape.write(turn)],
    )


SHAPES: Final = {
    shape.name: shape
    for shape in (
        Shape(name="message", read=converse_shape.read, write=_write_messages),
        Shape(name="converse", read=converse_shape.read, write=converse_shape.write),
        Shape(name="anthropic", read=anthropic_shape.read, write=anthropic_shape.write),
        Shape(name="openai", read=openai_shape.read, write=openai_shape.write),
    )
}
"""Every shape by its name."""


def find_shape(messages: Sequence[object]) -> Shape:
    """Tell which shape a conversation has; text alone reads as Converse.

    Raises:
        MessageError: A message is neither ours nor a mapping with a known role.
    """
    names = [_tell(message, number) for number, message in enumerate(messages)]
    sure = next((name for name in names if name in SHAPES), "")
    return SHAPES[sure or ("anthropic" if _TYPED in names else "converse")]


def read_turns(shape: Shape, messages: Sequence[object]) -> list[Turn]:
    """Read messages into turns.

    Raises:
        MessageError: A message or block is malformed.
    """
    bodies = [_to_body(message, number) for number, message in enumerate(messages)]
    turns = shape.read(bodies)
    start = 0
    placed = []
    for turn in turns:
        end = start + len(turn.sources)
        placed.append(
            Turn(
                role=turn.role,
                blocks=turn.blocks,
                place=f"messages[{start}]",
                sources=turn.sources,
                given=tuple(messages[start:end]),
                as_read=turn.blocks,
            )
        )
        start = end
    return placed


def write_turns(shape: Shape, turns: Iterable[Turn]) -> list[object]:
    """Give turns back as messages: what no rule touched as the very objects that were given."""
    messages: list[object] = []
    for turn in turns:
        messages.extend(turn.given if turn.is_untouched else shape.write(turn))
    return messages


def _to_body(message: object, number: int) -> Mapping[str, object]:
    if isinstance(message, Message):
        return message.to_converse()
    if isinstance(message, Mapping) and message.get("role") in _ROLES:
        return message
    raise MessageError(
        f"messages[{number}] must be a Message or a mapping whose role is one of "
        f"{', '.join(_ROLES)}; got {str(message)[:60]!r}"
    )


def _tell(message: object, number: int) -> str:
    if isinstance(message, Message):
        return "message"
    body = _to_body(message, number)
    if body["role"] in {"tool", "developer"} or not body.keys().isdisjoint(
        {"tool_calls", "tool_call_id"}
    ):
        return "openai"
    content = body.get("content")
    if not isinstance(content, list | tuple):
        return ""
    told = [_tell_block(block) for block in content]
    return next((name for name in told if name in SHAPES), _TYPED if _TYPED in told else "")


def _tell_block(block: object) -> str:
    if not isinstance(block, Mapping):
        return ""
    kind = block.get("type")
    if kind is None:
        return "converse"
    if kind in _OPENAI_PARTS:
        return "openai"
    return _TYPED if kind == "text" and "cache_control" not in block else "anthropic"
