"""The events of a stream, one class each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bedrock_llm.responses import Usage
from bedrock_llm.wire import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStart:
    """Say who speaks.

    Attributes:
        role: `assistant`.
    """

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """Hold a piece of text.

    Attributes:
        text: The piece.
        index: Number of the content block.
    """

    text: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningDelta:
    """Hold a piece of reasoning: of its text, its signature, or its encrypted form.

    Attributes:
        text: Piece of the text, or None.
        signature: Signature, or None.
        redacted_content: Encrypted reasoning, or None.
        index: Number of the content block.
    """

    text: str | None = None
    signature: str | None = None
    redacted_content: bytes | str | None = None
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUseStart:
    """Say that a tool call begins.

    Attributes:
        tool_use_id: Id of the call.
        name: Name of the tool.
        type: `server_tool_use` where Bedrock itself runs the tool.
        index: Number of the content block.
    """

    tool_use_id: str
    name: str
    type: str | None = None
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInputDelta:
    """Hold a piece of a tool call's arguments.

    Attributes:
        partial_json: A piece of JSON text; only the pieces together can be read.
        index: Number of the content block.
    """

    partial_json: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationDelta:
    """Hold a citation.

    Attributes:
        citation: The citation in Converse's shape.
        index: Number of the content block.
    """

    citation: Mapping[str, object] = field(hash=False)
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStart:
    """Say that a block of another kind begins: a tool's result, an image.

    Attributes:
        start: The start in Converse's shape.
        index: Number of the content block.
    """

    start: Mapping[str, object] = field(hash=False)
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDelta:
    """Hold a piece of a block of another kind: a tool's result, an image.

    Attributes:
        delta: The piece in Converse's shape.
        index: Number of the content block.
    """

    delta: Mapping[str, object] = field(hash=False)
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockStop:
    """Say that a block ends.

    Attributes:
        index: Number of the content block.
    """

    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStop:
    """Say why the model stopped.

    Attributes:
        stop_reason: One of `StopReason`, or a newer word.
        additional_fields: Fields of the model's own, where they were asked for.
    """

    stop_reason: str
    additional_fields: JsonValue = field(default=None, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """Report the tokens of the call; it comes after `MessageStop`.

    Attributes:
        usage: Tokens.
        latency_ms: The service's own latency in milliseconds.
        raw: The whole event.
    """

    usage: Usage | None
    latency_ms: int | None
    raw: Mapping[str, object] = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEvent:
    """Hold an event that this version does not know.

    Attributes:
        event_type: Its name.
        payload: Its content.
    """

    event_type: str
    payload: Mapping[str, object] = field(hash=False)


StreamEvent: TypeAlias = (
    MessageStart
    | TextDelta
    | ReasoningDelta
    | ToolUseStart
    | ToolInputDelta
    | CitationDelta
    | OtherStart
    | OtherDelta
    | BlockStop
    | MessageStop
    | UsageReport
    | OtherEvent
)
"""Whatever a stream may say."""
