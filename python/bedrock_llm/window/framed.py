"""Messages of any shape as framings count them.

    Message, Converse's mapping ──────────────────► as `count_request` reads a body
    Anthropic's, OpenAI's mapping ─► turn, blocks ─► the same texts, calls, results, media

A message alone says what shape it has; one that is nothing but text is the same in all of them.
"""

import binascii
import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from bedrock_llm.errors import MessageError
from bedrock_llm.framing.conversation import Call, Media, Message, Result, read_message
from bedrock_llm.messages import Message as GivenMessage
from bedrock_llm.window.shapes import find_shape, read_turns
from bedrock_llm.window.turns import Block, Turn

_BODIES: Final = frozenset({"message", "converse"})
_MEDIA: Final[Mapping[str, str]] = {
    "image": "image",
    "image_url": "image",
    "document": "document",
    "file": "document",
    "input_audio": "audio",
    "video": "video",
}
_DATA_URL: Final = "data:"


class Framed(NamedTuple):
    """A message as framings count it.

    Attributes:
        role: The role, as turns have it.
        message: Its contents.
        given: The message itself, which templates of the core read.
    """

    role: str
    message: Message
    given: object


def read_framed(message: object, index: int) -> Framed:
    """Read one message.

    Raises:
        MessageError: The message is of no known shape, or malformed.
    """
    shape = find_shape([message])
    if shape.name in _BODIES:
        body = message.to_converse() if isinstance(message, GivenMessage) else message
        role, contents = _read_body(body, index)
        return Framed(role, contents, body)
    turn = read_turns(shape, [message])[0]
    return Framed(turn.role, _read_turn(turn, index), message)


def _read_body(body: object, index: int) -> tuple[str, Message]:
    row = body if isinstance(body, Mapping) else {}
    content = row.get("content")
    if isinstance(content, str):
        return str(row.get("role")), Message(index=index, texts=(content,))
    if not isinstance(content, Sequence | None):
        kind = type(content).__name__
        raise MessageError(f"a message's content is a {kind}; give text or a list of blocks")
    return str(row.get("role")), read_message(index, row)


def _read_turn(turn: Turn, index: int) -> Message:
    return Message(
        index=index,
        texts=tuple(block.text for block in turn.of_kind("text")),
        calls=tuple(map(_read_call, turn.of_kind("tool_use"))),
        results=tuple(map(_read_result, turn.of_kind("tool_result"))),
        reasoning=tuple(_read_reasoning(turn.blocks)),
        media=tuple(_read_media(turn.blocks)),
    )


def _read_call(block: Block) -> Call:
    arguments = block.arguments
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            arguments = {"arguments": arguments}
    known = arguments if isinstance(arguments, Mapping) else {}
    return Call(call_id=block.tool_id, name=block.name, arguments=known)


def _read_result(block: Block) -> Result:
    return Result(
        call_id=block.tool_id,
        text="".join(inner.text for inner in block.content if inner.kind == "text"),
        is_error=block.is_error,
        media=tuple(_read_media(block.content)),
    )


def _read_reasoning(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if block.kind == "reasoning" and isinstance(block.source, Mapping):
            text = block.source.get("thinking")
            if isinstance(text, str):
                yield text


def _read_media(blocks: Iterable[Block]) -> Iterator[Media]:
    for block in blocks:
        body = block.source
        kind = str(body.get("type")) if isinstance(body, Mapping) else ""
        if kind in _MEDIA and isinstance(body, Mapping):
            yield _read_medium(_MEDIA[kind], body)


def _read_medium(kind: str, body: Mapping[str, object]) -> Media:
    source = body.get("source", body.get("image_url", body.get("file")))
    facts = source if isinstance(source, Mapping) else {}
    url = facts.get("url", facts.get("file_data", source))
    data = facts.get("data")
    form = str(facts.get("media_type", ""))
    if isinstance(url, str) and url.startswith(_DATA_URL):
        form, _, data = url.removeprefix(_DATA_URL).partition(",")
    is_text = facts.get("type") == "text"
    known = data if is_text and isinstance(data, str) else _decode(data)
    return Media(
        kind=kind,
        format=form.partition(";")[0].rpartition("/")[2],
        data=known,
        name=str(body.get("title") or ""),
        has_citations=bool(body.get("citations")),
    )


def _decode(data: object) -> bytes | None:
    if not isinstance(data, str):
        return None
    try:
        return b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return None
