"""The table a run ends with, on standard output."""

from collections.abc import Iterator

import click

from bedrock_llm.batch import BatchSummary
from bedrock_llm.cli.progress import describe_cost, duration

_REASONS = 5


def print_summary(summary: BatchSummary, *, is_local: bool) -> None:
    """Print what a run came to, one fact a line.

    Args:
        summary: The outcome.
        is_local: Nothing of it was bought: the cost is what Bedrock would have charged.
    """
    facts = list(_facts(summary, is_local=is_local))
    width = max(len(name) for name, _ in facts) + 2
    for name, value in facts:
        click.echo(click.style(f"{name:<{width}}", bold=True) + value)


def _facts(summary: BatchSummary, *, is_local: bool) -> Iterator[tuple[str, str]]:
    tally = summary.tally
    recalled = f" ({tally.recalled:,} from an earlier start)" if tally.recalled else ""
    yield "rows", f"{tally.rows:,}{recalled}"
    yield "answered", f"{tally.answered:,}"
    yield "failed", f"{tally.failures:,}"
    for kind, count in tally.failed.most_common():
        yield f"  {kind}", f"{count:,}"
    yield "tokens in", f"{tally.input_tokens:,}"
    yield "tokens out", f"{tally.output_tokens:,}"
    yield "cost", describe_cost(tally) + (" (on Bedrock; --local is free)" if is_local else "")
    for reason, count in tally.unknown_cost.most_common(_REASONS):
        yield f"  unknown for {count:,}", reason
    others = tally.unknown_cost.total() - sum(
        count for _, count in tally.unknown_cost.most_common(_REASONS)
    )
    if others:
        yield f"  unknown for {others:,}", "other reasons; each row names its own"
    if not summary.was_complete:
        yield "time", f"{duration(tally.elapsed_seconds)} ({tally.rows_per_second:,.1f} rows/s)"
    if summary.output is not None:
        yield "replies", click.format_filename(summary.output)
    elif tally.rows:
        yield "journal", click.format_filename(summary.journal)
