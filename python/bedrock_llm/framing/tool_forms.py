"""The texts that prompt formats make of tools: declarations, calls.

A form is a function from a tool (or a call) to text; rows name a form by its key in the tables.
Verified against recordings: `sorted_json` (Claude, 300 requests). The others are written from
public templates of 2025. What a public template shows of tools is in that template, in the core.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bedrock_llm.framing.conversation import Call, Tool

_XML: Final = "antml"


def sorted_json(tool: Tool) -> str:
    """Write a tool as Claude's prompt has it: sorted keys, ASCII, no empty description."""
    described = {"description": tool.description} if tool.description else {}
    named = {**described, "name": tool.name, "parameters": tool.schema}
    return json.dumps(named, sort_keys=True)


def function_json(tool: Tool) -> str:
    """Write a tool in OpenAI's wrapper, in one line."""
    return json.dumps({"type": "function", "function": _function(tool)}, ensure_ascii=False)


def bare_json(tool: Tool) -> str:
    """Write a tool without OpenAI's wrapper, in one line."""
    return json.dumps(_function(tool), ensure_ascii=False)


def indent_schema(schema: str) -> str:
    """Write the JSON schema of a reply, indented by two spaces; as it is where it is no JSON."""
    try:
        return json.dumps(json.loads(schema), indent=2)
    except ValueError:
        return schema


def described(tool: Tool) -> str:
    """Write a tool's name and description."""
    return f"{tool.name}: {tool.description}"


def _function(tool: Tool) -> dict[str, object]:
    return {"name": tool.name, "description": tool.description, "parameters": tool.schema}


def xml_call(call: Call) -> str:
    """Write a call as Claude's prompt has it."""
    parameters = "".join(
        f'<{_XML}:parameter name="{key}">{_plain(value)}</{_XML}:parameter>\n'
        for key, value in call.arguments.items()
    )
    return f'<{_XML}:invoke name="{call.name}">\n{parameters}</{_XML}:invoke>'


def xml_calls(calls: str) -> str:
    """Write the block that holds the calls of one message."""
    return f"<{_XML}:function_calls>\n{calls}\n</{_XML}:function_calls>"


def json_call(call: Call) -> str:
    """Write a call as an object of name and arguments."""
    return json.dumps({"name": call.name, "arguments": call.arguments}, ensure_ascii=False)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


TOOL_FORMS: Final[Mapping[str, Callable[[Tool], str]]] = MappingProxyType(
    {
        "sorted_json": sorted_json,
        "function_json": function_json,
        "bare_json": bare_json,
        "described": described,
    }
)
"""How a declared tool is written, by name."""

CALL_FORMS: Final[Mapping[str, Callable[[Call], str]]] = MappingProxyType(
    {
        "xml": xml_call,
        "json": json_call,
    }
)
"""How a tool call is written, by name."""
