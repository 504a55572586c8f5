"""Strings that tokenizers disagree on: made at random, the same ones for the same seed.

A string is made by one of `MAKERS`, which take turns: pieces that sit where classes of characters
meet, code points of all planes, one block of Unicode, lone surrogates, runs, texts of tokens laid
end to end, letters in changing case, and special tokens inside other text. `shrink` makes a string
that shows a difference as short as it can.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LETTERS: Final = "abcdefgxyzABCXYZéßİ\u0131\u017f\u041aяωΣ"
SPACES: Final = (" ", "  ", "\n", "\r\n", "\t", "\u3000", "\x85", "\u2028", "'", ".", "/", "1", "_")
RUN_SIZES: Final = (2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 300)
LAST_CODE_POINT: Final = 0x10FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What strings of one vocabulary are made of.

    Attributes:
        soup: Pieces of text that sit on the borders between classes.
        tokens: Texts of tokens.
        special_tokens: Texts of special tokens.
    """

    soup: Sequence[str]
    tokens: Sequence[str]
    special_tokens: Sequence[str]


Maker = Callable[[random.Random, Material], str]


def make_soup(generator: random.Random, material: Material) -> str:
    """Mix pieces of the soup, each a few times."""
    parts = generator.choices(material.soup, k=generator.randrange(1, 16))
    return "".join(part * generator.choice((1, 1, 1, 2, 3, 4)) for part in parts)


def make_planes(generator: random.Random, material: Material) -> str:
    """Mix code points of all planes with the soup; unassigned ones and surrogates included."""
    size = generator.randrange(1, 24)
    codes = [generator.randrange(LAST_CODE_POINT + 1) for _ in range(size)]
    joints = generator.choices(("", "", " ", "a", *material.soup[:8]), k=size)
    return "".join(chr(code) + joint for code, joint in zip(codes, joints, strict=True))


def make_block(generator: random.Random, material: Material) -> str:
    """Write words in one block of Unicode, as a language does."""
    del material
    start = generator.choice((generator.randrange(0x3400), generator.randrange(0x20000))) & ~0x7F
    codes = [start + generator.randrange(128) for _ in range(generator.randrange(2, 40))]
    marks = generator.choices(("", "", "", " ", "\n", "1", "!", "\u0301"), k=len(codes))
    return "".join(chr(code) + mark for code, mark in zip(codes, marks, strict=True))


def make_surrogates(generator: random.Random, material: Material) -> str:
    """Put halves of surrogate pairs, alone and together, between pieces of the soup."""
    parts = generator.choices(material.soup, k=generator.randrange(1, 8))
    for _ in range(generator.randrange(1, 4)):
        half = chr(generator.randrange(0xD800, 0xE000))
        pair = chr(generator.randrange(0xD800, 0xDC00)) + chr(generator.randrange(0xDC00, 0xE000))
        parts.insert(generator.randrange(len(parts) + 1), generator.choice((half, pair)))
    return "".join(parts)


def make_run(generator: random.Random, material: Material) -> str:
    """Repeat a piece, alone or with others around it."""
    size = generator.choice(RUN_SIZES)
    run = generator.choice(material.soup) * size
    before, after = generator.choices(("", *material.soup), k=2)
    return generator.choice((run, before + run, run + after, before + run + after))


def make_tokens(generator: random.Random, material: Material) -> str:
    """Lay texts of tokens end to end, so that merges across their borders are tried."""
    joint = generator.choice(("", "", " ", "\n"))
    return joint.join(generator.choices(material.tokens, k=generator.randrange(1, 14)))


def make_letters(generator: random.Random, material: Material) -> str:
    """Write letters in changing case with spaces, digits and marks between."""
    del material
    size = generator.randrange(1, 60)
    return "".join(
        generator.choice(SPACES if generator.random() < 0.2 else LETTERS)  # noqa: PLR2004  a fifth
        for _ in range(size)
    )


def make_special(generator: random.Random, material: Material) -> str:
    """Put the texts of special tokens into the soup, whole and cut."""
    parts = generator.choices(material.soup, k=generator.randrange(4))
    for text in generator.choices(material.special_tokens, k=generator.randrange(1, 4)):
        cut = generator.choice((len(text), len(text), generator.randrange(len(text) + 1)))
        parts.insert(generator.randrange(len(parts) + 1), text[:cut])
    return "".join(parts)


MAKERS: Final[tuple[Maker, ...]] = (
    make_soup,
    make_planes,
    make_block,
    make_surrogates,
    make_run,
    make_tokens,
    make_letters,
    make_special,
)


def make_strings(seed: str, number: int, material: Material) -> Iterator[str]:
    """Make so many strings; the same seed gives the same ones."""
    generator = random.Random(seed)  # noqa: S311  the same strings every time
    makers = [maker for maker in MAKERS if material.special_tokens or maker is not make_special]
    for place in range(number):
        yield makers[place % len(makers)](generator, material)


def shrink(text: str, is_different: Callable[[str], bool]) -> str:
    """Take parts out of a text as long as it stays different."""
    size = max(len(text) // 2, 1)
    while True:
        start, is_shorter = 0, False
        while start < len(text):
            shorter = text[:start] + text[start + size :]
            if is_different(shorter):
                text, is_shorter = shorter, True
            else:
                start += size
        if size == 1 and not is_shorter:
            return text
        size = max(size // 2, 1)
