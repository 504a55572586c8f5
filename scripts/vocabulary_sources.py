"""Find or fetch the pinned files that vocabularies are made of, and refuse any other bytes.

    Source ─► what is installed, what was downloaded ─► read_source ─► bytes with the pinned sha256
                              fetch_packages ─┘

A package is downloaded as its registry's own client brings it: a wheel, a source archive, or the
folder of `cargo vendor`. Nothing of a package is run, so its Python version does not matter.
"""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


class SourceError(Exception):
    """Say that a pinned source file is missing or is not the pinned one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Name one pinned registry package.

    Attributes:
        registry: `crate` or `PyPI`.
        name: The package's name there.
        version: The only version accepted.
        options: What the registry's client needs to bring the archive that holds the file.
    """

    registry: str
    name: str
    version: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Name one file of a pinned package.

    Attributes:
        package: The package.
        file: The path of the file inside the package.
        sha256: The hash of that file, in hex.
    """

    package: Package
    file: str
    sha256: str

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """What packed files say of it: package with registry, version, file, sha256."""
        package = self.package
        return f"{package.registry} {package.name}", package.version, self.file, self.sha256


def read_source(source: Source, archives: Sequence[Path] = ()) -> bytes:
    """Read a pinned file from what is installed or from what was downloaded.

    Args:
        source: The file.
        archives: Wheels, source archives and folders of `cargo vendor`.

    Raises:
        SourceError: It is nowhere, or all that is there has another sha256.
    """
    found = []
    for data in _candidates(source, archives):
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == source.sha256:
            return data
        found.append(sha256)
    package = source.package
    name = f"{source.file} of {package.name} {package.version} ({package.registry})"
    if found:
        raise SourceError(f"{name} has sha256 {found[0]}, not the pinned {source.sha256}")
    raise SourceError(
        f"{name} is not on this machine; run this script with --fetch, name the downloaded "
        f"package with --archive, or install it"
    )


def _candidates(source: Source, archives: Sequence[Path]) -> Iterator[bytes]:
    for path in _FINDERS[source.package.registry](source):
        if path.is_file():
            yield path.read_bytes()
    for archive in archives:
        data = _read_archive(archive, source)
        if data is not None:
            yield data


def _find_installed(source: Source) -> list[Path]:
    try:
        distribution = importlib.metadata.distribution(source.package.name)
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(distribution.locate_file(source.file)))]


def _find_in_cargo(source: Source) -> list[Path]:
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    package = source.package
    folders = (home / "registry" / "src").glob(f"*/{package.name}-{package.version}")
    return [folder / source.file for folder in folders]


_FINDERS: dict[str, Callable[[Source], list[Path]]] = {
    "PyPI": _find_installed,
    "crate": _find_in_cargo,
}


def _read_archive(path: Path, source: Source) -> bytes | None:
    if path.is_dir():
        file = path / source.package.name / source.file
        return file.read_bytes() if file.is_file() else None
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            is_there = source.file in wheel.namelist()
            return wheel.read(source.file) if is_there else None
    with tarfile.open(path) as archive:
        try:
            member = archive.extractfile(source.file)
        except KeyError:
            return None
        return member.read() if member is not None else None


def fetch_packages(packages: Iterable[Package], folder: Path) -> list[Path]:
    """Let the registries' own clients bring pinned packages into a folder.

    Returns:
        The archives, for `read_source`.

    Raises:
        SourceError: A client failed.
    """
    by_registry: dict[str, list[Package]] = {}
    for package in dict.fromkeys(packages):
        by_registry.setdefault(package.registry, []).append(package)
    return [
        archive for name, rows in by_registry.items() for archive in _FETCHERS[name](rows, folder)
    ]


def _fetch_with_pip(packages: Sequence[Package], folder: Path) -> list[Path]:
    for package in packages:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", *package.options]
        _run([*command, "-d", str(folder), f"{package.name}=={package.version}"])
    return [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]


def _fetch_with_cargo(packages: Sequence[Package], folder: Path) -> list[Path]:
    vendors = []
    for package in packages:
        project = folder / f"vendor-{package.name}"
        (project / "src").mkdir(parents=True)
        (project / "src" / "lib.rs").touch()
        (project / "Cargo.toml").write_text(
            '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n'
            f'[dependencies]\n{package.name} = "={package.version}"\n',
            encoding="utf-8",
        )
        vendors.append(project / "vendor")
        manifest = str(project / "Cargo.toml")
        _run(["cargo", "vendor", "--manifest-path", manifest, str(vendors[-1])])
    return vendors


_FETCHERS: dict[str, Callable[[Sequence[Package], Path], list[Path]]] = {
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
