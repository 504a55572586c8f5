"""Writes what was measured: Markdown, `TARGET` lines, JSON.

One line per metric: ours, every peer, the goal, the best exact peer, and the verdict. A peer whose
ids were wrong somewhere has a `*` and is never the best peer; `-` is what a library does not offer
or did not survive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tokenizer_comparison.metrics import Metric, Unit
from tokenizer_comparison.peers import OUR_COLUMNS, OURS
from tokenizer_comparison.rounds import Results

COLUMN_NAMES: Mapping[str, str] = {OUR_COLUMNS: OURS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table, read.

    Attributes:
        metric: What was measured.
        values: Value by library; ours under its own name.
        wrong: The libraries whose ids are not the reference's.
    """

    metric: Metric
    values: Mapping[str, float]
    wrong: frozenset[str]

    @property
    def ours(self) -> float | None:
        """Our value."""
        return self.values.get(OURS)

    @property
    def best_peer(self) -> str | None:
        """The best exact library but ours."""
        peers = [name for name in self.values if name != OURS and name not in self.wrong]
        sign = 1 if self.metric.unit.is_more_better else -1
        return max(peers, key=lambda name: sign * self.values[name], default=None)

    @property
    def is_hit(self) -> bool | None:
        """Whether the goal is reached; None where there is none. What ours lacks is a miss."""
        if self.metric.goal is None:
            return None
        if OURS in self.wrong or self.ours is None:
            return False
        return is_as_good(
            self.metric.unit, round(self.ours, self.metric.unit.decimals), self.metric.goal
        )

    @property
    def verdict(self) -> str:
        """The goal and the place among the libraries, in words."""
        words = [] if self.is_hit is None else ["hit" if self.is_hit else "**miss**"]
        best = self.best_peer
        if self.ours is None:
            words.append("not measured")
        elif OURS in self.wrong:
            words.append("not exact")
        elif best is None:
            words.append("alone")
        elif is_as_good(self.metric.unit, self.ours, self.values[best]):
            words.append("first")
        else:
            low, high = sorted((self.ours, self.values[best]))
            words.append(f"{high / low:.2f} times behind {best}")
        return ", ".join(words)


def is_as_good(unit: Unit, value: float, other: float) -> bool:
    """Say whether a value is at least as good as another."""
    return value >= other if unit.is_more_better else value <= other


def build_lines(metrics: Sequence[Metric], names: Sequence[str], results: Results) -> list[Line]:
    """Read every line that somebody was measured on."""
    lines = []
    for metric in metrics:
        found = {
            COLUMN_NAMES.get(name, name): results.value(metric, name)
            for name in names_of(metric, names)
        }
        values = {name: value for name, value in found.items() if value is not None}
        counted = results.differences.get(metric.vocabulary, {})
        wrong = frozenset(name for name, differences in counted.items() if differences)
        if values:
            lines.append(Line(metric=metric, values=values, wrong=wrong))
    return lines


def names_of(metric: Metric, names: Sequence[str]) -> list[str]:
    """Give the libraries of a line; for columns ours has another row among the peers."""
    hidden = OURS if metric.kind == "column" else OUR_COLUMNS
    return [name for name in names if name != hidden]


def format_table(lines: Sequence[Line], names: Sequence[str]) -> str:
    """Write the table in Markdown."""
    shown = list(dict.fromkeys(COLUMN_NAMES.get(name, name) for name in names))
    shown = [name for name in shown if any(name in line.values for line in lines)]
    head = ["line", "unit", *(f"**{name}**" if name == OURS else name for name in shown)]
    head += ["best peer", "goal", "verdict"]
    rows = ["| " + " | ".join(head) + " |", "|---" * 2 + "|---:" * (len(shown)) + "|---|---:|---|"]
    rows += ["| " + " | ".join(format_line(line, shown)) + " |" for line in lines]
    return "\n".join(rows)


def format_line(line: Line, shown: Sequence[str]) -> list[str]:
    """Write the cells of one line."""
    unit, goal = line.metric.unit, line.metric.goal
    sign = "≥" if unit.is_more_better else "≤"
    return [
        line.metric.key,
        unit.name,
        *(format_value(line, name) for name in shown),
        line.best_peer or "-",
        "-" if goal is None else f"{sign} {goal:g}",
        line.verdict,
    ]


def format_value(line: Line, name: str) -> str:
    """Write one value."""
    value = line.values.get(name)
    if value is None:
        return "-"
    mark = "*" if name in line.wrong else ""
    text = f"{value:.{line.metric.unit.decimals}f}{mark}"
    return f"**{text}**" if name == OURS else text


def format_exactness(results: Results) -> str:
    """Write how many texts were not as the reference's, per vocabulary."""
    rows = []
    for vocabulary, counted in results.differences.items():
        wrong = [f"{name} {number}" for name, number in counted.items() if number]
        words = ", ".join(wrong) if wrong else "all equal"
        rows.append(f"- {vocabulary}, {results.checked.get(vocabulary, 0)} texts: {words}")
    return "\n".join(rows)


def format_targets(lines: Sequence[Line]) -> list[str]:
    """Write the line per target that every command with targets ends with."""
    rows = []
    for line in lines:
        if line.metric.goal is not None:
            verdict = "hit" if line.is_hit else "miss"
            ours = line.ours
            measured = "-" if ours is None else f"{ours:.{line.metric.unit.decimals}f}"
            rows.append(
                f"TARGET {line.metric.key} measured={measured} goal={line.metric.goal:g} {verdict}"
            )
    return rows
