"""The bytes of a body: compact UTF-8 JSON, blobs in base64."""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from bedrock_llm.errors import MessageError
from bedrock_llm.wire.refusals import show_place, show_value


def encode_json(body: Mapping[str, object]) -> bytes:
    """Encode a Converse body as it goes over the wire: compact UTF-8 JSON, blobs in base64.

    Args:
        body: A mapping as `to_converse` gives it.

    Raises:
        MessageError: The body holds what JSON cannot carry (a lone surrogate, NaN, an object of
            some other class); the message names the place.
    """
    try:
        return json.dumps(
            body, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_encode_other
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        place, problem = _explain_misfit(body, error)
        raise MessageError(f"{show_place(place) or 'body'}: {problem}") from error


def _encode_other(value: object) -> object:
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _explain_misfit(body: Mapping[str, object], error: Exception) -> tuple[Any, str]:
    try:
        return _find_misfit(body, ()) or ((), str(error))
    except RecursionError:
        return (), "is nested too deep, or holds itself"


def _find_misfit(value: object, place: tuple[int | str, ...]) -> tuple[Any, str] | None:
    if isinstance(value, Mapping):
        steps: Iterable[tuple[Any, object]] = value.items()
    elif isinstance(value, list | tuple):
        steps = enumerate(value)
    else:
        return _name_misfit(value, place)
    found = (_find_misfit(item, (*place, step)) for step, item in steps)
    return next((misfit for misfit in found if misfit is not None), None)


def _name_misfit(value: object, place: tuple[int | str, ...]) -> tuple[Any, str] | None:
    try:
        if isinstance(value, str):
            value.encode()
        json.dumps(value, allow_nan=False, default=_encode_other)
    except UnicodeEncodeError as error:
        return place, f"holds a lone surrogate at character {error.start}; replace it"
    except (TypeError, ValueError) as error:
        return place, f"{error}; got {show_value(value)}"
    return None
