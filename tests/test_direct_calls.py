"""The methods that Python calls without the general calling convention."""

import inspect
import sys

import pytest

from bedrock_llm._core import TokenCounter  # noqa: TID251  the class that is put together
from bedrock_llm.tokens import TokenBudget, Tokenizer

LONG = "é wonderful\ud83d world " * 3000
TEXTS = ["", "a", "hello wonderful world", "中文", "\ud83d", "x" * 32_768, "x" * 32_769, LONG]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.for_name("o200k")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_direct_call_gives_what_the_general_one_gives(text, tokenizer):
    expected = tokenizer.count_up_to(text, 10**9)
    assert tokenizer.count(text) == TokenCounter(tokenizer.vocabulary).count(text) == expected
    assert tokenizer.count_batch([text]).tolist() == [expected]
    budget = TokenBudget(tokenizer, 10**6)
    assert budget.try_add(text)
    assert budget.used == expected
    assert not TokenBudget(tokenizer, max(expected - 1, 0)).try_add(text) or not text


def test_what_is_no_text_and_what_is_too_much_are_type_errors(tokenizer):
    budget = TokenBudget(tokenizer, 5)
    for call in (tokenizer.count, budget.try_add):
        for wrong in (5, b"bytes", ["text"]):
            with pytest.raises(TypeError, match=f"'{type(wrong).__name__}' object"):
                call(wrong)
        with pytest.raises(TypeError, match="takes exactly one argument"):
            call("a", "b")
        with pytest.raises(TypeError, match="takes no keyword arguments"):
            call(text="a")


def test_a_direct_method_belongs_to_its_class_only(tokenizer):
    with pytest.raises(TypeError, match="descriptor 'count'"):
        TokenCounter.count("text", "text")
    with pytest.raises(TypeError, match="descriptor 'count'"):
        Tokenizer.count(TokenCounter(tokenizer.vocabulary), "text")
    assert TokenCounter.count(tokenizer, "hello world") == 2


def test_direct_methods_tell_their_signature_and_what_they_do():
    for method in (TokenCounter.count, Tokenizer.count, TokenBudget.try_add):
        assert str(inspect.signature(method)) == "(self, text, /)"
        assert inspect.getdoc(method)


def test_a_subclass_may_count_in_another_way(tokenizer):
    class Doubling(TokenCounter):
        def count(self, text, /):
            return 2 * super().count(text)

    class Inheriting(Doubling):
        pass

    for counter in (Doubling(tokenizer.vocabulary), Inheriting(tokenizer.vocabulary)):
        assert counter.count("hello world") == 4


def test_direct_calls_keep_no_reference(tokenizer):
    budget = TokenBudget(tokenizer, 10**9)
    for text in ("hello wonderful world " * 3, "lone \ud83d here " * 3, "long " * 9000):
        before = sys.getrefcount(text)
        for _ in range(50):
            tokenizer.count(text)
            budget.try_add(text)
        assert sys.getrefcount(text) == before
