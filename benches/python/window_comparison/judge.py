"""The independent checker: what is wrong with a conversation that a library has cut.

    case, outcome ─► RULES, one function each ─► faults, such as `OR3` ─► verdict

It is written from the rules of the service and imports neither our library nor a peer. Messages are
in OpenAI's shape; a kept message is recognised by its tool call ids or by the marks of its text, so
one that was shortened at either end or in the middle is still the same message.

- `SYS`: the system prompt is gone.
- `U`: the first turn is not a plain user turn.
- `ALT`: two turns of one role stand side by side; a turn's tool results are one turn.
- `OR`, `OC`: a tool result without its call in the turn before; a call without its result.
- `LU`: the last plain user turn, which is the task, is gone.
- `OVER`: more than 5 % over the budget, by OpenAI's o200k and the least around each message.
- `waste`: more than half of the budget is left, and all that was dropped would fit there.
- `blank`: a message without words, calls or images.
- `gap`: holes that are neither lost beginnings nor lost rounds of a tool loop, or another order.
- `MUT`: the caller's messages were changed.
- `untrimmed`: nothing was cut and nothing was said.
- `empty`, `gave up`: no message came back; the library returned nothing and raised nothing.
- The name of an exception that is no refusal. A refusal names the budget, and is right only where
  the system prompt and the task alone do not fit.

A library that has no token budget is told how many messages would fit, and `OVER` is judged all
the same: it is what its user gets.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from window_comparison.conversations import Case, Message

LEGEND: Final = (
    "SYS: system prompt lost; U: does not start on a plain user turn; ALT: two turns of one role "
    "side by side; OR, OC: tool results without call, calls without result; LU: the task (last "
    "user turn) lost; OVER: more than 5 % over the budget; untrimmed: over it, and nothing cut; "
    "waste: half of the budget left, where any dropped turn fits; blank: an empty message; gap: "
    "several holes amid the history, or another order; MUT: the caller's messages changed; empty, "
    "gave up: nothing came back; refused: although the system prompt and the task fit; a name: "
    "that exception"
)
Count: TypeAlias = Callable[[str], int]

MESSAGE_TOKENS: Final = 3  # what OpenAI's format puts around a message, the least of all families
IMAGE_TOKENS: Final = 85  # the least that any service bills for an image
LARGE_IMAGE_TOKENS: Final = 260  # what Claude and OpenAI bill for one of 448 x 448 pixels
OVER_SHARE: Final = 1.05
MAX_HOLES: Final = 1
WASTED_SHARE: Final = 0.5
_MARK: Final = re.compile(r"\[note \d{4}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a library did with a case.

    Attributes:
        messages: What it kept, in OpenAI's shape; None where it returned nothing.
        error: The name of the exception that it raised.
        error_text: The exception's message.
        is_refusal: Whether the exception is the library's own, for a budget that is too small.
        is_mutated: Whether the caller's messages were changed.
        may_leave_holes: Whether the library keeps by score, so that holes are what it promises.
    """

    messages: Sequence[Message] | None = None
    error: str | None = None
    error_text: str = ""
    is_refusal: bool = False
    is_mutated: bool = False
    may_leave_holes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A case and what is left of it.

    Attributes:
        case: The case.
        kept: What was kept.
        places: Where each kept message stood; None for a message that is new.
        count: Tokens of a text.
        may_leave_holes: As in `Outcome`.
    """

    case: Case
    kept: Sequence[Message]
    places: Sequence[int | None]
    count: Count
    may_leave_holes: bool


def judge(case: Case, outcome: Outcome, count: Count) -> tuple[str, ...]:
    """Give the faults of an outcome; none where it is right.

    Args:
        case: The conversation and its budget.
        outcome: What a library did.
        count: Tokens of a text, special tokens as ordinary text.
    """
    mutated = ("MUT",) if outcome.is_mutated else ()
    if outcome.error is not None:
        return (*mutated, *judge_error(case, outcome, count))
    if outcome.messages is None:
        return (*mutated, "gave up")
    if not outcome.messages:
        return (*mutated, "empty")
    reading = Reading(
        case=case,
        kept=outcome.messages,
        places=find_places(case.messages, outcome.messages),
        count=count,
        may_leave_holes=outcome.may_leave_holes,
    )
    faults = tuple(fault for rule in RULES for fault in rule(reading))
    return (*mutated, *faults)


def judge_error(case: Case, outcome: Outcome, count: Count) -> Iterator[str]:
    """A refusal is right where the protected part alone does not fit; an error never is."""
    if not outcome.is_refusal:
        yield str(outcome.error)
        return
    task = last_user_place(case.messages)
    protected = [
        message
        for place, message in enumerate(case.messages)
        if message["role"] == "system" or place == task
    ]
    if count_messages(protected, count) <= case.budget_tokens:
        yield f"refused ({outcome.error})"
    elif str(case.budget_tokens) not in re.sub(r"[\s,_\u202f\u00a0]", "", outcome.error_text):
        yield f"no numbers ({outcome.error})"


def find_places(before: Sequence[Message], after: Sequence[Message]) -> list[int | None]:
    """Say where each kept message stood before."""
    known: dict[tuple[str, str], int] = {}
    for place, message in enumerate(before):
        known.update({(message["role"], key): place for key in keys_of(message)})
    return [
        next(
            (
                known[message["role"], key]
                for key in keys_of(message)
                if (message["role"], key) in known
            ),
            None,
        )
        for message in after
    ]


def keys_of(message: Message) -> list[str]:
    """Give what a message is recognised by: ids of tools, else the marks in its text."""
    if message["role"] == "tool":
        return [message.get("tool_call_id") or ""]
    calls = [call["id"] for call in message.get("tool_calls") or ()]
    return calls or _MARK.findall(text_of(message))


def text_of(message: Message) -> str:
    """Give all text of a message."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text") or "") for part in content or ())


def is_plain_user(message: Message) -> bool:
    """Say whether a message is a user turn with words."""
    return message["role"] == "user" and bool(text_of(message).strip())


def last_user_place(messages: Sequence[Message]) -> int | None:
    """Give the place of the last plain user turn."""
    return max((at for at, row in enumerate(messages) if is_plain_user(row)), default=None)


def count_messages(
    messages: Sequence[Message], count: Count, image_tokens: int = IMAGE_TOKENS
) -> int:
    """Count texts, tool calls and images, and the least that goes around a message."""
    total = 0
    for message in messages:
        total += MESSAGE_TOKENS + count(text_of(message))
        for call in message.get("tool_calls") or ():
            total += count(call["function"]["name"]) + count(call["function"]["arguments"])
        if isinstance(message.get("content"), list):
            total += image_tokens * sum("image_url" in part for part in message["content"])
    return total


def check_system(reading: Reading) -> Iterator[str]:
    """The system prompt is kept, word for word."""
    wanted = [text_of(row) for row in reading.case.messages if row["role"] == "system"]
    found = "\n".join(text_of(row) for row in reading.kept if row["role"] == "system")
    if any(text not in found for text in wanted):
        yield "SYS"


def check_start(reading: Reading) -> Iterator[str]:
    """The first turn is a plain user turn."""
    turns = [message for message in reading.kept if message["role"] != "system"]
    if turns and not is_plain_user(turns[0]):
        yield "U"


def check_alternation(reading: Reading) -> Iterator[str]:
    """No two turns of one role stand side by side; results of one turn are one turn."""
    roles = ["user" if row["role"] == "tool" else row["role"] for row in reading.kept]
    doubled = 0
    for place in range(1, len(roles)):
        are_results = all(row["role"] == "tool" for row in reading.kept[place - 1 : place + 1])
        doubled += roles[place] == roles[place - 1] != "system" and not are_results
    if doubled:
        yield "ALT"


def check_tools(reading: Reading) -> Iterator[str]:
    """Every result follows its call, and every call has its result right after it."""
    open_ids: set[str] = set()
    orphan_results = orphan_calls = 0
    for message in reading.kept:
        if message["role"] == "tool":
            call_id = message.get("tool_call_id") or ""
            orphan_results += call_id not in open_ids
            open_ids.discard(call_id)
            continue
        orphan_calls += len(open_ids)
        open_ids = {call["id"] for call in message.get("tool_calls") or ()}
    orphan_calls += len(open_ids)
    if orphan_results:
        yield f"OR{orphan_results}"
    if orphan_calls:
        yield f"OC{orphan_calls}"


def check_task(reading: Reading) -> Iterator[str]:
    """The last plain user turn is kept, whole or shortened, with an image it had."""
    task = last_user_place(reading.case.messages)
    if task is not None and task not in reading.places:
        yield "LU"


def check_budget(reading: Reading) -> Iterator[str]:
    """What is kept fits; what does not fit was cut."""
    total = count_messages(reading.kept, reading.count)
    if total > OVER_SHARE * reading.case.budget_tokens:
        is_whole = [*reading.places] == [*range(len(reading.case.messages))]
        is_same = is_whole and json.dumps(reading.kept) == json.dumps(reading.case.messages)
        yield "untrimmed" if is_same else "OVER"


def check_waste(reading: Reading) -> Iterator[str]:
    """Where less than half of the budget is used, something that was dropped must be too large.

    What is dropped is compared by exchanges: a plain user turn and all up to the next one.
    """
    used = count_messages(reading.kept, reading.count, LARGE_IMAGE_TOKENS)
    free = reading.case.budget_tokens - used
    if free < WASTED_SHARE * reading.case.budget_tokens:
        return
    kept = {place for place in reading.places if place is not None}
    sizes = [
        count_messages(exchange, reading.count, LARGE_IMAGE_TOKENS)
        for start, exchange in find_exchanges(reading.case.messages)
        if not kept & {*range(start, start + len(exchange))}
    ]
    if sizes and max(sizes) <= free:
        yield "waste"


def find_exchanges(messages: Sequence[Message]) -> list[tuple[int, Sequence[Message]]]:
    """Give each exchange with the place of its first message."""
    starts = [place for place, row in enumerate(messages) if is_plain_user(row)]
    return [
        (start, messages[start:stop])
        for start, stop in zip(starts, [*starts[1:], len(messages)], strict=True)
    ]


def check_blank(reading: Reading) -> Iterator[str]:
    """No message is empty, nor any of its texts: the service refuses both."""
    for message in reading.kept:
        content = message.get("content")
        parts = content if isinstance(content, list) else []
        has_blank = any("text" in part and not part["text"].strip() for part in parts)
        is_empty = not text_of(message).strip() and not message.get("tool_calls")
        if has_blank or (is_empty and not parts):
            yield "blank"
            return


def check_holes(reading: Reading) -> Iterator[str]:
    """Messages stand in their order, with one hole at most, and those that are no fault.

    After the system prompt the oldest turns may be gone, and after a plain user turn the rounds of
    tool use under it.
    """
    known = [place for place in reading.places if place is not None]
    before = reading.case.messages
    holes = 0
    for earlier, later in pairwise(known):
        if later <= earlier:
            yield "gap"
            return
        is_lawful = before[earlier]["role"] == "system" or is_plain_user(before[earlier])
        holes += later > earlier + 1 and not is_lawful
    if holes > MAX_HOLES and not reading.may_leave_holes:
        yield "gap"


RULES: Final[tuple[Callable[[Reading], Iterator[str]], ...]] = (
    check_system,
    check_start,
    check_alternation,
    check_tools,
    check_task,
    check_budget,
    check_waste,
    check_blank,
    check_holes,
)
"""Every rule; a new one is a function from a reading to faults and one entry."""


def merge_faults(verdicts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Join the faults of a column's cases: each once, with the largest number it had."""
    largest: dict[str, int] = {}
    for verdict in verdicts:
        for fault in verdict:
            match = re.fullmatch(r"(OR|OC)(\d+)", fault)
            name, number = (match[1], int(match[2])) if match else (fault, 0)
            largest[name] = max(number, largest.get(name, 0))
    return tuple(f"{name}{number or ''}" for name, number in largest.items())


def summarise(cells: Mapping[str, Sequence[str]]) -> int:
    """Count the columns without a fault."""
    return sum(not faults for faults in cells.values())


def describe(faults: Sequence[str]) -> str:
    """Write the faults of a cell."""
    return ", ".join(faults) or "ok"
