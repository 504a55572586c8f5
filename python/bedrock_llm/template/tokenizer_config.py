"""What a model's folder says about its chat template: source, control tokens, normal form.

    folder ─► tokenizer_config.json: chat_template, added_tokens_decoder, bos_token, ...
           ─► chat_template.jinja, which wins over the above, as in transformers
           ─► tokenizer.json: added_tokens, normalizer

A control token is every special token, and every other added token with a character that is neither
letter, digit nor white space: `<think>` is none of the special ones in Qwen's file, and runs of
spaces or letters that some files add are ordinary text.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bedrock_llm.errors import ChatTemplateError

_CONFIG: Final = "tokenizer_config.json"
_JINJA: Final = "chat_template.jinja"
_TOKENIZER: Final = "tokenizer.json"
_NAMED_TOKENS: Final = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token")
_MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFiles:
    """Hold what was read of a model's files.

    Attributes:
        name: What it is called in messages.
        source: The template.
        control_tokens: What content must not become.
        variables: What the tokenizer defines, such as `bos_token`.
        normalization: `none`, `NFC` or `NFKC`.
    """

    name: str
    source: str
    control_tokens: tuple[str, ...]
    variables: Mapping[str, str]
    normalization: str = "none"


def read_template_files(path: Path, name: str) -> TemplateFiles:
    """Read the template of a folder, of a `tokenizer_config.json` or of a `.jinja` file.

    Raises:
        ChatTemplateError: As `ChatTemplate.from_file`.
    """
    folder = path if path.is_dir() else path.parent
    config = _read_json(folder / _CONFIG if path.suffix != ".json" else path)
    tokenizer = _read_json(folder / _TOKENIZER)
    source = _find_source(path, folder, config, name)
    tokens = tuple(dict.fromkeys(_control_tokens(config, tokenizer)))
    if not tokens:
        raise ChatTemplateError(
            f"no {_CONFIG} or {_TOKENIZER} beside {str(path)!r} names the control tokens that "
            f"content must not become; use ChatTemplate.from_text(source, control_tokens=[...])"
        )
    return TemplateFiles(
        name=str(path),
        source=source,
        control_tokens=tokens,
        variables=_variables(config),
        normalization=_normalization(tokenizer.get("normalizer")),
    )


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ChatTemplateError(
                f"{str(path)!r} has {path.stat().st_size} bytes; no file of a chat template has "
                f"more than {_MOST_BYTES}"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ChatTemplateError(f"{str(path)!r} cannot be read: {error}") from error


def _read_json(path: Path) -> dict[str, object]:
    if not path.exists() and path.name in {_CONFIG, _TOKENIZER}:
        return {}
    try:
        document = json.loads(_read_text(path))
    except (ValueError, RecursionError) as error:
        raise ChatTemplateError(f"{str(path)!r} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise ChatTemplateError(f"{str(path)!r} holds no JSON object")
    return document


def _find_source(path: Path, folder: Path, config: Mapping[str, object], name: str) -> str:
    if path.suffix in {".jinja", ".j2", ".txt"}:
        return _read_text(path)
    beside = folder / _JINJA
    if name == "default" and beside.exists():
        return _read_text(beside)
    found = config.get("chat_template")
    if isinstance(found, str):
        found = [{"name": "default", "template": found}]
    rows = found if isinstance(found, list) else []
    by_name = {
        row["name"]: row["template"] for row in rows if isinstance(row, dict) and "name" in row
    }
    source = by_name.get(name)
    if isinstance(source, str):
        return source
    known = ", ".join(map(repr, by_name)) or "none"
    raise ChatTemplateError(
        f"{str(path)!r} holds no chat template named {name!r}; there is {known}, and no {_JINJA}"
    )


def _control_tokens(config: Mapping[str, object], tokenizer: Mapping[str, object]) -> Iterable[str]:
    decoder = config.get("added_tokens_decoder")
    rows = list(decoder.values()) if isinstance(decoder, dict) else []
    added = tokenizer.get("added_tokens")
    rows += added if isinstance(added, list) else []
    for row in rows:
        content = row.get("content") if isinstance(row, dict) else None
        if isinstance(content, str) and content and (row.get("special") or _is_marker(content)):
            yield content
    yield from _variables(config).values()
    extra = config.get("additional_special_tokens")
    for row in extra if isinstance(extra, list) else []:
        text = _text_of(row)
        if text:
            yield text


def _is_marker(token: str) -> bool:
    return len(token) > 1 and not all(
        character.isalnum() or character.isspace() or character == "▁" for character in token
    )


def _text_of(token: object) -> str | None:
    text = token.get("content") if isinstance(token, dict) else token
    return text if isinstance(text, str) else None


def _variables(config: Mapping[str, object]) -> dict[str, str]:
    texts = {name: _text_of(config.get(name)) for name in _NAMED_TOKENS}
    return {name: text for name, text in texts.items() if text}


def _normalization(normalizer: object) -> str:
    """Find the normal form; a sequence has that of its strongest part."""
    if not isinstance(normalizer, dict):
        return "none"
    kind = normalizer.get("type")
    if kind == "Sequence":
        parts = normalizer.get("normalizers")
        forms = {_normalization(part) for part in (parts if isinstance(parts, list) else [])}
        return next((form for form in ("NFKC", "NFC") if form in forms), "none")
    return {"NFC": "NFC", "NFD": "NFC", "NFKC": "NFKC", "NFKD": "NFKC", "Precompiled": "NFKC"}.get(
        str(kind), "none"
    )
