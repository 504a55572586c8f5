"""Judge every truncation strategy beside other libraries, and print who keeps which invariant.

    conversations ─┬─► every strategy of ours, in three shapes ─┐
                   └─► every peer, in its own process ──────────┴─► judge ─► matrix ─► TARGETs

    python scripts/check_conformance.py                      # everything; installs peers once
    python scripts/check_conformance.py --ours               # ours alone, in seconds
    python scripts/check_conformance.py --peers langchain --columns agentic --details

Seven columns of conversations that break truncation (`window_comparison.conversations`), each at
several budgets, judged by rules that import nothing of ours (`window_comparison.judge`): what
was kept must begin with its system prompt and a user turn, keep the task, part no tool call from
its result, stay within 5 % of the budget, alternate, leave one hole at most, and leave the caller's
messages alone. A cell names what was broken; the letters are explained under the matrix.

A peer is installed into an environment of its own on the first run (`--environments`); one that
cannot be is named with the reason, and ours is judged without it. The target is every column right
for every strategy of ours.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benches" / "python")]

from peer_processes.candidates import prepare_peers  # noqa: E402  found just above
from peer_processes.machine import describe_machine  # noqa: E402  as above
from tokenizer_comparison.ranks import RanksMissingError, provide_ranks  # noqa: E402  as above
from window_comparison import judge  # noqa: E402  as above
from window_comparison.conformance import (  # noqa: E402  as above
    Matrix,
    columns_of,
    format_details,
    format_matrix,
    format_targets,
    line_of,
    line_of_name,
    run_matrix,
)
from window_comparison.conversations import CONVERSATIONS, build_cases  # noqa: E402  as above
from window_comparison.faces import count_text, use_ranks  # noqa: E402  as above
from window_comparison.own import find_own_rows  # noqa: E402  as above
from window_comparison.peers import NOT_JUDGED, Peer, choose_peers  # noqa: E402  as above

QUICK_PEERS = ("langchain (system", "haystack", "agentfit (drop-oldest)", "tokentrim")


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    place = target / "window_comparison"
    parser.add_argument("--environments", type=Path, default=place, help=f"default {place}")
    parser.add_argument("--ours", action="store_true", help="judge ours alone")
    parser.add_argument("--no-ours", action="store_true", help="judge the peers alone")
    parser.add_argument("--peers", action="append", help="beside those with this in their name")
    parser.add_argument("--columns", action="append", choices=CONVERSATIONS, help="these alone")
    parser.add_argument("--details", action="store_true", help="every fault with its case")
    parser.add_argument("--quick", action="store_true", help=f"beside {len(QUICK_PEERS)} peers")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args(arguments)


def choose(options: argparse.Namespace) -> tuple[tuple[Peer, ...], tuple[Peer, ...]]:
    """Give the rows of ours and of the peers that are judged."""
    own = () if options.no_ours else find_own_rows()
    if options.ours:
        return own, ()
    return own, choose_peers(options.peers or (QUICK_PEERS if options.quick else None))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; 1 with `--gate` when a target is missed, 2 when it cannot run."""
    options = parse_options(arguments)
    data = options.environments / "ranks"
    try:
        own, peers = choose(options)
        columns = columns_of(options.columns)
        provide_ranks(["o200k_base", "cl100k_base"], data, has_documents=False)
        use_ranks(data)
        count_text("")
    except (ValueError, RanksMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"the judge counts with tiktoken: install the extra `test` ({error})")
        return 2
    candidates, absent = prepare_peers((*own, *peers), options.environments)
    count = lru_cache(maxsize=None)(count_text)
    matrix = run_matrix(candidates, build_cases(columns), data, count)
    matrix.absent |= absent
    return report(options, matrix, own, columns)


def report(
    options: argparse.Namespace, matrix: Matrix, own: Sequence[Peer], columns: Sequence[str]
) -> int:
    """Print the matrix, what it means, who is missing and the targets."""
    print(*describe_machine(), sep="\n")
    print(f"\n{format_matrix(matrix, columns)}\n")
    print(judge.LEGEND, "", sep="\n")
    missing = {line_of_name(name): reason for name, reason in matrix.absent.items()}
    for name, reason in missing.items():
        print(f"- missing: {name}: {reason}")
    for name, reason in NOT_JUDGED.items():
        print(f"- not judged: {name}: {reason}")
    print(*format_details(matrix, is_own_only=not options.details), sep="\n")
    lines = list(dict.fromkeys(line_of(peer) for peer in own))
    targets = format_targets(matrix, lines, columns)
    print("", *targets, sep="\n")
    return int(options.gate and any(line.endswith("miss") for line in targets))


if __name__ == "__main__":
    sys.exit(main())
