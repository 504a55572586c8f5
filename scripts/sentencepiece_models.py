"""Read SentencePiece models for packing: protocol buffers (`.model`) and llama.cpp's GGUF files.

    bytes ─► fields ─► pieces by kind ─► Model, with what is not supported refused

A `.model` file gives every piece a score, and of equal scores the leftmost union goes first. A
GGUF file of such a model gives a list of merges instead, as `tokenizer.json` files do. That list
is not stored: it follows from the pieces, as `derive_merges` says, and `read_gguf` refuses a file
whose list is not exactly the derived one.

Sources: `sentencepiece_model.proto` of sentencepiece 0.2, the GGUF specification of ggml
(https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), both read 2026-11-22.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ESCAPED_SPACE = "\u2581"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
BYTE_PAIR = 2
# The fields of a piece.
TEXT, SCORE, KIND = 1, 2, 3
LONGEST_PIECE_BYTES = 255
_BYTE_PIECE = re.compile("<0x([0-9A-F]{2})>")
_GGUF_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 12: "d"}
_GGUF_TEXT, _GGUF_LIST = 8, 9


class ModelError(Exception):
    """Say that a source is not the model that it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A byte-pair model of SentencePiece, with plain spaces.

    Attributes:
        pieces: The pieces that merging makes, by id.
        priorities: Which union goes first, per piece: the lowest.
        piece_ids: The id of each piece.
        byte_ids: The ids of the 256 bytes.
        special_tokens: Text by id of what no text becomes.
        user_tokens: Text by id of what becomes one id wherever it stands.
        has_space_prefix: Whether a space is put before the text.
        is_longest_left_first: Whether the longest left part goes first among equal priorities.
    """

    pieces: list[str]
    priorities: list[int]
    piece_ids: list[int]
    byte_ids: list[int]
    special_tokens: dict[int, str]
    user_tokens: dict[int, str]
    has_space_prefix: bool
    is_longest_left_first: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    number: int
    text: str
    score: float
    kind: int


def read_model(data: bytes) -> Model:
    """Read a `.model` file.

    Raises:
        ModelError: It is no byte-pair model with byte fallback, or changes more than spaces.
    """
    fields = list(_read_fields(data))
    texts = [value for number, value in fields if number == 1 and isinstance(value, bytes)]
    pieces = [_read_piece(number, value) for number, value in enumerate(texts)]
    trainer = _last_values(fields, 2)
    normalizer = {3: 1, 4: 1, 5: 1} | _last_values(fields, 3)
    if trainer.get(3) != BYTE_PAIR or trainer.get(24) or not trainer.get(35):
        raise ModelError("it is no byte-pair model with byte fallback")
    if normalizer.get(2) or normalizer[4] or not normalizer[5] or _last_values(fields, 5).get(2):
        raise ModelError("it changes more of a text than its spaces")
    normal = [piece for piece in pieces if piece.kind == NORMAL]
    scores = sorted({piece.score for piece in normal}, reverse=True)
    ranks = {score: rank for rank, score in enumerate(scores)}
    return _make_model(
        pieces,
        [ranks[piece.score] for piece in normal],
        special_kinds=(UNKNOWN, CONTROL),
        has_space_prefix=bool(normalizer[3]),
    )


def _make_model(
    pieces: Sequence[_Piece],
    priorities: list[int],
    *,
    special_kinds: tuple[int, ...],
    has_space_prefix: bool,
    is_longest_left_first: bool = False,
) -> Model:
    normal = [piece for piece in pieces if piece.kind == NORMAL]
    known = {NORMAL, BYTE, USER_DEFINED, *special_kinds}
    for piece in pieces:
        if piece.kind not in known or len(piece.text.encode()) > LONGEST_PIECE_BYTES:
            raise ModelError(f"the piece {piece} is of no supported kind or size")
    byte_ids = {piece.text: piece.number for piece in pieces if piece.kind == BYTE}
    return Model(
        pieces=[_unescape(piece.text) for piece in normal],
        priorities=priorities,
        piece_ids=[piece.number for piece in normal],
        byte_ids=[byte_ids[f"<0x{byte:02X}>"] for byte in range(256)],
        special_tokens={p.number: p.text for p in pieces if p.kind in special_kinds},
        user_tokens={
            p.number: _unescape(p.text)
            for p in pieces
            if p.kind == USER_DEFINED and USER_DEFINED not in special_kinds
        },
        has_space_prefix=has_space_prefix,
        is_longest_left_first=is_longest_left_first,
    )


def _unescape(text: str) -> str:
    return text.replace(ESCAPED_SPACE, " ")


def _read_piece(number: int, data: bytes) -> _Piece:
    text, score, kind = "", 0.0, NORMAL
    for field, value in _read_fields(data):
        if field == TEXT and isinstance(value, bytes):
            text = value.decode()
        elif field == SCORE and isinstance(value, bytes):
            score = struct.unpack("<f", value)[0]
        elif field == KIND and isinstance(value, int):
            kind = value
    return _Piece(number, text, score, kind)


def _last_values(fields: Sequence[tuple[int, int | bytes]], number: int) -> dict[int, int | bytes]:
    messages = [value for field, value in fields if field == number and isinstance(value, bytes)]
    return {field: value for message in messages for field, value in _read_fields(message)}


def _read_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    sizes = {1: 8, 5: 4}
    position = 0
    while position < len(data):
        key, position = _read_number(data, position)
        number, position = _read_number(data, position) if key & 7 in (0, 2) else (0, position)
        if key & 7 == 0:
            yield key >> 3, number
            continue
        size = sizes.get(key & 7, number)
        yield key >> 3, data[position : position + size]
        position += size


def _read_number(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[position]
        number |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:  # noqa: PLR2004  the bit that says that more bytes follow
            return number, position


def read_gguf(data: bytes) -> Model:
    """Read a GGUF file of a byte-pair model whose spaces are escaped as SentencePiece does.

    User-defined texts count as special tokens: they are the marks of the chat template, and
    `tokenizer.json` files list them among the added tokens.

    Raises:
        ModelError: Its merges are not those that follow from its pieces.
    """
    values = _read_gguf_values(data)
    texts = [text.decode() for text in values["tokenizer.ggml.tokens"]]
    kinds = values["tokenizer.ggml.token_type"]
    pieces = [_Piece(number, text, 0.0, kinds[number]) for number, text in enumerate(texts)]
    normal = {piece.text: piece.number for piece in pieces if piece.kind == NORMAL}
    if not {character for text in normal for character in text} <= normal.keys():
        raise ModelError("a piece has a character that is no piece")
    priorities = {text: 0 if _is_blank_run(text) else number for text, number in normal.items()}
    # The one exception in Gemma's list: two tabs are joined right behind its first piece of two.
    priorities["\t\t"] = priorities[f"{ESCAPED_SPACE}t"]
    merges = [text.decode() for text in values["tokenizer.ggml.merges"]]
    if derive_merges(normal, priorities) != merges:
        raise ModelError("the merges are not those that follow from the pieces")
    return _make_model(
        pieces,
        list(priorities.values()),
        special_kinds=(UNKNOWN, CONTROL, USER_DEFINED),
        has_space_prefix=bool(values["tokenizer.ggml.add_space_prefix"]),
        is_longest_left_first=True,
    )


def derive_merges(numbers: dict[str, int], priorities: dict[str, int]) -> list[str]:
    """Give every way to make a piece of two, in the order of merging.

    Args:
        numbers: The id of each piece.
        priorities: Which piece goes first; the ways to make it follow from the longest left part.
    """
    ways = []
    for text, number in numbers.items():
        for cut in range(1, len(text)):
            left, right = text[:cut], text[cut:]
            if left in numbers and right in numbers:
                key = (priorities[text], -len(left), -len(right), number)
                ways.append((*key, f"{left} {right}"))
    return [way[-1] for way in sorted(ways)]


def _is_blank_run(text: str) -> bool:
    return len(text) > 1 and set(text) in ({"\n"}, {"\t"}, {ESCAPED_SPACE})


def _read_gguf_values(data: bytes) -> dict[str, Any]:
    if data[:4] != b"GGUF":
        raise ModelError("it does not start with 'GGUF'")
    (count,) = struct.unpack_from("<Q", data, 16)
    position, values = 24, {}
    for _ in range(count):
        key, position = _read_gguf_value(data, position, _GGUF_TEXT)
        (kind,) = struct.unpack_from("<I", data, position)
        values[key.decode()], position = _read_gguf_value(data, position + 4, kind)
    return values


def _read_gguf_value(data: bytes, position: int, kind: int) -> tuple[Any, int]:
    if kind == _GGUF_TEXT:
        (size,) = struct.unpack_from("<Q", data, position)
        position += 8
        return data[position : position + size], position + size
    if kind != _GGUF_LIST:
        number = struct.Struct(f"<{_GGUF_NUMBERS[kind]}")
        return number.unpack_from(data, position)[0], position + number.size
    element, count = struct.unpack_from("<IQ", data, position)
    position += 12
    values = []
    for _ in range(count):
        value, position = _read_gguf_value(data, position, element)
        values.append(value)
    return values, position
