"""Starts workers, asks them, and survives what a peer may do: crash, hang, print."""

import json
import selectors
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

REPLY_SECONDS = 300


class WorkerError(Exception):
    """Say that a worker died, hung or failed."""


class NotOfferedError(Exception):
    """Say that a library has no way to do what was asked."""


@dataclass(kw_only=True)
class Worker:
    """A running worker of one peer.

    Attributes:
        process: The process.
        opening: The first reply, which comes unasked: what opening the library took.
        reply_seconds: How long one answer may take before the worker is killed.
    """

    process: subprocess.Popen[str]
    opening: dict[str, Any] = field(default_factory=dict)
    reply_seconds: float = REPLY_SECONDS

    def ask(self, measure: str, arguments: Mapping[str, object]) -> Any:
        """Let the worker measure, and give the result.

        Raises:
            NotOfferedError: The library cannot do it.
            WorkerError: It failed, died or gave no answer in time.
        """
        stream = self.process.stdin
        assert stream is not None
        try:
            stream.write(json.dumps({"measure": measure, "arguments": arguments}) + "\n")
            stream.flush()
        except BrokenPipeError as error:
            raise WorkerError(f"died with code {self.process.wait()}") from error
        return self.read()

    def read(self) -> Any:
        """Read one answer."""
        stream = self.process.stdout
        assert stream is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            if not selector.select(self.reply_seconds):
                self.process.kill()
                raise WorkerError(f"gave no answer within {self.reply_seconds:g} seconds")
        line = stream.readline()
        if not line:
            raise WorkerError(f"died with code {self.process.wait()}")
        reply = json.loads(line)
        if "unsupported" in reply:
            raise NotOfferedError(reply["unsupported"])
        if "error" in reply:
            raise WorkerError(reply["error"])
        return reply["result"]

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # a request that nobody reads any more
                    stream.close()


def launch(
    command: Sequence[str],
    variables: Mapping[str, str],
    reply_seconds: float = REPLY_SECONDS,
) -> Worker:
    """Start a worker, and wait until its library is open.

    Args:
        command: The interpreter and its arguments.
        variables: The environment variables.
        reply_seconds: How long one answer may take.

    Raises:
        WorkerError: The library cannot be opened.
    """
    worker = Worker(
        process=subprocess.Popen(
            [*command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=variables,
        ),
        reply_seconds=reply_seconds,
    )
    try:
        worker.opening = worker.read()
    except WorkerError:
        worker.stop()
        raise
    return worker
