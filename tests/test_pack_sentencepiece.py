import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # the scripts import each other by name, and so do dataclasses
    spec.loader.exec_module(module)
    return module


MODELS = load_script("sentencepiece_models")
SCRIPT = load_script("pack_sentencepiece")
FILES = sorted({vocabulary.file for vocabulary in SCRIPT.VOCABULARIES})


@pytest.mark.parametrize("file", FILES)
def test_packing_again_gives_the_shipped_file(file):
    try:
        packed = SCRIPT.build_all(files=[file])[file]
    except SCRIPT.PiecesSourceError as error:
        pytest.skip(str(error))
    assert (SCRIPT.OUTPUT / file).read_bytes() == packed


@pytest.mark.parametrize("vocabulary", SCRIPT.VOCABULARIES, ids=lambda row: row.name)
def test_the_notices_name_every_source(vocabulary):
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    packed = (SCRIPT.OUTPUT / vocabulary.file).read_bytes()
    package = vocabulary.package
    facts = (package.name, package.version, vocabulary.source, vocabulary.sha256, SCRIPT.LICENCE)
    for fact in (*facts, hashlib.sha256(packed).hexdigest()):
        assert fact in notices


def test_a_source_with_another_hash_is_refused(monkeypatch):
    monkeypatch.setattr(SCRIPT, "_read_installed", lambda _: b"other bytes")
    with pytest.raises(SCRIPT.PiecesSourceError, match="not the pinned"):
        SCRIPT.read_source(SCRIPT.VOCABULARIES[0], [])


def test_a_missing_source_names_the_package(monkeypatch):
    monkeypatch.setattr(SCRIPT, "_read_installed", lambda _: None)
    with pytest.raises(SCRIPT.PiecesSourceError, match=r"mistral-common 1\.13\.1.*--fetch"):
        SCRIPT.read_source(SCRIPT.VOCABULARIES[0], [])


def test_the_ways_to_make_a_piece_are_ordered_by_priority_and_longest_left_part():
    numbers = {"a": 0, "b": 1, "ab": 2, "aab": 3, "aa": 4}
    priorities = {"a": 9, "b": 9, "ab": 2, "aab": 1, "aa": 2}
    merges = MODELS.derive_merges(numbers, priorities)
    assert merges == ["aa b", "a ab", "a b", "a a"]


def test_a_gguf_file_with_other_merges_is_refused(monkeypatch):
    values = {
        "tokenizer.ggml.tokens": [b"a", b"b", b"ab", b"\t", b"\t\t", "▁t".encode(), "▁".encode()],
        "tokenizer.ggml.token_type": [1] * 7,
        "tokenizer.ggml.merges": [b"b a"],
    }
    values["tokenizer.ggml.tokens"].append(b"t")
    values["tokenizer.ggml.token_type"].append(1)
    monkeypatch.setattr(MODELS, "_read_gguf_values", lambda _: values)
    with pytest.raises(MODELS.ModelError, match="the merges are not those"):
        MODELS.read_gguf(b"")


def test_numbers_are_packed_as_runs():
    assert SCRIPT._pack_runs([5, 6, 7, 0, 0, 0, 9]).hex() == "".join(
        number.to_bytes(4, "little").hex() for number in (3, 3, 5, 1, 3, 0, 0, 1, 9, 0)
    )
