"""Ids against the vendors' own tokenizers: sentencepiece for Mistral, tokenizers for Gemma.

Google publishes Gemma's vocabulary as pieces and a list of merges for `tokenizers`. The packed
file holds no merges; the pieces are read here by a reader that shares nothing with the core, and
every way to make a piece of two is a merge. Packing compares that list with the published one.
"""

import gzip
import struct
import sysconfig
from functools import lru_cache
from pathlib import Path

import mistral_common
import pytest
import tokenizers
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor
from tokenizers import models, normalizers, pre_tokenizers

from bedrock_llm._core import TokenCounter, Vocabulary  # noqa: TID251  its own errors are tested
from bedrock_llm.errors import TokenizerError, VocabularyMissingError
from bedrock_llm.tokens import Tokenizer
from bedrock_llm.vocabularies import VOCABULARIES, PiecesFile

MISTRAL = {
    "mistral_v1": "tokenizer.model.v1",
    "mistral_v2": "mistral_instruct_tokenizer_240216.model.v2",
    "mistral_v3": "mistral_instruct_tokenizer_240323.model.v3",
    "mistral_v7": "mistral_instruct_tokenizer_241114.model.v7",
}
NAMES = (*MISTRAL, "gemma4")
SOUP = (
    *(" ", "  ", "▁", "\n", "\r\n", "\t", "\u3000", "\x85", "\x0b", "\u200b", "\x00", "\x7f"),
    *("a", "b", "the", "ing", "Ab", "中", "文字", "ー", "한국", "é", "e\u0301", "Я", "ש", "क", "्"),
    *(
        "0",
        "12",
        "!",
        "=",
        "==",
        "_",
        "😀",
        "👩\u200d👩\u200d👧",
        "🇫🇷",
        "\ufe0f",
        "\ufffd",
        "\ue000",
    ),
    *("[REF]", "[/REF]", "[REFERENCE_DOC_3]", "[REF", "]", "[INST]", "<s>", "</s>", "<unk>"),
    *("<table>", "</td>", ">", " </", "<0x41>", "<|turn>", "<unused0>", "[multimodal]", "<"),
    *("\U00016ec9", "\U0010ffff"),
)


def model_path(name: str) -> Path:
    return Path(mistral_common.__file__).parent / "data" / MISTRAL[name]


@lru_cache
def make_mistral(name: str) -> SentencePieceProcessor:
    return SentencePieceProcessor(model_file=str(model_path(name)))


class Reader:
    """Read a packed file of pieces, as `scripts/pack_pieces.py` draws it."""

    def __init__(self, data: bytes) -> None:
        size = struct.unpack_from("<I", data, 16)[0]
        self.data = zstandard.ZstdDecompressor().decompress(data[20:], max_output_size=size)
        self.position = 0

    def take(self, size: int) -> bytes:
        self.position += size
        return self.data[self.position - size : self.position]

    def number(self) -> int:
        return int(struct.unpack("<I", self.take(4))[0])

    def runs(self) -> list[int]:
        rows = [(self.number(), self.number(), self.number()) for _ in range(self.number())]
        return [first + step * place for count, first, step in rows for place in range(count)]


def read_gemma() -> tuple[dict[str, int], list[int], list[int]]:
    """Give the id of each piece, their priorities, and the ids of the bytes."""
    source = VOCABULARIES["gemma4"]
    assert isinstance(source, PiecesFile)
    reader = Reader(source.path.read_bytes())
    count, _ = reader.number(), reader.number()
    sizes = reader.take(count)  # no piece is so long that its size has two bytes
    pieces = [""] * count
    for place in sorted(range(count), key=sizes.__getitem__):
        pieces[place] = reader.take(sizes[place]).decode()
    priorities = reader.runs()
    reader.number()
    for _ in range(7):
        reader.take(reader.number())
    reader.number()
    return dict(zip(pieces, reader.runs(), strict=True)), priorities, reader.runs()


@lru_cache
def make_gemma() -> tokenizers.Tokenizer:
    numbers, priorities, byte_ids = read_gemma()
    merges = []
    for (text, number), priority in zip(numbers.items(), priorities, strict=True):
        for cut in range(1, len(text)):
            left, right = text[:cut], text[cut:]
            if left in numbers and right in numbers:
                merges.append((priority, -len(left), -len(right), number, left, right))
    vocabulary = {text.replace(" ", "▁"): number for text, number in numbers.items()}
    vocabulary |= {f"<0x{byte:02X}>": number for byte, number in enumerate(byte_ids)}
    pairs = [(row[4].replace(" ", "▁"), row[5].replace(" ", "▁")) for row in sorted(merges)]
    reference = tokenizers.Tokenizer(models.BPE(vocabulary, pairs, byte_fallback=True))
    reference.normalizer = normalizers.Replace(" ", "▁")
    reference.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    return reference


def encode_with_reference(name: str, text: str) -> list[int]:
    if name in MISTRAL:
        return list(make_mistral(name).encode(text))
    return list(make_gemma().encode(text, add_special_tokens=False).ids)


def check(name: str, text: str) -> None:
    expected = encode_with_reference(name, text)
    tokenizer = Tokenizer.for_name(name)
    assert tokenizer.encode(text) == expected, f"{name}: {text[:200]!a}"
    assert tokenizer.count(text) == tokenizer.count_up_to(text, len(expected)) == len(expected)
    assert not expected or tokenizer.count_up_to(text, len(expected) - 1) is None
    if name in MISTRAL:
        assert tokenizer.decode(expected) == make_mistral(name).decode(expected)


@pytest.mark.parametrize("name", MISTRAL)
def test_ids_kinds_and_texts_are_those_of_the_model_file(name):
    tokenizer, reference = Tokenizer.for_name(name), make_mistral(name)
    vocabulary = tokenizer.vocabulary
    assert vocabulary.kind == "sentencepiece"
    assert vocabulary.vocabulary_size == reference.get_piece_size()
    numbers = range(reference.get_piece_size())
    special_tokens = {
        reference.id_to_piece(number): number
        for number in numbers
        if reference.is_control(number) or reference.is_unknown(number)
    }
    assert vocabulary.special_tokens == special_tokens
    loaded = Vocabulary.from_model(model_path(name).read_bytes(), name)
    assert loaded.special_tokens == vocabulary.special_tokens
    assert loaded.user_tokens == vocabulary.user_tokens
    other = TokenCounter(loaded)
    for number in set(numbers) - set(special_tokens.values()):
        expected = reference.decode([number])
        assert tokenizer.decode([number]) == other.decode([number]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_published_pieces_are_met(name):
    pieces = {"gemma4": [9259, 1902]}
    expected = pieces.get(name) or make_mistral(name).encode("Hello world")
    assert Tokenizer.for_name(name).encode("Hello world") == expected


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_on_prose_and_code(name):
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-h]*.py"))[:40]
    licences = sorted(Path("/usr/share/common-licenses").glob("*"))
    manuals = sorted(Path("/usr/share/man").glob("**/*.gz"))[:40]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in [*library, *licences]]
    texts += [gzip.decompress(path.read_bytes()).decode("utf-8", "replace") for path in manuals]
    assert texts
    for text in texts:
        check(name, text)


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_on_150_languages_and_programs(name, recorded_documents):
    for document in recorded_documents:
        check(name, document["text"])


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_around_every_code_point(name):
    ranges = (range(0xD800), range(0xE000, 0x30000), range(0xE0000, 0xE0400))
    characters = [chr(number) for part in ranges for number in part]
    for start in range(0, len(characters), 8192):
        part = characters[start : start + 8192]
        check(name, "".join(f"A{character}a {character}1{character}\n" for character in part))


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_reference_on_runs_of_any_length(name):
    for character in " \n\t=-a_#*▁中":
        for size in (*range(1, 70), 100, 1000, 20_000):
            check(name, character * size)
            check(name, f"x{character * size}y")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.tuples(st.sampled_from(SOUP), st.integers(1, 4)), max_size=24))
def test_ids_equal_the_reference_where_pieces_meet(name, parts):
    check(name, "".join(part * times for part, times in parts))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_ids_equal_the_reference_on_any_unicode(name, text):
    check(name, text)


@pytest.mark.parametrize("name", MISTRAL)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_decoding_any_ids_but_special_ones_equals_the_reference(name, data):
    tokenizer = Tokenizer.for_name(name)
    special_ids = set(tokenizer.vocabulary.special_tokens.values())
    largest = make_mistral(name).get_piece_size() - 1
    ids = st.integers(0, largest).filter(lambda number: number not in special_ids)
    drawn = data.draw(st.lists(ids, max_size=12))
    assert tokenizer.decode(drawn) == make_mistral(name).decode(drawn)


@pytest.mark.parametrize("name", NAMES)
def test_special_tokens_and_surrogates_in_a_text_stay_text(name):
    tokenizer = Tokenizer.for_name(name)
    special_tokens = tokenizer.vocabulary.special_tokens
    ids = tokenizer.encode(" ".join(special_tokens))
    assert not set(special_tokens.values()).intersection(ids)
    assert tokenizer.encode("a\ud83db") == tokenizer.encode("a\ufffdb")
    assert tokenizer.encode("\ud83d\ude00") == tokenizer.encode("\U0001f600")


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_vocabulary_says_where_it_came_from(name):
    source = Tokenizer.for_name(name).vocabulary.source
    assert source["licence"] == "Apache-2.0"
    assert source["package"] in {"PyPI mistral-common", "PyPI llama-cpp-python"}
    assert len(source["sha256"]) == 64


def test_missing_and_broken_files_are_errors_of_this_library(tmp_path):
    with pytest.raises(VocabularyMissingError, match="cannot be read"):
        Vocabulary.open_pieces(tmp_path / "none.pieces", "x")
    for read in (Vocabulary.from_packed_pieces, Vocabulary.from_model):
        with pytest.raises(TokenizerError, match="no usable"):
            read(b"not a model", "x")
    for number in (-1, 32_768, 2**40):
        with pytest.raises(TokenizerError, match=f"token id {number} is not in the vocabulary"):
            Tokenizer.for_name("mistral_v3").decode([number])
