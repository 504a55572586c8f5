"""The configuration of a model: which one, where, how long to wait, how much at once.

    keywords ──parse_config──► ModelConfig      what is no field of it is a generation parameter

Nothing is looked up here: a region that is None is left to the AWS configuration of the process.
The API key is a `SecretStr`; no repr, error or log shows it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from bedrock_llm.errors import ConfigurationError
from bedrock_llm.parameters import (
    PARAMETER_SPELLINGS,
    PARAMETERS,
    GenerationParameters,
    parse_parameters,
)
from bedrock_llm.parameters.rules import FieldRule
from bedrock_llm.wire import Matching, explain, suggest_name, validator_of


def _check_endpoint(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError(
            "endpoint", "must be an address that begins with http:// or https:// and names a host"
        )
    if parts.username is not None:
        raise PydanticCustomError(_WITH_USER, "must hold no user name and no password")
    return value


_WITH_USER = "endpoint_with_user"


class _Parameters(FieldRule):
    """Let checked generation parameters stand in a pydantic field."""

    def read(self, value: object) -> GenerationParameters:
        """Give the parameters."""
        if isinstance(value, GenerationParameters):
            return value
        raise PydanticCustomError("parameters", "must be GenerationParameters or a mapping")


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ModelConfig(BaseModel):
    """Hold the configuration of a model.

    Attributes:
        model_id: Model id, inference profile or ARN, 1 to 2048 characters.
        region_name: AWS region; None leaves it to the AWS configuration.
        profile_name: Profile of the AWS configuration.
        endpoint_url: Address to call instead of AWS's own, `http://` or `https://`.
        api_key: Bedrock API key; never shown.
        timeout_seconds: Longest wait for a whole reply (also `timeout`).
        connect_timeout_seconds: Longest wait for a connection.
        idle_timeout_seconds: Longest silence inside a stream.
        max_retries: Most repetitions of a call that failed for a passing reason.
        max_concurrency: Most calls at the same time.
        truncation: How a conversation that is longer than the model's window is shortened before
            it is sent: the name of a strategy, or `off`, which raises `ContextWindowError`.
        parameters: Generation parameters of every call, unless it sets its own; also a mapping, as
            `parse_parameters` takes it.

    Raises:
        ConfigurationError: A name is unknown (the message has the nearest known one) or a value
            is refused.
        ParameterError: A generation parameter is refused.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        defer_build=True,
        hide_input_in_errors=True,
    )

    model_id: Annotated[str, Field(min_length=1, max_length=2048)]
    region_name: (
        Annotated[str, Matching(r"[a-z0-9][a-z0-9-]{0,62}", "an AWS region such as 'us-east-1'")]
        | None
    ) = None
    profile_name: Annotated[str, Field(min_length=1)] | None = None
    endpoint_url: Annotated[str, AfterValidator(_check_endpoint)] | None = None
    api_key: Annotated[SecretStr, Field(strict=False, min_length=1)] | None = None
    timeout_seconds: Annotated[
        Seconds, Field(validation_alias=AliasChoices("timeout_seconds", "timeout"))
    ] = 600
    connect_timeout_seconds: Seconds = 10
    idle_timeout_seconds: Seconds = 120
    max_retries: Annotated[int, Field(ge=0)] = 4
    max_concurrency: Annotated[int, Field(ge=1)] = 64
    truncation: Literal[
        "drop_oldest",
        "drop_newest",
        "drop_middle",
        "priority",
        "clear_tool_results",
        "dedupe_tool_results",
        "cut_longest",
        "off",
    ] = "drop_oldest"
    parameters: Annotated[GenerationParameters, _Parameters()] = GenerationParameters()

    def __init__(self, /, **fields: Any) -> None:
        parameters = fields.get("parameters")
        if isinstance(parameters, Mapping):
            fields = {**fields, "parameters": parse_parameters(parameters)}
        unknown = [name for name in fields if name not in _FIELD_NAMES]
        if unknown:
            hint = suggest_name(unknown[0], _FIELD_NAMES)
            raise ConfigurationError(f"unknown setting {unknown[0]!r}{hint}")
        try:
            validator_of(type(self)).validate_python(fields, self_instance=self)
        except ValidationError as error:
            raise _refuse_setting(error) from error


_FIELD_NAMES = frozenset(ModelConfig.model_fields) | {"timeout"}
_PARAMETER_NAMES = frozenset(row.name for row in PARAMETERS)


def _refuse_setting(error: ValidationError) -> ConfigurationError:
    place, problem = explain(error)
    if place == "api_key":
        problem = "must be text, not empty"
    if error.errors(include_url=False)[0]["type"] == _WITH_USER:  # the value is not to be shown
        problem = "must hold no user name and no password: addresses stand in errors and logs"
    return ConfigurationError(f"{place}: {problem}")


def parse_config(model_id: str, values: Mapping[str, object]) -> ModelConfig:
    """Build a configuration from flat keywords, generation parameters among them.

    Args:
        model_id: Model id, inference profile or ARN.
        values: Fields of `ModelConfig` and generation parameters, as a caller writes them. A value
            that is None is not set.

    Raises:
        ConfigurationError: A name is neither (the message has the nearest known one), or a setting
            is refused.
        ParameterError: A generation parameter is refused.
    """
    given = {name: value for name, value in values.items() if value is not None}
    settings = {name: value for name, value in given.items() if name in _FIELD_NAMES}
    rest = {name: value for name, value in given.items() if name not in _FIELD_NAMES}
    for name in rest:
        if name not in PARAMETER_SPELLINGS:
            hint = suggest_name(name, _FIELD_NAMES | _PARAMETER_NAMES)
            raise ConfigurationError(f"unknown setting or parameter {name!r}{hint}")
    config = ModelConfig(model_id=model_id, **settings)
    if not rest:
        return config
    parameters = parse_parameters(rest, defaults=config.parameters)
    return config.model_copy(update={"parameters": parameters})
