"""One call of `fit_messages`, step by step.

    plan ─► kept runs ─► messages ─► summary ─► repairs ─► Fitted

A step that makes the prompt larger than it may be (a mended message) sends back to the plan, with
so much less to give away.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from inspect import iscoroutine
from typing import Final, Generic, cast

from bedrock_llm._core import plan_window
from bedrock_llm.errors import ContextWindowError, ParameterError
from bedrock_llm.fitted import Dropped, Fitted, GivenMessage, Shortened
from bedrock_llm.framing import Conversation
from bedrock_llm.messages import Message
from bedrock_llm.window.choosing import build_rules
from bedrock_llm.window.counted import CountedPrompt, find_no_counting
from bedrock_llm.window.cutting import CUT, Cutter, lead_with
from bedrock_llm.window.head import build_head, count_system_messages
from bedrock_llm.window.prompt import ModelCounting, Run, WindowPrompt, find_counting
from bedrock_llm.window.reduction import Reducer, find_reducer, reduce_message
from bedrock_llm.window.settings import WindowRules, WindowSettings, summary_tokens
from bedrock_llm.window.validation import repair_messages

_SUMMARY_LEAD: Final = "Summary of the earlier conversation:\n"
_REPAIR_ROUNDS: Final = 12
_UNLIMITED: Final = 1 << 40


class Job(Generic[GivenMessage]):
    """Fit one conversation.

    Args:
        messages: The conversation.
        settings: What it must fit, and how.
        head: The request without its messages, where it is known already.
        count_messages: The caller's own count of a list of messages, in place of the model's.
        prompt: What counts the messages, where it is known already; the messages are a list then,
            which is not copied, and the strategy reduces no results.
    """

    def __init__(
        self,
        messages: Iterable[GivenMessage],
        settings: WindowSettings,
        *,
        head: Conversation | None = None,
        count_messages: Callable[[list[object]], int] | None = None,
        prompt: WindowPrompt | None = None,
    ) -> None:
        self._messages: list[object] = (
            list(messages) if prompt is None else cast("list[object]", messages)
        )
        self._settings = settings
        self._counting: ModelCounting = (
            find_counting(settings.model, settings.api)
            if count_messages is None
            else find_no_counting()
        )
        self._reducer: Reducer | None = find_reducer(
            settings, self._messages, self._counting.tokenizer
        )
        first = count_system_messages(self._messages)
        self._prompt: WindowPrompt | CountedPrompt
        if prompt is not None:
            self._prompt = prompt
        elif count_messages is None:
            self._prompt = WindowPrompt(
                self._messages,
                first=first,
                counting=self._counting,
                head=head or build_head(settings.system, settings.tools, self._messages[:first]),
                reduce=self._reduce,
            )
        else:
            self._prompt = CountedPrompt(self._messages, first=first, count=count_messages)
        self._runs: list[Run] = []
        self._tokens: int | None = None
        self._is_plain = False
        self._choose(self._budget)

    # --- choosing ---------------------------------------------------------------------------

    @cached_property
    def _budget(self) -> int:
        """What the prompt may count; less the margin where the upper end must fit."""
        budget = self._settings.budget_tokens
        return budget - self._counting.margin(budget) if self._settings.conservative else budget

    @property
    def _first(self) -> int:
        return self._prompt.first

    def _choose(self, budget: int) -> None:
        rules = build_rules(self._settings, self._messages, budget, self._prompt)
        self._runs, self._tokens, self._is_plain = plan_window(
            self._messages, self._counting.tokenizer, rules, self._prompt
        )

    def _reduce(self, index: int) -> object:
        message = self._messages[index]
        return message if self._reducer is None else reduce_message(message, index, self._reducer)

    # --- the summary ------------------------------------------------------------------------

    def ask_summary(self) -> object:
        """Ask the caller for a summary of what is dropped; None where none is wanted."""
        summarize = self._settings.summarize
        if self._settings.strategy != "summarize" or summarize is None or self._tokens is None:
            return None
        dropped = [
            message for start, stop in self._holes() for message in self._messages[start:stop]
        ]
        return summarize(dropped, self._summary_tokens) if dropped else None

    def refuse_awaitable(self, summary: object) -> ParameterError:
        """Say that a summary must be awaited."""
        if iscoroutine(summary):
            summary.close()
        return ParameterError(
            "summarize gave an awaitable; call afit_messages, or give a plain function"
        )

    @property
    def _summary_tokens(self) -> int:
        return summary_tokens(self._settings, self._budget)

    def _with_summary(self, kept: list[object], summary: object) -> list[object]:
        text = str(summary).strip() if summary else ""
        if not text or len(kept) <= self._first:
            return kept
        marker = self._settings.marker or CUT
        tokenizer = self._counting.tokenizer
        room = self._summary_tokens
        while room > tokenizer.count(marker):
            shown = tokenizer.cut(text, room, at="word", marker=marker).text
            lead = lead_with(kept[self._first], _SUMMARY_LEAD + shown)
            led = [*kept[: self._first], lead, *kept[self._first + 1 :]]
            tokens = self._count(led)
            if tokens <= self._budget:
                self._tokens = tokens
                return led
            room -= tokens - self._budget
        return kept

    # --- the result -------------------------------------------------------------------------

    def finish(self, summary: object = None) -> Fitted[GivenMessage]:
        """Build the result.

        Raises:
            ContextWindowError: Even what must be kept does not fit.
            MessageError: What is kept cannot be mended.
        """
        budget = self._budget
        for number in range(_REPAIR_ROUNDS):
            kept, shortened = self._kept()
            if self._tokens is None:
                kept, more = self._cut(kept, budget)
                shortened = [*shortened, *more]
            kept = self._with_summary(kept, summary)
            kept, repairs = self._repair(kept)
            excess = self.tokens - self._budget
            if excess <= 0:
                return self._build(kept, shortened, repairs)
            budget -= excess << number
            self._choose(budget)
        raise self._refuse(kept, "what is mended in them does not fit")

    @property
    def is_whole(self) -> bool:
        """Whether everything fits as it is."""
        return self._tokens is not None and self._runs == [
            (self._first, len(self._messages), False)
        ]

    @property
    def tokens(self) -> int:
        """What the prompt counts with what is kept now."""
        return self._tokens or 0

    def _build(
        self, kept: list[object], shortened: list[Shortened], repairs: tuple[str, ...]
    ) -> Fitted[GivenMessage]:
        return Fitted(
            messages=cast("list[GivenMessage]", kept),
            tokens_after=self.tokens,
            budget_tokens=self._settings.budget_tokens,
            dropped=tuple(self._dropped()),
            shortened=tuple(shortened),
            repairs=repairs,
            exactness=self._prompt.exactness(self._runs),
            count_before=self.count_all,
        )

    def count_all(self) -> int:
        """Count the prompt with every message."""
        everything = [(self._first, len(self._messages), False)]
        rules = WindowRules(
            strategy="drop_oldest",
            budget_tokens=_UNLIMITED,
            trigger_tokens=_UNLIMITED,
            target_tokens=_UNLIMITED,
        )
        tokenizer = self._counting.tokenizer
        runs, tokens, _ = plan_window(self._messages, tokenizer, rules, self._prompt)
        return (
            tokens if tokens is not None and runs == everything else self._prompt.total(everything)
        )

    def _kept(self) -> tuple[list[object], list[Shortened]]:
        kept = self._messages[: self._first]
        shortened = []
        for start, stop, is_reduced in self._runs:
            if not is_reduced or self._reducer is None:
                kept += self._messages[start:stop]
                continue
            for index in range(start, stop):
                message = self._reduce(index)
                kept.append(message)
                if message is not self._messages[index]:
                    shortened.append(Shortened(index=index, reason=self._reducer.reason))
        return kept, shortened

    def _holes(self) -> Iterator[tuple[int, int]]:
        end = self._first
        for start, stop, _ in [*self._runs, (len(self._messages), len(self._messages), False)]:
            if start > end:
                yield end, start
            end = stop

    def _dropped(self) -> Iterator[Dropped]:
        name = self._settings.strategy_name
        for start, stop in self._holes():
            yield Dropped(
                start=start,
                stop=stop,
                reason=f"beyond {self._settings.budget_tokens} tokens ({name})",
            )

    def _count(self, kept: Sequence[object]) -> int:
        return self._prompt.total_of(kept[self._first :])

    # --- what does not fit ------------------------------------------------------------------

    def _cut(
        self, kept: list[object], budget: int
    ) -> tuple[list[object], list[Shortened]]:
        if self._settings.strategy != "cut_longest":
            raise self._refuse(kept, "or strategy='cut_longest' to cut the longest text")
        first = self._first
        cutter = Cutter(
            tokenizer=self._counting.tokenizer,
            at=self._settings.cut_at,
            marker=self._settings.marker or CUT,
            total=lambda rest: self._count([*kept[:first], *rest]),
            budget_tokens=budget,
        )
        cut = cutter.cut(kept[first:])
        if cut is None:
            raise self._refuse(kept, "there is no text left to cut")
        rest, places = cut
        self._tokens = self._count([*kept[:first], *rest])
        indices = [index for start, stop, _ in self._runs for index in range(start, stop)]
        reason = "the longest text, cut because nothing more could be dropped (cut_longest)"
        return [*kept[:first], *rest], [
            Shortened(index=indices[place], reason=reason) for place in places
        ]

    def _refuse(self, kept: list[object], way_out: str) -> ContextWindowError:
        protected = self._count(self._repair(kept)[0])
        settings = self._settings
        reserved = settings.reserve_tokens + settings.thinking_tokens
        needed = protected + settings.budget_tokens - self._budget + reserved
        beside = f" (max_tokens={settings.max_tokens} less {reserved} reserved)" if reserved else ""
        return ContextWindowError(
            f"system prompt, tools, task and newest messages alone have {protected} tokens and "
            f"{self._budget} are left for the prompt{beside}; give max_tokens={needed} or more, "
            f"{way_out}",
            model_id=settings.model,
            limit_tokens=self._budget,
            protected_tokens=protected,
        )

    # --- repairs ----------------------------------------------------------------------------

    def _repair(self, kept: list[object]) -> tuple[list[object], tuple[str, ...]]:
        """Mend what is kept, so that it can be sent; plain turns that alternate need no mending."""
        if self._is_plain or len(kept) <= self._first:
            return kept, ()
        mended = repair_messages(
            cast("list[Message]", kept),
            model=self._settings.model or None,
            tools=self._settings.tools,
        )
        if not mended.repairs:
            return kept, ()
        messages: list[object] = list(mended.messages)
        self._tokens = self._count(messages)
        return messages, tuple(map(str, mended.repairs))
