"""`Conversation`: a history that grows by appending, and the window of its next turn.

    append ─► messages + ledger (core) ─► fit ─► newest plain exchanges, by prefix sums ─► Fitted
                                           └──► anything else: as `fit_messages`       ─► Fitted

A conversation gives windows as `fit_messages` does for the same messages, without counting
anything twice; those of plain turns are the same to the token. Plain turns that alternate count
independently of each other; the ledger keeps the count of each, so that the next turn counts what
is new and looks only at what it keeps. Windows that reach into calls of tools, or are chosen by
another strategy than `drop_oldest`, are planned anew.

Messages are held as they are, not copied, and may not be changed after they are appended. A fork
shares them, and the counts that are known; from there each goes its own way. What the counts
depend on is the vocabulary and what the prompt puts around a turn: `configure` forgets those counts
that another model, system prompt or tool makes wrong, and no others.

Memory: nine bytes a message beside the message itself, and eight for each of the newest 65 536
counts (`MOST_COUNTS`); `prune` lets go of what no window will hold again. A conversation is for one
thread; forks of it may go to others.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Generic, Self, Unpack, cast

from bedrock_llm._core import ConversationLedger
from bedrock_llm.context import Api
from bedrock_llm.errors import InputError, ParameterError
from bedrock_llm.fitted import Dropped, Fitted, GivenMessage
from bedrock_llm.messages import Message
from bedrock_llm.snapshots import SNAPSHOT_VERSION, read_snapshot, read_value, write_value
from bedrock_llm.window.growing import GrowingPrompt
from bedrock_llm.window.head import build_head
from bedrock_llm.window.job import Job
from bedrock_llm.window.prompt import ModelCounting, find_counting
from bedrock_llm.window.reduction import REDUCING
from bedrock_llm.window.settings import (
    SystemInput,
    ToolsInput,
    WindowOptions,
    WindowSettings,
    read_settings,
)

__all__ = ["MOST_COUNTS", "SNAPSHOT_VERSION", "Conversation"]

MOST_COUNTS: Final = 65_536
"""So many counts a conversation keeps at most, the newest ones."""
_UNLIMITED: Final = 1 << 40


class Conversation(Generic[GivenMessage]):
    """Hold a conversation, and fit it to a window turn after turn.

    Args:
        messages: How it begins: `Message`s, or mappings of Converse's, Anthropic's or OpenAI's
            shape.
        model: The model id whose tokens count.
        system: The system prompt: text, or blocks.
        tools: The declared tools, in any of the three shapes.
        api: How requests are sent.

    Raises:
        MessageError: A message cannot be read.
        ModelIdError: The model id cannot be read.

    Example:
        >>> talk = Conversation(model="openai.gpt-oss-20b-1:0")
        >>> for number in range(3):
        ...     talk.append({"role": "user", "content": f"Question {number}?"})
        ...     talk.append({"role": "assistant", "content": f"Answer {number}."})
        >>> talk.append({"role": "user", "content": "And now?"})
        >>> fitted = talk.fit(max_tokens=100)
        >>> [message["content"] for message in fitted.messages]
        ['Question 2?', 'Answer 2.', 'And now?']
    """

    __slots__ = (
        "_api",
        "_asked",
        "_head_messages",
        "_ledger",
        "_messages",
        "_model",
        "_prompt",
        "_settings",
        "_system",
        "_tools",
    )

    def __init__(
        self,
        messages: Iterable[GivenMessage] = (),
        *,
        model: str,
        system: SystemInput | None = None,
        tools: ToolsInput | None = None,
        api: Api = "converse",
    ) -> None:
        self._messages: list[GivenMessage] = []
        self._ledger = ConversationLedger()
        self._model = model
        self._system = system
        self._tools = tools
        self._api = api
        self._prompt: GrowingPrompt | None = None
        self._head_messages = -1
        self._asked: tuple[int, Mapping[str, object]] | None = None
        self._settings: WindowSettings | None = None
        find_counting(model, api)
        self.extend(messages)

    # --- the messages -----------------------------------------------------------------------

    def append(self, message: GivenMessage) -> None:
        """Add a message at the end.

        Raises:
            MessageError: It cannot be read; nothing was added.
        """
        self._ledger.append(message)
        self._messages.append(message)

    def extend(self, messages: Iterable[GivenMessage]) -> None:
        """Add messages at the end, one after the other.

        Raises:
            MessageError: One cannot be read; those before it were added.
        """
        for message in messages:
            self.append(message)

    @property
    def messages(self) -> list[GivenMessage]:
        """The messages, in a list of the caller's own."""
        return list(self._messages)

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[GivenMessage]:
        return iter(self.messages)

    def __getitem__(self, index: int) -> GivenMessage:
        return self._messages[index]

    def __repr__(self) -> str:
        return f"<Conversation: {len(self)} messages for {self._model!r}>"

    # --- the window -------------------------------------------------------------------------

    def fit(self, *, max_tokens: int, **options: Unpack[WindowOptions]) -> Fitted[GivenMessage]:
        """Keep of the conversation what fits a window.

        Args:
            max_tokens: As `fit_messages` takes it.
            **options: As `fit_messages` takes them; `system`, `tools` and `api` are the
                conversation's own.

        Returns:
            What `fit_messages` gives for the same messages. Where calls of tools or notes make
            costs hard to estimate, a window may hold a group more or less than there; both fit.

        Raises:
            ContextWindowError: Even what must be kept does not fit.
            ParameterError: An option is unknown, out of range, or the conversation's own.
            MessageError: A message cannot be read.
        """
        settings = self._read_settings(max_tokens, options)
        prompt = self._find_prompt()
        return self._fit_newest(settings, prompt) or self._plan(settings).finish()

    @property
    def tokens(self) -> int:
        """What the prompt counts with every message."""
        self._find_prompt()
        whole = self._ledger.newest(self._messages, _UNLIMITED, _UNLIMITED, _UNLIMITED)
        if whole is not None:
            return whole[1]
        return self._plan(self._read_settings(_UNLIMITED, {})).count_all()

    def prune(self, *, max_tokens: int, **options: Unpack[WindowOptions]) -> Fitted[GivenMessage]:
        """Keep what `fit` keeps, and let go of everything else for good.

        Arguments, result and errors are those of `fit`; forks keep what they have.
        """
        fitted = self.fit(max_tokens=max_tokens, **options)
        first = self._ledger.first
        is_newest = not fitted.repairs and not fitted.shortened and len(fitted.dropped) == 1
        if is_newest and fitted.dropped[0].start == first:
            stop = fitted.dropped[0].stop
            self._ledger.drop_oldest(stop - first)
            del self._messages[first:stop]
            self._prompt = None
        elif fitted.is_changed:
            self._messages, self._ledger, self._prompt = [], ConversationLedger(), None
            self.extend(fitted.messages)
        return fitted

    def configure(
        self,
        *,
        model: str | None = None,
        system: SystemInput | None = None,
        tools: ToolsInput | None = None,
    ) -> None:
        """Change the model, the system prompt or the tools; what is not given stays.

        Counts stay that are the same for both: those of a model with another vocabulary go, those
        of one with the same vocabulary and the same prompt format around a turn do not, and those
        of messages do not depend on the system prompt or the tools.

        Args:
            model: Another model id.
            system: Another system prompt; an empty one takes it away.
            tools: Other tools; none in it takes them away.

        Raises:
            ModelIdError: The model id cannot be read.
        """
        if model is not None:
            find_counting(model, self._api)
            self._model = model
        self._system = self._system if system is None else system
        self._tools = self._tools if tools is None else tools
        self._prompt, self._settings = None, None

    def fork(self) -> Self:
        """Give a conversation with the same past, that goes its own way from here.

        The messages and the counts that are known are shared; what is appended to one is not in
        the other.
        """
        branch = type(self)(
            model=self._model, system=self._system, tools=self._tools, api=self._api
        )
        branch._messages = list(self._messages)  # noqa: SLF001  of the same class
        branch._ledger = self._ledger.copy()  # noqa: SLF001  of the same class
        return branch

    # --- snapshots --------------------------------------------------------------------------

    def snapshot(self) -> str:
        """Write the conversation as JSON, with the counts that are known.

        Raises:
            InputError: A message holds what JSON cannot carry.
        """
        start, counts = self._ledger.counts
        body = {
            "version": SNAPSHOT_VERSION,
            "model": self._model,
            "system": write_value(self._system),
            "tools": write_value(self._tools),
            "api": self._api,
            "messages": [write_value(message) for message in self._messages],
            "counts": {"start": start, "tokens": counts, "of": self._counted_with()},
        }
        try:
            return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise InputError(f"the conversation cannot be written as JSON: {error}") from error

    @classmethod
    def restore(cls, snapshot: str) -> "Conversation[Message | Mapping[str, object]]":
        """Read a conversation that `snapshot` wrote.

        Counts are taken over where they were made with the vocabulary and prompt format that the
        model has here and now; else the messages are counted anew.

        Raises:
            InputError: It is no snapshot, or one of another version.
        """
        body = read_snapshot(snapshot)
        restored: Conversation[Message | Mapping[str, object]] = Conversation(
            cast("Iterable[Message]", map(read_value, body["messages"])),  # type: ignore[call-overload]  # checked where it was read
            model=str(body["model"]),
            system=cast("SystemInput | None", read_value(body["system"])),
            tools=cast("ToolsInput | None", read_value(body["tools"])),
            api=cast("Api", body["api"]),
        )
        counts = body["counts"]
        if isinstance(counts, Mapping) and counts["of"] == restored._counted_with():
            restored._ledger.restore_counts(counts["start"], counts["tokens"])
        return restored

    # --- within -----------------------------------------------------------------------------

    @property
    def _counting(self) -> ModelCounting:
        return find_counting(self._model, self._api)

    def _read_settings(self, max_tokens: int, options: Mapping[str, object]) -> WindowSettings:
        asked = (max_tokens, options)
        if self._settings is None or asked != self._asked:
            own = {"system": self._system, "tools": self._tools, "api": self._api}
            _refuse_own(own, options)
            self._settings = read_settings(max_tokens, self._model, {**own, **options})
            self._asked = asked
        return self._settings

    def _find_prompt(self) -> GrowingPrompt:
        """Find what stands around the messages, and tell the ledger what counts."""
        first = self._ledger.first
        if self._prompt is None or self._head_messages != first:
            self._prompt = GrowingPrompt(
                self._messages,
                first=first,
                counting=self._counting,
                head=build_head(self._system, self._tools, self._messages[:first]),
                ledger=self._ledger,
                most=MOST_COUNTS,
            )
            self._head_messages = first
            self._ledger.measure_with(
                self._counting.tokenizer, self._prompt.plain_turns, self._prompt.slack
            )
        return self._prompt

    def _fit_newest(
        self, settings: WindowSettings, prompt: GrowingPrompt
    ) -> Fitted[GivenMessage] | None:
        """Fit by the ledger; None where only the general plan can say."""
        is_simple = settings.strategy == "drop_oldest" and not settings.pinned
        if not is_simple or settings.keep_cached_prefix:
            return None
        budget = settings.budget_tokens
        if settings.conservative:
            budget -= self._counting.margin(budget)
        trigger = min(budget, settings.trigger_tokens or budget)
        target = min(trigger, settings.target_tokens or budget)
        found = self._ledger.newest(self._messages, budget, trigger, target)
        if found is None:
            return None
        start, tokens, _ = found
        first = self._head_messages
        dropped: tuple[Dropped, ...] = ()
        if start > first:
            reason = f"beyond {settings.budget_tokens} tokens (drop_oldest)"
            dropped = (Dropped(start=first, stop=start, reason=reason),)
        kept = self._messages[start:]
        return Fitted(
            messages=self._messages[:first] + kept if first else kept,
            tokens_after=tokens,
            budget_tokens=settings.budget_tokens,
            dropped=dropped,
            exactness=prompt.exactness(()),
            count_before=self._plan_later(settings, len(self._messages)),
        )

    def _plan(self, settings: WindowSettings) -> Job[GivenMessage]:
        """Plan as `fit_messages` does; what earlier turns counted is known."""
        if settings.strategy_name in REDUCING or settings.strategy == "summarize":
            return Job(self._messages, settings)
        prompt = self._find_prompt()
        prompt.next_turn()
        return Job(self._messages, settings, prompt=prompt)

    def _plan_later(self, settings: WindowSettings, length: int) -> "_Counted[GivenMessage]":
        return _Counted(self._messages, length, settings)

    def _counted_with(self) -> list[object]:
        """Name what the counts of messages depend on."""
        prompt = self._find_prompt()
        plain = prompt.plain_turns
        tokenizer = self._counting.tokenizer
        around = None
        if plain is not None:
            edges = [plain.user_edges, plain.assistant_edges]
            around = [*plain.user, *plain.assistant, *edges]
        sha256 = dict(tokenizer.vocabulary.source).get("sha256")
        return [tokenizer.name, sha256, tokenizer.scale_permille, around]


class _Counted(Generic[GivenMessage]):
    """Counts a conversation as it was, if anybody asks."""

    __slots__ = ("_length", "_messages", "_settings")

    def __init__(self, messages: list[GivenMessage], length: int, settings: WindowSettings) -> None:
        self._messages, self._length, self._settings = messages, length, settings

    def __call__(self) -> int:
        messages = self._messages[: self._length]
        return Job(messages, self._settings).count_all()


def _refuse_own(own: Mapping[str, object], options: Mapping[str, object]) -> None:
    from_caller = sorted(own.keys() & options.keys())
    if from_caller:
        raise ParameterError(
            f"{', '.join(from_caller)} belong to the conversation, not to one fit; change them "
            "with configure()"
        )
