"""What a framing gives back, and what it is asked."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

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


class Framing(Protocol):
    """A prompt format that can be counted."""

    @property
    def counts_schemas(self) -> bool:
        """Whether a JSON schema of the reply is in the count."""
        ...

    def count(self, conversation: Conversation, tokenizer: Tokenizer) -> RequestParts:
        """Count a conversation as the format would render it."""
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
