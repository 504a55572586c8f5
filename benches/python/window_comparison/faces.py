"""What a library looks like to the bench, and the tokenizer that all of them share.

    messages in OpenAI's shape ─► read ─► the library's ─► fit ─► its result ─► write ─► messages

Only `fit` is timed. This file runs inside the environment of each peer: standard library, and
tiktoken where it is asked for. Libraries that take a counter get `count_message`, which counts
what the judge counts and one token more around each message; so whoever is over the budget with
it has not counted what it keeps.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]

FRAME_TOKENS = 4
IMAGE_TOKENS = 85
ENCODING = "o200k_base"
MODEL = "gpt-4o"


def unchanged(value: Any) -> Any:
    """Give the value: for libraries whose messages are OpenAI's dicts."""
    return value


def tell_budget(given: Any, limit: int) -> int:
    """Tell a library the budget: for those that count tokens."""
    del given
    return limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How a library is called.

    Attributes:
        fit: Makes the library's messages fit so many tokens.
        tell: Gives what the library is told for a budget in tokens: the budget itself, or for
            libraries that keep a number of messages how many fit.
        read: Makes the library's messages of OpenAI's.
        write: Makes OpenAI's messages of the library's result; None is nothing returned.
        write_input: Makes OpenAI's messages of the library's input, to see whether it was changed.
        refusals: What the library raises where a budget is too small for it.
        count_calls: Says how often the tokenizer is asked to fit a history; None where it is
            tiktoken, which the worker watches itself.
        cut: Cuts one text to so many tokens; None where the library has no such call.
        converse: Opens a long conversation, and gives what one more turn costs: adding a reply and
            a question, and fitting the next call. None where nothing is kept between calls.
    """

    fit: Callable[[Any, int], Any]
    tell: Callable[[Any, int], int] = tell_budget
    read: Callable[[list[Message]], Any] = unchanged
    write: Callable[[Any], list[Message] | None] = unchanged
    write_input: Callable[[Any], list[Message]] = unchanged
    refusals: tuple[type[Exception], ...] = ()
    count_calls: Callable[[list[Message], int], int] | None = None
    cut: Callable[[str, int], str] | None = None
    converse: Callable[[list[Message], int], Callable[[Message, Message], object]] | None = None


@dataclass(slots=True)
class Meter:
    """How often tiktoken was asked to encode."""

    calls: int = 0
    characters: int = 0
    names: tuple[str, ...] = field(default=("encode", "encode_ordinary", "encode_to_numpy"))


def use_ranks(data: Path) -> None:
    """Let tiktoken read its rank files from a folder: it would download them."""
    load = import_module("tiktoken.load")
    vars(load)["read_file_cached"] = lambda address, *_: (
        data / address.rpartition("/")[2]
    ).read_bytes()


@lru_cache
def encode() -> Callable[[str], list[int]]:
    """Give the shared encoding's way to encode ordinary text."""
    encoding = import_module("tiktoken").get_encoding(ENCODING)
    return lambda text: list(encoding.encode_ordinary(text))


def count_text(text: str) -> int:
    """Count a text; special tokens are ordinary text."""
    return len(encode()(text))


def count_message(message: Message) -> int:
    """Count a message in OpenAI's shape: texts, tool calls, images, and what is around it."""
    content = message.get("content") or ""
    parts = [{"text": content}] if isinstance(content, str) else content
    total = FRAME_TOKENS
    for part in parts:
        total += IMAGE_TOKENS if "image_url" in part else count_text(part.get("text") or "")
    for call in message.get("tool_calls") or ():
        total += count_text(call["function"]["name"] + call["function"]["arguments"])
    return total


def count_that_fit(turns: Sequence[Sequence[Message]], limit: int) -> int:
    """Give how many turns from the end fit, for libraries that keep a number of messages.

    Args:
        turns: The messages of each turn, as the library counts turns; system prompts stand alone.
        limit: The budget in tokens.
    """
    total = sum(count_message(row) for turn in turns for row in turn if row["role"] == "system")
    kept = 0
    for turn in reversed(turns):
        total += sum(map(count_message, turn))
        if total > limit:
            break
        kept += 1
    return max(kept, 1)


@contextmanager
def watched(meter: Meter) -> Iterator[None]:
    """Count every call of tiktoken's encoders inside the block."""
    encoding = import_module("tiktoken").Encoding
    originals = {name: getattr(encoding, name) for name in meter.names if hasattr(encoding, name)}
    depth = 0

    def watch(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, text: Any, *arguments: Any, **options: Any) -> Any:
            nonlocal depth
            if not depth:
                meter.calls += 1
                meter.characters += len(text)
            depth += 1
            try:
                return original(self, text, *arguments, **options)
            finally:
                depth -= 1

        return call

    try:
        for name, original in originals.items():
            setattr(encoding, name, watch(original))
        yield
    finally:
        for name, original in originals.items():
            setattr(encoding, name, original)
