"""Generate `rust/split/unicode_classes.rs`: which class of character each code point is.

    pip install -r scripts/requirements.txt
    python scripts/generate_unicode_classes.py

The Unicode version is part of exactness: the reference, tiktoken 0.14.0, splits with Unicode 16
(regex-syntax 0.8), so the tables come from the pinned package `unicodedata2` 16.0.0 and from
nothing else; Python's own `unicodedata` follows the interpreter.

Output: the code points where the class changes, each with its class. Where upper and lower case
take turns (most of the cased scripts) one entry says so. `rust/split/classes.rs` turns the
entries into a two-level table when it is compiled.
"""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import unicodedata2

UNICODE_VERSION = "16.0.0"
OUTPUT = Path(__file__).parent.parent / "rust" / "split" / "unicode_classes.rs"
CODE_POINTS = 0x110000
BLOCK = 256

# The order is the class's number in `rust/split/classes.rs`.
OTHER, UPPER, LOWER, UNCASED, MARK, NUMBER, SPACE, NEWLINE, SYMBOL = range(9)
UPPER_LOWER, LOWER_UPPER = 9, 10

CLASS_OF_CATEGORY = {
    "Lu": UPPER,
    "Lt": UPPER,
    "Ll": LOWER,
    "Lm": UNCASED,
    "Lo": UNCASED,
    "Mn": MARK,
    "Mc": MARK,
    "Me": MARK,
    "Nd": NUMBER,
    "Nl": NUMBER,
    "No": NUMBER,
    "Zs": SPACE,
    "Zl": SPACE,
    "Zp": SPACE,
}
CLASS_OF_CATEGORY |= dict.fromkeys(
    ("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"), SYMBOL
)
# White_Space (PropList.txt) that no Z category covers.
CONTROL_SPACES = {0x09: SPACE, 0x0A: NEWLINE, 0x0B: SPACE, 0x0C: SPACE, 0x0D: NEWLINE, 0x85: SPACE}


def classify(code_point: int) -> int:
    """Give the class of a code point; unassigned ones and surrogates are OTHER."""
    control = CONTROL_SPACES.get(code_point)
    if control is not None:
        return control
    return CLASS_OF_CATEGORY.get(unicodedata2.category(chr(code_point)), OTHER)


def find_runs(classes: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (first code point, class) where the class changes, folding turns of case."""
    plain = [
        (start, value)
        for start, value in enumerate(classes)
        if start == 0 or value != classes[start - 1]
    ]
    position = 0
    while position < len(plain):
        start, value = plain[position]
        length = _count_turns(plain, position)
        if length > 2:  # noqa: PLR2004  two turns cost as much written out
            yield start, UPPER_LOWER if value == UPPER else LOWER_UPPER
            position += length - 1  # the last turn may be longer than one: it starts its own run
        else:
            yield start, value
            position += 1


def _count_turns(plain: list[tuple[int, int]], position: int) -> int:
    """Count the runs from `position` that swap upper and lower case code point by code point."""
    turns = 1
    for (start, value), (following, next_value) in itertools.pairwise(plain[position:]):
        if following != start + 1 or {value, next_value} != {UPPER, LOWER}:
            break
        turns += 1
    return turns


def render(classes: list[int]) -> str:
    """Give the generated Rust file."""
    entries = [f"0x{start << 4 | value:x}" for start, value in find_runs(classes)]
    mixed = sum(
        len(set(classes[start : start + BLOCK])) > 1 for start in range(0, CODE_POINTS, BLOCK)
    )
    lines, line = [], ""
    for entry in entries:
        if len(line) + len(entry) + 2 > 96:  # noqa: PLR2004  the line width less its indent
            lines.append(line)
            line = ""
        line += f"{entry}, " if line else f"    {entry}, "
    lines.append(line)
    body = "\n".join(text.rstrip() for text in lines)
    return (
        f"//! Made by `scripts/generate_unicode_classes.py` from Unicode {UNICODE_VERSION}; "
        "do not edit.\n\n"
        f"/// The Unicode version of the tables, which is the reference tokenizers'.\n"
        f'pub const UNICODE_VERSION: &str = "{UNICODE_VERSION}";\n\n'
        f"/// Blocks of {BLOCK} code points that hold more than one class.\n"
        f"pub(super) const MIXED_BLOCKS: usize = {mixed};\n\n"
        "/// First code point of each run times 16, plus its class; 9 and 10 mean turns of upper\n"
        "/// and lower case that begin with upper (9) or lower (10).\n"
        "#[rustfmt::skip]\n"
        '#[expect(clippy::unreadable_literal, reason = "a table is not read digit by digit")]\n'
        f"pub(super) const RUNS: [u32; {len(entries)}] = [\n{body}\n];\n"
    )


def main() -> None:
    """Write the file.

    Raises:
        SystemExit: Another Unicode version is installed.
    """
    if unicodedata2.unidata_version != UNICODE_VERSION:
        sys.exit(f"unicodedata2 has Unicode {unicodedata2.unidata_version}, not {UNICODE_VERSION}")
    text = render([classify(code_point) for code_point in range(CODE_POINTS)])
    OUTPUT.write_text(text, encoding="utf-8")
    print(f"{OUTPUT}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
