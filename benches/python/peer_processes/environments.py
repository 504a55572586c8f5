"""A virtual environment per peer: their versions exclude each other.

    peer ─► requirements ─┬─► this interpreter, if it has exactly these versions
                          └─► DIR/<name>-<hash of the requirements>, made once by venv and pip

A peer that cannot be installed gives an `Absent` with pip's own last lines, never silence.
"""

import hashlib
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

INSTALL_SECONDS = 600
_DONE = "installed"


class Installable(Protocol):
    """What must be known of a peer to install it."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def adapter(self) -> str:
        """What its environment is named after."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip installs; nothing for what runs in this interpreter."""

    @property
    def pip_options(self) -> tuple[str, ...]:
        """Further options for pip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The interpreter that a peer runs in."""

    python: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Why a peer is not measured."""

    reason: str


def prepare(peer: Installable, folder: Path) -> Environment | Absent:
    """Give the interpreter that has a peer's packages; install them the first time.

    Args:
        peer: The library.
        folder: Where environments are kept.
    """
    if all(is_installed_here(requirement) for requirement in peer.requirements):
        return Environment(python=Path(sys.executable))
    key = hashlib.sha256(" ".join((*peer.requirements, sys.version)).encode()).hexdigest()[:12]
    home = folder / f"{peer.adapter}-{key}"
    python = home / "bin" / "python"
    if not (home / _DONE).exists():
        failure = install(peer, home, python)
        if failure is not None:
            return Absent(reason=failure)
        (home / _DONE).write_text("\n".join(peer.requirements), encoding="utf-8")
    return Environment(python=python)


def is_installed_here(requirement: str) -> bool:
    """Say whether this interpreter has a pinned requirement in exactly that version."""
    name, _, pinned = requirement.partition("==")
    try:
        return version(name) == pinned
    except PackageNotFoundError:
        return False


def install(peer: Installable, home: Path, python: Path) -> str | None:
    """Make an environment and install a peer into it; give the reason where that fails."""
    print(f"installing {peer.name}: {' '.join(peer.requirements)}", file=sys.stderr)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += [*peer.pip_options, *peer.requirements]
    try:
        venv.create(home, with_pip=True, clear=True)
        result = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{type(error).__name__}: {error}"
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    return None if result.returncode == 0 else " / ".join(lines[-2:])
