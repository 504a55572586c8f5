"""Tool results made smaller: cleared, shortened, or replaced where a newer one repeats them.

    message ─► turn ─► results with less in them ─► message of the same shape

A result is left alone where nothing would be won. What is made smaller says so in its own words.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bedrock_llm.tokens import Tokenizer
from bedrock_llm.window.settings import WindowSettings
from bedrock_llm.window.shapes import find_shape, read_turns, write_turns
from bedrock_llm.window.turns import Block

CLEARED: Final = "[tool result cleared]"
REPEATED: Final = "[same as a later tool result]"
_GAP: Final = " [...] "


class Reducer(Protocol):
    """Makes the tool results of a message smaller."""

    @property
    def reason(self) -> str:
        """Say what is done, for the report."""
        ...

    def replace(self, index: int, block: Block) -> str | None:
        """Give what stands in place of a result's content; None to leave it alone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearResults:
    """Clear results, or leave some tokens of either end."""

    tokenizer: Tokenizer
    marker: str
    result_tokens: int

    @property
    def reason(self) -> str:
        """Say what is done, for the report."""
        kept = f"shortened to {self.result_tokens} tokens" if self.result_tokens else "cleared"
        return f"tool results {kept} before anything newer was dropped (clear_tool_results)"

    def replace(self, index: int, block: Block) -> str | None:
        """Give the marker, or the ends of the text around it."""
        del index
        text = content_text(block)
        least = self.tokenizer.count(self.marker)
        most = max(self.result_tokens, least)
        has_media = any(inner.kind not in {"text", "other"} for inner in block.content)
        if not has_media and self.tokenizer.fits(text, most):
            return None
        if not self.result_tokens or most == least:
            return self.marker
        marker = self.marker if self.marker != CLEARED else _GAP
        return self.tokenizer.cut(text, most, keep="ends", at="word", marker=marker).text


@dataclass(slots=True, kw_only=True)
class DedupeResults:
    """Replace results whose content a newer result has too."""

    messages: Sequence[object]
    tokenizer: Tokenizer
    marker: str
    reason: str = "a later tool result is the same (dedupe_tool_results)"
    _newest: dict[str, int] = field(default_factory=dict)
    _known_from: int = -1

    def replace(self, index: int, block: Block) -> str | None:
        """Give the marker where a newer result is the same."""
        text = content_text(block)
        if self.tokenizer.fits(text, self.tokenizer.count(self.marker)):
            return None
        self._look_back_to(index)
        return self.marker if self._newest.get(text, index) > index else None

    def _look_back_to(self, index: int) -> None:
        if self._known_from < 0:
            self._known_from = len(self.messages)
        while self._known_from > index:
            self._known_from -= 1
            for block in read_results(self.messages[self._known_from]):
                self._newest.setdefault(content_text(block), self._known_from)


_REDUCERS: Final[Mapping[str, Callable[[WindowSettings, Sequence[object], Tokenizer], Reducer]]] = {
    "clear_tool_results": lambda settings, _, tokenizer: ClearResults(
        tokenizer=tokenizer,
        marker=settings.marker or CLEARED,
        result_tokens=settings.result_tokens,
    ),
    "dedupe_tool_results": lambda settings, messages, tokenizer: DedupeResults(
        messages=messages, tokenizer=tokenizer, marker=settings.marker or REPEATED
    ),
}

REDUCING: Final = frozenset(_REDUCERS)
"""The strategies that reduce results."""


def find_reducer(
    settings: WindowSettings, messages: Sequence[object], tokenizer: Tokenizer
) -> Reducer | None:
    """Find what reduces results under a strategy; None where it reduces none."""
    build = _REDUCERS.get(settings.strategy_name)
    return None if build is None else build(settings, messages, tokenizer)


def reduce_message(message: object, index: int, reducer: Reducer) -> object:
    """Give a message with its results reduced; the very message where nothing was won."""
    if not has_results(message):
        return message
    shape = find_shape([message])
    turn = read_turns(shape, [message])[0]
    blocks = tuple(_reduce_block(block, index, reducer) for block in turn.blocks)
    if all(new is old for new, old in zip(blocks, turn.blocks, strict=True)):
        return message
    return write_turns(shape, [turn.with_blocks(blocks)])[0]


def _reduce_block(block: Block, index: int, reducer: Reducer) -> Block:
    if block.kind != "tool_result":
        return block
    text = reducer.replace(index, block)
    if text is None:
        return block
    is_string = bool(block.content) and all(isinstance(each.source, str) for each in block.content)
    words = Block(kind="text", text=text, place=block.place, source=text if is_string else None)
    return block.changed(content=(words,))


def read_results(message: object) -> list[Block]:
    """Give the tool results of a message."""
    if not has_results(message):
        return []
    return read_turns(find_shape([message]), [message])[0].of_kind("tool_result")


def has_results(message: object) -> bool:
    """Tell whether a message may have tool results, without reading all of it."""
    if not isinstance(message, Mapping):
        return True
    return message.get("role") in {"tool", "user"} and not (
        message.get("role") == "user" and isinstance(message.get("content"), str)
    )


def content_text(block: Block) -> str:
    """Write the content of a result as one text, for counting and comparing."""
    return "".join(
        inner.text if inner.kind == "text" else json.dumps(inner.source, default=str)
        for inner in block.content
    )
