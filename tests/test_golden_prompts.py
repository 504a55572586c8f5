"""Templates beside the prompts in `tests/golden`; `scripts/write_golden_prompts.py` writes them."""

import json
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
CONVERSATIONS = json.loads((GOLDEN / "conversations.json").read_text(encoding="utf-8"))
FILES = sorted(GOLDEN.glob("*/*.txt"))


@pytest.fixture(scope="module")
def golden():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        yield import_module("write_golden_prompts")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_prompt_is_as_it_was(golden, path):
    with path.open(encoding="utf-8", newline="") as file:
        assert golden.render(path.parent.name, CONVERSATIONS[path.stem]) == file.read()


def test_every_template_has_its_prompts(golden):
    for template, _ in golden.list_templates():
        for name, given in CONVERSATIONS.items():
            is_rendered = golden.render(template, given) is not None
            assert (GOLDEN / template / f"{name}.txt").exists() == is_rendered, (template, name)


def test_no_file_is_left_of_a_template_that_is_gone(golden):
    known = {template for template, _ in golden.list_templates()}
    assert {path.parent.name for path in FILES} <= known
