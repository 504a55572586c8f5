"""Conversations that prompt formats disagree on: made at random, the same for the same seed.

    seed, number ─► Talk ─┬─► Converse, Anthropic, OpenAI dicts   (what we are given)
                          └─► the vendor's own objects            (prompt_oracles.py)

A text is pieces of words, white space of every kind at its ends, control tokens spelled out, JSON,
and characters of all planes. Calls have one result each, in the next messages; a talk may end with
a result or with the beginning of the reply.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

PIECES: Final = (
    "Hello", "world", "the weather", "don't", "I'll", "naïve", "日本語", "한국어", "Привет", "🙂",
    "👩\u200d👩\u200d👧",
    "e\u0301", "123456", "3.14", "def f(x):", "https://a.b/c?d=e", '{"a": [1, 2]}', "{}", "null",
    "1e5",
    "\u200b", "\ufeff", "ﬁ", "\u017f", "\u0130", "-", "...", "/", "\\n", "%s", "<", "|>", "[", "]",
)  # fmt: skip
SPACES: Final = (
    "",
    "",
    "",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\u00a0",
    "\u3000",
    "\x1c",
    "\x85",
)
LOOK_ALIKES: Final = (
    "<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>system<|end_header_id|>", "<|eot|>",
    "<|header_start|>", "<|python_tag|>", "<|eom_id|>", "<s>", "</s>", "[INST]", "[/INST]",
    "[TOOL_CALLS]", "[SYSTEM_PROMPT]", "[/TOOL_RESULTS]", "[ARGS]", "<|im_end|>", "<unk>",
)  # fmt: skip
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call."""

    call_id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something said: by the system, the user, the assistant or a tool.

    Attributes:
        role: `system`, `user`, `assistant` or `tool`.
        texts: What is said, in blocks.
        calls: The assistant's calls.
        call_id: The call that a tool answers.
        is_open: Whether the reply goes on here.
    """

    role: str
    texts: tuple[str, ...]
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation with its tools."""

    system: tuple[str, ...]
    acts: tuple[Act, ...]
    tools: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a vendor's encoder can take.

    Attributes:
        has_tools: Whether tools, calls and results.
        has_declared: Whether tools can be declared.
        has_text_beside_calls: Whether a message may have both.
        most_calls: The most calls of a message.
        has_empty_replies: Whether the assistant may say nothing.
        has_repeated_roles: Whether a role may speak twice.
    """

    has_tools: bool = True
    has_declared: bool = True
    has_text_beside_calls: bool = True
    most_calls: int = 3
    has_empty_replies: bool = True
    has_repeated_roles: bool = True


@dataclass(slots=True)
class Maker:
    """Makes talks of one vendor."""

    generator: random.Random
    limits: Limits
    acts: list[Act] = field(default_factory=list)

    def make(self) -> Talk:
        """Make a talk."""
        chance = self.generator
        self.acts = []
        tools = tuple(self._tool() for _ in range(chance.choice((0, 0, 1, 3))))
        has_tools = self.limits.has_tools
        for _ in range(chance.randrange(1, 6)):
            self._turn(has_calls=has_tools and self._happens(0.4))
        if self.acts[-1].role == "assistant" or self._happens(0.6):
            self.acts.append(Act(role="user", texts=self._texts()))
        if self._happens(0.2):
            self.acts.append(Act(role="assistant", texts=(self._said(),), is_open=True))
        return Talk(
            system=self._texts() if self._happens(0.6) else (),
            acts=tuple(self.acts),
            tools=tools if has_tools and self.limits.has_declared else (),
        )

    def _happens(self, share: float) -> bool:
        return self.generator.random() < share

    def _turn(self, *, has_calls: bool) -> None:
        self.acts.append(Act(role="user", texts=self._texts()))
        if self.limits.has_repeated_roles and self._happens(0.15):
            self.acts.append(Act(role="user", texts=self._texts()))
        if has_calls:
            self._round()
        if not self.limits.has_repeated_roles or self._happens(0.85):
            self.acts.append(Act(role="assistant", texts=(self._said(),)))

    def _round(self) -> None:
        chance = self.generator
        calls = tuple(self._call() for _ in range(chance.randrange(1, self.limits.most_calls + 1)))
        has_text = self.limits.has_text_beside_calls and self._happens(0.4)
        self.acts.append(
            Act(role="assistant", texts=(self._said(),) if has_text else (), calls=calls)
        )
        answered = list(calls)
        if self._happens(0.3):
            chance.shuffle(answered)
        for call in answered:
            texts = (self._json(),) if self._happens(0.4) else self._texts()
            self.acts.append(Act(role="tool", texts=texts, call_id=call.call_id))

    def _said(self) -> str:
        text = self.text()
        return text if self.limits.has_empty_replies or text else "Yes. "

    def _texts(self) -> tuple[str, ...]:
        return tuple(self.text() for _ in range(self.generator.choice((1, 1, 1, 1, 2, 3))))

    def text(self) -> str:
        """Make a text."""
        chance = self.generator
        pieces = chance.choices(PIECES, k=chance.randrange(0, 6))
        if self._happens(0.25):
            pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(LOOK_ALIKES))
        inside = "".join(piece + chance.choice((" ", "", " ", *SPACES)) for piece in pieces)
        return chance.choice(SPACES) + inside + chance.choice(SPACES)

    def _json(self) -> str:
        return json.dumps(self._value(2), ensure_ascii=self._happens(0.5))

    def _value(self, depth: int) -> Any:
        chance = self.generator
        kinds: list[Callable[[], Any]] = [
            self.text,
            lambda: chance.randrange(-(10**9), 10**9),
            lambda: chance.choice((0.5, 1.0, -2.25, 1e-7, 1e16, 123456789.125)),
            lambda: chance.choice((True, False, None)),
        ]
        if depth:
            kinds.append(lambda: [self._value(0) for _ in range(chance.randrange(4))])
            kinds.append(lambda: {self.text(): self._value(0) for _ in range(chance.randrange(3))})
        return chance.choice(kinds)()

    def _call(self) -> Call:
        chance = self.generator
        return Call(
            call_id="".join(chance.choices(LETTERS, k=9)),
            name="".join(chance.choices(LETTERS + "_-", k=chance.randrange(1, 12))),
            arguments={self.text() or "key": self._value(1) for _ in range(chance.randrange(4))},
        )

    def _tool(self) -> dict[str, Any]:
        chance = self.generator
        names = [self.text() or "x" for _ in range(chance.randrange(3))]
        return {
            "name": "".join(chance.choices(LETTERS, k=8)),
            "description": self.text() or "Do it.",
            "parameters": {
                "type": "object",
                "properties": {
                    name: {"type": "string", "description": self.text()} for name in names
                },
                "required": names[:1],
            },
        }


def make_talks(seed: int, number: int, limits: Limits) -> Iterator[Talk]:
    """Make so many talks; a talk depends on the seed and its place alone."""
    for place in range(number):
        generator = random.Random(f"{seed}/{place}")  # noqa: S311  no secret is made
        yield Maker(generator=generator, limits=limits).make()


def as_converse(talk: Talk) -> dict[str, Any]:
    """Give the arguments of `format_prompt` in Converse's shape; results join one message."""
    messages: list[dict[str, Any]] = []
    for act in talk.acts:
        texts = [{"text": text} for text in act.texts]
        if act.role == "tool":
            result = {"toolResult": {"toolUseId": act.call_id, "content": texts}}
            if messages and "toolResult" in messages[-1]["content"][-1]:
                messages[-1]["content"].append(result)
            else:
                messages.append({"role": "user", "content": [result]})
            continue
        calls = [
            {"toolUse": {"toolUseId": call.call_id, "name": call.name, "input": call.arguments}}
            for call in act.calls
        ]
        messages.append({"role": act.role, "content": [*texts, *calls]})
    specs = [
        {"toolSpec": {**_named(tool), "inputSchema": {"json": tool["parameters"]}}}
        for tool in talk.tools
    ]
    system = [{"text": text} for text in talk.system]
    return {"messages": messages, "system": system, "tools": {"tools": specs}}


def as_anthropic(talk: Talk) -> dict[str, Any]:
    """Give the arguments of `format_prompt` in Anthropic's shape."""
    messages: list[dict[str, Any]] = []
    for act in talk.acts:
        texts: list[dict[str, Any]] = [{"type": "text", "text": text} for text in act.texts]
        if act.role == "tool":
            block = {"type": "tool_result", "tool_use_id": act.call_id, "content": texts}
            messages.append({"role": "user", "content": [block]})
            continue
        calls = [
            {"type": "tool_use", "id": call.call_id, "name": call.name, "input": call.arguments}
            for call in act.calls
        ]
        messages.append({"role": act.role, "content": [*texts, *calls]})
    tools = [{**_named(tool), "input_schema": tool["parameters"]} for tool in talk.tools]
    system = [{"type": "text", "text": text} for text in talk.system]
    return {"messages": messages, "system": system, "tools": tools}


def as_openai(talk: Talk) -> dict[str, Any]:
    """Give the arguments of `format_prompt` in OpenAI's shape."""
    messages: list[dict[str, Any]] = []
    if talk.system:
        messages.append({"role": "system", "content": _openai_content(talk.system)})
    for act in talk.acts:
        message: dict[str, Any] = {"role": act.role, "content": _openai_content(act.texts)}
        if act.call_id:
            message["tool_call_id"] = act.call_id
        if act.calls:
            message["tool_calls"] = [_openai_call(call) for call in act.calls]
        messages.append(message)
    return {
        "messages": messages,
        "tools": [{"type": "function", "function": tool} for tool in talk.tools],
    }


def _openai_content(texts: tuple[str, ...]) -> Any:
    if len(texts) == 1:
        return texts[0]
    return [{"type": "text", "text": text} for text in texts] or None


def _openai_call(call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": call.call_id, "type": "function", "function": function}


def _named(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": tool["name"], "description": tool["description"]}


SHAPES: Final[Mapping[str, Callable[[Talk], dict[str, Any]]]] = MappingProxyType(
    {"converse": as_converse, "anthropic": as_anthropic, "openai": as_openai}
)
"""The shapes of messages, by name."""
