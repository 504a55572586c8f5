"""The prompt around the messages, and what messages count in it.

    model id ─► tokenizer + framing row ─┐
    system, tools ─► head ───────────────┴─► WindowPrompt ─► cost of one message, total of many

The core counts messages that are nothing but text itself, by `PlainTurns`. It asks `cost` for any
other message, about, and `total` for the exact count of the whole prompt with some of them; both
use the rows that `count_request` uses, and remember every text that they have counted.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

from bedrock_llm._core import ConversationLedger
from bedrock_llm.catalog.model_ids import parse_model_id
from bedrock_llm.catalog.tokenizer_rows import Exactness
from bedrock_llm.context import Api
from bedrock_llm.framing import Conversation, FramingRow, find_framing_row
from bedrock_llm.framing.conversation import Media, Turn, join_turns
from bedrock_llm.framing.media import count_media
from bedrock_llm.framing.plain_turns import PlainTurns, find_plain_turns
from bedrock_llm.tokens import Tokenizer
from bedrock_llm.window.framed import Framed, read_framed

Run: TypeAlias = tuple[int, int, bool]
"""The first message of a run, the one after its last, and whether it is reduced."""

_SLACK_TOKENS: Final = 24
_WEAKEST_LAST: Final[tuple[Exactness, ...]] = ("exact", "reconstructed", "probable", "estimated")
_ASKING: Final = read_framed({"role": "user", "content": [{"text": "?"}]}, 0)
_ANSWERING: Final = read_framed({"role": "assistant", "content": [{"text": "!"}]}, 0)
# By whether a message is the assistant's, and whether the user says something after it.
_SURROUNDINGS: Final[Mapping[tuple[bool, bool], tuple[list[Framed], list[Framed]]]] = {
    (True, True): ([_ASKING], [_ASKING]),
    (True, False): ([_ASKING], []),
    (False, True): ([_ASKING, _ANSWERING], [_ANSWERING, _ASKING]),
    (False, False): ([_ASKING, _ANSWERING], []),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCounting:
    """What the prompts of a model are counted with.

    Attributes:
        model_id: The model.
        base_id: Its id without geography.
        api: How requests are sent.
        row: Its framing.
        tokenizer: Its vocabulary.
    """

    model_id: str
    base_id: str | None
    api: Api
    row: FramingRow
    tokenizer: Tokenizer

    def margin(self, tokens: int) -> int:
        """Give what the truth may be above a count, tools included."""
        share = self.tokenizer.error_bound or 0.0
        spread = math.ceil(tokens * share / (1 - share))
        row = self.row
        return spread + max(row.margin.above(tokens), row.tool_margin.above(tokens))


@lru_cache(maxsize=64)
def find_counting(model_id: str, api: Api) -> ModelCounting:
    """Find what the prompts of a model are counted with.

    Raises:
        ModelIdError: The model id cannot be read.
        TokenizerError: A vocabulary file is damaged.
    """
    base_id = parse_model_id(model_id).base_id
    return ModelCounting(
        model_id=model_id,
        base_id=base_id,
        api=api,
        row=find_framing_row(base_id, api=api),
        tokenizer=Tokenizer.for_model(model_id),
    )


class _TooManyTokensError(Exception):
    """A text alone has more tokens than are of interest."""


class WindowPrompt:
    """Counts messages in the prompt of one call; the core reads its attributes.

    Args:
        messages: All messages.
        first: How many of them, at the start, are no part of what may go.
        counting: What to count with.
        head: The request without its messages.
        reduce: Gives a message with its tool results reduced.

    Attributes:
        ledger: What is known of the messages already, else None.
    """

    ledger: ConversationLedger | None = None

    def __init__(
        self,
        messages: Sequence[object],
        *,
        first: int,
        counting: ModelCounting,
        head: Conversation,
        reduce: Callable[[int], object],
    ) -> None:
        self.first = first
        self.slack = _SLACK_TOKENS
        self._messages = messages
        self._counting = counting
        self._head = head
        self._reduce = reduce
        self._texts: dict[str, int] = {}
        self._framed: dict[tuple[int, bool], Framed] = {}
        # With the message, so that its id is no other's.
        self._read_already: dict[int, tuple[object, Framed]] = {}
        self._around: dict[tuple[bool, bool], int] = {}
        self._running: int | None = None
        self.plain = self._find_plain()
        self.head_tokens = self._count_head()

    def cost(self, index: int, is_reduced: bool, limit: int) -> int | None:  # noqa: FBT001  the core calls it
        """Count what a message adds, about; None where a text of it alone is above the limit."""
        row = self._frame(index, is_reduced=is_reduced)
        is_older = index < self._running_loop()
        kind = (row.role == "assistant", is_older)
        lead, tail = _SURROUNDINGS[kind]

        def count(text: str) -> int:
            known = self._texts.get(text)
            tokens = self._counting.tokenizer.count_up_to(text, limit) if known is None else known
            if tokens is None:
                raise _TooManyTokensError
            self._texts[text] = tokens
            return tokens

        try:
            with_it = self._count_turns([*lead, row, *tail], count)
        except _TooManyTokensError:
            return None
        return max(0, with_it - self._surroundings(kind))

    def _surroundings(self, kind: tuple[bool, bool]) -> int:
        """Count what stands around a message of some kind where its cost is counted."""
        known = self._around.get(kind)
        if known is None:
            lead, tail = _SURROUNDINGS[kind]
            stand_in = _ANSWERING if kind[0] else _ASKING
            turns = [_ASKING, _ANSWERING, _ASKING]
            pair = self._count_turns(turns, self.count) - self._count_turns(turns[:1], self.count)
            whole = self._count_turns([*lead, stand_in, *tail], self.count)
            known = self._around[kind] = whole - pair // 2
        return known

    def total(self, runs: Sequence[Run]) -> int:
        """Count the whole prompt with exactly these messages."""
        indices = [
            (index, reduced) for start, stop, reduced in runs for index in range(start, stop)
        ]
        return self._total([self._frame(i, is_reduced=reduced) for i, reduced in indices])

    def total_of(self, messages: Iterable[object]) -> int:
        """Count the whole prompt with other messages than were given."""
        return self._total([self._read(message) for message in messages])

    def _total(self, framed: Sequence[Framed]) -> int:
        notes = [self._frame(index, is_reduced=False) for index in range(self._notes)]
        return max(0, self._count_turns([*notes, *framed], self.count))

    def count(self, text: str) -> int:
        """Count a text once."""
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._counting.tokenizer.count(text)
        return known

    def exactness(self, runs: Iterable[Run]) -> Exactness:
        """Say how the total of these messages is known; those only the core read are text."""
        row = self._counting.row
        parts: list[Exactness] = [self._counting.tokenizer.exactness, row.exactness]
        read = [
            self._framed[index, reduced].message
            for start, stop, reduced in runs
            if self._framed
            for index in range(start, stop)
            if (index, reduced) in self._framed
        ]
        if self._head.tools or any(message.calls or message.results for message in read):
            parts.append(row.tool_exactness)
        has_schema = self._head.output_schema and not row.framing.counts_schemas
        if has_schema or any(message.all_media for message in read):
            parts.append("estimated")
        return max(parts, key=_WEAKEST_LAST.index)

    @property
    def _notes(self) -> int:
        """Messages before the first that stand in the prompt as turns, not as its head."""
        return 0 if self.first and isinstance(self._messages[0], Mapping) else self.first

    def _find_plain(self) -> PlainTurns | None:
        if self._notes:
            return None
        counting = self._counting
        return find_plain_turns(
            self._head, counting.base_id, counting.api, counting.tokenizer, self.count
        )

    def _count_head(self) -> int:
        plain = self.plain
        if plain is None:
            return max(0, self.total([]))
        before, after = plain.first_user
        is_usual = plain.first_user == plain.user
        return max(0, plain.base_tokens + (0 if is_usual else self.count(before + after)))

    def _frame(self, index: int, *, is_reduced: bool) -> Framed:
        known = self._framed.get((index, is_reduced))
        if known is None:
            message = self._reduce(index) if is_reduced else self._messages[index]
            known = self._framed[index, is_reduced] = self._read(message)
        return known

    def _read(self, message: object) -> Framed:
        known = self._read_already.get(id(message))
        if known is None:
            known = message, read_framed(message, 0)
            self._read_already[id(message)] = known
        return known[1]

    def _running_loop(self) -> int:
        """Find the user's last text: what comes after it is the running tool loop."""
        if self._running is None:
            places = range(len(self._messages) - 1, -1, -1)
            self._running = next((i for i in places if self._is_asked(i)), -1)
        return self._running

    def _is_asked(self, index: int) -> bool:
        row = self._frame(index, is_reduced=False)
        return row.role == "user" and bool(row.message.text)

    def _count_turns(self, rows: Sequence[Framed], count: Callable[[str], int]) -> int:
        numbered = [
            (role, message if message.index == number else replace(message, index=number))
            for number, (role, message, _) in enumerate(rows)
        ]
        turns: tuple[Turn, ...] = tuple(join_turns(numbered))
        talk = replace(
            self._head,
            turns=turns,
            message_count=len(rows),
            has_calls=any(turn.calls or turn.results for turn in turns),
            body={**self._head.body, "messages": [row.given for row in rows]},
        )
        counting = self._counting
        media = [item for row in rows for item in row.message.all_media]
        expression = counting.row.framing.express(talk, counting.tokenizer)
        return expression.count(count) + self._count_media(media)

    def _count_media(self, media: Iterable[Media]) -> int:
        found = (count_media(item, self._counting.base_id, self.count) for item in media)
        return sum(one.tokens for one in found if one is not None)
