"""The vendors' own encoders, asked for the ids of a talk.

`llama-models`' ChatFormat takes messages, neither tools nor dates: their text is put into the
system and the first user message here, as the models' chat templates have it. `mistral-common` is
asked through `encode_chat_completion`; its versions 11 and 13 run on a tekken file with their
version and control tokens written into it, since the package carries older files alone.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType, ModuleType
from typing import Any, Final

from prompt_conversations import Act, Limits, Talk

DATES: Final = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
TOOLS_LEAD: Final = (
    "Given the following functions, please respond with a JSON for a function call with its proper "
    "arguments that best answers the given prompt.\n\n"
    'Respond in the format {"name": function name, "parameters": dictionary of argument name and '
    "its value}.Do not use variables.\n\n"
)
TEKKEN_TOKENS: Final = {32: "[ARGS]", 33: "[CALL_ID]", 34: "[THINK]", 35: "[/THINK]"}
"""Control tokens of later tekken files by id; see `rust/template/encode.rs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """A vendor's encoder of one template.

    Attributes:
        template: Our template's name.
        vocabulary: Our vocabulary's name.
        limits: What it takes.
        open: Makes the encoder; the package is imported then.
    """

    template: str
    vocabulary: str
    limits: Limits
    open: Callable[[], Callable[[Talk], list[int]]]


class _StandIn(ModuleType):
    """Stands in for a package that the encoder of texts imports and does not use."""

    __path__: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return object


def _import_without_torch(name: str) -> ModuleType:
    """Import a module of Meta's; torch is for images alone, and 2 GB."""
    stand_ins = []
    for package in ("torch", "torchvision", "torchvision.transforms"):
        try:
            import_module(package)
        except ImportError:
            sys.modules[package] = _StandIn(package)
            stand_ins.append(package)
    try:
        return import_module(name)
    finally:
        for package in stand_ins:
            del sys.modules[package]


@cache
def open_llama(generation: str) -> tuple[Any, Any, Any]:
    """Give Meta's tokenizer, chat format and data types."""
    tokenizers = import_module(f"llama_models.{generation}.tokenizer")
    tokenizer = tokenizers.Tokenizer(Path(tokenizers.__file__).parent / "tokenizer.model")
    formats = _import_without_torch(f"llama_models.{generation}.chat_format")
    return tokenizer, formats.ChatFormat(tokenizer), import_module("llama_models.datatypes")


def llama_encoder(generation: str, *, is_dated: bool) -> Callable[[Talk], list[int]]:
    """Give an encoder of Meta's."""
    tokenizer, chat, types = open_llama(generation)

    def encode(talk: Talk) -> list[int]:
        opened = talk.acts[-1] if talk.acts[-1].is_open else None
        acts = list(_with_preambles(talk, is_dated=is_dated))
        messages = [_llama_message(types, act) for act in acts if act is not opened]
        ids: list[int] = chat.encode_dialog_prompt(messages).tokens
        for text in opened.texts if opened else ():
            ids += tokenizer.encode(text, bos=False, eos=False)
        return ids

    return encode


def _with_preambles(talk: Talk, *, is_dated: bool) -> Iterator[Act]:
    system = talk.system
    if is_dated or system:
        lead = "Environment: ipython\n" if talk.tools else ""
        lead += DATES if is_dated else ""
        first, *rest = system or ("",)
        yield Act(role="system", texts=(lead + first, *rest))
    declared = "".join(
        json.dumps({"type": "function", "function": tool}, indent=4, ensure_ascii=False) + "\n\n"
        for tool in talk.tools
    )
    lead = TOOLS_LEAD + declared if talk.tools else ""
    for act in talk.acts:
        if lead and act.role == "user":
            first, *rest = act.texts
            yield replace(act, texts=(lead + first, *rest))
            lead = ""
        else:
            yield act


def _llama_message(types: Any, act: Act) -> Any:
    calls = [
        types.ToolCall(call_id=call.call_id, tool_name=call.name, arguments=call.arguments)
        for call in act.calls
    ]
    content = [types.RawTextItem(text=text) for text in act.texts]
    return types.RawMessage(role=act.role, content=content, tool_calls=calls)


@cache
def open_mistral(version: str) -> Any:
    """Give Mistral's tokenizer of a version."""
    module = import_module("mistral_common.tokens.tokenizers.mistral")
    if hasattr(module.MistralTokenizer, version):
        return getattr(module.MistralTokenizer, version)()
    data = Path(import_module("mistral_common").__file__ or "").parent / "data"
    document = json.loads((data / "tekken_240718.json").read_text(encoding="utf-8"))
    document["config"]["version"] = version
    document["special_tokens"] = _tekken_tokens()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tekken.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return module.MistralTokenizer.from_file(path)


def _tekken_tokens() -> list[dict[str, Any]]:
    tekken = import_module("mistral_common.tokens.tokenizers.tekken").Tekkenizer
    known = [dict(token) for token in tekken.DEPRECATED_SPECIAL_TOKENS]
    fill = [
        {
            "rank": rank,
            "token_str": TEKKEN_TOKENS.get(rank, f"<SPECIAL_{rank}>"),
            "is_control": True,
        }
        for rank in range(len(known), max(TEKKEN_TOKENS) + 1)
    ]
    return known + fill


def mistral_encoder(version: str) -> Callable[[Talk], list[int]]:
    """Give an encoder of Mistral's."""
    tokenizer = open_mistral(version)
    messages = import_module("mistral_common.protocol.instruct.messages")
    tools = import_module("mistral_common.protocol.instruct.tool_calls")
    requests = import_module("mistral_common.protocol.instruct.request")

    def encode(talk: Talk) -> list[int]:
        names = {call.call_id: call.name for act in talk.acts for call in act.calls}
        made = [_mistral_message(messages, tools, act, names) for act in talk.acts]
        if talk.system:
            made.insert(0, messages.SystemMessage(content=_chunks(messages, talk.system)))
        declared = [tools.Tool(function=tools.Function(**tool)) for tool in talk.tools]
        request = requests.ChatCompletionRequest(messages=made, tools=declared or None)
        ids: list[int] = tokenizer.encode_chat_completion(request).tokens
        return ids

    return encode


def _mistral_message(messages: Any, tools: Any, act: Act, names: Mapping[str, str]) -> Any:
    content = _chunks(messages, act.texts)
    if act.role == "user":
        return messages.UserMessage(content=content)
    if act.role == "tool":
        name = names[act.call_id]
        return messages.ToolMessage(content=content, tool_call_id=act.call_id, name=name)
    calls = [
        tools.ToolCall(
            id=call.call_id,
            function=tools.FunctionCall(name=call.name, arguments=json.dumps(call.arguments)),
        )
        for call in act.calls
    ]
    return messages.AssistantMessage(
        content=content if act.texts else None, tool_calls=calls or None, prefix=act.is_open
    )


def _chunks(messages: Any, texts: tuple[str, ...]) -> Any:
    if len(texts) == 1:
        return texts[0]
    return [messages.TextChunk(text=text) for text in texts]


_SPOKEN: Final = Limits(has_empty_replies=False)
_STRICT: Final = replace(_SPOKEN, has_text_beside_calls=False)

ORACLES: Final[Mapping[str, Oracle]] = MappingProxyType(
    {
        oracle.template: oracle
        for oracle in (
            Oracle(
                template="llama3",
                vocabulary="llama3",
                limits=Limits(has_declared=False),
                open=lambda: llama_encoder("llama3", is_dated=False),
            ),
            Oracle(
                template="llama3.1",
                vocabulary="llama3",
                limits=Limits(),
                open=lambda: llama_encoder("llama3", is_dated=True),
            ),
            Oracle(
                template="llama4",
                vocabulary="llama4",
                limits=Limits(),
                open=lambda: llama_encoder("llama4", is_dated=False),
            ),
            Oracle(
                template="mistral-v1",
                vocabulary="mistral_v1",
                limits=replace(_SPOKEN, has_tools=False),
                open=lambda: mistral_encoder("v1"),
            ),
            Oracle(
                template="mistral-v2",
                vocabulary="mistral_v2",
                limits=replace(_STRICT, most_calls=1),
                open=lambda: mistral_encoder("v2"),
            ),
            Oracle(
                template="mistral-v3",
                vocabulary="mistral_v3",
                limits=_STRICT,
                open=lambda: mistral_encoder("v3"),
            ),
            Oracle(
                template="mistral-v7",
                vocabulary="mistral_v7",
                limits=_SPOKEN,
                open=lambda: mistral_encoder("v7"),
            ),
            Oracle(
                template="mistral-v11",
                vocabulary="tekken",
                limits=_SPOKEN,
                open=lambda: mistral_encoder("v11"),
            ),
            Oracle(
                template="mistral-v13",
                vocabulary="tekken",
                limits=_SPOKEN,
                open=lambda: mistral_encoder("v13"),
            ),
        )
    }
)
"""The encoders, by our template's name."""
