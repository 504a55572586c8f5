"""Tell a reply as ConverseStream does.

    Reply ──► messageStart, per block: [contentBlockStart] contentBlockDelta… contentBlockStop,
              messageStop, metadata ──► frames

`contentBlockStart` is sent for tool calls only, never for text or reasoning; `metadata` comes after
`messageStop`. Tool input travels as pieces of JSON text that parse only when joined. Every event
carries `p`, a padding of changing length that Bedrock adds so that the sizes of frames tell
nothing; a client must ignore it.

Source of the order: the service model of botocore 1.44.5 and recorded streams (2026-11-22).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from string import ascii_letters, digits
from typing import Any, TypeAlias

from bedrock_llm.local.frames import encode_event
from bedrock_llm.local.replies import Reply

Event: TypeAlias = tuple[str, dict[str, Any]]

_PIECES = re.compile(r"\s*\S+\s+\S+\s*|\s*\S+\s*")
_JSON_PIECE_CHARACTERS = 14
_PADDING = ascii_letters + digits


def encode_stream(reply: Reply) -> list[bytes]:
    """Write every frame of a streamed reply.

    Args:
        reply: The reply.

    Returns:
        The frames, in order.
    """
    return [
        encode_event(event_type, {**payload, "p": _PADDING[: 1 + index * 7 % len(_PADDING)]})
        for index, (event_type, payload) in enumerate(list_events(reply))
    ]


def list_events(reply: Reply) -> Iterator[Event]:
    """List the events of a reply.

    Args:
        reply: The reply.

    Yields:
        Event types and payloads, in order.
    """
    yield "messageStart", {"role": "assistant"}
    for index, block in enumerate(reply.content):
        ((kind, value),) = block.items()
        for event_type, payload in _TELLERS[kind](value):
            yield event_type, {"contentBlockIndex": index, **payload}
        yield "contentBlockStop", {"contentBlockIndex": index}
    fields = reply.additional_fields
    extra = {} if fields is None else {"additionalModelResponseFields": fields}
    yield "messageStop", {"stopReason": reply.stop_reason, **extra}
    yield "metadata", {"usage": reply.usage, "metrics": reply.metrics}


def _tell_text(text: str) -> Iterator[Event]:
    for piece in _PIECES.findall(text):
        yield "contentBlockDelta", {"delta": {"text": piece}}


def _tell_reasoning(block: Mapping[str, Mapping[str, str]]) -> Iterator[Event]:
    reasoning = block["reasoningText"]
    for piece in _PIECES.findall(reasoning["text"]):
        yield "contentBlockDelta", {"delta": {"reasoningContent": {"text": piece}}}
    signature = {"signature": reasoning["signature"]}
    yield "contentBlockDelta", {"delta": {"reasoningContent": signature}}


def _tell_tool_use(call: Mapping[str, Any]) -> Iterator[Event]:
    start = {"toolUseId": call["toolUseId"], "name": call["name"]}
    yield "contentBlockStart", {"start": {"toolUse": start}}
    written = json.dumps(call["input"], ensure_ascii=False)
    for place in range(0, len(written), _JSON_PIECE_CHARACTERS):
        piece = written[place : place + _JSON_PIECE_CHARACTERS]
        yield "contentBlockDelta", {"delta": {"toolUse": {"input": piece}}}


_TELLERS: dict[str, Callable[[Any], Iterator[Event]]] = {
    "text": _tell_text,
    "reasoningContent": _tell_reasoning,
    "toolUse": _tell_tool_use,
}
