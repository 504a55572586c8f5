"""A small run of the forgery check: it finds nothing, and would find what is there."""

import runpy
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    names = runpy.run_path(str(SCRIPTS / "check_forgery.py"))
    yield names
    for module in ("forgery_attacks", "forgery_readers", "forgery_targets"):
        sys.modules.pop(module, None)


def test_no_template_can_be_forged(script, capsys):
    assert script["main"](["--number", "13", "--gate"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("TARGET")]
    assert len(lines) == 3
    assert all(line.endswith(" hit") for line in lines)


def test_a_prompt_that_is_not_defended_is_found_out(script):
    target = next(script["native_targets"]())
    write = target.write
    object.__setattr__(target, "write", lambda talk, _mode: write(talk, "allow"))
    tally = script["check_target"](target, 30, 1)
    assert tally.forged > 0
