import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load_script(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        return importlib.import_module(name)


SCRIPT = load_script("pack_claude")


def test_a_piece_is_read_with_its_marks_and_escaped_bytes():
    assert SCRIPT.parse_piece("⟨shift⟩⟨bow⟩the⟨eow⟩") == b"\xfa\xf9the\xf8"
    assert SCRIPT.parse_piece("é⟨0xE2⟩⟨0x9F⟩⟨0xA8⟩") == "é⟨".encode()


def test_a_contraction_is_a_piece_with_and_without_the_end_of_its_word():
    tokens = {"bytes_fallback": ["e0a4"], "contractions": ["'s"], "markers": ["⟨eow⟩"]}
    assert SCRIPT.read_pieces(tokens) == [b"'s", b"'s\xf8", b"\xe0\xa4", b"\xf8"]


def test_a_piece_is_stored_without_what_it_shares_with_the_one_before():
    assert SCRIPT.pack_pieces([b"the", b"then", b"to"]) == b"\x00\x03the\x03\x01n\x01\x01o"
