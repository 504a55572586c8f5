"""Arrow columns in; each package that makes them is optional."""

import random
from types import SimpleNamespace

import pytest

from bedrock_llm.errors import ParameterError
from bedrock_llm.tokens import Tokenizer

ROWS = ["hello world", "", "a text of more than twelve bytes é中", None, "twelve bytes", "b"] * 3


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.for_name("o200k")


@pytest.fixture(scope="module")
def pyarrow():
    return pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.fixture(scope="module")
def polars():
    return pytest.importorskip("polars", reason="polars is not installed")


LAYOUTS = ("string", "large_string", "string_view")


def check(tokenizer, column, rows):
    expected = [0 if row is None else tokenizer.count(row) for row in rows]
    assert tokenizer.count_batch(column, null_tokens=0).tolist() == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_arrow_array_of_each_layout_is_counted_row_by_row(layout, pyarrow, tokenizer):
    kind = getattr(pyarrow, layout)()
    check(tokenizer, pyarrow.array(ROWS, kind), ROWS)
    without_nulls = [row for row in ROWS if row is not None]
    check(tokenizer, pyarrow.array(without_nulls, kind), without_nulls)
    check(tokenizer, pyarrow.array([], kind), [])
    check(tokenizer, pyarrow.array(["", ""], kind), ["", ""])
    check(tokenizer, pyarrow.array([None, None], kind), [None, None])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_slice_of_an_arrow_array_counts_its_own_rows_only(layout, pyarrow, tokenizer):
    array = pyarrow.array(ROWS, getattr(pyarrow, layout)())
    for start in range(10):
        for size in range(len(ROWS) - start):
            check(tokenizer, array[start : start + size], ROWS[start : start + size])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_chunks_and_columns_of_a_table_are_counted_in_order(layout, pyarrow, tokenizer):
    kind = getattr(pyarrow, layout)()
    chunked = pyarrow.chunked_array([ROWS[:4], [], ROWS[4:]], kind)
    check(tokenizer, chunked, ROWS)
    check(tokenizer, pyarrow.table({"text": chunked})["text"], ROWS)
    rows = [row for row in ROWS if row is not None]
    chunked = pyarrow.chunked_array([rows[:4], rows[4:]], kind)
    assert tokenizer.encode_batch(chunked) == [tokenizer.encode(row) for row in rows]


def test_a_polars_series_is_counted_row_by_row(polars, tokenizer):
    check(tokenizer, polars.Series(ROWS), ROWS)
    check(tokenizer, polars.Series(ROWS)[2:9], ROWS[2:9])
    check(tokenizer, polars.DataFrame({"text": ROWS})["text"], ROWS)


def test_a_pandas_series_is_counted_row_by_row(tokenizer):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    rows = [row for row in ROWS if row is not None]
    check(tokenizer, pandas.Series(rows, dtype="str"), rows)
    check(tokenizer, pandas.Series(rows, dtype="object"), rows)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_null_row_is_refused_by_its_number(layout, pyarrow, tokenizer):
    array = pyarrow.array(ROWS, getattr(pyarrow, layout)())
    with pytest.raises(ParameterError, match="row 3 is null"):
        tokenizer.count_batch(array)
    with pytest.raises(ParameterError, match="row 1 is null"):
        tokenizer.count_batch(array[2:])


def test_a_column_without_text_is_refused_with_the_way_out(pyarrow, tokenizer):
    columns = [
        pyarrow.array([1, 2]),
        pyarrow.array([b"x"]),
        pyarrow.array(["a", "a"]).dictionary_encode(),
        pyarrow.table({"text": ["a"]}),
        pyarrow.array([None]),
    ]
    for column in columns:
        with pytest.raises(ParameterError, match="holds no texts; give a column of Utf8"):
            tokenizer.count_batch(column)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_bytes_that_are_no_utf8_are_refused(layout, pyarrow, tokenizer):
    binary = {"string": "binary", "large_string": "large_binary", "string_view": "binary_view"}
    for value in (b"\xff", b"more than twelve bytes \xff\xfe"):
        array = pyarrow.array([b"x", value], getattr(pyarrow, binary[layout])())
        forged = pyarrow.Array.from_buffers(getattr(pyarrow, layout)(), len(array), array.buffers())
        with pytest.raises(ParameterError, match="utf-8"):
            tokenizer.count_batch(forged)


def test_offsets_beside_the_text_are_refused(pyarrow, tokenizer):
    data = pyarrow.py_buffer("aé".encode())
    for offsets in ([0, 2, 3], [0, 9, 3], [3, 1, 3], [0, -1, 3]):
        numbers = pyarrow.array(offsets, pyarrow.int32()).buffers()[1]
        forged = pyarrow.Array.from_buffers(pyarrow.string(), 2, [None, numbers, data])
        with pytest.raises(ParameterError, match="has offsets beside its text"):
            tokenizer.count_batch(forged)


def test_a_column_is_read_in_place_and_given_back(pyarrow, tokenizer):
    array = pyarrow.array(["hello world, how are you today"] * 100_000)
    before = pyarrow.total_allocated_bytes()
    capsules = array.__arrow_c_array__()
    exported = SimpleNamespace(__arrow_c_array__=lambda: capsules)
    assert tokenizer.count_batch(exported).tolist() == [7] * 100_000
    assert pyarrow.total_allocated_bytes() == before
    with pytest.raises(ParameterError, match="was taken over already"):
        tokenizer.count_batch(exported)
    capsules = None
    del array
    assert pyarrow.total_allocated_bytes() < before


@pytest.mark.parametrize("layout", LAYOUTS)
def test_large_columns_count_alike_on_any_number_of_threads(layout, pyarrow, tokenizer):
    generator = random.Random(3)  # noqa: S311  no secret
    words = ["hello ", "world", "é中 ", "\n", "12 "]
    rows = ["".join(generator.choices(words, k=generator.randrange(90))) for _ in range(3000)]
    expected = [tokenizer.count(row) for row in rows]
    array = pyarrow.array(rows, getattr(pyarrow, layout)())
    for threads in (None, 1, 2):
        assert tokenizer.count_batch(array, threads=threads).tolist() == expected
