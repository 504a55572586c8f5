"""What a worker can be asked: to fit a conversation once, or again and again by the clock."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from window_comparison.faces import Face, Message


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


MEASURES: Mapping[str, Callable[..., Any]] = {"fit_once": fit_once}
"""Every request by its name."""
