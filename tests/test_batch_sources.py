"""Files, folders, tables, pipes and iterables give records; one bad line costs one record."""

import gzip
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from bedrock_llm.batch.rows import Record
from bedrock_llm.batch.sources import open_source
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import InputError


def read(prompts: str | Path | Iterable[object], template: str | None = None) -> list[Record]:
    parsed = None if template is None else PromptTemplate(template)
    return list(open_source(prompts, template=parsed).records())


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_json_lines_give_records_with_line_numbers_and_skip_blank_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", b'\xef\xbb\xbf{"prompt": "a"}\n\n  \r\n{"prompt": "b"}\r\n')
    records = read(path)
    assert [(record.default_id, record.value) for record in records] == [
        ("1", {"prompt": "a"}),
        ("4", {"prompt": "b"}),
    ]


@pytest.mark.parametrize(
    ("line", "needle"),
    [
        (b"{broken", "at column 2; found 'broken'"),
        (b'{"prompt": ', "found the end of the line"),
        (b'["a"]', "an array"),
        (b"5", "a number 5"),
        (b'{"prompt": "\xff"}', "byte 0xff at position 13 is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"prompt": "a", "metadata": ' + b"[" * 200 + b"]" * 200 + b"}", "nested too deeply"),
        (b'{"prompt": "a", "metadata": NaN}', "NaN is no number of JSON"),
        (b'{"prompt": "a", "top_p": -Infinity}', "-Infinity is no number of JSON"),
        (b'{"prompt": "a", "top_p": 1e999}', "'1e999' is too large"),
        (b'{"prompt": "a", "n": ' + b"1" * 5000 + b"}", "more than 4 300 digits"),
        (b'{"prompt": "a", "prompt": "b"}', "'prompt' stands twice"),
    ],
    ids=[
        "syntax",
        "cut",
        "array",
        "number",
        "not utf-8",
        "deep",
        "rather deep",
        "nan",
        "infinite",
        "too large",
        "digits",
        "twice",
    ],
)
def test_a_broken_line_costs_its_own_record_only(tmp_path: Path, line: bytes, needle: str) -> None:
    path = write(tmp_path / "p.jsonl", b'{"prompt": "a"}\n' + line + b'\n{"prompt": "b"}\n')
    records = read(path)
    assert [record.value is None for record in records] == [False, True, False]
    assert records[1].place == "line 2"
    assert needle in (records[1].fault or "")


def test_gzip_is_told_by_its_content(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", gzip.compress(b'{"prompt": "a"}\n' * 3))
    assert len(read(path)) == 3


def test_an_archive_that_ends_early_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl.gz", gzip.compress(os.urandom(50_000))[:-9_000])
    with pytest.raises(InputError, match=r"ends early or is damaged|binary file"):
        read(path)


def test_a_table_gives_a_record_a_row_and_says_which_cells_are_wrong(tmp_path: Path) -> None:
    content = 'id,text,note\na,"two\nlines",x\n\nb,"q ""q""",\nc,short\nd,\xff,y\n'
    path = write(tmp_path / "p.csv", content.encode("latin-1"))
    records = read(path, "{text}")
    assert [record.place for record in records] == ["line 2", "line 5", "line 6", "line 7"]
    assert records[0].value == {"id": "a", "text": "two\nlines", "note": "x"}
    assert records[1].value == {"id": "b", "text": 'q "q"', "note": ""}
    assert "2 cells where the header has 3" in (records[2].fault or "")
    assert "not UTF-8" in (records[3].fault or "")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_split_at_the_delimiter_its_header_uses(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path / "p.csv", f"text{delimiter}language\nHi{delimiter}de\n".encode())
    assert read(path, "{text} {language}")[0].value == {"text": "Hi", "language": "de"}


def test_a_row_with_stray_quotes_costs_itself_only(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", b'text,n\n"a"b,1\n"c\nd",2\ne"f,3\n')
    records = read(path, "{text}")
    assert "quotes do not match" in (records[0].fault or "")
    assert [(record.default_id, record.value) for record in records[1:]] == [
        ("3", {"text": "c\nd", "n": "2"}),
        ("5", {"text": 'e"f', "n": "3"}),
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", b'text\na\n"b\nc\nd\n')
    with pytest.raises(InputError, match=r"line 3 .* is never closed, so the 3 lines"):
        read(path, "{text}")


def test_a_table_may_begin_with_blank_lines_and_its_header_may_span_two(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", b'\n\r\n"te\nxt",n\na,1\n')
    (record,) = read(path, "{n}")
    assert (record.default_id, record.value) == ("5", {"te\nxt": "a", "n": "1"})


def test_a_table_without_a_template_or_a_column_is_refused_before_any_row(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", b"text,language\nHi,de\n")
    with pytest.raises(InputError, match="'text', 'language'"):
        read(path)
    with pytest.raises(InputError, match="needs the column 'lang'; the input has 'text'"):
        read(path, "{lang}")


def test_a_folder_gives_its_text_files_in_order_and_passes_hidden_ones_over(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name, content in {
        "c.txt": b"C",
        "b/a.txt": b"A",
        "a.txt": b"first",
        ".hidden": b"x",
        ".git/x": b"x",
        "d.bin": b"\x00\x01",
        "e.txt": b"\xff",
    }.items():
        write(tmp_path / name, content)
    records = read(tmp_path)
    assert [record.default_id for record in records] == [
        "a.txt", "b/a.txt", "c.txt", "d.bin", "e.txt",
    ]  # fmt: skip
    assert records[0].value == {"id": "a.txt", "prompt": "first"}
    assert [record.fault for record in records[3:]] == [
        "is a binary file",
        "is no UTF-8 text: byte 0xff at position 1",
    ]


def test_a_folder_with_a_template_gives_the_content_as_the_column_text(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"A")
    assert read(tmp_path, "Sum up: {text}")[0].value == {"id": "a.txt", "text": "A"}


def test_an_iterable_gives_mappings_and_texts_and_refuses_the_rest() -> None:
    records = read([{"prompt": "a"}, "b", 5, {5: "c"}])
    assert [record.value for record in records] == [{"prompt": "a"}, {"prompt": "b"}, None, None]
    assert records[2].place == "row 3"


@pytest.mark.parametrize(
    ("name", "content", "needle"),
    [
        ("p.jsonl", b"\x00\x01binary", "binary file"),
        ("p.jsonl", "hi".encode("utf-16"), "UTF-16"),
        ("p.json", b'[{"prompt": "a"}]', "jq -c"),
        ("p.xlsx", b"PK\x03\x04rest", "CSV"),
        ("p.parquet", b"PAR1rest", "Parquet"),
        ("p.jsonl.zst", b"\x28\xb5\x2f\xfdrest", "zstd -d"),
        ("p.txt", b"just text", "neither JSONL nor"),
    ],
)
def test_what_is_no_text_of_rows_is_refused_with_the_way_out(
    tmp_path: Path, name: str, content: bytes, needle: str
) -> None:
    with pytest.raises(InputError, match=needle):
        read(write(tmp_path / name, content))


def test_a_missing_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file or folder .*nowhere\.jsonl"):
        open_source(tmp_path / "nowhere.jsonl")


def test_an_unnamed_stream_is_told_by_its_first_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "pipe", b"text\nHi\n")
    with path.open("rb") as stream:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        source = open_source("-", template=PromptTemplate("{text}"), is_read_twice=True)
        passes = [[record.value for record in source.records()] for _ in range(2)]
    assert passes == [[{"text": "Hi"}], [{"text": "Hi"}]]


def test_a_file_is_streamed_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps({"prompt": str(n)}) + "\n" for n in range(50_000)))
    source = open_source(path)
    records = source.records()
    next(records)
    assert source.fraction is not None
    assert 0 < source.fraction < 0.1
    assert sum(1 for _ in records) == 49_999
    assert source.fraction == 1.0
