"""The response: what a model answered, what it cost in tokens, why it stopped.

    reply of Converse ──parse_converse_reply──► Response

A reply is read leniently where that loses nothing (new members and new blocks are kept) and
strictly where a caller would build on sand: a reply without message or stop reason is an error.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NoReturn

from bedrock_llm.errors import MessageError, ResponseError
from bedrock_llm.fitted import Fitted
from bedrock_llm.messages import ContentBlock, Message, ReasoningBlock, ToolUseBlock
from bedrock_llm.wire import JsonValue, show_value


class StopReason(StrEnum):
    """Name why a model stopped: Converse's nine words."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    GUARDRAIL_INTERVENED = "guardrail_intervened"
    CONTENT_FILTERED = "content_filtered"
    MALFORMED_MODEL_OUTPUT = "malformed_model_output"
    MALFORMED_TOOL_USE = "malformed_tool_use"
    MODEL_CONTEXT_WINDOW_EXCEEDED = "model_context_window_exceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Count the tokens of a call, as Bedrock reports them; None where it reported none.

    Attributes:
        input_tokens: Input that was neither read from nor written to the cache.
        output_tokens: Output.
        total_tokens: Everything.
        cache_read_input_tokens: Input read from the prompt cache.
        cache_write_input_tokens: Input written to the prompt cache.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """Hold a model's call of a tool.

    Attributes:
        id: Id that the answer repeats.
        name: Name of the tool.
        input: Arguments; the raw text where the model's JSON could not be read.
        input_error: Why the arguments could not be read, or None where they could.
    """

    id: str
    name: str
    input: JsonValue = field(hash=False)
    input_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Hold a model's answer.

    Attributes:
        model_id: Model id of the call.
        message: The answer; its `content` may be empty.
        usage: Tokens, or None where the service reported none.
        stop_reason: One of `StopReason`, or a word newer than this version; None where a stream
            broke off.
        request_id: AWS's id of the call.
        latency_ms: The service's own latency in milliseconds.
        raw: The whole reply as it came.
        fitted: What was left out of the conversation so that it fitted the model's window; None
            where nothing was.
    """

    model_id: str
    message: Message
    usage: Usage | None = None
    stop_reason: str | None = None
    request_id: str | None = None
    latency_ms: int | None = None
    raw: Mapping[str, object] = field(hash=False)
    fitted: Fitted[Message] | None = field(default=None, hash=False)

    @property
    def text(self) -> str:
        """Join the text of the answer, that of cited passages included; reasoning is left out."""
        return self.message.text

    @property
    def content(self) -> tuple[ContentBlock, ...]:
        """Give the blocks of the answer."""
        return self.message.content

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """Give the tool calls that the caller shall answer, in order.

        Calls of tools that Bedrock itself ran (`server_tool_use`) are not among them.
        """
        return tuple(
            _read_tool_call(block)
            for block in self.content
            if isinstance(block, ToolUseBlock) and block.type != "server_tool_use"
        )

    @property
    def reasoning_text(self) -> str:
        """Join the reasoning that came in the clear."""
        return "".join(block.text for block in self.content if isinstance(block, ReasoningBlock))


def _read_tool_call(block: ToolUseBlock) -> ToolCall:
    given, error = block.input, None
    if isinstance(given, str):
        given, error = parse_tool_input(given)
    return ToolCall(id=block.tool_use_id, name=block.name, input=given, input_error=error)


def parse_tool_input(text: str) -> tuple[JsonValue, str | None]:
    """Read the arguments of a tool call from the JSON text a stream gives.

    Args:
        text: The joined pieces; an empty text means no arguments.

    Returns:
        The arguments and None; or the text itself and why it is no JSON object.
    """
    if not text.strip():
        return {}, None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return text, str(error)
    return (value, None) if isinstance(value, dict) else (text, "is no JSON object")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def parse_usage(value: object) -> Usage | None:
    """Read the token counts of a reply.

    Args:
        value: The member `usage`; None where there is none.

    Raises:
        ResponseError: A count is no whole number of at least 0.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise ResponseError(f"the reply's usage is no mapping; got {show_value(value)}")
    return Usage(**{name: _read_count(value, key) for name, key in _COUNTS.items()})


_COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "input_tokens": "inputTokens",
        "output_tokens": "outputTokens",
        "total_tokens": "totalTokens",
        "cache_read_input_tokens": "cacheReadInputTokens",
        "cache_write_input_tokens": "cacheWriteInputTokens",
    }
)


def _read_count(usage: Mapping[str, object], key: str) -> int | None:
    value = usage.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ResponseError(f"the reply's usage.{key} is no count of tokens; got {show_value(value)}")


def parse_latency(value: object) -> int | None:
    """Read the service's latency in milliseconds from the member `metrics`, None without one."""
    latency = value.get("latencyMs") if isinstance(value, Mapping) else None
    return latency if isinstance(latency, int) else None


def parse_converse_reply(
    body: Mapping[str, object], *, model_id: str, request_id: str | None
) -> Response:
    """Read the reply of Converse.

    Args:
        body: The reply, as JSON or as boto3 gives it.
        model_id: Model id of the call.
        request_id: AWS's id of the call.

    Raises:
        ResponseError: The reply has no message or no stop reason; the error names what is missing.
    """
    response = parse_partial_reply(body, model_id=model_id, request_id=request_id)
    if response.stop_reason is None:
        raise _refuse_reply("has no 'stopReason'", body, model_id, request_id)
    return response


def parse_partial_reply(
    body: Mapping[str, object], *, model_id: str, request_id: str | None
) -> Response:
    """Read a reply that may lack its end, as a stream that broke off does.

    Args:
        body: The reply in Converse's shape.
        model_id: Model id of the call.
        request_id: AWS's id of the call.

    Raises:
        ResponseError: The reply has no message, or a member has the wrong type.
    """
    output = body.get("output")
    message = output.get("message") if isinstance(output, Mapping) else None
    if not isinstance(message, Mapping):
        missing = "output" if not isinstance(output, Mapping) else "output.message"
        raise _refuse_reply(f"has no {missing!r}", body, model_id, request_id)
    stop_reason = body.get("stopReason")
    if not isinstance(stop_reason, str | None):
        raise _refuse_reply("has a 'stopReason' that is no text", body, model_id, request_id)
    try:
        read = Message.parse_reply(message, place="output.message")
        usage = parse_usage(body.get("usage"))
    except MessageError as error:
        raise _refuse_reply(f"is malformed: {error}", body, model_id, request_id) from error
    except ResponseError as error:
        error.model_id, error.request_id = model_id, request_id
        raise
    return Response(
        model_id=model_id,
        message=read,
        usage=usage,
        stop_reason=stop_reason,
        request_id=request_id,
        latency_ms=parse_latency(body.get("metrics")),
        raw=body,
    )


def _refuse_reply(
    problem: str, body: Mapping[str, object], model_id: str, request_id: str | None
) -> ResponseError:
    keys = ", ".join(repr(key) for key in body) or "none"
    return ResponseError(
        f"the reply of {model_id} {problem}; it has the keys {keys}",
        model_id=model_id,
        request_id=request_id,
    )
