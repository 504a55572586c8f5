"""Laws of counting that hold for every tokenizer and any text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm._core import TokenCounter  # noqa: TID251  counts without a scale
from bedrock_llm.tokens import Tokenizer

NAMES = (
    *("o200k", "tekken", "llama3", "llama4", "qwen3", "deepseek", "glm4", "glm5", "minimax"),
    *("kimi", "claude2"),
)
FORMS = {"qwen3": "NFC", "minimax": "NFC", "claude2": "NFKC"}
CLAUDE = ("claude3", "claude47", "claude48", "claude5")
ESTIMATES = ("deepseek.v4", "amazon.nova-lite-v1:0", "minimax.minimax-m3")
TEXTS = st.text(max_size=40) | st.text("ab cB'S1.\n/é中\u0301", max_size=40)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_a_count_is_the_number_of_ids_and_ids_are_the_text(name, text):
    tokenizer = Tokenizer.for_name(name)
    ids = tokenizer.encode(text)
    assert tokenizer.count(text) == tokenizer.measure(text).tokens == len(ids)
    if unicodedata.is_normalized(FORMS.get(name, "NFC"), text) or name not in FORMS:
        assert tokenizer.decode(ids) == text
        assert tokenizer.decode_bytes(ids) == text.encode()
    assert tokenizer.encode(tokenizer.decode(ids)) == ids


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_special_ids_never_come_from_text(name, text):
    tokenizer = Tokenizer.for_name(name)
    special_tokens = tokenizer.vocabulary.special_tokens
    for spelled in (text, "".join(list(special_tokens)[:8]) + text):
        assert not set(special_tokens.values()).intersection(tokenizer.encode(spelled))


@pytest.mark.parametrize("name", [*NAMES, *CLAUDE])
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_every_limit_agrees_with_the_count(name, text):
    check_every_limit(Tokenizer.for_name(name), text)


@pytest.mark.parametrize("model_id", ESTIMATES)
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_every_limit_agrees_with_an_estimated_count(model_id, text):
    check_every_limit(Tokenizer.for_model(model_id), text)


def check_every_limit(tokenizer: Tokenizer, text: str) -> None:
    count = tokenizer.count(text)
    for limit in range(count + 3):
        assert tokenizer.count_up_to(text, limit) == (count if limit >= count else None)


@pytest.mark.parametrize("model_id", ESTIMATES)
@settings(max_examples=60, deadline=None)
@given(text=TEXTS, more=TEXTS)
def test_an_estimate_grows_with_the_tokens_it_scales(model_id, text, more):
    tokenizer = Tokenizer.for_model(model_id)
    fewer, many = sorted((text, more), key=TokenCounter(tokenizer.vocabulary).count)
    assert tokenizer.count(fewer) <= tokenizer.count(many)
    assert (tokenizer.count(text) == 0) == (text == "")
