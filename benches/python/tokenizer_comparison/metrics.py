"""A row per line of the table: what is measured, in which unit, and the goal.

Goals are the project's own targets. A ratio is the reference's seconds by the library's, of the
same round; the reference is tiktoken but where a row says otherwise. Where the target names no
vocabulary, its peer numbers were measured with cl100k, so the goal stands on that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tokenizer_comparison.measures import WORDS
from tokenizer_comparison.peers import REFERENCE

LIMIT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How a measured value is made and read.

    Attributes:
        name: What the table prints.
        factor: What the value is multiplied with.
        reads: `ratio` (the reference's seconds by the library's), `rate` (bytes by seconds),
            `seconds`, or `value` (what the measure itself gives).
        is_more_better: Whether more is better.
        decimals: How many the table prints.
    """

    name: str
    factor: float = 1.0
    reads: str = "seconds"
    is_more_better: bool = False
    decimals: int = 2


RATIO: Final = Unit(name="x", reads="ratio", is_more_better=True)
TIMES: Final = Unit(name="x", reads="value", is_more_better=True)
MICROSECONDS: Final = Unit(name="µs", factor=1e6)
MILLISECONDS: Final = Unit(name="ms", factor=1e3, decimals=1)
OPENING_MILLISECONDS: Final = Unit(name="ms", factor=1e3, reads="value", decimals=1)
MEGABYTES: Final = Unit(name="MB", factor=1e-6, reads="value", decimals=1)
MEGABYTES_PER_SECOND: Final = Unit(
    name="MB/s", factor=1e-6, reads="rate", is_more_better=True, decimals=1
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line of the table.

    Attributes:
        name: What it is called, for `--only` and the `TARGET` line.
        vocabulary: What is counted with.
        measure: A name of `measures.MEASURES`, or `opening` for a fresh process.
        arguments: What the measure is given; `part` is replaced by the round's own.
        unit: How the value is read.
        goal: What ours must reach; None where nothing is promised.
        kind: Which workers: `batch` has two cores, the others have one.
        reference: The library that ratios are taken of.
        is_fresh: Whether every round has texts of its own.
    """

    name: str
    vocabulary: str
    measure: str
    unit: Unit
    arguments: Mapping[str, object] = field(default_factory=dict)
    goal: float | None = None
    kind: str = "text"
    reference: str = REFERENCE
    is_fresh: bool = True

    @property
    def key(self) -> str:
        """The name with the vocabulary."""
        return f"{self.vocabulary}.{self.name}"


FRESH_GOALS: Final[Mapping[str, Mapping[str, float | None]]] = {
    "o200k": {"prose": 12, "code": 12, "multilingual": 6, "cjk": 6.5, "json": None, "chat": 8},
    "cl100k": {"prose": 16, "code": 16, "multilingual": 8, "cjk": 8, "json": None, "chat": 11},
}
HOT_GOALS: Final = {20: 17, 100: 30, 1000: 38}
RUN_GOAL_MS, WORD_GOAL_MS = 5, 60


def text_metrics(vocabulary: str) -> list[Metric]:
    """Give the lines of one of OpenAI's vocabularies that one thread measures."""
    is_cl100k = vocabulary == "cl100k"
    rows = [
        Metric(
            name=f"fresh.{corpus}",
            vocabulary=vocabulary,
            measure="texts",
            arguments={"corpus": corpus},
            unit=RATIO,
            goal=goal,
        )
        for corpus, goal in FRESH_GOALS[vocabulary].items()
    ]
    rows.append(
        Metric(
            name="repeated.prose",
            vocabulary=vocabulary,
            measure="texts",
            arguments={"corpus": "prose", "part": 0},
            unit=RATIO,
            goal=40 if is_cl100k else None,
            is_fresh=False,
        )
    )
    rows += [
        Metric(
            name=f"hot.{characters}",
            vocabulary=vocabulary,
            measure="hot",
            arguments={"characters": characters},
            unit=RATIO,
            goal=goal if is_cl100k else None,
            is_fresh=False,
        )
        for characters, goal in HOT_GOALS.items()
    ]
    for measure, goal in (("fits", 40), ("cut", 60)):
        arguments = {"limit": LIMIT}
        rows.append(
            Metric(
                name=f"{measure}.1MB.{LIMIT}",
                vocabulary=vocabulary,
                measure=measure,
                arguments=arguments,
                unit=MICROSECONDS,
                goal=goal,
            )
        )
    return rows + [word_metric(vocabulary, word) for word in WORDS]


def word_metric(vocabulary: str, word: str) -> Metric:
    """Give the line of one long word; one character again and again has a goal of its own."""
    is_run = WORDS.index(word) >= WORDS.index("a")
    return Metric(
        name=f"{'run' if is_run else 'word'}.{word}",
        vocabulary=vocabulary,
        measure="word",
        arguments={"word": word},
        unit=MILLISECONDS,
        goal=RUN_GOAL_MS if is_run else WORD_GOAL_MS,
    )


def opening_metrics(vocabulary: str) -> list[Metric]:
    """Give the lines of a fresh process: time to open and count once, and memory."""
    goals = {"o200k": (25, 40), "cl100k": (15, 25)}[vocabulary]
    return [
        Metric(
            name=name,
            vocabulary=vocabulary,
            measure="opening",
            arguments={"field": field_name},
            unit=unit,
            goal=goal,
            kind="opening",
        )
        for name, field_name, unit, goal in (
            ("load", "open_seconds", OPENING_MILLISECONDS, goals[0]),
            ("import", "import_seconds", OPENING_MILLISECONDS, None),
            ("memory", "resident_bytes", MEGABYTES, goals[1]),
        )
    ]


def batch_metrics(vocabulary: str) -> list[Metric]:
    """Give the lines of one call for many texts: two threads beside tiktoken's, and beside one."""
    return [
        Metric(
            name=f"batch2.{corpus}",
            vocabulary=vocabulary,
            measure="batch",
            arguments={"corpus": corpus, "threads": 2},
            unit=RATIO,
            kind="batch",
        )
        for corpus in ("prose", "chat")
    ] + [
        Metric(
            name=f"threads2.{corpus}",
            vocabulary=vocabulary,
            measure="scaling",
            arguments={"corpus": corpus},
            unit=TIMES,
            goal=1.7,
            kind="batch",
            is_fresh=False,
        )
        for corpus in ("prose", "chat")
    ]


def column_metrics(vocabulary: str) -> list[Metric]:
    """Give the lines of columns, where the reference is polars-tokenizer."""
    return [
        Metric(
            name=f"column.{corpus}",
            vocabulary=vocabulary,
            measure="column",
            arguments={"corpus": corpus},
            unit=RATIO,
            goal=1.2,
            kind="column",
            reference="polars-tokenizer",
        )
        for corpus in ("prose", "chat")
    ]


def claude_metrics(vocabulary: str) -> list[Metric]:
    """Give the lines of Claude, whose one reference is ctok, which takes a second per document."""
    rate = Metric(
        name="fresh.prose",
        vocabulary=vocabulary,
        measure="texts",
        arguments={"corpus": "prose"},
        unit=MEGABYTES_PER_SECOND,
        goal=20,
        reference="ctok",
    )
    ratio = Metric(
        name="ratio.prose",
        vocabulary=vocabulary,
        measure="texts",
        arguments={"corpus": "prose", "texts": 1},
        unit=RATIO,
        goal=100,
        reference="ctok",
    )
    return [rate, ratio]


def all_metrics() -> tuple[Metric, ...]:
    """Give every line in the table's order."""
    rows: list[Metric] = []
    for vocabulary in FRESH_GOALS:
        rows += text_metrics(vocabulary) + opening_metrics(vocabulary)
        rows += batch_metrics(vocabulary) + column_metrics(vocabulary)
    for vocabulary in ("claude3", "claude48"):
        rows += claude_metrics(vocabulary)
    return tuple(rows)


METRICS: Final = all_metrics()
"""Every line of the table."""
