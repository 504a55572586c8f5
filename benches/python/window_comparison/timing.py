"""Times every library on every scenario, interleaved, and writes tables and targets.

    SCENARIOS x candidates ─► rounds ─► median of a round's samples ─► Results ─► Markdown, TARGETs

In a round every library takes its turn before the next round begins, all on the same core. A
library that gives no answer in time is named with the time, and not asked again in that scenario.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from peer_processes.targets import format_ratio, format_seconds, format_target
from peer_processes.workers import Worker, WorkerError
from window_comparison.peers import BY_HAND, OURS
from window_comparison.session import Candidate, start


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Something that is timed.

    Attributes:
        name: What the tables call it.
        measure: The request to the workers.
        arguments: What the request says.
        most_seconds: The goal for ours; None where there is none.
        least_ratio: How many times slower the best library must be; None where there is no goal.
        is_in_quick: Whether `--quick` measures it.
    """

    name: str
    measure: str
    arguments: Mapping[str, int]
    most_seconds: float | None = None
    least_ratio: float | None = None
    is_in_quick: bool = True


SCENARIOS: Final[tuple[Scenario, ...]] = (
    Scenario(
        name="1k.8k",
        measure="time_fit",
        arguments={"number": 1_000, "limit": 8_000},
        most_seconds=1e-3,
        least_ratio=40,
    ),
    Scenario(
        name="1k.100k",
        measure="time_fit",
        arguments={"number": 1_000, "limit": 100_000},
        most_seconds=5e-3,
        least_ratio=10,
    ),
    Scenario(
        name="10k.8k",
        measure="time_fit",
        arguments={"number": 10_000, "limit": 8_000},
        most_seconds=1.5e-3,
    ),
    Scenario(
        name="10k.100k",
        measure="time_fit",
        arguments={"number": 10_000, "limit": 100_000},
        is_in_quick=False,
    ),
    Scenario(
        name="turn.10k.8k",
        measure="time_turns",
        arguments={"number": 10_000, "limit": 8_000},
        most_seconds=50e-6,
    ),
    Scenario(
        name="cut.10MB.8k",
        measure="time_cut",
        arguments={"size": 10_000_000, "limit": 8_000},
        most_seconds=3e-3,
    ),
    Scenario(
        name="cut.1MB.4096", measure="time_cut", arguments={"size": 1_000_000, "limit": 4_096}
    ),
    Scenario(
        name="cut.1MB.100k", measure="time_cut", arguments={"size": 1_000_000, "limit": 100_000}
    ),
)
"""Everything that is timed, with the goals for ours."""
MOST_EXTRA_CALLS: Final = 1


@dataclass(kw_only=True)
class Results:
    """What was measured.

    Attributes:
        seconds: Per scenario and library, the median of each round.
        calls: Per scenario and library, the tokenizer calls and the kept messages.
        notes: Per scenario and library, why there is no number.
    """

    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    calls: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    notes: dict[str, dict[str, str]] = field(default_factory=dict)

    def value(self, scenario: str, name: str) -> float | None:
        """Give the median of a library's rounds, in seconds."""
        rounds = self.seconds.get(scenario, {}).get(name)
        return median(rounds) if rounds else None

    def ratio(self, scenario: str, name: str) -> float | None:
        """Give how many times slower than ours a library is: the median over the rounds."""
        rows = self.seconds.get(scenario, {})
        pairs = [*zip(rows.get(name, []), rows.get(OURS, []), strict=False)]
        return median(theirs / ours for theirs, ours in pairs) if pairs else None

    def best(self, scenario: str, libraries: Sequence[str]) -> str | None:
        """Give the fastest of some libraries."""
        values = {name: self.value(scenario, name) for name in libraries}
        measured = {name: value for name, value in values.items() if value is not None}
        return min(measured, key=lambda name: measured[name], default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all requests of a run share.

    Attributes:
        data: The folder of rank files.
        pool: The file of prose.
        rounds: How often every library takes its turn.
        seconds: How long a library is asked in one turn, at the least once.
        reply_seconds: How long one answer may take.
        clock: `wall`, or `cpu` for processor time, which a busy machine disturbs less.
    """

    data: Path
    pool: Path
    rounds: int
    seconds: float
    reply_seconds: float
    clock: str = "wall"


def measure(
    scenario: Scenario, candidates: Sequence[Candidate], setting: Setting, results: Results
) -> None:
    """Time one scenario, round by round."""
    workers = dict(open_workers(scenario, candidates, setting, results))
    try:
        for turn in range(setting.rounds + 1):
            order = [*workers]
            shift = turn % max(len(order), 1)
            for name in order[shift:] + order[:shift]:
                if not take_turn(scenario, (name, workers[name]), turn, setting, results):
                    workers.pop(name).stop()
            print(f"{scenario.name}: round {turn} of {setting.rounds}", file=sys.stderr)
    finally:
        for worker in workers.values():
            worker.stop()


def open_workers(
    scenario: Scenario, candidates: Sequence[Candidate], setting: Setting, results: Results
) -> Iterator[tuple[str, Worker]]:
    """Start a worker per library; one that cannot start is noted and left out."""
    for candidate in candidates:
        name = candidate.peer.name
        try:
            yield name, start(candidate, setting.data, setting.reply_seconds)
        except WorkerError as error:
            results.notes.setdefault(scenario.name, {})[name] = str(error)


def take_turn(
    scenario: Scenario, named: tuple[str, Worker], turn: int, setting: Setting, results: Results
) -> bool:
    """Ask one library once; say whether it can go on. Turn 0 warms up and counts the calls."""
    name, worker = named
    arguments = {"pool": str(setting.pool), "seed": 1_000 * turn, **scenario.arguments}
    try:
        if turn == 0 and scenario.measure == "time_fit":
            rows = results.calls.setdefault(scenario.name, {})
            rows[name] = worker.ask("count_calls", arguments)
        if turn:
            reply = worker.ask(scenario.measure, arguments | {"seconds": setting.seconds})
            times = [sample[setting.clock] for sample in reply["samples"]]
            results.seconds.setdefault(scenario.name, {}).setdefault(name, []).append(median(times))
    except WorkerError as error:
        results.notes.setdefault(scenario.name, {})[name] = str(error)
        return False
    return True


def format_table(scenarios: Sequence[Scenario], names: Sequence[str], results: Results) -> str:
    """Write times, times slower than ours, and tokenizer calls in Markdown."""
    rows = [["library", *(row.name for row in scenarios)], ["---", *("---:" for _ in scenarios)]]
    for name in names:
        cells = [format_cell(row, name, results) for row in scenarios]
        if any(cell != "-" for cell in cells):
            rows.append([f"**{name}**" if name == OURS else name, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def format_cell(scenario: Scenario, name: str, results: Results) -> str:
    """Write one cell."""
    seconds = results.value(scenario.name, name)
    if seconds is None:
        return "-"
    words = [format_seconds(seconds)]
    ratio = results.ratio(scenario.name, name)
    if ratio is not None and name != OURS:
        words.append(format_ratio(ratio))
    calls = results.calls.get(scenario.name, {}).get(name, {}).get("calls")
    if calls is not None:
        words.append(f"{calls:,} calls")
    return ", ".join(words)


def format_targets(
    scenarios: Sequence[Scenario], libraries: Sequence[str], results: Results
) -> list[str]:
    """Write a line per target.

    Args:
        scenarios: What was timed.
        libraries: The libraries among which the best is looked for: those that count tokens.
        results: What was measured.
    """
    rows = []
    for row in scenarios:
        seconds = results.value(row.name, OURS)
        if row.most_seconds is not None:
            unit, size = ("us", 1e-6) if row.most_seconds < 1e-3 else ("ms", 1e-3)  # noqa: PLR2004  a millisecond
            goal = row.most_seconds / size
            shown = None if seconds is None else seconds / size
            rows.append(format_target(f"window.{row.name}.{unit}", shown, goal, is_most=True))
        if row.least_ratio is not None:
            best = results.best(row.name, [name for name in libraries if name != BY_HAND])
            ratio = results.ratio(row.name, best) if best else None
            rows.append(
                format_target(f"window.{row.name}.ratio", ratio, row.least_ratio, is_most=False)
            )
    rows += [
        format_target(
            f"window.{row.name}.extra_calls",
            extra_calls(row, results),
            MOST_EXTRA_CALLS,
            is_most=True,
        )
        for row in scenarios
        if row.measure == "time_fit"
    ]
    return rows


def extra_calls(scenario: Scenario, results: Results) -> float | None:
    """Give how much more often than the hand-written loop we ask the tokenizer.

    The loop counts what it keeps and the first message that does not fit: nobody can do with less.
    """
    rows = results.calls.get(scenario.name, {})
    if OURS not in rows or BY_HAND not in rows:
        return None
    return float(rows[OURS]["calls"] - rows[BY_HAND]["calls"])
