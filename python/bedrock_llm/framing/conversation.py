"""A request as framings see it: turns of texts, calls, results and media.

    Converse body ─► Conversation(system, turns, tools, choice, thinking)

Consecutive messages of one role are one turn of several messages: every chat template has them so.
Cache points, guard switches and signatures stand beside the prompt and vanish here; what stands in
the prompt but cannot be counted (video, audio, objects in S3) is kept as media, so that it is named
in `not_counted`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal, TypeAlias

from bedrock_llm.requests import Request

Body: TypeAlias = Mapping[str, object]
ToolChoice: TypeAlias = Literal["auto", "any", "tool", "none"]

_PLAIN: Final = frozenset({"text"})
_TEXT_OF: Final = attrgetter("text")
_BILLING_HEADER: Final = "x-anthropic-billing-header:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A declared tool."""

    name: str
    description: str
    schema: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call of the assistant."""

    call_id: str
    name: str
    arguments: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A block that is no text.

    Attributes:
        kind: `image`, `document`, `video` or `audio`.
        format: The format as the request names it.
        data: The content; None where it is elsewhere, such as in S3.
        name: A document's name.
        has_citations: Whether the model is asked to cite it.
    """

    kind: str
    format: str
    data: bytes | str | None
    name: str = ""
    has_citations: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a tool call."""

    call_id: str
    text: str
    is_error: bool
    media: tuple[Media, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, its blocks sorted by kind, their order kept within a kind."""

    index: int
    texts: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    reasoning: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()

    @property
    def text(self) -> str:
        """The texts of the message; blocks follow each other without a break."""
        return "".join(self.texts)

    @property
    def all_media(self) -> tuple[Media, ...]:
        """The media of the message and of its results."""
        return (*self.media, *(item for result in self.results for item in result.media))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Consecutive messages of one role.

    Attributes:
        role: `user` or `assistant`.
        messages: The messages.
        calls: Their tool calls.
        results: Their tool results.
        has_text: Whether one of them has text.
    """

    role: str
    messages: tuple[Message, ...]
    calls: tuple[Call, ...]
    results: tuple[Result, ...]
    has_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A whole request.

    Attributes:
        system: The system prompt; blocks follow each other without a break.
        turns: The conversation.
        message_count: How many messages it has.
        has_calls: Whether a tool was called or answered.
        tools: The declared tools.
        choice: Which tools the model may or must call.
        forced_tool: The tool that it must call.
        is_sequential: Whether parallel calls are switched off.
        thinking: Whether reasoning is enabled with a budget.
        is_interleaved: Whether reasoning between tool calls is asked for with Anthropic's beta.
        media: Everything in the messages that is no text, results included.
        output_schema: The JSON schema that the reply must follow.
        body: The Converse body it was read from.
    """

    system: str = ""
    turns: tuple[Turn, ...] = ()
    message_count: int = 0
    has_calls: bool = False
    tools: tuple[Tool, ...] = ()
    choice: ToolChoice = "auto"
    forced_tool: str = ""
    is_sequential: bool = False
    thinking: bool = False
    is_interleaved: bool = False
    output_schema: str = ""
    media: tuple[Media, ...] = ()
    body: Body = field(default_factory=dict)

    @property
    def texts(self) -> Iterator[str]:
        """Every text that is written by people or models; names of tools and keys are not."""
        yield self.system
        for tool in self.tools:
            yield tool.description
            yield json.dumps(tool.schema, ensure_ascii=False)
        for turn in self.turns:
            for message in turn.messages:
                yield message.text
                yield from (result.text for result in message.results)
                yield from (json.dumps(c.arguments, ensure_ascii=False) for c in message.calls)

    @property
    def running_turn(self) -> int:
        """The first turn after the user's last text: where the running tool loop begins."""
        asked = [n for n, turn in enumerate(self.turns) if turn.role == "user" and turn.has_text]
        return asked[-1] + 1 if asked else 0

    @property
    def ends_with_assistant(self) -> bool:
        """Whether the last turn is the beginning of the reply."""
        return bool(self.turns) and self.turns[-1].role == "assistant"


def read_conversation(request: Request) -> Conversation:
    """Read a request into what framings count."""
    return read_body(request.to_converse())


def read_body(body: Body) -> Conversation:
    """Read a Converse body into what framings count."""
    messages = [(str(row.get("role")), read_message(i, row)) for i, row in _rows(body, "messages")]
    tool_config = _mapping(body.get("toolConfig"))
    choice, forced = _read_choice(_mapping(tool_config.get("toolChoice")))
    fields = _mapping(body.get("additionalModelRequestFields"))
    system = [text for _, row in _rows(body, "system") for text in _block_texts(row)]
    media = tuple(item for _, message in messages for item in message.all_media)
    turns = tuple(join_turns(messages))
    return Conversation(
        system="".join(text for text in system if not text.startswith(_BILLING_HEADER)),
        turns=turns,
        has_calls=any(turn.calls or turn.results for turn in turns),
        message_count=len(messages),
        tools=tuple(_read_tools(tool_config)),
        choice=choice,
        forced_tool=forced,
        is_sequential=_mapping(fields.get("tool_choice")).get("disable_parallel_tool_use") is True,
        thinking=_is_thinking(fields),
        is_interleaved="interleaved-thinking" in str(fields.get("anthropic_beta")),
        output_schema=_read_output_schema(body),
        media=media,
        body=body,
    )


def join_turns(messages: Sequence[tuple[str, Message]]) -> Iterator[Turn]:
    """Make turns of messages and their roles."""
    gathered: list[Message] = []
    for position, (role, message) in enumerate(messages):
        gathered.append(message)
        is_last = position + 1 == len(messages)
        if is_last or messages[position + 1][0] != role:
            yield Turn(
                role=role,
                messages=tuple(gathered),
                calls=tuple(call for item in gathered for call in item.calls),
                results=tuple(result for item in gathered for result in item.results),
                has_text=any(map(_TEXT_OF, gathered)),
            )
            gathered = []


def read_message(index: int, row: Body) -> Message:
    """Read one message of a Converse body."""
    texts: list[str] = []
    calls: list[Call] = []
    results: list[Result] = []
    reasoning: list[str] = []
    media: list[Media] = []
    for _, block in _rows(row, "content"):
        if block.keys() == _PLAIN:
            texts.append(str(block["text"]))
            continue
        texts.extend(_block_texts(block))
        calls.extend(_read_call(inside) for inside in _insides(block, "toolUse"))
        results.extend(_read_result(inside) for inside in _insides(block, "toolResult"))
        for inside in _insides(block, "reasoningContent"):
            reasoning.extend(_strings(_mapping(inside.get("reasoningText")), "text"))
        media.extend(_block_media(block))
    return Message(
        index=index,
        texts=tuple(texts),
        calls=tuple(calls),
        results=tuple(results),
        reasoning=tuple(reasoning),
        media=tuple(media),
    )


def _block_texts(block: Body) -> Iterator[str]:
    yield from _strings(block, "text")
    for guard in _insides(block, "guardContent"):
        yield from _strings(_mapping(guard.get("text")), "text")
    for cited in _insides(block, "citationsContent"):
        for _, piece in _rows(cited, "content"):
            yield from _strings(piece, "text")
    for found in _insides(block, "searchResult"):
        for _, piece in _rows(found, "content"):
            yield from _strings(piece, "text")


def _block_media(block: Body) -> Iterator[Media]:
    for kind in ("image", "document", "video", "audio"):
        for inside in _insides(block, kind):
            yield _read_media(kind, inside)
    for guard in _insides(block, "guardContent"):
        for inside in _insides(guard, "image"):
            yield _read_media("image", inside)
    for inside in _insides(block, "reasoningContent"):
        if not _mapping(inside.get("reasoningText")).get("text"):
            yield Media(kind="reasoning", format="", data=None)
    if "searchResult" in block:
        yield Media(kind="search result", format="", data=None)


def _read_media(kind: str, inside: Body) -> Media:
    source = _mapping(inside.get("source"))
    data = source.get("bytes", source.get("text"))
    pieces = [text for _, piece in _rows(source, "content") for text in _block_texts(piece)]
    known: bytes | str | None = data if isinstance(data, bytes | str) else None
    return Media(
        kind=kind,
        format=str(inside.get("format", "")),
        data="".join(pieces) if pieces else known,
        name=str(inside.get("name", "")),
        has_citations=_mapping(inside.get("citations")).get("enabled") is True,
    )


def _read_call(inside: Body) -> Call:
    return Call(
        call_id=str(inside.get("toolUseId", "")),
        name=str(inside.get("name", "")),
        arguments=_mapping(inside.get("input")),
    )


def _read_result(inside: Body) -> Result:
    texts: list[str] = []
    media: list[Media] = []
    for _, block in _rows(inside, "content"):
        texts.extend(_block_texts(block))
        if "json" in block:
            texts.append(json.dumps(block["json"]))
        media.extend(_block_media(block))
    return Result(
        call_id=str(inside.get("toolUseId", "")),
        text="".join(texts),
        is_error=inside.get("status") == "error",
        media=tuple(media),
    )


def _read_tools(tool_config: Body) -> Iterator[Tool]:
    for _, row in _rows(tool_config, "tools"):
        for inside in _insides(row, "toolSpec"):
            yield Tool(
                name=str(inside.get("name", "")),
                description=str(inside.get("description") or ""),
                schema=_mapping(inside.get("inputSchema")).get("json"),
            )


def _read_choice(choice: Body) -> tuple[ToolChoice, str]:
    if "tool" in choice:
        return "tool", str(_mapping(choice["tool"]).get("name", ""))
    return ("any", "") if "any" in choice else ("auto", "")


def _is_thinking(fields: Body) -> bool:
    asked = (fields.get(key) for key in ("thinking", "reasoning_config", "reasoningConfig"))
    return any(_mapping(value).get("type") == "enabled" for value in asked)


def _read_output_schema(body: Body) -> str:
    form = _mapping(_mapping(body.get("outputConfig")).get("textFormat"))
    schema = _mapping(_mapping(form.get("structure")).get("jsonSchema"))
    return str(schema.get("schema", ""))


def _mapping(value: object) -> Body:
    return value if isinstance(value, Mapping) else {}


def _rows(body: Body, key: str) -> Iterator[tuple[int, Body]]:
    value = body.get(key)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        yield from ((index, _mapping(row)) for index, row in enumerate(value))


def _insides(block: Body, key: str) -> Iterator[Body]:
    value = block.get(key)
    if isinstance(value, Mapping):
        yield value


def _strings(block: Body, key: str) -> Iterator[str]:
    value = block.get(key)
    if isinstance(value, str):
        yield value
