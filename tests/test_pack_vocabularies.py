import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load_script() -> ModuleType:
    path = ROOT / "scripts" / "pack_vocabularies.py"
    spec = importlib.util.spec_from_file_location("pack_vocabularies", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


SCRIPT = load_script()


@pytest.mark.parametrize("vocabulary", SCRIPT.VOCABULARIES, ids=lambda row: row.name)
def test_packing_again_gives_the_shipped_file(vocabulary):
    try:
        packed = SCRIPT.build(vocabulary, is_fetching=False)
    except SCRIPT.SourceError as error:
        pytest.skip(str(error))
    assert (SCRIPT.OUTPUT / f"{vocabulary.name}.vocabulary").read_bytes() == packed


@pytest.mark.parametrize("vocabulary", SCRIPT.VOCABULARIES, ids=lambda row: row.name)
def test_the_notices_name_every_source(vocabulary):
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    source = vocabulary.source
    packed = (SCRIPT.OUTPUT / f"{vocabulary.name}.vocabulary").read_bytes()
    facts = (source.package, source.version, source.file, source.sha256, vocabulary.licence)
    for fact in (*facts, hashlib.sha256(packed).hexdigest()):
        assert fact in notices


def test_a_source_with_another_hash_is_refused(tmp_path):
    path = tmp_path / "ranks"
    path.write_bytes(b"YQ== 0\n")
    with pytest.raises(SCRIPT.SourceError, match="not the pinned"):
        SCRIPT.read_source(path, SCRIPT.VOCABULARIES[0].source)


def test_a_missing_source_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setenv("CARGO_HOME", str(tmp_path))
    with pytest.raises(SCRIPT.SourceError, match=r"tiktoken-rs 0\.12\.1.*--fetch"):
        SCRIPT.find_source(SCRIPT.VOCABULARIES[0].source)


def test_rank_files_are_read_by_rank_and_not_by_line():
    assert SCRIPT.read_rank_file(b"Yg== 1\nYQ== 0\n") == [b"a", b"b"]
