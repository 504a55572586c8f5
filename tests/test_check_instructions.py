import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "check_instructions.py"


@pytest.fixture(scope="module")
def script():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        return importlib.import_module("check_instructions")


def baseline(script, **instructions):
    return script.Baseline(
        rustc="rustc 1", machine="x86_64", tolerance_percent=3.0, instructions=instructions
    )


def test_a_count_within_the_tolerance_is_a_hit(script):
    lines, is_worse = script.compare({"load": 1030}, baseline(script, load=1000))
    assert lines == ["TARGET instructions.load measured=1.0300 goal=1.03 hit"]
    assert not is_worse


def test_a_count_above_the_tolerance_is_a_miss(script):
    lines, is_worse = script.compare({"load": 1031}, baseline(script, load=1000))
    assert lines[0].endswith("miss")
    assert is_worse


def test_a_count_without_a_baseline_is_a_miss(script):
    lines, is_worse = script.compare({"new": 5}, baseline(script, load=1000))
    assert lines == ["TARGET instructions.new measured=5 goal=- miss"]
    assert is_worse


def test_the_committed_baseline_has_every_piece_of_work(script):
    source = (ROOT / "benches" / "instructions.rs").read_text(encoding="utf-8")
    known = script.read_baseline(script.BASELINE).instructions
    assert known
    assert all(f'"{name}"' in source for name in known)
    assert all(count > 0 for count in known.values())


def test_without_valgrind_the_command_says_so_and_passes(tmp_path):
    environment = os.environ | {"PATH": str(tmp_path)}
    assert shutil.which("valgrind", path=str(tmp_path)) is None
    result = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert "valgrind is not installed" in result.stdout
