"""A process that has one library open for one format, and makes prompts.

    python -m prompt_comparison.worker ADAPTER FORMAT POOL CORE

Reads one JSON request a line and answers each with one line, as `window_comparison.worker` does.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from prompt_comparison.formats import FORMATS
from prompt_comparison.openers import OPENERS, Opened
from window_comparison.scenarios import build_history, read_pool


def main(adapter: str, form: str, pool: str, core: str) -> None:
    """Open a library and answer requests until the input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [int(core)])
    try:
        opened = OPENERS[adapter](FORMATS[form])
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then reported
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=replies)
        return
    print(json.dumps({"result": {}}), file=replies)
    for line in sys.stdin:
        print(json.dumps(answer(opened, pool, json.loads(line))), file=replies)


def answer(opened: Opened, pool: str, request: dict[str, Any]) -> dict[str, object]:
    """Do what is asked."""
    try:
        return {"result": MEASURES[request["measure"]](opened, pool, **request["arguments"])}
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then reported
        return {"error": f"{type(error).__name__}: {error}"}


def render(opened: Opened, pool: str, number: int, seed: int) -> str:
    """Give the text of one prompt."""
    return opened.render(opened.read(build_history(read_pool(pool), number, seed)))


def time_renders(
    opened: Opened, pool: str, number: int, seed: int, seconds: float
) -> dict[str, list[float]]:
    """Time prompts of fresh conversations; a sample is the shortest of three calls on each.

    Where a library says what reading the messages alone costs it, that is timed on the same ones.
    """
    calls = {"render": opened.render} | ({"cross": opened.cross} if opened.cross else {})
    samples: dict[str, list[float]] = {name: [] for name in calls}
    end = perf_counter() + seconds
    while not samples["render"] or perf_counter() < end:
        number_of = seed + len(samples["render"])
        given = opened.read(build_history(read_pool(pool), number, number_of))
        for name, call in calls.items():
            samples[name].append(min(time_once(call, given) for _ in range(3)))
    return samples


def time_once(call: Callable[[Any], object], given: Any) -> float:
    """Time one call."""
    started = perf_counter()
    call(given)
    return perf_counter() - started


MEASURES: Mapping[str, Callable[..., object]] = {"render": render, "time": time_renders}
"""Every request by its name."""


if __name__ == "__main__":
    main(*sys.argv[1:])
