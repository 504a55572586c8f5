"""The prompt around a conversation that grows: what one turn counted, the next one knows.

    turn ─► next_turn ─► costs of messages, counts of texts: known ones are not counted again

A message's cost depends on nothing but the message, the prompt format, and on whether it belongs to
the tool loop that is running. So it is counted once for each answer. The caches are emptied when
they have become longer than `most`.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from bedrock_llm._core import ConversationLedger
from bedrock_llm.framing import Conversation
from bedrock_llm.framing.plain_turns import PlainTurns
from bedrock_llm.window.prompt import ModelCounting, WindowPrompt

_Key: TypeAlias = tuple[int, bool, bool]
_UNKNOWN: Final = -1


class GrowingPrompt(WindowPrompt):
    """Counts messages in the prompts of one turn after the other.

    Args:
        messages: All messages; only ever appended to.
        first: How many of them, at the start, are no part of what may go.
        counting: What to count with.
        head: The request without its messages.
        ledger: What is known of the messages.
        most: So many messages and texts are remembered at most.

    Attributes:
        plain_turns: What the prompt has around plain turns.
    """

    def __init__(
        self,
        messages: Sequence[object],
        *,
        first: int,
        counting: ModelCounting,
        head: Conversation,
        ledger: ConversationLedger,
        most: int,
    ) -> None:
        super().__init__(
            messages, first=first, counting=counting, head=head, reduce=messages.__getitem__
        )
        self._most = most
        self.ledger = self._ledger = ledger
        self._costs: dict[_Key, int] = {}
        self._above: dict[_Key, int] = {}
        self._looked_at = 0
        self._asked = _UNKNOWN
        self.plain_turns: PlainTurns | None = self.plain
        # Without it the core asks for the cost of every message, which is known here.
        self.plain = None

    def next_turn(self) -> None:
        """Forget what the last turn alone could know."""
        end = len(self._messages)
        places = range(end - 1, self._looked_at - 1, -1)
        self._asked = next((place for place in places if self._is_asked(place)), self._asked)
        self._running, self._looked_at = self._asked, end
        if len(self._texts) > self._most:
            self._texts.clear()
        if len(self._framed) > self._most:
            self._framed.clear()
            self._costs.clear()
            self._above.clear()

    def cost(self, index: int, is_reduced: bool, limit: int) -> int | None:  # noqa: FBT001  the core calls it
        """Count what a message adds, about, once."""
        if not is_reduced and self.plain_turns is not None and self._ledger.is_plain(index):
            tokens = self._count_plain(index, self.plain_turns)
            return tokens if tokens <= limit else None
        key = (index, is_reduced, index < self._running_loop())
        known = self._costs.get(key)
        if known is None:
            if limit <= self._above.get(key, _UNKNOWN):
                return None
            known = super().cost(index, is_reduced, limit)
            if known is None:
                self._above[key] = limit
                return None
            self._costs[key] = known
        return known if known <= limit else None

    def _count_plain(self, index: int, turns: PlainTurns) -> int:
        """Count a plain message as the core does."""
        row = self._frame(index, is_reduced=False)
        is_answer = row.role == "assistant"
        edges = turns.assistant_edges if is_answer else turns.user_edges
        is_last = index + 1 == len(self._messages)
        asked = turns.last_user if is_last else turns.user
        before, after = turns.assistant if is_answer else asked
        text = row.message.text
        shown = text.strip() if edges == "dropped" else text
        return self.count(before + shown + after) + (turns.pair_tokens if is_answer else 0)
