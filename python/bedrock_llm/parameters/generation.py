"""Generation parameters, checked row by row.

    keywords, camelCase names, inferenceConfig/toolConfig dicts
        ──parse_parameters──► GenerationParameters ──Request.build──► the body

Nothing that is not set is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from bedrock_llm.errors import ParameterError
from bedrock_llm.messages import SystemBlock
from bedrock_llm.parameters.configs import (
    GuardrailConfig,
    OutputConfig,
    PerformanceConfig,
    ServiceTier,
)
from bedrock_llm.parameters.table import PARAMETERS
from bedrock_llm.parameters.tools import Tool, ToolChoice
from bedrock_llm.wire import JsonValue, WireModel, show_value, suggest_name


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationParameters:
    """Hold the parameters of a call, checked; None means not set, and is not sent.

    Attributes:
        max_tokens: Most tokens of the reply, at least 1.
        temperature: Randomness, 0 to 1.
        top_p: Share of probability that is sampled from, 0 to 1.
        top_k: Number of tokens that is sampled from; not every model has it.
        stop_sequences: Texts that end the reply, at most 2500.
        system: System prompt.
        tools: Tools the model may call.
        tool_choice: Whether it must call one.
        thinking: Extended thinking, such as `{"type": "enabled", "budget_tokens": 2048}`.
        guardrail_config: Guardrail that judges the call.
        additional_model_request_fields: Fields of the model's own, sent as they are.
        additional_model_response_field_paths: JSON pointers to fields of the model's own reply.
        performance_config: Latency wanted.
        prompt_variables: Values for a managed prompt's variables.
        service_tier: Tier wanted.
        request_metadata: Labels for the invocation log.
        output_config: Form of the reply.

    Raises:
        ParameterError: A value has the wrong type or is out of range.
    """

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: tuple[str, ...] | None = None
    system: tuple[SystemBlock, ...] | None = None
    tools: tuple[Tool, ...] | None = None
    tool_choice: ToolChoice | None = None
    thinking: Mapping[str, JsonValue] | None = field(default=None, hash=False)
    guardrail_config: GuardrailConfig | None = None
    additional_model_request_fields: Mapping[str, JsonValue] | None = field(
        default=None, hash=False
    )
    additional_model_response_field_paths: tuple[str, ...] | None = None
    performance_config: PerformanceConfig | None = None
    prompt_variables: Mapping[str, Mapping[str, str]] | None = field(default=None, hash=False)
    service_tier: ServiceTier | None = None
    request_metadata: Mapping[str, str] | None = field(default=None, hash=False)
    output_config: OutputConfig | None = None

    def __post_init__(self) -> None:
        for row in PARAMETERS:
            value = getattr(self, row.name)
            if value is not None:
                object.__setattr__(self, row.name, row.read(value))


_NAMES: Mapping[str, str] = MappingProxyType(
    {name: row.name for row in PARAMETERS for name in row.names}
)
_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "inferenceConfig": "inferenceConfig",
        "inference_config": "inferenceConfig",
        "toolConfig": "toolConfig",
        "tool_config": "toolConfig",
    }
)

PARAMETER_SPELLINGS = frozenset(_NAMES) | frozenset(_GROUPS)
"""Every name that `parse_parameters` takes."""


def parse_parameters(
    values: Mapping[str, object], *, defaults: GenerationParameters | None = None
) -> GenerationParameters:
    """Read generation parameters from keywords.

    Args:
        values: Values by name, ours or Converse's: `max_tokens` and `maxTokens` are one, `stop` is
            `stop_sequences`, `inferenceConfig` and `toolConfig` are taken apart. None is not set.
        defaults: Values for what is not set.

    Raises:
        ParameterError: A name is unknown (the message has the nearest known one), given twice, or
            its value is refused (the message has what is allowed).
    """
    given: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for place, name, value in _flatten(values):
        if name in given:
            raise ParameterError(f"{name} is given twice, as {origins[name]} and as {place}")
        given[name], origins[name] = value, place
    if not given:
        return defaults or GenerationParameters()
    return replace(defaults or GenerationParameters(), **given)


def _flatten(values: Mapping[str, object]) -> Iterator[tuple[str, str, object]]:
    """Give each value with the place it was given at and the name of its row."""
    for key, value in values.items():
        if value is None and (key in _NAMES or key in _GROUPS):
            continue
        if key in _GROUPS:
            yield from _take_apart(_GROUPS[key], value)
        elif key in _NAMES:
            yield key, _NAMES[key], value
        else:
            hint = suggest_name(str(key), [row.name for row in PARAMETERS])
            raise ParameterError(f"unknown parameter {key!r}{hint}")


def _take_apart(group: str, value: object) -> Iterator[tuple[str, str, object]]:
    inside = value.to_converse() if isinstance(value, WireModel) else value
    if not isinstance(inside, Mapping):
        raise ParameterError(f"{group} must be a mapping; got {show_value(value)}")
    members = {
        row.place.partition(".")[2]: row.name
        for row in PARAMETERS
        if row.place.startswith(f"{group}.")
    }
    for key, item in inside.items():
        if key not in members:
            raise ParameterError(f"{group}: unknown key {key!r}{suggest_name(str(key), members)}")
        yield f"{group}.{key}", members[key], item
