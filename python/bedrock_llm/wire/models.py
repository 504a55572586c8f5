"""The model every structure of the wire is built on."""

from collections.abc import Mapping, Sequence
from threading import RLock
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, SchemaValidator

from bedrock_llm.errors import InvalidRequestError, MessageError
from bedrock_llm.wire.fields import REPLY, WireValue
from bedrock_llm.wire.refusals import refuse, suggest_name

_BUILDING = RLock()


def validator_of(model: type[BaseModel]) -> SchemaValidator:
    """Give the validator of a model, built at first use by one thread at a time.

    Pydantic builds a deferred validator at first use as well, but says that its `model_rebuild` is
    not thread-safe.
    """
    if not model.__pydantic_complete__:
        with _BUILDING:
            model.model_rebuild()
    return cast("SchemaValidator", model.__pydantic_validator__)


class WireModel(BaseModel):
    """Hold one structure of Bedrock's wire: immutable, exact, refusing what it does not know.

    Fields are given by their snake_case name or by Bedrock's camelCase one. What was set, and in
    which order, is remembered; `to_converse` gives exactly that back.

    Raises:
        MessageError: (or the class named by `refusal`) A key is unknown or missing, or a value has
            the wrong type; the message names the place.
    """

    # Deferred: the validators are built at first use. Importing messages, parameters, requests,
    # responses, events and config costs 50 ms of CPU over `from pydantic import BaseModel,
    # Field, SecretStr` (median of 7, two loaded cores); built at import, 104 ms. The first request
    # then pays 20 ms once.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,
    )

    wire_key: ClassVar[str] = ""
    """The key this structure is written under, or empty where it is written bare."""
    refusal: ClassVar[type[InvalidRequestError]] = MessageError
    """The error that a malformed structure raises."""
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Wire key of every field."""
    _names: ClassVar[Mapping[str, str]] = MappingProxyType({})
    _declared: ClassVar[Sequence[str]] = ()

    def __init__(self, /, **fields: Any) -> None:
        try:
            validator_of(type(self)).validate_python(fields, self_instance=self)
        except ValidationError as error:
            raise refuse(error, self.refusal, type(self).__name__) from error

    # Says that validation need not go through __init__, as pydantic marks its own; without it every
    # nested structure would be built by a Python call and its place in the error would be lost.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # a mark on a function

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Note the wire key of each field, and their declared order."""
        cls.aliases = {name: field.alias or name for name, field in cls.model_fields.items()}
        cls._names = {alias: name for name, alias in cls.aliases.items()}
        cls._declared = list(cls._names)

    @classmethod
    def parse(cls, value: object, *, place: str) -> Self:
        """Read the structure from an object of ours or a mapping that stands at a known place.

        Args:
            value: The structure.
            place: Where it stands, such as `messages[2]`; it begins the error message.

        Raises:
            MessageError: As the class says.
        """
        try:
            return cast("Self", validator_of(cls).validate_python(value))
        except ValidationError as error:
            raise refuse(error, cls.refusal, place) from error

    @classmethod
    def parse_reply(cls, value: object, *, place: str) -> Self:
        """Read the structure from a reply: what is new to this version is kept, not refused.

        Args:
            value: The structure.
            place: Where it stands in the reply; it begins the error message.

        Raises:
            MessageError: A key is missing or a value has the wrong type.
        """
        try:
            model = validator_of(cls).validate_python(value, context=REPLY, extra="allow")
        except ValidationError as error:
            raise refuse(error, cls.refusal, place) from error
        return cast("Self", model)

    @classmethod
    def from_converse(cls, body: Mapping[str, object]) -> Self:
        """Read the structure from its Converse shape, without the key it is written under.

        Args:
            body: A mapping with Converse's camelCase keys; a blob is bytes or base64.

        Raises:
            MessageError: As the class says.
        """
        return cls.parse(body, place=cls.__name__)

    def to_converse(self) -> dict[str, WireValue]:
        """Give the exact Converse shape back: what was set, in its order, blobs as bytes.

        JSON documents inside are shared with this object, not copied.
        """
        given, aliases = self.model_fields_set, self.aliases
        body = {aliases[name]: to_wire(v) for name, v in self.__dict__.items() if name in given}
        if self.__pydantic_extra__:
            body |= self.__pydantic_extra__
        return {self.wire_key: body} if self.wire_key else body

    def __hash__(self) -> int:
        return hash((type(self), freeze(self.__dict__)))


class OrderedModel(WireModel):
    """Hold a structure of several members: the order they came in is remembered.

    A structure of one member has no order, and its check runs without a step in Python: for the
    text blocks of a conversation that is 0.6 instead of 1.6 µs each.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, dict):
            given = value
        elif isinstance(value, Mapping):
            given = dict(value)
        else:
            return handler(value)
        try:
            model = handler(given)
        except ValidationError as error:
            raise cls._unknown_key(error) or error from None
        if len(given) > 1 and [*given] != cls._declared:
            cls._keep_order(model, given)
        return model

    @classmethod
    def _unknown_key(cls, error: ValidationError) -> PydanticCustomError | None:
        for line in error.errors(include_url=False, include_context=False):
            if line["type"] == "extra_forbidden" and len(line["loc"]) == 1:
                key = str(line["loc"][0])
                hint = suggest_name(key, cls.aliases.values())
                return PydanticCustomError(
                    "unknown_key", "unknown key {key}{hint}", {"key": repr(key), "hint": hint}
                )
        return None

    @classmethod
    def _keep_order(cls, model: BaseModel, given: Mapping[str, object]) -> None:
        """Put the fields that were given first, in the order they were given in."""
        fields = model.__dict__
        names = [cls._names.get(key, key) for key in given]
        rest = [name for name in fields if name not in names]
        ordered = {name: fields[name] for name in (*names, *rest) if name in fields}
        object.__setattr__(model, "__dict__", ordered)


class UnionModel(OrderedModel):
    """Hold a structure of which Bedrock allows one member at a time."""

    @model_validator(mode="after")
    def _has_one_member(self) -> Self:
        given = self.model_fields_set
        if len(given) != 1:
            names = ", ".join(self.aliases.values())
            raise PydanticCustomError(
                "one_member",
                "must have one of {names}; got {count}",
                {"names": names, "count": len(given)},
            )
        return self


def to_wire(value: object) -> WireValue:
    """Write a field's value as boto3 takes it."""
    if isinstance(value, WireModel):
        return value.to_converse()
    if isinstance(value, tuple):
        return [to_wire(item) for item in value]
    return cast("WireValue", value)


def freeze(value: object) -> object:
    """Turn a value into one that hashes as it compares: order of keys disregarded."""
    if isinstance(value, Mapping):
        return frozenset((key, freeze(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value
