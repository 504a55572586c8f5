"""A small run of `scripts/check_exactness.py`, and proofs that it would see a fault."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "check_exactness.py"


@pytest.fixture(scope="module")
def exactness():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benches" / "python")
        patch.syspath_prepend(ROOT / "scripts")
        yield import_module("check_exactness")


@pytest.fixture(scope="module")
def strings(exactness):
    return import_module(exactness.make_strings.__module__)


class Faulty:
    """A tokenizer of one id per character, with a fault that a test asks for."""

    def __init__(self, fault="none"):
        self.fault = fault
        self.vocabulary = SimpleNamespace(special_tokens={"<|end|>": 7})

    def encode(self, text):
        ids = [ord(character) + 100 for character in text]
        return [7] if self.fault == "special" and "<|end|>" in text else ids

    def count(self, text):
        return len(self.encode(text)) + (self.fault == "count" and "x" in text)

    def count_up_to(self, text, limit):
        tokens = len(self.encode(text))
        is_within = tokens < limit if self.fault == "limit" else tokens <= limit
        return tokens if is_within else None

    def count_batch(self, texts):
        return [self.count(text) + (self.fault == "batch") for text in texts]

    def cut(self, text, max_tokens):
        return text if self.fault == "cut" else text[:max_tokens]


def report_of(exactness, fault, texts):
    report = exactness.Report(name="faulty")
    oracle = Faulty("special" if fault == "special" else "none").encode
    exactness.Checker(Faulty(fault), oracle, report).check(texts)
    return report


@pytest.mark.timeout(300)
def test_a_small_run_finds_no_difference_in_any_vocabulary(tmp_path):
    command = [sys.executable, str(SCRIPT), "--strings", "3600", "--corpora", "tiny"]
    command += ["--seed", "7", "--allow-missing", "--folder", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "o200k " in result.stdout


def test_an_unknown_vocabulary_is_refused_by_name():
    command = [sys.executable, str(SCRIPT), "--only", "nothing"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "nothing" in result.stdout


def test_what_is_equal_is_no_difference(exactness):
    assert report_of(exactness, "none", ["ab", "", "x<|end|>"]).differences == 0


@pytest.mark.parametrize(
    ("fault", "text", "words"),
    [
        ("special", "a<|end|>b", "special ids"),
        ("count", "abxc", "count gives 2, encode 1"),
        ("limit", "abc", "count_up_to"),
        ("batch", "abc", "count_batch gives 4, encode 3"),
        ("cut", "a" * 400, "cut to"),
    ],
)
def test_every_kind_of_fault_is_a_difference(exactness, fault, text, words):
    report = report_of(exactness, fault, [text])
    assert report.differences >= 1
    assert words in str(report)


def test_other_ids_are_a_difference_shown_by_the_shortest_text(exactness):
    report = exactness.Report(name="faulty")
    tokenizer = Faulty()
    checker = exactness.Checker(
        tokenizer, lambda text: tokenizer.encode(text.replace("q", "")), report
    )
    checker.check(["some text with one q in it"])
    assert report.differences == 1
    assert report.shown[0].startswith("'q': ids")


def test_the_same_seed_gives_the_same_strings_of_every_kind(strings):
    material = strings.Material(soup=["a", " ", "1"], tokens=["the"], special_tokens=["<s>"])
    made = list(strings.make_strings("seed", 400, material))
    assert made == list(strings.make_strings("seed", 400, material))
    assert made != list(strings.make_strings("other", 400, material))
    everything = "".join(made)
    assert any("\ud800" <= character <= "\udfff" for character in everything)
    assert any(ord(character) > 0xFFFF for character in everything)
    assert "a" * 129 in everything
    assert "<s>" in everything


def test_shrinking_keeps_what_matters(strings):
    assert strings.shrink("abcXdefYghi", lambda text: "X" in text and "Y" in text) == "XY"
