"""Turn a native Anthropic Messages body into a prompt.

    {"anthropic_version", "max_tokens", "system", "messages", "tools", "thinking"} ─► Prompt

This is what `modelInput` of a Bedrock batch line holds for Claude. Source of the keys:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
(2026-11-22).
"""

from collections.abc import Mapping

from bedrock_llm.batch.dialects import cache_points, to_blocks, to_converse_messages
from bedrock_llm.batch.fields import Fields, describe
from bedrock_llm.batch.rows import Prompt
from bedrock_llm.errors import InputError

_PARTS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "image"})
_SAME_NAME = ("max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "thinking")
_EXTRA_FIELDS = ("anthropic_beta", "context_management")


def is_anthropic_body(value: Mapping[str, object]) -> bool:
    """Tell whether a mapping with `messages` is written in Anthropic's native shape."""
    if "anthropic_version" in value:
        return True
    messages = value.get("messages")
    return isinstance(messages, list) and any(map(_has_anthropic_part, messages))


def read_anthropic_body(value: Mapping[str, object]) -> Prompt:
    """Convert one native Messages body.

    Raises:
        InputError: Something in the body has no place in Converse.
    """
    fields = Fields(value, where="the Anthropic body")
    fields.take("anthropic_version")
    model_id = fields.optional_text("model")
    messages, late_system = to_converse_messages(fields.take("messages"))
    system = [*to_blocks(fields.take("system"), where="'system'"), *late_system]
    parameters: dict[str, object] = {"system": system} if system else {}
    for name in _SAME_NAME:
        _keep(parameters, name, fields.take(name))
    _keep(parameters, "tools", [_to_tool(tool) for tool in fields.array("tools")])
    _keep(parameters, "tool_choice", _to_tool_choice(fields.take("tool_choice")))
    extra: dict[str, object] = {}
    for name in _EXTRA_FIELDS:
        _keep(extra, name, fields.take(name))
    _keep(parameters, "additional_model_request_fields", extra)
    _keep(parameters, "request_metadata", fields.take("metadata"))
    parameters.update(fields.rest())
    return Prompt(messages=messages, parameters=parameters, model_id=model_id)


def _has_anthropic_part(message: object) -> bool:
    content = message.get("content") if isinstance(message, Mapping) else None
    return isinstance(content, list) and any(
        isinstance(part, Mapping) and part.get("type") in _PARTS for part in content
    )


def _keep(target: dict[str, object], name: str, value: object) -> None:
    if value is not None and value not in ([], {}):
        target[name] = value


def _to_tool(item: object) -> dict[str, object]:
    fields = Fields(item, where="a tool")
    kind = fields.optional_text("type") or "custom"
    if kind != "custom":
        raise InputError(f"Anthropic's own tool {kind!r} has no place in Converse")
    specification: dict[str, object] = {"name": fields.text("name")}
    description = fields.optional_text("description")
    if description is not None:
        specification["description"] = description
    specification["inputSchema"] = {"json": fields.take("input_schema") or {"type": "object"}}
    if cache_points(fields):
        raise InputError("cache_control on a tool: add {'cachePoint': {...}} to Converse's tools")
    fields.close()
    return {"toolSpec": specification}


def _to_tool_choice(value: object) -> dict[str, object] | None:
    if value is None:
        return None
    fields = Fields(value, where="'tool_choice'")
    kind = fields.text("type")
    if kind in ("auto", "any"):
        choice: dict[str, object] = {kind: {}}
    elif kind == "tool":
        choice = {"tool": {"name": fields.text("name")}}
    else:
        raise InputError(f"tool_choice {describe(value)} has no place in Converse")
    if fields.take("disable_parallel_tool_use") is True:
        raise InputError("'disable_parallel_tool_use' has no place in Converse; remove it")
    fields.close()
    return choice
