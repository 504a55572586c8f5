"""The request around the messages: system prompt and tools, as framings count them.

    system, tools, system messages at the start ─► Converse body ─► Conversation without turns

System messages among mappings are the system prompt; `Message`s of that role are turns, as
`count_request` has them.
"""

from collections.abc import Iterator, Mapping, Sequence

from bedrock_llm.errors import ParameterError
from bedrock_llm.framing import Conversation
from bedrock_llm.framing.conversation import read_body
from bedrock_llm.messages import Message
from bedrock_llm.window.framed import read_framed
from bedrock_llm.window.settings import SystemInput, ToolsInput
from bedrock_llm.wire import WireModel, show_value

_SYSTEM_ROLES = frozenset({"system", "developer"})


def count_system_messages(messages: Sequence[object]) -> int:
    """Count the messages at the start that are the system's."""
    for number, message in enumerate(messages):
        role = message.role if isinstance(message, Message) else _role_of(message)
        if role not in _SYSTEM_ROLES:
            return number
    return len(messages)


def build_head(
    system: SystemInput | None, tools: ToolsInput | None, messages: Sequence[object]
) -> Conversation:
    """Read what stands around the messages.

    Args:
        system: The system prompt, or None.
        tools: The declared tools, or None.
        messages: The system's messages at the start; of mappings they are the system prompt.

    Raises:
        ParameterError: A tool or a block of the system prompt has none of the known shapes.
    """
    texts = list(_system_texts(system))
    for index, message in enumerate(messages):
        if isinstance(message, Mapping):
            texts.extend(read_framed(message, index).message.texts)
    body: dict[str, object] = {"system": [{"text": text} for text in texts]} if texts else {}
    if not tools:
        return Conversation(system="".join(texts), body=body)
    return read_body({**body, "toolConfig": {"tools": list(_converse_tools(tools))}})


def _role_of(message: object) -> object:
    return message.get("role") if isinstance(message, Mapping) else None


def _system_texts(system: SystemInput | None) -> Iterator[str]:
    if isinstance(system, str):
        yield from [system] if system else ()  # an empty one is none, as in a request
        return
    for block in system or ():
        body = _as_mapping(block)
        text = body.get("text")
        if isinstance(text, str):
            yield text
        elif isinstance(guard := body.get("guardContent"), Mapping):
            inner = guard.get("text")
            yield str(inner.get("text", "")) if isinstance(inner, Mapping) else ""


def _converse_tools(tools: ToolsInput) -> Iterator[Mapping[str, object]]:
    listed = tools.get("tools") if isinstance(tools, Mapping) else tools
    for tool in listed if isinstance(listed, Sequence) else ():
        body = _as_mapping(tool)
        function = body.get("function")
        if "toolSpec" in body or "cachePoint" in body:
            yield body
        elif isinstance(function, Mapping):
            yield _specification(function, function.get("parameters"))
        elif "name" in body:
            yield _specification(body, body.get("input_schema"))
        else:
            raise ParameterError(
                f"a tool is {show_value(tool)}; give Converse's toolSpec, Anthropic's name and "
                "input_schema, or OpenAI's function"
            )


def _specification(facts: Mapping[str, object], schema: object) -> Mapping[str, object]:
    described = {"description": facts["description"]} if facts.get("description") else {}
    named = {"name": facts.get("name"), **described, "inputSchema": {"json": schema}}
    return {"toolSpec": named}


def _as_mapping(value: object) -> Mapping[str, object]:
    if isinstance(value, WireModel):
        return value.to_converse()
    if isinstance(value, Mapping):
        return value
    raise ParameterError(
        f"{show_value(value)} stands in system or tools; give mappings of one of the three shapes"
    )
