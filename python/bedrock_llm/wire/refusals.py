"""One clear line for what is wrong: its place, what was found, the nearest known name."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from bedrock_llm.errors import InvalidRequestError

SHOWN_CHARACTERS = 80


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that a misspelt one most likely means.

    Args:
        name: What was found.
        known: What would have been right.

    Returns:
        The nearest name, case and underscores disregarded, or None where none is near.
    """
    plain = {candidate.replace("_", "").lower(): candidate for candidate in known}
    matches = get_close_matches(name.replace("_", "").lower(), plain, n=1, cutoff=0.6)
    return plain[matches[0]] if matches else None


def suggest_name(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, else list them all; ready to end a message."""
    names = sorted(known)
    nearest = nearest_name(name, names)
    if nearest is not None:
        return f"; did you mean {nearest!r}?"
    return "; known: " + ", ".join(names)


def show_value(value: object) -> str:
    """Show a value in an error message: its repr, cut short; blobs by their size alone."""
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    shown = repr(value)
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[: SHOWN_CHARACTERS - 1] + "…"


def show_place(location: Iterable[int | str]) -> str:
    """Write a location as a path, such as `messages[2].content[0].toolUse.input`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".")


_PROBLEMS: Mapping[str, str] = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "mapping_type": "must be a mapping",
}
_SHOULD = re.compile("^Input should ")
_COMPLETE = frozenset(
    {"missing", "unknown_key", "block_keys", "one_member", "surrogate", "rule", "blob"}
)


def explain(error: ValidationError) -> tuple[str, str]:
    """Turn a validation error into its first place and one line of text.

    Returns:
        The place as a path, empty for the whole value, and what is wrong there.
    """
    found = error.errors(include_url=False, include_context=False)
    # A list whose only item is malformed is called too short as well; that says nothing new.
    lines = [line for line in found if line["type"] != "too_short"] or found
    line = next((each for each in lines if each["type"] == "extra_forbidden"), lines[0])
    location, problem = line["loc"], _PROBLEMS.get(line["type"], line["msg"])
    if line["type"] == "missing":
        location, problem = location[:-1], f"key {str(location[-1])!r} is missing"
    elif line["type"] == "extra_forbidden":
        location, problem = location[:-1], f"unknown key {str(location[-1])!r}"
    elif line["type"] not in _COMPLETE:
        problem = f"{_SHOULD.sub('must ', problem)}; got {show_value(line['input'])}"
    if len(lines) > 1:
        problem += f" (and {len(lines) - 1} more)"
    return show_place(location), problem


def refuse(
    error: ValidationError, refusal: type[InvalidRequestError], place: str
) -> InvalidRequestError:
    """Turn a validation error into the one clear line that the caller sees.

    Args:
        error: What pydantic found.
        refusal: The error to raise.
        place: Where the value stood, such as `messages[2]`, the name of its class, or empty where
            the inner place says enough.
    """
    inner, problem = explain(error)
    joint = "." if place and inner and not inner.startswith("[") else ""
    return refusal(f"{place}{joint}{inner}: {problem}".removeprefix(": "))


def nest(error: ValidationError, key: str) -> ValidationError:
    """Put a key before the places of an error, as pydantic does for its own unions."""
    lines = [
        InitErrorDetails(
            type=PydanticCustomError(line["type"], "{text}", {"text": line["msg"]}),
            loc=(key, *line["loc"]) if key else line["loc"],
            input=line["input"],
        )
        for line in error.errors(include_url=False, include_context=False)
    ]
    return ValidationError.from_exception_data(error.title, lines)
