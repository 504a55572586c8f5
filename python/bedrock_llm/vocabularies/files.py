"""How a vocabulary file that the user has is counted with, in words."""

from collections.abc import Mapping
from typing import Final

_METHODS: Final[Mapping[str, str]] = {
    "byte-level": "the ranks of {path}",
    "sentencepiece": "the pieces of {path}",
    "tokenizers": (
        "{path} by the crate tokenizers 0.23.2, which gets added tokens as text; our own engine "
        "does not count it because {note}"
    ),
}


def describe_file(kind: str, path: str, note: str | None) -> str:
    """Say what a count with a file is.

    Args:
        kind: What kind of vocabulary the core made of it.
        path: The file.
        note: What the core says of it.
    """
    return _METHODS[kind].format(path=path, note=note)
