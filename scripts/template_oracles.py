"""The vendors' own chat templates and tokenizers, asked for the prompt of a conversation.

    Converse body ─► chat_templates (jinja2) or harmony_oracle ─► text ─► vendor's tokenizer ─► ids

One row per template: what conversations it takes, whose tokenizer reads its prompts. A vocabulary
that is in no package is not compared: such a row has the text alone.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import pytest

from bedrock_llm.tokens import Tokenizer
from chat_bodies import Features
from chat_templates import CHAT_FORMS, render_chat
from exactness_oracles import OracleMissingError, load_tests
from template_sources import read_template
from vocabulary_sources import SourceError

Answer: TypeAlias = tuple[str, list[int] | None]
"""The vendor's prompt, and its ids where a package has the vocabulary."""
Ask: TypeAlias = Callable[[Mapping[str, Any], bool | None], Answer]

_KIMI_THINKS: Final = {"<think>": 163606, "</think>": 163607}
_GEMMA_TURNS: Final = {"<bos>": 2, "<start_of_turn>": 105, "<end_of_turn>": 106}
_PLAIN: Final = Features(tools=False, reasoning=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOracle:
    """A vendor's renderer of one template.

    Attributes:
        name: Its name; that of our formatter, but where one formatter has two templates.
        vocabulary: Our vocabulary's name; empty where the vendor's is in no package.
        features: What it takes.
        open: Makes it; the packages are imported and the template is read then.
    """

    name: str
    vocabulary: str
    features: Features
    open: Callable[[], Ask]

    @property
    def template(self) -> str:
        """Our formatter's name."""
        return CHAT_FORMS[self.name].formatter or self.name


def _open_chat(name: str, read_ids: Callable[[], Callable[[str], list[int]]] | None) -> Ask:
    try:
        read_template(name)
    except SourceError as error:
        raise OracleMissingError(str(error)) from None
    ids_of = read_ids() if read_ids else None

    def ask(body: Mapping[str, Any], thinking: bool | None) -> Answer:  # noqa: FBT001  positional
        text = render_chat(name, body, thinking=thinking)
        return text, ids_of(text) if ids_of else None

    return ask


def _open_harmony() -> Ask:
    try:
        harmony = import_module("harmony_oracle")
        harmony.open_encoding()
    except (ImportError, RuntimeError) as error:
        raise OracleMissingError(
            f"openai-harmony with OpenAI's rank file (TIKTOKEN_ENCODINGS_BASE): {error}"
        ) from None
    return lambda body, _: harmony.render_harmony(body)


@lru_cache
def _read_added(vocabulary: str) -> Callable[[str], list[int]]:
    """Give the vendor's `tokenizer.json` with its added tokens."""
    try:
        tokenizers = import_module("tokenizers")
        document = load_tests("test_vendor_oracles").read_document(vocabulary)
    except (ImportError, pytest.skip.Exception) as error:
        raise OracleMissingError(str(error)) from None
    reference = tokenizers.Tokenizer.from_str(json.dumps(document | {"post_processor": None}))

    def encode(text: str) -> list[int]:
        ids: list[int] = reference.encode(text, add_special_tokens=False).ids
        return ids

    return encode


def _read_kimi() -> Callable[[str], list[int]]:
    encode = load_tests("test_vendor_oracles").make_oracle("kimi")
    special_tokens = Tokenizer.for_name("kimi").vocabulary.special_tokens
    return partial(_encode_spelled, {**special_tokens, **_KIMI_THINKS}, encode)


def _read_gemma() -> Callable[[str], list[int]]:
    encode = load_tests("test_sentencepiece_oracles").encode_with_reference
    encode("gemma4", "")
    return partial(_encode_spelled, _GEMMA_TURNS, partial(encode, "gemma4"))


def _encode_spelled(
    special_tokens: Mapping[str, int], encode: Callable[[str], Sequence[int]], text: str
) -> list[int]:
    longest_first = sorted(special_tokens, key=len, reverse=True)
    pieces = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
    ids: list[int] = []
    for piece in pieces:
        ids += [special_tokens[piece]] if piece in special_tokens else encode(piece)
    return ids


def _row(
    name: str,
    vocabulary: str = "",
    features: Features | None = None,
    read_ids: Callable[[], Callable[[str], list[int]]] | None = None,
) -> TemplateOracle:
    reader = read_ids or (partial(_read_added, vocabulary) if vocabulary else None)
    return TemplateOracle(
        name=name,
        vocabulary=vocabulary,
        features=features or Features(),
        open=partial(_open_chat, name, reader),
    )


_ROWS: Final = (
    _row("chatml", "qwen3", _PLAIN),
    _row("qwen3", "qwen3"),
    _row("qwen3-instruct", "qwen3", Features(reasoning=False)),
    _row("qwen3-coder", "qwen3", Features(reasoning=False)),
    _row("deepseek-r1", "deepseek", Features(declares=False)),
    _row("deepseek-v3.1", "deepseek"),
    _row("deepseek-v3.2", "deepseek"),
    _row("glm-4.6", "glm4"),
    _row("glm-4.7", "glm5"),
    _row("glm-5.3", "glm5"),
    _row("minimax-m2", "minimax"),
    _row("minimax-m2.5", "minimax"),
    _row("kimi-k2", "kimi", read_ids=_read_kimi),
    _row("kimi-k2-thinking", "kimi", read_ids=_read_kimi),
    _row("kimi-k2.5", "kimi", read_ids=_read_kimi),
    _row("gemma3", "gemma4", _PLAIN, read_ids=_read_gemma),
    _row("command-r", features=_PLAIN),
    _row("command-r-tools", features=Features(is_declared=True, is_flat=True)),
    _row("jamba"),
    TemplateOracle(
        name="gpt-oss", vocabulary="o200k_harmony", features=Features(), open=_open_harmony
    ),
)
TEMPLATE_ORACLES: Final = MappingProxyType({row.name: row for row in _ROWS})
"""Every row by name."""


def given(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments of `format_prompt` for a Converse body."""
    arguments: dict[str, Any] = {"messages": body["messages"]}
    if "system" in body:
        arguments["system"] = body["system"]
    if "toolConfig" in body:
        arguments["tools"] = body["toolConfig"]
    return arguments
