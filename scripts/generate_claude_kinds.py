# ruff: noqa: RUF001  the measured symbols look like others
"""Generate `rust/claude/unicode_kinds.rs`: how Claude's vocabularies treat each code point.

    pip install -r scripts/requirements.txt
    python scripts/generate_claude_kinds.py

The kinds decide where words begin and end in the marked stream (`rust/claude/mod.rs`). They are
facts measured by ctok 1.3.0 (PyPI, MIT, read 2026-11-22): general categories with the exceptions
that are listed below. ctok follows the interpreter's Unicode data, 15.1 where it was measured, and
found that the models know letters of Unicode 16; so the categories come from the pinned package
`unicodedata2` 16.0.0. The split of marks by the property Alphabetic comes from the pinned `regex`.

Output: the code points of the basic plane where the kind changes. Every code point above it has
one kind, the isolated letter.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import regex
import unicodedata2

UNICODE_VERSION = "16.0.0"
OUTPUT = Path(__file__).parent.parent / "rust" / "claude" / "unicode_kinds.rs"
CODE_POINTS = 0x10000

# The order is the kind's number in `rust/claude/kinds.rs`.
KINDS = (
    *("isolated_letter", "isolated_symbol", "selector", "isolated_decimal", "isolated_number"),
    *("ascii_digit", "arabic_digit", "symbol", "space", "letter", "mark", "circled_letter"),
)

ARABIC_DIGITS = (range(0x660, 0x66A), range(0x6F0, 0x6FA))
CIRCLED_LETTERS = range(0x24B6, 0x24EA)
SELECTORS = range(0xFE00, 0xFE10)
SYRIAC_VOWELS = (range(0x711, 0x712), range(0x730, 0x740))
# Runic golden numbers, Roman numerals and Bamum's letter numbers are words; other numbers are not.
NUMBER_LETTERS = (range(0x16EE, 0x16F1), range(0x2160, 0x2189), range(0xA6E6, 0xA6F0))
# Ideographs, Hangul syllables, and the repeat and closing marks that go with them.
ISOLATED_LETTERS = (
    *(range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0xAC00, 0xD7A4)),
    *(range(0x3005, 0x3007), range(0x3031, 0x3036), range(0x303B, 0x303D)),
)
# What joins ASCII punctuation in one run; no category tells these from the others.
JOINING_SYMBOLS = frozenset("—»«•°„–−£§€…√→（№†└│།·─═█")
IDEOGRAPHIC_PUNCTUATION = range(0x3001, 0x3040)
IDEOGRAPHIC_SYMBOLS = frozenset("〄〒〓〠〶〷〾〿")

_ALPHABETIC = regex.compile(r"\p{Alphabetic}")


def find_kind(code_point: int) -> str:
    """Give the kind of a code point of the basic plane."""
    exceptions = (
        (range(0x09, 0x0B), "space"),
        (CIRCLED_LETTERS, "circled_letter"),
        *((part, "letter") for part in NUMBER_LETTERS),
        (SELECTORS, "selector"),
    )
    listed = next((kind for part, kind in exceptions if code_point in part), None)
    if listed is not None:
        return listed
    category = unicodedata2.category(chr(code_point))
    is_ascii_symbol = code_point < 0x80 and category[0] in "PS"  # noqa: PLR2004  ASCII
    if is_ascii_symbol or chr(code_point) in JOINING_SYMBOLS:
        return "symbol"
    return _FINDERS.get(category[0], _find_symbol_kind)(code_point)


def _find_space_kind(_: int) -> str:
    return "space"


def _find_letter_kind(code_point: int) -> str:
    is_isolated = any(code_point in part for part in ISOLATED_LETTERS)
    return "isolated_letter" if is_isolated else "letter"


def _find_symbol_kind(code_point: int) -> str:
    """Punctuation, symbols, format characters and unassigned code points, but ideographic ones."""
    character = chr(code_point)
    category = unicodedata2.category(character)
    is_ideographic = code_point in IDEOGRAPHIC_PUNCTUATION and (
        category[0] == "P" or character in IDEOGRAPHIC_SYMBOLS
    )
    is_symbol = category[0] in "PS" or category in {"Cf", "Cn"}
    return "isolated_symbol" if is_symbol and not is_ideographic else "isolated_letter"


def _find_number_kind(code_point: int) -> str:
    category = unicodedata2.category(chr(code_point))
    if category != "Nd":
        return "isolated_number" if category == "No" else "isolated_letter"
    if code_point < 0x80:  # noqa: PLR2004  ASCII
        return "ascii_digit"
    is_arabic = any(code_point in part for part in ARABIC_DIGITS)
    return "arabic_digit" if is_arabic else "isolated_decimal"


def _find_mark_kind(code_point: int) -> str:
    """An alphabetic mark belongs to its word, any other stands outside of it as a symbol does."""
    if not _ALPHABETIC.fullmatch(chr(code_point)):
        return "isolated_symbol"
    is_vowel = any(code_point in part for part in SYRIAC_VOWELS)
    is_riding = unicodedata2.combining(chr(code_point)) and not is_vowel
    return "mark" if is_riding else "letter"


_FINDERS: dict[str, Callable[[int], str]] = {
    "Z": _find_space_kind,
    "N": _find_number_kind,
    "M": _find_mark_kind,
    "L": _find_letter_kind,
}


def find_runs(kinds: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (first code point, kind) where the kind changes."""
    for code_point, kind in enumerate(kinds):
        if code_point == 0 or kind != kinds[code_point - 1]:
            yield code_point, kind


def render() -> str:
    """Give the generated Rust file."""
    kinds = [KINDS.index(find_kind(code_point)) for code_point in range(CODE_POINTS)]
    entries = [f"0x{start << 4 | kind:x}" for start, kind in find_runs(kinds)]
    lines, line = [], ""
    for entry in entries:
        if len(line) + len(entry) + 2 > 96:  # noqa: PLR2004  the line width less its indent
            lines.append(line)
            line = ""
        line += f"{entry}, " if line else f"    {entry}, "
    body = "\n".join(text.rstrip() for text in [*lines, line])
    return (
        f"//! Made by `scripts/generate_claude_kinds.py` from Unicode {UNICODE_VERSION} and what\n"
        "//! ctok 1.3.0 (`PyPI`, MIT) measured; do not edit.\n\n"
        "/// First code point of each run of the basic plane times 16, plus its kind.\n"
        "#[rustfmt::skip]\n"
        f"pub(super) const RUNS: [u32; {len(entries)}] = [\n{body}\n];\n"
    )


def main() -> int:
    """Write the file, or say with exit code 1 that it is not what this script makes."""
    parser = argparse.ArgumentParser(description="Generate the kinds of characters for Claude.")
    parser.add_argument("--check", action="store_true", help="compare with the file, write none")
    options = parser.parse_args()
    if unicodedata2.unidata_version != UNICODE_VERSION:
        print(f"unicodedata2 has Unicode {unicodedata2.unidata_version}, not {UNICODE_VERSION}")
        return 1
    text = render()
    is_same = OUTPUT.is_file() and OUTPUT.read_text(encoding="utf-8") == text
    if not options.check:
        OUTPUT.write_text(text, encoding="utf-8")
    print(f"{OUTPUT.name}: {len(text.splitlines())} lines, {'un' * is_same}changed")
    return int(options.check and not is_same)


if __name__ == "__main__":
    raise SystemExit(main())
