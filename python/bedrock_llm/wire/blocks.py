"""Content blocks: each written under one key, read by that key."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from pydantic import GetCoreSchemaHandler, ValidationError, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bedrock_llm.wire.fields import REPLY, JsonDocument, JsonValue, WireValue
from bedrock_llm.wire.models import WireModel, validator_of
from bedrock_llm.wire.refusals import nest, suggest_name


class UnknownBlock(WireModel):
    """Hold a content block of a reply that this version does not know, so that it is not lost.

    Attributes:
        body: The block as it came, its key included.
    """

    body: JsonDocument

    def to_converse(self) -> dict[str, WireValue]:
        """Give the block back as it came."""
        return cast("dict[str, WireValue]", self.body)


@dataclass(frozen=True, slots=True)
class BlockUnion:
    """Read a block by the one key it is written under.

    Args:
        noun: What the block is called in an error message.
        rows: Class of each wire key; `text`, where it is there, also takes a plain string.
    """

    noun: str
    rows: Mapping[str, type[WireModel]]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Build the check of one block."""
        return core_schema.with_info_plain_validator_function(self.read)

    def read(self, value: object, info: ValidationInfo) -> WireModel:
        """Read one block from an object of ours, a string, or a Converse mapping."""
        if info.context is REPLY:
            return self._read_leniently(value)
        if isinstance(value, (dict, Mapping)):
            return self._read_mapping(value)
        if isinstance(value, (*self.rows.values(), UnknownBlock)):
            return cast("WireModel", value)
        if isinstance(value, str) and "text" in self.rows:
            return self._read_mapping({"text": value})
        raise PydanticCustomError(
            "block", "must be a {noun}: {known}", {"noun": self.noun, "known": self._known()}
        )

    def _read_mapping(self, value: Mapping[str, object]) -> WireModel:
        row = self.rows.get(next(iter(value))) if len(value) == 1 else None
        if row is None:
            raise self._wrong_keys(value)
        given = value[row.wire_key] if row.wire_key else value
        try:
            return cast("WireModel", validator_of(row).validate_python(given))
        except ValidationError as error:
            raise nest(error, row.wire_key) from None

    def _read_leniently(self, value: object) -> WireModel:
        """Read a block of a reply; what does not fit any row is kept as it came."""
        if isinstance(value, WireModel):
            return value
        if not isinstance(value, Mapping):
            raise PydanticCustomError("block", "must be a mapping with one key")
        row = self.rows.get(next(iter(value))) if len(value) == 1 else None
        if row is not None:
            given = value[row.wire_key] if row.wire_key else value
            with suppress(ValidationError):
                return cast(
                    "WireModel",
                    validator_of(row).validate_python(given, context=REPLY, extra="allow"),
                )
        return UnknownBlock(body=cast("JsonValue", value))

    def _wrong_keys(self, value: Mapping[str, object]) -> PydanticCustomError:
        keys = [str(key) for key in value]
        unknown = [key for key in keys if key not in self.rows]
        hint = suggest_name(unknown[0], self.rows) if unknown else "; give each its own block"
        return PydanticCustomError(
            "block_keys",
            "a {noun} has one key, such as {example}; got {keys}{hint}",
            {
                "noun": self.noun,
                "example": '{"text": "..."}' if "text" in self.rows else next(iter(self.rows)),
                "keys": ", ".join(repr(key) for key in keys) or "none",
                "hint": hint,
            },
        )

    def _known(self) -> str:
        return "a string or a mapping with one key of " + ", ".join(sorted(self.rows))
