"""The longest text cut, where nothing more can be dropped.

    kept messages ─► their texts, longest first ─► cut the longest to what the others leave over

A text is cut at a word and keeps its start; a tool result keeps both ends. The marker is counted
inside the budget, and the whole prompt is counted again with what came out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from bedrock_llm.tokens import Tokenizer
from bedrock_llm.window.settings import Boundary
from bedrock_llm.window.shapes import Shape, find_shape, read_turns, write_turns
from bedrock_llm.window.turns import Block, Turn

CUT: Final = " [... cut to fit]"
_ROUNDS: Final = 8
_LEAST_WORDS_TOKENS: Final = 8
_MERGED_TOKENS: Final = 2  # so that the first try fits: texts join with what stands beside them


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """Where a text stands: in a block of a message, or in a block of a tool result's content."""

    message: int
    block: int
    inner: int | None
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutter:
    """Cut texts of messages until a prompt fits.

    Attributes:
        tokenizer: Counts and cuts.
        marker: What stands where something was left out.
        total: Counts the whole prompt with these messages.
        budget_tokens: What it may count.
        at: Where a text may be cut.
    """

    tokenizer: Tokenizer
    at: Boundary
    marker: str
    total: Callable[[Sequence[object]], int]
    budget_tokens: int

    def cut(self, messages: Sequence[object]) -> tuple[list[object], list[int]] | None:
        """Cut the longest text, and the next longest where that is not enough.

        Returns:
            The messages, and the places of those that were cut; None where the starts of all texts
            are still too much.
        """
        kept = list(messages)
        cut: list[int] = []
        for place in sorted(find_texts(kept), key=lambda place: place.characters, reverse=True):
            whole = kept[place.message]
            kept[place.message] = self._cut_to(whole, place, self._least_tokens)
            cut.append(place.message)
            others = self.total(kept)
            if others <= self.budget_tokens:
                kept[place.message] = self._fill(kept, place, whole, others)
                return kept, sorted(set(cut))
        return None

    def _fill(self, kept: list[object], place: TextPlace, whole: object, others: int) -> object:
        """Give the message with as much of the text as the others leave room for."""
        least = self._least_tokens
        room = self.budget_tokens - others + least - _MERGED_TOKENS
        for _ in range(_ROUNDS):
            if room <= least:
                break
            kept[place.message] = self._cut_to(whole, place, room)
            excess = self.total(kept) - self.budget_tokens
            if excess <= 0:
                return kept[place.message]
            room -= excess
        return self._cut_to(whole, place, least)

    @property
    def _least_tokens(self) -> int:
        """What is left of a text at least: the marker and some words."""
        return self.tokenizer.count(self.marker) + _LEAST_WORDS_TOKENS

    def _cut_to(self, whole: object, place: TextPlace, tokens: int) -> object:
        keep: Literal["head", "ends"] = "head" if place.inner is None else "ends"
        text = get_text(whole, place)
        shorter = self.tokenizer.cut(text, tokens, keep=keep, at=self.at, marker=self.marker)
        return put_text(whole, place, shorter.text)


def find_texts(messages: Sequence[object]) -> list[TextPlace]:
    """Find every text of messages that may be cut; reasoning and calls may not."""
    places = []
    for number, message in enumerate(messages):
        _, turn = _read(message)
        for at, block in enumerate(turn.blocks):
            if block.kind == "text" and turn.role != "system":
                size = len(block.text)
                places.append(TextPlace(message=number, block=at, inner=None, characters=size))
            for inside, inner in enumerate(block.content):
                if inner.kind == "text":
                    size = len(inner.text)
                    places.append(
                        TextPlace(message=number, block=at, inner=inside, characters=size)
                    )
    return places


def get_text(message: object, place: TextPlace) -> str:
    """Give the text at a place of its message."""
    block = _read(message)[1].blocks[place.block]
    return block.text if place.inner is None else block.content[place.inner].text


def put_text(message: object, place: TextPlace, text: str) -> object:
    """Give a message with another text at a place."""
    shape, turn = _read(message)
    block = turn.blocks[place.block]
    if place.inner is None:
        changed = _with_text(block, text)
    else:
        content = list(block.content)
        content[place.inner] = _with_text(content[place.inner], text)
        changed = block.changed(content=tuple(content))
    blocks = (*turn.blocks[: place.block], changed, *turn.blocks[place.block + 1 :])
    return write_turns(shape, [turn.with_blocks(blocks)])[0]


def lead_with(message: object, text: str) -> object:
    """Give a message with a text before everything it says."""
    shape, turn = _read(message)
    blocks = turn.blocks
    if blocks and blocks[0].kind == "text":
        first = _with_text(blocks[0], f"{text}\n\n{blocks[0].text}")
        return write_turns(shape, [turn.with_blocks((first, *blocks[1:]))])[0]
    lead = Block(kind="text", text=text, place=turn.place)
    return write_turns(shape, [turn.with_blocks((lead, *blocks))])[0]


def _read(message: object) -> tuple[Shape, Turn]:
    shape = find_shape([message])
    return shape, read_turns(shape, [message])[0]


def _with_text(block: Block, text: str) -> Block:
    """Change a text; a plain string stays one."""
    if isinstance(block.source, str):
        return replace(block, text=text, source=text)
    return block.changed(text=text)
