"""Plain turns: what a framing adds to messages that are nothing but text, found by asking it.

    framing ─express─► constant + count(text) + count(text) ... ─► PlainTurns

A framing can write its count out as a sum. Conversations of marked texts thus show what stands
before and after a text in each place of the prompt, and whether turns that alternate are
independent of each other; where they are not there is no `PlainTurns`, and whole conversations must
be counted. The same with white space around the marks shows what becomes of that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from bedrock_llm.framing.conversation import Conversation, Message, Turn
from bedrock_llm.framing.parts import CountText, Expression
from bedrock_llm.framing.rows import Api, find_framing_row
from bedrock_llm.tokens import Tokenizer

Around: TypeAlias = tuple[str, str]
"""What is counted together with a text: what stands before it, and after."""
Texts: TypeAlias = tuple[tuple[str, int], ...]
"""Texts and how often each is counted."""
Edges: TypeAlias = Literal["kept", "dropped", "unknown"]
"""What becomes of white space around a text."""
Express: TypeAlias = Callable[[Conversation], Expression]

_SYSTEM: Final = "\ue000system\ue001"
_LENGTHS: Final = (1, 3, 5, 7)
_PADDED_LENGTH: Final = 5
_PADS: Final = (" ", "\n", "\t", "\n \t")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTurns:
    """How plain turns of user and assistant count that alternate and end with the user's.

    Attributes:
        user: Around a user's text.
        first_user: Around the first one.
        last_user: Around the last one.
        only_user: Around the only one.
        assistant: Around an assistant's text.
        user_edges: What becomes of white space around a user's text.
        assistant_edges: What becomes of it around an assistant's.
        base_tokens: Everything that is counted once; the system prompt's text may be in
            `first_user` and its like instead.
        pair_tokens: What a turn of the assistant and one of the user add beside their texts.
    """

    user: Around
    first_user: Around
    last_user: Around
    only_user: Around
    assistant: Around
    user_edges: Edges
    assistant_edges: Edges
    base_tokens: int
    pair_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Plain turns with the system prompt still marked, and the template's own texts.

    Attributes:
        turns: The turns, without what the texts count.
        once: Texts of the template and how often each is counted in any prompt.
        per_pair: The same for each further pair of turns.
        system_edges: What becomes of white space around the system prompt.
    """

    turns: PlainTurns
    once: Texts
    per_pair: Texts
    system_edges: Edges = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a conversation of some length is counted as."""

    constant: int
    around: tuple[Around, ...]
    others: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A head without tools, and whose it is; hashable."""

    base_id: str | None
    api: Api
    tokenizer: Tokenizer
    system: str
    thinking: bool
    is_interleaved: bool
    output_schema: str


def find_plain_turns(
    head: Conversation, base_id: str | None, api: Api, tokenizer: Tokenizer, count: CountText
) -> PlainTurns | None:
    """Find how plain turns count beside this head.

    Args:
        head: The request without its messages.
        base_id: The model's id without geography.
        api: How the request is sent.
        tokenizer: The model's vocabulary.
        count: Counts the tokens of a text with it.

    Returns:
        The rule; None where turns depend on each other, or nobody can tell.
    """
    words = head.system.strip()
    blocks = head.body.get("system")
    # Several blocks are joined by each family in its own way.
    has_several = isinstance(blocks, list | tuple) and len(blocks) > 1
    if has_several or (head.system and not words):
        return None
    known = _Known(
        base_id=base_id,
        api=api,
        tokenizer=tokenizer,
        system=_SYSTEM if words else "",
        thinking=head.thinking,
        is_interleaved=head.is_interleaved,
        output_schema=head.output_schema,
    )
    form = _find_form(known, head) if head.tools else _find_known_form(known)
    if form is None or (words != head.system and form.system_edges == "unknown"):
        return None
    return _fill(form, head.system if form.system_edges == "kept" else words, count)


@lru_cache(maxsize=256)
def _find_known_form(known: _Known) -> _Form | None:
    head = Conversation(
        thinking=known.thinking,
        is_interleaved=known.is_interleaved,
        output_schema=known.output_schema,
    )
    return _find_form(known, head)


def _find_form(known: _Known, head: Conversation) -> _Form | None:
    framing = find_framing_row(known.base_id, api=known.api).framing

    def express(talk: Conversation) -> Expression:
        return framing.express(talk, known.tokenizer)

    marked = _with_system(head, known.system)
    found = [_read(express, marked, _marks(length)) for length in _LENGTHS]
    read = [one for one in found if one is not None]
    if len(read) < len(_LENGTHS):
        return None
    form = _join(read, _find_edges(express, marked, read[_LENGTHS.index(_PADDED_LENGTH)]))
    if form is None or not known.system:
        return form
    return replace(form, system_edges=_find_system_edges(express, head))


def _find_system_edges(express: Express, head: Conversation) -> Edges:
    """Say what becomes of white space around the system prompt."""
    found: set[Edges] = set()
    clean = express(_talk(_with_system(head, _SYSTEM), _marks(1))).texts
    for pad in _PADS:
        system = _pad(_SYSTEM, pad)
        padded = express(_talk(_with_system(head, system), _marks(1))).texts
        if padded == clean:
            found.add("dropped")
        elif padded == {text.replace(_SYSTEM, system): times for text, times in clean.items()}:
            found.add("kept")
        else:
            found.add("unknown")
    return found.pop() if len(found) == 1 else "unknown"


def _with_system(head: Conversation, system: str) -> Conversation:
    blocks = [{"text": system}] if system else []
    return replace(head, system=system, body={**head.body, "system": blocks})


def _join(read: Sequence[_Reading], edges: tuple[Edges, Edges]) -> _Form | None:
    """Find what is alike in conversations of all lengths."""
    only, three, *longer = read
    steps = {_step(sooner, later) for sooner, later in pairwise(read)}
    middles = {around for one in longer for around in one.around[2:-1:2]}
    assistants = {around for one in (three, *longer) for around in one.around[1::2]}
    firsts = {one.around[0] for one in (three, *longer)}
    lasts = {one.around[-1] for one in (three, *longer)}
    if any(len(each) > 1 for each in (steps, middles, assistants, firsts, lasts)):
        return None
    pair_tokens, per_pair = steps.pop()
    turns = PlainTurns(
        user=middles.pop(),
        first_user=firsts.pop(),
        last_user=lasts.pop(),
        only_user=only.around[0],
        assistant=assistants.pop(),
        user_edges=edges[0],
        assistant_edges=edges[1],
        base_tokens=only.constant,
        pair_tokens=pair_tokens,
    )
    return _Form(turns=turns, once=only.others, per_pair=per_pair)


def _step(sooner: _Reading, later: _Reading) -> tuple[int, Texts]:
    """Give what a pair of turns adds: a constant and texts."""
    more = dict(later.others)
    for text, times in sooner.others:
        more[text] = more.get(text, 0) - times
    texts = tuple(sorted((text, times) for text, times in more.items() if times))
    return later.constant - sooner.constant, texts


def _read(express: Express, head: Conversation, marks: Sequence[str]) -> _Reading | None:
    """Read what stands around each marked text; None where one is not counted exactly once."""
    constant, counted = express(_talk(head, marks))
    holders = [[text for text in counted if mark in text] for mark in marks]
    if any(len(each) != 1 or counted[each[0]] != 1 for each in holders):
        return None
    texts = [each[0] for each in holders]
    if len(set(texts)) < len(marks):
        return None
    return _Reading(
        constant=constant,
        around=tuple(_cut(text, mark) for mark, text in zip(marks, texts, strict=True)),
        others=tuple((text, times) for text, times in counted.items() if text not in texts),
    )


def _find_edges(express: Express, head: Conversation, clean: _Reading) -> tuple[Edges, Edges]:
    """Say what becomes of white space around texts of the user and of the assistant."""
    marks = _marks(_PADDED_LENGTH)
    found: list[set[Edges]] = [set(), set()]
    for pad in _PADS:
        padded = express(_talk(head, [_pad(mark, pad) for mark in marks])).texts
        for number, (mark, (before, after)) in enumerate(zip(marks, clean.around, strict=True)):
            if before + _pad(mark, pad) + after in padded:
                edges: Edges = "kept"
            else:
                edges = "dropped" if before + mark + after in padded else "unknown"
            found[number % 2].add(edges)
    user, assistant = (each.pop() if len(each) == 1 else "unknown" for each in found)
    return user, assistant


def _talk(head: Conversation, texts: Sequence[str]) -> Conversation:
    """Make a conversation of these texts, user and assistant in turn."""
    roles = ["assistant" if number % 2 else "user" for number in range(len(texts))]
    turns = tuple(
        Turn(
            role=role,
            messages=(Message(index=number, texts=(text,)),),
            calls=(),
            results=(),
            has_text=True,
        )
        for number, (role, text) in enumerate(zip(roles, texts, strict=True))
    )
    messages = [
        {"role": role, "content": [{"text": text}]} for role, text in zip(roles, texts, strict=True)
    ]
    body = {**head.body, "messages": messages}
    return replace(head, turns=turns, message_count=len(texts), body=body)


def _marks(length: int) -> list[str]:
    return [f"\ue000{number}\ue001" for number in range(length)]


def _cut(text: str, mark: str) -> Around:
    before, _, after = text.partition(mark)
    return before, after


def _pad(mark: str, pad: str) -> str:
    return f"{pad}{mark}{pad[::-1]}"


def _fill(form: _Form, system: str, count: CountText) -> PlainTurns:
    """Put the system prompt where its mark is, and count what is counted once."""

    def write(text: str) -> str:
        return text.replace(_SYSTEM, system)

    def around(pair: Around) -> Around:
        return write(pair[0]), write(pair[1])

    turns = form.turns
    once = sum(times * count(write(text)) for text, times in form.once)
    per_pair = sum(times * count(write(text)) for text, times in form.per_pair)
    return replace(
        turns,
        user=around(turns.user),
        first_user=around(turns.first_user),
        last_user=around(turns.last_user),
        only_user=around(turns.only_user),
        assistant=around(turns.assistant),
        base_tokens=turns.base_tokens + once,
        pair_tokens=turns.pair_tokens + per_pair,
    )
