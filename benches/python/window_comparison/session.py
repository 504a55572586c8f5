"""Starts a worker per library that cuts conversations."""

import json
from pathlib import Path
from typing import Any, Final, TypeAlias

from peer_processes.candidates import Candidate as AnyCandidate
from peer_processes.candidates import start_module
from peer_processes.machine import usable_cores
from peer_processes.workers import Worker
from window_comparison.peers import Peer

Candidate: TypeAlias = AnyCandidate[Peer]
REPLY_SECONDS: Final = 60
VARIABLES: Final = {"HAYSTACK_TELEMETRY_ENABLED": "False", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""No telemetry, and nothing that is downloaded at import."""


def start(candidate: Candidate, data: Path, reply_seconds: float = REPLY_SECONDS) -> Worker:
    """Start a worker, and wait until its library is open.

    Raises:
        WorkerError: The library cannot be opened.
    """
    options: dict[str, Any] = dict(candidate.peer.options)
    arguments = [candidate.peer.adapter, json.dumps(options), str(data), str(usable_cores()[0])]
    command = ["window_comparison.worker", *arguments]
    return start_module(candidate, command, VARIABLES, reply_seconds)
