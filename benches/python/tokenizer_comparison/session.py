"""Starts workers, asks them, and survives what a peer may do: crash, hang, print."""

import json
import os
import selectors
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bedrock_llm
from tokenizer_comparison.environments import Environment
from tokenizer_comparison.peers import Peer

REPLY_SECONDS = 300
_BENCHES = Path(__file__).parents[1]


class WorkerError(Exception):
    """Say that a worker died, hung or failed."""


class NotOfferedError(Exception):
    """Say that a library has no way to do what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all workers of a run share.

    Attributes:
        data: The folder of rank files.
        corpora: The file of the corpora.
        scale: The scale's name.
        cores: The cores of the machine that may be used, the first one for one thread.
    """

    data: Path
    corpora: Path
    scale: str
    cores: tuple[int, ...]


@dataclass(kw_only=True)
class Worker:
    """A running worker of one peer and one vocabulary.

    Attributes:
        process: The process.
        opening: What opening took.
    """

    process: subprocess.Popen[str]
    opening: dict[str, Any] = field(default_factory=dict)

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
            if not selector.select(REPLY_SECONDS):
                self.process.kill()
                raise WorkerError(f"gave no answer within {REPLY_SECONDS} seconds")
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


def start(
    peer: Peer, environment: Environment, vocabulary: str, setting: Setting, threads: int = 1
) -> Worker:
    """Start a worker, and wait until its library is open.

    Raises:
        WorkerError: The library cannot be opened.
    """
    cores = ",".join(map(str, setting.cores[:threads]))
    texts = [str(setting.data), setting.scale, str(setting.corpora), cores]
    module = "tokenizer_comparison.worker"
    worker = Worker(
        process=subprocess.Popen(
            [str(environment.python), "-P", "-m", module, peer.adapter, vocabulary, *texts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=worker_environment(peer, threads),
        )
    )
    try:
        worker.opening = worker.read()
    except WorkerError:
        worker.stop()
        raise
    return worker


def worker_environment(peer: Peer, threads: int) -> dict[str, str]:
    """Give the variables of a worker: our package for ours alone, and so many threads."""
    places = [str(_BENCHES)]
    if peer.adapter.startswith("bedrock_llm"):
        places.append(str(Path(bedrock_llm.__file__).parents[1]))
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(places),
        "RAYON_NUM_THREADS": str(threads),
        "POLARS_MAX_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false",
    }
