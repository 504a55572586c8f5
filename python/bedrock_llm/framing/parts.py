"""What a framing gives back, and what it is asked."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeAlias, cast

from bedrock_llm.framing.conversation import Conversation
from bedrock_llm.tokens import Tokenizer

CountText: TypeAlias = Callable[[str], int]
"""Counts the tokens of a text with the model's vocabulary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """The tokens of a request by where they come from; media are counted elsewhere.

    Attributes:
        system: Of the system prompt.
        tools: Of the declared tools and what the format says about them.
        messages: Of the contents of each message, calls and results included.
        framing: Of everything the format puts around them.
        not_counted: What the request has and the format has no form for.
    """

    system: int
    tools: int
    messages: tuple[int, ...]
    framing: int
    not_counted: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        """The sum of the parts."""
        return self.system + self.tools + sum(self.messages) + self.framing


class Expression(NamedTuple):
    """A count, written out: a constant, and how often each text is counted."""

    constant: int
    texts: Mapping[str, int]

    def count(self, count: CountText) -> int:
        """Give the count."""
        return self.constant + sum(times * count(text) for text, times in self.texts.items())


class Framing(Protocol):
    """A prompt format that can be counted."""

    @property
    def counts_schemas(self) -> bool:
        """Whether a JSON schema of the reply is in the count."""
        ...

    def count(self, conversation: Conversation, tokenizer: Tokenizer) -> RequestParts:
        """Count a conversation as the format would render it."""
        ...

    def express(self, conversation: Conversation, tokenizer: Tokenizer) -> Expression:
        """Write out the count of a conversation; only control tokens are looked up."""
        ...

    def count_prompt(self, prompt: str, tokenizer: Tokenizer) -> int:
        """Count a prompt that is already rendered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How far recorded truth was above the count at most, in at least 99 of 100 recordings.

    Attributes:
        tokens: Tokens, whatever the size of the request.
        share: A share of the true count, beside the tokens.
    """

    tokens: int = 0
    share: float = 0.0

    def above(self, counted: int) -> int:
        """Give the tokens that the truth may be above a count."""
        return self.tokens + math.ceil(counted * self.share / (1 - self.share))


_BITS: Final = 64
_HALF: Final = 1 << (_BITS - 1)


class _Numbers:
    """Stands for a tokenizer: each text counts another power of a large base."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def count(self, text: str) -> int:
        return 1 << (_BITS * self.numbers.setdefault(text, len(self.numbers) + 1))


def express_sum(framing: Framing, conversation: Conversation) -> Expression:
    """Write out the count of a framing that does nothing but add counts of texts.

    It is asked once, with counts that are powers of a large base: the digits of its answer are the
    constant and how often each text was counted.
    """
    asked = _Numbers()
    total = framing.count(conversation, cast("Tokenizer", asked)).tokens
    digits = []
    for _ in range(len(asked.numbers) + 1):
        digit = (total + _HALF) % (1 << _BITS) - _HALF
        digits.append(digit)
        total = (total - digit) >> _BITS
    texts = {text: digits[number] for text, number in asked.numbers.items() if digits[number]}
    return Expression(constant=digits[0], texts=texts)
