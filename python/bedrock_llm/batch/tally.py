"""What a run has done so far, counted from its output lines.

The engine adds each line once, whether the row was called now or found in the journal, so a
continued run shows the same totals as one that was never stopped.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

_INPUT_COUNTS = ("input_tokens", "cache_read_input_tokens", "cache_write_input_tokens")


@dataclass(slots=True, kw_only=True)
class Tally:
    """Count rows, tokens and money; one thread adds, anyone may read.

    Attributes:
        answered: Rows with a reply.
        failed: Rows with an error, by the error's type.
        recalled: Rows of these that were found in the journal and not called again.
        input_tokens: Tokens sent, those read from and written to the prompt cache included.
        output_tokens: Tokens received.
        cost_usd: Money of the rows whose price is known, in US dollars.
        unknown_cost: Answered rows whose price is not known, by reason.
        fraction: How much of the input is done, 0 to 1, or None where nobody knows.
        elapsed_seconds: Time since the run started.
    """

    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    recalled: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unknown_cost: Counter[str] = field(default_factory=Counter)
    fraction: float | None = None
    elapsed_seconds: float = 0.0

    @property
    def failures(self) -> int:
        """Count the rows that failed."""
        return self.failed.total()

    @property
    def rows(self) -> int:
        """Count the rows that are done."""
        return self.answered + self.failures

    @property
    def rows_per_second(self) -> float:
        """Divide the rows called in this start by the time they took."""
        return (self.rows - self.recalled) / self.elapsed_seconds if self.elapsed_seconds else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """Estimate the time left from the fraction read, or None where nothing tells it."""
        if not self.fraction or not self.rows_per_second:
            return None
        return max(self.rows / self.fraction - self.rows, 0.0) / self.rows_per_second

    def add(self, output: Mapping[str, object], *, is_recalled: bool = False) -> None:
        """Add one output line."""
        self.recalled += is_recalled
        error = output.get("error")
        if isinstance(error, Mapping):
            self.failed[str(error.get("type"))] += 1
            return
        self.answered += 1
        usage = output.get("usage")
        if isinstance(usage, Mapping):
            self.input_tokens += sum(usage.get(name) or 0 for name in _INPUT_COUNTS)
            self.output_tokens += usage.get("output_tokens") or 0
        cost = output.get("cost_usd")
        if isinstance(cost, str):
            self.cost_usd += Decimal(cost)
        else:
            self.unknown_cost[str(output.get("cost_reason") or "no reason was given")] += 1
