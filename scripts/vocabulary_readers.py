"""Read the pinned vocabulary files: tokens in rank order, and special tokens.

    rank file, tekken.json, tokenizer.json, TKV1 ─► tokens in rank order

The core merges by rank: of all neighbours whose union is a token it joins those with the lowest
rank, the leftmost of equals, and a pre-token that is a token stays whole. A `tokenizer.json` merges
by a list of pairs. `check_merges` proves, for one file, that both give the same on any text, and
refuses the file otherwise.

Why the proof holds. Let a run of merging by rank be at a state whose lowest union is the token t.
No merge has crossed the borders of t's span, so the span went through the very states that merging
t's bytes alone goes through, which are one fixed path; that path has at most one state of two
parts. So each token is only ever made of one pair. If that pair is in the file's list, and the
list's results never fall in id, both rules pick the same merge at every state. A token that its own
bytes never reach stays whole under the rank rule, so it asks for the file's `ignore_merges`; where
every token is reached, staying whole changes nothing.
"""

import base64
import io
import itertools
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import zstandard

Document: TypeAlias = dict[str, Any]
Pair: TypeAlias = tuple[bytes, bytes]

_NO_RANK = 1 << 40
_PLAIN_MODEL = {
    "type": "BPE",
    "dropout": None,
    "unk_token": None,
    "continuing_subword_prefix": None,
    "end_of_word_suffix": None,
    "fuse_unk": False,
    "byte_fallback": False,
}


class ReadError(Exception):
    """Say that a file is not what its reader can turn into ranks."""


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


def read_tkv(data: bytes) -> list[bytes]:
    """Read the crate tiktoken's TKV1 format.

    It is one zstd stream of `TKV1`, the number of tokens and the first rank (u32, little endian),
    the size of each token in rank order (LEB128), and the tokens grouped by size, each group in
    rank order. Source: `src/encodings/build_tkv.py` of tiktoken 4.1.2 (2026-11-22).
    """
    plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=64 << 20)
    magic, count, first_rank = struct.unpack_from("<4s2I", plain)
    if (magic, first_rank) != (b"TKV1", 0):
        raise ReadError(f"this is no whole TKV1 table: {magic!r} from rank {first_rank}")
    sizes, position = _read_sizes(plain, 12, count)
    tokens = [b""] * count
    for rank in sorted(range(count), key=sizes.__getitem__):
        tokens[rank] = plain[position : position + sizes[rank]]
        position += sizes[rank]
    return tokens


def _read_sizes(data: bytes, position: int, count: int) -> tuple[list[int], int]:
    sizes = []
    for _ in range(count):
        size = shift = 0
        while data[position] & 0x80:
            size |= (data[position] & 0x7F) << shift
            shift, position = shift + 7, position + 1
        sizes.append(size | data[position] << shift)
        position += 1
    return sizes, position


def read_tokenizer_json(data: bytes) -> list[bytes]:
    """Read a byte-level BPE `tokenizer.json`, zipped or not, whose merges are proven to be ranks.

    Raises:
        ReadError: The file is of another kind, or merging by rank would differ from its list.
    """
    document = _read_document(data)
    model, added = document["model"], {row["content"] for row in document["added_tokens"]}
    found = {name: model.get(name, plain) or plain for name, plain in _PLAIN_MODEL.items()}
    if found != _PLAIN_MODEL:
        raise ReadError(f"this is no plain byte-level BPE: {found}")
    ids = _byte_level_ids(
        {text: number for text, number in model["vocab"].items() if text not in added}
    )
    pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    merges = [(_to_bytes(left), _to_bytes(right)) for left, right in pairs]
    check_merges(ids, merges, is_whole_kept=bool(model.get("ignore_merges")))
    return list(ids)


def read_added_tokens(data: bytes) -> dict[str, int]:
    """Read the added tokens of a `tokenizer.json`, zipped or not: id by text."""
    rows = _read_document(data)["added_tokens"]
    return {row["content"]: row["id"] for row in sorted(rows, key=lambda row: row["id"])}


def _read_document(data: bytes) -> Document:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read("tokenizer.json")
    document: Document = json.loads(data)
    return document


def _byte_level_ids(vocabulary: Mapping[str, int]) -> dict[bytes, int]:
    """Give id by token in the order of ids."""
    rows = sorted(vocabulary.items(), key=lambda item: item[1])
    first_id = rows[0][1]
    if [number for _, number in rows] != list(range(first_id, first_id + len(rows))):
        raise ReadError("the ids have gaps")
    return {_to_bytes(text): number for text, number in rows}


def check_merges(ids: Mapping[bytes, int], merges: Sequence[Pair], *, is_whole_kept: bool) -> None:
    """Prove that merging by id does what merging by the list does; the proof is at the top.

    Args:
        ids: Id by token.
        merges: The pairs, first choice first.
        is_whole_kept: Whether a pre-token that is a token stays whole.

    Raises:
        ReadError: It is not so, or cannot be shown; the message names a token.
    """
    results = [ids[left + right] for left, right in merges]
    if results != sorted(results):
        raise ReadError("the merges are not in the order of their results' ids")
    listed = set(merges)
    for token in ids:
        pair = find_last_pair(ids, token)
        is_reached = pair is not None or len(token) == 1
        if not is_reached and not is_whole_kept:
            raise ReadError(f"merges never reach the token {token!r}")
        if pair is not None and pair not in listed:
            raise ReadError(f"the token {token!r} is made of {pair!r}, which is no merge")


def find_last_pair(ids: Mapping[bytes, int], token: bytes) -> Pair | None:
    """Merge a token's bytes by rank up to the last two parts; None where they stay more."""
    parts = [token[position : position + 1] for position in range(len(token))]
    unions = [ids.get(left + right, _NO_RANK) for left, right in itertools.pairwise(parts)]
    while len(parts) > 2:  # noqa: PLR2004  a pair
        lowest = min(unions)
        if lowest == _NO_RANK:
            return None
        left = unions.index(lowest)
        parts[left : left + 2] = [parts[left] + parts[left + 1]]
        del unions[left]
        for changed in range(max(left - 1, 0), min(left + 1, len(unions))):
            unions[changed] = ids.get(parts[changed] + parts[changed + 1], _NO_RANK)
    return (parts[0], parts[1]) if len(parts) == 2 else None  # noqa: PLR2004  a pair


def _byte_of_character() -> dict[str, int]:
    """Give the byte that each character of a byte-level vocabulary stands for.

    The printable bytes of Latin-1 stand for themselves; the others follow from U+0100 on, in
    order. Source: `bytes_char` of the crate tokenizers 0.23 (2026-11-22).
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(printable)]
    rows = {chr(byte): byte for byte in printable}
    return rows | {chr(0x100 + position): byte for position, byte in enumerate(others)}


_BYTES = _byte_of_character()


def _to_bytes(text: str) -> bytes:
    return bytes(_BYTES[character] for character in text)
