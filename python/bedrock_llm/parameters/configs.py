"""The small structures of a Converse request: inference, guardrail, latency, tier, output.

Members, words and ranges are those of the service model (botocore 1.44.5, 2026-11).
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bedrock_llm.errors import InvalidRequestError, ParameterError
from bedrock_llm.parameters.rules import NumberRange, TextList
from bedrock_llm.wire import Matching, OneOf, OrderedModel, WireModel

MAX_TOKENS = NumberRange(minimum=1, is_whole=True)
TEMPERATURE = NumberRange(minimum=0, maximum=1)
TOP_P = NumberRange(minimum=0, maximum=1)
STOP_SEQUENCES = TextList(maximum_items=2500)


class InferenceConfig(OrderedModel):
    """Hold the inference parameters that every model has.

    Attributes:
        max_tokens: Most tokens of the reply.
        temperature: Randomness, 0 to 1.
        top_p: Share of probability that is sampled from, 0 to 1.
        stop_sequences: Texts that end the reply.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    max_tokens: Annotated[int, MAX_TOKENS] | None = None
    temperature: Annotated[float, TEMPERATURE] | None = None
    top_p: Annotated[float, TOP_P] | None = None
    stop_sequences: Annotated[tuple[str, ...], STOP_SEQUENCES] | None = None


class GuardrailConfig(OrderedModel):
    """Name the guardrail that judges a call.

    Attributes:
        guardrail_identifier: Id or ARN.
        guardrail_version: A number, or `DRAFT`.
        trace: `enabled`, `disabled` or `enabled_full`.
        stream_processing_mode: Streams only: `sync` holds text back until it is judged, `async`
            does not.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    guardrail_identifier: (
        Annotated[
            str,
            Matching(
                r"(|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}"
                r":guardrail/[a-z0-9]+))",
                "a guardrail id or ARN",
            ),
        ]
        | None
    ) = None
    guardrail_version: (
        Annotated[str, Matching(r"(|([1-9][0-9]{0,7})|(DRAFT))", "a version number or 'DRAFT'")]
        | None
    ) = None
    trace: Annotated[Literal["enabled", "disabled", "enabled_full"], OneOf()] | None = None
    stream_processing_mode: Annotated[Literal["sync", "async"], OneOf()] | None = None


class PerformanceConfig(WireModel):
    """Say how fast the reply is wanted.

    Attributes:
        latency: `standard` or `optimized`.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    latency: Annotated[Literal["standard", "optimized"], OneOf()] | None = None


class ServiceTier(WireModel):
    """Say which service tier serves the call.

    Attributes:
        type: `priority`, `default`, `flex` or `reserved`.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    type: Annotated[Literal["priority", "default", "flex", "reserved"], OneOf()]


class JsonSchema(OrderedModel):
    """Hold the JSON schema of a structured reply.

    Attributes:
        schema_text: The schema, written as JSON text; on the wire its key is `schema`.
        name: Its name.
        description: What it is for.
    """

    schema_text: str = Field(alias="schema")
    name: str | None = None
    description: str | None = None


class OutputStructure(WireModel):
    """Hold the structure of a reply.

    Attributes:
        json_schema: Its JSON schema.
    """

    json_schema: JsonSchema


class TextFormat(OrderedModel):
    """Say what form the reply's text takes.

    Attributes:
        type: `json_schema`.
        structure: The structure that the text follows.
    """

    type: Annotated[Literal["json_schema"], OneOf()]
    structure: OutputStructure


class OutputConfig(OrderedModel):
    """Say what form the reply takes and how much effort goes into it.

    Attributes:
        text_format: Form of the text.
        effort: `low`, `medium`, `high`, `xhigh` or `max`, as the model has it; at most 16
            characters.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    text_format: TextFormat | None = None
    effort: Annotated[str, Field(max_length=16)] | None = None
