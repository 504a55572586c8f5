"""OpenAI's messages: calls stand beside the content, results are messages of role `tool`.

    assistant {content, tool_calls: [{id, function: {name, arguments: JSON text}}]}
    tool {tool_call_id, content}, tool {...}, user {content}      ──► one turn of the user

Parts of a content are read as Anthropic's typed blocks are; `image_url` is an image.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bedrock_llm.window.anthropic_shape import read_block, write_blocks
from bedrock_llm.window.contents import Written, read_content, read_role, write_content
from bedrock_llm.window.turns import Block, Turn, join


def read(bodies: Iterable[Mapping[str, object]]) -> list[Turn]:
    """Read messages; the results of one assistant turn and what the user adds are one turn.

    Raises:
        MessageError: A content is neither text nor a list.
    """
    turns: list[Turn] = []
    is_answering = False
    for number, body in enumerate(bodies):
        place = f"messages[{number}]"
        turn = Turn(
            role=read_role(body),
            blocks=tuple(_read_message(body, place)),
            place=place,
            sources=(body,),
        )
        if is_answering and body["role"] in {"tool", "user"}:
            turns[-1] = join(turns[-1], turn)
        else:
            turns.append(turn)
        is_answering = body["role"] == "tool"
    return turns


def write(turn: Turn) -> list[Mapping[str, object]]:
    """Write a turn as one message, or as one for each tool result and one for what is left."""
    messages = [_write_result(block) for block in turn.of_kind("tool_result")]
    calls = [_write_call(block) for block in turn.of_kind("tool_use")]
    rest = [block for block in turn.blocks if block.kind not in {"tool_result", "tool_use"}]
    if rest or calls:
        messages.append(_write_rest(turn, rest, calls))
    return messages


def _read_message(body: Mapping[str, object], place: str) -> Iterator[Block]:
    content = read_content(body.get("content"), f"{place}.content", read_block)
    if body["role"] == "tool":
        tool_id = str(body.get("tool_call_id", ""))
        yield Block(kind="tool_result", tool_id=tool_id, content=content, place=place, source=body)
        return
    yield from content
    calls = body.get("tool_calls")
    for number, call in enumerate(calls if isinstance(calls, list | tuple) else ()):
        yield _read_call(call, f"{place}.tool_calls[{number}]")


def _read_call(call: object, place: str) -> Block:
    body = call if isinstance(call, Mapping) else {}
    function = body.get("function")
    inside = function if isinstance(function, Mapping) else {}
    return Block(
        kind="tool_use",
        tool_id=str(body.get("id", "")),
        name=str(inside.get("name", "")),
        arguments=_read_arguments(inside.get("arguments")),
        place=place,
        source=body,
    )


def _read_arguments(arguments: object) -> object:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments) if arguments.strip() else {}
    except ValueError:
        return arguments


def _write_result(block: Block) -> Mapping[str, object]:
    if isinstance(block.source, Mapping) and not block.is_changed:
        return block.source
    kept = block.source if isinstance(block.source, Mapping) else {}
    content = write_content(block.content, write_blocks) or ""
    return {**kept, "role": "tool", "tool_call_id": block.tool_id, "content": content}


def _write_call(block: Block) -> Written:
    kept = block.source if isinstance(block.source, Mapping) else {}
    if kept and not block.is_changed:
        return dict(kept)
    arguments = json.dumps(block.arguments, ensure_ascii=False)
    function = {"name": block.name, "arguments": arguments}
    return {"type": "function", **kept, "id": block.tool_id, "function": function}


def _write_rest(turn: Turn, rest: Sequence[Block], calls: Sequence[Written]) -> Written:
    """Write what is no result: the message of the turn that held it, with other content."""
    sources = [body for body in turn.sources if body["role"] != "tool"]
    kept = {key: value for key, value in (sources or [{}])[0].items() if key != "tool_calls"}
    role = kept["role"] if kept and read_role(kept) == turn.role else turn.role
    content = write_content(rest, write_blocks) if rest else None
    return {**kept, "role": role, "content": content, **({"tool_calls": calls} if calls else {})}
