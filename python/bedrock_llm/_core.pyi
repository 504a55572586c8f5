# ruff: noqa: PYI021  a stub is where the interface of compiled code is documented
"""The core, written in Rust: vocabularies, counting with them, prompts, windows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Final, Literal, Protocol, Self, TypeAlias, TypeVar, final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

__all__ = [
    "BUILD_PROFILE",
    "ControlTable",
    "ConversationLedger",
    "CutText",
    "JinjaTemplate",
    "PromptPage",
    "TokenBudget",
    "TokenCounter",
    "Vocabulary",
    "group_messages",
    "list_templates",
    "plan_window",
    "render_prompt",
]

BUILD_PROFILE: Final[Literal["debug", "release"]]
"""How the core was compiled: a debug build counts the same, many times slower."""

_Keep: TypeAlias = Literal["head", "tail", "ends"]
_At: TypeAlias = Literal["token", "character", "word", "sentence", "line"]

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

_SpanKind: TypeAlias = Literal["control", "template", "content"]
_Owner: TypeAlias = int | Literal["system", "tools"]
_Texts: TypeAlias = Iterable[str | None] | _ArrowArray | _ArrowStream

@final
class CutText:
    """A text that fits, and whether it was cut for that; `str()` gives the text."""

    @property
    def text(self) -> str:
        """The text that fits, marker included; the very same object where nothing was cut."""

    @property
    def tokens(self) -> int:
        """What the text counts."""

    @property
    def is_cut(self) -> bool:
        """Whether anything was left out."""

    @property
    def at(self) -> _At:
        """The kind of place it was cut at.

        A finer one than asked for where there was none of those in what fits.
        """

@final
class TokenBudget:
    """A budget of tokens that texts are added to as long as they fit; threads may share it.

    Example:
        >>> from bedrock_llm import TokenBudget, Tokenizer
        >>> budget = TokenBudget(Tokenizer.for_name("o200k"), 5)
        >>> [budget.try_add(text) for text in ("one two three", "four five six", "seven")]
        [True, False, True]
        >>> budget.remaining
        1
    """

    def __new__(cls, tokenizer: TokenCounter, limit: int) -> Self:
        """Make an unused budget.

        Args:
            tokenizer: What counts.
            limit: The tokens of the budget.

        Raises:
            ParameterError: The limit is negative.
        """

    @property
    def tokenizer(self) -> TokenCounter:
        """What counts."""

    @property
    def limit(self) -> int:
        """The tokens of the budget."""

    @property
    def used(self) -> int:
        """The tokens used; never above the limit."""

    @property
    def remaining(self) -> int:
        """The tokens left."""

    def try_add(self, text: str, /) -> bool:
        """Use the tokens of a text if that many are left; tell whether they were.

        The time it takes depends on the tokens left, not on the text.
        """

    def add(self, text: str, /) -> int:
        """Use the tokens of a text and give how many they are.

        Raises:
            TokenBudgetError: Fewer are left; then none is used.
        """

    def reset(self) -> None:
        """Forget what was used."""

@final
class Vocabulary:
    """A vocabulary in memory: what was loaded, and from where; threads may share it.

    A loader raises VocabularyMissingError where there is no such file, and TokenizerError where it
    cannot be read or is not what it should be.
    """

    @property
    def name(self) -> str:
        """The vocabulary's name."""

    @property
    def kind(self) -> str:
        """What kind it is: "byte-level", "sentencepiece", "claude", "tokenizers" or "mixed"."""

    @property
    def note(self) -> str | None:
        """Why our own engine does not count it; None where it does."""

    @property
    def exactness(self) -> str:
        """How counts are known, such as "exact"."""

    @property
    def grammar(self) -> str | None:
        """The pre-tokenizer's name; None where the kind has none."""

    @property
    def pattern(self) -> str | None:
        """The regexes that the pre-tokenizer equals, one stage a line; None where it has none."""

    @property
    def vocabulary_size(self) -> int | None:
        """The highest id and one, special tokens included; None where there are no ids."""

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens, which text never becomes: id by text."""

    @property
    def user_tokens(self) -> dict[str, int]:
        """The texts that become one id wherever they stand: id by text."""

    @property
    def frame_tokens(self) -> int | None:
        """The tokens of a request with one message without its text; None where not measured."""

    @property
    def source(self) -> dict[str, str]:
        """Where the vocabulary came from: package, version, file, sha256 and licence.

        The texts are empty where the file does not say, as a `.model` file does not.
        """

    @staticmethod
    def open(path: str | PathLike[str], /) -> Vocabulary:
        """Read a packed byte-level vocabulary file."""

    @staticmethod
    def from_packed(data: bytes, /) -> Vocabulary:
        """Read a packed byte-level vocabulary."""

    @staticmethod
    def open_claude(path: str | PathLike[str], frame: str, /) -> Vocabulary:
        """Read a packed table file of Claude's and take one of its frames; it has no ids."""

    @staticmethod
    def from_packed_claude(data: bytes, frame: str, /) -> Vocabulary:
        """Read a packed table of Claude's and take one of its frames; it has no ids."""

    @staticmethod
    def open_pieces(path: str | PathLike[str], name: str, /) -> Vocabulary:
        """Read one vocabulary of a packed file of pieces."""

    @staticmethod
    def from_packed_pieces(data: bytes, name: str, /) -> Vocabulary:
        """Read one vocabulary of the bytes of a packed file of pieces."""

    @staticmethod
    def from_model(data: bytes, name: str, /) -> Vocabulary:
        """Read the bytes of a SentencePiece `.model` file, which holds no name."""

    @staticmethod
    def from_file(
        path: str | PathLike[str],
        /,
        *,
        name: str | None = None,
        grammar: str | None = None,
        special_tokens: dict[str, int] | None = None,
    ) -> Vocabulary:
        """Open a vocabulary file, whose content tells its kind; as `Tokenizer.from_file`."""

    @staticmethod
    def open_ranks(path: str | PathLike[str], name: str, /) -> Vocabulary:
        """Read the tiktoken rank file that is published under a name, such as llama3.

        The name tells the grammar and the special tokens, which the file does not hold. Counts are
        "probable" where the file is not the published one.
        """

    @staticmethod
    def mixed(
        name: str,
        rest: TokenCounter,
        shares: Sequence[tuple[TokenCounter, Sequence[tuple[str, str]]]],
        /,
    ) -> Vocabulary:
        """Join a counter for each script, and one for all other text; it has no ids.

        Each run of one script counts as a text by itself, and so does what is between.

        Args:
            name: The name of the vocabulary.
            rest: Counts what no share takes.
            shares: What counts a script, and the first and last character of each of its ranges,
                of which no two may overlap.
        """

@disjoint_base
class TokenCounter:
    """Counts, encodes and decodes text with a vocabulary; it never changes, threads may share it.

    Lone surrogates, which have no UTF-8, are read as U+FFFD, a pair as its character. Text above
    32 KiB is worked on with the interpreter released.
    """

    def __new__(
        cls, vocabulary: Vocabulary, /, *, scale_permille: int = 1000, refusal: str | None = None
    ) -> Self:
        """Make a counter.

        Args:
            vocabulary: What counts.
            scale_permille: Tokens counted per 1 000 tokens of the vocabulary, rounded up.
            refusal: Where the vocabulary's ids are not the model's: the message of the
                TokenizerError that asking for ids raises.

        Raises:
            ParameterError: The scale is 0.
        """

    def __init_subclass__(cls) -> None:
        """Make counting as fast in a subclass as it is here."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary it counts with."""

    @property
    def scale_permille(self) -> int:
        """Tokens counted per 1 000 tokens of the vocabulary."""

    def count(self, text: str, /) -> int:
        """Count the tokens of a text; at most 2**32 - 1."""

    def count_up_to(self, text: str, limit: int) -> int | None:
        """Count the tokens of a text, but stop early where there are more than a limit.

        Args:
            text: The text.
            limit: The most tokens of interest.

        Returns:
            The count, as `count` gives it, or None if it is above the limit.

        Raises:
            ParameterError: The limit is negative.
        """

    def fits(self, text: str, limit: int) -> bool:
        """Tell whether a text counts at most a limit; often its size alone is the answer.

        Raises:
            ParameterError: The limit is negative.
        """

    def count_batch(
        self, texts: _Texts, /, *, threads: int | None = None, null_tokens: int | None = None
    ) -> NDArray[np.uint32]:
        """Count the tokens of each text.

        Args:
            texts: n texts: an iterable of str, a NumPy array of one dimension (str, StringDType,
                object), or anything that exports Arrow's Utf8, LargeUtf8 or Utf8View through the
                PyCapsule interface, such as a pyarrow array or a polars Series; such a column is
                read in place.
            threads: The most threads, no more than there are processors; None takes all of them
                where the texts have above 256 KiB, else one. They end with the call, so that a
                fork at any time is safe.
            null_tokens: What a null or None counts; None refuses nulls, as they have no count.

        Returns:
            Tokens per text, shape (n,), uint32.

        Raises:
            ParameterError: A row is null (the message names the first), the Arrow array holds no
                texts or is broken, there is more than one dimension, or `threads` is below 1.
            TypeError: A row is no str.
        """

    def encode_batch(self, texts: _Texts, /, *, threads: int | None = None) -> list[list[int]]:
        """Encode each text into token ids.

        Args:
            texts: As for `count_batch`, without nulls.
            threads: As for `count_batch`.

        Raises:
            ParameterError: As for `count_batch`.
            TypeError: A row is no str.
            TokenizerError: As for `encode`.
        """

    def cut(
        self,
        text: str,
        max_tokens: int,
        *,
        keep: _Keep = "head",
        at: _At = "token",
        marker: str | None = None,
    ) -> CutText:
        """Cut a text so that it counts at most `max_tokens`.

        `count(result.text) <= max_tokens` holds for every text and vocabulary: what is kept is
        counted as it is, marker included. The work depends on `max_tokens`, not on the text.

        Args:
            text: The text.
            max_tokens: The most tokens of the result.
            keep: Which part to keep: the "head", the "tail", or both "ends" in equal shares.
            at: Where the text may be cut. "token": between any two characters (code points).
                "character": between characters as readers see them, so never before a combining
                mark or inside an emoji of several parts. "word", "sentence": by Unicode's rules
                (UAX 29); white space at the cut goes. "line": behind a line feed. Where what fits
                holds no such place the next finer kind is used, down to "character", and the
                result says which.
            marker: What stands where text was left out, such as "…"; counted within `max_tokens`.

        Returns:
            The text, its count, and whether and where it was cut.

        Raises:
            ParameterError: `max_tokens` is negative, the marker alone counts more, or `keep` or
                `at` is unknown.
        """

    def encode(self, text: str, /) -> list[int]:
        """Encode a text into token ids.

        Raises:
            TokenizerError: The ids are not known: the tokenizer is an estimate, or Claude's.
        """

    def encode_array(self, text: str, /) -> NDArray[np.uint32]:
        """Encode a text into token ids, as an array.

        Returns:
            The ids, shape (n,), uint32.

        Raises:
            TokenizerError: As for `encode`.
        """

    def find_token(self, token: bytes, /) -> int | None:
        """Find the id of the token with these bytes, which is not special; None if there is none.

        Only a byte-level vocabulary is looked into.

        Raises:
            TokenizerError: The tokenizer is an estimate.
        """

    def decode(self, ids: Sequence[int], /) -> str:
        """Decode token ids into text; bytes that are no UTF-8 become U+FFFD.

        Raises:
            UnknownTokenError: There is no such id.
            TokenizerError: The ids are not known, as in `encode`.
        """

    def decode_bytes(self, ids: Sequence[int], /) -> bytes:
        """Decode token ids into the bytes they stand for.

        SentencePiece leaves one space out where the text starts with the one that encoding put
        there.

        Raises:
            UnknownTokenError: There is no such id.
            TokenizerError: The ids are not known, as in `encode`.
        """

@final
class PromptPage:
    """A rendered prompt: text, spans, and what its ids are with a vocabulary."""

    @property
    def text(self) -> str:
        """The prompt."""

    @property
    def neutralized(self) -> int:
        """The places of content that held a control token."""

    @property
    def omitted(self) -> list[str]:
        """The kinds of blocks that the messages have and the prompt has not."""

    @property
    def spans(self) -> list[tuple[int, _SpanKind, _Owner | None, bool]]:
        """The spans as `(end, kind, owner, after_seam)`, ends in characters.

        After a seam the vendor's encoder starts anew.
        """

    def encode(self, tokenizer: TokenCounter, /, *, is_joined: bool = False) -> list[int]:
        """Give the ids; joined over seams as a tokenizer of the finished text gives them.

        Raises:
            TokenizerError: The vocabulary's ids are not the model's, or not public.
        """

    def count(self, tokenizer: TokenCounter, /, *, is_joined: bool = False) -> int:
        """Count the tokens, joined as for `encode`."""

    def runs(self, tokenizer: TokenCounter, /, *, is_joined: bool = False) -> tuple[int, list[str]]:
        """Give the number of control tokens, and the texts that `count` counts beside them."""

    def measure(
        self, tokenizer: TokenCounter, /, *, is_joined: bool = False
    ) -> tuple[int, int, list[int], int]:
        """Count by owner: system, tools, each message, and what the template puts around them."""

def list_templates() -> list[tuple[str, str]]:
    """Give the templates as `(name, source)`."""

def render_prompt(
    template: str,
    messages: Iterable[object],
    system: str | Iterable[object] | None = None,
    tools: Iterable[object] | Mapping[str, object] | None = None,
    date: tuple[int, int, int] | None = None,
    thinking: bool | None = None,
    control_tokens: str = "escape",
    is_lenient: bool = False,
    /,
) -> PromptPage:
    """Render messages with a template; as `bedrock_llm.format_prompt`.

    Args:
        template: The template's name.
        messages: Dicts of the shapes of Converse, Anthropic and OpenAI, or our models.
        system: The system prompt.
        tools: Declared tools.
        date: Year, month and day.
        thinking: Whether the model is to think first.
        control_tokens: What happens to control tokens that content spells.
        is_lenient: Whether what the template has no form for is left out and named in `omitted`.

    Raises:
        MessageError: A message is malformed, or has no form in the template.
        ParameterError: No template has the name, or no mode of `control_tokens`.
    """

@final
class ControlTable:
    """What a family reads as structure: special tokens and markers."""

    def __new__(
        cls,
        name: str,
        words: list[str],
        /,
        *,
        line_markers: list[str] = ...,
        normalization: str = "none",
    ) -> Self:
        """Make a table.

        Args:
            name: What it is called in messages.
            words: Tokens and markers that count wherever they stand.
            line_markers: Markers that count at the start of a line.
            normalization: What the tokenizer does to a text first: `none`, `NFC` or `NFKC`.

        Raises:
            ParameterError: A word is empty, too long or holds U+200B; the form is unknown.
        """

    @staticmethod
    def of_template(template: str, /) -> ControlTable:
        """Find the table of a template.

        Raises:
            ParameterError: No template has the name.
        """

    @property
    def name(self) -> str:
        """The table's name."""

    @property
    def words(self) -> list[str]:
        """Tokens and markers that count wherever they stand, sorted."""

    @property
    def line_markers(self) -> list[str]:
        """Markers that count at the start of a line, sorted."""

    def neutralize(self, text: str, mode: str = "escape", /) -> tuple[str, int]:
        """Make a text safe; give it, and in how many places it was changed.

        Raises:
            ControlTokenError: The text holds a token, and it is to be rejected.
            ParameterError: There is no such mode.
        """

    def count_places(self, text: str, /) -> int:
        """Count the places of a text where a token or marker stands."""

    def restore(self, text: str, /) -> str:
        """Take the marks out that escaping put into a text."""

@final
class JinjaTemplate:
    """A compiled chat template; as `bedrock_llm.template.ChatTemplate`."""

    def __new__(
        cls,
        source: str,
        table: ControlTable,
        /,
        *,
        max_steps: int | None = None,
        max_output_bytes: int | None = None,
    ) -> Self:
        """Compile a template.

        Raises:
            ChatTemplateError: It is none.
        """

    def render(
        self,
        content: Mapping[str, object],
        trusted: Mapping[str, str],
        /,
        *,
        date: tuple[int, int, int] | None = None,
        control_tokens: str = "escape",
    ) -> tuple[str, int]:
        """Render; give the prompt and in how many places content was made safe.

        Args:
            content: What people wrote, by variable.
            trusted: What the tokenizer defines, by variable.
            date: Year, month and day.
            control_tokens: What happens to control tokens that content spells.

        Raises:
            ChatTemplateError: The template fails, or passes a limit.
            ControlTokenError: As for `ControlTable.neutralize`.
        """

_Message = TypeVar("_Message")
_GroupKind: TypeAlias = Literal["user", "assistant", "tools"]

def group_messages(messages: list[object], /, first: int = 0) -> list[tuple[int, int, _GroupKind]]:
    """Find the groups of messages, oldest first; groups are never parted.

    Args:
        messages: Mappings of Converse's, Anthropic's or OpenAI's shape, or `Message`s.
        first: The first message; those before it, such as system prompts, are in no group.

    Returns:
        For each group its first message, the one after its last, and what it is: a turn of the
        `user`, of the `assistant`, or one with calls of `tools` and all their results.

    Raises:
        MessageError: A message has no role, or one that is not known.
    """

class _WindowRules(Protocol):
    @property
    def strategy(self) -> str: ...
    @property
    def budget_tokens(self) -> int: ...
    @property
    def trigger_tokens(self) -> int: ...
    @property
    def target_tokens(self) -> int: ...
    @property
    def pinned(self) -> Sequence[int]: ...
    @property
    def keep_cached_prefix(self) -> bool: ...
    @property
    def scores(self) -> Sequence[tuple[int, float]]: ...
    @property
    def role_scores(self) -> Sequence[float]: ...
    @property
    def wanted(self) -> Sequence[int]: ...

class _PlainTurns(Protocol):
    @property
    def user(self) -> tuple[str, str]: ...
    @property
    def first_user(self) -> tuple[str, str]: ...
    @property
    def last_user(self) -> tuple[str, str]: ...
    @property
    def only_user(self) -> tuple[str, str]: ...
    @property
    def assistant(self) -> tuple[str, str]: ...
    @property
    def base_tokens(self) -> int: ...
    @property
    def pair_tokens(self) -> int: ...
    @property
    def user_edges(self) -> str: ...
    @property
    def assistant_edges(self) -> str: ...

class _WindowPrompt(Protocol):
    @property
    def first(self) -> int: ...
    @property
    def head_tokens(self) -> int: ...
    @property
    def slack(self) -> int: ...
    @property
    def plain(self) -> _PlainTurns | None: ...
    @property
    def ledger(self) -> ConversationLedger | None: ...
    @property
    def cost(self) -> Callable[[int, bool, int], int | None]: ...
    @property
    def total(self) -> Callable[[list[tuple[int, int, bool]]], int]: ...

def plan_window(
    messages: list[object],
    counter: TokenCounter,
    rules: _WindowRules,
    prompt: _WindowPrompt,
    /,
) -> tuple[list[tuple[int, int, bool]], int | None, bool]:
    """Choose what is kept of messages so that a prompt fits.

    Args:
        messages: Mappings of Converse's, Anthropic's or OpenAI's shape, or `Message`s.
        counter: Counts plain messages.
        rules: The strategy, the budget, and what is always kept.
        prompt: What the prompt has around the messages, and how those are counted that are not
            plain: `cost(index, is_reduced, limit)` of one, `total(runs)` of the whole prompt.

    Returns:
        The runs that are kept (first message, the one after the last, whether tool results are
        reduced); the tokens of the prompt with them, None where the protected part alone is too
        large; and whether they are nothing but text in turns that alternate.

    Raises:
        MessageError: A message cannot be read.
        ParameterError: No strategy has the name.
    """

@final
class ConversationLedger:
    """The counts of an append-only conversation; threads may share it.

    It holds no messages: the list it is asked about must be the one whose messages it was told of.
    """

    def __new__(cls) -> Self: ...
    def __len__(self) -> int:
        """Give the number of messages."""

    @property
    def first(self) -> int:
        """The number of system prompts that stand before everything."""

    @property
    def counts(self) -> tuple[int, list[int]]:
        """The first counted message, and the counts from it on, at most 65 536."""

    def append(self, message: object, /) -> None:
        """Note a message.

        Raises:
            MessageError: It cannot be read.
        """

    def is_plain(self, index: int, /) -> bool:
        """Tell whether a message is plain to the prompt that is counted now."""

    def measure_with(
        self, counter: TokenCounter, turns: _PlainTurns | None, slack_tokens: int, /
    ) -> None:
        """Say what counts from now on; counts that it would give again are kept.

        Args:
            counter: The vocabulary.
            turns: What the prompt has around plain turns; None where those depend on each other.
            slack_tokens: How far the sum of the messages may be above the total.
        """

    def newest(
        self,
        messages: list[_Message],
        budget_tokens: int,
        trigger_tokens: int,
        target_tokens: int,
        /,
    ) -> tuple[int, int, int] | None:
        """Find the newest messages that fit.

        Args:
            messages: The messages the ledger was told of.
            budget_tokens: The most tokens of the prompt.
            trigger_tokens: Nothing is dropped up to so many; at most the budget.
            target_tokens: Above the trigger, so many are aimed at; at most the trigger.

        Returns:
            The first message that is kept, what the prompt counts, and how many texts were
            counted; None where only the general plan can say.

        Raises:
            MessageError: A message cannot be read, or is not any more what it was.
        """

    def drop_oldest(self, count: int, /) -> None:
        """Drop messages from the front, leading system prompts excepted."""

    def copy(self) -> ConversationLedger:
        """Give a ledger that goes its own way from here."""

    def restore_counts(self, start: int, counts: Sequence[int], /) -> None:
        """Take counts that were given out before.

        Raises:
            ParameterError: They reach beyond the messages.
        """
