"""`bedrock-llm serve`: plain boto3, pointed at it by the lines it prints, gets answers."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

COMMAND = (sys.executable, "-m", "bedrock_llm.cli", "serve")


@contextmanager
def serving(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process, read_exports(process)
    finally:
        process.kill()
        process.communicate(timeout=30)


def read_exports(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    assert process.stdout.readline().startswith("# serving")
    exports: dict[str, str] = {}
    while "AWS_DEFAULT_REGION" not in exports:
        command, assignment = shlex.split(process.stdout.readline())
        assert command == "export"
        name, _, value = assignment.partition("=")
        exports[name] = value
    return exports


def converse(exports: dict[str, str]) -> dict[str, object]:
    client = boto3.client(
        "bedrock-runtime",
        region_name=exports["AWS_REGION"],
        endpoint_url=exports["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"],
        aws_access_key_id=exports["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exports["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    try:
        return dict(
            client.converse(
                modelId="amazon.nova-lite-v1:0",
                messages=[{"role": "user", "content": [{"text": "Hi"}]}],
            )
        )
    finally:
        client.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_boto3_is_answered_and_a_signal_ends_it_cleanly(number: int) -> None:
    with serving("--port", "0") as (process, exports):
        assert converse(exports)["stopReason"] == "end_turn"
        process.send_signal(number)
        _out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "# stopped\n")


def test_planned_faults_reach_the_caller() -> None:
    with (
        serving("--port", "0", "--fault", "throttle_rate=1") as (_process, exports),
        pytest.raises(ClientError, match="ThrottlingException"),
    ):
        converse(exports)


def test_a_port_in_use_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: cannot listen on 127.0.0.1 port {port}")
    assert "another port" in done.stderr
    assert "Traceback" not in done.stderr
