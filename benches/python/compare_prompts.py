"""Measure how fast prompts are written, and whether they are right, beside other libraries.

    python benches/python/compare_prompts.py               # everything, a few minutes
    python benches/python/compare_prompts.py --quick
    python benches/python/compare_prompts.py --formats llama3 --peers minijinja

Conversations of 12 messages (about 10 kB) and of 1 002 (about 0.9 MB) of this machine's prose, in
the formats of Llama 3, of Mistral's first models and of ChatML (Qwen 3). First the text of every
library is compared with that of the vendor's own package; who differs has a `*`. Then all are timed
in turn, round by round, each in its own process and environment on the same core; the table has the
median over the rounds, and how many times slower than ours it is in the same round.

The templates that jinja engines render are the shortest that are right for such conversations.
Ours scans every content for forged control tokens, the others do not; `(allow)` is ours without.
Text is ASCII, which Python holds in one byte a character; `--text mixed` leaves the prose as it is,
with some messages that are not: those are slower to read and to write for everybody.
The target of 12 messages is what ours takes beyond the crossing: beyond reading the same messages
and making nothing of them (`cross_messages`), timed beside it.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from compare_windows import provide_pool
from peer_processes.candidates import prepare_peers
from peer_processes.machine import describe_machine, is_debug_build
from prompt_comparison.formats import FORMATS
from prompt_comparison.peers import PEERS, choose_peers
from prompt_comparison.timing import (
    Results,
    Setting,
    format_crossing,
    format_table,
    format_targets,
    measure_format,
)

ROOT = Path(__file__).parents[2]


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    place = target / "window_comparison"
    parser.add_argument("--environments", type=Path, default=place, help=f"default {place}")
    parser.add_argument("--text", choices=("ascii", "mixed"), default="ascii", help="which prose")
    parser.add_argument("--formats", action="append", choices=FORMATS, help="these alone")
    parser.add_argument("--peers", action="append", help="beside those with this in their name")
    parser.add_argument("--rounds", type=int, default=7, help="turns of every library")
    parser.add_argument("--json", type=Path, help="write every round into this file")
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args(arguments)


def provide_ascii(pool: Path) -> Path:
    """Write the same prose without any character beyond ASCII, once."""
    path = pool.with_name("prose-ascii.txt")
    if not path.is_file():
        path.write_bytes(pool.read_text(encoding="utf-8").encode("ascii", "ignore"))
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; 1 with `--gate` when a target is missed, 2 when it cannot run."""
    options = parse_options(arguments)
    if is_debug_build():
        print("the core is a debug build, whose numbers mean nothing: build it with --release")
        return 2
    candidates, absent = prepare_peers(choose_peers(options.peers), options.environments)
    pool = provide_pool(options.environments)
    setting = Setting(
        pool=provide_ascii(pool) if options.text == "ascii" else pool,
        rounds=2 if options.quick else options.rounds,
        seconds=0.1 if options.quick else 0.4,
    )
    print(*describe_machine(), sep="\n")
    versions = [row.requirements[0] for row in PEERS if row.requirements]
    print(f"- peers {', '.join(dict.fromkeys(versions))}")
    print(*(f"- missing: {name}: {reason}" for name, reason in absent.items()), sep="\n")
    found = {
        form: measure_format(form, candidates, setting)
        for form in FORMATS
        if options.formats is None or form in options.formats
    }
    return report(options, found, [row.peer.name for row in candidates])


def report(options: argparse.Namespace, found: dict[str, Results], names: Sequence[str]) -> int:
    """Print who was right, the table and the targets."""
    for form, results in found.items():
        wrong = [name for name, is_right in results.right.items() if is_right is False]
        words = "all equal" if not wrong else f"not equal: {', '.join(wrong)}"
        print(f"- {form}: beside {results.vendor}: {words}")
        print(*(f"- {form}: {name}: {reason}" for name, reason in results.notes.items()), sep="\n")
    print(f"\n{format_table(found, names)}\n")
    print(*format_crossing(found), "", sep="\n")
    targets = format_targets(found)
    print(*targets, sep="\n")
    if options.json:
        rows = {form: asdict(results) for form, results in found.items()}
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(options.gate and any(line.endswith("miss") for line in targets))


if __name__ == "__main__":
    sys.exit(main())
