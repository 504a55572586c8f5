"""End a text where a model would have ended it.

    text ──first stop sequence──► text ──token limit──► Cut(text, stop reason)

Both limits are real: the text ends before the stop sequence, and never has more tokens than
allowed by the tokenizer's own count. A count grows with the text but for a few tokens at the cut,
so the longest prefix is searched by halving over the words, then over characters, and what is
found is counted once more by the search itself.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_WORD_ENDS = re.compile(r"(?<=\S)(?=\s)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Hold a text that has ended.

    Attributes:
        text: What is left.
        tokens: What it counts.
        stop_reason: `end_turn`, `stop_sequence` or `max_tokens`.
        stop_sequence: The sequence that ended it, or None.
    """

    text: str
    tokens: int
    stop_reason: str
    stop_sequence: str | None = None


def cut_text(
    text: str,
    *,
    limit_tokens: int,
    stop_sequences: Sequence[str],
    count: Callable[[str], int],
) -> Cut:
    """Cut a text at its first stop sequence or at a number of tokens.

    Args:
        text: The whole text.
        limit_tokens: Tokens the rest may have.
        stop_sequences: Sequences to end before; the earliest in the text wins.
        count: Counts a text's tokens.

    Returns:
        The text and why it ended.
    """
    found = [(text.find(sequence), sequence) for sequence in stop_sequences]
    place, sequence = min(
        ((place, sequence) for place, sequence in found if place >= 0), default=(len(text), None)
    )
    stopped = text[:place]
    tokens = count(stopped)
    if tokens > limit_tokens:
        fitting = _fit(stopped, limit_tokens, count)
        return Cut(text=fitting, tokens=count(fitting), stop_reason="max_tokens")
    reason = "end_turn" if sequence is None else "stop_sequence"
    return Cut(text=stopped, tokens=tokens, stop_reason=reason, stop_sequence=sequence)


def _fit(text: str, limit_tokens: int, count: Callable[[str], int]) -> str:
    ends = [match.start() for match in _WORD_ENDS.finditer(text)]
    return _longest(text, ends, limit_tokens, count) or _longest(
        text, range(1, ends[0] if ends else len(text)), limit_tokens, count
    )


def _longest(text: str, ends: Sequence[int], limit_tokens: int, count: Callable[[str], int]) -> str:
    """Find the longest prefix at one of the ends that fits; empty where none does."""
    fitting, low, high = "", 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        prefix = text[: ends[middle]]
        if count(prefix) <= limit_tokens:
            fitting, low = prefix, middle + 1
        else:
            high = middle
    return fitting
