"""The table of generation parameters: one row each, which validates, explains and places it.

A row says what a parameter is called, which rule reads it, where it stands in the body, and what
happens when it is absent. A parameter without a place (`top_k`, `thinking`) is one that Converse
does not have: the model's family writes it into `additionalModelRequestFields`, in the words of
its vendor.

Ranges are those of the service model (botocore 1.44.5, 2026-11); `top_k` has none there, and each
vendor its own.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.alias_generators import to_camel

from bedrock_llm.errors import InvalidRequestError, ParameterError
from bedrock_llm.messages import AnySystemBlock, SystemBlock, TextBlock
from bedrock_llm.parameters.configs import (
    MAX_TOKENS,
    STOP_SEQUENCES,
    TEMPERATURE,
    TOP_P,
    GuardrailConfig,
    OutputConfig,
    PerformanceConfig,
    ServiceTier,
)
from bedrock_llm.parameters.rules import (
    JsonObject,
    NumberRange,
    PromptVariables,
    RequestMetadata,
    Rule,
    RuleError,
    Structure,
    TextList,
    as_items,
)
from bedrock_llm.parameters.tools import ToolChoiceRule, ToolList
from bedrock_llm.wire import WireModel, show_value


class SystemPrompt(WireModel):
    """Read a system prompt.

    Attributes:
        system: Its blocks.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    system: Annotated[tuple[AnySystemBlock, ...], Field(strict=False)]


@dataclass(frozen=True, slots=True)
class SystemRule:
    """Accept a system prompt as text, as a block, or as a list of both."""

    @property
    def allowed(self) -> str:
        """Say the shapes."""
        return "text, or a list of blocks with the key text, guardContent or cachePoint"

    def read(self, value: object) -> tuple[SystemBlock, ...]:
        """Give the blocks.

        Raises:
            ParameterError: A block is malformed or blank.
        """
        blocks = SystemPrompt.parse({"system": as_items(value)}, place="").system
        for position, block in enumerate(blocks):
            if isinstance(block, TextBlock) and not block.text.strip():
                raise ParameterError(
                    f"system[{position}]: text is blank ({show_value(block.text)}), which Bedrock "
                    "refuses; leave it out"
                )
        return blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """Describe one generation parameter.

    Attributes:
        name: What callers write.
        rule: What it accepts.
        place: Where it stands in the Converse body; empty where the model's family places it.
        absent: What happens when it is not set.
        summary: What it does.
        synonyms: Other names for it, besides its camelCase one.
    """

    name: str
    rule: Rule
    place: str
    absent: str
    summary: str
    synonyms: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Give every name it may be given by."""
        return (self.name, to_camel(self.name), *self.synonyms)

    def read(self, value: object) -> object:
        """Check a value and give what is kept.

        Raises:
            ParameterError: The value is refused; the message says what is allowed.
        """
        try:
            return self.rule.read(value)
        except RuleError as error:
            raise ParameterError(f"{self.name} {error}") from error


PARAMETERS: tuple[ParameterRow, ...] = (
    ParameterRow(
        name="max_tokens",
        rule=MAX_TOKENS,
        place="inferenceConfig.maxTokens",
        absent="the model's own limit; 4096 for Claude on Converse",
        summary="Most tokens of the reply.",
    ),
    ParameterRow(
        name="temperature",
        rule=TEMPERATURE,
        place="inferenceConfig.temperature",
        absent="the model's own",
        summary="Randomness; 0 is the least.",
    ),
    ParameterRow(
        name="top_p",
        rule=TOP_P,
        place="inferenceConfig.topP",
        absent="the model's own",
        summary="Share of probability that is sampled from.",
    ),
    ParameterRow(
        name="top_k",
        rule=NumberRange(minimum=0, is_whole=True),
        place="",
        absent="the model's own",
        summary="Number of tokens that is sampled from; not every model has it.",
    ),
    ParameterRow(
        name="stop_sequences",
        rule=STOP_SEQUENCES,
        place="inferenceConfig.stopSequences",
        absent="none",
        summary="Texts that end the reply.",
        synonyms=("stop",),
    ),
    ParameterRow(
        name="system",
        rule=SystemRule(),
        place="system",
        absent="none",
        summary="System prompt.",
    ),
    ParameterRow(
        name="tools",
        rule=ToolList(),
        place="toolConfig.tools",
        absent="none",
        summary="Tools that the model may call.",
    ),
    ParameterRow(
        name="tool_choice",
        rule=ToolChoiceRule(),
        place="toolConfig.toolChoice",
        absent="the model decides",
        summary="Whether the model must call a tool, and which.",
    ),
    ParameterRow(
        name="thinking",
        rule=JsonObject(key="type"),
        place="",
        absent="off",
        summary="Extended thinking, in Anthropic's words.",
    ),
    ParameterRow(
        name="guardrail_config",
        rule=Structure(GuardrailConfig),
        place="guardrailConfig",
        absent="none",
        summary="Guardrail that judges the call.",
    ),
    ParameterRow(
        name="additional_model_request_fields",
        rule=JsonObject(),
        place="additionalModelRequestFields",
        absent="none",
        summary="Fields of the model's own, sent as they are.",
    ),
    ParameterRow(
        name="additional_model_response_field_paths",
        rule=TextList(maximum_items=10, maximum_characters=256),
        place="additionalModelResponseFieldPaths",
        absent="none",
        summary="JSON pointers to fields of the model's own reply.",
    ),
    ParameterRow(
        name="performance_config",
        rule=Structure(PerformanceConfig, shorthand="latency"),
        place="performanceConfig",
        absent="standard",
        summary="Latency wanted.",
    ),
    ParameterRow(
        name="prompt_variables",
        rule=PromptVariables(),
        place="promptVariables",
        absent="none",
        summary="Values for the variables of a managed prompt.",
    ),
    ParameterRow(
        name="service_tier",
        rule=Structure(ServiceTier, shorthand="type"),
        place="serviceTier",
        absent="default",
        summary="Service tier wanted.",
    ),
    ParameterRow(
        name="request_metadata",
        rule=RequestMetadata(),
        place="requestMetadata",
        absent="none",
        summary="Labels for the invocation log.",
    ),
    ParameterRow(
        name="output_config",
        rule=Structure(OutputConfig),
        place="outputConfig",
        absent="free text",
        summary="Form of the reply, and the effort that goes into it.",
    ),
)
"""Every generation parameter."""
