"""What the core is told to choose by: budgets, pins, scores, the caller's own order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bedrock_llm.errors import ParameterError
from bedrock_llm.window.counted import CountedPrompt
from bedrock_llm.window.groups import MessageGroup, find_groups
from bedrock_llm.window.prompt import WindowPrompt
from bedrock_llm.window.settings import (
    ROLE_PRIORITIES,
    WindowRules,
    WindowSettings,
    summary_tokens,
)

_SUMMARY_AROUND_TOKENS: Final = 24
_UNLIMITED: Final = 1 << 40


def build_rules(
    settings: WindowSettings,
    messages: Sequence[object],
    budget: int,
    prompt: WindowPrompt | CountedPrompt,
) -> WindowRules:
    """Say what the core must keep to.

    Raises:
        ParameterError: A pin, a score or a chosen group is of no message.
    """
    trigger = min(budget, settings.trigger_tokens or budget)
    target = min(trigger, settings.target_tokens or budget)
    if settings.strategy == "summarize":
        target = min(target, budget - summary_tokens(settings, budget) - _SUMMARY_AROUND_TOKENS)
    roles = {**ROLE_PRIORITIES, **settings.role_priorities}
    return WindowRules(
        strategy=settings.strategy_name,
        budget_tokens=max(0, budget),
        trigger_tokens=max(0, trigger),
        target_tokens=max(0, target),
        pinned=_check_places("pinned", sorted(settings.pinned), messages),
        keep_cached_prefix=settings.keep_cached_prefix,
        scores=tuple(_read_scores(settings, messages)),
        role_scores=(roles["user"], roles["assistant"], roles["tool"]),
        wanted=tuple(_choose(settings, messages, budget, prompt)),
    )


def _check_places(name: str, places: Sequence[int], messages: Sequence[object]) -> Sequence[int]:
    for place in places:
        if not 0 <= place < len(messages):
            raise ParameterError(
                f"{name} names message {place}, and there are {len(messages)}; numbers start at 0"
            )
    return places


def _read_scores(
    settings: WindowSettings, messages: Sequence[object]
) -> Iterator[tuple[int, float]]:
    given = settings.priorities
    if given is None:
        return
    if isinstance(given, Mapping):
        _check_places("priorities", sorted(given), messages)
        yield from ((index, float(score)) for index, score in given.items())
    elif isinstance(given, Sequence):
        _check_places("priorities", range(len(given)), messages)
        yield from ((index, float(score)) for index, score in enumerate(given))
    else:
        yield from ((index, float(given(message))) for index, message in enumerate(messages))


def _choose(
    settings: WindowSettings,
    messages: Sequence[object],
    budget: int,
    prompt: WindowPrompt | CountedPrompt,
) -> Iterator[int]:
    """Ask the caller's own strategy for the groups it keeps; a group is told by a message."""
    choose = settings.strategy
    if isinstance(choose, str):
        return
    groups = [
        replace(group, tokens=_count(group, prompt))
        for group in find_groups(messages, first=prompt.first)  # type: ignore[arg-type]  # read by the core
    ]
    for number in choose(groups, budget):
        if not 0 <= number < len(groups):
            raise ParameterError(
                f"the strategy {choose!r} chose group {number}, and there are {len(groups)}"
            )
        yield groups[number].start


def _count(group: MessageGroup, prompt: WindowPrompt | CountedPrompt) -> int:
    costs = (prompt.cost(index, False, _UNLIMITED) for index in range(group.start, group.stop))  # noqa: FBT003  as the core calls it
    return sum(cost or 0 for cost in costs)
