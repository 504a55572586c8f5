"""Measure what importing `bedrock_llm` costs next to `import boto3`, and what it must not load.

    fresh process per import ─► seconds, modules, logging ─► medians ─► TARGET lines

The package is measured twice: `import bedrock_llm`, and `from bedrock_llm import *`, which loads
every public name. Names are loaded when they are first used, so the first number is what a program
pays that uses none of them, and the second the most that it can pay. Only the first has a target.

Each round starts one new interpreter per statement, in turn, so that all see the same load
of the machine. The clock runs around the import statement only: the start of the interpreter is in
neither number. One untimed round first writes the byte code of all, into a temporary folder and
whatever PYTHONDONTWRITEBYTECODE says, and fills the file cache: an installed package is compiled
too. The probe then looks at `sys.modules` and at the loggers of the process.

Targets: the median of `import bedrock_llm` is no longer than boto3's (`import_time`, a ratio). With
every public name loaded, none of boto3, botocore, aiohttp and numpy is there
(`import_unwanted_modules`), and logging is as it was (`import_logging_changes`).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

IMPORT, PUBLIC_NAMES = "import bedrock_llm", "from bedrock_llm import *"
REFERENCE = "import boto3"
UNWANTED = ("boto3", "botocore", "aiohttp", "numpy")
REPORTED_VERSIONS = ("bedrock-llm-rs", "boto3", "botocore", "pydantic")
ROUNDS, QUICK_ROUNDS = 7, 3
PROBE_TIMEOUT_SECONDS = 120

# Only `sys` and `time`, which every interpreter has built in, are loaded before the clock starts.
PROBE = """
import sys, time
started = time.perf_counter()
{statement}
seconds = time.perf_counter() - started
loaded = sorted(name for name in {unwanted!r} if name in sys.modules)
module_count = len(sys.modules)
import json, logging
root = logging.getLogger()
names = [name for name in root.manager.loggerDict if name.startswith("bedrock_llm")]
own = [logging.getLogger(name) for name in names]
speaking = [
    handler for logger in own for handler in logger.handlers
    if not isinstance(handler, logging.NullHandler)
]
changes = len(root.handlers) + len(speaking) + (root.level != logging.WARNING)
print(json.dumps([seconds, loaded, module_count, changes]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one fresh interpreter saw when it ran one import statement."""

    seconds: float
    unwanted_modules: tuple[str, ...]
    module_count: int
    logging_changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise and what was measured for it; the measured value may not exceed the goal."""

    name: str
    measured: float
    goal: float
    decimals: int

    @property
    def is_hit(self) -> bool:
        """Say whether the promise holds, on the value as it is printed."""
        return round(self.measured, self.decimals) <= self.goal

    def __str__(self) -> str:
        measured, goal = (f"{value:.{self.decimals}f}" for value in (self.measured, self.goal))
        verdict = "hit" if self.is_hit else "miss"
        return f"TARGET {self.name} measured={measured} goal={goal} {verdict}"


def probe_environment(byte_code: Path) -> dict[str, str]:
    """Return the environment of a probe, which reads and writes its byte code in one folder."""
    inherited = dict(os.environ)
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return inherited | {"PYTHONPYCACHEPREFIX": str(byte_code)}


def probe_import(statement: str, environment: dict[str, str]) -> Probe:
    """Run an import in a fresh interpreter, away from the current folder, and report."""
    code = PROBE.format(statement=statement, unwanted=UNWANTED)
    result = subprocess.run(
        [sys.executable, "-P", "-c", code],
        check=True,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PROBE_TIMEOUT_SECONDS,
    )
    seconds, unwanted, module_count, changes = json.loads(result.stdout)
    return Probe(
        seconds=seconds,
        unwanted_modules=tuple(unwanted),
        module_count=module_count,
        logging_changes=changes,
    )


def measure(rounds: int) -> dict[str, list[Probe]]:
    """Probe all statements in turn, `rounds` times each, after one untimed round."""
    probes: dict[str, list[Probe]] = {IMPORT: [], PUBLIC_NAMES: [], REFERENCE: []}
    with TemporaryDirectory() as byte_code:
        environment = probe_environment(Path(byte_code))
        for statement in probes:
            probe_import(statement, environment)
        for _ in range(rounds):
            for statement, kept in probes.items():
                kept.append(probe_import(statement, environment))
    return probes


def processor_name() -> str:
    """Return the processor's name as Linux knows it, else what Python knows."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def package_version(name: str) -> str:
    """Return the installed version of a distribution, or say that there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed (source tree)"


def print_setting(rounds: int) -> None:
    """Print where, when and with which versions this ran."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    print(f"date     {now}")
    print(f"machine  {processor_name()}, {os.cpu_count()} cores, {platform.platform()}")
    print(f"python   {platform.python_implementation()} {platform.python_version()}")
    for name in REPORTED_VERSIONS:
        print(f"version  {name} {package_version(name)}")
    print(f"rounds   {rounds}, interleaved, one fresh process per import\n")


def median_seconds(seen: Sequence[Probe]) -> float:
    """Return the median time of the probes of one statement."""
    return median(probe.seconds for probe in seen)


def print_measurements(probes: dict[str, list[Probe]]) -> None:
    """Print the median, the extremes and the number of modules of each statement."""
    print(f"{'statement':<26} {'median ms':>10} {'min ms':>8} {'max ms':>8} {'modules':>8}")
    for statement, seen in probes.items():
        times = [probe.seconds * 1_000 for probe in seen]
        numbers = f"{median(times):>10.1f} {min(times):>8.1f} {max(times):>8.1f}"
        print(f"{statement:<26} {numbers} {seen[-1].module_count:>8}")
    unwanted = ", ".join(probes[PUBLIC_NAMES][-1].unwanted_modules) or "none"
    ratio = median_seconds(probes[PUBLIC_NAMES]) / median_seconds(probes[REFERENCE])
    print(f"\nevery public name takes {ratio:.2f} times as long as {REFERENCE!r}")
    print(f"unwanted modules loaded by every public name: {unwanted}")


def build_targets(probes: dict[str, list[Probe]]) -> list[Target]:
    """Compare what was measured with what the package promises."""
    ratio = median_seconds(probes[IMPORT]) / median_seconds(probes[REFERENCE])
    last = probes[PUBLIC_NAMES][-1]
    unwanted, changes = len(last.unwanted_modules), last.logging_changes
    return [
        Target(name="import_time", measured=ratio, goal=1, decimals=2),
        Target(name="import_unwanted_modules", measured=unwanted, goal=0, decimals=0),
        Target(name="import_logging_changes", measured=changes, goal=0, decimals=0),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; 1 with `--gate` when a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a target is missed")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds, not {ROUNDS}")
    options = parser.parse_args(arguments)
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    print_setting(rounds)
    probes = measure(rounds)
    print_measurements(probes)
    targets = build_targets(probes)
    print()
    for target in targets:
        print(target)
    return int(options.gate and not all(target.is_hit for target in targets))


if __name__ == "__main__":
    sys.exit(main())
