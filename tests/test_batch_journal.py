"""The journal finds finished rows again, survives torn lines, and is locked by its run."""

import json
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.batch.journal import FinishedRun, Journal
from bedrock_llm.errors import ConfigurationError

OUTPUT = b'{"id": "a", "text": "x"}'


def started(path: Path) -> Journal:
    journal = Journal(path)
    if journal.header is None:
        journal.begin({"model_id": "m"}, "digest")
    return journal


def test_rows_written_in_any_order_are_found_by_index(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    with started(path) as journal:
        for index in (3, 0, 2):
            journal.append(index, 100 + index, b'{"i": %d}' % index, is_failed=index == 2)
        assert journal.output(3) == b'{"i": 3}'
    with Journal(path) as journal:
        assert [journal.holds(index) for index in range(5)] == [True, False, True, True, False]
        assert [journal.output(index) for index in (0, 2, 3)] == [
            b'{"i": 0}', b'{"i": 2}', b'{"i": 3}',
        ]  # fmt: skip
        assert journal.has_failed(2)
        assert not journal.has_failed(3)
        assert journal.has_digest(3, 103)
        assert not journal.has_digest(3, 104)
        assert journal.header is not None
        assert journal.header["settings"] == {"model_id": "m"}


def test_a_later_line_for_a_row_wins(tmp_path: Path) -> None:
    with started(tmp_path / "o.journal") as journal:
        journal.append(0, 1, b'{"error": 1}', is_failed=True)
        journal.append(0, 1, OUTPUT, is_failed=False)
        assert journal.output(0) == OUTPUT
        assert not journal.has_failed(0)


@given(cut=st.integers(min_value=1, max_value=200))
def test_a_line_cut_anywhere_is_dropped_and_the_others_are_kept(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("torn") / "o.journal"
    with started(path) as journal:
        journal.append(0, 1, OUTPUT, is_failed=False)
        whole = path.stat().st_size
        journal.append(1, 2, b'{"id": "b", "text": "%s"}' % (b"y" * 120), is_failed=False)
    size = path.stat().st_size
    kept = max(whole, size - cut)
    with path.open("r+b") as file:
        file.truncate(kept)
    with Journal(path) as journal:
        assert journal.output(0) == OUTPUT
        assert not journal.holds(1)
        assert journal.torn_bytes == kept - whole
        journal.append(1, 2, OUTPUT, is_failed=False)
    with Journal(path) as journal:
        assert (journal.output(1), journal.torn_bytes, journal.damaged_lines) == (OUTPUT, 0, 0)


def test_a_torn_first_line_leaves_an_empty_journal(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    path.write_bytes(b'{"journal": 1, "sett')
    with Journal(path) as journal:
        assert journal.header is None
        assert journal.torn_bytes == 20


def test_a_damaged_line_in_the_middle_costs_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    with started(path) as journal:
        for index in range(3):
            journal.append(index, index, OUTPUT, is_failed=False)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\x00" * (len(lines[2]) - 1) + b"\n", lines[3]]))
    with Journal(path) as journal:
        assert journal.damaged_lines == 1
        assert [journal.holds(index) for index in range(3)] == [True, False, True]


def test_a_second_run_on_the_same_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    with started(path), pytest.raises(ConfigurationError, match="another run is writing"):
        Journal(path)
    started(path).close()


def test_a_journal_without_a_finished_row_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    started(path).close()
    assert not path.exists()


def test_a_finished_run_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    run = FinishedRun(
        input_digest="i", settings={"a": 1}, settings_digest="s", rows=1, output_sha256="o"
    )
    with started(path) as journal:
        journal.append(0, 1, OUTPUT, is_failed=False)
        journal.finish(run)
    assert len(path.read_bytes().splitlines()) == 1
    with Journal(path) as journal:
        assert journal.finished == run
    assert json.loads(path.read_bytes())["finished"] is True


@pytest.mark.parametrize(
    "content", [b"hello\n", b'{"a": 1}\n', b'{"journal": 99}\n', b"[]\n", b"no newline"]
)
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "o.journal"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="is no journal"):
        Journal(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot write .*No such file or directory"):
        Journal(tmp_path / "nowhere" / "o.journal")


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with started(path) as journal:
        journal.append(0, 1, OUTPUT, is_failed=False)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, limits[1]))
        try:
            with pytest.raises(ConfigurationError, match=r"cannot write .*File too large"):
                journal.append(1, 2, OUTPUT, is_failed=False)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        journal.append(2, 3, OUTPUT, is_failed=False)  # the disk has room again
    with Journal(path) as journal:
        assert (journal.torn_bytes, journal.damaged_lines) == (0, 0)
        assert [journal.output(index) for index in (0, 2)] == [OUTPUT, OUTPUT]
        assert not journal.holds(1)


def test_a_journal_that_is_started_over_keeps_its_rows_until_the_first_new_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "o.journal"
    with started(path) as journal:
        journal.append(0, 1, OUTPUT, is_failed=False)
    before = path.read_bytes()
    with Journal(path, is_overwriting=True) as journal:
        journal.begin({"model_id": "other"}, "other")
        assert not journal.holds(0)
    assert path.read_bytes() == before
    with Journal(path, is_overwriting=True) as journal:
        journal.begin({"model_id": "other"}, "other")
        journal.append(3, 1, OUTPUT, is_failed=False)
    with Journal(path) as journal:
        assert journal.header is not None
        assert journal.header["settings"] == {"model_id": "other"}
        assert [journal.holds(index) for index in (0, 3)] == [False, True]


@pytest.mark.parametrize("content", [b"hello\n", b"", b"no newline"])
def test_starting_over_replaces_what_is_no_journal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "o.journal"
    path.write_bytes(content)
    with Journal(path, is_overwriting=True) as journal:
        journal.begin({}, "digest")
        journal.append(0, 1, OUTPUT, is_failed=False)
    with Journal(path) as journal:
        assert journal.output(0) == OUTPUT


def test_a_device_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "o.journal"
    path.symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError, match="is no journal"):
        Journal(path)
