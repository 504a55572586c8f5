"""Anthropic's messages: each block says its `type`; a cache point is a mark on a block.

The mark is read as a cache point after its block and written as a mark on whatever stands before
the point then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from bedrock_llm.window.contents import (
    Written,
    read_content,
    read_role_messages,
    write_content,
    write_role_message,
)
from bedrock_llm.window.turns import Block, Kind, Turn

Body: TypeAlias = Mapping[str, object]

_KINDS: Final[Mapping[str, Kind]] = {
    "thinking": "reasoning",
    "redacted_thinking": "reasoning",
    "image": "image",
    "image_url": "image",
    "input_audio": "audio",
    "video": "video",
}


def read(bodies: Iterable[Mapping[str, object]]) -> list[Turn]:
    """Read messages.

    Raises:
        MessageError: A content is neither text nor a list.
    """
    return read_role_messages(bodies, read_block)


def write(turn: Turn) -> list[Mapping[str, object]]:
    """Write a turn as one message."""
    return write_role_message(turn, write_blocks)


def read_block(item: object, place: str) -> Iterator[Block]:
    """Read one block, and its cache mark as a point after it."""
    if isinstance(item, str):
        yield Block(kind="text", text=item, place=place, source=item)
        return
    body = item if isinstance(item, Mapping) else {}
    kind = str(body.get("type"))
    reader = _READERS.get(kind)
    if reader is not None:
        yield reader(body, place)
    else:
        yield Block(kind=_KINDS.get(kind, "other"), place=place, source=item)
    mark = body.get("cache_control")
    if isinstance(mark, Mapping):
        lifetime = str(mark.get("ttl") or "5m")
        yield Block(kind="cache_point", lifetime=lifetime, place=place, source=mark)


def write_blocks(blocks: Sequence[Block]) -> list[object]:
    """Write blocks, cache points as marks on what stands before them."""
    written: list[object] = []
    for block in blocks:
        if block.kind != "cache_point":
            written.append(_write_block(block))
        elif written and isinstance(written[-1], Mapping):
            written[-1] = {**written[-1], "cache_control": _write_mark(block)}
    return written


def _read_text(body: Body, place: str) -> Block:
    return Block(kind="text", text=str(body.get("text") or ""), place=place, source=body)


def _read_use(body: Body, place: str) -> Block:
    return Block(
        kind="tool_use",
        tool_id=str(body.get("id", "")),
        name=str(body.get("name", "")),
        arguments=body.get("input"),
        place=place,
        source=body,
    )


def _read_result(body: Body, place: str) -> Block:
    return Block(
        kind="tool_result",
        tool_id=str(body.get("tool_use_id", "")),
        content=read_content(body.get("content"), f"{place}.content", read_block),
        is_error=body.get("is_error") is True,
        place=place,
        source=body,
    )


def _read_document(body: Body, place: str) -> Block:
    # Only Converse wants a name; a title is free text, and no rule looks at it.
    return Block(kind="other", place=place, source=body)


_READERS: Final[Mapping[str, Callable[[Body, str], Block]]] = {
    "text": _read_text,
    "tool_use": _read_use,
    "tool_result": _read_result,
    "document": _read_document,
}


def _write_block(block: Block) -> object:
    kept: Body = block.source if isinstance(block.source, Mapping) else {}
    if "cache_control" in kept:
        kept = {key: value for key, value in kept.items() if key != "cache_control"}
    if block.source is not None and not block.is_changed and isinstance(block.source, Mapping):
        return kept
    return {**kept, **_WRITERS[block.kind](block)}


def _write_text(block: Block) -> Written:
    return {"type": "text", "text": block.text}


def _write_use(block: Block) -> Written:
    use = {"id": block.tool_id, "name": block.name, "input": block.arguments}
    return {"type": "tool_use", **use}


def _write_result(block: Block) -> Written:
    content = write_content(block.content, write_blocks)
    error = {"is_error": True} if block.is_error else {}
    return {"type": "tool_result", "tool_use_id": block.tool_id, "content": content, **error}


def _write_mark(block: Block) -> Written:
    ttl = {} if block.lifetime == "5m" else {"ttl": block.lifetime}
    return {"type": "ephemeral", **ttl}


_WRITERS: Final[Mapping[Kind, Callable[[Block], Written]]] = {
    "text": _write_text,
    "tool_use": _write_use,
    "tool_result": _write_result,
}
