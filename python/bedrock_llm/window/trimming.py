"""`trim_messages`: LangChain's parameter names over our windows.

    LangChain's keywords ─► options of fit_messages ─► the messages that are kept

What the names mean is LangChain's (`langchain_core.messages.trim_messages` 1.7.2, read 2026-11-22);
what is kept is ours: calls are never parted from results, the newest user turn is always there.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal, TypeAlias, TypedDict, Unpack, cast

from bedrock_llm.errors import ParameterError
from bedrock_llm.fitted import GivenMessage
from bedrock_llm.messages import Message
from bedrock_llm.window.head import count_system_messages
from bedrock_llm.window.job import Job
from bedrock_llm.window.settings import Boundary, StrategyName, WindowSettings, read_settings
from bedrock_llm.wire import suggest_name

CountMessages: TypeAlias = Callable[[list[object]], int]

_STRATEGIES: Final[dict[str, StrategyName]] = {"last": "drop_oldest", "first": "drop_newest"}
_ROLES: Final = {
    "human": "user",
    "user": "user",
    "ai": "assistant",
    "assistant": "assistant",
    "tool": "tool",
    "system": "system",
}
_STARTS: Final = frozenset({"user"})


class TrimOptions(TypedDict, total=False):
    """Name what `trim_messages` takes beside the messages, `max_tokens` and `token_counter`.

    Attributes:
        strategy: `last` keeps the newest messages, `first` the oldest beside the newest user turn.
        include_system: Keep the system messages at the start; they are left out otherwise where
            anything is.
        start_on: What the result starts on; only `human` (or `user`) can be sent.
        end_on: The types of message that it may end on: what comes after the last such one is left
            out first.
        allow_partial: Cut the longest text where what must be kept does not fit.
        text_splitter: Where a text may be cut; for `allow_partial`.
    """

    strategy: Literal["last", "first"]
    include_system: bool
    start_on: str | Sequence[str] | None
    end_on: str | Sequence[str] | None
    allow_partial: bool
    text_splitter: Boundary | None


def trim_messages(
    messages: Iterable[GivenMessage],
    *,
    max_tokens: int,
    token_counter: str | CountMessages,
    **options: Unpack[TrimOptions],
) -> list[GivenMessage]:
    """Keep of a conversation what fits, by LangChain's parameter names.

    Args:
        messages: `Message`s, or mappings of any of the three shapes.
        max_tokens: What the prompt may count.
        token_counter: A model id, or a function that counts a list of messages.
        **options: See `bedrock_llm.window.TrimOptions`.

    Returns:
        The messages that are kept, in the same shape.

    Raises:
        ContextWindowError: Even what must be kept does not fit.
        ParameterError: An option is unknown, or asks for what cannot be sent.
    """
    _check(options)
    given = _end_on(list(messages), options.get("end_on"))
    settings = _read(max_tokens, token_counter, options)
    kept = _run(given, settings, token_counter)
    first = count_system_messages(given)
    if options.get("include_system", True) or len(kept) == len(given):
        return kept
    return _run(given[first:], settings, token_counter)


def _check(options: TrimOptions) -> None:
    for name in options:
        if name not in TrimOptions.__annotations__:
            hint = suggest_name(name, frozenset(TrimOptions.__annotations__))
            raise ParameterError(f"unknown option {name!r}{hint}")
    strategy = options.get("strategy", "last")
    if strategy not in _STRATEGIES:
        raise ParameterError(f"strategy={strategy!r} is neither 'last' nor 'first'")
    starts = _read_roles("start_on", options.get("start_on"))
    if starts and not starts & _STARTS:
        raise ParameterError(
            f"start_on={options.get('start_on')!r} asks for a start that cannot be sent: a "
            "conversation starts with the user; give 'human', or leave it out"
        )


def _read(
    max_tokens: int, token_counter: str | CountMessages, options: TrimOptions
) -> WindowSettings:
    strategy = _STRATEGIES[options.get("strategy", "last")]
    model = token_counter if isinstance(token_counter, str) else ""
    if options.get("allow_partial"):
        if strategy != "drop_oldest" or not model:
            raise ParameterError(
                "allow_partial goes with strategy='last' and a model id as token_counter"
            )
        strategy = "cut_longest"
    cut_at = options.get("text_splitter") or "word"
    return read_settings(max_tokens, model, {"strategy": strategy, "cut_at": cut_at})


def _run(
    given: list[GivenMessage], settings: WindowSettings, token_counter: str | CountMessages
) -> list[GivenMessage]:
    if not given:
        return []
    counter = None if isinstance(token_counter, str) else token_counter
    return Job(given, settings, count_messages=counter).finish().messages


def _end_on(given: list[GivenMessage], end_on: str | Sequence[str] | None) -> list[GivenMessage]:
    wanted = _read_roles("end_on", end_on)
    while wanted and given and _role_of(given[-1]) not in wanted:
        given.pop()
    return given


def _read_roles(name: str, value: str | Sequence[str] | None) -> frozenset[str]:
    asked = (value,) if isinstance(value, str) else value or ()
    for role in asked:
        if role not in _ROLES:
            known = ", ".join(_ROLES)
            raise ParameterError(f"{name}={value!r} names no type of message; known are {known}")
    return frozenset(_ROLES[role] for role in asked)


def _role_of(message: object) -> str:
    if isinstance(message, Message):
        return message.role
    return str(cast("dict[str, object]", message).get("role"))
