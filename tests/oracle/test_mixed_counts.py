"""Estimates of several vocabularies, compared with a slow twin written out from the catalog's rows.

text ─► re: runs of each script of the row ─► Tokenizer.for_name(share) x its scale ─► sum
"""

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm import TokenBudget, Tokenizer
from bedrock_llm._core import TokenCounter, Vocabulary  # noqa: TID251  what Python never asks of it
from bedrock_llm.catalog.scripts import SCRIPT_RANGES
from bedrock_llm.catalog.tokenizer_rows import TokenizerRow, find_tokenizer_row
from bedrock_llm.errors import ParameterError, TokenizerError

MODELS = ("amazon.nova-lite-v1:0", "us.amazon.nova-2-lite-v1:0")
EDGES = [character for rows in SCRIPT_RANGES.values() for row in rows for character in row]
BESIDE = [chr(ord(character) + step) for character in EDGES for step in (-1, 1)]
WORDS = (
    *(
        "hello ",
        " world",
        "Größe",
        "1234",
        "\n\n",
        " ",
        "…",
        "👨‍👩‍👧‍👦",
        "e\u0301",
        "\u2019s ",
        "x" * 70,
    ),
    *(
        "東京",
        "です",
        "テスト",
        "한국어 ",
        "สวัสดี",
        "हिन्दी ",
        "Привет, ",
        "γειά",
        "שלום ",
        "العربية",
    ),
)
TEXTS = st.lists(st.sampled_from(WORDS) | st.sampled_from(EDGES + BESIDE), max_size=20).map("".join)


def count_slowly(text: str, row: TokenizerRow) -> int:
    patterns = {
        share.script: "".join(f"{first}-{last}" for first, last in SCRIPT_RANGES[share.script])
        for share in row.shares
    }
    runs = re.compile("|".join(f"(?P<{name}>[{text}]+)" for name, text in patterns.items()))
    shares = {share.script: (share.vocabulary, share.scale_permille) for share in row.shares}
    tokens, at = 0, 0
    for match in runs.finditer(text):
        name, scale = shares[match.lastgroup]
        tokens += -(-Tokenizer.for_name(name).count(match.group()) * scale // 1000)
        tokens += Tokenizer.for_name(row.vocabulary).count(text[at : match.start()])
        at = match.end()
    return tokens + Tokenizer.for_name(row.vocabulary).count(text[at:])


def row_of(tokenizer: Tokenizer) -> TokenizerRow:
    return find_tokenizer_row(tokenizer.model_id.removeprefix("us."))


@pytest.mark.parametrize("model_id", MODELS)
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_every_method_counts_as_the_slow_twin(model_id, text):
    tokenizer = Tokenizer.for_model(model_id)
    count = count_slowly(text, row_of(tokenizer))
    assert tokenizer.count(text) == tokenizer.measure(text).tokens == count
    assert tokenizer.count_batch([text, text]).tolist() == [count, count]
    assert tokenizer.count_up_to(text, count) == count
    assert tokenizer.fits(text, count)
    if count:
        assert tokenizer.count_up_to(text, count - 1) is None
        assert not tokenizer.fits(text, count - 1)
        assert not TokenBudget(tokenizer, count - 1).try_add(text)
    assert TokenBudget(tokenizer, count).add(text) == count


@pytest.mark.parametrize("model_id", MODELS)
def test_each_character_counts_as_the_slow_twin_has_it(model_id):
    tokenizer = Tokenizer.for_model(model_id)
    points = (*range(0x20, 0x3500), *range(0x3500, 0xD800, 61), *range(0xE000, 0x40100, 997))
    texts = [f"a {chr(point)}, {chr(point)}" for point in points]
    counts = [count_slowly(text, row_of(tokenizer)) for text in texts]
    assert tokenizer.count_batch(texts).tolist() == counts


def test_long_text_counts_as_the_slow_twin_has_it():
    tokenizer = Tokenizer.for_model(MODELS[0])
    text = "".join(word * (7 * place + 1) for place, word in enumerate(WORDS))
    text += "plain ascii, " * 90 + "東" + "plain ascii, " * 90
    assert tokenizer.count(text) == count_slowly(text, row_of(tokenizer))
    assert tokenizer.count_up_to("東京 tower " * 100_000, 50) is None


def test_the_facts_of_a_mixed_estimate_come_from_its_row():
    tokenizer = Tokenizer.for_model(MODELS[0])
    row = row_of(tokenizer)
    assert tokenizer.exactness == "estimated"
    assert tokenizer.vocabulary.kind == "mixed"
    assert tokenizer.error_bound == tokenizer.measure("hello").error_bound == row.error_bound
    assert tokenizer.bound_of(["hello", "¿qué?"]) == row.latin_error_bound
    assert tokenizer.bound_of(["hello", "東"]) == row.error_bound
    for share in row.shares:
        assert f"{share.scale_permille / 1000:.3f} for {share.script} text" in tokenizer.method
    assert row.evidence in tokenizer.method


def test_a_mixed_estimate_has_no_ids_and_pickles_as_its_model():
    tokenizer = Tokenizer.for_model(MODELS[0])
    for ask, asked in ((tokenizer.encode, "東京"), (tokenizer.decode, [1])):
        with pytest.raises(TokenizerError, match="can count but neither encode nor decode"):
            ask(asked)
    with pytest.raises(TokenizerError, match="its ids are not public"):
        TokenCounter(tokenizer.vocabulary).encode("東京")
    assert pickle.loads(pickle.dumps(tokenizer)).count("東京") == tokenizer.count("東京")  # noqa: S301  our own bytes


def test_ranges_that_are_none_are_refused():
    counter = Tokenizer.for_name("o200k")
    for ranges, reason in (
        ([("b", "a")], "ends before it starts"),
        ([("a", "c"), ("c", "d")], "overlap"),
    ):
        with pytest.raises(ParameterError, match=reason):
            Vocabulary.mixed("wrong", counter, [(counter, ranges)])
