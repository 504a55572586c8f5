"""Checks every library's ids, then measures all of them in turn, round by round.

    peers ─► environments ─► digests beside the reference's ─► wrong ones marked
                          └► workers ─► warm-up ─► rounds ─► samples ─► results

Exactness is checked in processes of its own, so that the timed ones have not seen the texts. In
each round every line of the table is measured for every library before the next line is; the
order of libraries turns with the round. A library that crashes keeps what it has and says so.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from peer_processes.environments import Environment
from peer_processes.workers import NotOfferedError, Worker, WorkerError
from tokenizer_comparison.corpora import Scale
from tokenizer_comparison.metrics import Metric, Unit
from tokenizer_comparison.peers import OURS, REFERENCE, Peer
from tokenizer_comparison.session import Setting, start

TEXT_CORPORA = ("prose", "code", "multilingual", "cjk", "json", "chat", "words")
CHECKED = {
    "o200k": TEXT_CORPORA,
    "cl100k": TEXT_CORPORA,
    "claude3": ("prose",),
    "claude48": ("prose",),
}
CLAUDE_TEXTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A peer that can be measured, and where."""

    peer: Peer
    environment: Environment


@dataclass(kw_only=True)
class Results:
    """Everything that was seen.

    Attributes:
        samples: Per line and library, a sample per round.
        differences: Per vocabulary and library, the texts that are not as the reference's.
        checked: Per vocabulary, the texts that were compared.
        notes: Per vocabulary and library, what went wrong.
        clock: `wall`, or `cpu` for processor time, which a busy machine disturbs less.
    """

    clock: str = "wall"

    samples: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    differences: dict[str, dict[str, int]] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)
    notes: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, vocabulary: str, name: str, reason: object) -> None:
        """Keep what went wrong, once, and say it."""
        kept = self.notes.setdefault(vocabulary, {})
        if name not in kept:
            kept[name] = str(reason)
            print(f"{vocabulary}: {name}: {reason}", file=sys.stderr)

    def value(self, metric: Metric, name: str) -> float | None:
        """Give the median of a library over the rounds, in the line's unit."""
        rows = self.samples.get(metric.key, {})
        clock = "wall" if metric.kind == "batch" else self.clock  # threads add up their time
        pairs = zip(rows.get(name, []), rows.get(metric.reference, []) or [{}] * 99, strict=False)
        values = [
            value for ours, theirs in pairs for value in read(metric.unit, ours, theirs, clock)
        ]
        return median(values) * metric.unit.factor if values else None


def read(
    unit: Unit, sample: dict[str, Any], reference: dict[str, Any], clock: str
) -> Iterator[float]:
    """Read the value of a sample; nothing where one of the two is missing."""
    if not sample or (unit.reads == "ratio" and not reference):
        return
    if unit.reads == "ratio":
        yield reference[clock] / sample[clock]
    elif unit.reads == "rate":
        yield sample["size_bytes"] / sample[clock]
    else:
        yield sample["value" if unit.reads == "value" else clock]


def check_exactness(
    vocabulary: str, candidates: Sequence[Candidate], setting: Setting, results: Results
) -> None:
    """Compare counts and ids of every library with the reference's; ours stands for Claude's."""
    users = [row for row in candidates if vocabulary in row.peer.vocabularies]
    reference = OURS if vocabulary.startswith("claude") else REFERENCE
    users.sort(key=lambda row: row.peer.name != reference)
    expected: list[tuple[int, str | None]] = []
    for candidate in users:
        try:
            rows = digest(candidate, vocabulary, setting)
        except WorkerError as error:
            results.note(vocabulary, candidate.peer.name, error)
            continue
        if candidate.peer.name == reference:
            expected, results.checked[vocabulary] = rows, len(rows)
        differences = sum(
            not is_same(ours, theirs) for ours, theirs in zip(rows, expected, strict=True)
        )
        results.differences.setdefault(vocabulary, {})[candidate.peer.name] = differences


def digest(candidate: Candidate, vocabulary: str, setting: Setting) -> list[tuple[int, str | None]]:
    """Let a worker of its own count and hash all texts."""
    worker = start(candidate.peer, candidate.environment, vocabulary, setting)
    try:
        rows = [worker.ask("digest", {"corpus": corpus}) for corpus in CHECKED[vocabulary]]
    except NotOfferedError as error:
        raise WorkerError(str(error)) from error
    finally:
        worker.stop()
    return [(count, ids) for part in rows for count, ids in part]


def is_same(ours: tuple[int, str | None], theirs: tuple[int, str | None]) -> bool:
    """Say whether counts are equal, and ids where both have them."""
    both_have_ids = ours[1] is not None and theirs[1] is not None
    return ours[0] == theirs[0] and (not both_have_ids or ours[1] == theirs[1])


def measure(
    metrics: Sequence[Metric],
    candidates: Sequence[Candidate],
    setting: Setting,
    scale: Scale,
    results: Results,
) -> None:
    """Measure lines of one vocabulary and one kind, in processes of their own."""
    first = metrics[0]
    users = [row for row in candidates if is_measured(row.peer, first)]
    workers = dict(open_workers(users, first, setting, results))
    try:
        for part in range(scale.rounds + 1):
            turn = part % max(len(workers), 1)
            names = [*workers][turn:] + [*workers][:turn]
            for metric in metrics:
                for name in names:
                    sample = ask(workers[name], metric, part, name, results)
                    if part:  # part 0 is the warm-up
                        rows = results.samples.setdefault(metric.key, {})
                        rows.setdefault(name, []).append(sample)
            print(f"{first.vocabulary} {first.kind}: round {part}", file=sys.stderr)
    finally:
        for worker in workers.values():
            worker.stop()


def is_measured(peer: Peer, metric: Metric) -> bool:
    """Say whether a peer takes part in a line."""
    kind = "column" if metric.kind == "column" else "text"
    return metric.vocabulary in peer.vocabularies and kind in peer.kinds


def open_workers(
    users: Sequence[Candidate], metric: Metric, setting: Setting, results: Results
) -> Iterator[tuple[str, Worker]]:
    """Start a worker per library; one that cannot start is noted and left out."""
    threads = 2 if metric.kind == "batch" else 1
    for row in users:
        try:
            worker = start(row.peer, row.environment, metric.vocabulary, setting, threads)
        except WorkerError as error:
            results.note(metric.vocabulary, row.peer.name, error)
        else:
            yield row.peer.name, worker


def ask(worker: Worker, metric: Metric, part: int, name: str, results: Results) -> dict[str, Any]:
    """Take one sample; empty where the library cannot give one."""
    if not metric.is_fresh and part == 0:
        return {}
    arguments = ({"part": part} if metric.is_fresh else {}) | dict(metric.arguments)
    try:
        sample: dict[str, Any] = worker.ask(metric.measure, arguments)
    except NotOfferedError:
        return {}
    except WorkerError as error:
        results.note(metric.vocabulary, name, f"{metric.name}: {error}")
        return {}
    return sample


def measure_openings(
    metrics: Sequence[Metric],
    candidates: Sequence[Candidate],
    setting: Setting,
    scale: Scale,
    results: Results,
) -> None:
    """Open each library in fresh processes, in turn."""
    users = [row for row in candidates if is_measured(row.peer, metrics[0])]
    for _ in range(scale.rounds):
        for row in users:
            for name, worker in open_workers([row], metrics[0], setting, results):
                worker.stop()
                for metric in metrics:
                    value = worker.opening[str(metric.arguments["field"])]
                    rows = results.samples.setdefault(metric.key, {}).setdefault(name, [])
                    rows.append({} if value is None else {"value": value})
