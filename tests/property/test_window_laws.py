"""Laws of windows on random conversations, in every shape, family and strategy.

`scripts/check_windows.py` checks the same on as many as one likes; BEDROCK_LLM_WINDOW_CASES raises
the number here too. The seeds below are of conversations that broke a law once.
"""

import os
import sys
from pathlib import Path
from random import Random

import pytest

sys.path[:0] = [str(Path(__file__).parents[2] / "scripts")]

from window_laws import build_case, find_faults  # noqa: E402  found just above

CASES = int(os.environ.get("BEDROCK_LLM_WINDOW_CASES") or 150)
BROKEN_ONCE = (25, 76, 89, 129, 171, 210, 212, 337, 356, 426, 497, 575, 645, 660, 699, 927, 11708)
BROKEN_ONCE += (12749, 13296, 14051, 14370, 15047, 15068, 17313)


def test_every_law_holds_for_random_conversations():
    for seed in range(CASES):
        case = build_case(Random(seed))  # noqa: S311  conversations, not secrets
        assert find_faults(case) == [], f"seed {seed}: {case}"


@pytest.mark.parametrize("seed", BROKEN_ONCE)
def test_every_law_holds_where_it_was_broken_once(seed):
    case = build_case(Random(seed))  # noqa: S311  conversations, not secrets
    assert find_faults(case) == [], case
