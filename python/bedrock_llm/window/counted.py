"""Messages counted by a caller's own function, for those who bring one."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from bedrock_llm.catalog.tokenizer_rows import Exactness
from bedrock_llm.framing import find_framing_row
from bedrock_llm.tokens import Tokenizer
from bedrock_llm.window.prompt import ModelCounting, Run


@lru_cache(maxsize=1)
def find_no_counting() -> ModelCounting:
    """Give what stands for a model where the caller counts."""
    return ModelCounting(
        model_id="",
        base_id=None,
        api="converse",
        row=find_framing_row(None),
        tokenizer=Tokenizer.for_name("o200k"),
    )


class CountedPrompt:
    """As `WindowPrompt`, but with a count that is the caller's.

    Args:
        messages: All messages.
        first: How many of them, at the start, are the system's.
        count: Counts a list of messages.
    """

    plain = None
    ledger = None
    slack = 24

    def __init__(
        self, messages: Sequence[object], *, first: int, count: Callable[[list[object]], int]
    ) -> None:
        self.first = first
        self._messages = messages
        self._count = count
        self._system = list(messages[:first])
        self.head_tokens = count(self._system) if self._system else 0

    def cost(self, index: int, is_reduced: bool, limit: int) -> int | None:  # noqa: FBT001  the core calls it
        """Count a message alone."""
        del is_reduced
        tokens = self._count([self._messages[index]])
        return tokens if tokens <= limit else None

    def total(self, runs: Sequence[Run]) -> int:
        """Count exactly these messages, the system's among them."""
        return self.total_of(
            message for start, stop, _ in runs for message in self._messages[start:stop]
        )

    def total_of(self, messages: Iterable[object]) -> int:
        """Count the system's messages and these."""
        return self._count([*self._system, *messages])

    def exactness(self, runs: Iterable[Run]) -> Exactness:
        """Say that nobody knows how the caller counts."""
        del runs
        return "probable"
