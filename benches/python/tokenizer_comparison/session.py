"""Starts a worker per library and vocabulary."""

import os
from dataclasses import dataclass
from pathlib import Path

import bedrock_llm
from peer_processes.environments import Environment
from peer_processes.workers import Worker, launch
from tokenizer_comparison.peers import Peer

_BENCHES = Path(__file__).parents[1]


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
    command = [str(environment.python), "-P", "-m", module, peer.adapter, vocabulary, *texts]
    return launch(command, worker_environment(peer, threads))


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
