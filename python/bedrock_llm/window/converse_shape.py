"""Converse's messages: each block is written under one key.

A block that names the server's own tools (`type` beside its id) needs no partner and is `other`.
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

Inside: TypeAlias = Mapping[str, object]

_KINDS: Final[Mapping[str, Kind]] = {
    "reasoningContent": "reasoning",
    "image": "image",
    "video": "video",
    "audio": "audio",
}


def read(bodies: Iterable[Mapping[str, object]]) -> list[Turn]:
    """Read messages.

    Raises:
        MessageError: A content is neither text nor a list.
    """
    return read_role_messages(bodies, _read_block)


def write(turn: Turn) -> list[Mapping[str, object]]:
    """Write a turn as one message."""
    return write_role_message(turn, _write_blocks)


def _read_block(item: object, place: str) -> Iterator[Block]:
    if isinstance(item, str):
        yield Block(kind="text", text=item, place=place, source=item)
        return
    body = item if isinstance(item, Mapping) else {}
    text = body.get("text")
    if isinstance(text, str):
        yield Block(kind="text", text=text, place=place, source=item)
        return
    key = next((str(name) for name in body if name in _READERS), "")
    inside = body.get(key)
    if isinstance(inside, Mapping) and not (key in _PAIRED and "type" in inside):
        yield _READERS[key](inside, place, item)
        return
    kind: Kind = next((_KINDS[name] for name in body if name in _KINDS), "other")
    yield Block(kind=kind, place=place, source=item)


def _read_use(inside: Inside, place: str, source: object) -> Block:
    return Block(
        kind="tool_use",
        tool_id=str(inside.get("toolUseId", "")),
        name=str(inside.get("name", "")),
        arguments=inside.get("input"),
        place=place,
        source=source,
    )


def _read_result(inside: Inside, place: str, source: object) -> Block:
    return Block(
        kind="tool_result",
        tool_id=str(inside.get("toolUseId", "")),
        content=read_content(inside.get("content"), f"{place}.toolResult.content", _read_block),
        is_error=inside.get("status") == "error",
        place=place,
        source=source,
    )


def _read_document(inside: Inside, place: str, source: object) -> Block:
    return Block(
        kind="document",
        name=str(inside.get("name", "")),
        format=str(inside.get("format", "")),
        place=place,
        source=source,
    )


def _read_point(inside: Inside, place: str, source: object) -> Block:
    lifetime = str(inside.get("ttl") or "5m")
    return Block(kind="cache_point", lifetime=lifetime, place=place, source=source)


_READERS: Final[Mapping[str, Callable[[Inside, str, object], Block]]] = {
    "toolUse": _read_use,
    "toolResult": _read_result,
    "document": _read_document,
    "cachePoint": _read_point,
}
_PAIRED: Final = frozenset({"toolUse", "toolResult"})


def _write_blocks(blocks: Sequence[Block]) -> list[object]:
    return [_write_block(block) for block in blocks]


def _write_block(block: Block) -> object:
    if block.source is not None and not block.is_changed:
        return block.source if isinstance(block.source, Mapping) else {"text": block.text}
    return _WRITERS[block.kind](block)


def _write_text(block: Block) -> Written:
    return {"text": block.text}


def _write_use(block: Block) -> Written:
    use = {"toolUseId": block.tool_id, "name": block.name, "input": block.arguments}
    return {"toolUse": {**_inside(block, "toolUse"), **use}}


def _write_result(block: Block) -> Written:
    content = write_content(block.content, _write_blocks)
    result = {"toolUseId": block.tool_id, "content": content}
    status = {"status": "error"} if block.is_error else {}
    return {"toolResult": {**_inside(block, "toolResult"), **result, **status}}


def _write_document(block: Block) -> Written:
    return {"document": {**_inside(block, "document"), "name": block.name}}


def _write_point(block: Block) -> Written:
    kept = {key: value for key, value in _inside(block, "cachePoint").items() if key != "ttl"}
    ttl = {} if block.lifetime == "5m" else {"ttl": block.lifetime}
    return {"cachePoint": {"type": "default", **kept, **ttl}}


def _inside(block: Block, key: str) -> Inside:
    inside = block.source.get(key) if isinstance(block.source, Mapping) else None
    return inside if isinstance(inside, Mapping) else {}


_WRITERS: Final[Mapping[Kind, Callable[[Block], Written]]] = {
    "text": _write_text,
    "tool_use": _write_use,
    "tool_result": _write_result,
    "document": _write_document,
    "cache_point": _write_point,
}
