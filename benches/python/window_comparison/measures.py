"""What a worker can be asked: to fit a conversation once, or again and again by the clock.

Everything but the library's own call is outside the clock: building the history, reading it into
the library's messages, writing the result. Every sample has fresh text.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import Any

from window_comparison.faces import Face, Message, Meter, watched
from window_comparison.scenarios import build_document, build_history, read_pool


def fit_once(face: Face, messages: list[Message], limit: int) -> dict[str, object]:
    """Fit a conversation, and say what came of it as the judge reads it."""
    given = face.read(copy.deepcopy(messages))
    before = copy.deepcopy(face.write_input(given))
    outcome: dict[str, object] = {"messages": None}
    try:
        outcome["messages"] = face.write(face.fit(given, face.tell(given, limit)))
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then judged
        outcome |= {
            "error": type(error).__name__,
            "error_text": str(error)[:1_000],
            "is_refusal": isinstance(error, face.refusals),
        }
    return outcome | {"is_mutated": face.write_input(given) != before}


FEWEST, MOST = 7, 25
WARMING, MOST_TURNS = 3, 200
QUICK_SECONDS = 0.2


@contextmanager
def timed(samples: list[dict[str, float]]) -> Iterator[None]:
    """Add the wall and processor seconds of the block."""
    cpu, wall = process_time(), perf_counter()
    yield
    wall, cpu = perf_counter() - wall, process_time() - cpu
    samples.append({"wall": wall, "cpu": cpu})


def go_on(samples: Sequence[Mapping[str, float]], seconds: float) -> bool:
    """Say whether to take another sample: some at the least where they are quick, then by time.

    Args:
        samples: What was taken; building what is timed took about as long again, or longer.
        seconds: How long to go on.
    """
    spent = sum(sample["wall"] for sample in samples)
    if len(samples) < FEWEST:
        return spent < QUICK_SECONDS
    return spent < seconds and len(samples) < MOST


def time_fit(
    face: Face, *, pool: str, number: int, limit: int, seed: int, seconds: float
) -> dict[str, object]:
    """Fit fresh histories for some seconds."""
    samples: list[dict[str, float]] = []
    result = None
    while go_on(samples, seconds):
        messages = build_history(read_pool(pool), number, seed + len(samples))
        result = None  # to free the last history here, not inside the clock
        given = face.read(messages)
        told = face.tell(given, limit)
        with timed(samples):
            result = face.fit(given, told)
    return {"samples": samples, "kept": len(face.write(result) or [])}


def count_calls(face: Face, *, pool: str, number: int, limit: int, seed: int) -> dict[str, object]:
    """Fit one history, and count how often the tokenizer is asked."""
    messages = build_history(read_pool(pool), number, seed)
    given = face.read(messages)
    if face.count_calls is not None:
        kept = len(face.write(face.fit(given, limit)) or [])
        return {"calls": face.count_calls(messages, limit), "kept": kept}
    meter, told = Meter(), face.tell(given, limit)
    with watched(meter):
        result = face.fit(given, told)
    return {
        "calls": meter.calls,
        "characters": meter.characters,
        "kept": len(face.write(result) or []),
    }


def time_cut(
    face: Face, *, pool: str, size: int, limit: int, seed: int, seconds: float
) -> dict[str, object]:
    """Cut fresh documents to a limit for some seconds."""
    assert face.cut is not None
    samples: list[dict[str, float]] = []
    while go_on(samples, seconds):
        document = build_document(read_pool(pool), size, seed + len(samples))
        text = ""
        with timed(samples):
            text = face.cut(document, limit)
    return {"samples": samples, "characters": len(text)}


def time_turns(
    face: Face, *, pool: str, number: int, limit: int, seed: int, seconds: float
) -> dict[str, object]:
    """Take turns at the end of a long conversation: a reply and a question, and what is sent then.

    Replies and questions are fresh and about 200 tokens long; the first turns warm up.
    """
    assert face.converse is not None
    step = face.converse(build_history(read_pool(pool), number, seed), limit)
    turns = build_history(read_pool(pool), 2 * (WARMING + MOST_TURNS) + 1, seed + 1)[1:]
    samples: list[dict[str, float]] = []
    for place in range(0, len(turns), 2):
        reply = turns[place] | {"role": "assistant"}
        question = turns[place + 1] | {"role": "user"}
        with timed(samples):
            step(reply, question)
        if sum(sample["wall"] for sample in samples) > seconds:
            break
    return {"samples": samples[WARMING:] or samples}


MEASURES: Mapping[str, Callable[..., Any]] = {
    "fit_once": fit_once,
    "time_fit": time_fit,
    "count_calls": count_calls,
    "time_cut": time_cut,
    "time_turns": time_turns,
}
"""Every request by its name."""
