"""Read rows in a thread of its own and hand them over in small batches.

Reading blocks (a pipe, a network file system) and parsing holds the interpreter, so neither is
done on the event loop. At most `_BATCHES` batches are read ahead: memory does not grow with the
input. The thread is a daemon: a read that never returns cannot keep the process from ending.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from bedrock_llm.batch.journal import Journal
from bedrock_llm.batch.row_kinds import RowReader
from bedrock_llm.batch.rows import Row
from bedrock_llm.batch.sources import Source
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import ConfigurationError

_BATCHES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """Hold the output of a row an earlier start had finished."""

    output: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRows:
    """Name what is read: a source, the prompt's template, and how many rows at most."""

    source: Source
    template: PromptTemplate | None = None
    limit: int | None = None

    def rows(self, reader: RowReader) -> Iterator[Row]:
        """Read the rows from the first on, with a reader that has read none yet."""
        return map(reader.read, islice(self.source.records(), self.limit))


class Intake:
    """Hand rows to the event loop, those in the journal as their recorded output.

    Args:
        rows: What is read.
        journal: What is finished already.
        is_retrying: Rows that failed are called again.

    Attributes:
        reader: Reads the rows; it knows which ids it had to change.
        count: Rows read so far.
        damaged: Rows whose recorded output could not be read, and which are called again.
        has_ended: The last row was read.
    """

    def __init__(self, rows: InputRows, journal: Journal, *, is_retrying: bool) -> None:
        self._rows = rows
        self._journal = journal
        self._is_retrying = is_retrying
        self._input_digest = sha256()
        self._batches: asyncio.Queue[list[Row | Recalled] | Exception | None] = asyncio.Queue()
        self._may_read = threading.Semaphore(_BATCHES)
        self._is_closed = False
        self._loop = asyncio.get_running_loop()
        self.reader = RowReader(rows.template)
        self.count = 0
        self.damaged = 0
        self.has_ended = False

    @property
    def input_digest(self) -> str:
        """Give the digest of every row read, in order."""
        return self._input_digest.hexdigest()

    def start(self) -> None:
        """Start reading."""
        threading.Thread(target=self._read, name="bedrock-llm-intake", daemon=True).start()

    def close(self) -> None:
        """Stop reading; a waiting `next_batch` gets None."""
        self._is_closed = True
        self._may_read.release()
        self._batches.put_nowait(None)

    async def next_batch(self) -> list[Row | Recalled] | None:
        """Wait for the next batch; None after the last.

        Raises:
            InputError: The input as a whole cannot be read.
            Exception: Whatever the caller's own iterable raised.
        """
        batch = await self._batches.get()
        if isinstance(batch, Exception):
            raise batch
        self._may_read.release()
        return None if self._is_closed else batch

    def _read(self) -> None:
        try:
            items = map(self._look_up, self._rows.rows(self.reader))
            while not self._is_closed:
                self._may_read.acquire()
                batch = list(islice(items, self._rows.source.batch_rows))
                self.has_ended = not batch
                self._hand_over(batch or None)
                if not batch:
                    return
        except Exception as error:  # noqa: BLE001  it crosses to the event loop, which raises it
            self._hand_over(error)

    def _hand_over(self, item: list[Row | Recalled] | Exception | None) -> None:
        if self._is_closed:
            return
        with suppress(RuntimeError):  # the loop ended meanwhile: nobody waits for the row
            self._loop.call_soon_threadsafe(self._batches.put_nowait, item)

    def _look_up(self, row: Row) -> Row | Recalled:
        self.count += 1
        self._input_digest.update(row.digest.to_bytes(8))
        journal = self._journal
        if not journal.holds(row.index):
            return row
        is_same = journal.has_digest(row.index, row.digest)
        if journal.has_failed(row.index):
            if self._is_retrying or not is_same:
                return row
        elif not is_same:
            raise ConfigurationError(
                f"row {row.index + 1} (id {row.row_id!r}) is not the row the journal holds a reply "
                "for: the input changed; restore it, choose another output, or start over with "
                "--overwrite"
            )
        try:
            return Recalled(output=json.loads(journal.output(row.index)))
        except ValueError:  # damaged inside; the line that is written now wins
            self.damaged += 1
            return row
