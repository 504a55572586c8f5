"""Read JSON from outside: one value, exactly as it is written, or the reason why not.

Python's own reader takes more than JSON and says less. Refused here, each with what was found:

    NaN, Infinity, 1e999     no JSON number; the output would be no JSON either
    {"a": 1, "a": 2}         one of the two would be dropped in silence
    5 000 digits             Python converts at most 4 300 (docs.python.org, int_max_str_digits)
    [[[[...                  deeper than `DEEPEST` levels; later stages recurse
"""

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import NoReturn

from bedrock_llm.errors import InputError

DEEPEST = 128
"""Levels of arrays and objects in one value; a tool's schema has about ten."""

_SEEN_CHARACTERS = 20


def read_json(text: str) -> object:
    """Read one JSON value.

    Raises:
        InputError: It is no JSON, or would not survive reading as it is written.
    """
    try:
        value: object = _DECODER.decode(text)
    except InputError:  # a ValueError, too, and already says what is wrong
        raise
    except json.JSONDecodeError as error:
        found = error.doc[error.pos : error.pos + _SEEN_CHARACTERS]
        seen = repr(found) if found else "the end of the line"
        raise InputError(
            f"not JSON: {error.msg.removesuffix(' at')} at column {error.pos + 1}; found {seen}"
        ) from error
    except RecursionError as error:
        raise InputError(_TOO_DEEP) from error
    except ValueError as error:
        raise InputError("not readable: a number of more than 4 300 digits; send text") from error
    # Brackets are counted before levels are: nearly no row has as many.
    if text.count("[") + text.count("{") > DEEPEST and is_deeper(value, DEEPEST):
        raise InputError(_TOO_DEEP)
    return value


def is_deeper(value: object, levels: int) -> bool:
    """Tell whether arrays and objects stand more than `levels` deep in each other."""
    layer = [value]
    for _ in range(levels + 1):
        layer = [item for holder in layer for item in _items(holder)]
        if not layer:
            return False
    return True


_TOO_DEEP = f"not readable: JSON nested too deeply; at most {DEEPEST} levels are taken"


def _items(holder: object) -> Iterable[object]:
    if isinstance(holder, Mapping):
        return holder.values()
    return holder if isinstance(holder, list | tuple) else ()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in value if names.count(name) > 1)
        raise InputError(f"the key {twice!r} stands twice in one object; keep one of them")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise InputError(f"the number {text[:_SEEN_CHARACTERS]!r} is too large")
    return value


def _constant(text: str) -> NoReturn:
    raise InputError(f"not JSON: {text} is no number of JSON; use null or leave it out")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
