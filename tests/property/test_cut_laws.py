"""Laws of cutting that hold for every tokenizer, any text and any limit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.tokens import TokenBudget, Tokenizer
from bedrock_llm.vocabularies import VOCABULARIES

ESTIMATES = ("deepseek.v4", "amazon.nova-lite-v1:0", "amazon.nova-2-lite-v1:0")
SOUP = (
    *("hello ", " world", "e\u0301", "\u0301", "中文", "。\n", "🇩🇪", "\r\n", " ", "A. B! ", "1234"),
    *("👨‍👩‍👧‍👦", "\n\n", "'S", "ﷺ", "हिन्दी ", "\t", "x" * 40, "Dr. Who said. ", "…", "\ud83d"),
)
TEXTS = st.lists(st.sampled_from(SOUP), max_size=24).map("".join) | st.text(max_size=40)
KEEPS = st.sampled_from(["head", "tail", "ends"])
PLACES = st.sampled_from(["token", "character", "word", "sentence", "line"])
MARKERS = st.sampled_from([None, "…", "\n[cut]\n"])


def tokenizer_of(name: str) -> Tokenizer:
    return Tokenizer.for_name(name) if name in VOCABULARIES else Tokenizer.for_model(name)


@pytest.mark.parametrize("name", [*VOCABULARIES, *ESTIMATES])
@settings(max_examples=80, deadline=None)
@given(data=st.data(), text=TEXTS, keep=KEEPS, at=PLACES, marker=MARKERS)
def test_a_cut_text_fits_is_part_of_the_text_and_says_so(name, data, text, keep, at, marker):
    tokenizer = tokenizer_of(name)
    count, least = tokenizer.count(text), tokenizer.count(marker or "")
    limit = data.draw(st.integers(least, max(least, count + 2)))
    cut = tokenizer.cut(text, limit, keep=keep, at=at, marker=marker)
    assert cut.tokens == tokenizer.count(cut.text) <= limit
    assert cut.is_cut == (count > limit)
    assert cut.is_cut or cut.text is text
    assert tokenizer.cut(cut.text, limit, keep=keep, at=at, marker=marker).text is cut.text
    if marker is None and keep != "ends" and "\ud83d" not in text:
        assert text.startswith(cut.text) if keep == "head" else text.endswith(cut.text)


@pytest.mark.parametrize("name", [*VOCABULARIES, *ESTIMATES])
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_a_head_cannot_be_one_character_longer(name, text):
    tokenizer = tokenizer_of(name)
    text = text.replace("\ud83d", "")
    for limit in range(min(6, tokenizer.count(text))):
        head = tokenizer.cut(text, limit).text
        assert tokenizer.count(text[: len(head) + 1]) > limit
        tail = tokenizer.cut(text, limit, keep="tail").text
        assert tokenizer.count(text[len(text) - len(tail) - 1 :]) > limit


@pytest.mark.parametrize("name", [*VOCABULARIES, *ESTIMATES])
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_what_fits_is_what_counts_no_more(name, text):
    tokenizer = tokenizer_of(name)
    count = tokenizer.count(text)
    for limit in (0, 1, count - 1, count, count + 1, 10**12):
        if limit >= 0:
            assert tokenizer.fits(text, limit) == (count <= limit)
            assert TokenBudget(tokenizer, limit).try_add(text) == (count <= limit)


@pytest.mark.parametrize("name", [*VOCABULARIES, *ESTIMATES])
@settings(max_examples=30, deadline=None)
@given(texts=st.lists(TEXTS, max_size=8))
def test_a_batch_counts_what_its_texts_count(name, texts):
    tokenizer = tokenizer_of(name)
    expected = [tokenizer.count(text) for text in texts]
    assert tokenizer.count_batch(texts).tolist() == expected
    assert tokenizer.count_batch(texts, threads=2).tolist() == expected
