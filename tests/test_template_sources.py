import hashlib
import json
import struct
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sources():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        yield import_module("template_sources")


@pytest.fixture
def pinned(sources, monkeypatch):
    """Pin one template of these bytes, of a package that is not installed."""

    def pin(data: bytes, reader: str = "text"):
        package = sources.Package(registry="PyPI", name="no-such-package", version="1")
        sha256 = hashlib.sha256(data).hexdigest()
        source = sources.Source(package=package, file="a.jinja", sha256=sha256)
        row = replace(sources.TEMPLATES[0], name="mine", source=source, reader=reader)
        monkeypatch.setattr(sources, "TEMPLATES", (row,))
        return sha256

    return pin


def gguf(key: bytes, value: bytes) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
    return head + struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(value)) + value


@pytest.mark.parametrize(
    ("reader", "data"),
    [
        ("text", "{{ ß }}".encode()),
        ("config", json.dumps({"chat_template": "{{ ß }}"}).encode()),
        ("family", json.dumps([{}, {"chat_template": "{{ ß }}"}]).encode()),
        ("gguf", gguf(b"tokenizer.chat_template", "{{ ß }}".encode()) + b"more"),
    ],
)
def test_a_fetched_template_is_read_out_of_its_file(sources, pinned, tmp_path, reader, data):
    sha256 = pinned(data, reader)
    (tmp_path / f"{sha256}-mine").write_bytes(data)
    assert sources.read_template("mine", tmp_path) == "{{ ß }}"


def test_other_bytes_are_refused_with_both_hashes(sources, pinned, tmp_path):
    sha256 = pinned(b"a")
    (tmp_path / f"{sha256}-mine").write_bytes(b"b")
    with pytest.raises(sources.SourceError, match=f"not the pinned {sha256}"):
        sources.read_template("mine", tmp_path)


def test_a_template_that_is_nowhere_says_how_to_get_it(sources, pinned, tmp_path):
    pinned(b"a")
    with pytest.raises(sources.SourceError, match=r"template_sources\.py --fetch"):
        sources.read_template("mine", tmp_path)


def test_every_template_has_a_reader_and_its_own_name(sources):
    names = [row.name for row in sources.TEMPLATES]
    assert len(set(names)) == len(names)
    assert {row.reader for row in sources.TEMPLATES} <= set(sources.READERS)
