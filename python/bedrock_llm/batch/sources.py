"""Where records come from: a file, a folder, standard input, or any iterable.

    open_source("prompts.jsonl" | "table.csv" | "notes/" | "-" | [{"prompt": ...}, ...]) ─► Source

A source streams: it holds one record at a time. It can be read again from its start (`records()`
a second time), except standard input and iterators, which are copied to a temporary file first
where a second pass is needed. Files may be gzip-compressed, whatever their name.
"""

import gzip
import io
import json
import os
import sys
import tempfile
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from bedrock_llm.batch.fields import describe
from bedrock_llm.batch.record_formats import find_format
from bedrock_llm.batch.rows import Record
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import InputError

Prompts = str | os.PathLike[str] | Iterable[object]
"""What a run can be given: a path, `-` for standard input, or rows."""

_HEAD_BYTES = 8192
_GZIP = b"\x1f\x8b"


class Source(Protocol):
    """Give records, from the first on, each time it is asked.

    Attributes:
        name: What messages call it.
        fraction: How much of it has been read, 0 to 1, or None where nobody knows.
        batch_rows: How many records may be collected before the first is handed on.
    """

    name: str
    fraction: float | None
    batch_rows: int

    def records(self) -> Iterator[Record]:
        """Read the records from the start.

        Raises:
            InputError: The input as a whole cannot be read.
        """


def open_source(
    prompts: Prompts,
    *,
    template: PromptTemplate | None = None,
    is_read_twice: bool = False,
) -> Source:
    """Find out what `prompts` is and open it.

    Args:
        prompts: A path, `-` for standard input, or an iterable of mappings or texts.
        template: The prompt's template, if there is one.
        is_read_twice: The run needs a second pass; what cannot be read twice is copied first.

    Raises:
        InputError: There is no such file or folder, or standard input is closed.
    """
    if not isinstance(prompts, str | os.PathLike):
        return IterableSource(list(prompts) if is_read_twice else prompts)
    if prompts == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed; pipe rows in, or name a file")
        return StandardInput(template, is_copied=is_read_twice)
    path = Path(prompts)
    if path.is_dir():
        return FolderSource(path, template)
    if not path.exists():
        raise InputError(
            f"there is no file or folder {str(path)!r}; name one, or - for standard input"
        )
    return FileSource(path, template)


class FileSource:
    """Read the records of one file, or of a pipe that has a name, which may fill slowly."""

    def __init__(self, path: Path, template: PromptTemplate | None) -> None:
        is_file = path.is_file()
        self.name = path.name
        self.batch_rows = 128 if is_file else 1
        self.fraction: float | None = 0.0 if is_file else None
        self._path = path
        self._template = template

    def records(self) -> Iterator[Record]:
        """Read the file from its start."""
        try:
            with self._path.open("rb") as raw:
                size = max(os.fstat(raw.fileno()).st_size, 1)
                for record in _read_stream(raw, self.name, self._template):
                    if self.fraction is not None:
                        self.fraction = raw.tell() / size
                    yield record
                self.fraction = 1.0
        except OSError as error:
            raise InputError(
                f"cannot read {str(self._path)!r}: {error.strerror or error}"
            ) from error


class StandardInput:
    """Read the records of standard input, which may be a pipe that fills slowly."""

    name = "standard input"
    fraction: float | None = None
    batch_rows = 1

    def __init__(self, template: PromptTemplate | None, *, is_copied: bool) -> None:
        self._template = template
        self._copy = _copy_stream(sys.stdin.buffer) if is_copied else None
        if self._copy is not None:
            weakref.finalize(self, self._copy.close)

    def records(self) -> Iterator[Record]:
        """Read standard input; from its start only if it was copied."""
        if self._copy is not None:
            self._copy.seek(0)
            # A duplicate, because the readers close what they wrap.
            stream = os.fdopen(os.dup(self._copy.fileno()), "rb")
        else:
            # Not sys.stdin.buffer: a thread that waits in it would hold its lock at exit.
            stream = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
        with stream:
            yield from _read_stream(stream, self.name, self._template)


class FolderSource:
    """Read one record from each text file of a folder, in the order of their names.

    The id is the path below the folder, with `/`. Hidden files and folders are passed over, links
    to folders are not followed. The content is the prompt; in a template it is the column `text`.
    """

    batch_rows = 16

    def __init__(self, path: Path, template: PromptTemplate | None) -> None:
        self.name = f"{path.name or path}/"
        self.fraction: float | None = None
        self._path = path
        self._text_key = "prompt" if template is None else "text"

    def records(self) -> Iterator[Record]:
        """Read the folder from its first file.

        Raises:
            InputError: The folder or one below it cannot be listed.
        """
        for path in _walk(self._path):
            relative = path.relative_to(self._path).as_posix()
            yield _read_text_file(path, relative, self._text_key)


class IterableSource:
    """Take the records of any iterable of mappings or prompt texts."""

    batch_rows = 64

    def __init__(self, values: Iterable[object]) -> None:
        self.name = "the given rows"
        self.fraction: float | None = None
        self._values = values

    def records(self) -> Iterator[Record]:
        """Take the values from the first on."""
        total = len(self._values) if isinstance(self._values, Sized) else None
        for number, value in enumerate(self._values, start=1):
            if total:
                self.fraction = number / total
            yield _wrap_value(value, number)


def _wrap_value(value: object, number: int) -> Record:
    place, default_id = f"row {number}", str(number)
    if isinstance(value, str):
        value = {"prompt": value}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        fault = f"a row must be text or a mapping with text keys; found {describe(value)}"
        return Record(place=place, default_id=default_id, raw=fault.encode(), fault=fault)
    raw = json.dumps(value, default=repr).encode()
    return Record(place=place, default_id=default_id, raw=raw, value=value)


def _read_stream(
    raw: io.BufferedReader, name: str, template: PromptTemplate | None
) -> Iterator[Record]:
    stream: io.BufferedReader | gzip.GzipFile = raw
    head = raw.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    try:
        if head.startswith(_GZIP):
            stream = gzip.GzipFile(fileobj=raw)
            head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        found = find_format(name, head, has_template=template is not None)
        yield from found.read(stream, template)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            f"{name!r} ends early or is damaged ({error}); rows before the damage were read; "
            "make the archive again"
        ) from error


def _copy_stream(stream: BinaryIO) -> IO[bytes]:
    copy = tempfile.TemporaryFile("w+b")  # noqa: SIM115  it lives as long as the source and has no name
    while block := stream.read(1 << 20):
        copy.write(block)
    copy.flush()
    return copy


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"cannot list {str(folder)!r}: {error.strerror or error}") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _read_text_file(path: Path, relative: str, text_key: str) -> Record:
    place = f"file {relative!r}"
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}"
        return Record(place=place, default_id=relative, raw=b"", fault=fault)
    except UnicodeDecodeError as error:
        fault = f"is no UTF-8 text: byte 0x{raw[error.start]:02x} at position {error.start + 1}"
        return Record(place=place, default_id=relative, raw=raw, fault=fault)
    if "\0" in text:
        return Record(place=place, default_id=relative, raw=raw, fault="is a binary file")
    value = {"id": relative, text_key: text}
    return Record(place=place, default_id=relative, raw=raw, value=value)
