"""A run shows one live line on a terminal and few plain lines elsewhere."""

import io
from collections import Counter
from decimal import Decimal

import pytest
from rich.console import Console

from bedrock_llm.batch import Tally
from bedrock_llm.cli.progress import (
    LiveProgress,
    PlainProgress,
    describe_progress,
    duration,
    open_progress,
    short_number,
)


def make_tally(rows: int, fraction: float | None = None) -> Tally:
    return Tally(answered=rows, fraction=fraction, elapsed_seconds=2.0, input_tokens=12_345)


def test_the_line_says_rate_tokens_errors_money_and_time_left() -> None:
    tally = Tally(
        answered=90,
        failed=Counter({"ThrottledError": 10}),
        input_tokens=12_345,
        output_tokens=999,
        cost_usd=Decimal("1.5"),
        fraction=0.25,
        elapsed_seconds=10.0,
    )
    assert describe_progress(tally) == (
        " 25% · 100 rows · 10.0 rows/s · 12.3k tokens in · 999 out · 10 errors · $1.50 · ETA 30.0 s"
    )


def test_money_nobody_knows_is_not_called_nothing() -> None:
    some = Tally(answered=3, unknown_cost=Counter({"no price": 1}), cost_usd=Decimal("0.000001"))
    every = Tally(answered=1, unknown_cost=Counter({"no price": 1}))
    assert "$0.000001 + 1 rows unknown" in describe_progress(some)
    assert "cost unknown" in describe_progress(every)
    assert "$" not in describe_progress(every)


def test_rows_found_in_the_journal_do_not_count_as_speed() -> None:
    tally = Tally(answered=100, recalled=90, elapsed_seconds=1.0, fraction=0.5)
    assert tally.rows_per_second == 10
    assert tally.remaining_seconds == 10


def test_plain_lines_come_every_tenth_or_every_five_seconds() -> None:
    now = 0.0
    text = io.StringIO()
    progress = PlainProgress(Console(file=text, width=200), clock=lambda: now)
    for step in range(101):
        progress.update(make_tally(step, step / 100))
    assert len(text.getvalue().splitlines()) == 10
    progress.update(make_tally(101, 1.0))
    now = 5.0
    progress.update(make_tally(102, 1.0))
    progress.update(make_tally(103, 1.0))
    assert len(text.getvalue().splitlines()) == 11


def test_a_terminal_gets_one_line_that_goes_away() -> None:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100)
    progress = open_progress(console)
    assert isinstance(progress, LiveProgress)
    progress.update(make_tally(7, 0.5))
    progress.close()
    assert "7 rows" in text.getvalue()
    assert isinstance(open_progress(Console(file=io.StringIO())), PlainProgress)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1:01"), (3_661, "1:01:01")]
)
def test_times_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (1_000, "1.0k"), (2_500_000, "2.5M")]
)  # fmt: skip
def test_counts_read_well(value: int, text: str) -> None:
    assert short_number(value) == text
