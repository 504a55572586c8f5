"""The kinds of value that stand in a field: words, patterned text, blobs, JSON documents."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, TypeAlias, get_args

from pydantic import AfterValidator, GetCoreSchemaHandler, PlainValidator, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bedrock_llm.wire.refusals import suggest_name

JsonValue: TypeAlias = (
    Mapping[str, "JsonValue"] | Sequence["JsonValue"] | str | int | float | bool | None
)
"""A value that JSON can carry."""

WireValue: TypeAlias = (
    dict[str, "WireValue"] | list["WireValue"] | Mapping[str, JsonValue] | JsonValue | bytes
)
"""A value of a Converse body as boto3 takes it: JSON, or bytes where the member is a blob."""


REPLY: Mapping[str, bool] = MappingProxyType({"is_reply": True})
"""Validation context under which members unknown to this version are kept, not refused."""


def is_reply(info: ValidationInfo) -> bool:
    """Tell whether a reply is being read, which must not fail on what is new to us."""
    return info.context is REPLY


@dataclass(frozen=True, slots=True)
class OneOf:
    """Mark a `Literal` field: its words are enforced in requests, and any word passes in replies.

    Bedrock does answer outside its own enumerations: `toolUse.type` came as `tool_use` where the
    service model knows `server_tool_use` alone (recorded calls of 2025).
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Build the check of one word."""
        known = get_args(source)

        def check(value: object, info: ValidationInfo) -> object:
            if isinstance(value, str) and (value in known or is_reply(info)):
                return value
            hint = suggest_name(value, known) if isinstance(value, str) else ""
            words = ", ".join(repr(word) for word in known)
            raise PydanticCustomError(
                "one_of", "must be one of {words}{hint}", {"words": words, "hint": hint}
            )

        return core_schema.with_info_plain_validator_function(check)


@dataclass(frozen=True, slots=True)
class Matching:
    """Mark a text field that must match a pattern of the service model as a whole.

    Args:
        pattern: The regular expression, as the service model has it.
        rule: The pattern in words, for the error message.
    """

    pattern: str
    rule: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Build the check of one text."""
        matches = re.compile(self.pattern).fullmatch

        def check(value: str, info: ValidationInfo) -> str:
            if matches(value) or is_reply(info):
                return value
            raise PydanticCustomError("matching", "must be {rule}", {"rule": self.rule})

        return core_schema.with_info_after_validator_function(check, handler(source))


def check_text(value: str) -> str:
    """Refuse text that UTF-8 cannot carry."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise PydanticCustomError(
                "surrogate",
                "holds a lone surrogate {character} at character {position}, which UTF-8 cannot "
                "carry; replace it before sending",
                {"character": ascii(value[error.start]), "position": error.start},
            ) from None
    return value


Text: TypeAlias = Annotated[str, AfterValidator(check_text)]
"""Text that UTF-8 can carry."""


def read_blob(value: object) -> bytes | str:
    """Read a blob from bytes or base64, keeping text that is not canonical base64 as it is."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise PydanticCustomError("blob", "must be bytes, or text in base64")
    try:
        decoded = b64decode(value, validate=True)
    except (Base64Error, ValueError):
        return value
    return decoded if b64encode(decoded).decode() == value else value


Blob: TypeAlias = Annotated[bytes | str, PlainValidator(read_blob)]
"""Bytes; or the very text that stood in their place and is no canonical base64."""


class _KeptAsIs:
    """Mark a JSON document: it is neither walked nor copied."""

    @staticmethod
    def __get_pydantic_core_schema__(source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


if TYPE_CHECKING:
    JsonDocument: TypeAlias = JsonValue
else:
    # pydantic would follow the recursion of JsonValue, and this document is not to be walked.
    JsonDocument = Annotated[object, _KeptAsIs]
"""A JSON document inside a Converse body (a tool's input, a schema), held as it is."""
