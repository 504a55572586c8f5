"""Turn the body of an OpenAI chat completion into a prompt.

    {"model", "messages", "max_completion_tokens", "tools", "response_format", ...} ─► Prompt

Each key is one row of `KEYS`: a name it is passed on as, or a converter. Keys that change nothing
in a batch run (`stream`, `store`) have their own row; keys Converse cannot express are refused
unless they hold the value that means "off". Converse takes model-specific keys under
`additional_model_request_fields`, which is where `reasoning_effort` of the gpt-oss models goes.

Sources: https://platform.openai.com/docs/api-reference/chat/create (keys and their defaults) ;
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html (gpt-oss on
Bedrock takes `reasoning_effort`); both as known on 2026-11-22.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bedrock_llm.batch.dialects import to_converse_messages
from bedrock_llm.batch.fields import Fields, describe
from bedrock_llm.batch.rows import Prompt
from bedrock_llm.errors import InputError

Parameters: TypeAlias = dict[str, object]

_OPENAI_ROLES = frozenset({"tool", "developer"})
_OPENAI_PARTS = frozenset({"text", "image_url", "input_audio", "file", "refusal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Off:
    """Name the values of a key that ask for nothing."""

    values: tuple[object, ...]


def is_openai_body(value: Mapping[str, object]) -> bool:
    """Tell whether a mapping with `messages` is written in OpenAI's chat shape."""
    if not _ONLY_OPENAI.isdisjoint(value):
        return True
    tools = value.get("tools")
    if isinstance(tools, list) and any(_has(tool, "function") for tool in tools):
        return True
    messages = value.get("messages")
    return isinstance(messages, list) and any(map(_is_openai_message, messages))


def read_openai_body(value: Mapping[str, object]) -> Prompt:
    """Convert the body of one chat completion.

    Raises:
        InputError: Something in the body has no place in Converse.
    """
    fields = Fields(value, where="the OpenAI body")
    model_id = fields.optional_text("model")
    messages, system = to_converse_messages(fields.take("messages"))
    parameters: Parameters = {"system": system} if system else {}
    for name, content in fields.rest().items():
        if content is not None:
            _read_key(name, content, parameters)
    if parameters.pop("_without_tools", False):
        _drop_tools(parameters, messages)
    return Prompt(messages=messages, parameters=parameters, model_id=model_id)


def _has(value: object, name: str) -> bool:
    return isinstance(value, Mapping) and name in value


def _is_openai_message(message: object) -> bool:
    if not isinstance(message, Mapping):
        return False
    if message.get("role") in _OPENAI_ROLES or "tool_calls" in message:
        return True
    content = message.get("content")
    return isinstance(content, list) and any(
        isinstance(part, Mapping) and part.get("type") in _OPENAI_PARTS for part in content
    )


def _read_key(name: str, value: object, parameters: Parameters) -> None:
    rule = KEYS.get(name)
    if rule is None:
        parameters[name] = value  # refused by the parameters, which name the nearest known one
    elif isinstance(rule, str):
        parameters[rule] = value
    elif isinstance(rule, _Off):
        _expect_off(name, value, rule)
    else:
        rule(value, parameters)


def _expect_off(name: str, value: object, rule: _Off) -> None:
    if value not in rule.values:
        raise InputError(
            f"{name!r} is {value!r}: Converse cannot express it; remove it, or name it under "
            "'additional_model_request_fields' if the model takes it"
        )


def _add_tools(value: object, parameters: Parameters) -> None:
    if not isinstance(value, list):
        raise InputError(f"'tools' must be an array; found {describe(value)}")
    parameters["tools"] = [_to_tool(item) for item in value]


def _to_tool(item: object) -> dict[str, object]:
    fields = Fields(item, where="a tool")
    kind = fields.optional_text("type") or "function"
    if kind != "function":
        raise InputError(f"a tool of type {kind!r} has no place in Converse")
    function = fields.fields("function")
    fields.close()
    specification: dict[str, object] = {"name": function.text("name")}
    description = function.optional_text("description")
    if description is not None:
        specification["description"] = description
    schema = function.take("parameters") or {"type": "object", "properties": {}}
    specification["inputSchema"] = {"json": schema}
    if function.take("strict") is True:
        specification["strict"] = True
    function.close()
    return {"toolSpec": specification}


def _add_tool_choice(value: object, parameters: Parameters) -> None:
    if value == "none":
        parameters["_without_tools"] = True
    elif value in ("auto", "required"):
        parameters["tool_choice"] = {"auto": {}} if value == "auto" else {"any": {}}
    else:
        choice = Fields(value, where="'tool_choice'")
        choice.take("type")
        parameters["tool_choice"] = {"tool": {"name": choice.fields("function").text("name")}}
        choice.close()


def _drop_tools(parameters: Parameters, messages: list[dict[str, object]]) -> None:
    if "toolUse" in json.dumps(messages, default=str):
        raise InputError(
            "tool_choice 'none' after tool calls: Converse needs the tools of a conversation that "
            "used them and cannot forbid their use; use 'auto'"
        )
    parameters.pop("tools", None)


def _add_effort(value: object, parameters: Parameters) -> None:
    parameters["additional_model_request_fields"] = {"reasoning_effort": value}


def _add_user(value: object, parameters: Parameters) -> None:
    _add_metadata({"user": value}, parameters)


def _add_metadata(value: object, parameters: Parameters) -> None:
    known = parameters.get("request_metadata")
    found = value if isinstance(value, Mapping) else {"metadata": value}
    parameters["request_metadata"] = {**(known if isinstance(known, Mapping) else {}), **found}


def _add_response_format(value: object, parameters: Parameters) -> None:
    fields = Fields(value, where="'response_format'")
    kind = fields.text("type")
    if kind == "text":
        return
    if kind != "json_schema":
        raise InputError(
            f"response_format of type {kind!r} has no place in Converse; give a schema"
        )
    source = fields.fields("json_schema")
    source.take("strict")  # Converse's json_schema is always strict
    schema: dict[str, object] = {"schema": json.dumps(source.take("schema"))}
    for name in ("name", "description"):
        text = source.optional_text(name)
        if text is not None:
            schema[name] = text
    parameters["output_config"] = {
        "textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}
    }


def _add_stop(value: object, parameters: Parameters) -> None:
    parameters["stop_sequences"] = [value] if isinstance(value, str) else value


def _add_service_tier(value: object, parameters: Parameters) -> None:
    if value != "auto":
        parameters["service_tier"] = value


def _ignore(_value: object, _parameters: Parameters) -> None:
    """Accept what changes nothing here: a batch run collects the whole reply either way."""


KEYS: Mapping[str, str | _Off | Callable[[object, Parameters], None]] = {
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "stop": _add_stop,
    "tools": _add_tools,
    "tool_choice": _add_tool_choice,
    "response_format": _add_response_format,
    "reasoning_effort": _add_effort,
    "service_tier": _add_service_tier,
    "user": _add_user,
    "metadata": _add_metadata,
    "stream": _ignore,
    "stream_options": _ignore,
    "store": _ignore,
    "parallel_tool_calls": _Off(values=(True,)),
    "n": _Off(values=(1,)),
    "logprobs": _Off(values=(False,)),
    "top_logprobs": _Off(values=(0,)),
    "logit_bias": _Off(values=({},)),
    "frequency_penalty": _Off(values=(0,)),
    "presence_penalty": _Off(values=(0,)),
    "seed": _Off(values=()),
}

_ONLY_OPENAI = frozenset(KEYS) - {
    "max_tokens",
    "temperature",
    "top_p",
    "stop",
    "tools",
    "tool_choice",
    "service_tier",
    "metadata",
    "stream",
}

OWN_KEYS = frozenset(name for name, rule in KEYS.items() if isinstance(rule, _Off))
"""Keys that Converse cannot express, which a model with OpenAI's native body takes itself."""
