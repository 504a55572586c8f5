"""Counts of texts in several scripts, for closed vocabularies that no single one stands in for.

    text ─► runs of one script ─► the row's vocabulary of that script x its factor ─► count

Nova's own vocabulary is closed. Gemma's stands in for Latin text, but has a third of the tokens of
Japanese; the best public figures for other scripts are multiples of Claude 3's count. The row says
which (`ScriptShare`), this file only follows it. A character of no listed script (Latin, digits,
punctuation, spaces) stays with the row's own vocabulary.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bedrock_llm.catalog.tokenizer_rows import (
    SCRIPT_RANGES,
    Exactness,
    TokenizerRow,
    find_tokenizer_row,
)
from bedrock_llm.tokens import Tokenizer

__all__ = ["MixedCounter", "make_counter"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedCounter:
    """Counts text with one vocabulary, or with one per script.

    Attributes:
        name: The vocabularies, for people.
        exactness: As `Tokenizer.exactness`.
        error_bound: As `Tokenizer.error_bound`.
        latin_error_bound: The same for text without a script that has ranges in the catalog.
        tokenizer: For everything that no share takes.
        shares: Script, tokenizer and tokens per 1 000 tokens of it.
    """

    name: str
    exactness: Exactness
    error_bound: float | None
    latin_error_bound: float | None
    tokenizer: Tokenizer
    shares: tuple[tuple[str, Tokenizer, int], ...] = ()

    def count(self, text: str) -> int:
        """Count the tokens of a text."""
        if not self.shares or text.isascii():
            return self.tokenizer.count(text)
        tokens, at, rest = 0, 0, []
        scales = {script: (tokenizer, scale) for script, tokenizer, scale in self.shares}
        for match in _RUNS.finditer(text):
            script = match.lastgroup or ""
            if script not in scales:
                continue
            tokenizer, scale = scales[script]
            tokens += -(-tokenizer.count(match.group()) * scale // 1000)
            rest.append(text[at : match.start()])
            at = match.end()
        rest.append(text[at:])
        return tokens + sum(self.tokenizer.count(piece) for piece in rest if piece)

    def bound_of(self, texts: Iterable[str]) -> float | None:
        """Give the error bound of these texts: the narrower one where all of them are Latin."""
        if self.latin_error_bound is None:
            return self.error_bound
        is_latin = all(text.isascii() or not _RUNS.search(text) for text in texts)
        return self.latin_error_bound if is_latin else self.error_bound


def make_counter(tokenizer: Tokenizer, base_id: str | None) -> MixedCounter:
    """Give the counter of a model: the tokenizer, and the row's vocabularies of other scripts."""
    row = find_tokenizer_row(base_id)
    is_estimate = tokenizer.exactness == "estimated"
    if row.shares and is_estimate:
        return _mix(tokenizer, row)
    return MixedCounter(
        name=tokenizer.name,
        exactness=tokenizer.exactness,
        error_bound=tokenizer.error_bound,
        latin_error_bound=row.latin_error_bound if is_estimate else None,
        tokenizer=tokenizer,
    )


@lru_cache(maxsize=64)
def _mix(tokenizer: Tokenizer, row: TokenizerRow) -> MixedCounter:
    names = ", ".join(dict.fromkeys(share.vocabulary for share in row.shares))
    return MixedCounter(
        name=f"{tokenizer.name}, {names} for other scripts",
        exactness="estimated",
        error_bound=row.mixed_error_bound,
        latin_error_bound=row.latin_error_bound,
        tokenizer=tokenizer,
        shares=tuple(
            (share.script, Tokenizer.for_name(share.vocabulary), share.scale_permille)
            for share in row.shares
        ),
    )


_RUNS: Final = re.compile(
    "|".join(f"(?P<{script}>[{ranges}]+)" for script, ranges in SCRIPT_RANGES.items())
)
