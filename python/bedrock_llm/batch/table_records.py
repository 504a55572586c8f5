"""Read records out of a table: a header, then one record per row, comma or otherwise separated.

    bytes ─► _Lines ─► csv, strict ─► cells ─► Record

A row whose quotes do not match costs itself only. A quote that is never closed ends the reading:
nobody can tell which of the lines after it are rows.
"""

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from gzip import GzipFile
from typing import Self

from bedrock_llm.batch.fields import describe
from bedrock_llm.batch.rows import Record
from bedrock_llm.batch.template import PromptTemplate, missing_columns
from bedrock_llm.errors import InputError

ByteStream = io.BufferedReader | GzipFile

_DELIMITERS = ",;\t"
_BLANK = frozenset({"id", "custom_id", "recordId", "metadata"})


def read_table(stream: ByteStream, template: PromptTemplate | None) -> Iterator[Record]:
    """Read one record from each row of a table; ids default to line numbers.

    Raises:
        InputError: There is no template, the header lacks a column it needs, or a quote is never
            closed.
    """
    # csv refuses fields above 128 KiB unless told otherwise; the setting is the module's own.
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read_rows(_Lines(text), template)
    finally:
        text.detach()  # its owner closes the stream


class _Lines:
    """Give the lines of a table one by one, and know which the current row stands on."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._ahead = ""
        self.count = 0
        self.row: list[str] = []
        self.has_ended = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._ahead or self._text.readline()
        self._ahead = ""
        if not line:
            self.has_ended = True
            raise StopIteration
        self.count += 1
        self.row.append(line)
        return line

    def peek(self) -> str:
        """Give the first line that is not blank, and leave it to be read."""
        while not self._ahead.strip() and (line := self._text.readline()):
            self.count += bool(self._ahead)
            self._ahead = line
        return self._ahead


def _read_rows(lines: _Lines, template: PromptTemplate | None) -> Iterator[Record]:
    # Strict, because csv otherwise takes what follows a stray quote for a part of its cell.
    rows = csv.reader(lines, delimiter=_delimiter(lines.peek()), strict=True)
    header = _next_row(rows, lines, number=1)
    if isinstance(header, str):
        raise InputError(f"the header of the table cannot be read: {header}")
    if header is None:
        return
    _check_header(header, template)
    number = lines.count + 1
    while (cells := _next_row(rows, lines, number=number)) is not None:
        if isinstance(cells, str):
            raw = "".join(lines.row).encode("utf-8", "surrogateescape")
            yield Record(place=f"line {number}", default_id=str(number), raw=raw, fault=cells)
        elif cells:
            yield _read_table_row(header, cells, number)
        number = lines.count + 1


def _next_row(rows: Iterator[list[str]], lines: _Lines, *, number: int) -> list[str] | str | None:
    """Read the cells of one row; text says why it cannot be read, None that there is none."""
    lines.row.clear()
    try:
        return next(rows, None)
    except csv.Error as error:
        if lines.has_ended:
            raise InputError(
                f"a quote that opens in the row of line {number} of the table is never closed, so "
                f"the {len(lines.row)} lines from there on cannot be told apart; close it"
            ) from error
        return f"quotes do not match ({error}); write a quote inside a quoted cell twice"


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _check_header(header: list[str], template: PromptTemplate | None) -> None:
    if template is None:
        raise InputError(
            f"a table needs a template that makes a prompt of its columns "
            f'({", ".join(map(repr, header))}), such as --template "Translate {{{header[0]}}}"'
        )
    missing = template.missing(header)
    if missing:
        raise InputError(missing_columns(missing, header))
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise InputError(f"the header names {', '.join(map(repr, sorted(twice)))} twice")


def _read_table_row(header: list[str], cells: list[str], number: int) -> Record:
    raw = "\x1f".join(cells).encode("utf-8", "surrogateescape")
    place, default_id = f"line {number}", str(number)
    fault = None
    if len(cells) != len(header):
        fault = f"{len(cells)} cells where the header has {len(header)}: {describe(cells)}"
    elif any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        fault = "a cell holds bytes that are not UTF-8; save the table as UTF-8"
    if fault is not None:
        return Record(place=place, default_id=default_id, raw=raw, fault=fault)
    value: Mapping[str, object] = {
        name: cell for name, cell in zip(header, cells, strict=True) if name not in _BLANK or cell
    }
    return Record(place=place, default_id=default_id, raw=raw, value=value)
