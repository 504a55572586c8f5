"""Turn the bodies of recorded calls into requests: Converse, Anthropic, Nova, OpenAI, one prompt.

(record, body) ─► the first reader that knows it ─► ReadBody(kind, api, request or prompt)
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bedrock_llm.framing.conversation import read_conversation
from bedrock_llm.framing.rows import Api
from bedrock_llm.requests import Request

Body: TypeAlias = dict[str, Any]
Row: TypeAlias = Mapping[str, Any]

# Headers were not recorded. This client sends Anthropic's beta with every budget of reasoning
# (https://github.com/agentjido/req_llm, lib/req_llm/providers/anthropic.ex, read 2026-11-22).
_SENDS_INTERLEAVED: Final = "req_llm@1c985d8:test/support/fixtures/anthropic/"
_PROMPT_KEYS: Final = ("prompt", "inputText", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBody:
    """What a body holds."""

    kind: str
    api: Api
    request: Request | None = None
    prompt: str = ""


def _is_converse(row: Row, _: Body) -> bool:
    return "converse" in str(row["op"])


def _is_nova(_: Row, body: Body) -> bool:
    return "schemaVersion" in body or ("messages" in body and "inferenceConfig" in body)


def _is_chat(row: Row, body: Body) -> bool:
    return "messages" in body and "claude" not in str(row["model"])


def _is_anthropic(_: Row, body: Body) -> bool:
    return "messages" in body


def _is_prompt(_: Row, body: Body) -> bool:
    return any(isinstance(body.get(key), str) for key in _PROMPT_KEYS)


def _read_converse(_: Row, body: Body) -> ReadBody:
    return _finish(body, "converse")


def _read_nova(_: Row, body: Body) -> ReadBody:
    kept: Body = {key: body[key] for key in ("system", "messages", "toolConfig") if key in body}
    return _finish(kept, "invoke")


def _read_prompt(_: Row, body: Body) -> ReadBody:
    prompt = next(body[key] for key in _PROMPT_KEYS if isinstance(body.get(key), str))
    return ReadBody(kind="prompt", api="invoke", prompt=prompt)


def _read_anthropic(row: Row, body: Body) -> ReadBody:
    system = body.get("system") or []
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    converse: Body = {
        "messages": [
            {"role": message["role"], "content": _anthropic_blocks(message["content"])}
            for message in body["messages"]
        ]
    }
    if blocks:
        converse["system"] = [{"text": block["text"]} for block in blocks]
    if body.get("tools"):
        converse["toolConfig"] = _anthropic_tools(body)
    fields = {
        key: body[key] for key in ("thinking", "tool_choice") if isinstance(body.get(key), dict)
    }
    if _SENDS_INTERLEAVED in str(row["source"]) and "thinking" in fields:
        fields["anthropic_beta"] = ["interleaved-thinking-2025-05-14"]
    if fields:
        converse["additionalModelRequestFields"] = fields
    form = body.get("output_format") or (body.get("output_config") or {}).get("format")
    if form:
        converse["outputConfig"] = _output_config(form)
    return _finish(converse, "invoke")


def _output_config(form: Body) -> Body:
    schema = {"schema": json.dumps(form["schema"])}
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}


def _anthropic_tools(body: Body) -> Body:
    config: Body = {
        "tools": [
            _tool(tool["name"], tool.get("description"), tool["input_schema"])
            for tool in body["tools"]
        ]
    }
    choice = body.get("tool_choice") or {}
    choices = {
        "any": {"any": {}},
        "auto": {"auto": {}},
        "tool": {"tool": {"name": choice.get("name")}},
    }
    if choice.get("type") in choices:
        config["toolChoice"] = choices[choice["type"]]
    return config


def _tool(name: str, description: str | None, schema: object) -> Body:
    described = {"description": description} if description else {}
    return {"toolSpec": {"name": name, **described, "inputSchema": {"json": schema}}}


def _anthropic_blocks(content: str | list[Body] | None) -> list[Body]:
    if isinstance(content, str):
        return [{"text": content}]
    return [_ANTHROPIC_BLOCKS[block["type"]](block) for block in content or []]


def _anthropic_result(block: Body) -> Body:
    content = block.get("content")
    if isinstance(content, list):
        content = "".join(_text_of(item) for item in content)
    status = {"status": "error"} if block.get("is_error") else {}
    return {
        "toolResult": {
            "toolUseId": block["tool_use_id"],
            "content": [{"text": content or ""}],
            **status,
        }
    }


def _text_of(item: Body) -> str:
    if "content" in item:
        return "".join(_text_of(part) for part in item["content"])
    return str(item.get("text", ""))


_ANTHROPIC_BLOCKS: Final[Mapping[str, Callable[[Body], Body]]] = {
    "text": lambda block: {"text": block["text"]},
    "tool_use": lambda block: {
        "toolUse": {"toolUseId": block["id"], "name": block["name"], "input": block["input"]}
    },
    "tool_result": _anthropic_result,
    "thinking": lambda block: {"reasoningContent": {"reasoningText": {"text": block["thinking"]}}},
    "redacted_thinking": lambda block: {"reasoningContent": {"redactedContent": block["data"]}},
}


def _read_chat(row: Row, body: Body) -> ReadBody:
    api: Api = "chat" if "chat" in str(row["op"]) else "invoke"
    converse: Body = {"messages": [], "system": []}
    for message in body["messages"]:
        _add_chat_message(converse, message)
    tools = [tool.get("function") or tool for tool in body.get("tools") or []]
    if tools:
        converse["toolConfig"] = {
            "tools": [_tool(t["name"], t.get("description"), t.get("parameters")) for t in tools]
        }
    if not converse["system"]:
        del converse["system"]
    return _finish(converse, api)


def _add_chat_message(converse: Body, message: Body) -> None:
    content = message.get("content")
    text = (
        content if isinstance(content, str) else "".join(_text_of(part) for part in content or [])
    )
    if message["role"] in {"system", "developer"}:
        converse["system"].append({"text": text})
        return
    if message["role"] == "tool":
        result = {"toolUseId": message["tool_call_id"], "content": [{"text": text}]}
        converse["messages"].append({"role": "user", "content": [{"toolResult": result}]})
        return
    calls = [
        {
            "toolUse": {
                "toolUseId": call["id"],
                "name": call["function"]["name"],
                "input": json.loads(call["function"]["arguments"] or "{}"),
            }
        }
        for call in message.get("tool_calls") or []
    ]
    blocks = [{"text": text}] if text or not calls else []
    converse["messages"].append({"role": message["role"], "content": [*blocks, *calls]})


def _finish(body: Body, api: Api) -> ReadBody:
    request = Request.from_converse(body)
    conversation = read_conversation(request)
    fields = body.get("additionalModelRequestFields") or {}
    is_thinking = conversation.thinking or "reasoningConfig" in fields or "thinking" in fields
    kinds = (
        ("thinking", is_thinking and (fields.get("thinking") or {}).get("type") != "disabled"),
        ("tool loop", conversation.has_calls),
        ("tools", bool(conversation.tools)),
        ("multi-turn", conversation.message_count > 1),
        ("system", bool(conversation.system)),
    )
    kind = next((name for name, applies in kinds if applies), "plain")
    return ReadBody(kind=kind, api=api, request=request)


BODY_READERS: Final = (
    (_is_converse, _read_converse),
    (_is_nova, _read_nova),
    (_is_chat, _read_chat),
    (_is_anthropic, _read_anthropic),
    (_is_prompt, _read_prompt),
)
"""Who reads which body; the first that knows it does."""
