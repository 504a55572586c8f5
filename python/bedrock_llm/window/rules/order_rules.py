"""Rules about the order of messages: who begins, who follows whom, who has the last word."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bedrock_llm.window.rules.rule import Draft, Finding
from bedrock_llm.window.turns import Block, Turn, join

_GO_ON: Final = "Please continue."
# Claude took prefills up to 4.5; the catalog says so for the models it knows.
_PREFILLED: Final = ("anthropic.claude-3", "anthropic.claude-v2", "anthropic.claude-instant")


def merge_neighbours(draft: Draft) -> Iterator[Finding]:
    """Make one message of neighbours of one role."""
    turns: list[Turn] = []
    for turn in draft.turns:
        if turns and turns[-1].role == turn.role != "system":
            yield Finding(
                place=turn.place,
                problem=f"follows a message of the same role, {turn.role!r}",
                action=f"made it one message with {turns[-1].place}",
            )
            turns[-1] = join(turns[-1], turn)
        else:
            turns.append(turn)
    draft.turns = turns


def drop_leading_replies(draft: Draft) -> Iterator[Finding]:
    """Leave messages of the assistant out that stand before the user's first."""
    spoken = [turn.role for turn in draft.turns if turn.role != "system"]
    if not spoken or spoken[0] == "user":
        return
    leading: list[Turn] = []
    for turn in draft.turns:
        if turn.role == "user":
            break
        if turn.role == "assistant":
            leading.append(turn)
            yield Finding(
                place=turn.place,
                problem="the conversation does not start with the user",
                action="left the message out",
            )
    draft.turns = [turn for turn in draft.turns if turn not in leading]


def ask_to_go_on(draft: Draft) -> Iterator[Finding]:
    """Ask for more where the assistant has the last word and no reply may be begun for it."""
    spoken = [turn for turn in draft.turns if turn.role != "system" and turn.blocks]
    if not spoken or spoken[-1].role == "user" or _takes_prefill(draft):
        return
    yield Finding(
        place=spoken[-1].place,
        problem="the conversation ends with the assistant's message",
        action=f"added a message of the user, {_GO_ON!r}",
    )
    asked = Block(kind="text", text=_GO_ON, source=_plain_source(spoken[-1], _GO_ON))
    draft.turns.append(Turn(role="user", blocks=(asked,), place=spoken[-1].place))


def settle_late_system(draft: Draft) -> Iterator[Finding]:
    """Let the user say what a system message says in mid-conversation."""
    target = draft.target
    if target.profile is None or target.knows("supports_mid_conversation_system", value=True):
        return
    has_begun = False
    for number, turn in enumerate(draft.turns):
        if turn.role == "system" and has_begun:
            yield Finding(
                place=turn.place,
                problem="a system message stands in mid-conversation",
                action="made its text a message of the user",
            )
            texts = tuple(turn.of_kind("text"))
            draft.turns[number] = replace(turn, role="user", blocks=texts)
        has_begun = has_begun or turn.role != "system"


def need_a_message(draft: Draft) -> Iterator[Finding]:
    """Say that nothing is left that could be sent."""
    if not any(turn.role == "user" for turn in draft.turns):
        yield Finding(place="messages", problem="holds no message of the user", action=None)


def _takes_prefill(draft: Draft) -> bool:
    target = draft.target
    is_refused = target.knows("supports_prefill", value=False)
    is_taken = target.knows("supports_prefill", value=True) or target.begins_with(_PREFILLED)
    return is_taken and not is_refused


def _plain_source(turn: Turn, text: str) -> str | None:
    """Give a new text in the form its neighbour has: a plain string or a block."""
    return text if all(isinstance(block.source, str) for block in turn.blocks) else None
