"""The tables that Claude 3 and later are counted with, by the name users write.

Anthropic publishes no vocabulary of these models. The tables hold what ctok 1.3.0 (PyPI, MIT, read
2026-11-22) measured with the public counting endpoint; `scripts/pack_vocabularies.py` makes the files.
Two models may share a file and differ in the frame that a request puts around its text: a name is
the name of a frame in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeFile:
    """A measured table that is shipped beside this module; it counts, but has no ids.

    Attributes:
        file: The file's name.
        frame: The name of the frame in it.
        method: What a count with it is, in words.
    """

    file: str
    frame: str
    method: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return Path(__file__).parent / self.file


CLAUDE_VOCABULARIES: Final[Mapping[str, ClaudeFile]] = {
    "claude3": ClaudeFile(
        file="claude3.vocabulary",
        frame="claude3",
        method="the vocabulary of Claude 3 to 4.6, measured and unofficial (ctok 1.3.0)",
    ),
    "claude47": ClaudeFile(
        file="claude47.vocabulary",
        frame="claude47",
        method="the vocabulary of Claude Opus 4.7, measured and unofficial (ctok 1.3.0)",
    ),
    "claude48": ClaudeFile(
        file="claude47.vocabulary",
        frame="claude48",
        method="the vocabulary of Claude 4.8 and 5, measured and unofficial (ctok 1.3.0)",
    ),
    "claude5": ClaudeFile(
        file="claude47.vocabulary",
        frame="claude5",
        method="the vocabulary of Claude Opus 5, measured and unofficial (ctok 1.3.0)",
    ),
}
"""Every Claude table by name."""
