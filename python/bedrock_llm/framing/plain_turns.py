"""Plain turns: what a framing adds to messages that are nothing but text, found by asking it.

    framing ─express─► constant + count(text) + count(text) ... ─► PlainTurns

A framing counts by adding constants and counts of texts. Asked with counts that are powers of a
large base, its one number tells the constant and how often each text is counted. Conversations of
marked texts thus show what stands before and after a text in each place of the prompt, and whether
turns that alternate are independent of each other; where they are not there is no `PlainTurns`, and
whole conversations must be counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from bedrock_llm.framing.conversation import Conversation, Message, Turn
from bedrock_llm.framing.parts import CountText, Framing
from bedrock_llm.framing.rows import Api, find_framing_row

Around: TypeAlias = tuple[str, str]
"""What is counted together with a text: what stands before it, and after."""
Texts: TypeAlias = tuple[tuple[str, int], ...]
"""Texts and how often each is counted."""

_BITS: Final = 64
_HALF: Final = 1 << (_BITS - 1)
_SYSTEM: Final = "\ue000system\ue001"
_LENGTHS: Final = (1, 3, 5, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTurns:
    """How plain turns of user and assistant count that alternate and end with the user's.

    Attributes:
        user: Around a user's text.
        first_user: Around the first one.
        last_user: Around the last one.
        only_user: Around the only one.
        assistant: Around an assistant's text.
        base_tokens: Everything that is counted once; the system prompt's text may be in
            `first_user` and its like instead.
        pair_tokens: What a turn of the assistant and one of the user add beside their texts.
        is_trimmed: Whether white space around a text is left out.
    """

    user: Around
    first_user: Around
    last_user: Around
    only_user: Around
    assistant: Around
    base_tokens: int
    pair_tokens: int
    is_trimmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Plain turns with the system prompt still marked, and the template's own texts.

    Attributes:
        turns: The turns, without what the texts count.
        once: Texts of the template and how often each is counted in any prompt.
        per_pair: The same for each further pair of turns.
    """

    turns: PlainTurns
    once: Texts
    per_pair: Texts


def find_plain_turns(
    head: Conversation, base_id: str | None, api: Api, count: CountText
) -> PlainTurns | None:
    """Find how plain turns count beside this head.

    Args:
        head: The request without its messages.
        base_id: The model's id without geography.
        api: How the request is sent.
        count: Counts the tokens of a text.

    Returns:
        The rule; None where turns depend on each other, or the system prompt is blank.
    """
    if head.system and not head.system.strip():
        return None
    marked = replace(head, system=_pad(_SYSTEM) if head.system else "")
    if head.tools:
        form = _find_form(find_framing_row(base_id, api=api).framing, marked)
    else:
        form = _find_known_form(base_id, api, marked)
    return None if form is None else _fill(form, head.system, count)


def express(framing: Framing, conversation: Conversation) -> tuple[int, dict[str, int]]:
    """Write a framing's count as a constant and how often each text is counted."""
    numbers: dict[str, int] = {}

    def count(text: str) -> int:
        return 1 << (_BITS * numbers.setdefault(text, len(numbers) + 1))

    total = framing.count(conversation, count).tokens
    digits = []
    for _ in range(len(numbers) + 1):
        digit = (total + _HALF) % (1 << _BITS) - _HALF
        digits.append(digit)
        total = (total - digit) >> _BITS
    return digits[0], {text: digits[number] for text, number in numbers.items() if digits[number]}


@lru_cache(maxsize=256)
def _find_known_form(base_id: str | None, api: Api, head: Conversation) -> _Form | None:
    return _find_form(find_framing_row(base_id, api=api).framing, head)


def _find_form(framing: Framing, head: Conversation) -> _Form | None:
    found = [_read_form(framing, head, length) for length in _LENGTHS]
    read = [one for one in found if one is not None]
    if len(read) < len(_LENGTHS):
        return None
    only, three, *longer = read
    steps = {_step(sooner, later) for sooner, later in pairwise(read)}
    middles = {around for one in longer for around in one.around[2:-1:2]}
    assistants = {around for one in (three, *longer) for around in one.around[1::2]}
    firsts = {one.around[0] for one in (three, *longer)}
    lasts = {one.around[-1] for one in (three, *longer)}
    alike = (steps, middles, assistants, firsts, lasts)
    if any(len(each) > 1 for each in alike) or len({one.is_trimmed for one in read}) > 1:
        return None
    pair_tokens, per_pair = steps.pop()
    turns = PlainTurns(
        user=middles.pop(),
        first_user=firsts.pop(),
        last_user=lasts.pop(),
        only_user=only.around[0],
        assistant=assistants.pop(),
        base_tokens=only.constant,
        pair_tokens=pair_tokens,
        is_trimmed=only.is_trimmed,
    )
    return _Form(turns=turns, once=only.others, per_pair=per_pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a conversation of some length is counted as."""

    constant: int
    around: tuple[Around, ...]
    others: Texts
    is_trimmed: bool


def _step(sooner: _Reading, later: _Reading) -> tuple[int, Texts]:
    """Give what a pair of turns adds: a constant and texts."""
    more = dict(later.others)
    for text, times in sooner.others:
        more[text] = more.get(text, 0) - times
    texts = tuple(sorted((text, times) for text, times in more.items() if times))
    return later.constant - sooner.constant, texts


def _read_form(framing: Framing, head: Conversation, length: int) -> _Reading | None:
    marks = [f"\ue000{number}\ue001" for number in range(length)]
    turns = [
        Turn(
            role="assistant" if number % 2 else "user",
            messages=(Message(index=number, texts=(_pad(mark),)),),
            calls=(),
            results=(),
            has_text=True,
        )
        for number, mark in enumerate(marks)
    ]
    talk = replace(head, turns=tuple(turns), message_count=length)
    constant, counted = express(framing, talk)
    holders = [[text for text in counted if mark in text] for mark in marks]
    if any(len(each) != 1 or counted[each[0]] != 1 for each in holders):
        return None
    texts = [each[0] for each in holders]
    if len(set(texts)) < length:
        return None
    is_trimmed = _pad(marks[0]) not in texts[0]
    shown = [mark if is_trimmed else _pad(mark) for mark in marks]
    if any(mark not in text for mark, text in zip(shown, texts, strict=True)):
        return None
    return _Reading(
        constant=constant,
        around=tuple(_cut(text, mark) for mark, text in zip(shown, texts, strict=True)),
        others=tuple((text, times) for text, times in counted.items() if text not in texts),
        is_trimmed=is_trimmed,
    )


def _cut(text: str, mark: str) -> Around:
    before, _, after = text.partition(mark)
    return before, after


def _pad(mark: str) -> str:
    """Put white space around a mark: whoever trims contents leaves it out."""
    return f" {mark} "


def _fill(form: _Form, system: str, count: CountText) -> PlainTurns:
    """Put the system prompt where its mark is, and count what is counted once."""
    names: Mapping[str, str] = {_pad(_SYSTEM): system, _SYSTEM: system.strip()}

    def write(text: str) -> str:
        for mark, words in names.items():
            text = text.replace(mark, words)
        return text

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
