"""Messages in JSON and back: what JSON has no word for is written under a mark.

    Message ─► {"$message": Converse's shape}      bytes ─► {"$bytes": base64}
    a mapping whose one key begins with "$" ─► {"$mapping": it}

Everything that is read back is equal to what was written; tuples become lists.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Final, cast

from bedrock_llm.errors import InputError, MessageError
from bedrock_llm.messages import Message
from bedrock_llm.wire import WireModel

SNAPSHOT_VERSION: Final = 1
"""The form of snapshots that this version writes and reads."""
_MARK: Final = "$"


def write_value(value: object) -> object:
    """Write a value so that JSON carries it."""
    if isinstance(value, Message):
        return {"$message": write_value(value.to_converse())}
    if isinstance(value, WireModel):
        return write_value(value.to_converse())
    if isinstance(value, bytes | bytearray):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, Mapping):
        written = {key: write_value(item) for key, item in value.items()}
        return {"$mapping": written} if _is_marked(written) else written
    if isinstance(value, list | tuple):
        return [write_value(item) for item in value]
    return value


def read_value(value: object) -> object:
    """Read back what `write_value` wrote.

    Raises:
        InputError: A mark is unknown, or what stands under it cannot be read.
    """
    if isinstance(value, list):
        return [read_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not _is_marked(value):
        return {key: read_value(item) for key, item in value.items()}
    [(mark, inside)] = value.items()
    reader = _READERS.get(mark)
    if reader is None:
        raise InputError(f"the mark {mark!r} is unknown; known are {', '.join(_READERS)}")
    try:
        return reader(inside)
    except (MessageError, TypeError, ValueError) as error:
        raise InputError(f"what stands under {mark!r} cannot be read: {error}") from error


def _is_marked(value: Mapping[object, object]) -> bool:
    return len(value) == 1 and str(next(iter(value))).startswith(_MARK)


def _read_message(inside: object) -> Message:
    body = read_value(inside)
    return Message.from_converse(body if isinstance(body, Mapping) else {})


def _read_bytes(inside: object) -> bytes:
    return b64decode(str(inside), validate=True)


def _read_mapping(inside: object) -> object:
    return {key: read_value(item) for key, item in dict(inside).items()}  # type: ignore[call-overload]  # a TypeError is caught


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "$message": _read_message,
    "$bytes": _read_bytes,
    "$mapping": _read_mapping,
}


def read_snapshot(snapshot: str) -> Mapping[str, object]:
    """Read the members of a conversation's snapshot.

    Raises:
        InputError: It is no snapshot, or one of another version.
    """
    try:
        body = json.loads(snapshot)
    except ValueError as error:
        raise InputError(f"this is no snapshot of a conversation: {error}") from error
    if not isinstance(body, dict) or "messages" not in body:
        raise InputError("this is no snapshot of a conversation: it has no messages")
    version = body.get("version")
    if version != SNAPSHOT_VERSION:
        raise InputError(
            f"the snapshot has version {version!r}, and this is version {SNAPSHOT_VERSION}; "
            "restore it with the version of the library that wrote it"
        )
    return cast("Mapping[str, object]", body)
