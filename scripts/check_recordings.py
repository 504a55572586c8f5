"""Compare request counts with recorded calls, and hold them against the targets.

    recordings ─► RecordedRequest ─► count_request ─► figures per family and kind ─► TARGET lines

Families with a vocabulary: plain and multi-turn requests >= 95 % exact and >= 99 % within one
token; requests with tools within 1 % for >= 90 %. Estimates: inside their own bound for >= 99 %.
The upper ends of `conservative=True`: not below the truth for >= 99 %.

Records are left out by the rules of `recorded_requests.py`, each with its count; those that we
believe to be wrong are listed by id with the reason, and the figures are given with and without
them. `--halves` reads every constant again off the repositories of one half (by the CRC-32 of
their names) and tests it on the other half: the constants of Claude, Nova and gpt-oss are fits,
the templates of the other families are not.
"""

import argparse
import os
import statistics
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bedrock_llm.context import count_raw_prompt, count_request
from bedrock_llm.framing.rows import find_framing_row
from bedrock_llm.tokens import Tokenizer
from recorded_requests import Reading, RecordedRequest

PLAIN_KINDS: Final = frozenset({"plain", "system", "multi-turn", "prompt"})
SMALLEST_GROUP: Final = 3
"""Fewer records of a kind say nothing about its constants."""
TOOL_KINDS: Final = frozenset({"tools", "tool loop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A record, the count and the upper end."""

    record: RecordedRequest
    counted: int
    upper: int
    bound: float | None
    is_estimate: bool

    @property
    def error(self) -> int:
        """The truth less the count, in tokens."""
        return self.record.truth - self.counted

    @property
    def relative_error(self) -> float:
        """The error as a share of the truth, without its sign."""
        return abs(self.error) / max(1, self.record.truth)

    @property
    def is_in_bound(self) -> bool:
        """Whether an estimate is within the bound that it states."""
        return self.bound is None or abs(self.error) <= self.bound * self.record.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A share of the records that must pass a test."""

    name: str
    goal: float
    applies: Callable[[Compared], bool]
    passes: Callable[[Compared], bool]


TARGETS: Final = (
    Target(
        name="plain_exact",
        goal=0.95,
        applies=lambda row: row.record.kind in PLAIN_KINDS and not row.is_estimate,
        passes=lambda row: row.error == 0,
    ),
    Target(
        name="plain_within_one",
        goal=0.99,
        applies=lambda row: row.record.kind in PLAIN_KINDS and not row.is_estimate,
        passes=lambda row: abs(row.error) <= 1,
    ),
    Target(
        name="tools_within_1_percent",
        goal=0.90,
        applies=lambda row: row.record.kind in TOOL_KINDS and not row.is_estimate,
        passes=lambda row: row.relative_error <= 0.01,  # noqa: PLR2004  one per cent
    ),
    Target(
        name="estimates_in_bound",
        goal=0.99,
        applies=lambda row: row.is_estimate,
        passes=lambda row: row.is_in_bound,
    ),
    Target(
        name="conservative_not_below",
        goal=0.99,
        applies=lambda _: True,
        passes=lambda row: row.record.truth <= row.upper,
    ),
)


def compare(record: RecordedRequest) -> Compared:
    """Count a recorded request."""
    if record.request is None:
        return _compare_prompt(record)
    counted = count_request(record.request, model_id=record.model_id, api=record.api)
    upper = count_request(
        record.request, model_id=record.model_id, api=record.api, conservative=True
    )
    return Compared(
        record=record,
        counted=counted.tokens,
        upper=upper.tokens,
        bound=counted.error_bound,
        is_estimate=_is_vocabulary_estimated(record.model_id),
    )


def _compare_prompt(record: RecordedRequest) -> Compared:
    counted = count_raw_prompt(record.prompt, record.model_id)
    tokenizer = Tokenizer.for_model(record.model_id)
    share = (tokenizer.error_bound or 0.0) if tokenizer.exactness == "estimated" else 0.0
    row = find_framing_row(record.model_id, api="invoke")
    upper = counted + row.margin.above(counted) + int(counted * share / (1 - share))
    return Compared(
        record=record,
        counted=counted,
        upper=upper,
        bound=(upper - counted) / max(1, counted),
        is_estimate=tokenizer.exactness == "estimated",
    )


def _is_vocabulary_estimated(model_id: str) -> bool:
    return Tokenizer.for_model(model_id).exactness == "estimated"


def print_table(rows: Sequence[Compared]) -> None:
    """Print the figures of each family and kind."""
    groups: dict[tuple[str, str], list[Compared]] = defaultdict(list)
    for row in rows:
        groups[row.record.family, row.record.kind].append(row)
    head = ("family", "kind", "n", "exact %", "within 1 token %", "within 1 % %", "mean error")
    print("{:<18}{:<12}{:>5}{:>9}{:>18}{:>14}{:>12}".format(*head))
    for (family, kind), group in sorted(groups.items()):
        shares = (
            share(group, lambda row: row.error == 0),
            share(group, lambda row: abs(row.error) <= 1),
            share(group, lambda row: row.relative_error <= 0.01),  # noqa: PLR2004  one per cent
        )
        mean = statistics.mean(row.error for row in group)
        exact, near, close = (f"{100 * value:.1f}" for value in shares)
        print(f"{family:<18}{kind:<12}{len(group):>5}{exact:>9}{near:>18}{close:>14}{mean:>12.2f}")


def share(rows: Sequence[Compared], passes: Callable[[Compared], bool]) -> float:
    """Give the share of rows that pass; 1 where there is none."""
    return sum(map(passes, rows)) / len(rows) if rows else 1.0


def print_targets(rows: Sequence[Compared], label: str) -> bool:
    """Print one line per target; True where all are hit."""
    are_hit = True
    for target in TARGETS:
        group = [row for row in rows if target.applies(row)]
        measured = share(group, target.passes)
        is_hit = measured >= target.goal
        are_hit &= is_hit
        verdict = "hit" if is_hit else "miss"
        print(
            f"TARGET {label}{target.name} measured={measured:.4f} goal={target.goal} "
            f"n={len(group)} {verdict}"
        )
    return are_hit


def print_misses(rows: Iterable[Compared]) -> None:
    """Print the records that are off by more than a token and, with a vocabulary, 1 per cent."""
    for row in rows:
        is_near = abs(row.error) <= 1 or row.relative_error <= 0.01  # noqa: PLR2004  one per cent
        if row.is_estimate or is_near:
            continue
        record = row.record
        print(
            f"  {record.record_id} {record.model_id} {record.kind}: recorded {record.truth}, "
            f"counted {row.counted} ({record.repository}) {record.doubt}"
        )


def print_halves(rows: Sequence[Compared]) -> None:
    """Read the constants off one half of the repositories and test them on the other."""
    halves: tuple[list[Compared], list[Compared]] = ([], [])
    for row in (row for row in rows if not row.is_estimate):
        halves[zlib.crc32(row.record.repository.encode()) % 2].append(row)
    for name, fitted, tested in (("first", *halves), ("second", halves[1], halves[0])):
        constants = _read_constants(fitted)
        usable = [row for row in tested if _group(row) in constants]
        untouched = share(usable, lambda row: row.error == 0)
        exact = share(usable, lambda row: row.error == constants[_group(row)])  # noqa: B023  used at once
        print(
            f"constants read off the {name} half ({len(fitted)} records, {len(constants)} groups): "
            f"{100 * exact:.1f} % of {len(usable)} records of the other half are exact; with the "
            f"rows' own constants {100 * untouched:.1f} %"
        )
        for (prefix, kind), value in sorted(constants.items()):
            if value:
                print(f"      {prefix} {kind}: {value:+d} tokens beside the row's")


def _group(row: Compared) -> tuple[str, str]:
    prefix = find_framing_row(row.record.model_id, api=row.record.api).prefix
    return prefix, row.record.kind


def _read_constants(rows: Sequence[Compared]) -> dict[tuple[str, str], int]:
    errors: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        errors[_group(row)].append(row.error)
    return {
        group: statistics.mode(found)
        for group, found in errors.items()
        if len(found) >= SMALLEST_GROUP
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 where all targets are hit, 1 where one is missed, 2 without recordings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--recordings", type=Path, help="folder; else BEDROCK_LLM_RECORDINGS")
    parser.add_argument("--halves", action="store_true", help="fit on one half, test on the other")
    options = parser.parse_args(arguments)
    folder = options.recordings or os.environ.get("BEDROCK_LLM_RECORDINGS")
    if folder is None or not any(Path(folder).glob("bedrock_*.jsonl")):
        place = "no folder is given" if folder is None else f"{str(folder)!r} has none"
        print(
            f"no recordings to compare with: {place}; give --recordings or set "
            "BEDROCK_LLM_RECORDINGS to the folder with bedrock_*.jsonl",
            file=sys.stderr,
        )
        return 2
    reading = Reading()
    rows = [compare(record) for record in reading.read_folder(Path(folder))]
    return report(rows, reading, with_halves=options.halves)


def report(rows: Sequence[Compared], reading: Reading, *, with_halves: bool) -> int:
    """Print everything; the exit code."""
    for reason, count in reading.excluded.most_common():
        print(f"{count:>5} left out: {reason}")
    believed = [row for row in rows if not row.record.doubt]
    print(f"{len(rows):>5} compared, {len(rows) - len(believed)} of them believed to be wrong:")
    for row in rows:
        if row.record.doubt:
            record = row.record
            print(f"      {record.record_id}: {record.doubt} ({record.truth}, ours {row.counted})")
    print_table(believed)
    print("off by more than one token and 1 %:")
    print_misses(rows)
    if with_halves:
        print_halves(believed)
    print_targets(rows, "with_doubtful.")
    return 0 if print_targets(believed, "") else 1


if __name__ == "__main__":
    sys.exit(main())
