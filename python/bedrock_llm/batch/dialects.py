"""Turn messages in OpenAI's or Anthropic's shape into Converse's.

    {"role": "user", "content": "..."}                          stays
    {"role": "system" | "developer", ...} at the start          becomes `system`
    {"role": "assistant", "tool_calls": [...]}                  becomes toolUse blocks
    {"role": "tool", "tool_call_id": ..., "content": ...}       becomes a toolResult block
    {"content": [{"type": "text" | "image_url" | "tool_use" | ...}]}   one row of PARTS each

Neighbours of one role become one message, because Converse wants the roles to alternate and all
results of parallel tool calls in one turn. Nothing is dropped: a part or key without a place in
Converse is refused with its position.

Sources: OpenAI chat messages https://platform.openai.com/docs/api-reference/chat/create ;
Anthropic messages https://docs.anthropic.com/en/api/messages ; Converse blocks: botocore's model
of bedrock-runtime 2023-09-30, installed version (read 2026-11-22).
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from bedrock_llm.batch.fields import Fields, describe
from bedrock_llm.batch.strict_json import read_json
from bedrock_llm.errors import InputError

Block: TypeAlias = dict[str, object]
PartReader: TypeAlias = Callable[[Fields], Block]

_DATA_URL = re.compile(r"data:(?P<media_type>[\w.+/-]+);base64,(?P<data>.*)", re.DOTALL)
_FORMATS = {"image/jpg": "jpeg", "text/plain": "txt", "text/markdown": "md", "audio/mpeg": "mp3"}


def to_converse_messages(value: object) -> tuple[list[Block], list[Block]]:
    """Convert messages in OpenAI's or Anthropic's shape.

    Args:
        value: The messages: an array of objects with `role` and `content`.

    Returns:
        Converse's `messages` and `system` blocks.

    Raises:
        InputError: A message has no place in Converse; the text names its position.
    """
    if not isinstance(value, list | tuple):
        raise InputError(f"'messages' must be an array; found {describe(value)}")
    messages: list[Block] = []
    system: list[Block] = []
    for number, item in enumerate(value, start=1):
        fields = Fields(item, where=f"message {number}")
        role = fields.text("role")
        reader = _ROLES.get(role)
        if reader is None:
            raise InputError(f"message {number}: role {role!r} is none of {', '.join(_ROLES)}")
        converse_role, blocks = reader(fields)
        fields.close()
        if converse_role == "system":
            _refuse_late_system(number, messages)
            system += blocks
        else:
            _append(messages, converse_role, blocks)
    return messages, system


def to_blocks(content: object, *, where: str) -> list[Block]:
    """Convert the content of one message: text, null, or an array of parts."""
    if content is None:
        return []
    if isinstance(content, str):
        return [{"text": content}]
    if not isinstance(content, list | tuple):
        raise InputError(f"{where}: content must be text or an array; found {describe(content)}")
    return [block for part in content for block in _part_blocks(part, where)]


def cache_points(fields: Fields) -> list[Block]:
    """Take Anthropic's `cache_control` mark as a Converse cache point after the block."""
    mark = fields.take("cache_control")
    if mark is None:
        return []
    inner = Fields(mark, where="'cache_control'")
    inner.take("type")
    lifetime = inner.optional_text("ttl")
    inner.close()
    point: Block = {"type": "default"} if lifetime is None else {"type": "default", "ttl": lifetime}
    return [{"cachePoint": point}]


def read_json_object(text: str, *, where: str) -> Mapping[str, object]:
    """Read a tool call's arguments, which OpenAI writes as JSON text."""
    try:
        value = read_json(text) if text.strip() else {}
    except InputError as error:
        raise InputError(f"{where}: the arguments cannot be read ({error})") from error
    if not isinstance(value, dict):
        raise InputError(f"{where}: the arguments must be an object; found {describe(value)}")
    return value


def _refuse_late_system(number: int, messages: list[Block]) -> None:
    if messages:
        raise InputError(
            f"message {number}: a system message after the conversation began; Converse takes "
            "system text at the start only; move it there or make it a user message"
        )


def _append(messages: list[Block], role: str, blocks: list[Block]) -> None:
    if messages and messages[-1]["role"] == role:
        content = messages[-1]["content"]
        messages[-1]["content"] = [*(content if isinstance(content, list) else []), *blocks]
        return
    messages.append({"role": role, "content": blocks})


def _system_message(fields: Fields) -> tuple[str, list[Block]]:
    return "system", to_blocks(fields.take("content"), where="a system message")


def _user_message(fields: Fields) -> tuple[str, list[Block]]:
    return "user", to_blocks(fields.take("content"), where="a user message")


def _assistant_message(fields: Fields) -> tuple[str, list[Block]]:
    content = fields.take("content")
    blocks = to_blocks(content or None, where="an assistant message")
    return "assistant", [*blocks, *(_tool_call(call) for call in fields.array("tool_calls"))]


def _tool_message(fields: Fields) -> tuple[str, list[Block]]:
    fields.take("name")  # repeats the name of the call that the id already names
    result = {
        "toolUseId": fields.text("tool_call_id"),
        "content": to_blocks(fields.take("content"), where="a tool message"),
    }
    return "user", [{"toolResult": result}]


def _tool_call(value: object) -> Block:
    fields = Fields(value, where="a tool call")
    fields.take("index")
    kind = fields.optional_text("type") or "function"
    if kind != "function":
        raise InputError(f"a tool call of type {kind!r} has no place in Converse")
    function = fields.fields("function")
    name = function.text("name")
    block = {
        "toolUseId": fields.text("id"),
        "name": name,
        "input": read_json_object(function.text("arguments"), where=f"tool call {name!r}"),
    }
    function.close()
    fields.close()
    return {"toolUse": block}


def _part_blocks(part: object, where: str) -> Iterable[Block]:
    fields = Fields(part, where=f"{where}: a content part")
    kind = fields.text("type")
    reader = PARTS.get(kind)
    if reader is None:
        raise InputError(f"{where}: a part of type {kind!r} has no place in Converse")
    block = reader(fields)
    points = cache_points(fields)
    fields.close()
    return [block, *points]


def _text(fields: Fields) -> Block:
    return {"text": fields.text("text")}


def _refusal(fields: Fields) -> Block:
    return {"text": fields.text("refusal")}


def _image_url(fields: Fields) -> Block:
    image = fields.fields("image_url")
    image.take("detail")  # a hint to OpenAI's own image pipeline; the image itself is unchanged
    return _media("image", *_split_data_url(image.text("url")))


def _input_audio(fields: Fields) -> Block:
    audio = fields.fields("input_audio")
    return _media("audio", f"audio/{audio.text('format')}", audio.text("data"))


def _file(fields: Fields) -> Block:
    file = fields.fields("file")
    return _document(file.optional_text("filename"), *_split_data_url(file.text("file_data")))


def _anthropic_image(fields: Fields) -> Block:
    source = fields.fields("source")
    _expect_base64(source)
    return _media("image", source.text("media_type"), source.text("data"))


def _anthropic_document(fields: Fields) -> Block:
    source = fields.fields("source")
    title = fields.optional_text("title")
    _expect_base64(source)
    return _document(title, source.text("media_type"), source.text("data"))


def _tool_use(fields: Fields) -> Block:
    use = {"toolUseId": fields.text("id"), "name": fields.text("name")}
    return {"toolUse": {**use, "input": fields.take("input") or {}}}


def _tool_result(fields: Fields) -> Block:
    content = to_blocks(fields.take("content"), where="a tool result")
    result: Block = {"toolUseId": fields.text("tool_use_id"), "content": content}
    if fields.take("is_error") is True:
        result["status"] = "error"
    return {"toolResult": result}


def _thinking(fields: Fields) -> Block:
    reasoning: Block = {"text": fields.text("thinking")}
    signature = fields.optional_text("signature")
    if signature is not None:
        reasoning["signature"] = signature
    return {"reasoningContent": {"reasoningText": reasoning}}


def _redacted_thinking(fields: Fields) -> Block:
    return {"reasoningContent": {"redactedContent": _decode(fields.text("data"))}}


def _expect_base64(source: Fields) -> None:
    kind = source.text("type")
    if kind != "base64":
        raise InputError(f"a source of type {kind!r} has no place in Converse; send it as base64")


def _split_data_url(url: str) -> tuple[str, str]:
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise InputError(f"Converse fetches no URL; send data:...;base64,... not {url[:60]!r}")
    return match["media_type"], match["data"]


def _media(kind: str, media_type: str, data: str) -> Block:
    return {kind: {"format": _format(media_type), "source": {"bytes": _decode(data)}}}


def _document(name: str | None, media_type: str, data: str) -> Block:
    # Bedrock allows letters, digits, spaces, hyphens, parentheses and square brackets in a name.
    allowed = re.sub(r"[^\w\s\-()\[\]]|_", "-", name or "document")
    source = {"bytes": _decode(data)}
    return {"document": {"format": _format(media_type), "name": allowed, "source": source}}


def _format(media_type: str) -> str:
    return _FORMATS.get(media_type, media_type.partition("/")[2])


def _decode(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except (Base64Error, ValueError) as error:
        raise InputError(f"a part's data is not base64 ({error}): {data[:40]!r}") from error


_ROLES: Mapping[str, Callable[[Fields], tuple[str, list[Block]]]] = {
    "system": _system_message,
    "developer": _system_message,
    "user": _user_message,
    "assistant": _assistant_message,
    "tool": _tool_message,
}

PARTS: Mapping[str, PartReader] = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image_url,
    "input_audio": _input_audio,
    "file": _file,
    "image": _anthropic_image,
    "document": _anthropic_document,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
}
"""A row per `type` of a content part; OpenAI's and Anthropic's names do not collide."""
