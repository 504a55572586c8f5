"""Scripts that a tokenizer row may count with a vocabulary of their own.

A script is here a set of ranges of code points, not Unicode's property: what matters is which
tokens a text has, and the vocabularies of neighbouring scripts do not differ where ours do. What is
in no range (Latin, digits, punctuation, spaces, emoji) is no script of this list.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

__all__ = ["SCRIPT_RANGES", "CharacterRange", "has_script"]

CharacterRange: TypeAlias = tuple[str, str]
"""The first and the last character of a range."""

SCRIPT_RANGES: Final[Mapping[str, tuple[CharacterRange, ...]]] = MappingProxyType(
    {
        "japanese": (("\u3040", "\u30ff"), ("\u31f0", "\u31ff"), ("\uff66", "\uff9f")),
        "han": (
            ("\u2e80", "\u2fdf"),
            ("\u3005", "\u3007"),
            ("\u3400", "\u4dbf"),
            ("\u4e00", "\u9fff"),
            ("\uf900", "\ufaff"),
            ("\U00020000", "\U0003ffff"),
        ),
        "korean": (("\u1100", "\u11ff"), ("\u3130", "\u318f"), ("\uac00", "\ud7af")),
        "thai": (("\u0e00", "\u0e7f"),),
        "indic": (("\u0900", "\u0dff"),),
        "cyrillic": (("\u0400", "\u052f"),),
        "other": (
            ("\u0370", "\u03ff"),
            ("\u0530", "\u08ff"),
            ("\u0e80", "\u10ff"),
            ("\u1200", "\u1cff"),
        ),
    }
)
"""The ranges of each script, which do not overlap."""

_RANGES: Final = "".join(
    f"{first}-{last}" for ranges in SCRIPT_RANGES.values() for first, last in ranges
)
_ANY_SCRIPT: Final = re.compile(f"[{_RANGES}]")


def has_script(text: str) -> bool:
    """Tell whether a text has a character of any script of `SCRIPT_RANGES`."""
    return not text.isascii() and _ANY_SCRIPT.search(text) is not None
