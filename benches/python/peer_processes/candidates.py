"""Peers that can be asked, and the start of a worker for each."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import bedrock_llm
from peer_processes.environments import Absent, Environment, Installable, prepare
from peer_processes.workers import REPLY_SECONDS, Worker, launch

_BENCHES = Path(__file__).parents[1]
Row = TypeVar("Row", bound=Installable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Generic[Row]):
    """A library that can be asked, and where.

    Attributes:
        peer: Its row.
        environment: Its interpreter.
    """

    peer: Row
    environment: Environment


def prepare_peers(
    peers: Sequence[Row], folder: Path
) -> tuple[list[Candidate[Row]], dict[str, str]]:
    """Make the environments; give who can be asked, and who cannot and why."""
    candidates: list[Candidate[Row]] = []
    absent: dict[str, str] = {}
    for peer in peers:
        environment = prepare(peer, folder)
        if isinstance(environment, Absent):
            absent[peer.name] = environment.reason
        else:
            candidates.append(Candidate(peer=peer, environment=environment))
    return candidates, absent


def start_module(
    candidate: Candidate[Row],
    command: Sequence[str],
    variables: Mapping[str, str],
    reply_seconds: float = REPLY_SECONDS,
) -> Worker:
    """Start a worker with our benches on its path, and our package for ours alone.

    Args:
        candidate: The library.
        command: The worker's module and its arguments.
        variables: Further environment variables.
        reply_seconds: How long one answer may take.

    Raises:
        WorkerError: The library cannot be opened.
    """
    places = [str(_BENCHES)]
    if not candidate.peer.requirements:
        places.append(str(Path(bedrock_llm.__file__).parents[1]))
    path = {"PYTHONPATH": os.pathsep.join(places)}
    start = [str(candidate.environment.python), "-P", "-m", *command]
    return launch(start, os.environ | path | dict(variables), reply_seconds)
