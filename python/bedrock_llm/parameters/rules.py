"""Rules: what one parameter accepts, in code and in words.

A rule reads a value and gives back what is kept, or says in words what is allowed. The same rule
object checks a keyword (`temperature=3.5`) and the field of a Converse body
(`inferenceConfig.temperature`), so the two cannot differ.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bedrock_llm.wire import WireModel, show_value


class RuleError(ValueError):
    """Say which value a rule refuses; the words follow the parameter's name."""


class Rule(Protocol):
    """Read one value."""

    @property
    def allowed(self) -> str:
        """Say what is allowed, so that it reads after `must be`."""

    def read(self, value: object) -> object:
        """Give what is kept.

        Raises:
            RuleError: The value is refused.
        """


def refuse_value(allowed: str, value: object) -> RuleError:
    """Build the refusal of a value."""
    return RuleError(f"must be {allowed}; got {show_value(value)}")


class FieldRule:
    """Let a rule stand in a pydantic field as well."""

    def read(self, value: object) -> object:
        """Give what is kept."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Build the check of one field."""

        def check(value: object) -> object:
            try:
                return self.read(value)
            except RuleError as error:
                raise PydanticCustomError("rule", "{text}", {"text": str(error)}) from None

        return core_schema.no_info_plain_validator_function(check)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange(FieldRule):
    """Accept a number within a range; true and false are no numbers.

    Attributes:
        minimum: Least number.
        maximum: Greatest number, or None where there is none.
        is_whole: Whether fractions are refused.
    """

    minimum: int
    maximum: int | None = None
    is_whole: bool = False

    @property
    def allowed(self) -> str:
        """Say the range."""
        if self.maximum is not None:
            kind = "a whole number " if self.is_whole else ""
            return f"{kind}between {self.minimum} and {self.maximum}"
        return f"{'a whole number' if self.is_whole else 'a number'} of at least {self.minimum}"

    def read(self, value: object) -> int | float:
        """Give the number as it came: 1 stays 1, 1.0 stays 1.0."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise refuse_value(self.allowed, value)
        if self.is_whole and not isinstance(value, int):
            raise refuse_value(self.allowed, value)
        if value < self.minimum or (self.maximum is not None and value > self.maximum):
            raise refuse_value(self.allowed, value)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class TextList(FieldRule):
    """Accept a list of texts; a single text counts as a list of one.

    Attributes:
        maximum_items: Most texts.
        maximum_characters: Most characters in one, or None where there is no limit.
    """

    maximum_items: int
    maximum_characters: int | None = None

    @property
    def allowed(self) -> str:
        """Say the limits."""
        limit = f" of 1 to {self.maximum_characters} characters" if self.maximum_characters else ""
        return f"a list of at most {self.maximum_items} texts{limit or ', none empty'}"

    def read(self, value: object) -> tuple[str, ...]:
        """Give the texts as a tuple."""
        items = (value,) if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or len(items) > self.maximum_items:
            raise refuse_value(self.allowed, value)
        for item in items:
            if not isinstance(item, str) or not item:
                raise refuse_value(self.allowed, item)
            if self.maximum_characters and len(item) > self.maximum_characters:
                raise refuse_value(self.allowed, item)
        return tuple(items)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonObject(FieldRule):
    """Accept a JSON object, held as it is.

    Attributes:
        key: A key that must be in it, or empty.
    """

    key: str = ""

    @property
    def allowed(self) -> str:
        """Say what is wanted."""
        return "a mapping" + (f" with the key {self.key!r}" if self.key else "")

    def read(self, value: object) -> Mapping[str, object]:
        """Give the mapping itself."""
        if not isinstance(value, Mapping) or (self.key and self.key not in value):
            raise refuse_value(self.allowed, value)
        for key in value:
            if not isinstance(key, str):
                raise refuse_value("a mapping with text for keys", key)
        return value


_METADATA = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,\-.]{0,256}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RequestMetadata(FieldRule):
    """Accept 1 to 16 labels: plain text to plain text of at most 256 characters."""

    @property
    def allowed(self) -> str:
        """Say the limits."""
        return (
            "1 to 16 entries of text, key and value of at most 256 letters, digits, spaces "
            "or :_@$#=/+,-."
        )

    def read(self, value: object) -> Mapping[str, str]:
        """Give the labels."""
        if not isinstance(value, Mapping) or not 1 <= len(value) <= 16:  # noqa: PLR2004  model
            raise refuse_value(self.allowed, value)
        for key, text in value.items():
            if not key or not all(isinstance(part, str) for part in (key, text)):
                raise refuse_value(self.allowed, {key: text})
            if not _METADATA.fullmatch(key) or not _METADATA.fullmatch(text):
                raise refuse_value(self.allowed, {key: text})
        return value


@dataclass(frozen=True, slots=True)
class PromptVariables(FieldRule):
    """Accept the values of a managed prompt's variables: `{name: {"text": value}}`."""

    @property
    def allowed(self) -> str:
        """Say the shape."""
        return 'a mapping from name to text, or to {"text": ...}'

    def read(self, value: object) -> Mapping[str, Mapping[str, str]]:
        """Give the values in Converse's shape."""
        if not isinstance(value, Mapping):
            raise refuse_value(self.allowed, value)
        return {name: self._read_one(name, text) for name, text in value.items()}

    def _read_one(self, name: object, value: object) -> Mapping[str, str]:
        shaped = {"text": value} if isinstance(value, str) else value
        if not isinstance(name, str) or not isinstance(shaped, Mapping) or list(shaped) != ["text"]:
            raise refuse_value(self.allowed, {name: value})
        if not isinstance(shaped["text"], str):
            raise refuse_value(self.allowed, {name: value})
        return shaped


@dataclass(frozen=True, slots=True)
class Structure:
    """Accept one structure of Converse, as an object of ours or as a mapping.

    Attributes:
        model: Class of the structure.
        shorthand: The key that a plain text stands for, or empty where none does.
    """

    model: type[WireModel]
    shorthand: str = ""

    @property
    def allowed(self) -> str:
        """Name the keys."""
        keys = "a mapping with the keys " + ", ".join(self.model.aliases.values())
        return f"{keys}; or the {self.shorthand} as text" if self.shorthand else keys

    def read(self, value: object) -> WireModel:
        """Give the structure."""
        if isinstance(value, self.model):
            return value
        given = {self.shorthand: value} if self.shorthand and isinstance(value, str) else value
        if not isinstance(given, Mapping):
            raise refuse_value(self.allowed, value)
        place = self.model.__name__[:1].lower() + self.model.__name__[1:]
        return self.model.parse(given, place=place)


def as_items(value: object) -> Sequence[object]:
    """Give the items of a list, or the value itself as the only one."""
    return value if isinstance(value, list | tuple) else (value,)
