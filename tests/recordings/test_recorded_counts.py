"""Whole requests: our count beside the one that the service recorded.

The recordings stand beside the repository, in `../shared/recordings`, or where
`BEDROCK_LLM_RECORDINGS` says.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("BEDROCK_LLM_RECORDINGS", ROOT.parent / "shared" / "recordings"))

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no recordings; set BEDROCK_LLM_RECORDINGS to their folder"
)


@pytest.fixture(scope="module")
def checked() -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts" / "check_recordings.py"
    command = [sys.executable, str(script), "--recordings", str(FOLDER)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_target_is_hit_on_the_recordings_that_we_believe(
    checked: subprocess.CompletedProcess[str],
) -> None:
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_record_is_left_out_for_a_reason_without_a_count(
    checked: subprocess.CompletedProcess[str],
) -> None:
    left_out = [line.split() for line in checked.stdout.splitlines() if " left out: " in line]
    assert left_out
    assert all(words[0].isdigit() for words in left_out)
