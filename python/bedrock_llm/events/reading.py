"""Read the events of ConverseStream: one row per event type, one per kind of delta."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from bedrock_llm.errors import ResponseError
from bedrock_llm.events.kinds import (
    BlockStop,
    CitationDelta,
    MessageStart,
    MessageStop,
    OtherDelta,
    OtherEvent,
    OtherStart,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolInputDelta,
    ToolUseStart,
    UsageReport,
)
from bedrock_llm.responses import parse_latency, parse_usage
from bedrock_llm.wire import read_blob, show_value

Payload = Mapping[str, object]
Member = TypeVar("Member")


def parse_stream_event(event_type: str, payload: Payload) -> StreamEvent:
    """Read one event of ConverseStream.

    Args:
        event_type: `messageStart`, `contentBlockStart`, `contentBlockDelta`, `contentBlockStop`,
            `messageStop` or `metadata`; any other becomes an `OtherEvent`.
        payload: The event, as JSON or as boto3 gives it.

    Raises:
        ResponseError: The event lacks a member, or a member has the wrong type.
    """
    read = _EVENTS.get(event_type)
    if read is None:
        return OtherEvent(event_type=event_type, payload=payload)
    return read(payload)


def _member(event_type: str, payload: Payload, key: str, kind: type[Member]) -> Member:
    value = payload.get(key)
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    if value is None:
        raise ResponseError(f"the stream's {event_type} event has no {key!r}")
    raise ResponseError(
        f"the stream's {event_type} event has a {key!r} that is no {kind.__name__}; "
        f"got {show_value(value)}"
    )


def _mapping(event_type: str, payload: Payload, key: str) -> Payload:
    value = payload.get(key)
    if isinstance(value, Mapping):
        return value
    raise ResponseError(
        f"the stream's {event_type} event has no mapping {key!r}; got {show_value(value)}"
    )


def _read_message_start(payload: Payload) -> StreamEvent:
    return MessageStart(role=_member("messageStart", payload, "role", str))


def _read_block_start(payload: Payload) -> StreamEvent:
    name = "contentBlockStart"
    index = _member(name, payload, "contentBlockIndex", int)
    start = _mapping(name, payload, "start")
    for key in _STARTS & start.keys():
        _mapping(name, start, key)
    tool_use = start.get("toolUse")
    if not isinstance(tool_use, Mapping):
        return OtherStart(start=start, index=index)
    kind = tool_use.get("type")
    return ToolUseStart(
        tool_use_id=_member(name, tool_use, "toolUseId", str),
        name=_member(name, tool_use, "name", str),
        type=kind if isinstance(kind, str) else None,
        index=index,
    )


def _read_block_delta(payload: Payload) -> StreamEvent:
    index = _member("contentBlockDelta", payload, "contentBlockIndex", int)
    delta = _mapping("contentBlockDelta", payload, "delta")
    for key, read in _DELTAS.items():
        if key in delta:
            return read(delta, index)
    return OtherDelta(delta=delta, index=index)


def _read_tool_result(delta: Payload, index: int) -> StreamEvent:
    _member("contentBlockDelta", delta, "toolResult", list)
    return OtherDelta(delta=delta, index=index)


def _read_image(delta: Payload, index: int) -> StreamEvent:
    image = _mapping("contentBlockDelta", delta, "image")
    if image.get("source") is not None:
        source = _mapping("contentBlockDelta", image, "source")
        if "bytes" in source:
            _read_blob(source["bytes"])
    return OtherDelta(delta=delta, index=index)


def _read_blob(value: object) -> bytes | str:
    try:
        return read_blob(value)
    except ValueError as error:
        raise ResponseError(f"a blob of the stream {error}; got {show_value(value)}") from error


def _read_text(delta: Payload, index: int) -> StreamEvent:
    return TextDelta(text=_member("contentBlockDelta", delta, "text", str), index=index)


def _read_tool_input(delta: Payload, index: int) -> StreamEvent:
    tool_use = _mapping("contentBlockDelta", delta, "toolUse")
    return ToolInputDelta(
        partial_json=_member("contentBlockDelta", tool_use, "input", str), index=index
    )


def _read_reasoning(delta: Payload, index: int) -> StreamEvent:
    reasoning = _mapping("contentBlockDelta", delta, "reasoningContent")
    text, signature = reasoning.get("text"), reasoning.get("signature")
    redacted = reasoning.get("redactedContent")
    if not isinstance(text, str | None) or not isinstance(signature, str | None):
        raise ResponseError(
            f"the stream's reasoning has a member that is no text; got {show_value(reasoning)}"
        )
    if text is None and signature is None and redacted is None:
        return OtherDelta(delta=delta, index=index)
    return ReasoningDelta(
        text=text,
        signature=signature,
        redacted_content=None if redacted is None else _read_blob(redacted),
        index=index,
    )


def _read_citation(delta: Payload, index: int) -> StreamEvent:
    citation = _mapping("contentBlockDelta", delta, "citation")
    return CitationDelta(citation=citation, index=index)


def _read_block_stop(payload: Payload) -> StreamEvent:
    return BlockStop(index=_member("contentBlockStop", payload, "contentBlockIndex", int))


def _read_message_stop(payload: Payload) -> StreamEvent:
    return MessageStop(
        stop_reason=_member("messageStop", payload, "stopReason", str),
        additional_fields=payload.get("additionalModelResponseFields"),  # type: ignore[arg-type]  # JSON by origin
    )


def _read_metadata(payload: Payload) -> StreamEvent:
    return UsageReport(
        usage=parse_usage(payload.get("usage")),
        latency_ms=parse_latency(payload.get("metrics")),
        raw=payload,
    )


_EVENTS: Mapping[str, Callable[[Payload], StreamEvent]] = MappingProxyType(
    {
        "messageStart": _read_message_start,
        "contentBlockStart": _read_block_start,
        "contentBlockDelta": _read_block_delta,
        "contentBlockStop": _read_block_stop,
        "messageStop": _read_message_stop,
        "metadata": _read_metadata,
    }
)
_STARTS = frozenset({"toolUse", "toolResult", "image"})
_DELTAS: Mapping[str, Callable[[Payload, int], StreamEvent]] = MappingProxyType(
    {
        "text": _read_text,
        "toolUse": _read_tool_input,
        "reasoningContent": _read_reasoning,
        "citation": _read_citation,
        "toolResult": _read_tool_result,
        "image": _read_image,
    }
)
