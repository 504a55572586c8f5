# ruff: noqa: RUF001  letters that look like others are what is tested
"""Claude counts against recorded counts, the measured probes, and ctok itself.

ctok reads the Unicode data of the interpreter, which may be older than the core's: characters that
one of the two does not know are left out where the two are compared.
"""

import importlib
import importlib.metadata
import importlib.util
import json
import sysconfig
import time
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bedrock_llm.tokens import Tokenizer

# The recorded model that each table is measured against.
MODELS = {
    "claude3": "claude-opus-4-5",
    "claude47": "claude-opus-4-7",
    "claude5": "claude-opus-5",
}
# The version that ctok knows a table by; it leaves out what sets `claude5` apart from `claude48`.
VERSIONS = {"claude3": "3.0", "claude47": "4.7", "claude48": "4.8"}
PROBES = {"claude3": "pieces_v3.json", "claude47": "pieces_v4_7.json"}
# Code points that the pinned Unicode data and newer data treat differently.
UNSETTLED = frozenset("\u05c8\u05c9\u0897\u1c89\u1c8a\ua7cb\ua7cc\ua7cd\ua7da\ua7db\ua7dc")

needs_ctok = pytest.mark.skipif(
    importlib.util.find_spec("ctok") is None, reason="ctok is not installed"
)
each_version = pytest.mark.parametrize("name", VERSIONS)

SNIPPETS = (
    *("'s", "'S", "'t", "'ll", "'LL", "it's", "IT'S", "don't", "'ello", "\"'", "('", "''", "’s"),
    *("the", "Hello", "NASA", "WiFi", "QQ", "ABCD", "ABC", "getElementsBy", "snake_case", "x"),
    *("ÉCOLE", "École", "STRAßE", "STRAẞE", "İSTANBUL", "Aİ", "ΑΣΑΣ", "ς", "ϴ", "ϓ", "ǅ", "Ⓐs"),
    *(
        "Привет",
        "ПРИВЕТ",
        "שלום",
        "مرحبا",
        "नमस्ते",
        "สวัสดี",
        "\u0e4d\u0e32",
        "ກໍາ",
        "ܐܰ",
        "\u0730",
        "ꛦ",
    ),
    *(
        "文",
        "日本語",
        "カナー",
        "々",
        "〆",
        "。",
        "、",
        "？",
        "（",
        "）",
        "한국",
        "㊀",
        "〇",
        "〡",
        "々々",
    ),
    *("0", "12", "1234", "٣", "٣3", "۴", "३", "½", "½²", "²", "①", "Ⅷ", "ⅷ", "ᛮ", "\U0001d7ce"),
    *(
        "\u0301",
        "e\u0301",
        "\u0301a",
        "\u0345",
        "\u20dd",
        "\ufe0f",
        "⚖\ufe0f",
        "\ufe0f½",
        "½\ufe0f",
    ),
    *(
        "😀",
        "👩🏽\u200d👧",
        "🇫🇷",
        "\u200d",
        "\u200b",
        "\ufeff",
        "\ufffd",
        "\uffff",
        "\u0378",
        "\U0010ffff",
    ),
    *("!", "...", "==", "});", "//", "-", "—", "№", "→", "†", "•", "།", "€", "|", "```", "\ufdd0"),
    *(
        " ",
        "  ",
        "    ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\x00",
        "\x01",
        "\x0b",
        "\x85",
        "\u00a0",
        "\u3000",
    ),
    *("\u2028", "\ue000", "\uf8ff", "⟨bow⟩", "⟩", "\ud83d", "\ude00 "),
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(SNIPPETS), max_size=12).map("".join),
    st.lists(st.one_of(st.sampled_from(SNIPPETS), st.characters()), max_size=8).map("".join),
    st.text("aB' \n1.文é\u0301", max_size=24),
)


def count_request(name: str, text: str) -> int:
    """Count a request with one message: the text and the frame."""
    tokenizer = Tokenizer.for_name(name)
    return tokenizer.count(text) + tokenizer.vocabulary.frame_tokens


@cache
def make_reference() -> Callable[[str, str], int]:
    return importlib.import_module("ctok").token_count


def is_comparable(text: str) -> bool:
    """Whether both sides know every character, and nothing is a surrogate pair."""
    if not text or any(character in UNSETTLED for character in text):
        return False
    if any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff" for a, b in pairwise(text)):
        return False
    return all(is_known(character) for character in text)


@cache
def is_known(character: str) -> bool:
    """Whether the interpreter knows a character, or nobody does."""
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
    return is_noncharacter or character == "\u0378" or unicodedata.category(character) != "Cn"


def check(name: str, text: str) -> None:
    if is_comparable(text):
        expected = make_reference()(text, VERSIONS[name])
        assert count_request(name, text) == expected, f"{name}: {text[:200]!a}"


@pytest.mark.parametrize(("name", "model"), MODELS.items())
def test_every_recorded_count_is_met(name, model, recorded_documents):
    rows = [row for row in recorded_documents if model in row["input_tokens"]]
    assert len(rows) > 1000
    wrong = [
        row["id"] for row in rows if count_request(name, row["text"]) != row["input_tokens"][model]
    ]
    assert wrong == []


@needs_ctok
@pytest.mark.parametrize(("name", "file"), PROBES.items())
def test_every_measured_probe_is_met(name, file):
    path = importlib.metadata.distribution("ctok").locate_file(f"ctok/data/{file}")
    document = json.loads(Path(str(path)).read_text(encoding="utf-8"))
    probes = [
        row for group in document["tokens"].values() for row in group.values() if "raw" in row
    ]
    assert len(probes) > 10_000
    wrong = [row["probe"] for row in probes if count_request(name, row["probe"]) != row["raw"]]
    assert len(wrong) <= len(probes) // 1000, wrong[:5]


@needs_ctok
@each_version
@settings(max_examples=400, deadline=None)
@given(text=TEXTS)
@example(text=" a")
@example(text="  a")
@example(text=" '")
@example(text=" 'a")
@example(text="\x01 a")
@example(text="\u00a0a")
@example(text="\n")
@example(text=" \n")
@example(text="\x01")
@example(text="Ⓐ's Ⓐb's bⒶ's")
@example(text="a 'b c's d 's ٣'s Ⓐ's !'s")
def test_counts_equal_ctok(name, text):
    check(name, text)


@needs_ctok
@each_version
@settings(max_examples=100, deadline=None)
@given(text=TEXTS, newlines=st.integers(0, 300), spaces=st.integers(0, 40))
def test_counts_equal_ctok_with_white_space_around(name, text, newlines, spaces):
    check(name, " " * spaces + text + "\n" * newlines)
    check(name, f"{text}{' ' * spaces}{text}\n{' ' * spaces}{text}{' ' * spaces}\n{text}")


@needs_ctok
@each_version
def test_counts_equal_ctok_around_every_character(name):
    # Unassigned code points of the astral planes are all alike; every 251st one is tried.
    basic = [number for number in range(0x10000) if not 0xD800 <= number < 0xE000]
    for number in [*basic[:0x3100], *basic[0x3100::7], *range(0x10000, 0x110000, 2509)]:
        character = chr(number)
        check(name, f"{character}'s a{character} {character}A 1{character}1 {character} 文")


@needs_ctok
@each_version
def test_counts_equal_ctok_on_programs(name):
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("[a-d]*.py"))[:6]:
        text = path.read_text(encoding="utf-8", errors="replace")
        check(name, text[:40_000])


@needs_ctok
@each_version
@pytest.mark.parametrize("part", ["=", ".", "\n", " ", "a", "A", "文", "'s", "½ ", "\u0301"])
def test_counts_equal_ctok_on_long_runs(name, part):
    # Runs beyond the square of the longest piece, 128 bytes, are counted in a shorter way.
    run = part * (33_000 if part in "=.\n" else 6_000)
    for text in (f"x {run} y", f"({run}"):
        check(name, text)


@needs_ctok
@each_version
def test_counts_equal_ctok_where_long_text_is_cut(name):
    lines = [
        "one two  three",
        "文字 '",
        "'s it",
        "\u0301é",
        "٣ ",
        "  x",
        "\r",
        "½",
        "!",
        "Ⓐ",
        "ก\u0e33",
    ]
    for line in lines:
        check(name, f"{'words of a line ' * 2300}\n{line}\n{line} {'more words ' * 10}")


@pytest.mark.parametrize("name", [*VERSIONS, "claude5"])
@pytest.mark.parametrize(
    "part", ["=", ".", "\n", " ", "a", "A", "文", "'s", "😀", "\u0301", "aB", "─"]
)
def test_a_megabyte_of_anything_is_counted_in_bounded_time(name, part):
    text = part * (1_000_000 // len(part.encode()))
    tokenizer = Tokenizer.for_name(name)
    start = time.perf_counter()
    count = tokenizer.count(text)
    assert time.perf_counter() - start < 2  # a few milliseconds; a quadratic way takes hours
    assert 0 <= count <= 2 * len(text.encode())


def test_white_space_at_the_end_costs_nothing_for_opus_5():
    tokenizer = Tokenizer.for_name("claude5")
    assert tokenizer.count("hello \n \t\r\n") == tokenizer.count("hello")
    assert tokenizer.count("hello\u3000") > tokenizer.count("hello")


def test_a_long_text_counts_as_its_lines_do():
    tokenizer = Tokenizer.for_name("claude3")
    lines = [f"Line {number}: the quick brown fox; 文字 and é.\n" for number in range(2000)]
    newline = 1  # before a line that is not the first one, the newline that joins the two
    parts = sum(tokenizer.count(line) for line in lines) + newline * (len(lines) - 1)
    assert tokenizer.count("".join(lines)) == parts
