"""Starts a worker per library, and opens ours in this process' tree."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bedrock_llm
from peer_processes.environments import Absent, Environment, prepare
from peer_processes.machine import usable_cores
from peer_processes.workers import Worker, launch
from window_comparison.peers import Peer

REPLY_SECONDS = 60
_BENCHES = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A library that can be asked, and where.

    Attributes:
        peer: Its row.
        environment: Its interpreter.
    """

    peer: Peer
    environment: Environment


def prepare_peers(peers: Sequence[Peer], folder: Path) -> tuple[list[Candidate], dict[str, str]]:
    """Make the environments; give who can be asked, and who cannot and why."""
    candidates, absent = [], {}
    for peer in peers:
        environment = prepare(peer, folder)
        if isinstance(environment, Absent):
            absent[peer.name] = environment.reason
        else:
            candidates.append(Candidate(peer=peer, environment=environment))
    return candidates, absent


def start(candidate: Candidate, data: Path, reply_seconds: float = REPLY_SECONDS) -> Worker:
    """Start a worker, and wait until its library is open.

    Raises:
        WorkerError: The library cannot be opened.
    """
    peer = candidate.peer
    options: dict[str, Any] = dict(peer.options)
    arguments = [peer.adapter, json.dumps(options), str(data), str(usable_cores()[0])]
    command = [str(candidate.environment.python), "-P", "-m", "window_comparison.worker"]
    return launch([*command, *arguments], worker_environment(peer), reply_seconds)


def worker_environment(peer: Peer) -> dict[str, str]:
    """Give the variables of a worker: our package for ours alone, no telemetry of a peer."""
    places = [str(_BENCHES)]
    if not peer.requirements:
        places.append(str(Path(bedrock_llm.__file__).parents[1]))
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(places),
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def interpreter() -> Environment:
    """Give this interpreter, in which ours runs."""
    return Environment(python=Path(sys.executable))
