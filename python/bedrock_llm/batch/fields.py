"""Read a mapping that came from outside, field by field, and refuse what nobody asked for.

`Fields` is how the converters of foreign request shapes (`openai_body.py`, `anthropic_body.py`,
`native_bodies.py`, `dialects.py`) take their input apart: every field is taken once, with its
type; `close()` then refuses what is left, so no key of a request is dropped in silence.
"""

from collections.abc import Mapping, Sequence

from bedrock_llm.errors import InputError

_KINDS = {
    str: "text",
    dict: "an object",
    list: "an array",
    int: "a number",
    float: "a number",
}
_NAMES = {None: "null", True: "true", False: "false"}


def describe(value: object) -> str:
    """Name the JSON kind of a value and show the value, shortened to 60 characters."""
    if value is None or isinstance(value, bool):
        return _NAMES[value]
    shown = repr(value)
    short = shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004  the docstring's 60
    return f"{_KINDS.get(type(value), type(value).__name__)} {short}"


class Fields:
    """Take the fields of one mapping, each once and with its type.

    Args:
        value: The mapping to read; anything else is refused.
        where: The place of the mapping in its row, for messages: `message 3`.

    Raises:
        InputError: `value` is no mapping.
    """

    def __init__(self, value: object, *, where: str) -> None:
        if not isinstance(value, Mapping):
            raise InputError(f"{where} must be an object; found {describe(value)}")
        self._left: dict[str, object] = dict(value)
        self._where = where

    def take(self, name: str) -> object:
        """Take a field of any type; None where it is absent or null."""
        return self._left.pop(name, None)

    def text(self, name: str) -> str:
        """Take a field that must be text."""
        value = self.take(name)
        if not isinstance(value, str):
            raise InputError(f"{self._where}: {name!r} must be text; found {describe(value)}")
        return value

    def optional_text(self, name: str) -> str | None:
        """Take a field that is text, null or absent."""
        if self._left.get(name) is None:
            self.take(name)
            return None
        return self.text(name)

    def fields(self, name: str) -> "Fields":
        """Take a field that must be an object."""
        return Fields(self.take(name), where=f"{self._where}: {name!r}")

    def array(self, name: str) -> Sequence[object]:
        """Take a field that is an array; empty where it is absent or null."""
        value = self.take(name)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise InputError(f"{self._where}: {name!r} must be an array; found {describe(value)}")
        return value

    def rest(self) -> dict[str, object]:
        """Take everything that is left."""
        left, self._left = self._left, {}
        return left

    def close(self) -> None:
        """Refuse what is left.

        Raises:
            InputError: A field with a value was not taken.
        """
        left = sorted(name for name, value in self._left.items() if value is not None)
        if left:
            raise InputError(
                f"{self._where}: Converse has no place for {', '.join(map(repr, left))}; remove it"
            )
