"""The texts that prompt formats make of tools: declarations, calls.

A form is a function from a tool (or a call) to text; rows name a form by its key in the tables.
Verified against recordings: `sorted_json` (Claude, 300 requests), `typescript` (gpt-oss, 13),
`indented_json` (Llama 3.3, 5). The others are written from the public templates of 2025.
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


def indented_json(tool: Tool) -> str:
    """Write a tool without OpenAI's wrapper, indented by four spaces."""
    return json.dumps(_function(tool), indent=4, ensure_ascii=False)


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


def parameters_call(call: Call) -> str:
    """Write a call as Llama 3 does: an object of name and parameters."""
    return json.dumps({"name": call.name, "parameters": call.arguments}, ensure_ascii=False)


def arguments_call(call: Call) -> str:
    """Write the arguments alone, without spaces, as they come in a chat-completions body."""
    return json.dumps(call.arguments, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def typescript(tool: Tool) -> str:
    """Write a tool as gpt-oss's prompt has it: a TypeScript function type."""
    description = "".join(
        f"// {line}\n" for line in tool.description.split("\n") if tool.description
    )
    schema = _mapping(tool.schema)
    properties = _mapping(schema.get("properties"))
    fields = "".join(
        f"{_comment(value)}{key}{_optional(schema, key)}: {_type(value)}{_default(value)},\n"
        for key, value in properties.items()
    )
    return f"{description}type {tool.name} = (_: {{\n{fields}}}) => any;\n\n"


def _comment(value: object) -> str:
    schema = _mapping(value)
    title = f"// {schema['title']}\n//\n" if schema.get("title") else ""
    description = schema.get("description")
    return title + (f"// {description}\n" if description else "")


def _optional(schema: Mapping[str, object], key: str) -> str:
    required = schema.get("required")
    return "" if isinstance(required, list | tuple) and key in required else "?"


def _default(value: object) -> str:
    schema = _mapping(value)
    if "default" not in schema:
        return ""
    default = schema["default"]
    bare = "enum" in schema and isinstance(default, str)
    return f", // default: {default if bare else json.dumps(default)}"


def _type(value: object) -> str:
    schema = _mapping(value)
    kind = schema.get("type")
    null = " | null" if schema.get("nullable") else ""
    if isinstance(kind, list | tuple):
        return " | ".join(str(item) for item in kind)
    if kind == "array":
        return f"{_type(schema.get('items')) if schema.get('items') else 'any'}[]{null}"
    enum = schema.get("enum")
    if kind == "string" and isinstance(enum, list | tuple):
        return " | ".join(f'"{item}"' for item in enum)
    properties = _mapping(schema.get("properties"))
    if kind == "object" and properties:
        inside = ", ".join(
            f"{key}{_optional(schema, key)}: {_type(item)}" for key, item in properties.items()
        )
        return f"{{\n{inside}}}"
    return _SIMPLE.get(str(kind), "any") + null


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


_SIMPLE: Final = MappingProxyType(
    {
        "string": "string",
        "number": "number",
        "integer": "number",
        "boolean": "boolean",
        "object": "object",
    }
)

TOOL_FORMS: Final[Mapping[str, Callable[[Tool], str]]] = MappingProxyType(
    {
        "sorted_json": sorted_json,
        "function_json": function_json,
        "bare_json": bare_json,
        "indented_json": indented_json,
        "typescript": typescript,
        "described": described,
    }
)
"""How a declared tool is written, by name."""

CALL_FORMS: Final[Mapping[str, Callable[[Call], str]]] = MappingProxyType(
    {
        "xml": xml_call,
        "json": json_call,
        "parameters": parameters_call,
        "arguments": arguments_call,
    }
)
"""How a tool call is written, by name."""
