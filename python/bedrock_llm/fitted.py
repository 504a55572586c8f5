"""What fitting a conversation to a window gives, and what was done for it.

`bedrock_llm.window` makes it; responses and observers carry it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, TypeVar

GivenMessage = TypeVar("GivenMessage")
"""A `Message`, or a mapping of any of the three shapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A run of messages that were left out.

    Attributes:
        start: The first one's number in what was given.
        stop: The number after the last one's.
        reason: Why, in words.
    """

    start: int
    stop: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortened:
    """A message of which a part was left out.

    Attributes:
        index: Its number in what was given.
        reason: What was done and why, in words.
    """

    index: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Fitted(Generic[GivenMessage]):
    """A conversation that fits, in the shape it was given in.

    Attributes:
        messages: What is kept, in order; untouched messages are the very objects.
        tokens_after: What the whole prompt counts with them: system prompt, tools, messages and
            what the prompt format puts around them; equal to `count_request(...).tokens`.
        budget_tokens: What it had to fit: `max_tokens` less what was reserved.
        dropped: The runs that were left out.
        shortened: The messages of which a part was left out.
        repairs: What was mended so that the result can be sent.
        exactness: How `tokens_after` is known.
        count_before: Counts what was given.
    """

    messages: list[GivenMessage]
    tokens_after: int
    budget_tokens: int
    dropped: tuple[Dropped, ...] = ()
    shortened: tuple[Shortened, ...] = ()
    repairs: tuple[str, ...] = ()
    exactness: Literal["exact", "reconstructed", "probable", "estimated"]
    count_before: Callable[[], int] = field(repr=False, compare=False)

    @cached_property
    def tokens_before(self) -> int:
        """What the prompt counts with everything that was given; counted when first asked for."""
        return self.count_before() if self.is_changed else self.tokens_after

    @property
    def is_changed(self) -> bool:
        """Whether anything was dropped, shortened or mended."""
        return bool(self.dropped or self.shortened or self.repairs)
