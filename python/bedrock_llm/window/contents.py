"""The content of a message with a role and blocks: Converse's and Anthropic's common ground.

    "text" | [block, ...] ──read_content──► blocks ──write_content──► the same kind of content

Text given as a plain string is written as a plain string again wherever nothing but text is left;
two of them that became one turn are parted by an empty line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from bedrock_llm.errors import MessageError
from bedrock_llm.window.turns import Block, Role, Turn

Written: TypeAlias = dict[str, object]
BlockReader: TypeAlias = Callable[[object, str], Iterable[Block]]
BlockWriter: TypeAlias = Callable[[Sequence[Block]], list[object]]

_TEXT_BREAK: Final = "\n\n"


def read_content(content: object, place: str, read_block: BlockReader) -> tuple[Block, ...]:
    """Read what stands in a message or a tool result.

    Raises:
        MessageError: It is neither text nor a list of blocks.
    """
    if content is None:
        return ()
    if isinstance(content, str):
        return (Block(kind="text", text=content, place=place, source=content),)
    if not isinstance(content, list | tuple):
        raise MessageError(f"{place} must be text or a list of blocks; got {str(content)[:60]!r}")
    blocks: list[Block] = []
    for number, item in enumerate(content):
        blocks.extend(read_block(item, f"{place}[{number}]"))
    return tuple(blocks)


def write_content(blocks: Sequence[Block], write_blocks: BlockWriter) -> object:
    """Write blocks as content; as one text where they are nothing but plain strings."""
    sources = [block.source for block in blocks if block.source is not None]
    is_plain = bool(sources) and all(isinstance(source, str) for source in sources)
    if is_plain and all(block.kind == "text" for block in blocks):
        return _TEXT_BREAK.join(block.text for block in blocks)
    return write_blocks(blocks)


def read_role_messages(
    bodies: Iterable[Mapping[str, object]], read_block: BlockReader
) -> list[Turn]:
    """Read messages that have a role and a content, one turn each."""
    turns = []
    for number, body in enumerate(bodies):
        place = f"messages[{number}]"
        blocks = read_content(body.get("content"), f"{place}.content", read_block)
        turns.append(Turn(role=read_role(body), blocks=blocks, place=place, sources=(body,)))
    return turns


def write_role_message(turn: Turn, write_blocks: BlockWriter) -> list[Mapping[str, object]]:
    """Write a turn as one message; keys beside role and content stay as they were."""
    kept = dict(turn.sources[0]) if turn.sources else {}
    content = write_content(turn.blocks, write_blocks)
    return [{**kept, "role": turn.role, "content": content}]


def read_role(body: Mapping[str, object]) -> Role:
    """Give who speaks; a developer speaks as the system does, a tool answers the user's turn."""
    return _SPEAKERS[str(body["role"])]


_SPEAKERS: Final[Mapping[str, Role]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "user",
}
