"""The vocabularies of SentencePiece's kind, by the name users write.

Such a vocabulary has pieces with scores instead of ranks and no pre-tokenizer: a text is merged as
one word. Vocabularies with the same pieces share a file and differ in their ids and special
tokens. `scripts/pack_vocabularies.py` makes the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesFile:
    """A vocabulary of SentencePiece's kind that is shipped beside this module.

    Attributes:
        file: The file's name.
        name: The vocabulary's name in the file.
        method: What a count with it is, in words.
    """

    file: str
    name: str
    method: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return Path(__file__).parent / self.file


def _mistral(version: str) -> PiecesFile:
    return PiecesFile(
        file="mistral.pieces",
        name=f"mistral_{version}",
        method=f"Mistral's SentencePiece vocabulary {version}",
    )


PIECES_VOCABULARIES: Final[Mapping[str, PiecesFile]] = {
    "mistral_v1": _mistral("v1"),
    "mistral_v2": _mistral("v2"),
    "mistral_v3": _mistral("v3"),
    "mistral_v7": _mistral("v7"),
    "gemma4": PiecesFile(
        file="gemma.pieces",
        name="gemma4",
        method="Google's Gemma 4 vocabulary, whose pieces and merges are Gemma 3's too",
    ),
}
"""Every vocabulary of SentencePiece's kind by name."""
