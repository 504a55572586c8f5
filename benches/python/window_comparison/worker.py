"""A process that has one library open, and fits what it is asked to fit.

    python -m window_comparison.worker ADAPTER OPTIONS DATA CORE

Reads one JSON request a line (`{"measure": …, "arguments": {…}}`) and answers each with one line:
`{"result": …}` or `{"error": reason}`. What a library prints goes to standard error.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from window_comparison.faces import use_ranks
from window_comparison.measures import MEASURES
from window_comparison.openers import OPENERS


def main(adapter: str, options: str, data: str, core: str) -> None:
    """Open a library and answer requests until the input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [int(core)])
    try:
        use_ranks(Path(data))
        face = OPENERS[adapter](**json.loads(options))
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then reported
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=replies)
        return
    print(json.dumps({"result": {}}), file=replies)
    for line in sys.stdin:
        print(json.dumps(answer(face, json.loads(line))), file=replies)


def answer(face: Any, request: dict[str, Any]) -> dict[str, object]:
    """Do what is asked."""
    try:
        return {"result": MEASURES[request["measure"]](face, **request["arguments"])}
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then reported
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main(*sys.argv[1:])
