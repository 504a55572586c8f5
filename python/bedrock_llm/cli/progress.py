"""How a run shows itself while it works: one live line on a terminal, plain lines elsewhere.

Both are told about four times a second and write to standard error. The plain form writes at most
every five seconds, or sooner where another tenth of the input is done.
"""

import time
from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bedrock_llm.batch import Tally

_PLAIN_SECONDS = 5.0
_THOUSAND = 1000
_MINUTE = 60
_UNITS = ("", "k", "M", "G")


class Progress(Protocol):
    """Show a run."""

    def update(self, tally: Tally) -> None:
        """Show what is done."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class LiveProgress:
    """Keep one line of a terminal up to date."""

    def __init__(self, console: Console) -> None:
        self._live = Live(Text("starting"), console=console, auto_refresh=False, transient=True)
        self._live.start()

    def update(self, tally: Tally) -> None:
        """Draw the line anew."""
        line = Text(describe_progress(tally), no_wrap=True, overflow="ellipsis")
        self._live.update(line, refresh=True)

    def close(self) -> None:
        """Remove the line."""
        self._live.stop()


class PlainProgress:
    """Write a line now and then."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._last_time = clock()
        self._last_tenth = 0

    def update(self, tally: Tally) -> None:
        """Write a line if it is time for one."""
        tenth = int((tally.fraction or 0) * 10)
        now = self._clock()
        is_due = now - self._last_time >= _PLAIN_SECONDS
        if tally.rows and (is_due or tenth > self._last_tenth):
            self._last_time, self._last_tenth = now, tenth
            self._console.print(describe_progress(tally), soft_wrap=True, highlight=False)

    def close(self) -> None:
        """Leave nothing behind."""


def open_progress(console: Console) -> Progress:
    """Choose the form that suits a console."""
    return LiveProgress(console) if console.is_terminal else PlainProgress(console)


def describe_progress(tally: Tally) -> str:
    """Say in one line how far a run is."""
    parts = [
        "" if tally.fraction is None else f"{tally.fraction:4.0%}",
        f"{tally.rows:,} rows",
        f"{tally.rows_per_second:,.1f} rows/s",
        f"{short_number(tally.input_tokens)} tokens in",
        f"{short_number(tally.output_tokens)} out",
        f"{tally.failures:,} errors",
        describe_cost(tally),
        "" if tally.remaining_seconds is None else f"ETA {duration(tally.remaining_seconds)}",
    ]
    return " · ".join(part for part in parts if part)


def describe_cost(tally: Tally) -> str:
    """Say what a run cost, and that a part is not known where it is not."""
    unknown = tally.unknown_cost.total()
    if unknown and unknown == tally.answered:
        return "cost unknown"
    known = f"${tally.cost_usd:,.{2 if tally.cost_usd >= 1 else 6}f}"
    return f"{known} + {unknown:,} rows unknown" if unknown else known


def short_number(value: int) -> str:
    """Write a count with three digits and a unit: `12.3k`."""
    size = float(value)
    for unit in _UNITS[:-1]:
        if size < _THOUSAND:
            return f"{size:.1f}{unit}" if unit else str(value)
        size /= _THOUSAND
    return f"{size:.1f}{_UNITS[-1]}"


def duration(seconds: float) -> str:
    """Write a time as `12.3 s`, `m:ss` or `h:mm:ss`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
