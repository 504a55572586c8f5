"""Our own strategies, opened as a user would call them, on each of the three shapes.

    OpenAI's messages ─► shape ─► fit_messages ─► shape ─► OpenAI's messages

The model of conversations without images is gpt-oss, whose vocabulary is the peers' o200k; images
are counted by Claude's rule, since gpt-oss takes none. A strategy that needs something of the
caller gets what a caller would give it: a summariser, a function that chooses.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from window_comparison.faces import Face, Message, count_message
from window_comparison.shapes import (
    ANTHROPIC,
    CONVERSE,
    Shape,
    read_turns,
    write_system,
    write_turns,
)

TEXT_MODEL: Final = "openai.gpt-oss-120b-1:0"
IMAGE_MODEL: Final = "anthropic.claude-sonnet-4-5-20250929-v1:0"
APART: Final[Mapping[str, Shape]] = {"converse": CONVERSE, "anthropic": ANTHROPIC}
"""The shapes that keep the system prompt apart."""
SCHEMA: Final = {
    "type": "object",
    "properties": {"place": {"type": "string"}, "note": {"type": "string"}},
    "required": ["place"],
}
NAMED: Final = {"name": "read_station", "description": "Read what a station has noted."}
TOOLS: Final[Mapping[str, Any]] = {
    "converse": [{"toolSpec": NAMED | {"inputSchema": {"json": SCHEMA}}}],
    "anthropic": [NAMED | {"input_schema": SCHEMA}],
    "openai": [{"type": "function", "function": NAMED | {"parameters": SCHEMA}}],
}


def summarize(dropped: Sequence[Any], target_tokens: int) -> str:
    """Stand for a model that writes a summary."""
    del target_tokens
    return f"Earlier, {len(dropped)} messages spoke of locks, gauges and deliveries."


def choose_newest(groups: Sequence[Any], budget_tokens: int) -> list[int]:
    """Stand for a caller's own function: the newest groups first."""
    del budget_tokens
    return [*reversed(range(len(groups)))]


STRATEGIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "drop_oldest": {},
    "drop_newest": {},
    "drop_middle": {},
    "priority": {},
    "clear_tool_results": {},
    "dedupe_tool_results": {},
    "cut_longest": {},
    "summarize": {"summarize": summarize},
    "function": {"strategy": choose_newest},
}
"""Every strategy of ours, and what it needs of the caller."""


def converse(messages: list[Message], limit: int) -> Callable[[Message, Message], object]:
    """Open a `Conversation` of these messages, and give its next turn."""
    make = import_module("bedrock_llm.history").Conversation
    conversation = make(messages[1:], model=TEXT_MODEL, system=messages[0]["content"])

    def step(reply: Message, question: Message) -> object:
        conversation.append(reply)
        conversation.append(question)
        return conversation.fit(max_tokens=limit)

    return step


def open_own(strategy: str, shape: str) -> Face:
    """Open one strategy for one shape."""
    window = import_module("bedrock_llm.window")
    errors = import_module("bedrock_llm.errors")
    refusal = errors.ContextWindowError
    unreadable = (errors.BedrockLLMError, TypeError)
    options: dict[str, Any] = {"strategy": strategy} | dict(STRATEGIES[strategy])
    tokenizer = import_module("bedrock_llm.tokens").Tokenizer.for_model(TEXT_MODEL)
    form = APART.get(shape)

    def read(messages: list[Message]) -> dict[str, Any]:
        has_images = any(isinstance(row["content"], list) for row in messages)
        has_tools = any(row["role"] == "tool" for row in messages)
        given: dict[str, Any] = {"model": IMAGE_MODEL if has_images else TEXT_MODEL}
        given |= {"tools": TOOLS[shape]} if has_tools else {}
        if form is None:
            return given | {"messages": messages}
        return given | {
            "messages": write_turns(messages, form),
            "system": write_system(messages, form),
        }

    def fit(given: dict[str, Any], limit: int) -> tuple[dict[str, Any], Any]:
        fitted = window.fit_messages(**given, max_tokens=limit, **options)
        return given, fitted.messages

    def write(result: tuple[dict[str, Any], Any]) -> list[Message]:
        given, messages = result
        return write_input(given | {"messages": messages})

    def write_input(given: dict[str, Any]) -> list[Message]:
        if form is None:
            return [*given["messages"]]
        system = given["system"]
        texts = [system] if isinstance(system, str) else [part["text"] for part in system]
        heads = [{"role": "system", "content": text} for text in texts]
        return heads + read_turns(given["messages"], form)

    def count_calls(messages: list[Message], limit: int) -> int:
        wanted = write(fit(read(messages), limit))
        low, high = 0, len(messages)
        while low < high:
            middle = (low + high) // 2
            try:
                is_enough = write(fit(read(spoil(messages, middle)), limit)) == wanted
            except unreadable:
                is_enough = False
            low, high = (low, middle) if is_enough else (middle + 1, high)
        return low + len(messages[:1])

    return Face(
        fit=fit,
        read=read,
        write=write,
        write_input=write_input,
        refusals=(refusal,),
        count_calls=count_calls,
        converse=converse,
        cut=lambda text, limit: str(tokenizer.cut(text, limit).text),
    )


def open_own_trim() -> Face:
    """Open ours by LangChain's names, with a counter of the caller's own."""
    window = import_module("bedrock_llm.window")
    refusal = import_module("bedrock_llm.errors").ContextWindowError

    def fit(messages: list[Message], limit: int) -> list[Message]:
        kept: list[Message] = window.trim_messages(
            messages,
            max_tokens=limit,
            token_counter=lambda rows: sum(map(count_message, rows)),
            strategy="last",
            include_system=True,
            start_on="human",
        )
        return kept

    return Face(fit=fit, refusals=(refusal,))


def spoil(messages: list[Message], intact: int) -> list[Message]:
    """Make all but the system prompt and the newest messages unreadable.

    The core counts out of sight. A text that cannot be read cannot be counted, so what it counts is
    not more than the fewest intact messages with which fitting gives what it should, and the system
    prompt.
    """
    spoiled = [row | {"content": 42} for row in messages[1 : len(messages) - intact]]
    return [*messages[:1], *spoiled, *messages[len(messages) - intact :]]
