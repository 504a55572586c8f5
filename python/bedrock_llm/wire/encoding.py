"""The bytes of a body: compact UTF-8 JSON, blobs in base64."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bedrock_llm.errors import MessageError, ParameterError
from bedrock_llm.wire.refusals import show_place, show_value

# The members of a Converse body that a caller gives as parameters.
_PARAMETER_KEYS = frozenset(
    (
        "additionalModelRequestFields",
        "additionalModelResponseFieldPaths",
        "guardrailConfig",
        "inferenceConfig",
        "outputConfig",
        "performanceConfig",
        "promptVariables",
        "requestMetadata",
        "serviceTier",
        "toolConfig",
    )
)


def encode_json(body: Mapping[str, object]) -> bytes:
    """Encode a Converse body as it goes over the wire: compact UTF-8 JSON, blobs in base64.

    Args:
        body: A mapping as `to_converse` gives it.

    Raises:
        MessageError: The body holds what JSON cannot carry (a lone surrogate, NaN, an object of
            some other class); the message names the place.
        ParameterError: The same, in a parameter.
    """
    return _encode(body, _encode_other)


def check_json(body: Mapping[str, object]) -> None:
    """Check that JSON can carry a Converse body, for a caller that encodes it in another way.

    Raises:
        InvalidRequestError: As `encode_json`.
    """
    _encode(body, _stand_for_other)


def _encode(body: Mapping[str, object], encode_other: Callable[[object], object]) -> bytes:
    try:
        return json.dumps(
            body, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=encode_other
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        place, problem = _explain_misfit(body, error)
        refusal = MessageError if _PARAMETER_KEYS.isdisjoint(place[:1]) else ParameterError
        raise refusal(f"{show_place(place) or 'body'}: {problem}") from error


def _stand_for_other(value: object) -> object:
    return "" if isinstance(value, bytes | bytearray) else _encode_other(value)


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
        for key in value:
            misfit = _name_misfit(key, (*place, ascii(key)[1:-1]))
            if misfit is not None:
                return misfit[0], f"the key {misfit[1]}"
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
