"""Count the instructions of fixed pieces of work under callgrind, beside a committed baseline.

    python scripts/check_instructions.py             # 1 where a count is above its baseline
    python scripts/check_instructions.py --update    # write the counts as the new baseline

    benches/instructions.rs ─► valgrind --tool=callgrind ─► count ─► benches/instructions.json

A count of instructions is free of noise where time is not: it sees a regression of a few per cent
on a busy machine. Only the function `measured_region` is counted, not the preparation. valgrind
emulates no AVX-512, so the paths for AVX2 are what is measured.

Counts belong to one compiler: with another version of rustc, or another architecture, differences
are printed and never fail. Where valgrind is not installed nothing is measured: the command says so
and passes.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
BASELINE = ROOT / "benches" / "instructions.json"
TOLERANCE_PERCENT = 3.0
REGION = "*measured_region*"
_COLLECTED = re.compile(r"Collected : (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Counts that were accepted.

    Attributes:
        rustc: The compiler they belong to, as `rustc --version` says it.
        machine: The architecture.
        tolerance_percent: How much more a count may be.
        instructions: Count by name.
    """

    rustc: str
    machine: str
    tolerance_percent: float
    instructions: Mapping[str, int]


class BenchError(Exception):
    """Say that the bench cannot be built or run."""


def build() -> Path:
    """Build the bench, and give its program.

    Raises:
        BenchError: cargo fails.
    """
    command = ["cargo", "bench", "--bench", "instructions", "--no-run", "--message-format=json"]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    messages = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    programs = [
        message["executable"]
        for message in messages
        if message.get("target", {}).get("name") == "instructions" and message.get("executable")
    ]
    if result.returncode or not programs:
        raise BenchError(f"the bench does not build: {result.stderr[-2000:]}")
    return Path(programs[-1])


def list_names(program: Path) -> list[str]:
    """Give the names of the pieces of work."""
    result = subprocess.run([program], check=True, capture_output=True, text=True)
    return result.stdout.split()


def count_instructions(program: Path, name: str) -> int:
    """Count the instructions of one piece of work.

    Raises:
        BenchError: valgrind fails or collects nothing.
    """
    with TemporaryDirectory() as folder:
        options = [f"--callgrind-out-file={folder}/out", "--collect-atstart=no"]
        command = ["valgrind", "--tool=callgrind", *options, f"--toggle-collect={REGION}"]
        result = subprocess.run(
            [*command, str(program), name], check=False, capture_output=True, text=True
        )
    found = _COLLECTED.search(result.stderr)
    if result.returncode or found is None or int(found[1]) == 0:
        raise BenchError(f"valgrind counts nothing for {name!r}: {result.stderr[-1000:]}")
    return int(found[1])


def compiler() -> str:
    """Give the version of the compiler that cargo uses here."""
    command = [shutil.which("rustc") or "rustc", "--version"]
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return result.stdout.strip()


def read_baseline(path: Path) -> Baseline:
    """Read the committed counts."""
    return Baseline(**json.loads(path.read_text(encoding="utf-8")))


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write counts as the ones to compare with."""
    path.write_text(json.dumps(asdict(baseline), indent=2) + "\n", encoding="utf-8")


def compare(counts: Mapping[str, int], baseline: Baseline) -> tuple[list[str], bool]:
    """Compare counts with the baseline.

    Returns:
        A line per piece of work, and whether one is above the tolerance or has no baseline.
    """
    goal = 1 + baseline.tolerance_percent / 100
    lines, is_worse = [], False
    for name, count in counts.items():
        known = baseline.instructions.get(name)
        if known is None:
            lines.append(f"TARGET instructions.{name} measured={count} goal=- miss")
            is_worse = True
            continue
        ratio = count / known
        verdict = "hit" if ratio <= goal else "miss"
        is_worse |= ratio > goal
        lines.append(f"TARGET instructions.{name} measured={ratio:.4f} goal={goal:.2f} {verdict}")
    return lines, is_worse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 after a regression, 2 where the bench does not run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true", help="write the counts as the baseline")
    parser.add_argument("--only", action="append", help="names that contain this")
    options = parser.parse_args(arguments)
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: no instructions were counted, nothing was checked")
        return 0
    try:
        counts = measure(options.only)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    return update(counts) if options.update else report(counts)


def measure(only: Sequence[str] | None) -> dict[str, int]:
    """Count every piece of work, and print each."""
    program, counts = build(), {}
    for name in list_names(program):
        if only is None or any(part in name for part in only):
            counts[name] = count_instructions(program, name)
            print(f"{name:28} {counts[name]:>14,} instructions", flush=True)
    return counts


def update(counts: Mapping[str, int]) -> int:
    """Write the counts; those that were not measured stay as they were."""
    old = read_baseline(BASELINE).instructions if BASELINE.exists() else {}
    baseline = Baseline(
        rustc=compiler(),
        machine=platform.machine(),
        tolerance_percent=TOLERANCE_PERCENT,
        instructions={**old, **counts},
    )
    write_baseline(BASELINE, baseline)
    print(f"wrote {len(counts)} counts to {BASELINE.relative_to(ROOT)}")
    return 0


def report(counts: Mapping[str, int]) -> int:
    """Print the comparison; 1 after a regression with the baseline's own compiler."""
    baseline = read_baseline(BASELINE)
    lines, is_worse = compare(counts, baseline)
    print(*lines, sep="\n")
    here = (compiler(), platform.machine())
    if here != (baseline.rustc, baseline.machine):
        print(f"the baseline is of {baseline.rustc} on {baseline.machine}, this is {here}: no gate")
        return 0
    if is_worse:
        print("a count is above its baseline; where that is meant, run with --update and say why")
    return int(is_worse)


if __name__ == "__main__":
    sys.exit(main())
