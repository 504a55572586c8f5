import dataclasses
import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load_script() -> ModuleType:
    path = ROOT / "scripts" / "pack_claude.py"
    spec = importlib.util.spec_from_file_location("pack_claude", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


SCRIPT = load_script()


def test_packing_again_gives_the_shipped_files():
    try:
        packed = SCRIPT.build_all()
    except SCRIPT.ClaudeSourceError as error:
        pytest.skip(str(error))
    assert set(packed) == {"claude3.vocabulary", "claude47.vocabulary"}
    for name, data in packed.items():
        assert (SCRIPT.OUTPUT / name).read_bytes() == data


def test_a_check_reports_a_file_that_is_not_what_the_script_makes(tmp_path, capsys):
    arguments = ["--output", str(tmp_path)]
    try:
        assert SCRIPT.main(arguments) == 0
    except SCRIPT.ClaudeSourceError as error:
        pytest.skip(str(error))
    assert SCRIPT.main([*arguments, "--check"]) == 0
    (tmp_path / "claude3.vocabulary").write_bytes(b"")
    assert SCRIPT.main([*arguments, "--check"]) == 1
    assert "claude3.vocabulary: 202,953 bytes, changed" in capsys.readouterr().out
    assert (tmp_path / "claude3.vocabulary").read_bytes() == b""


def test_a_source_with_another_hash_is_refused(tmp_path):
    wheel = tmp_path / "ctok.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(SCRIPT.TABLES[0].file, "{}")
    with pytest.raises(SCRIPT.ClaudeSourceError, match="not the pinned"):
        SCRIPT.read_source(SCRIPT.TABLES[0], wheel)


def test_a_missing_source_names_the_package():
    table = dataclasses.replace(SCRIPT.TABLES[0], file="ctok/data/none.json")
    with pytest.raises(SCRIPT.ClaudeSourceError, match=r"ctok 1\.3\.0 .*--fetch"):
        SCRIPT.read_source(table, None)


def test_a_piece_is_read_with_its_marks_and_escaped_bytes():
    assert SCRIPT.parse_piece("⟨shift⟩⟨bow⟩the⟨eow⟩") == b"\xfa\xf9the\xf8"
    assert SCRIPT.parse_piece("é⟨0xE2⟩⟨0x9F⟩⟨0xA8⟩") == "é⟨".encode()


def test_a_contraction_is_a_piece_with_and_without_the_end_of_its_word():
    tokens = {"bytes_fallback": ["e0a4"], "contractions": ["'s"], "markers": ["⟨eow⟩"]}
    assert SCRIPT.read_pieces(tokens) == [b"'s", b"'s\xf8", b"\xe0\xa4", b"\xf8"]


def test_a_piece_is_stored_without_what_it_shares_with_the_one_before():
    assert SCRIPT.pack_pieces([b"the", b"then", b"to"]) == b"\x00\x03the\x03\x01n\x01\x01o"
