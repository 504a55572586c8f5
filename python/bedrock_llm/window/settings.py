"""What `fit_messages` is told beside the messages, checked once.

keywords ──read_settings──► WindowSettings ──rules_of──► WindowRules, which the core reads
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, TypedDict

from bedrock_llm.context import Api
from bedrock_llm.errors import ParameterError
from bedrock_llm.messages import SystemBlock
from bedrock_llm.window.groups import Choose
from bedrock_llm.wire import suggest_name

StrategyName: TypeAlias = Literal[
    "drop_oldest",
    "drop_newest",
    "drop_middle",
    "priority",
    "clear_tool_results",
    "dedupe_tool_results",
    "cut_longest",
    "summarize",
]
Boundary: TypeAlias = Literal["token", "character", "word", "sentence", "line"]
SystemInput: TypeAlias = str | Sequence[Mapping[str, object] | SystemBlock]
ToolsInput: TypeAlias = Sequence[Mapping[str, object]] | Mapping[str, object]
Priorities: TypeAlias = Mapping[int, float] | Sequence[float] | Callable[[object], float]

STRATEGY_NAMES: Final = frozenset(StrategyName.__args__)  # type: ignore[attr-defined]  # a Literal has them
ROLE_PRIORITIES: Final[Mapping[str, float]] = {"user": 2.0, "assistant": 1.0, "tool": 0.0}


class WindowOptions(TypedDict, total=False):
    """Name what `fit_messages` takes beside the messages, `max_tokens` and `model`.

    Attributes:
        system: The system prompt: text, or blocks of Converse's or Anthropic's shape.
        tools: The declared tools, in any of the three shapes, or a `toolConfig`.
        strategy: A name, or a function that is given the groups and the budget in tokens and gives
            the numbers of those to keep, the most important first.
        reserve_tokens: What the reply may take of `max_tokens`.
        thinking_tokens: What reasoning may take of it beside the reply.
        trigger_tokens: Nothing is touched up to so many tokens; by default what is left of
            `max_tokens`.
        target_tokens: Above the trigger, so many are aimed at, so that a prompt cache is not
            broken by every turn; by default as many as are left.
        pinned: Numbers of messages that are always kept, with their groups.
        priorities: Scores of messages for `priority`: by number, one for each, or a function of the
            message; messages without one have that of their role.
        role_priorities: Scores of `user`, `assistant` and `tool` messages.
        keep_cached_prefix: Leave everything alone up to the last cache point before the newest
            group.
        result_tokens: What `clear_tool_results` leaves of a result; 0 leaves the marker alone.
        marker: What stands where something was left out.
        summarize: Given the dropped messages and how many tokens a summary may have, gives it.
        summary_tokens: What a summary may have.
        cut_at: Where a text may be cut: `token`, `character`, `word`, `sentence` or `line`.
        conservative: Count the upper end, so that estimates hold in 99 of 100 recordings.
        api: How the request is sent.
    """

    system: SystemInput | None
    tools: ToolsInput | None
    strategy: StrategyName | Choose
    reserve_tokens: int
    thinking_tokens: int
    trigger_tokens: int | None
    target_tokens: int | None
    pinned: Collection[int]
    priorities: Priorities | None
    role_priorities: Mapping[str, float]
    keep_cached_prefix: bool
    result_tokens: int
    marker: str | None
    summarize: Callable[..., object] | None
    summary_tokens: int | None
    cut_at: Boundary
    conservative: bool
    api: Api


_NAMES: Final = frozenset(WindowOptions.__annotations__)
_COUNTS: Final = ("reserve_tokens", "thinking_tokens", "result_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSettings:
    """Hold the options of one call; see `WindowOptions`."""

    max_tokens: int
    model: str
    system: SystemInput | None = None
    tools: ToolsInput | None = None
    strategy: StrategyName | Choose = "drop_oldest"
    reserve_tokens: int = 0
    thinking_tokens: int = 0
    trigger_tokens: int | None = None
    target_tokens: int | None = None
    pinned: Collection[int] = ()
    priorities: Priorities | None = None
    role_priorities: Mapping[str, float] = field(default_factory=dict)
    keep_cached_prefix: bool = False
    result_tokens: int = 0
    marker: str | None = None
    summarize: Callable[..., object] | None = None
    summary_tokens: int | None = None
    cut_at: Boundary = "word"
    conservative: bool = False
    api: Api = "converse"

    @property
    def budget_tokens(self) -> int:
        """What the prompt may count: the window less what is reserved."""
        return self.max_tokens - self.reserve_tokens - self.thinking_tokens

    @property
    def strategy_name(self) -> str:
        """The strategy's name in the core."""
        return self.strategy if isinstance(self.strategy, str) else "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRules:
    """What the core is told; see `rust/window/plan.rs`."""

    strategy: str
    budget_tokens: int
    trigger_tokens: int
    target_tokens: int
    pinned: Sequence[int] = ()
    keep_cached_prefix: bool = False
    scores: Sequence[tuple[int, float]] = ()
    role_scores: Sequence[float] = (2.0, 1.0, 0.0)
    wanted: Sequence[int] = ()


def read_settings(max_tokens: int, model: str, options: Mapping[str, object]) -> WindowSettings:
    """Check the options of a call.

    Raises:
        ParameterError: A name is unknown, or a value is out of range.
    """
    for name in options:
        if name not in _NAMES:
            raise ParameterError(f"unknown option {name!r}{suggest_name(name, _NAMES)}")
    settings = WindowSettings(max_tokens=max_tokens, model=model, **options)  # type: ignore[arg-type]  # named just above
    _check_strategy(settings)
    _check_counts(settings)
    return settings


def _check_strategy(settings: WindowSettings) -> None:
    strategy = settings.strategy
    if isinstance(strategy, str) and strategy not in STRATEGY_NAMES:
        known = ", ".join(sorted(STRATEGY_NAMES))
        raise ParameterError(
            f"strategy={strategy!r} is none of the known ones: {known}; or give a function of "
            "groups and budget"
        )
    if not isinstance(strategy, str) and not callable(strategy):
        raise ParameterError(f"strategy={strategy!r} is neither a name nor a function")
    if strategy == "summarize" and settings.summarize is None:
        raise ParameterError(
            "strategy='summarize' needs summarize=, a function of the dropped messages and the "
            "tokens a summary may have"
        )


def _check_counts(settings: WindowSettings) -> None:
    for name in _COUNTS:
        value = getattr(settings, name)
        if value < 0:
            raise ParameterError(f"{name}={value} is below 0 tokens; give 0 or more")
    budget = settings.budget_tokens
    if budget < 1:
        raise ParameterError(
            f"max_tokens={settings.max_tokens} leaves {budget} tokens for the prompt after "
            f"reserve_tokens={settings.reserve_tokens} and "
            f"thinking_tokens={settings.thinking_tokens}; raise max_tokens or reserve less"
        )
    trigger, target = settings.trigger_tokens, settings.target_tokens
    if trigger is not None and target is not None and target > trigger:
        raise ParameterError(
            f"target_tokens={target} is above trigger_tokens={trigger}; a window that is cut must "
            "end below what makes it be cut"
        )


def summary_tokens(settings: WindowSettings, budget: int) -> int:
    """Give what a summary may have: what was asked for, else an eighth of the budget."""
    asked = settings.summary_tokens
    return budget // 8 if asked is None else asked
