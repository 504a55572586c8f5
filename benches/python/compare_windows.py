"""Measure how fast long conversations are cut to a window, beside the libraries that do it.

    python benches/python/compare_windows.py                     # everything, about half an hour
    python benches/python/compare_windows.py --quick             # four peers, short: does it run?
    python benches/python/compare_windows.py --only 1k.8k --peers langchain

- `1k.8k`, `1k.100k`, `10k.8k`, `10k.100k`: a history of 1 000 or 10 000 messages of about 200
  tokens, cut to a window of 8 000 or 100 000, and how often the tokenizer was asked for it.
- `turn.10k.8k`: a reply and a question more at the end of a conversation of 10 000 messages, and
  what is sent then.
- `cut.…`: one text of 1 or 10 MB, cut to so many tokens.

Every library runs in its own process and environment (made on the first run, `--environments`), all
on one core, in turn, round by round; the table has the median over the rounds, and how many times
slower than ours it is in the same round. Text is prose of this machine, fresh in every sample. All
count with o200k. Libraries that keep a number of messages rather than tokens are shown and are not
`the best library` of a target; nor is the hand-written loop. Times are on the wall: measure on a
quiet machine, or cross-check with `--clock cpu`. Only the library's call is timed: its
messages are made before. What a library keeps is judged by `scripts/check_conformance.py`.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from peer_processes.candidates import prepare_peers
from peer_processes.machine import describe_machine, is_debug_build
from tokenizer_comparison.corpora import FULL, provide_corpora, read_corpora
from tokenizer_comparison.ranks import RanksMissingError, provide_ranks
from window_comparison.own import TIMED
from window_comparison.peers import BY_HAND, OURS, Peer, choose_peers
from window_comparison.session import Candidate
from window_comparison.timing import (
    SCENARIOS,
    Results,
    Scenario,
    Setting,
    format_table,
    format_targets,
    measure,
)

ROOT = Path(__file__).parents[2]
QUICK_PEERS = (BY_HAND, "langchain (system", "tokentrim", "agentfit (drop-oldest)", "effimemo")


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    place = target / "window_comparison"
    parser.add_argument("--environments", type=Path, default=place, help=f"default {place}")
    parser.add_argument("--only", action="append", help="scenarios whose name contains this")
    parser.add_argument("--peers", action="append", help="beside those with this in their name")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every library")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--json", type=Path, help="write every round into this file")
    parser.add_argument("--quick", action="store_true", help="four peers, two short rounds")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args(arguments)


def provide_pool(folder: Path) -> Path:
    """Write the prose of this machine into one file, once."""
    path = folder / "prose.txt"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        corpora = read_corpora(provide_corpora(FULL, folder / "corpora"))
        path.write_text("\n".join(corpora["prose"].texts), encoding="utf-8")
    return path


def choose_scenarios(options: argparse.Namespace) -> list[Scenario]:
    """Give the scenarios to measure."""
    return [
        row
        for row in SCENARIOS
        if (row.is_in_quick or not options.quick)
        and (options.only is None or any(text in row.name for text in options.only))
    ]


def choose_rows(options: argparse.Namespace) -> list[Peer]:
    """Give ours and the peers, a configuration per library."""
    names = options.peers or (QUICK_PEERS if options.quick else None)
    return [TIMED, *(row for row in choose_peers(names) if row.is_timed or options.peers)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; 1 with `--gate` when a target is missed, 2 when it cannot run."""
    options = parse_options(arguments)
    if is_debug_build():
        print("the core is a debug build, whose numbers mean nothing: build it with --release")
        return 2
    try:
        rows, scenarios = choose_rows(options), choose_scenarios(options)
        provide_ranks(
            ["o200k_base", "cl100k_base"], options.environments / "ranks", has_documents=False
        )
    except (ValueError, RanksMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    candidates, absent = prepare_peers(rows, options.environments)
    setting = Setting(
        data=options.environments / "ranks",
        pool=provide_pool(options.environments),
        rounds=2 if options.quick else options.rounds,
        seconds=0.1 if options.quick else 0.5,
        reply_seconds=10 if options.quick else 60,
        clock=options.clock,
    )
    print(*describe_machine(), sep="\n")
    print(f"- peers {', '.join(dict.fromkeys(row.requirements[0] for row in rows[1:]))}")
    print(*(f"- missing: {name}: {reason}" for name, reason in absent.items()), sep="\n")
    results = Results()
    for scenario in scenarios:
        measure(scenario, takers(scenario, candidates), setting, results)
    return report(options, scenarios, rows, results)


def takers(scenario: Scenario, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Give the libraries that take part in a scenario: few cut one text, none keeps counts."""
    return [row for row in candidates if scenario.measure in row.peer.measures]


def report(
    options: argparse.Namespace,
    scenarios: Sequence[Scenario],
    rows: Sequence[Peer],
    results: Results,
) -> int:
    """Print the table, who gave no number and why, and the targets."""
    print(f"\n{format_table(scenarios, [row.name for row in rows], results)}\n")
    for scenario, notes in results.notes.items():
        print(*(f"- {scenario}: {name}: {reason}" for name, reason in notes.items()), sep="\n")
    libraries = [row.name for row in rows if row.counts_tokens and row.name != OURS]
    targets = format_targets(scenarios, libraries, results)
    print("", *targets, sep="\n")
    if options.json:
        options.json.write_text(json.dumps(asdict(results), indent=1), encoding="utf-8")
    return int(options.gate and any(line.endswith("miss") for line in targets))


if __name__ == "__main__":
    sys.exit(main())
