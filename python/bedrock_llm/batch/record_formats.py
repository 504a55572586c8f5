"""Read records out of a byte stream: lines of JSON, or a table with a header.

Which format a stream has is a row of `FORMATS`: by the ending of its name, else by its first
bytes. A line that cannot be read becomes a record with a fault, so the rows after it are kept.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from gzip import GzipFile

from bedrock_llm.batch.fields import describe
from bedrock_llm.batch.rows import Record
from bedrock_llm.batch.template import PromptTemplate, missing_columns
from bedrock_llm.errors import InputError

_BOM = b"\xef\xbb\xbf"
ByteStream = io.BufferedReader | GzipFile

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFormat:
    """Name one format: its endings, its first byte, and what reads it."""

    name: str
    suffixes: tuple[str, ...]
    first_bytes: bytes
    read: Callable[[ByteStream, PromptTemplate | None], Iterator[Record]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Name one kind of content that is no text of rows, and the way out."""

    magic: bytes
    reason: str


REFUSALS = (
    Refusal(magic=b"\xff\xfe", reason="is UTF-16 text; save it as UTF-8"),
    Refusal(magic=b"\xfe\xff", reason="is UTF-16 text; save it as UTF-8"),
    Refusal(magic=b"\x28\xb5\x2f\xfd", reason="is zstd-compressed; unpack it first (zstd -d)"),
    Refusal(magic=b"PK\x03\x04", reason="is a zip archive or spreadsheet; export it as CSV"),
    Refusal(magic=b"PAR1", reason="is Parquet; export it as JSONL or CSV"),
    Refusal(magic=b"[", reason="is one JSON array; make it lines: jq -c '.[]' in.json > in.jsonl"),
)


def find_format(name: str, head: bytes, *, has_template: bool) -> RecordFormat:
    """Tell the format of a stream.

    Args:
        name: The file's name, or any label where there is none.
        head: The stream's first bytes.
        has_template: A template was given, so unnamed text may be a table.

    Raises:
        InputError: The content is no text of rows; the message says the way out.
    """
    body = head.removeprefix(_BOM).lstrip()
    for refusal in REFUSALS:
        if head.startswith(refusal.magic) or body.startswith(refusal.magic):
            raise InputError(f"{name!r} {refusal.reason}")
    if b"\0" in head:
        raise InputError(f"{name!r} is a binary file; prompts are text: JSONL, CSV or a folder")
    plain = name.lower().removesuffix(".gz")
    for row in FORMATS:
        if plain.endswith(row.suffixes):
            return row
    if body[:1] in (b"{", b""):
        return FORMATS[0]
    if has_template:
        return FORMATS[1]
    raise InputError(
        f"{name!r} starts with {body[:20]!r}, which is neither JSONL nor a .csv table; give JSON "
        "lines, a .csv with --template, or a folder of text files"
    )


def read_json_lines(stream: ByteStream, _template: PromptTemplate | None) -> Iterator[Record]:
    """Read one record from each line that is not blank; ids default to line numbers."""
    for number, line in enumerate(stream, start=1):
        text = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
        if text:
            yield _read_json_line(text, number)


def _read_json_line(text: bytes, number: int) -> Record:
    place = f"line {number}"
    try:
        value = json.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        fault = f"byte 0x{text[error.start]:02x} at position {error.start + 1} is not UTF-8"
    except json.JSONDecodeError as error:
        found = error.doc[error.pos : error.pos + 20]
        seen = repr(found) if found else "the end of the line"
        fault = f"not JSON: {error.msg} at column {error.pos + 1}; found {seen}"
    except RecursionError:
        fault = "not readable: JSON nested too deeply"
    else:
        if isinstance(value, dict):
            return Record(place=place, default_id=str(number), raw=text, value=value)
        fault = f"a row must be a JSON object; found {describe(value)}"
    return Record(place=place, default_id=str(number), raw=text, fault=fault)


def read_table(stream: ByteStream, template: PromptTemplate | None) -> Iterator[Record]:
    """Read one record from each row of a table; ids default to line numbers.

    Raises:
        InputError: There is no template, or the header lacks a column it needs.
    """
    # csv refuses fields above 128 KiB unless told otherwise; the setting is the module's own.
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read_rows(text, template)
    except csv.Error as error:
        raise InputError(f"the table cannot be read: {error}") from error
    finally:
        text.detach()  # its owner closes the stream


def _read_rows(text: io.TextIOWrapper, template: PromptTemplate | None) -> Iterator[Record]:
    first_line = text.readline()
    delimiter = _delimiter(first_line)
    header = next(csv.reader([first_line], delimiter=delimiter), [])
    if not header:
        return
    _check_header(header, template)
    rows = csv.reader(text, delimiter=delimiter)
    start = 2
    for cells in rows:
        if cells:
            yield _read_table_row(header, cells, start)
        start = rows.line_num + 2


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
        fault = "a cell holds bytes that are not UTF-8"
    if fault is not None:
        return Record(place=place, default_id=default_id, raw=raw, fault=fault)
    value: Mapping[str, object] = {
        name: cell for name, cell in zip(header, cells, strict=True) if name not in _BLANK or cell
    }
    return Record(place=place, default_id=default_id, raw=raw, value=value)


_BLANK = frozenset({"id", "custom_id", "recordId", "metadata"})

FORMATS = (
    RecordFormat(
        name="JSON lines",
        suffixes=(".jsonl", ".ndjson", ".json"),
        first_bytes=b"{",
        read=read_json_lines,
    ),
    RecordFormat(name="table", suffixes=(".csv", ".tsv"), first_bytes=b"", read=read_table),
)
