"""What a worker can be asked: to fit a conversation once, or again and again by the clock.

Everything but the library's own call is outside the clock: building the history, reading it into
the library's messages, writing the result. Every sample has fresh text.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import Any

from window_comparison.faces import Face, Message, Meter, count_message, watched
from window_comparison.scenarios import build_document, build_history, read_pool


def fit_once(face: Face, messages: list[Message], limit: int) -> dict[str, object]:
    """Fit a conversation, and say what came of it as the judge reads it."""
    given = face.read(copy.deepcopy(messages))
    before = copy.deepcopy(face.write_input(given))
    outcome: dict[str, object] = {"messages": None}
    try:
        outcome["messages"] = face.write(face.fit(given, limit))
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then judged
        outcome |= {
            "error": type(error).__name__,
            "error_text": str(error)[:1_000],
            "is_refusal": isinstance(error, face.refusals),
        }
    return outcome | {"is_mutated": face.write_input(given) != before}


@contextmanager
def timed(samples: list[dict[str, float]]) -> Iterator[None]:
    """Add the wall and processor seconds of the block."""
    cpu, wall = process_time(), perf_counter()
    yield
    wall, cpu = perf_counter() - wall, process_time() - cpu
    samples.append({"wall": wall, "cpu": cpu})


def until(seconds: float, most: int) -> Iterator[int]:
    """Give numbers until the time is over; one at least."""
    end = perf_counter() + seconds
    for number in range(most):
        yield number
        if perf_counter() > end:
            return


def time_fit(
    face: Face, *, pool: str, number: int, limit: int, seed: int, seconds: float
) -> dict[str, object]:
    """Fit fresh histories for some seconds."""
    samples: list[dict[str, float]] = []
    for turn in until(seconds, 200):
        messages = build_history(read_pool(pool), number, seed + turn)
        given = face.read(messages)
        with timed(samples):
            result = face.fit(given, limit)
    kept = face.write(result) or []
    return {"samples": samples, "kept": len(kept), "tokens": sum(map(count_message, kept))}


def count_calls(face: Face, *, pool: str, number: int, limit: int, seed: int) -> dict[str, object]:
    """Fit one history, and count how often the tokenizer is asked."""
    messages = build_history(read_pool(pool), number, seed)
    given = face.read(messages)
    if face.count_calls is not None:
        return {"calls": face.count_calls(messages, limit)}
    meter = Meter()
    with watched(meter):
        result = face.fit(given, limit)
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
    for turn in until(seconds, 50):
        document = build_document(read_pool(pool), size, seed + turn)
        with timed(samples):
            text = face.cut(document, limit)
    return {"samples": samples, "characters": len(text)}


def time_turns(
    face: Face, *, pool: str, number: int, limit: int, seed: int, seconds: float
) -> dict[str, object]:
    """Take turns at the end of a long conversation: a new message, and what is sent then."""
    assert face.converse is not None
    messages = build_history(read_pool(pool), number, seed)
    turns = build_history(read_pool(pool), 402, seed + 1)[1:]
    step = face.converse(messages, limit)
    samples: list[dict[str, float]] = []
    for turn in until(seconds, len(turns)):
        with timed(samples):
            step(turns[turn] | {"role": "assistant" if turn % 2 == 0 else "user"})
    return {"samples": samples[1:]}


MEASURES: Mapping[str, Callable[..., Any]] = {
    "fit_once": fit_once,
    "time_fit": time_fit,
    "count_calls": count_calls,
    "time_cut": time_cut,
    "time_turns": time_turns,
}
"""Every request by its name."""
