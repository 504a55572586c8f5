"""One call of `fit_messages`, step by step.

    plan ─► kept runs ─► messages ─► mended ─► summary ─► Fitted
     └───── total ◄───── what is mended is what is counted

Plain turns that alternate need no mending; the core counts them alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import iscoroutine
from typing import Final, Generic, NamedTuple, cast

from bedrock_llm._core import ConversationLedger, plan_window
from bedrock_llm.errors import ContextWindowError, ParameterError
from bedrock_llm.fitted import Dropped, Fitted, GivenMessage, Shortened
from bedrock_llm.framing import Conversation
from bedrock_llm.framing.plain_turns import PlainTurns
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
_UNLIMITED: Final = 1 << 40


class Kept(NamedTuple):
    """What is kept, mended so that it can be sent.

    Attributes:
        messages: The messages, system messages at the start among them.
        repairs: What was mended.
        tokens: What the prompt counts with them.
    """

    messages: list[object]
    repairs: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorePrompt:
    """What the core is told of the prompt; see `rust/python/window.rs`."""

    first: int
    head_tokens: int
    slack: int
    plain: PlainTurns | None
    ledger: ConversationLedger | None
    cost: Callable[[int, bool, int], int | None]
    total: Callable[[list[Run]], int]


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
        self._settled: dict[tuple[Run, ...], Kept] = {}
        self._runs, self._tokens, self._is_plain = self._plan(
            build_rules(settings, self._messages, self._budget, self._prompt),
            lambda runs: self._settle_runs(runs).tokens,
        )

    # --- choosing ---------------------------------------------------------------------------

    @cached_property
    def _budget(self) -> int:
        """What the prompt may count; less the margin where the upper end must fit."""
        budget = self._settings.budget_tokens
        return budget - self._counting.margin(budget) if self._settings.conservative else budget

    @property
    def _first(self) -> int:
        return self._prompt.first

    def _plan(
        self, rules: WindowRules, total: Callable[[list[Run]], int]
    ) -> tuple[list[Run], int | None, bool]:
        prompt = self._prompt
        known = CorePrompt(
            first=prompt.first,
            head_tokens=prompt.head_tokens,
            slack=prompt.slack,
            plain=prompt.plain,
            ledger=prompt.ledger,
            cost=prompt.cost,
            total=total,
        )
        return plan_window(self._messages, self._counting.tokenizer, rules, known)

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

    def _with_summary(self, kept: Kept, summary: object) -> Kept:
        text = str(summary).strip() if summary else ""
        if not text or len(kept.messages) <= self._first:
            return kept
        marker = self._settings.marker or CUT
        tokenizer = self._counting.tokenizer
        room = self._summary_tokens
        while room > tokenizer.count(marker):
            shown = tokenizer.cut(text, room, at="word", marker=marker).text
            lead = lead_with(kept.messages[self._first], _SUMMARY_LEAD + shown)
            led = [*kept.messages[: self._first], lead, *kept.messages[self._first + 1 :]]
            settled = self._settle(led)
            if settled.tokens <= self._budget:
                return settled._replace(repairs=kept.repairs + settled.repairs)
            room -= settled.tokens - self._budget
        return kept

    # --- the result -------------------------------------------------------------------------

    def finish(self, summary: object = None) -> Fitted[GivenMessage]:
        """Build the result.

        Raises:
            ContextWindowError: Even what must be kept does not fit.
            MessageError: What is kept cannot be mended.
        """
        shortened = self._shortened()
        if self._tokens is None:
            kept, more = self._cut()
            shortened += more
        elif self._is_plain:
            kept = Kept(self._select(self._runs), (), self._tokens)
        else:
            kept = self._settle_runs(self._runs)
        kept = self._with_summary(kept, summary)
        return Fitted(
            messages=cast("list[GivenMessage]", kept.messages),
            tokens_after=kept.tokens,
            budget_tokens=self._settings.budget_tokens,
            dropped=tuple(self._dropped()),
            shortened=tuple(shortened),
            repairs=kept.repairs,
            exactness=self._prompt.exactness(self._runs),
            count_before=self.count_all,
        )

    @property
    def is_whole(self) -> bool:
        """Whether everything fits as it is."""
        return self._tokens is not None and self._runs == [
            (self._first, len(self._messages), False)
        ]

    def count_all(self) -> int:
        """Count the prompt with every message."""
        everything = [(self._first, len(self._messages), False)]
        rules = WindowRules(
            strategy="drop_oldest",
            budget_tokens=_UNLIMITED,
            trigger_tokens=_UNLIMITED,
            target_tokens=_UNLIMITED,
        )
        runs, tokens, _ = self._plan(rules, self._prompt.total)
        if tokens is None or runs != everything:
            return self._prompt.total(everything)
        return tokens

    def _select(self, runs: Sequence[Run]) -> list[object]:
        kept = self._messages[: self._first]
        for start, stop, is_reduced in runs:
            if is_reduced:
                kept += [self._reduce(index) for index in range(start, stop)]
            else:
                kept += self._messages[start:stop]
        return kept

    def _shortened(self) -> list[Shortened]:
        if self._reducer is None:
            return []
        return [
            Shortened(index=index, reason=self._reducer.reason)
            for start, stop, is_reduced in self._runs
            if is_reduced
            for index in range(start, stop)
            if self._reduce(index) is not self._messages[index]
        ]

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

    # --- mending ----------------------------------------------------------------------------

    def _settle_runs(self, runs: Sequence[Run]) -> Kept:
        """Mend what would be kept, and count that."""
        key = tuple(runs)
        known = self._settled.get(key)
        if known is None:
            known = self._settled[key] = self._settle(self._select(runs))
        return known

    def _settle(self, messages: list[object]) -> Kept:
        if len(messages) <= self._first:
            return Kept(messages, (), self._prompt.total_of(()))
        mended = repair_messages(
            cast("list[Message]", messages),
            model=self._settings.model or None,
            tools=self._settings.tools,
        )
        kept: list[object] = list(mended.messages)
        repairs = tuple(map(str, mended.repairs))
        return Kept(kept, repairs, self._prompt.total_of(kept[self._first :]))

    # --- what does not fit ------------------------------------------------------------------

    def _cut(self) -> tuple[Kept, list[Shortened]]:
        """Cut the longest text of what must be kept."""
        kept, first = self._select(self._runs), self._first
        if self._settings.strategy != "cut_longest":
            raise self._refuse("or strategy='cut_longest' to cut the longest text")
        cutter = Cutter(
            tokenizer=self._counting.tokenizer,
            at=self._settings.cut_at,
            marker=self._settings.marker or CUT,
            total=lambda rest: self._settle([*kept[:first], *rest]).tokens,
            budget_tokens=self._budget,
        )
        cut = cutter.cut(kept[first:])
        if cut is None:
            raise self._refuse("there is no text left to cut")
        rest, places = cut
        indices = [index for start, stop, _ in self._runs for index in range(start, stop)]
        reason = "the longest text, cut because nothing more could be dropped (cut_longest)"
        shortened = [Shortened(index=indices[place], reason=reason) for place in places]
        return self._settle([*kept[:first], *rest]), shortened

    def _refuse(self, way_out: str) -> ContextWindowError:
        protected = self._settle_runs(self._runs).tokens
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
