"""Make conversations that try a prompt template: white space, Unicode, tools, reasoning, prefill.

    seed ─► Conversations ─► Converse bodies, the same on every machine

A body is one that a vendor's template takes: roles alternate, the user begins, and every call is
answered in the next message. Contents have no text that a template looks for, such as `</think>`:
what templates make of those is where we mean to differ.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Body: TypeAlias = dict[str, Any]

_WORDS: Final = (
    "the", "Wetter", "naïve café", "日本語のテキスト", "한국어", "Привет", "مرحبا", "שלום", "ไทย",
    "🙂", "👩‍👩‍👧‍👦", "e\u0301",
    "\u00a0", "\u200b", "x = {'a': [1, 2]}", "1234567", "3.14", "don't",
    "<b>bold</b>", "&amp;", "a/b\\c", '"quoted"', "'single'", "{{ braces }}", "{% block %}",
    "$PATH",
    "# Title", "- item", "```py\ncode\n```", "|", "<|", "[", "tools", "User:", "http://x.y/z?q=1",
    "supercalifragilistic", "I'LL", "\tindented", "end.", "…", "½", "ﬁ", "İstanbul", "ß",
)  # fmt: skip
_SPACES: Final = (" ", " ", " ", " ", "\n", "\n\n", "  ", "\t", "", "\r\n", "\n\n\n", " \n ")
_EDGES: Final = ("", "", "", "", " ", "\n", "\n\n", "  ", "\t", "\r\n", "\u00a0", "\u3000", " \n")
_NAMES: Final = ("get_weather", "add", "search_web", "lookup", "f2", "send-mail")
_KEYS: Final = ("city", "unit", "a", "limit", "Größe", "tags", "options", "q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Say what a template takes.

    Attributes:
        system: Whether there may be a system prompt.
        tools: Whether tools may be declared and called.
        declares: Whether tools that are called are declared.
        parallel: Whether a message may have several calls.
        call_text: Whether a message with calls may have text.
        reasoning: Whether assistants may have reasoning.
        prefill: Whether the last message may be the beginning of the reply.
        is_declared: Whether tools are always declared.
        ends_with_results: Whether the last message may be of results.
        is_flat: Whether every parameter has a description, and none is an object.
    """

    system: bool = True
    tools: bool = True
    declares: bool = True
    parallel: bool = True
    call_text: bool = True
    reasoning: bool = True
    prefill: bool = True
    is_declared: bool = False
    ends_with_results: bool = True
    is_flat: bool = False


def make_bodies(seed: int, number: int, features: Features) -> Iterator[Body]:
    """Make so many Converse bodies; the same seed makes the same ones."""
    for position in range(number):
        yield _Maker(random.Random(f"{seed}/{position}"), features).make()  # noqa: S311  no secret


class _Maker:
    """One conversation on the way."""

    def __init__(self, chance: random.Random, features: Features) -> None:
        self._chance = chance
        self._features = features
        self._calls = 0

    def make(self) -> Body:
        features, chance = self._features, self._chance
        body: Body = {"messages": []}
        if features.system and self._is_so(0.6):
            body["system"] = self._texts()
        has_tools = features.is_declared or (features.tools and self._is_so(0.5))
        if has_tools and features.declares:
            names = chance.sample(_NAMES, chance.randint(1, 3))
            body["toolConfig"] = {"tools": [{"toolSpec": self._tool(name)} for name in names]}
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
            self._add_round(body, has_tools=has_tools)
        self._end(body)
        return body

    def _add_round(self, body: Body, *, has_tools: bool) -> None:
        chance = self._chance
        pending: list[Body] = []
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3)) if has_tools else 0):
            body["messages"].append({"role": "user", "content": pending or self._texts()})
            content, pending = self._calls_with_results()
            body["messages"].append({"role": "assistant", "content": content})
        if pending and self._features.tools and self._is_so(0.2):
            pending = [*pending, *self._texts()]
        body["messages"].append({"role": "user", "content": pending or self._texts()})
        body["messages"].append({"role": "assistant", "content": self._reply()})

    def _end(self, body: Body) -> None:
        messages: list[Body] = body["messages"]
        if self._features.prefill and self._is_so(0.2):
            messages[-1]["content"].append({"text": self._chance.choice(_WORDS)})
            return
        messages.pop()
        has_results = any("toolResult" in block for block in messages[-1]["content"])
        if has_results and not self._features.ends_with_results:
            messages[-1]["content"].extend(self._texts())

    def _reply(self) -> list[Body]:
        return [*self._reasoning(), *self._texts()]

    def _reasoning(self) -> list[Body]:
        if not self._features.reasoning or self._is_so(0.5):
            return []
        return [{"reasoningContent": {"reasoningText": {"text": self._text()}}}]

    def _calls_with_results(self) -> tuple[list[Body], list[Body]]:
        chance, features = self._chance, self._features
        content = self._reasoning()
        if features.call_text and self._is_so(0.5):
            content += self._texts()
        results: list[Body] = []
        for _ in range(chance.choice((1, 1, 2, 3)) if features.parallel else 1):
            call_id = f"call_{self._calls}"
            self._calls += 1
            name = chance.choice(_NAMES)
            content.append(
                {"toolUse": {"toolUseId": call_id, "name": name, "input": self._object(2)}}
            )
            results.append({"toolResult": {"toolUseId": call_id, "content": self._result()}})
        return content, results

    def _result(self) -> list[Body]:
        if self._is_so(0.3):
            return [{"json": self._object(2)}]
        return self._texts()

    def _tool(self, name: str) -> Body:
        chance = self._chance
        keys = chance.sample(_KEYS, chance.randint(0, 4))
        schema: Body = {"type": "object", "properties": {key: self._field(1) for key in keys}}
        if self._is_so(0.7):
            schema["required"] = [key for key in keys if self._is_so(0.5)]
        description = self._text().strip() or "Does it."
        return {"name": name, "description": description, "inputSchema": {"json": schema}}

    def _field(self, depth: int) -> Body:
        chance = self._chance
        kinds = ("string", "number", "integer", "boolean", "array", "object")
        kind = chance.choice(kinds[:-1] if self._features.is_flat else kinds)
        row: Body = {"type": kind}
        if self._features.is_flat or self._is_so(0.6):
            row["description"] = " ".join(chance.choices(_WORDS, k=3))
        if kind == "string" and self._is_so(0.4):
            row["enum"] = ["celsius", "fahrenheit", "Größe"]
        if kind == "array":
            row["items"] = {"type": chance.choice(("string", "number", "integer", "boolean"))}
        if kind == "object" and depth:
            row["properties"] = {key: self._field(depth - 1) for key in chance.sample(_KEYS, 2)}
        if kind == "integer" and self._is_so(0.4):
            row["default"] = chance.randint(-5, 500)
        return row if self._features.is_flat else self._adorn(row, depth)

    def _adorn(self, row: Body, depth: int) -> Body:
        """Add what schemas seldom have, in any mixture."""
        chance = self._chance
        seldom: Body = {
            "title": chance.choice(_WORDS),
            "examples": [chance.choice(_WORDS), 3],
            "nullable": True,
            "type": [row["type"], "null"],
            "default": chance.choice((chance.choice(_WORDS), 1.5e-7, True, None, [1, "it's"])),
            "minimum": 1e20,
            "pattern": "^[a-z]\\d+$",
        }
        row |= {key: value for key, value in seldom.items() if self._is_so(0.08)}
        if depth and self._is_so(0.1):
            row["oneOf"] = [self._field(0), self._field(0)]
        return row

    def _object(self, depth: int) -> Body:
        keys = self._chance.sample(_KEYS, self._chance.randint(0, 3))
        return {key: self._value(depth) for key in keys}

    def _value(self, depth: int) -> object:
        chance = self._chance
        kind = chance.choice(("text", "text", "plain", "plain", *(("list", "object") * depth)))
        if kind == "plain":
            return chance.choice((chance.randint(-9, 10**6), chance.random(), True, None))
        if kind == "list":
            return [self._value(depth - 1) for _ in range(chance.randint(0, 3))]
        return self._text() if kind == "text" else self._object(depth - 1)

    def _is_so(self, share: float) -> bool:
        return self._chance.random() < share

    def _texts(self) -> list[Body]:
        return [{"text": self._text()} for _ in range(self._chance.choice((1, 1, 1, 2)))]

    def _text(self) -> str:
        chance = self._chance
        parts = [chance.choice(_EDGES)]
        for _ in range(chance.choice((0, 1, 1, 2, 4, 8, 15)) or int(self._is_so(0.9))):
            parts += (chance.choice(_WORDS), chance.choice(_SPACES))
        parts[-1] = chance.choice(_EDGES)
        return "".join(parts) or "?"
