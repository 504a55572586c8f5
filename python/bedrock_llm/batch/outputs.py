"""One output line per row: a reply, or the error in its place.

    {"id", "model", "text", "stop_reason", "usage", "cost_usd", ...}
    {"id", "model", "error": {"type", "message", "code", "status_code", "is_retryable"}}

A line depends on the row and the reply alone. What differs from call to call (request id, latency)
is left out unless it is asked for, under `meta`; so a run that was killed and continued ends with
the same bytes as one that was not. Money is a decimal string, or null with a reason.
"""

import json
from collections.abc import Mapping

from bedrock_llm.batch.rows import Row
from bedrock_llm.cost import Cost
from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.responses import Response, Usage

_CACHE_COUNTS = ("cache_read_input_tokens", "cache_write_input_tokens")

JsonObject = dict[str, object]


def reply_output(
    row: Row, response: Response, cost: Cost, *, model_id: str, has_meta: bool
) -> JsonObject:
    """Build the output of an answered row."""
    output: JsonObject = {
        "id": row.row_id,
        "model": model_id,
        "text": response.text,
        "stop_reason": response.stop_reason,
        "usage": None if response.usage is None else _usage(response.usage),
        "cost_usd": None if cost.amount_usd is None else format(cost.amount_usd, "f"),
    }
    if cost.amount_usd is None:
        output["cost_reason"] = cost.reason
    if response.tool_calls:
        output["tool_calls"] = [
            {"id": call.id, "name": call.name, "input": call.input} for call in response.tool_calls
        ]
    if response.reasoning_text:
        output["reasoning"] = response.reasoning_text
    if has_meta:
        output["meta"] = {"request_id": response.request_id, "latency_ms": response.latency_ms}
    return _with_metadata(output, row)


def error_output(
    row: Row, error: BedrockLLMError, *, model_id: str | None, has_meta: bool
) -> JsonObject:
    """Build the output of a row that failed."""
    output: JsonObject = {
        "id": row.row_id,
        "model": model_id,
        "error": {
            "type": error_name(error),
            "message": str(error),
            "code": getattr(error, "code", None),
            "status_code": getattr(error, "status_code", None),
            "is_retryable": error.is_retryable,
        },
    }
    if has_meta:
        output["meta"] = {"request_id": error.request_id}
    return _with_metadata(output, row)


def error_name(error: BedrockLLMError) -> str:
    """Name an error by its class in `bedrock_llm.errors`, whatever subclass it is."""
    names = (kind.__name__ for kind in type(error).__mro__ if kind.__module__ == _ERRORS)
    return next(names, type(error).__name__)


def encode_output(output: Mapping[str, object]) -> bytes:
    """Write an output as one line of JSON, without a newline, in UTF-8."""
    text = _ENCODER.encode(output)
    # A lone surrogate becomes \udXXX, which is also how JSON writes it.
    return text.encode("utf-8", "backslashreplace")


_ERRORS = BedrockLLMError.__module__
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


def _usage(usage: Usage) -> JsonObject:
    counts: JsonObject = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }
    for name in _CACHE_COUNTS:
        value = getattr(usage, name)
        if value is not None:
            counts[name] = value
    return counts


def _with_metadata(output: JsonObject, row: Row) -> JsonObject:
    if row.metadata is not None:
        output["metadata"] = row.metadata
    return output
