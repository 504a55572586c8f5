"""Check a JSON body against botocore's own model of Bedrock.

    shape of the model ──compile, once──► Check(value, place, problems) ──► value, blobs as bytes

botocore's `ParamValidator` is a client's validator: it checks types, required members, unions and
minima, and leaves enums, patterns and maxima to the service. This is the service, so each shape of
the model is compiled once into one function that checks all of them in a single pass, decodes
blobs, drops members that are null (AWS takes them for absent) and notes what is wrong where.
`ParamValidator` is the oracle of the tests: it may not refuse what this accepts.

Values are changed in place: they come from a body that was parsed for this call alone. A problem
names the place and the constraint, never the value: prompts do not belong into messages.

Source of the wording: AWS's validation messages as users quote them ("1 validation error detected:
Value at '...' failed to satisfy constraint: Member must ..."), read 2026-11-22.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from typing import Any, TypeAlias

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from bedrock_llm.errors import ConfigurationError

Place: TypeAlias = "tuple[Place, str | int] | None"
"""Where a value sits: the place of its parent and its own key; None is the body itself."""

Problems: TypeAlias = list[tuple[Place, str]]
Check: TypeAlias = Callable[[object, Place, Problems], object]

_INTEGER_LIMIT = 2**31


@cache
def load_service_model() -> ServiceModel:
    """Load botocore's description of `bedrock-runtime`, once per process."""
    return ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2"))


@cache
def find_input_check(operation: str) -> Check:
    """Compile the check of an operation's input.

    Args:
        operation: The operation's name, such as `Converse`.

    Returns:
        A function of (body with its `modelId`, place, problems found) that gives the body back.
    """
    shape = load_service_model().operation_model(operation).input_shape
    if shape is None:
        raise ConfigurationError(
            f"botocore's model of bedrock-runtime has no input for {operation!r}; update botocore"
        )
    return _compile(shape, {})


def describe_problems(problems: Problems) -> str:
    """Write found problems as AWS does.

    Args:
        problems: What a check noted; at least one.

    Returns:
        One line, such as `1 validation error detected: Value at 'messages.0.role' failed to
        satisfy constraint: Member must satisfy enum value set: [user, assistant, system]`.
    """
    noun = "error" if len(problems) == 1 else "errors"
    lines = "; ".join(
        f"Value at '{_write_place(place)}' failed to satisfy constraint: {constraint}"
        for place, constraint in problems
    )
    return f"{len(problems)} validation {noun} detected: {lines}"


def _write_place(place: Place) -> str:
    keys: list[str] = []
    while place is not None:
        place, key = place
        keys.append(str(key))
    return ".".join(reversed(keys)) or "body"


def _compile(shape: Shape, compiled: dict[str, Check]) -> Check:
    """Compile one shape; a shape that holds itself finds its own check when it runs."""
    if shape.name in compiled:
        return compiled[shape.name]

    def check_itself(value: object, place: Place, problems: Problems) -> object:
        return compiled[shape.name](value, place, problems)

    compiled[shape.name] = check_itself
    kind = "document" if getattr(shape, "is_document_type", False) else shape.type_name
    check = _COMPILERS[kind](shape, compiled)
    compiled[shape.name] = check
    return check


def _compile_structure(shape: StructureShape, compiled: dict[str, Check]) -> Check:
    members = {name: _compile(member, compiled) for name, member in shape.members.items()}
    required = tuple(shape.metadata.get("required", ()))
    is_union = bool(shape.is_tagged_union)

    def check(value: object, place: Place, problems: Problems) -> object:
        if not isinstance(value, dict):
            problems.append((place, "Member must be an object"))
            return value
        _drop_nulls(value)
        if is_union and len(value) != 1:
            problems.append((place, f"Member must hold exactly one of: [{', '.join(members)}]"))
        problems.extend(
            ((place, name), "Member must not be null") for name in required if name not in value
        )
        for name, member in value.items():
            known = members.get(name)
            if known is None:
                problems.append((place, f"Member must hold only: [{', '.join(members)}]"))
            else:
                value[name] = known(member, (place, name), problems)
        return value

    return check


def _drop_nulls(value: dict[str, object]) -> None:
    if None in value.values():
        for name in [name for name, member in value.items() if member is None]:
            del value[name]


def _compile_list(shape: ListShape, compiled: dict[str, Check]) -> Check:
    member = _compile(shape.member, compiled)
    check_length = _compile_length(shape.metadata)

    def check(value: object, place: Place, problems: Problems) -> object:
        if not isinstance(value, list):
            problems.append((place, "Member must be a list"))
            return value
        check_length(len(value), place, problems)
        for index, item in enumerate(value):
            value[index] = member(item, (place, index), problems)
        return value

    return check


def _compile_map(shape: MapShape, compiled: dict[str, Check]) -> Check:
    key, member = _compile(shape.key, compiled), _compile(shape.value, compiled)
    check_length = _compile_length(shape.metadata)

    def check(value: object, place: Place, problems: Problems) -> object:
        if not isinstance(value, dict):
            problems.append((place, "Member must be a map"))
            return value
        _drop_nulls(value)
        check_length(len(value), place, problems)
        for name, item in value.items():
            key(name, (place, "key"), problems)
            value[name] = member(item, (place, name), problems)
        return value

    return check


def _compile_string(shape: Shape, _compiled: dict[str, Check]) -> Check:
    metadata = shape.metadata
    allowed = frozenset(metadata.get("enum", ()))
    expected = f"Member must satisfy enum value set: [{', '.join(metadata.get('enum', ()))}]"
    pattern = metadata.get("pattern")
    matches = re.compile(pattern).fullmatch if pattern else None
    check_length = _compile_length(metadata)

    def check(value: object, place: Place, problems: Problems) -> object:
        if not isinstance(value, str):
            problems.append((place, "Member must be a string"))
            return value
        check_length(len(value), place, problems)
        if allowed and value not in allowed:
            problems.append((place, expected))
        if matches is not None and matches(value) is None:
            constraint = f"Member must satisfy regular expression pattern: {pattern}"
            problems.append((place, constraint))
        return value

    return check


def _compile_number(shape: Shape, _compiled: dict[str, Check]) -> Check:
    is_integer = shape.type_name in ("integer", "long")
    expected = "Member must be an integer" if is_integer else "Member must be a number"
    least, most = _read_bounds(shape.metadata)

    def check(value: object, place: Place, problems: Problems) -> object:
        if not _is_number(value, is_integer=is_integer):
            problems.append((place, expected))
        elif value < least:  # type: ignore[operator]  # _is_number has seen int or float
            problems.append((place, f"Member must be greater than or equal to {least}"))
        elif value > most:  # type: ignore[operator]  # as above
            problems.append((place, f"Member must be less than or equal to {most}"))
        return value

    return check


def _is_number(value: object, *, is_integer: bool) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return not is_integer or abs(value) < _INTEGER_LIMIT
    return not is_integer and isinstance(value, float) and isfinite(value)


def _compile_boolean(_shape: Shape, _compiled: dict[str, Check]) -> Check:
    def check(value: object, place: Place, problems: Problems) -> object:
        if not isinstance(value, bool):
            problems.append((place, "Member must be a boolean"))
        return value

    return check


def _compile_blob(shape: Shape, _compiled: dict[str, Check]) -> Check:
    check_length = _compile_length(shape.metadata)

    def check(value: object, place: Place, problems: Problems) -> object:
        try:
            blob = b64decode(value, validate=True) if isinstance(value, str) else None
        except (Base64Error, ValueError):
            blob = None
        if blob is None:
            problems.append((place, "Member must be a base64-encoded blob"))
            return value
        check_length(len(blob), place, problems)
        return blob

    return check


def _compile_document(_shape: Shape, _compiled: dict[str, Check]) -> Check:
    return lambda value, _place, _problems: value


def _compile_length(metadata: Mapping[str, int]) -> Callable[[int, Place, Problems], None]:
    least, most = _read_bounds(metadata)

    def check(length: int, place: Place, problems: Problems) -> None:
        if length < least:
            constraint = f"Member must have length greater than or equal to {least}"
            problems.append((place, constraint))
        elif length > most:
            constraint = f"Member must have length less than or equal to {most}"
            problems.append((place, constraint))

    return check


def _read_bounds(metadata: Mapping[str, int]) -> tuple[float, float]:
    return metadata.get("min", float("-inf")), metadata.get("max", float("inf"))


_COMPILERS: dict[str, Callable[[Any, dict[str, Check]], Check]] = {
    "structure": _compile_structure,
    "document": _compile_document,
    "list": _compile_list,
    "map": _compile_map,
    "string": _compile_string,
    "integer": _compile_number,
    "long": _compile_number,
    "float": _compile_number,
    "double": _compile_number,
    "boolean": _compile_boolean,
    "blob": _compile_blob,
}
