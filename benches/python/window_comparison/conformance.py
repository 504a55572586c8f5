"""Runs every library on every case, and writes the matrix.

    candidates x cases ─► workers ─► outcomes ─► judge ─► Verdict ─► Markdown, TARGET lines

A library that crashes or hangs on a case has that as its fault, and a new process for the next.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from peer_processes.workers import Worker, WorkerError
from window_comparison.conversations import CONVERSATIONS, Case
from window_comparison.judge import Count, Outcome, describe, judge, merge_faults
from window_comparison.peers import OURS, Peer
from window_comparison.session import Candidate, start


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The faults of one library on one case.

    Attributes:
        peer: The library's row.
        case: The case.
        faults: What was wrong.
        remark: What it said, where it raised.
    """

    peer: Peer
    case: Case
    faults: tuple[str, ...]
    remark: str = ""


@dataclass(kw_only=True)
class Matrix:
    """Every verdict, and the libraries that could not be opened."""

    verdicts: list[Verdict] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def cell(self, name: str, column: str) -> tuple[str, ...] | None:
        """Give the faults of a line and column; None where it was not judged."""
        rows = [
            row.faults
            for row in self.verdicts
            if line_of(row.peer) == name and row.case.column == column
        ]
        return merge_faults(rows) if rows else None

    def score(self, name: str, columns: Sequence[str]) -> int:
        """Count the columns in which a line has no fault."""
        return sum(self.cell(name, column) == () for column in columns)

    def lines(self) -> list[str]:
        """Give the names of the lines: ours per strategy, a peer's per configuration."""
        return list(dict.fromkeys(line_of(row.peer) for row in self.verdicts))


def line_of(peer: Peer) -> str:
    """Give the line of the matrix that a row is part of: the shapes of ours are one line."""
    return line_of_name(peer.name)


def line_of_name(name: str) -> str:
    """Give the line of a row's name, without its shape."""
    return name.partition(" as ")[0]


def run_matrix(
    candidates: Sequence[Candidate], cases: Sequence[Case], data: Path, count: Count
) -> Matrix:
    """Judge every library on every case."""
    matrix = Matrix()
    for candidate in candidates:
        print(f"judging {candidate.peer.name}", file=sys.stderr)
        try:
            matrix.verdicts += judge_peer(candidate, cases, data, count)
        except WorkerError as error:
            matrix.absent[candidate.peer.name] = str(error)
    return matrix


def judge_peer(
    candidate: Candidate, cases: Sequence[Case], data: Path, count: Count
) -> Iterator[Verdict]:
    """Judge one library; a dead worker is replaced."""
    peer = candidate.peer
    worker = start(candidate, data)
    try:
        for case in cases:
            if worker.process.poll() is not None:
                worker.stop()
                worker = start(candidate, data)
            outcome, remark = ask(worker, peer, case)
            faults = judge(case, outcome, count)
            yield Verdict(peer=peer, case=case, faults=faults, remark=remark)
    finally:
        worker.stop()


def ask(worker: Worker, peer: Peer, case: Case) -> tuple[Outcome, str]:
    """Let a library fit a case."""
    arguments = {"messages": case.messages, "limit": case.budget_tokens}
    try:
        reply = worker.ask("fit_once", arguments)
    except WorkerError as error:
        return Outcome(error="broken", error_text=str(error)), str(error)
    outcome = Outcome(may_leave_holes=peer.may_leave_holes, **reply)
    words = outcome.error_text.strip().splitlines()[:1]
    return outcome, f"{outcome.error}: {' '.join(words)}" if outcome.error else ""


def format_matrix(matrix: Matrix, columns: Sequence[str]) -> str:
    """Write the matrix in Markdown."""
    rows = [["library", *columns, "right"], ["---", *("---" for _ in columns), "---:"]]
    for name in matrix.lines():
        cells = [matrix.cell(name, column) for column in columns]
        shown = ["-" if cell is None else describe(cell) for cell in cells]
        head = f"**{name}**" if is_own(name) else name
        rows.append([head, *shown, f"{matrix.score(name, columns)}/{len(columns)}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def is_own(name: str) -> bool:
    """Say whether a line is ours."""
    return name.startswith(OURS)


def format_details(matrix: Matrix, *, is_own_only: bool) -> list[str]:
    """Write every fault of ours, or of all, with the case that it was found on."""
    return [
        f"- {row.peer.name}: {row.case.column}, {len(row.case.messages)} messages into "
        f"{row.case.budget_tokens} tokens: {describe(row.faults)}"
        + (f" ({row.remark})" if row.remark else "")
        for row in matrix.verdicts
        if row.faults and (is_own(row.peer.name) or not is_own_only)
    ]


def format_targets(matrix: Matrix, names: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Write a line per target: every strategy of ours is right in every column.

    Args:
        matrix: What was judged.
        names: Our lines; one that was not judged is a miss.
        columns: The columns that were judged.
    """
    rows = []
    for name in names:
        score = matrix.score(name, columns) if name in matrix.lines() else None
        word = "hit" if score == len(columns) else "miss"
        key = name.removeprefix(f"{OURS} ").strip("()")
        shown = "-" if score is None else score
        rows.append(f"TARGET conformance.{key} measured={shown} goal={len(columns)} {word}")
    return rows


def columns_of(names: Sequence[str] | None) -> list[str]:
    """Give the columns to judge.

    Raises:
        ValueError: There is no such column.
    """
    if unknown := set(names or ()) - set(CONVERSATIONS):
        raise ValueError(f"no column {sorted(unknown)}; there are {list(CONVERSATIONS)}")
    return [name for name in CONVERSATIONS if names is None or name in names]
