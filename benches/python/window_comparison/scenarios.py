"""The histories and documents that speed is measured on: slices of real prose, fresh every time.

    prose corpus ─► pool file ─► seed ─► history of n messages, or document of n bytes

Prose is what `tokenizer_comparison.corpora` finds on the machine. Every sample has another seed, so
no library is timed on text that it has already counted. Standard library only: it runs in the
peers' environments.
"""

import random
from functools import lru_cache
from pathlib import Path
from typing import Any

CHARACTERS = 860  # about 200 tokens of prose in o200k
SHORTEST, LONGEST = 300, 1_420
SYSTEM_CHARACTERS = 400


@lru_cache
def read_pool(path: str) -> str:
    """Read the pool of prose."""
    return Path(path).read_text(encoding="utf-8")


def slice_text(pool: str, characters: int, source: random.Random) -> str:
    """Cut a text of so many characters out of the pool."""
    start = source.randrange(len(pool) - characters)
    return pool[start : start + characters].strip() or "A page was left blank."


def build_history(pool: str, number: int, seed: int) -> list[dict[str, Any]]:
    """Build a conversation of so many messages: a system prompt, then user and assistant in turn.

    Args:
        pool: The prose.
        number: Messages, the system prompt among them; an even number ends on the user.
        seed: Another seed gives other texts.
    """
    source = random.Random(seed)  # noqa: S311  texts for a bench, not secrets
    messages = [{"role": "system", "content": slice_text(pool, SYSTEM_CHARACTERS, source)}]
    for place in range(number - 1):
        spread = min(max(int(source.gauss(CHARACTERS, CHARACTERS / 4)), SHORTEST), LONGEST)
        role = "assistant" if place % 2 else "user"
        messages.append({"role": role, "content": slice_text(pool, spread, source)})
    return messages


def build_document(pool: str, size: int, seed: int) -> str:
    """Build one text of so many characters, of pages of the pool in another order."""
    source = random.Random(seed)  # noqa: S311  as above
    pages = range(0, len(pool), 2_000)
    parts: list[str] = []
    while len(parts) * 2_000 < size:
        shuffled = [*pages]
        source.shuffle(shuffled)
        parts += [pool[start : start + 2_000] for start in shuffled]
    return "".join(parts)[:size]
