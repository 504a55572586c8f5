"""Make a value that a JSON schema accepts.

    schema ──resolve $ref, allOf, anyOf──► plain schema ──a row per type──► value

Tool inputs and structured outputs must satisfy the schema the caller sent. The common keywords are
honoured: type, enum, const, properties, required, items, minItems, numeric and length bounds,
multipleOf, formats, local `$ref`, allOf, anyOf and oneOf. `pattern` and `not` are not solved: a
value under them is a plain string and may break them.

Source of the keywords: JSON Schema 2020-12, https://json-schema.org/draft/2020-12 (2026-11-22).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

_DEEPEST = 12
_MOST_PARTS = 2_000
_FORMATS = {
    "date": "2026-03-14",
    "time": "15:09:26Z",
    "date-time": "2026-03-14T15:09:26Z",
    "email": "reader@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/page",
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "duration": "PT3M",
}

Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSource:
    """Hold what a value is drawn from.

    Attributes:
        root: The whole schema, which `$ref` points into.
        words: Words for strings.
        draws: The generator that decides.
        steps: One item for each part that may still be built: a schema that holds itself several
            times would grow without end.
    """

    root: Schema
    words: Sequence[str]
    draws: Random
    steps: Iterator[int]


def build_value(schema: Schema, *, words: Sequence[str], draws: Random) -> object:
    """Build a value for a schema.

    Args:
        schema: A JSON schema.
        words: Words that strings are made of; at least one.
        draws: The generator that decides; seed it with the request.

    Returns:
        A JSON value with every required property.
    """
    steps = iter(range(_MOST_PARTS))
    return _build(schema, ValueSource(root=schema, words=words, draws=draws, steps=steps), 0)


def _build(schema: object, source: ValueSource, depth: int) -> object:
    if not isinstance(schema, Mapping) or depth > _DEEPEST or next(source.steps, None) is None:
        return None
    plain = _flatten(schema, source, depth)
    if "const" in plain:
        return plain["const"]
    options = plain.get("enum")
    if isinstance(options, list) and options:
        return source.draws.choice(options)
    return _BUILDERS[_find_type(plain)](plain, source, depth)


def _flatten(schema: Schema, source: ValueSource, depth: int) -> Schema:
    """Follow references and alternatives until a schema says its own type."""
    merged = dict(schema)
    reference = merged.pop("$ref", None)
    parts = [_follow(reference, source.root)] if isinstance(reference, str) else []
    every = merged.pop("allOf", None)
    parts += every if isinstance(every, list) else []
    for keyword in ("anyOf", "oneOf"):
        either = merged.pop(keyword, None)
        parts += either[:1] if isinstance(either, list) else []
    for part in parts:
        if isinstance(part, Mapping) and depth <= _DEEPEST:
            merged = _merge(merged, _flatten(part, source, depth + 1))
    return merged


def _merge(left: Schema, right: Schema) -> dict[str, object]:
    """Join two schemas: properties and required add up, anything else of the right one wins."""
    merged = {**left, **right}
    for keyword in ("properties", "required"):
        first, second = left.get(keyword), right.get(keyword)
        if isinstance(first, dict) and isinstance(second, dict):
            merged[keyword] = {**first, **second}
        if isinstance(first, list) and isinstance(second, list):
            merged[keyword] = [*first, *second]
    return merged


def _follow(reference: str, root: Schema) -> object:
    """Follow a local JSON pointer, such as `#/$defs/Point`; None where it leads nowhere."""
    found: object = root
    for key in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
        name = key.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _find_type(schema: Schema) -> str:
    named = schema.get("type")
    if isinstance(named, list):
        named = next((name for name in named if name != "null"), "null")
    if isinstance(named, str) and named in _BUILDERS:
        return named
    hints = {"properties": "object", "required": "object", "items": "array", "minimum": "number"}
    return next((kind for keyword, kind in hints.items() if keyword in schema), "string")


def _build_object(schema: Schema, source: ValueSource, depth: int) -> object:
    """Fill every required property, and each optional one by the toss of a coin."""
    properties = schema.get("properties")
    known: Mapping[str, object] = properties if isinstance(properties, Mapping) else {}
    listed = schema.get("required")
    required = (
        [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    )
    wanted = [
        name
        for name in known
        if name in required or (depth < 2 and source.draws.random() < 0.5)  # noqa: PLR2004  deep optional parts are left out
    ]
    wanted += [name for name in required if name not in known]
    return {name: _build(known.get(name, {}), source, depth + 1) for name in wanted}


def _build_array(schema: Schema, source: ValueSource, depth: int) -> object:
    least = _read_count(schema, "minItems", 0)
    most = max(least, _read_count(schema, "maxItems", least + 2))
    fixed = schema.get("prefixItems")
    first = [_build(part, source, depth + 1) for part in fixed] if isinstance(fixed, list) else []
    length = min(most, max(least, 1, len(first)))
    rest = [_build(schema.get("items", {}), source, depth + 1) for _ in range(length - len(first))]
    return [*first, *_separate(rest)] if schema.get("uniqueItems") else [*first, *rest]


def _separate(values: Sequence[object]) -> list[object]:
    """Make equal strings and numbers differ, for `uniqueItems`."""
    separate: list[object] = []
    for value in values:
        while value in separate and isinstance(value, (str, int, float)):
            value = f"{value}x" if isinstance(value, str) else value + 1  # noqa: PLW2901  grows until it is new
        separate.append(value)
    return separate


def _build_string(schema: Schema, source: ValueSource, _depth: int) -> object:
    formatted = _FORMATS.get(str(schema.get("format")))
    if formatted is not None:
        return formatted
    text = " ".join(source.draws.choices(source.words, k=source.draws.randint(1, 3)))
    least = _read_count(schema, "minLength", 0)
    while len(text) < least:
        text += f" {source.draws.choice(source.words)}"
    return text[: max(least, _read_count(schema, "maxLength", 200))]


def _build_integer(schema: Schema, source: ValueSource, _depth: int) -> object:
    least, most = _read_range(schema, step=1)
    step = _read_number(schema, "multipleOf", 1) or 1
    value = source.draws.randint(math.ceil(least), max(math.ceil(least), math.floor(most)))
    return int(math.ceil(value / step) * step)


def _build_number(schema: Schema, source: ValueSource, _depth: int) -> object:
    least, most = _read_range(schema, step=1e-3)
    step = _read_number(schema, "multipleOf", 0)
    value = round(least + (most - least) * source.draws.random(), 2)
    value = min(max(value, least), most)
    return math.ceil(value / step) * step if step else value


def _read_range(schema: Schema, *, step: float) -> tuple[float, float]:
    least = _read_number(schema, "minimum", None)
    above = _read_number(schema, "exclusiveMinimum", None)
    most = _read_number(schema, "maximum", None)
    below = _read_number(schema, "exclusiveMaximum", None)
    upper = most if below is None else below - step
    lower = least if above is None else above + step
    if lower is None:
        lower = 1.0 if upper is None else min(1.0, upper - 10)
    return lower, lower + 10 if upper is None else max(lower, upper)


def _read_number(schema: Schema, keyword: str, default: float | None) -> float | None:
    value = schema.get(keyword)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def _read_count(schema: Schema, keyword: str, default: int) -> int:
    value = _read_number(schema, keyword, None)
    return default if value is None else min(int(value), 1_000)


_BUILDERS: dict[str, Callable[[Schema, ValueSource, int], object]] = {
    "object": _build_object,
    "array": _build_array,
    "string": _build_string,
    "integer": _build_integer,
    "number": _build_number,
    "boolean": lambda _schema, source, _depth: source.draws.random() < 0.5,  # noqa: PLR2004  a fair coin
    "null": lambda _schema, _source, _depth: None,
}
