"""Libraries with messages of their own: how each is opened.

Where a library keeps its own objects as they are, `Ledger` remembers which message each was made
of; where it makes new ones, its own converter gives OpenAI's shape back.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from window_comparison.faces import (
    Face,
    Message,
    count_message,
    count_text,
    count_that_fit,
    encode,
)
from window_comparison.shapes import CONVERSE, read_turn, read_turns, write_turns


class Ledger:
    """Remembers which message each object of a library was made of."""

    def __init__(
        self, make: Callable[[Message], Any], text_of: Callable[[Any], str | None]
    ) -> None:
        self._make = make
        self._text_of = text_of
        self._made: dict[int, tuple[Any, Message]] = {}

    def read(self, messages: Sequence[Message]) -> list[Any]:
        """Make the library's messages, and forget earlier ones."""
        pairs = [(self._make(message), message) for message in messages]
        self._made = {id(own): (own, message) for own, message in pairs}
        return [own for own, _ in pairs]

    def write(self, objects: Sequence[Any]) -> list[Message]:
        """Give the message of each object; what is new is a user's text."""
        new = (None, None)
        pairs = [(own, self._made.get(id(own), new)[1]) for own in objects]
        return [
            message or {"role": "user", "content": self._text_of(own)} for own, message in pairs
        ]


def open_langchain(counter: str = "exact", **options: Any) -> Face:
    """Open `trim_messages` of langchain-core."""
    module = import_module("langchain_core.messages")

    def count(message: module.BaseMessage) -> int:  # type: ignore[name-defined]  # read by the library to choose how it calls this
        return count_message(module.convert_to_openai_messages(message))

    counts = {"exact": count, "approximate": "approximate"}
    trim = module.trim_messages
    return Face(
        read=module.convert_to_messages,
        fit=lambda messages, limit: trim(
            messages, max_tokens=limit, token_counter=counts[counter], **options
        ),
        write=module.convert_to_openai_messages,
        write_input=module.convert_to_openai_messages,
    )


def open_haystack(**options: Any) -> Face:
    """Open haystack's sliding window with its own tiktoken counter."""
    message = import_module("haystack.dataclasses").ChatMessage
    compactor = import_module("haystack.hooks.compaction").SlidingWindowCompactor(**options)
    counter = import_module("haystack.token_counters").TiktokenCounter()

    def write(kept: Any) -> list[Message]:
        return [row.to_openai_dict_format() for row in kept]

    return Face(
        read=lambda messages: [message.from_openai_dict_format(row) for row in messages],
        fit=lambda messages, limit: compactor.compact(messages, limit, counter),
        write=lambda kept: None if kept is None else write(kept),
        write_input=write,
    )


def open_agent_framework() -> Face:
    """Open the truncation of Microsoft's agent framework."""
    module = import_module("agent_framework")
    compaction = import_module("agent_framework._compaction")
    content = module.Content

    def make(row: Message) -> Any:
        if row["role"] == "tool":
            return module.Message(
                "tool", [content.from_function_result(row["tool_call_id"], result=row["content"])]
            )
        parts = row["content"]
        parts = [{"text": parts}] if isinstance(parts, str) else parts
        contents = [
            content.from_uri(part["image_url"]["url"], media_type="image/png")
            if "image_url" in part
            else content.from_text(part["text"])
            for part in parts
        ]
        contents += [
            content.from_function_call(
                call["id"], call["function"]["name"], arguments=call["function"]["arguments"]
            )
            for call in row.get("tool_calls") or ()
        ]
        return module.Message(row["role"], contents)

    ledger = Ledger(make, lambda own: str(own.text))
    tokenizer = SimpleNamespace(count_tokens=count_text)

    def fit(messages: list[Any], limit: int) -> Any:
        strategy = module.TruncationStrategy(max_n=limit, compact_to=limit, tokenizer=tokenizer)
        return asyncio.run(
            compaction.apply_compaction(messages, strategy=strategy, tokenizer=tokenizer)
        )

    return Face(read=ledger.read, fit=fit, write=ledger.write, write_input=ledger.write)


def open_strands() -> Face:
    """Open the sliding window of strands, told how many messages fit."""
    module = import_module("strands.agent.conversation_manager")
    kept: dict[str, list[Message]] = {}

    def read(messages: list[Message]) -> list[Message]:
        kept["system"] = [row for row in messages if row["role"] == "system"]
        return write_turns(messages, CONVERSE)

    def tell(turns: list[Message], limit: int) -> int:
        talk = [[row] for row in kept["system"]] + [[*read_turn(turn, CONVERSE)] for turn in turns]
        return count_that_fit(talk, limit)

    def fit(turns: list[Message], number: int) -> list[Message]:
        agent = SimpleNamespace(messages=[*turns])
        module.SlidingWindowConversationManager(window_size=number).apply_management(agent)
        kept_turns: list[Message] = agent.messages
        return kept_turns

    def write(turns: list[Message]) -> list[Message]:
        return kept["system"] + read_turns(turns, CONVERSE)

    return Face(read=read, tell=tell, fit=fit, write=write, write_input=write)


def open_semantic_kernel() -> Face:
    """Open semantic-kernel's truncation, told how many messages fit."""
    contents = import_module("semantic_kernel.contents")
    reducer = import_module("semantic_kernel.contents.history_reducer").__name__
    truncation = import_module(f"{reducer}.chat_history_truncation_reducer")
    kept: dict[str, list[Message]] = {}

    def make(row: Message) -> Any:
        parts = row["content"]
        parts = [{"text": parts}] if isinstance(parts, str) else parts
        items: list[Any] = [
            contents.ImageContent(data_uri=part["image_url"]["url"])
            if "image_url" in part
            else contents.TextContent(text=part["text"])
            for part in parts
        ]
        if row["role"] == "tool":
            items = [
                contents.FunctionResultContent(
                    id=row["tool_call_id"], name="read_station", result=row["content"]
                )
            ]
        items += [
            contents.FunctionCallContent(
                id=call["id"],
                name=call["function"]["name"],
                arguments=call["function"]["arguments"],
            )
            for call in row.get("tool_calls") or ()
        ]
        return contents.ChatMessageContent(role=row["role"], items=items)

    ledger = Ledger(make, lambda own: str(own.content))

    def read(messages: list[Message]) -> list[Any]:
        kept["all"] = messages
        return ledger.read(messages)

    def tell(messages: list[Any], limit: int) -> int:
        del messages
        return count_that_fit([[row] for row in kept["all"]], limit)

    def fit(messages: list[Any], number: int) -> list[Any]:
        history = truncation.ChatHistoryTruncationReducer(target_count=number, messages=messages)
        asyncio.run(history.reduce())
        found: list[Any] = history.messages
        return found

    return Face(read=read, tell=tell, fit=fit, write=ledger.write, write_input=ledger.write)


def open_llama_index() -> Face:
    """Open llama-index's chat memory buffer."""
    module = import_module("llama_index.core.base.llms.types")
    memory = import_module("llama_index.core.memory").ChatMemoryBuffer

    def make(row: Message) -> Any:
        parts = row["content"]
        parts = [{"text": parts}] if isinstance(parts, str) else parts
        blocks = [
            module.ImageBlock(url=part["image_url"]["url"])
            if "image_url" in part
            else module.TextBlock(text=part["text"])
            for part in parts
        ]
        extra = {key: row[key] for key in ("tool_calls", "tool_call_id") if key in row}
        return module.ChatMessage(role=row["role"], blocks=blocks, additional_kwargs=extra)

    ledger = Ledger(make, lambda own: str(own.content))

    def fit(messages: list[Any], limit: int) -> Any:
        return memory.from_defaults(
            chat_history=messages, token_limit=limit, tokenizer_fn=encode()
        ).get()

    return Face(read=ledger.read, fit=fit, write=ledger.write, write_input=ledger.write)


def open_autogen() -> Face:
    """Open autogen's token-limited context, with a client that only counts."""
    models = import_module("autogen_core.models")
    context = import_module("autogen_core.model_context").TokenLimitedChatCompletionContext
    call_of = import_module("autogen_core").FunctionCall
    image_of = import_module("autogen_core").Image

    def make(row: Message) -> Any:
        content = row["content"]
        if row["role"] == "system":
            return models.SystemMessage(content=content)
        if row["role"] == "tool":
            result = models.FunctionExecutionResult(
                content=content, name="read_station", call_id=row["tool_call_id"]
            )
            return models.FunctionExecutionResultMessage(content=[result])
        if row["role"] == "user":
            parts = content if isinstance(content, str) else [*map(make_part, content)]
            return models.UserMessage(content=parts, source="user")
        calls = [
            call_of(
                id=call["id"],
                name=call["function"]["name"],
                arguments=call["function"]["arguments"],
            )
            for call in row.get("tool_calls") or ()
        ]
        thought = content if calls else None
        return models.AssistantMessage(content=calls or content, thought=thought, source="model")

    def make_part(part: dict[str, Any]) -> Any:
        return image_of.from_uri(part["image_url"]["url"]) if "image_url" in part else part["text"]

    ledger = Ledger(make, lambda own: json.dumps(own.content))

    def count(messages: Sequence[Any], *, tools: Sequence[Any] = ()) -> int:
        del tools
        return sum(map(count_message, ledger.write(messages)))

    client = SimpleNamespace(count_tokens=count)

    def fit(messages: list[Any], limit: int) -> Any:
        kept = context(client, token_limit=limit, initial_messages=messages)
        return asyncio.run(kept.get_messages())

    return Face(read=ledger.read, fit=fit, write=ledger.write, write_input=ledger.write)
