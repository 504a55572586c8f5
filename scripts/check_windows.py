"""Fit many random conversations and check every law of a window on each.

    seed ─► random conversation, model, shape, strategy, budget ─► fit_messages ─► laws ─► faults

    python scripts/check_windows.py                    # 2 000 conversations
    python scripts/check_windows.py --cases 100000     # what a release is checked with
    python scripts/check_windows.py --seed 4711        # one conversation again

Each conversation has a seed of its own, which is printed with what it breaks. The number can also
be given as BEDROCK_LLM_WINDOW_CASES. Needs the extra `test` for Llama's vocabulary.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter

sys.path[:0] = [str(Path(__file__).parent)]

from window_laws import Case, build_case, find_faults  # noqa: E402  found just above

SHOWN = 20


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cases = int(os.environ.get("BEDROCK_LLM_WINDOW_CASES") or 2_000)
    parser.add_argument("--cases", type=int, default=cases, help=f"default {cases}")
    parser.add_argument("--first-seed", type=int, default=0, help="default 0")
    parser.add_argument("--seed", type=int, help="this one alone")
    return parser.parse_args(arguments)


def check_seed(seed: int) -> tuple[Case, list[str]]:
    """Check the conversation of one seed."""
    case = build_case(Random(seed))  # noqa: S311  conversations, not secrets
    try:
        return case, find_faults(case)
    except Exception as error:  # noqa: BLE001  whatever is raised is a fault that is shown
        return case, [f"{type(error).__name__}: {error}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; 1 where a law was broken."""
    options = parse_options(arguments)
    first = options.first_seed if options.seed is None else options.seed
    seeds = range(first, first + (options.cases if options.seed is None else 1))
    started = perf_counter()
    broken = 0
    for seed in seeds:
        case, faults = check_seed(seed)
        broken += bool(faults)
        if faults and broken <= SHOWN:
            print(f"seed {seed}: {case.model}, {case.shape}, {case.strategy}, {case.budget}")
            print(*(f"  {fault}" for fault in faults), sep="\n")
    took = perf_counter() - started
    print(f"{len(seeds)} conversations, {broken} with a broken law, {took:.0f} s")
    print(f"TARGET windows.laws measured={broken} goal=0 {'miss' if broken else 'hit'}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
