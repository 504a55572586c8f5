import dataclasses
import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load_script(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        return importlib.import_module(name)


MODELS = load_script("sentencepiece_models")
SCRIPT = load_script("pack_pieces")


def test_vocabularies_with_other_pieces_do_not_share_a_file():
    model = MODELS.Model(
        pieces=["a"],
        priorities=[0],
        piece_ids=[0],
        byte_ids=[],
        special_tokens={},
        user_tokens={},
        has_space_prefix=True,
    )
    rows = [
        dataclasses.replace(SCRIPT.VOCABULARIES[0], read=lambda _: model),
        dataclasses.replace(
            SCRIPT.VOCABULARIES[1], read=lambda _: dataclasses.replace(model, pieces=["b"])
        ),
    ]
    with pytest.raises(MODELS.ModelError, match="mistral_v2 has other pieces than mistral_v1"):
        SCRIPT.pack(rows, [b"", b""])


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
