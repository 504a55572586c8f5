import hashlib
import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
NOTICES = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")


def load_script(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        return importlib.import_module(name)


SCRIPT = load_script("pack_vocabularies")


def find_section(file_name: str) -> str:
    """The part of the notices under the heading that names the file."""
    sections = [part for part in NOTICES.split("\n## ") if file_name in part.splitlines()[0]]
    assert len(sections) == 1, f"{file_name} has {len(sections)} sections"
    return sections[0]


@pytest.mark.parametrize("file", SCRIPT.FILES, ids=lambda row: row.name)
def test_a_section_names_the_file_and_every_source(file):
    section = find_section(file.name)
    shipped = (SCRIPT.OUTPUT / file.name).read_bytes()
    assert hashlib.sha256(shipped).hexdigest() in section
    assert file.licence in section
    assert "opyright" in section
    for source in file.sources:
        package = source.package
        assert f"{package.registry.split()[0]}" in section
        assert f"`{package.name}` {package.version}" in section
        assert f"`{source.file}`" in section
        assert f"`{source.sha256}`" in section


def test_a_section_of_a_vocabulary_stands_for_a_shipped_file():
    headings = [part.splitlines()[0] for part in NOTICES.split("\n## ")[1:]]
    names = " ".join(heading for heading in headings if "vocabularies/" in heading)
    shipped = {file.name for file in SCRIPT.FILES}
    assert {word.strip("`").rsplit("/")[-1] for word in names.split() if "." in word} == shipped
