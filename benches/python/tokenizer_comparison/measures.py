"""What a worker measures with one library and one vocabulary.

Every measure is a function of the opened library and keyword arguments that gives a `Timing`, and
one row of `MEASURES`. The clock never covers the making of a text: each `str` is decoded anew from
UTF-8 before it starts, so that no text carries what an earlier call left on the object.
"""

import hashlib
import random
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, cast

from tokenizer_comparison.adapters import Face, UnsupportedError
from tokenizer_comparison.corpora import Corpus, Scale, read_corpora

HOT_TEXTS = 5
REPEATS = 5
WORDS = (
    *("letters", "base64", "digits", "punctuation", "ideographs", "emoji"),
    *("a", "space", "newline", "equals", "zero", "ideograph"),
)
_ALPHABETS: Mapping[str, str] = {
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "base64": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "digits": "0123456789",
    "punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "ideographs": "".join(map(chr, range(0x4E00, 0x9FA5))),
    "emoji": "".join(map(chr, range(0x1F600, 0x1F650))),
    "a": "a",
    "space": " ",
    "newline": "\n",
    "equals": "=",
    "zero": "0",
    "ideograph": "中",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a piece of work took.

    Attributes:
        wall: Seconds on the wall.
        cpu: Seconds of processor time of the process.
        size_bytes: The UTF-8 of the texts.
        tokens: What was counted, where something was.
    """

    wall: float
    cpu: float
    size_bytes: int
    tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A library with one vocabulary opened, and the texts."""

    face: Face
    scale: Scale
    corpora_file: Path

    @cached_property
    def corpora(self) -> dict[str, Corpus]:
        """The texts, read when they are first needed."""
        return read_corpora(self.corpora_file)

    @cached_property
    def loop(self) -> Callable[..., tuple[float, float, int]]:
        """A loop over texts that counts each."""
        body = "for text in texts:\n  tokens += {}"
        return self._compile(body)

    @cached_property
    def hot_loop(self) -> Callable[..., tuple[float, float, int]]:
        """A loop that counts one text again and again."""
        body = "text = texts[0]\n for _ in repeat(None, calls):\n  tokens = {}"
        return self._compile(body)

    def _compile(self, body: str) -> Callable[..., tuple[float, float, int]]:
        lines = (
            "def loop(texts, calls=1):",
            " tokens, cpu, wall = 0, process_time(), perf_counter()",
            " " + body.format(self.face.count),
            " return perf_counter() - wall, process_time() - cpu, tokens",
        )
        names = {"repeat": repeat, "perf_counter": perf_counter, "process_time": process_time}
        names |= self.face.names
        exec("\n".join(lines), names)  # noqa: S102  an expression of our own rows
        return cast("Callable[..., tuple[float, float, int]]", names["loop"])

    def part(self, corpus: str, part: int) -> list[str]:
        """Give the texts of one part of a corpus as new objects; part 0 is the warm-up."""
        size = self.scale.snippets if corpus == "chat" else self.scale.documents
        texts = self.corpora[corpus].texts[part * size : (part + 1) * size]
        if not texts:
            raise UnsupportedError(f"there is no part {part} of the corpus {corpus!r}")
        return renew(texts)

    def long_text(self, part: int) -> str:
        """Give one long text of prose."""
        text = "".join(self.part("prose", part))
        return renew([text * (self.scale.long_bytes // len(text) + 1)])[0][: self.scale.long_bytes]


def renew(texts: Sequence[str]) -> list[str]:
    """Make new objects of texts."""
    return [text.encode().decode() for text in texts]


def size_of(texts: Sequence[str]) -> int:
    """Give the size of texts in bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts)


def require(action: Any, name: str) -> Any:
    """Give what a library can do, or say that it cannot.

    Raises:
        UnsupportedError: The library has no such call.
    """
    if action is None:
        raise UnsupportedError(f"it has no {name}")
    return action


def time_call(action: Callable[[], object], size_bytes: int, times: int = 1) -> Timing:
    """Time a call; the shortest of several."""
    timings = []
    for _ in range(times):
        cpu, wall = process_time(), perf_counter()
        action()
        timings.append((perf_counter() - wall, process_time() - cpu))
    wall, cpu = min(timings)
    return Timing(wall=wall, cpu=cpu, size_bytes=size_bytes)


def time_texts(bench: Bench, *, corpus: str, part: int, texts: int | None = None) -> Timing:
    """Count each text of a part, one call each."""
    documents = bench.part(corpus, part)[:texts]
    wall, cpu, tokens = bench.loop(documents)
    return Timing(wall=wall, cpu=cpu, size_bytes=size_of(documents), tokens=tokens)


def time_hot(bench: Bench, *, characters: int) -> Timing:
    """Count the same short text again and again, for a few texts; seconds per call."""
    prose = "".join(bench.part("prose", 0)).encode("ascii", "ignore").decode()
    calls = max(bench.scale.calls * 20 // (20 + characters), 10)
    wall = cpu = 0.0
    for number in range(HOT_TEXTS):
        start = prose.index(" ", number * len(prose) // (HOT_TEXTS + 1)) + 1
        text = prose[start : start + characters]
        bench.hot_loop([text], calls // 10)
        seconds = [bench.hot_loop([text], calls)[:2] for _ in range(3)]
        wall += min(seconds)[0] / calls / HOT_TEXTS
        cpu += min(seconds)[1] / calls / HOT_TEXTS
    return Timing(wall=wall, cpu=cpu, size_bytes=characters)


def time_fits(bench: Bench, *, part: int, limit: int) -> Timing:
    """Ask whether a long text fits a limit; the shortest of a few calls."""
    fits, text = require(bench.face.fits, "check of a limit"), bench.long_text(part)
    fits(text, limit)
    return time_call(lambda: fits(text, limit), len(text.encode()), REPEATS)


def time_cut(bench: Bench, *, part: int, limit: int) -> Timing:
    """Cut a long text to a limit; the shortest of a few calls.

    Raises:
        AssertionError: What is left has more tokens than the limit, or is not a beginning.
    """
    cut, text = require(bench.face.cut, "way to cut"), bench.long_text(part)
    kept = getattr(cut(text, limit), "text", cut(text, limit))
    timing = time_call(lambda: cut(text, limit), len(text.encode()), REPEATS)
    tokens = bench.loop([kept])[2]
    assert tokens <= limit, f"{tokens} tokens are left of {limit}"
    assert text.startswith(kept.rstrip("\ufffd")), "it is not the beginning of the text"
    return timing


def time_word(bench: Bench, *, word: str, part: int) -> Timing:
    """Count one long word that nobody writes."""
    text = make_word(word, bench.scale.long_bytes, part)
    wall, cpu, tokens = bench.loop([text])
    return Timing(wall=wall, cpu=cpu, size_bytes=len(text.encode()), tokens=tokens)


def make_word(word: str, size_bytes: int, seed: int) -> str:
    """Make a word of about one size: random over an alphabet, or one character again and again.

    Every seed gives another word; a run of one character is a few characters shorter.
    """
    alphabet = _ALPHABETS[word]
    characters = size_bytes // len(alphabet[0].encode()) - 7 * seed
    return "".join(random.Random(seed).choices(alphabet, k=characters))  # noqa: S311  the same each time


def time_batch(bench: Bench, *, corpus: str, part: int, threads: int) -> Timing:
    """Count the texts of a part in one call."""
    count_batch = require(bench.face.count_batch, "call for many texts")
    texts = bench.part(corpus, part)
    return time_call(lambda: count_batch(texts, threads), size_of(texts))


def measure_scaling(bench: Bench, *, corpus: str) -> dict[str, float]:
    """Say how many times as fast two threads are, on texts that both have seen."""
    count_batch = require(bench.face.count_batch, "call for many texts")
    if not bench.face.has_threads:
        raise UnsupportedError("its call for many texts takes no number of threads")
    texts = renew(bench.corpora[corpus].texts)
    count_batch(texts, 2)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(REPEATS):
        for threads, kept in seconds.items():
            kept.append(time_call(lambda: count_batch(texts, threads), 0).wall)  # noqa: B023  called here
    return {"value": min(seconds[1]) / min(seconds[2])}


def time_column(bench: Bench, *, corpus: str, part: int) -> Timing:
    """Count each text of a column."""
    prepare = require(bench.face.prepare_column, "column")
    count = require(bench.face.count_column, "column")
    texts = bench.part(corpus, part)
    column = prepare(texts)
    return time_call(lambda: count(column), size_of(texts))


def digest(bench: Bench, *, corpus: str) -> list[tuple[int, str | None]]:
    """Give count and hash of the ids of every text of a corpus; `words` are the long words."""
    texts = bench.corpora[corpus].texts if corpus != "words" else list(long_words(bench.scale))
    if bench.face.count_column is not None and bench.face.prepare_column is not None:
        column = bench.face.prepare_column(texts)
        return [(int(count), None) for count in bench.face.count_column(column)]
    rows = []
    for text in texts:
        tokens = bench.loop([text])[2] - bench.face.frame_tokens
        rows.append((tokens, None if bench.face.encode is None else digest_ids(bench, text)))
    return rows


def digest_ids(bench: Bench, text: str) -> str:
    """Hash the ids of a text."""
    ids = array("I", require(bench.face.encode, "ids")(text))
    return hashlib.blake2b(ids.tobytes(), digest_size=8).hexdigest()


def long_words(scale: Scale) -> Iterator[str]:
    """Give one of each long word, a tenth of the size that is timed."""
    return (make_word(word, scale.long_bytes // 10, 0) for word in WORDS)


MEASURES: Mapping[str, Callable[..., object]] = {
    "texts": time_texts,
    "hot": time_hot,
    "fits": time_fits,
    "cut": time_cut,
    "word": time_word,
    "batch": time_batch,
    "scaling": measure_scaling,
    "column": time_column,
    "digest": digest,
}
"""Every measure by the name that `metrics.py` uses."""
