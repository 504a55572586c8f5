"""The journal of a run: what is finished, kept so that a kill loses and repeats nothing.

    OUT.journal
      {"journal": 1, "settings": {...}, "settings_digest": "..."}          the first line
      {"index":17,"digest":"9f...","failed":0,"output":{...}}              a line per finished row
      ...
    after the last row: OUT is written in input order to OUT.tmp, synced, renamed over OUT, and
    the journal becomes one line:
      {"journal": 1, "finished": true, "input_digest", "settings", "rows", "output_sha256", ...}

The first line is written with the first finished row: until then a journal that is started over
still holds what an earlier run left. Lines are appended as rows finish, in any order, each by one
write, and a write that fails is taken back; `sync()` forces them to the disk and is called about
each second, so a killed process loses nothing and a power cut about a second. On the next start
the file is read once: per row, the place of its line and its digest are kept (17 bytes a row),
never its output. A last line without its newline is cut off; a damaged line is passed over; both
are counted and said, and their rows are called again. A later line for the same row wins, which is
how a failed row is answered again.

The file is locked while a run writes it: two runs cannot share an output.
"""

import fcntl
import json
import os
import re
from array import array
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO, Self

from bedrock_llm.errors import ConfigurationError

FORMAT = 1
_LINE = re.compile(rb'\{"index":(\d+),"digest":"([0-9a-f]{16})","failed":([01]),"output":\{')
_HEAD = b'{"journal": '
_LINE_END = b"}}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """Hold what the one line of a finished run's journal says."""

    input_digest: str
    settings: Mapping[str, object]
    settings_digest: str
    rows: int
    output_sha256: str


_FINISHED_NAMES = tuple(field.name for field in fields(FinishedRun))


def journal_path(output: Path) -> Path:
    """Name the journal that belongs to an output file."""
    return output.with_name(f"{output.name}.journal")


class Journal:
    """Append finished rows and find them again.

    Use as a context manager; leaving it closes and unlocks the file.

    Args:
        path: The journal file; it is made if it does not exist.
        is_overwriting: Read nothing of what the file holds; the first row replaces it.

    Attributes:
        header: The first line, or None in a journal that was just made.
        finished: What a finished run left, or None.
        torn_bytes: Bytes of an unfinished last line that were cut off.
        damaged_lines: Lines inside the file that could not be read.

    Raises:
        ConfigurationError: Another process writes this journal, the folder cannot be written, or
            the file is no journal.
    """

    def __init__(self, path: Path, *, is_overwriting: bool = False) -> None:
        self.path = path
        self.header: Mapping[str, object] | None = None
        self.finished: FinishedRun | None = None
        self.torn_bytes = 0
        self.damaged_lines = 0
        self._places = array("q")
        self._digests = array("Q")
        self._is_failed = bytearray()
        self._file = _open_locked(path)
        # A second handle: appending moves the place of the first.
        self._reader = path.open("rb")
        self._end = 0
        self._first_line = b""
        self._is_ours = False
        try:
            if not is_overwriting:
                self._load()
            self._is_ours = not is_overwriting or path.stat().st_size == 0
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close and unlock the file; a journal without a finished row is removed."""
        if self._file.closed:
            return
        if self._is_ours and not self._places and self.finished is None:
            self.path.unlink(missing_ok=True)
        self._reader.close()
        self._file.close()

    def begin(self, settings: Mapping[str, object], settings_digest: str) -> None:
        """Start over: the first row is written after a first line that holds the settings."""
        self.header = {"journal": FORMAT, "settings": settings, "settings_digest": settings_digest}
        self._first_line = json.dumps(self.header, ensure_ascii=True).encode() + b"\n"

    @property
    def rows(self) -> int:
        """Count the rows up to the last one that has a line."""
        return len(self._places)

    def holds(self, index: int) -> bool:
        """Tell whether a row has a line."""
        return index < len(self._places) and self._places[index] >= 0

    def has_failed(self, index: int) -> bool:
        """Tell whether the row's line holds an error."""
        return bool(self._is_failed[index])

    def has_digest(self, index: int, digest: int) -> bool:
        """Tell whether the row's line was written for this very record."""
        return self._digests[index] == digest

    def output(self, index: int) -> bytes:
        """Read the output line of a finished row, without its newline.

        Raises:
            ConfigurationError: The line is not where it was.
        """
        self._reader.seek(self._places[index])
        line = self._reader.readline()
        match = _LINE.match(line)
        if match is None or int(match[1]) != index:
            raise ConfigurationError(
                f"{str(self.path)!r} changed while it was in use; start the run again"
            )
        return line[match.end() - 1 : -2]

    def append(self, index: int, digest: int, output: bytes, *, is_failed: bool) -> None:
        """Write the line of one finished row and hand it to the operating system.

        Raises:
            ConfigurationError: The disk is full or the file cannot be written.
        """
        if self._first_line:
            self._write_first_line()
        place = self._end
        head = b'{"index":%d,"digest":"%016x","failed":%d,"output":' % (index, digest, is_failed)
        self._write(head + output + b"}\n")
        self._remember(index, digest, place, is_failed=is_failed)

    def sync(self) -> None:
        """Force what was appended to the disk.

        Raises:
            ConfigurationError: The disk is full or broken.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable(self.path, error) from error

    def finish(self, run: FinishedRun) -> None:
        """Replace the whole journal by the one line of a finished run, atomically."""
        body = {
            "journal": FORMAT,
            "finished": True,
            "input_digest": run.input_digest,
            "settings": run.settings,
            "settings_digest": run.settings_digest,
            "rows": run.rows,
            "output_sha256": run.output_sha256,
        }
        replace_file(self.path, json.dumps(body).encode() + b"\n")

    def _write_first_line(self) -> None:
        self._is_ours = True
        self._file.truncate(0)
        self._end = 0
        self._write(self._first_line)
        self._first_line = b""

    def _write(self, line: bytes) -> None:
        written = 0
        try:
            while written < len(line):  # a short write means a full disk; the next one says so
                written += os.write(self._file.fileno(), line[written:])
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise unwritable(self.path, error) from error
        self._end += len(line)

    def _remember(self, index: int, digest: int, place: int, *, is_failed: bool) -> None:
        missing = index + 1 - len(self._places)
        if missing > 0:
            self._places.extend([-1] * missing)
            self._digests.extend([0] * missing)
            self._is_failed.extend(bytes(missing))
        self._places[index] = place
        self._digests[index] = digest
        self._is_failed[index] = is_failed

    def _load(self) -> None:
        for line in self._reader:
            if not line.endswith(b"\n"):
                if self._end == 0 and not (line.startswith(_HEAD) or _HEAD.startswith(line)):
                    raise _not_a_journal(self.path)
                self.torn_bytes = len(line)
                self._file.truncate(self._end)
                break
            self._load_line(line)
            self._end += len(line)

    def _load_line(self, line: bytes) -> None:
        match = _LINE.match(line)
        if match is not None and line.endswith(_LINE_END) and self.header is not None:
            index, digest = int(match[1]), int(match[2], 16)
            self._remember(index, digest, self._end, is_failed=match[3] == b"1")
        elif self._end == 0:
            self._load_first(line)
        else:
            self.damaged_lines += 1

    def _load_first(self, line: bytes) -> None:
        try:
            value = json.loads(line)
            is_known = value["journal"] == FORMAT
            if is_known and value.get("finished"):
                self.finished = FinishedRun(**{name: value[name] for name in _FINISHED_NAMES})
        except (ValueError, KeyError, TypeError) as error:
            raise _not_a_journal(self.path) from error
        if not is_known:
            raise _not_a_journal(self.path)
        self.header = value


def replace_file(path: Path, content: bytes) -> None:
    """Put new content under a name, so that a reader sees the old file or the new one.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error


def sync_folder(folder: Path) -> None:
    """Force a rename in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(path: Path, error: OSError) -> ConfigurationError:
    """Say that a file cannot be written, and the way out."""
    return ConfigurationError(
        f"cannot write {str(path)!r}: {error.strerror or error}; free the disk or choose another "
        "output, then start the same command again"
    )


def _not_a_journal(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{str(path)!r} is no journal of this version; choose another output, or start over "
        "with --overwrite"
    )


def _open_locked(path: Path) -> BinaryIO:
    if path.exists() and not path.is_file():
        raise _not_a_journal(path)
    while True:
        try:
            file = path.open("ab")
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise ConfigurationError(
                f"another run is writing {str(path)!r}; wait for it or choose another output"
            ) from error
        # The file may have been replaced between opening and locking it: then lock the new one.
        if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
            return file
        file.close()
