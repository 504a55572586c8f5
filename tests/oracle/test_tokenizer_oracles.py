# ruff: noqa: RUF001  letters that look like others are what is tested
"""Ids against the vendors' own tokenizers: tiktoken, mistral-common, llama-models.

tiktoken carries no ranks and there is no network, so its o200k is made of the shipped tokens; the
first test proves, by the hash of their rank file, that they are OpenAI's.
"""

import base64
import gzip
import hashlib
import json
import random
import sysconfig
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import llama_models
import mistral_common
import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_models.llama3.tokenizer import Tokenizer as Llama3Tokenizer
from llama_models.llama4.tokenizer import Tokenizer as Llama4Tokenizer
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tiktoken_ext import openai_public

from bedrock_llm.tokens import Tokenizer

# What `openai_public.o200k_base` of tiktoken 0.14.0 expects of the downloaded file.
O200K_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
NAMES = ("o200k", "tekken", "llama3", "llama4")
SOUP = (
    *("'s", "'S", "'ſ", "'Ll", "'RE", "'ve", "'x", "'", "’s", "it's", "IT'S", "don't", "we'LL"),
    *(" ", "  ", "\n", "\r\n", "\r", "\t", "\u3000", "\u2028", "\x85", "\x0b", "\x1c", "\u200b"),
    *("a", "B", "ab", "ABC", "Ab", "aB", "ǅ", "ʰ", "中", "文字", "ー", "한국", "ß", "İ", "ı"),
    *("а", "Я", "ש", "ا", "क", "्", "\u0301", "\u20dd", "1", "23", "4567", "٣", "½", "Ⅷ"),
    *(
        "!",
        "/",
        "//",
        "_",
        "-",
        "=",
        "\x00",
        "😀",
        "👩\u200d👩\u200d👧",
        "🇫🇷",
        "\u200d",
        "\ufe0f",
        "K",
    ),
    *("<|endoftext|>", "<|eot_id|>", "[INST]", "<s>", "\ud83d", "\ude00", "\ud83d\ude00"),
    *(chr(0x16EC9), chr(0x10D50), chr(0x378), chr(0x10FFFF), "\ue000"),
)


@lru_cache
def read_packed_tokens(name: str) -> dict[bytes, int]:
    tokenizer = Tokenizer.for_name(name)
    ranks = range(min(tokenizer.vocabulary.special_tokens.values()))
    return {tokenizer.decode_bytes([rank]): rank for rank in ranks}


@lru_cache
def make_o200k() -> tiktoken.Encoding:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            openai_public, "load_tiktoken_bpe", lambda *_, **__: read_packed_tokens("o200k")
        )
        return tiktoken.Encoding(**openai_public.o200k_harmony())


@lru_cache
def make_tekken() -> Tekkenizer:
    folder = Path(mistral_common.__file__).parent / "data"
    return Tekkenizer.from_file(folder / "tekken_240911.json")


def encode_with_tekken(text: str) -> list[int]:
    # Tekkenizer.encode refuses lone surrogates; the encoder inside it does not.
    ids: list[int] = make_tekken()._model.encode_ordinary(text)
    return [number + 1000 for number in ids]


def encode_with_o200k(text: str) -> list[int]:
    return make_o200k().encode_ordinary(text)


def encode_with_llama3(text: str) -> list[int]:
    return Llama3Tokenizer.get_instance().model.encode_ordinary(text)


def encode_with_llama4(text: str) -> list[int]:
    return Llama4Tokenizer.get_instance().model.encode_ordinary(text)


ORACLES: dict[str, Callable[[str], list[int]]] = {
    "o200k": encode_with_o200k,
    "tekken": encode_with_tekken,
    "llama3": encode_with_llama3,
    "llama4": encode_with_llama4,
}


def check(name: str, text: str) -> None:
    expected = ORACLES[name](text)
    tokenizer = Tokenizer.for_name(name)
    assert tokenizer.encode(text) == expected, f"{name}: {text[:200]!a}"
    assert tokenizer.count(text) == len(expected)


def test_the_shipped_o200k_is_the_file_that_openai_publishes():
    lines = (
        b"%s %d\n" % (base64.b64encode(token), rank)
        for token, rank in read_packed_tokens("o200k").items()
    )
    assert hashlib.sha256(b"".join(lines)).hexdigest() == O200K_SHA256


def test_published_ids_are_met():
    assert Tokenizer.for_name("o200k").encode("hello world") == [24912, 2375]
    assert Tokenizer.for_name("llama3").encode("hello world") == [15339, 1917]
    tekken = make_tekken().encode("hello world", bos=False, eos=False)
    assert Tokenizer.for_name("tekken").encode("hello world") == tekken


@pytest.mark.parametrize("name", NAMES)
def test_the_grammar_is_the_regex_of_the_reference(name):
    path = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
    patterns = {
        "o200k": make_o200k()._pat_str,
        "tekken": json.loads(path.read_bytes())["config"]["pattern"],
        "llama3": Llama3Tokenizer.pat_str,
        "llama4": Llama4Tokenizer.O200K_PATTERN,
    }
    assert Tokenizer.for_name(name).vocabulary.pattern == patterns[name]


def test_the_special_tokens_are_those_of_the_reference():
    harmony = dict(make_o200k()._special_tokens)
    assert harmony.pop("<|reserved_200018|>") == harmony["<|endofprompt|>"]
    assert Tokenizer.for_name("o200k").vocabulary.special_tokens == harmony
    tekken = {row["token_str"]: row["rank"] for row in make_tekken()._all_special_tokens}
    assert Tokenizer.for_name("tekken").vocabulary.special_tokens == tekken
    for name, reference in (("llama3", Llama3Tokenizer), ("llama4", Llama4Tokenizer)):
        tokens = Tokenizer.for_name(name).vocabulary.special_tokens
        assert tokens == reference.get_instance().special_tokens


@pytest.mark.parametrize("name", NAMES)
def test_the_sizes_of_vocabularies_are_those_of_the_reference(name):
    sizes = {
        "o200k": make_o200k().n_vocab,
        "tekken": make_tekken().n_words,
        "llama3": Llama3Tokenizer.get_instance().n_words,
        "llama4": Llama4Tokenizer.get_instance().n_words,
    }
    assert Tokenizer.for_name(name).vocabulary.vocabulary_size == sizes[name]


def test_llama_text_with_special_tokens_spelled_out_equals_llama_models():
    text = "<|begin_of_text|>Hi<|eot_id|>"
    ids = Llama3Tokenizer.get_instance().encode(text, bos=False, eos=False)
    assert Tokenizer.for_name("llama3").encode(text) == ids


def make_corpora() -> dict[str, list[str]]:
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-h]*.py"))
    manuals = sorted(Path("/usr/share/man").glob("**/*.gz"))[:60]
    licences = sorted(Path("/usr/share/common-licenses").glob("*"))
    packages = Path(llama_models.__file__).parents[1].glob("*/METADATA")
    plain = [*licences, *packages, Path(__file__).parents[2] / "LICENSE"]
    zipped = [gzip.decompress(path.read_bytes()) for path in manuals]
    return {
        "code": [path.read_text(encoding="utf-8", errors="replace") for path in library[:40]],
        "prose": [path.read_text(encoding="utf-8", errors="replace") for path in plain]
        + [page.decode("utf-8", "replace") for page in zipped],
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("corpus", ["code", "prose"])
def test_ids_equal_the_reference_on_what_is_installed(name, corpus):
    texts = make_corpora()[corpus]
    assert texts
    for text in texts:
        check(name, text)


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_on_150_languages_and_programs(name, recorded_documents):
    for document in recorded_documents:
        check(name, document["text"])


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_around_every_code_point(name):
    ranges = (range(0x40000), range(0xE0000, 0xE0400), range(0x10FFF0, 0x110000))
    characters = [chr(number) for part in ranges for number in part]
    for start in range(0, len(characters), 8192):
        part = characters[start : start + 8192]
        check(name, "".join(f"A{character}a {character}1{character}\n" for character in part))


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_on_long_runs(name):
    # The references fall over on runs of a megabyte of whitespace; 20 000 is what they bear.
    generator = random.Random(1)  # noqa: S311  a test needs the same text every time
    letters = "".join(generator.choices("abcdefgh", k=20_000))
    ideographs = "".join(map(chr, generator.choices(range(0x4E00, 0x9FA5), k=7_000)))
    for text in ("a" * 20_000, " " * 5_000, "\n" * 5_000, "=" * 20_000, letters, ideographs):
        check(name, text)
        check(name, f"x{text}y")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.tuples(st.sampled_from(SOUP), st.integers(1, 4)), max_size=24))
def test_ids_equal_the_reference_where_classes_meet(name, parts):
    check(name, "".join(part * times for part, times in parts))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.characters(), max_size=60))
def test_ids_equal_the_reference_on_any_unicode_surrogates_included(name, text):
    check(name, text)


@pytest.mark.parametrize("name", ["o200k", "llama3"])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_decoding_any_ids_equals_the_reference(name, data):
    tokenizer = Tokenizer.for_name(name)
    ids = data.draw(st.lists(st.integers(0, tokenizer.vocabulary.vocabulary_size - 1), max_size=12))
    reference = make_o200k() if name == "o200k" else Llama3Tokenizer.get_instance().model
    ids = [number for number in ids if number != 200_018]  # two names in the reference
    assert tokenizer.decode(ids) == reference.decode(ids)
    assert tokenizer.decode_bytes(ids) == reference.decode_bytes(ids)
