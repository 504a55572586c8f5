"""Says where, when and with what a bench ran."""

import importlib
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe_machine() -> list[str]:
    """Give the lines on the date, the machine, its load, Python and our own version."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"- date {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"- machine {processor_name()}, {os.cpu_count()} cores, {platform.platform()}",
        f"- Python {platform.python_version()}, load of the machine before: {load}",
        f"- bedrock-llm-rs {own_version()}",
    ]


def processor_name() -> str:
    """Return the processor's name as Linux knows it, else what Python knows."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def own_version() -> str:
    """Return our version, and how the core was built where it says so."""
    profile = getattr(importlib.import_module("bedrock_llm._core"), "BUILD_PROFILE", "unknown")
    try:
        return f"{version('bedrock-llm-rs')}, core built as {profile}"
    except PackageNotFoundError:
        return f"source tree, core built as {profile}"


def is_debug_build() -> bool:
    """Say whether the core is known to be a debug build."""
    core = importlib.import_module("bedrock_llm._core")
    return getattr(core, "BUILD_PROFILE", None) == "debug"


def usable_cores() -> tuple[int, ...]:
    """Give the cores this process may use, the last one first: the system prefers the others."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0), reverse=True))
    return tuple(range(os.cpu_count() or 1))
