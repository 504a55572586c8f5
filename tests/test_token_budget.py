import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bedrock_llm.errors import ParameterError, TokenBudgetError
from bedrock_llm.tokens import TokenBudget, Tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.for_name("o200k")


def test_texts_are_added_as_long_as_they_fit(tokenizer):
    budget = TokenBudget(tokenizer, limit=5)
    assert (budget.limit, budget.used, budget.remaining) == (5, 0, 5)
    assert budget.try_add("one two three")
    assert not budget.try_add("four five six")
    assert (budget.used, budget.remaining) == (3, 2)
    assert budget.try_add("four five")
    assert budget.try_add("")
    assert not budget.try_add("six")
    assert budget.remaining == 0
    assert repr(budget) == "<TokenBudget: 5 of 5 tokens used>"


def test_adding_gives_the_tokens_or_says_how_many_are_left(tokenizer):
    budget = TokenBudget(tokenizer, 4)
    assert budget.add("one two three") == 3
    with pytest.raises(TokenBudgetError, match="more than 1 tokens does not fit: 3 of 4 tokens"):
        budget.add("four five")
    assert budget.used == 3
    budget.reset()
    assert (budget.used, budget.add("four five")) == (0, 2)


def test_an_estimate_uses_its_scaled_tokens():
    tokenizer = Tokenizer.for_model("deepseek.v4")
    budget = TokenBudget(tokenizer, 100)
    assert budget.add("hello world") == tokenizer.count("hello world") == budget.used
    assert budget.tokenizer is tokenizer


def test_a_text_far_above_what_is_left_is_not_read_to_its_end(tokenizer):
    budget, text = TokenBudget(tokenizer, 10), "hello wonderful world " * 400_000
    assert not any(budget.try_add(text) for _ in range(2000))


def test_threads_never_use_more_than_the_limit(tokenizer):
    budget = TokenBudget(tokenizer, 1001)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    text = " two" * 9000  # long enough to be counted while other threads run
    try:
        with ThreadPoolExecutor(8) as pool:
            added = list(pool.map(budget.try_add, ["one two", text] * 2000))
    finally:
        sys.setswitchinterval(interval)
    assert sum(added) == 500
    assert budget.remaining == 1


def test_wrong_arguments_are_refused(tokenizer):
    with pytest.raises(ParameterError, match="a limit of -1 tokens is below 0"):
        TokenBudget(tokenizer, -1)
    with pytest.raises(TypeError, match="TokenCounter"):
        TokenBudget("o200k", 5)
    with pytest.raises(TypeError, match="bytes"):
        TokenBudget(tokenizer, 5).try_add(b"x")
