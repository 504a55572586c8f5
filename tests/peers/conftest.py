"""Endpoints that nobody of this project wrote, started for the tests that ask for them.

- MiniStack (PyPI, 1.5.33) checks signatures, ids and bodies itself.
- llm-katan (PyPI, 0.22.0) answers Converse with an echo.
- microburst (PyPI, 0.10.0) injects faults between us and another.

Each is looked for in `$BEDROCK_LLM_PEERS/bin`, then on the path; where it is absent the tests that
need it are skipped. Everything stays on 127.0.0.1.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

START_SECONDS = 60.0


def find_peer(name: str) -> str:
    folder = os.environ.get("BEDROCK_LLM_PEERS")
    path = shutil.which(name, path=str(Path(folder) / "bin") if folder else None)
    if path is None:
        pytest.skip(f"{name} is not installed: set BEDROCK_LLM_PEERS to an environment that has it")
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  loopback
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)  # a bounded poll: another program's start tells nobody when it is done
        else:
            return
    pytest.fail(f"{process.args!r} was not up in {START_SECONDS} s (exit {process.poll()})")


@contextmanager
def started(command: list[str], health_url: str, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_up(process, health_url)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@contextmanager
def started_ministack(**settings: str) -> Iterator[str]:
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    settings |= {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port}
    with started([find_peer("ministack")], f"{url}/_ministack/health", **settings):
        yield url


@pytest.fixture(scope="session")
def ministack() -> Iterator[str]:
    with started_ministack(AUTH="true") as url:
        yield url


@pytest.fixture(scope="session")
def llm_katan() -> Iterator[str]:
    port = str(free_port())
    command = [find_peer("llm-katan"), "--model", "echo", "--backend", "echo"]
    command += ["--providers", "bedrock", "--host", "127.0.0.1", "--port", port]
    url = f"http://127.0.0.1:{port}"
    with started(command, f"{url}/health"):
        yield url


@pytest.fixture(scope="session")
def microburst() -> Iterator[str]:
    """Start a fault proxy before a MiniStack without signatures, which the proxy would break."""
    port = str(free_port())
    command = [find_peer("microburst"), "--host", "127.0.0.1", "--port", port, "--no-resign"]
    url = f"http://127.0.0.1:{port}"
    with (
        started_ministack() as upstream,
        started([*command, "--upstream", upstream], f"{url}/_microburst/health"),
    ):
        yield url


@pytest.fixture(scope="session")
def keys(ministack: str) -> dict[str, str]:
    """Keys of a user who may do everything, made through MiniStack's own IAM."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    iam = session.client("iam", endpoint_url=ministack)
    iam.create_user(UserName="caller")
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    allow_all = '{"Effect":"Allow","Action":"*","Resource":"*"}'
    document = f'{{"Version":"2012-10-17","Statement":[{allow_all}]}}'
    iam.put_user_policy(UserName="caller", PolicyName="all", PolicyDocument=document)
    iam.close()
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
