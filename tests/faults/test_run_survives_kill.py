"""A run that is killed and started again ends with the same bytes and no row twice.

The real command in a real process, killed with SIGKILL while its journal grows. The replies come
from one endpoint that outlives the runs, so that its counters tell how often each was called.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedrock_llm.local import FaultPlan, LocalEndpoint, local_endpoint

ROWS = 300
CONCURRENCY = 8
COMMAND = (sys.executable, "-m", "bedrock_llm.cli", "run", "prompts.jsonl")
OPTIONS = ("-o", "out.jsonl", "--max-tokens", "16", "--concurrency", str(CONCURRENCY))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LocalEndpoint]:
    with local_endpoint(FaultPlan(latency_seconds=0.02)) as opened:
        yield opened


def write_prompts(folder: Path) -> Path:
    """Write prompts of which two cannot be answered."""
    rows = [
        json.dumps({"id": f"row-{n}", "prompt": f"Tell me about the number {n}."})
        for n in range(ROWS)
    ]
    rows[7] = json.dumps({"id": "refused", "prompt": "x", "max_token": 5})
    rows[11] = "{broken"
    (folder / "prompts.jsonl").write_text("\n".join(rows))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_prompts(tmp_path)


def start(folder: Path, endpoint: LocalEndpoint, *more: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(
        [*COMMAND, *OPTIONS, *more],
        cwd=folder,
        env={**environment, **endpoint.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err  # complete, with the two rows that cannot be answered
    return out


def wait_for_lines(path: Path, process: "subprocess.Popen[str]", lines: int) -> None:
    """Poll until a file has so many lines; the process must still be at work then."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before it could be killed"
        if path.exists() and path.read_bytes().count(b"\n") >= lines:
            return
        time.sleep(0.002)
    pytest.fail(f"{path.name} did not grow to {lines} lines")


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL


def calls(endpoint: LocalEndpoint) -> int:
    return sum(endpoint.statistics.requests.values())


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, endpoint: LocalEndpoint) -> bytes:
    """What an uninterrupted run writes."""
    whole = write_prompts(tmp_path_factory.mktemp("uninterrupted"))
    finish(start(whole, endpoint))
    return (whole / "out.jsonl").read_bytes()


def test_a_run_killed_half_way_ends_with_the_same_file_and_no_row_twice(
    folder: Path, endpoint: LocalEndpoint, expected: bytes
) -> None:
    before = calls(endpoint)
    process = start(folder, endpoint)
    wait_for_lines(folder / "out.jsonl.journal", process, ROWS // 2)
    kill(process)
    assert not (folder / "out.jsonl").exists()
    out = finish(start(folder, endpoint))
    assert (folder / "out.jsonl").read_bytes() == expected
    ids = [json.loads(line)["id"] for line in expected.splitlines()]
    assert len(ids) == len(set(ids)) == ROWS
    assert calls(endpoint) - before <= ROWS - 2 + CONCURRENCY
    assert "from an earlier start" in out
    assert sorted(path.name for path in folder.iterdir()) == [
        "out.jsonl",
        "out.jsonl.journal",
        "prompts.jsonl",
    ]


def test_a_run_killed_again_and_again_with_a_torn_line_ends_with_the_same_file(
    folder: Path, endpoint: LocalEndpoint, expected: bytes
) -> None:
    journal = folder / "out.jsonl.journal"
    for share in (5, 3, 2):
        process = start(folder, endpoint)
        wait_for_lines(journal, process, ROWS // share)
        kill(process)
        with journal.open("ab") as file:
            file.write(b'{"index":299,"digest":"0123')
    process = start(folder, endpoint)
    _out, err = process.communicate(timeout=60)
    assert "unfinished (27 bytes)" in err
    assert (folder / "out.jsonl").read_bytes() == expected


def test_a_kill_around_the_last_step_leaves_the_whole_file_or_the_whole_journal(
    folder: Path, endpoint: LocalEndpoint, expected: bytes
) -> None:
    journal = folder / "out.jsonl.journal"
    process = start(folder, endpoint)
    wait_for_lines(journal, process, ROWS - CONCURRENCY)
    while process.poll() is None and journal.read_bytes().count(b"\n") not in (1, ROWS + 1):
        pass
    process.kill()
    process.communicate(timeout=30)
    output = folder / "out.jsonl"
    assert not output.exists() or output.read_bytes() == expected
    before = calls(endpoint)
    finish(start(folder, endpoint))
    assert output.read_bytes() == expected
    assert calls(endpoint) == before


def test_ctrl_c_says_how_to_go_on_and_the_command_it_names_does(
    folder: Path, endpoint: LocalEndpoint, expected: bytes
) -> None:
    process = start(folder, endpoint, "--overwrite")
    wait_for_lines(folder / "out.jsonl.journal", process, 40)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    named = err.rpartition("to go on: ")[2].strip()
    assert named == " ".join(["bedrock-llm", *COMMAND[3:], *OPTIONS])
    assert "journal" in out
    finish(start(folder, endpoint))
    assert (folder / "out.jsonl").read_bytes() == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_gives_calls_up_that_never_end(folder: Path, number: int) -> None:
    with local_endpoint(FaultPlan(stall_rate=1)) as stalling:
        process = start(folder, stalling)
        wait_for_lines(folder / "out.jsonl.journal", process, 1)
        process.send_signal(number)
        assert process.stderr is not None
        line = process.stderr.readline()
        while "stopping" not in line:
            assert line, "the run ended before it was told to stop"
            line = process.stderr.readline()
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == 130


def test_a_run_that_waits_for_its_input_before_any_call_is_ended_by_one_signal(
    folder: Path, endpoint: LocalEndpoint
) -> None:
    piped = [*COMMAND[:-1], "-", "-o", "piped.jsonl"]
    environment = {**os.environ, **endpoint.environment()}
    rows = '{"prompt": "a"}'
    first = subprocess.run(piped, cwd=folder, env=environment, input=rows, text=True, check=True)
    assert first.returncode == 0
    content = (folder / "piped.jsonl").read_bytes()
    reading, writing = os.pipe()
    process = subprocess.Popen(
        piped, cwd=folder, env=environment, stdin=reading, stderr=subprocess.PIPE, text=True
    )
    os.close(reading)
    wait_until_reads(process.pid, writing)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    os.close(writing)
    assert process.returncode == 130
    assert "interrupted before anything was called" in err
    assert (folder / "piped.jsonl").read_bytes() == content


def wait_until_reads(pid: int, writing: int) -> None:
    """Write until a process has taken all of it, which is when it waits for more."""
    os.write(writing, b"\n")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        waiting = array("i", [0])
        fcntl.ioctl(writing, termios.FIONREAD, waiting)
        if not waiting[0]:
            return
        time.sleep(0.002)
    pytest.fail(f"process {pid} did not read")
