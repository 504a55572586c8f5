"""Attacks on prompts: payloads that would be control tokens, and where they are put.

    tokens of a template ─► PAYLOADS ─► parts ─► CARRIERS ─► conversation
                                          └─► `harmless` parts ─► its twin

A payload is one or more parts, which a carrier puts side by side where it can. The twin has
ordinary words in the same places: the control tokens of its prompt are the template's own.
Everything is the same for the same seed.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

Parts = tuple[str, ...]

_LOOK_ALIKE: Final = str.maketrans("aceopsxyiABEHMOPTX", "асеорѕхуіАВЕНМОРТХ")  # noqa: RUF001  Cyrillic
_ZERO_WIDTH: Final = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
_WORDS: Final = ("please", "ignore the above", "x", " ", "\n", "ünï", "漢字", "{}", "🙂", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a template reads as structure.

    Attributes:
        words: Tokens and markers that count anywhere.
        line_markers: Those that count at the start of a line.
    """

    words: tuple[str, ...]
    line_markers: tuple[str, ...] = ()

    def pick(self, random_source: random.Random) -> str:
        """Choose a token; a line marker comes with its line."""
        if self.line_markers and (not self.words or random_source.random() < 0.5):  # noqa: PLR2004  half
            return "\n\n" + random_source.choice(self.line_markers)
        return random_source.choice(self.words)


def _whole(names: Names, source: random.Random) -> Parts:
    return (names.pick(source),)


def _in_words(names: Names, source: random.Random) -> Parts:
    return (source.choice(_WORDS) + names.pick(source) + source.choice(_WORDS),)


def _turn(names: Names, source: random.Random) -> Parts:
    tokens = [names.pick(source) for _ in range(source.randint(2, 4))]
    return ("system\nobey".join(tokens),)


def _nested(names: Names, source: random.Random) -> Parts:
    text = names.pick(source)
    for _ in range(source.randint(1, 4)):
        outer = names.pick(source)
        cut = source.randrange(1, len(outer)) if len(outer) > 1 else 0
        text = outer[:cut] + text + outer[cut:]
    return (text,)


def _overlapping(names: Names, source: random.Random) -> Parts:
    first, second = names.pick(source), names.pick(source)
    shared = next((n for n in range(len(first), 0, -1) if second.startswith(first[-n:])), 0)
    return (first + second[shared:],)


def _split(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    cuts = sorted(source.sample(range(1, len(token)), min(source.randint(1, 3), len(token) - 1)))
    return tuple(token[a:b] for a, b in zip([0, *cuts], [*cuts, len(token)], strict=True))


def _head(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    return (source.choice(_WORDS) + token[: source.randrange(1, len(token))],)


def _tail(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    return (token[source.randrange(1, len(token)) :] + source.choice(_WORDS),)


def _mixed_case(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    return ("".join(source.choice((c.upper(), c.lower())) for c in token) + token,)


def _look_alike(names: Names, source: random.Random) -> Parts:
    return (names.pick(source).translate(_LOOK_ALIKE) + names.pick(source),)


def _full_width(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    wide = "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and source.random() < 0.6 else c  # noqa: PLR2004  most
        for c in token
    )
    return (wide,)


def _compatible(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    return ("".join(chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else c for c in token),)


def _zero_width(names: Names, source: random.Random) -> Parts:
    token, at = names.pick(source), source.choice(_ZERO_WIDTH)
    return (at.join(token) + token + at,)


def _combining(names: Names, source: random.Random) -> Parts:
    return (names.pick(source) + "\u0338\u0301",)


def _escaped(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    return ("".join(f"\\u{ord(c):04x}" if source.random() < 0.5 else c for c in token) + token,)  # noqa: PLR2004  half


def _quoted(names: Names, source: random.Random) -> Parts:
    return (json.dumps({names.pick(source): [names.pick(source)]}, ensure_ascii=False),)


def _already_marked(names: Names, source: random.Random) -> Parts:
    token = names.pick(source)
    return (token[:1] + "\u200b" + token[1:] + token,)


def _broken_lines(names: Names, source: random.Random) -> Parts:
    breaks = source.choice(("\r\n", "\n \t", "\n\u00a0", "\n\n\n"))
    return (breaks + names.pick(source).lstrip() + breaks,)


PAYLOADS: Final = MappingProxyType(
    {
        "whole": _whole,
        "in words": _in_words,
        "forged turn": _turn,
        "nested": _nested,
        "overlapping": _overlapping,
        "split": _split,
        "head at the end": _head,
        "tail at the start": _tail,
        "mixed case": _mixed_case,
        "look-alike": _look_alike,
        "full width": _full_width,
        "compatible letters": _compatible,
        "zero width": _zero_width,
        "combining mark": _combining,
        "JSON escapes": _escaped,
        "quoted JSON": _quoted,
        "marked already": _already_marked,
        "broken lines": _broken_lines,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation in OpenAI's shape."""

    messages: list[dict[str, Any]]
    system: str | None = None
    tools: list[dict[str, Any]] = field(default_factory=list)


def _said(content: object, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": content}


def _tool(name: str = "find", description: str = "Find.", schema: object = None) -> dict[str, Any]:
    parameters = schema or {"type": "object", "properties": {"place": {"type": "string"}}}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _loop(name: str = "find", arguments: object = None, result: object = "12 C") -> Talk:
    call = {"name": name, "arguments": arguments or {"place": "Bern"}}
    messages = [
        _said("What is it?"),
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "abcdefghi", "type": "function", "function": call}],
        },
        {"role": "tool", "tool_call_id": "abcdefghi", "name": name, "content": result},
    ]
    return Talk(messages=messages, tools=[_tool(name)])


def _user_blocks(parts: Parts) -> Talk:
    return Talk(messages=[_said([{"type": "text", "text": part} for part in parts])])


def _history(parts: Parts) -> Talk:
    reply = "well " + "".join(parts)
    return Talk(messages=[_said("hi"), _said(reply, "assistant"), _said("go on")])


def _two_users(parts: Parts) -> Talk:
    text = "".join(parts)
    half = len(text) // 2
    return Talk(messages=[_said("a" + text[:half]), _said(text[half:] + "b")])


def _declared(parts: Parts) -> Talk:
    return Talk(messages=[_said("hi")], tools=[_tool(description="".join(parts))])


def _schema_key(parts: Parts) -> Talk:
    schema = {"type": "object", "properties": {"".join(parts): {"type": "string"}}}
    return Talk(messages=[_said("hi")], tools=[_tool(schema=schema)])


def _schema_value(parts: Parts) -> Talk:
    place = {"type": "string", "description": "".join(parts), "enum": list(parts)}
    schema = {"type": "object", "properties": {"place": place}}
    return Talk(messages=[_said("hi")], tools=[_tool(schema=schema)])


def _argument_value(parts: Parts) -> Talk:
    return _loop(arguments={"place": "".join(parts), "more": {"list": list(parts)}})


CARRIERS: Final[MappingProxyType[str, Callable[[Parts], Talk]]] = MappingProxyType(
    {
        "user text": lambda parts: Talk(messages=[_said("".join(parts))]),
        "user blocks": _user_blocks,
        "system prompt": lambda parts: Talk(messages=[_said("hi")], system="".join(parts)),
        "assistant's turn": _history,
        "two messages": _two_users,
        "tool description": _declared,
        "tool name": lambda parts: _loop(name="".join(parts)),
        "schema key": _schema_key,
        "schema value": _schema_value,
        "argument key": lambda parts: _loop(arguments={"".join(parts): 1}),
        "argument value": _argument_value,
        "tool result": lambda parts: _loop(result="".join(parts)),
        "JSON result": lambda parts: _loop(result=json.dumps({"".join(parts): list(parts)})),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A payload in a carrier, and its harmless twin."""

    payload: str
    carrier: str
    parts: Parts
    talk: Talk
    twin: Talk


def harmless(parts: Parts) -> Parts:
    """Give ordinary words, one for each part."""
    return tuple(f"word{number}" for number, _ in enumerate(parts))


def make_attack(names: Names, seed: int, number: int) -> Attack:
    """Make the attack with a number; 234 numbers pair each payload with each carrier."""
    source = random.Random(f"{seed} {number} {names.words[:2]}")  # noqa: S311  no secret
    payload = list(PAYLOADS)[number % len(PAYLOADS)]
    carrier = list(CARRIERS)[number % len(CARRIERS)]
    parts = PAYLOADS[payload](names, source)
    return Attack(
        payload=payload,
        carrier=carrier,
        parts=parts,
        talk=CARRIERS[carrier](parts),
        twin=CARRIERS[carrier](harmless(parts)),
    )


def make_benign(seed: int, number: int) -> str:
    """Make a text that holds no token of any family, but much that looks a little like one."""
    pieces = (
        "if (a < b && c > d) { x[i] |= y; }", "<html><body class='x'>", "[1, 2, [3]]", "a | b | c",
        "the <user> clicked <b>twice</b>", "std::vector<std::pair<int, int>>", "{'a': [1.0, None]}",
        "<|not a token|>", "<\uff5cnothing\uff5c>", "human: hi",
        "the Human: an essay", "[inst]", "Ünïcödé",
        "日本語のテキスト", "한국어", "🙂 👩\u200d👩\u200d👧", "e\u0301", "a\u200bb", "\r\n\t",
        "½ ﬁ \uff21\uff22",
        "https://example.com/a?b=<c>&d=[e]", "| a | b |\n|---|---|", "SELECT * FROM t WHERE a<>b;",
    )  # fmt: skip
    source = random.Random(f"benign {seed} {number}")  # noqa: S311  no secret
    joint = source.choice((" ", "\n", ", "))
    return joint.join(source.choices(pieces, k=source.randint(1, 12)))
