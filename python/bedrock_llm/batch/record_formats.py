"""Read records out of a byte stream, whatever format it has.

Which format a stream has is a row of `FORMATS`: by the ending of its name, else by its first
bytes. A line that cannot be read becomes a record with a fault, so the rows after it are kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bedrock_llm.batch.fields import describe
from bedrock_llm.batch.rows import Record
from bedrock_llm.batch.strict_json import read_json
from bedrock_llm.batch.table_records import ByteStream, read_table
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import InputError

_BOM = b"\xef\xbb\xbf"


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
        value = read_json(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        fault = f"byte 0x{text[error.start]:02x} at position {error.start + 1} is not UTF-8"
    except InputError as error:
        fault = error.message
    else:
        if isinstance(value, dict):
            return Record(place=place, default_id=str(number), raw=text, value=value)
        fault = f"a row must be a JSON object; found {describe(value)}"
    return Record(place=place, default_id=str(number), raw=text, fault=fault)


FORMATS = (
    RecordFormat(
        name="JSON lines",
        suffixes=(".jsonl", ".ndjson", ".json"),
        first_bytes=b"{",
        read=read_json_lines,
    ),
    RecordFormat(name="table", suffixes=(".csv", ".tsv"), first_bytes=b"", read=read_table),
)
