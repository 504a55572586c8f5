"""Compares the texts of every library with the right one, then times all of them in turn."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

from peer_processes.candidates import Candidate as AnyCandidate
from peer_processes.candidates import start_module
from peer_processes.machine import usable_cores
from peer_processes.targets import format_ratio, format_seconds, format_target
from peer_processes.workers import Worker, WorkerError
from prompt_comparison.peers import MINIJINJA, OURS, Peer
from prompt_comparison.vendors import render_right
from window_comparison.scenarios import build_history, read_pool

Candidate: TypeAlias = AnyCandidate[Peer]
NUMBERS: Final = (12, 1_002)
CHECKED_SEEDS: Final = 3
MOST_BEYOND: Final = 4  # microseconds of 12 messages beyond the crossing
MOST_LONG: Final = 150  # microseconds of 1 002 messages
LEAST_RATIO: Final = 3
REPLY_SECONDS: Final = 60


@dataclass(kw_only=True)
class Results:
    """What was seen of one format.

    Attributes:
        right: By library, whether all texts were the vendor's; None without a vendor.
        seconds: By number of messages and library, the median of each round.
        crossing: By number of messages, what reading them alone costs ours, per round.
        notes: By library, why something is missing.
        vendor: What the texts were compared with.
    """

    right: dict[str, bool | None] = field(default_factory=dict)
    seconds: dict[int, dict[str, list[float]]] = field(default_factory=dict)
    crossing: dict[int, list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    vendor: str = ""

    def value(self, number: int, name: str) -> float | None:
        """Give the median of a library's rounds, in seconds."""
        rounds = self.seconds.get(number, {}).get(name)
        return median(rounds) if rounds else None

    def beyond_crossing(self, number: int) -> float | None:
        """Give ours less what reading the messages alone costs, in seconds."""
        whole, crossing = self.seconds.get(number, {}).get(OURS), self.crossing.get(number)
        if not whole or not crossing:
            return None
        return median(each - cross for each, cross in zip(whole, crossing, strict=True))

    def ratio(self, number: int, name: str) -> float | None:
        """Give how many times slower than ours a library is: the median over the rounds."""
        rows = self.seconds.get(number, {})
        pairs = [*zip(rows.get(name, []), rows.get(OURS, []), strict=False)]
        return median(theirs / ours for theirs, ours in pairs) if pairs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all workers share: the prose, the number of rounds, seconds per turn."""

    pool: Path
    rounds: int
    seconds: float


def measure_format(form: str, candidates: Sequence[Candidate], setting: Setting) -> Results:
    """Check and time one format."""
    results = Results()
    workers = dict(open_workers(form, candidates, setting, results))
    try:
        check_texts(form, workers, setting, results)
        for turn in range(setting.rounds):
            for number in NUMBERS:
                shift = turn % max(len(workers), 1)
                for name in [*workers][shift:] + [*workers][:shift]:
                    take_turn(workers[name], (number, name, turn), setting, results)
            print(f"{form}: round {turn + 1} of {setting.rounds}", file=sys.stderr)
    finally:
        for worker in workers.values():
            worker.stop()
    return results


def open_workers(
    form: str, candidates: Sequence[Candidate], setting: Setting, results: Results
) -> Iterator[tuple[str, Worker]]:
    """Start a worker per library; one that cannot start is noted and left out."""
    for candidate in candidates:
        arguments = [candidate.peer.adapter, form, str(setting.pool), str(usable_cores()[0])]
        try:
            yield (
                candidate.peer.name,
                start_module(
                    candidate, ["prompt_comparison.worker", *arguments], {}, REPLY_SECONDS
                ),
            )
        except WorkerError as error:
            results.notes[candidate.peer.name] = str(error)


def check_texts(
    form: str, workers: Mapping[str, Worker], setting: Setting, results: Results
) -> None:
    """Compare the texts of every library with the vendor's."""
    for seed in range(CHECKED_SEEDS):
        for number in NUMBERS:
            messages = build_history(read_pool(str(setting.pool)), number, seed)
            right, results.vendor = render_right(form, messages)
            for name, worker in workers.items():
                try:
                    text = worker.ask("render", {"number": number, "seed": seed})
                except WorkerError as error:
                    results.notes[name] = str(error)
                    text = None
                before = results.right.get(name, True)
                results.right[name] = None if right is None else bool(before) and text == right


def take_turn(
    worker: Worker, asked: tuple[int, str, int], setting: Setting, results: Results
) -> None:
    """Time one library once."""
    number, name, turn = asked
    arguments = {"number": number, "seed": 1_000 * (turn + 1), "seconds": setting.seconds}
    try:
        samples = worker.ask("time", arguments)
    except WorkerError as error:
        results.notes[name] = str(error)
        return
    results.seconds.setdefault(number, {}).setdefault(name, []).append(median(samples["render"]))
    if name == OURS and "cross" in samples:
        results.crossing.setdefault(number, []).append(median(samples["cross"]))


def format_table(found: Mapping[str, Results], names: Sequence[str]) -> str:
    """Write times in Markdown, and how much slower than ours; `*` is a text that is not right."""
    heads = [f"{form} {number:,}" for form in found for number in NUMBERS]
    rows = [["library", *heads], ["---", *("---:" for _ in heads)]]
    for name in names:
        cells = [
            format_cell(results, number, name) for results in found.values() for number in NUMBERS
        ]
        rows.append([f"**{name}**" if name == OURS else name, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def format_cell(results: Results, number: int, name: str) -> str:
    """Write one cell."""
    seconds = results.value(number, name)
    if seconds is None:
        return "-"
    mark = "*" if results.right.get(name) is False else ""
    ratio = results.ratio(number, name)
    times = "" if ratio is None or name == OURS else f", {format_ratio(ratio)}"
    return f"{format_seconds(seconds)}{mark}{times}"


def format_targets(found: Mapping[str, Results]) -> list[str]:
    """Write a line per target of each format; what was not measured of it is a miss."""
    rows = []
    short, long = NUMBERS
    for form, results in found.items():
        right = {True: 1, False: 0, None: None}[results.right.get(OURS)]
        measured = (
            ("exact", right, 1, False),
            (f"{short}.us", microseconds(results.beyond_crossing(short)), MOST_BEYOND, True),
            (f"{short}.ratio", results.ratio(short, MINIJINJA), LEAST_RATIO, False),
            (f"{long}.us", microseconds(results.value(long, OURS)), MOST_LONG, True),
        )
        for name, value, goal, is_most in measured:
            rows.append(format_target(f"prompt.{form}.{name}", value, goal, is_most=is_most))
    return rows


def microseconds(seconds: float | None) -> float | None:
    """Give microseconds of seconds."""
    return None if seconds is None else seconds * 1e6


def format_crossing(found: Mapping[str, Results]) -> list[str]:
    """Write what reading the messages alone costs ours."""
    return [
        f"- {form}: of ours, reading {number:,} messages takes {format_seconds(median(rounds))}"
        for form, results in found.items()
        for number, rounds in results.crossing.items()
    ]
