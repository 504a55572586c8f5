"""The packed file as the packing command sees it, whatever kind it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vocabulary_sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """Say how one file that the wheel ships is made.

    Attributes:
        name: The file's name.
        licence: The SPDX name of the data's licence.
        sources: The pinned files it is made of.
        pack: Turns their bytes, in that order, into the file's bytes.
    """

    name: str
    licence: str
    sources: tuple[Source, ...]
    pack: Callable[[Sequence[bytes]], bytes]
