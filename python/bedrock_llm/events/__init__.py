"""Events of a stream, and the accumulator that makes the reply of them.

    event_type, payload ──parse_stream_event──► StreamEvent ──ReplyAccumulator.add──► Response

    messageStart            MessageStart       who speaks
    contentBlockStart       ToolUseStart       a tool call begins
                            OtherStart         a tool's result or an image begins
    contentBlockDelta       TextDelta, ReasoningDelta, ToolInputDelta, CitationDelta
                            OtherDelta         a piece of a tool's result, of an image, of news
    contentBlockStop        BlockStop
    messageStop             MessageStop        why the model stopped
    metadata                UsageReport        tokens and latency; comes after messageStop
    anything newer          OtherEvent         kept, so that a stream is not lost to it

Source: service model of `bedrock-runtime` in botocore 1.44.5 (2026-11). Text and reasoning blocks
have no contentBlockStart.
"""

from bedrock_llm.events.accumulator import ReplyAccumulator
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
from bedrock_llm.events.reading import parse_stream_event

__all__ = [
    "BlockStop",
    "CitationDelta",
    "MessageStart",
    "MessageStop",
    "OtherDelta",
    "OtherEvent",
    "OtherStart",
    "ReasoningDelta",
    "ReplyAccumulator",
    "StreamEvent",
    "TextDelta",
    "ToolInputDelta",
    "ToolUseStart",
    "UsageReport",
    "parse_stream_event",
]
