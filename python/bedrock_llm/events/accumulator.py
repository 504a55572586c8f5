"""Build the reply of a stream from its events, in the shape the unstreamed reply has.

    StreamEvent ──add──► drafts by block index ──response──► Converse body ──► Response

One draft collects whatever came for one block. Bedrock announces tool calls, tool results and
images; text and reasoning begin with their first delta. The end of a block adds nothing that the
deltas did not say, so a reply can be given at any time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

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
from bedrock_llm.responses import Response, parse_partial_reply, parse_tool_input
from bedrock_llm.wire import read_blob

Block = dict[str, Any]


@dataclass(slots=True)
class _Draft:
    """Collect what came for one block."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    redacted: list[bytes | str] = field(default_factory=list)
    tool_use: ToolUseStart | None = None
    tool_input: list[str] = field(default_factory=list)
    citations: list[Mapping[str, object]] = field(default_factory=list)
    start: Mapping[str, Any] = field(default_factory=dict)
    others: list[Mapping[str, Any]] = field(default_factory=list)

    def blocks(self) -> Iterator[Block]:
        """Give the block; more than one only where a stream mixed kinds under one index."""
        if self.reasoning or self.signature:
            yield {"reasoningContent": {"reasoningText": self._reasoning_text()}}
        yield from ({"reasoningContent": {"redactedContent": blob}} for blob in self._blobs())
        if self.tool_use is not None:
            yield {"toolUse": self._tool_use(self.tool_use)}
        if self.citations:
            content = [{"text": "".join(self.text)}] if self.text else []
            yield {"citationsContent": {"content": content, "citations": self.citations}}
        elif self.text:
            yield {"text": "".join(self.text)}
        yield from self._other_blocks()

    def _reasoning_text(self) -> Block:
        text: Block = {"text": "".join(self.reasoning)}
        return text | ({"signature": "".join(self.signature)} if self.signature else {})

    def _blobs(self) -> list[bytes | str]:
        pieces = [piece for piece in self.redacted if isinstance(piece, bytes)]
        kept: list[bytes | str] = [piece for piece in self.redacted if isinstance(piece, str)]
        return [b"".join(pieces), *kept] if pieces else kept

    def _tool_use(self, start: ToolUseStart) -> Block:
        block: Block = {
            "toolUseId": start.tool_use_id,
            "name": start.name,
            "input": parse_tool_input("".join(self.tool_input))[0],
        }
        return block | ({"type": start.type} if start.type is not None else {})

    def _other_blocks(self) -> Iterator[Block]:
        deltas: dict[str, list[Any]] = {key: [] for key in self.start}
        for delta in self.others:
            for key, value in delta.items():
                deltas.setdefault(key, []).append(value)
        for key, values in deltas.items():
            begun = self.start.get(key) or {}
            yield {key: _FINISHES.get(key, _finish_unknown)(begun, values)}


def _finish_tool_result(start: Mapping[str, Any], deltas: list[Any]) -> Block:
    return {**start, "content": [piece for pieces in deltas for piece in pieces]}


def _finish_unknown(start: object, deltas: list[Any]) -> Block:
    """Keep what came, unjoined: how to join it, only a newer version knows."""
    if not isinstance(start, Mapping):
        return {"start": start, "deltas": deltas}
    if len(deltas) == 1 and isinstance(deltas[0], Mapping):
        return {**start, **deltas[0]}
    return {**start, "deltas": deltas} if deltas else dict(start)


def _finish_image(start: Mapping[str, Any], deltas: list[Any]) -> Block:
    image: Block = dict(start)
    pieces: list[bytes | str] = []
    for delta in deltas:
        source = delta.get("source") or {}
        if "bytes" in source:
            pieces.append(read_blob(source["bytes"]))
            image["source"] = {"bytes": _join_blob(pieces)}
        elif source:
            image["source"] = source
        if "error" in delta:
            image["error"] = delta["error"]
    return image


def _join_blob(pieces: list[bytes | str]) -> bytes | str:
    blobs = [piece for piece in pieces if isinstance(piece, bytes)]
    if len(blobs) == len(pieces):
        return b"".join(blobs)
    return "".join(piece for piece in pieces if isinstance(piece, str))


_FINISHES: Mapping[str, Callable[[Mapping[str, Any], list[Any]], Block]] = MappingProxyType(
    {"toolResult": _finish_tool_result, "image": _finish_image}
)


@dataclass(slots=True)
class _Reply:
    """Collect what came for the reply as a whole."""

    role: str = "assistant"
    drafts: dict[int, _Draft] = field(default_factory=dict)
    end: Block = field(default_factory=dict)

    def draft(self, index: int) -> _Draft:
        found = self.drafts.get(index)
        if found is None:
            found = self.drafts[index] = _Draft()
        return found


class ReplyAccumulator:
    """Build the reply of a stream from its events, in the shape the unstreamed reply has."""

    def __init__(self) -> None:
        self._reply = _Reply()

    def add(self, event: StreamEvent) -> None:
        """Take the next event in."""
        _ADDS[type(event)](self._reply, event)

    @property
    def is_stopped(self) -> bool:
        """Tell whether the model said why it stopped; the usage report may still follow."""
        return isinstance(self._reply.end.get("stopReason"), str)

    def response(self, *, model_id: str, request_id: str | None) -> Response:
        """Give the reply as far as it came; `stop_reason` is None where it broke off.

        Args:
            model_id: Model id of the call.
            request_id: AWS's id of the call.

        Raises:
            ResponseError: The stream named a role that no message has, or broken token counts.
        """
        drafts = self._reply.drafts
        content = [block for index in sorted(drafts) for block in drafts[index].blocks()]
        message = {"role": self._reply.role, "content": content}
        # An event of a newer kind may have any name, and never takes the place of the message.
        body = {"output": None} | self._reply.end | {"output": {"message": message}}
        return parse_partial_reply(body, model_id=model_id, request_id=request_id)


def _add_message_start(reply: _Reply, event: MessageStart) -> None:
    reply.role = event.role


def _add_text(reply: _Reply, event: TextDelta) -> None:
    reply.draft(event.index).text.append(event.text)


def _add_reasoning(reply: _Reply, event: ReasoningDelta) -> None:
    draft = reply.draft(event.index)
    if event.text is not None:
        draft.reasoning.append(event.text)
    if event.signature is not None:
        draft.signature.append(event.signature)
    if event.redacted_content is not None:
        draft.redacted.append(event.redacted_content)


def _add_tool_use(reply: _Reply, event: ToolUseStart) -> None:
    reply.draft(event.index).tool_use = event


def _add_tool_input(reply: _Reply, event: ToolInputDelta) -> None:
    reply.draft(event.index).tool_input.append(event.partial_json)


def _add_citation(reply: _Reply, event: CitationDelta) -> None:
    reply.draft(event.index).citations.append(event.citation)


def _add_other_start(reply: _Reply, event: OtherStart) -> None:
    reply.draft(event.index).start = event.start


def _add_other_delta(reply: _Reply, event: OtherDelta) -> None:
    reply.draft(event.index).others.append(event.delta)


def _add_block_stop(reply: _Reply, event: BlockStop) -> None:
    """Do nothing: the deltas said it all."""


def _add_message_stop(reply: _Reply, event: MessageStop) -> None:
    reply.end["stopReason"] = event.stop_reason
    if event.additional_fields is not None:
        reply.end["additionalModelResponseFields"] = event.additional_fields


def _add_usage(reply: _Reply, event: UsageReport) -> None:
    reply.end.update(event.raw)


def _add_other_event(reply: _Reply, event: OtherEvent) -> None:
    reply.end[event.event_type] = event.payload


_ADDS: Mapping[type, Callable[[_Reply, Any], None]] = MappingProxyType(
    {
        MessageStart: _add_message_start,
        TextDelta: _add_text,
        ReasoningDelta: _add_reasoning,
        ToolUseStart: _add_tool_use,
        ToolInputDelta: _add_tool_input,
        CitationDelta: _add_citation,
        OtherStart: _add_other_start,
        OtherDelta: _add_other_delta,
        BlockStop: _add_block_stop,
        MessageStop: _add_message_stop,
        UsageReport: _add_usage,
        OtherEvent: _add_other_event,
    }
)
