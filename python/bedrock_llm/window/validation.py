"""Check a conversation before it is sent, and mend one that cannot be.

    messages ─► shape ─► turns ─┬─ each rule walks a copy ──► violations
                                └─ each rule walks in turn, until none finds anything ──► repairs
                                                                     turns ─► messages, same shape

The rules are rows (`bedrock_llm.window.rules`); this module only walks them. Nothing that is given
is changed: a message that no rule touched is given back as the very object, any other is made anew
of the blocks that stayed. Every repair says where, by which rule and what was done.

    >>> bad = [{"role": "assistant", "content": "hello"}, {"role": "user", "content": "hi"}]
    >>> [violation.rule for violation in validate_messages(bad)]
    ['starts_with_user']
    >>> repair_messages(bad).messages
    [{'role': 'user', 'content': 'hi'}]
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from bedrock_llm.catalog import find_profile
from bedrock_llm.catalog.model_ids import parse_model_id
from bedrock_llm.errors import MessageError, UnknownModelError
from bedrock_llm.messages import Message
from bedrock_llm.window.rules import RULES, Draft, Rule, Target
from bedrock_llm.window.shapes import Shape, find_shape, read_turns, write_turns

ToolsInput: TypeAlias = Mapping[str, object] | Sequence[object]
"""Tools as a list in any shape, or Converse's `toolConfig`."""
GivenMessage = TypeVar("GivenMessage", bound=Message | Mapping[str, object])

# A repair can make another one needed, seldom twice; random histories settle in three rounds.
_MOST_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that a conversation breaks.

    Attributes:
        rule: The rule's name.
        place: Where, such as `messages[2].content[0]`.
        problem: What is wrong there.
        is_repairable: `repair_messages` can mend it.
    """

    rule: str
    place: str
    problem: str
    is_repairable: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.problem} ({self.rule})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Something that was mended.

    Attributes:
        rule: The name of the rule that was broken.
        place: Where, in what was given; a block that a repair made has the place of its cause.
        problem: What was wrong there.
        action: What was done.
    """

    rule: str
    place: str
    problem: str
    action: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.action} ({self.rule})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired(Generic[GivenMessage]):
    """A mended conversation.

    Attributes:
        messages: The messages, in the shape they were given in; untouched ones are the same
            objects.
        repairs: What was done, in the order it was done; empty where nothing was to do.
    """

    messages: list[GivenMessage]
    repairs: tuple[Repair, ...] = ()


def validate_messages(
    messages: Iterable[Message | Mapping[str, object]],
    *,
    model: str | None = None,
    tools: ToolsInput | None = None,
) -> tuple[Violation, ...]:
    """Say which rules a conversation breaks, if it were sent as it is.

    Args:
        messages: Our `Message` objects, or mappings in Converse's, Anthropic's or OpenAI's shape.
        model: The model id it is for; without one, only the rules of every model are checked.
            What the catalog does not know refuses nothing.
        tools: The request's tools. Empty: the request has none, so tool blocks may not remain.
            None: not said, not checked.

    Returns:
        What is broken, by rule; empty where the conversation can be sent.

    Raises:
        MessageError: A message is of no known shape.
        ModelIdError: The model id cannot be read.
    """
    given = list(messages)
    draft = _read(find_shape(given), given, _find_target(model, tools))
    kinds = draft.kinds
    return tuple(
        Violation(
            rule=rule.name,
            place=finding.place,
            problem=finding.problem,
            is_repairable=finding.action is not None,
        )
        for rule in RULES
        if rule.speaks_of(kinds) and rule.holds_for(draft.target)
        for finding in rule.walk(draft.copy())
    )


def repair_messages(
    messages: Iterable[GivenMessage],
    *,
    model: str | None = None,
    tools: ToolsInput | None = None,
) -> Repaired[GivenMessage]:
    """Mend a conversation so that it can be sent, and say what was done.

    What is repaired breaks no rule: `validate_messages` finds nothing in it. Words are never
    dropped but where a rule leaves no room for them; a tool call without a result is given an
    error result that says so.

    Args:
        messages: As `validate_messages` takes them; never changed.
        model: As in `validate_messages`.
        tools: As in `validate_messages`; where the request has none, calls and results are said
            as text.

    Returns:
        The messages in the same shape, and each repair.

    Raises:
        MessageError: A message is of no known shape, or nothing is left that could be sent.
        ModelIdError: The model id cannot be read.
    """
    given = list(messages)
    shape = find_shape(given)
    draft = _read(shape, given, _find_target(model, tools))
    repairs = _settle(draft)
    if not repairs:
        return Repaired(messages=given)
    return Repaired(messages=write_turns(shape, draft.turns), repairs=tuple(repairs))  # type: ignore[arg-type]  # each shape writes what it reads


def _settle(draft: Draft) -> list[Repair]:
    """Walk the rules until none of them finds anything more."""
    rules = [rule for rule in RULES if rule.holds_for(draft.target)]
    repairs: list[Repair] = []
    for _ in range(_MOST_ROUNDS):
        kinds = draft.kinds
        spoken = [rule for rule in rules if rule.speaks_of(kinds)]
        found = [repair for rule in spoken for repair in _mend(rule, draft)]
        if not found:
            return repairs
        repairs += found
    raise MessageError(
        f"the messages do not settle after {_MOST_ROUNDS} rounds of repair; the last was: "
        f"{repairs[-1]}"
    )


def _mend(rule: Rule, draft: Draft) -> Iterable[Repair]:
    for finding in rule.walk(draft):
        if finding.action is None:
            raise MessageError(
                f"{finding.place}: {finding.problem}, and no repair is known ({rule.says}); "
                "give at least one message of the user that has content"
            )
        yield Repair(
            rule=rule.name, place=finding.place, problem=finding.problem, action=finding.action
        )


def _read(shape: Shape, given: Sequence[object], target: Target) -> Draft:
    return Draft(turns=read_turns(shape, given), target=target, shape=shape)


def _find_target(model: str | None, tools: ToolsInput | None) -> Target:
    listed = tools.get("tools", ()) if isinstance(tools, Mapping) else tools
    rows = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    facts: dict[str, object] = {
        "has_tools": None if tools is None else bool(rows),
        "tool_lifetimes": tuple(_lifetimes(rows)),
    }
    if model is None:
        return Target(**facts)  # type: ignore[arg-type]  # the two facts above
    base_id = parse_model_id(model).base_id
    try:
        profile = find_profile(model)
    except UnknownModelError:
        return Target(base_id=base_id, **facts)  # type: ignore[arg-type]  # the two facts above
    return Target(base_id=base_id or profile.base_id, profile=profile, **facts)  # type: ignore[arg-type]  # as above


def _lifetimes(rows: Iterable[object]) -> Iterable[str]:
    for row in rows:
        point = (
            row.get("cachePoint", row.get("cache_control")) if isinstance(row, Mapping) else None
        )
        if isinstance(point, Mapping):
            yield str(point.get("ttl") or "5m")
