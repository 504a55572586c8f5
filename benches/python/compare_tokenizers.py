"""Measure our token counts beside the fastest libraries there are, and print one table of ratios.

    python benches/python/compare_tokenizers.py                  # everything, about half an hour
    python benches/python/compare_tokenizers.py --quick          # small texts: does it run?
    python benches/python/compare_tokenizers.py --only o200k.fresh --only hot --peers fastokens

Each library runs in its own process and, since their versions exclude each other, in its own
virtual environment, which is made on the first run (`--environments`). One thread means one pinned
core. Libraries are interleaved in every round, and the table has the median over the rounds; a
ratio is the reference's seconds by the library's in the same round. "fresh" is text that
the process has never seen, after a warm-up of the same kind; "repeated" and "hot" are text that it
has seen. Before anything is timed, the ids of every library are compared with tiktoken's on all
texts; who differs is marked. `load` is opening the vocabulary and the first count in a fresh
process, `memory` what is resident then, Python included.

Numbers of a debug build are refused. Times are on the wall: measure on a quiet machine, or
cross-check with `--clock cpu`; the file of `--json` has both clocks of every sample.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from peer_processes.environments import Absent, prepare
from peer_processes.machine import describe_machine, is_debug_build, usable_cores
from tokenizer_comparison.adapters import OPENAI_NAMES
from tokenizer_comparison.corpora import SCALES, provide_corpora, read_corpora
from tokenizer_comparison.metrics import METRICS, Metric
from tokenizer_comparison.peers import Peer, find_peers
from tokenizer_comparison.ranks import RanksMissingError, provide_ranks
from tokenizer_comparison.rounds import (
    Candidate,
    Results,
    check_exactness,
    measure,
    measure_openings,
)
from tokenizer_comparison.session import Setting
from tokenizer_comparison.table import (
    build_lines,
    format_exactness,
    format_table,
    format_targets,
)

ROOT = Path(__file__).parents[2]


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    place = target / "tokenizer_comparison"
    parser.add_argument("--environments", type=Path, default=place, help=f"default {place}")
    parser.add_argument("--scale", choices=SCALES, default="full", help="how much text")
    parser.add_argument("--quick", action="store_const", const="quick", dest="scale")
    parser.add_argument("--only", action="append", help="lines whose name contains this")
    parser.add_argument("--peers", action="append", help="beside these only; may be repeated")
    parser.add_argument("--json", type=Path, help="write every sample into this file")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args(arguments)


def print_setting(
    candidates: Sequence[Candidate], absent: dict[str, str], setting: Setting
) -> None:
    """Print where, when, with which versions and on which texts this ran."""
    print(*describe_machine(), sep="\n")
    peers = [row.peer.requirements[0] for row in candidates if row.peer.requirements]
    print(f"- peers {', '.join(dict.fromkeys(peers))}")
    for name, reason in absent.items():
        print(f"- absent: {name}: {reason}")
    for name, corpus in read_corpora(setting.corpora).items():
        parts = ", ".join(corpus.sources)
        size = f"{corpus.size_bytes / 1e6:.1f} MB in {len(corpus.texts)} texts"
        print(f"- {name}: {size}, sha256 {corpus.sha256[:12]}, from {parts}")


def choose(metrics: Sequence[Metric], only: Sequence[str] | None) -> list[Metric]:
    """Give the lines whose name contains one of the texts."""
    return [row for row in metrics if only is None or any(text in row.key for text in only)]


def provide(metrics: Sequence[Metric], peers: Sequence[Peer], folder: Path) -> None:
    """Write the files that the chosen lines and peers read."""
    names = {metric.vocabulary for metric in metrics} & set(OPENAI_NAMES)
    readers = {"tokenizers", "fastokens"} & {peer.adapter for peer in peers}
    openai_names = [OPENAI_NAMES[name] for name in sorted(names)]
    provide_ranks(openai_names, folder, has_documents=bool(readers))


def run(
    metrics: Sequence[Metric], candidates: Sequence[Candidate], setting: Setting, results: Results
) -> None:
    """Check ids, then measure, a vocabulary and a kind at a time."""
    scale = SCALES[setting.scale]
    for vocabulary in dict.fromkeys(metric.vocabulary for metric in metrics):
        check_exactness(vocabulary, candidates, setting, results)
    for (_, kind), group in groupby(metrics, key=lambda row: (row.vocabulary, row.kind)):
        how = measure_openings if kind == "opening" else measure
        how(list(group), candidates, setting, scale, results)


def prepare_peers(peers: Sequence[Peer], folder: Path) -> tuple[list[Candidate], dict[str, str]]:
    """Make the environments; give who can be measured, and who cannot and why."""
    candidates, absent = [], {}
    for peer in peers:
        environment = prepare(peer, folder)
        if isinstance(environment, Absent):
            absent[peer.name] = environment.reason
        else:
            candidates.append(Candidate(peer=peer, environment=environment))
    return candidates, absent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; 1 with `--gate` when a target is missed, 2 when it cannot run."""
    options = parse_options(arguments)
    if is_debug_build():
        print("the core is a debug build, whose numbers mean nothing: build it with --release")
        return 2
    try:
        peers = find_peers(options.peers and tuple(options.peers))
        metrics = choose(METRICS, options.only)
        provide(metrics, peers, options.environments / "ranks")
    except (ValueError, RanksMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    candidates, absent = prepare_peers(peers, options.environments)
    setting = Setting(
        data=options.environments / "ranks",
        corpora=provide_corpora(SCALES[options.scale], options.environments / "corpora"),
        scale=options.scale,
        cores=usable_cores(),
    )
    print_setting(candidates, absent, setting)
    results = Results(clock=options.clock)
    run(metrics, candidates, setting, results)
    return report(options, metrics, [peer.name for peer in peers], results)


def report(
    options: argparse.Namespace, metrics: Sequence[Metric], names: Sequence[str], results: Results
) -> int:
    """Print the table and the targets, and write the samples."""
    lines = build_lines(metrics, names, results)
    print(f"\nTexts whose ids or counts are not the reference's:\n\n{format_exactness(results)}\n")
    print(format_table(lines, names))
    for vocabulary, notes in results.notes.items():
        for name, reason in notes.items():
            print(f"\n{vocabulary}: {name}: {reason}")
    print("", *format_targets(lines), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(asdict(results), indent=1), encoding="utf-8")
    return int(options.gate and any(line.is_hit is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
