"""Groups: the messages that are never parted.

    user │ assistant │ assistant with tool calls, and all their results

Consecutive messages of one side are one turn.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bedrock_llm._core import group_messages
from bedrock_llm.messages import Message

GroupKind: TypeAlias = Literal["user", "assistant", "tools"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGroup:
    """Messages that are kept or dropped together.

    Attributes:
        start: The number of the first one.
        stop: The number after the last one's.
        kind: A turn of the `user`, of the `assistant`, or one with `tools` and all their results.
        tokens: What it adds to the prompt, about; None where nobody asked.
    """

    start: int
    stop: int
    kind: GroupKind
    tokens: int | None = None


Choose: TypeAlias = Callable[[Sequence[MessageGroup], int], Iterable[int]]
"""A caller's own strategy: of the groups and the budget in tokens, the numbers of the groups to
keep, the most important first."""


def find_groups(
    messages: Sequence[Message | Mapping[str, object]], *, first: int = 0
) -> tuple[MessageGroup, ...]:
    """Find the groups of messages, oldest first.

    Args:
        messages: Messages of any of the three shapes.
        first: The first message; those before it, such as system prompts, are in no group.

    Raises:
        MessageError: A message has no role, or one that is not known.
    """
    rows = group_messages(list(messages), first)
    return tuple(MessageGroup(start=start, stop=stop, kind=kind) for start, stop, kind in rows)
