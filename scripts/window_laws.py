"""The laws of a window, each checked on what `fit_messages` gave for one conversation.

    case ─► fit_messages, twice and with a larger budget ─► faults, in words; none where all is well

The checks read the messages themselves, by rules of their own.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, Final

from bedrock_llm.context import count_request
from bedrock_llm.errors import ContextWindowError
from bedrock_llm.messages import Message
from bedrock_llm.requests import Request
from bedrock_llm.window import Fitted, fit_messages
from window_histories import MODELS, SHAPES, TOOLS, build_history, build_text

Messages = Sequence[Any]


def summarize(dropped: Messages, target_tokens: int) -> str:
    """Stand for a model that writes a summary."""
    return f"Earlier, {len(dropped)} messages were exchanged; {target_tokens} tokens are free."


def newest_groups(groups: Sequence[Any], _: int) -> Iterator[int]:
    """Stand for a caller's own strategy."""
    return iter(range(len(groups) - 1, -1, -1))


STRATEGIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "drop_oldest": {},
    "drop_newest": {},
    "drop_middle": {},
    "priority": {"priorities": {0: 9.0}},
    "clear_tool_results": {},
    "shorten_tool_results": {"strategy": "clear_tool_results", "result_tokens": 12},
    "dedupe_tool_results": {},
    "cut_longest": {},
    "summarize": {"summarize": summarize, "summary_tokens": 40},
    "function": {"strategy": newest_groups},
}
"""Every strategy, and what it needs."""
_UNSTEADY: Final = frozenset({"priority", "summarize"})
"""Strategies told by message numbers, or that put words in: not the same when asked again."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A conversation and what it shall fit."""

    messages: Messages
    model: str
    shape: str
    strategy: str
    budget: int
    options: Mapping[str, Any]

    def fit(self, messages: Messages, budget: int) -> Fitted[Any]:
        """Fit messages by the case's strategy."""
        options = {"strategy": self.strategy, **STRATEGIES[self.strategy], **self.options}
        return fit_messages(messages, max_tokens=budget, model=self.model, **options)  # type: ignore[arg-type]  # by name


def build_case(source: Random) -> Case:
    """Build a case."""
    shape = source.choice(list(SHAPES))
    has_media = source.random() < 0.5  # noqa: PLR2004  half
    history = build_history(source, has_media=has_media)
    has_calls = any("toolUse" in block for row in history for block in row["content"])
    options: dict[str, Any] = {"tools": TOOLS} if has_calls else {}
    if source.random() < 0.5:  # noqa: PLR2004  half
        options["system"] = build_text(source, 20)
    return Case(
        messages=SHAPES[shape](history),
        model=source.choice(MODELS),
        shape=shape,
        strategy=source.choice(list(STRATEGIES)),
        budget=source.choice([150, 300, 600, 1200, 2400, 5000]) + source.randint(0, 100),
        options=options,
    )


def find_faults(case: Case) -> list[str]:
    """Check every law; none is broken where the list is empty."""
    before = copy.deepcopy(case.messages)
    try:
        fitted = case.fit(case.messages, case.budget)
    except ContextWindowError as error:
        return _check_refusal(error) + _check_same(case, before)
    faults = [fault for law in LAWS for fault in law(case, fitted)]
    return faults + _check_same(case, before)


def _check_refusal(error: ContextWindowError) -> list[str]:
    tokens, limit = error.protected_tokens, error.limit_tokens
    is_right = tokens is not None and limit is not None and tokens > limit
    return [] if is_right else [f"refused: {tokens} of {limit}"]


def _check_same(case: Case, before: Messages) -> list[str]:
    return [] if list(case.messages) == list(before) else ["input changed"]


def check_budget(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """What is kept fits."""
    if fitted.tokens_after > case.budget:
        yield f"{fitted.tokens_after} tokens are over {case.budget}"


def check_count(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """What is kept counts what a request with it counts."""
    if case.shape not in {"converse", "message"}:
        return
    body: dict[str, Any] = {"messages": [_body(message) for message in fitted.messages]}
    if "system" in case.options:
        body["system"] = [{"text": case.options["system"]}]
    if "tools" in case.options:
        body["toolConfig"] = {"tools": case.options["tools"]}
    tokens = count_request(Request.from_converse(body, model_id=case.model)).tokens
    if tokens != fitted.tokens_after:
        yield f"counted {fitted.tokens_after}, and the request counts {tokens}"


def check_turns(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """The user starts, and roles alternate."""
    del case
    sides = [_side(message) for message in fitted.messages]
    if sides[:1] != ["user"]:
        yield f"starts with {sides[:1]}"
    runs = [
        (one, other)
        for one, other in pairwise(fitted.messages)
        if _side(one) == _side(other) and not _is_tool(one)
    ]
    if runs:
        yield "two turns of one side"


def check_pairs(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """Every call has its result in the next turn, and no result is alone."""
    del case
    open_calls: set[str] = set()
    for message in fitted.messages:
        calls, results = _tool_ids(message)
        if not results <= open_calls:
            yield f"results without calls: {sorted(results - open_calls)}"
        open_calls -= results
        if calls and open_calls:
            yield f"calls without results: {sorted(open_calls)}"
        open_calls |= calls
    if open_calls:
        yield f"calls without results at the end: {sorted(open_calls)}"


def check_task(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """The newest user turn is kept, and the newest message."""
    words = [_words(message) for message in case.messages if _is_asking(message)]
    kept = [_words(message) for message in fitted.messages]
    task = words[-1][:5].strip()
    if not any(task in text for text in kept):
        yield "the task is gone"


def check_again(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """Fitting what was fitted changes nothing."""
    if case.strategy in _UNSTEADY:
        return
    again = case.fit(fitted.messages, case.budget)
    if again.messages != fitted.messages or again.tokens_after != fitted.tokens_after:
        yield f"not the same again: {again.dropped} {again.shortened} {again.repairs}"


def check_larger(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """A larger budget never keeps less."""
    larger = case.fit(case.messages, case.budget + 1 + case.budget // 7)
    if len(larger.messages) < len(fitted.messages):
        yield f"{len(larger.messages)} of {len(fitted.messages)} kept with more room"


def check_report(case: Case, fitted: Fitted[Any]) -> Iterator[str]:
    """What is not kept is reported."""
    gone = sum(run.stop - run.start for run in fitted.dropped)
    if not fitted.repairs and gone + len(fitted.messages) != len(case.messages):
        yield f"{gone} dropped and {len(fitted.messages)} kept of {len(case.messages)}"
    if not fitted.is_changed and list(fitted.messages) != list(case.messages):
        yield "changed and nothing said"


LAWS: Final[tuple[Callable[[Case, Fitted[Any]], Iterator[str]], ...]] = (
    check_budget,
    check_count,
    check_turns,
    check_pairs,
    check_task,
    check_again,
    check_larger,
    check_report,
)
"""Every law."""


def _body(message: Any) -> Mapping[str, Any]:
    return message.to_converse() if isinstance(message, Message) else message


def _side(message: Any) -> str:
    role = str(_body(message)["role"])
    return "user" if role == "tool" else role


def _is_tool(message: Any) -> bool:
    return _body(message)["role"] == "tool"


def _blocks(message: Any) -> list[Any]:
    content = _body(message).get("content")
    return [{"text": content}] if isinstance(content, str) else list(content or ())


def _words(message: Any) -> str:
    return "".join(str(block.get("text") or "") for block in _blocks(message))


def _is_asking(message: Any) -> bool:
    return _body(message)["role"] == "user" and bool(_words(message).strip())


def _tool_ids(message: Any) -> tuple[set[str], set[str]]:
    body = _body(message)
    calls = {call["id"] for call in body.get("tool_calls") or ()}
    results = {body["tool_call_id"]} if "tool_call_id" in body else set()
    for block in _blocks(message):
        if "toolUse" in block:
            calls.add(block["toolUse"]["toolUseId"])
        elif block.get("type") == "tool_use":
            calls.add(block["id"])
        elif "toolResult" in block:
            results.add(block["toolResult"]["toolUseId"])
        elif block.get("type") == "tool_result":
            results.add(block["tool_use_id"])
    return calls, results
