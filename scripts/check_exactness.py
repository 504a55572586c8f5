"""Compare ids with the vendor's own tokenizer on every vocabulary: texts, fuzz, special tokens.

    python scripts/check_exactness.py                            # a million strings, full corpora
    python scripts/check_exactness.py --strings 2000 --corpora tiny --only qwen3

For each vocabulary, in a process of its own, two at a time:

    corpora of benches/python ┐                 ┌─ ids equal the oracle's
    strings made at random    ├─► text ─► check ┼─ count, count_up_to, count_batch = len(ids)
    every special token       ┘                 ├─ no special id comes out of text
                                                └─ count(cut(text, limit)) <= limit, on a sample

A difference is printed with the shortest text that shows it. The strings are the same for the same
`--seed` and the same number. Prints a line per vocabulary: strings, bytes of texts, special
tokens, differences, seconds. Exit code 1 after any difference, and where an oracle is not
installed, unless `--allow-missing`.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from bedrock_llm._core import TokenCounter  # noqa: TID251  only its type is named
from bedrock_llm.errors import TokenizerError
from exactness_oracles import (
    ORACLES,
    ROOT,
    Encode,
    OracleMissingError,
    open_oracle,
    open_ours,
    read_soup,
)
from exactness_strings import Material, make_strings, shrink
from tokenizer_comparison.corpora import SCALES, provide_corpora, read_corpora

BATCH: Final = 1_000
SHOWN_DIFFERENCES: Final = 5
CUT_EVERY: Final = 20
TOKEN_SAMPLE: Final = 5_000
SHRINKABLE_CHARACTERS: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is checked of one vocabulary.

    Attributes:
        name: The vocabulary.
        strings: How many strings are made.
        seed: What they are made from.
        corpora: The file of the texts; None for no texts.
        folder: Where rank files are kept.
    """

    name: str
    strings: int
    seed: int
    corpora: Path | None
    folder: Path


@dataclass(slots=True, kw_only=True)
class Report:
    """What a check of one vocabulary found.

    Attributes:
        name: The vocabulary.
        strings: Strings that were compared.
        text_bytes: Bytes of texts that were compared.
        special_tokens: Special tokens that were compared.
        differences: How many texts differed.
        shown: The first differences, in words.
        missing: Why nothing was compared; None where it was.
        seconds: How long it took.
    """

    name: str
    strings: int = 0
    text_bytes: int = 0
    special_tokens: int = 0
    differences: int = 0
    shown: list[str] = field(default_factory=list)
    missing: str | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.missing is not None:
            return f"{self.name:14} not checked: {self.missing}"
        sizes = f"{self.strings:>9,} strings {self.text_bytes / 1e6:>7.1f} MB of texts"
        tokens = f"{self.special_tokens:>5,} special tokens"
        found = f"{self.differences:>4} differences {self.seconds:>7.1f} s"
        return "\n    ".join((f"{self.name:14}{sizes} {tokens} {found}", *self.shown))


class Checker:
    """Compares texts of one vocabulary and keeps what differs."""

    def __init__(self, tokenizer: TokenCounter, oracle: Encode, report: Report) -> None:
        self.tokenizer = tokenizer
        self.oracle = oracle
        self.report = report
        self.generator = random.Random(report.name)  # noqa: S311  the same limits every time
        self.special_ids = frozenset(tokenizer.vocabulary.special_tokens.values())

    def check(self, texts: Iterable[str]) -> None:
        """Compare texts, a batch at a time."""
        rest = iter(texts)
        while batch := list(islice(rest, BATCH)):
            counts = [self.compare(text) for text in batch]
            self.compare_batch(batch, counts)
            for text in batch[::CUT_EVERY]:
                self.compare_cut(text)

    def compare(self, text: str) -> int:
        """Compare ids and counts of one text; give the count."""
        fault = self.find_fault(text)
        if fault is not None:
            self.keep(text, fault)
        return int(self.tokenizer.count(text))

    def find_fault(self, text: str) -> str | None:
        """Say what is wrong with a text; None where nothing is."""
        expected, ids = list(self.oracle(text)), list(self.tokenizer.encode(text))
        tokens = len(ids)
        limit = self.generator.randrange(2 * tokens + 2)
        if ids != expected:
            return f"ids {ids[:12]}, the vendor has {expected[:12]}"
        if self.special_ids.intersection(ids):
            return f"special ids {sorted(self.special_ids.intersection(ids))[:5]}"
        if self.tokenizer.count(text) != tokens:
            return f"count gives {self.tokenizer.count(text)}, encode {tokens}"
        for bound in (limit, tokens, tokens - 1 if tokens else 0):
            found = self.tokenizer.count_up_to(text, bound)
            if found != (tokens if bound >= tokens else None):
                return f"count_up_to {bound} gives {found}, encode {tokens}"
        return None

    def compare_batch(self, texts: list[str], counts: list[int]) -> None:
        """Compare the counts of many texts in one call, where there is such a call."""
        count_batch: Any = getattr(self.tokenizer, "count_batch", None)
        if count_batch is None:
            return
        for text, found, expected in zip(texts, count_batch(texts), counts, strict=True):
            if int(found) != expected:
                self.keep(text, f"count_batch gives {found}, encode {expected}", can_shrink=False)

    def compare_cut(self, text: str) -> None:
        """Check that a text cut to a limit keeps it, and is a beginning of the text."""
        cut: Any = getattr(self.tokenizer, "cut", None)
        if cut is None:
            return
        limit = self.generator.randrange(self.tokenizer.count(text) + 2)
        kept = getattr(cut(text, limit), "text", cut(text, limit))
        if self.tokenizer.count(kept) > limit:
            self.keep(text, f"cut to {limit} leaves {self.tokenizer.count(kept)}", can_shrink=False)

    def keep(self, text: str, fault: str, *, can_shrink: bool = True) -> None:
        """Keep a difference, with the shortest text for the first few."""
        self.report.differences += 1
        if len(self.report.shown) >= SHOWN_DIFFERENCES:
            return
        if can_shrink and len(text) <= SHRINKABLE_CHARACTERS:
            shortest = shrink(text, lambda part: self.find_fault(part) is not None)
            text, fault = shortest, self.find_fault(shortest) or fault
        self.report.shown.append(f"{text[:200]!a}: {fault}")


def check_vocabulary(task: Task) -> Report:
    """Check one vocabulary with everything there is."""
    started, report = time.perf_counter(), Report(name=task.name)
    try:
        oracle = open_oracle(task.name, task.folder)
        tokenizer = open_ours(task.name, task.folder)
    except OracleMissingError as error:
        report.missing = str(error)
        return report
    checker = Checker(tokenizer, oracle, report)
    special_tokens = list(tokenizer.vocabulary.special_tokens)
    checker.check(text for token in special_tokens for text in (token, f"a{token} {token}\n"))
    report.special_tokens = len(special_tokens)
    texts = read_texts(task.corpora)
    checker.check(texts)
    report.text_bytes = sum(len(text.encode()) for text in texts)
    tokens = sample_tokens(tokenizer)
    material = Material(soup=read_soup(), tokens=tokens, special_tokens=special_tokens)
    checker.check(make_strings(f"{task.name} {task.seed}", task.strings, material))
    report.strings = task.strings
    report.seconds = time.perf_counter() - started
    return report


def read_texts(path: Path | None) -> list[str]:
    """Give the texts of all corpora."""
    if path is None:
        return []
    return [text for corpus in read_corpora(path).values() for text in corpus.texts]


def sample_tokens(tokenizer: TokenCounter) -> list[str]:
    """Give the texts of some tokens, bytes that are no character replaced."""
    vocabulary = tokenizer.vocabulary
    generator = random.Random(vocabulary.name)  # noqa: S311  the same tokens every time
    ids = set(range(vocabulary.vocabulary_size or 0)) - set(vocabulary.special_tokens.values())
    sample = generator.sample(sorted(ids), min(TOKEN_SAMPLE, len(ids)))
    return [text for number in sample for text in read_token(tokenizer, number)]


def read_token(tokenizer: TokenCounter, number: int) -> Iterator[str]:
    """Give the text of a token; none where no token has the number."""
    with suppress(TokenizerError):
        yield tokenizer.decode([number])


def run(tasks: Sequence[Task], processes: int) -> Iterator[Report]:
    """Check vocabularies, each in a fresh process, so many at a time."""
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, max_tasks_per_child=1) as pool:
        futures = {pool.submit(check_vocabulary, task): task.name for task in tasks}
        for future in as_completed(futures):
            error = future.exception()
            yield future.result() if error is None else fail(futures[future], error)


def fail(name: str, error: BaseException) -> Report:
    """Report a check that broke off: that is a difference too."""
    return Report(name=name, differences=1, shown=[f"it broke off: {error!r}"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 after any difference, 2 when a name is unknown."""
    options = parse_options(arguments)
    names = options.only or list(ORACLES)
    if unknown := set(names) - set(ORACLES):
        print(f"no vocabulary is named {sorted(unknown)}; known are {', '.join(ORACLES)}")
        return 2
    corpora = None
    if options.corpora != "none":
        corpora = provide_corpora(SCALES[options.corpora], options.folder / "corpora")
    tasks = [
        Task(
            name=name,
            strings=-(-options.strings // len(names)),
            seed=options.seed,
            corpora=corpora,
            folder=options.folder / "ranks",
        )
        for name in names
    ]
    reports = []
    for report in run(tasks, options.processes):
        print(report, flush=True)
        reports.append(report)
    strings = sum(report.strings for report in reports)
    differences = sum(report.differences for report in reports)
    missing = sum(report.missing is not None for report in reports)
    print(f"{strings:,} strings, {differences} differences, {missing} vocabularies not checked")
    return int(differences > 0 or (missing > 0 and not options.allow_missing))


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    parser.add_argument("--strings", type=int, default=1_000_000, help="strings in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpora", choices=(*SCALES, "none"), default="full")
    parser.add_argument("--only", action="append", help="a vocabulary; may be repeated")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=target / "tokenizer_comparison")
    parser.add_argument("--allow-missing", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
