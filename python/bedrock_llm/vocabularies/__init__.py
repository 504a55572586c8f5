"""Which token vocabularies there are, and where the file of each one is.

    name ─► VOCABULARIES ─► PackedFile            shipped beside this module
                        ├─► ClaudeFile            shipped beside this module, counts only
                        ├─► PiecesFile            shipped beside this module
                        └─► RankFile              read from a package that the user installed

`scripts/pack_vocabularies.py` makes the packed files; `THIRD-PARTY-NOTICES.md` names their
sources and licences. Meta's licence is not an open-source licence, so Llama's vocabularies are
not shipped: they are read from the package `llama-models`, where the extra `llama` puts them.
Nothing here reads a vocabulary; `bedrock_llm.tokens` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bedrock_llm.vocabularies.claude import CLAUDE_VOCABULARIES, ClaudeFile
from bedrock_llm.vocabularies.pieces import PIECES_VOCABULARIES, PiecesFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A vocabulary that is shipped beside this module.

    Attributes:
        file: The file's name.
        method: What a count with it is, in words.
    """

    file: str
    method: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return Path(__file__).parent / self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFile:
    """A vocabulary in tiktoken's rank format that another package installs.

    The core knows its verified hash, grammar and special tokens by the vocabulary's name.

    Attributes:
        package: The import name of that package.
        file: The file's path inside the package.
        extra: The extra of this library that installs the package.
        method: What a count with it is, in words.
    """

    package: str
    file: str
    extra: str
    method: str

    def find_path(self) -> Path | None:
        """Find the file without importing the package; None where it is not installed."""
        spec = find_spec(self.package)
        folders = spec.submodule_search_locations if spec is not None else None
        paths = [Path(folder) / self.file for folder in folders or ()]
        return next((path for path in paths if path.is_file()), None)


VOCABULARIES: Final[Mapping[str, PackedFile | RankFile | ClaudeFile | PiecesFile]] = {
    "o200k": PackedFile(
        file="o200k.vocabulary",
        method="OpenAI's o200k vocabulary with harmony's special tokens",
    ),
    "o200k_harmony": PackedFile(
        file="o200k.vocabulary",
        method="OpenAI's o200k vocabulary with harmony's special tokens",
    ),
    "tekken": PackedFile(
        file="tekken.vocabulary",
        method="Mistral's tekken vocabulary",
    ),
    "qwen3": PackedFile(
        file="qwen3.vocabulary",
        method="Qwen3's vocabulary",
    ),
    "deepseek": PackedFile(
        file="deepseek.vocabulary",
        method="the vocabulary of DeepSeek V3 and R1",
    ),
    "glm4": PackedFile(
        file="glm4.vocabulary",
        method="the vocabulary of GLM 4.5 and 4.6",
    ),
    "glm5": PackedFile(
        file="glm5.vocabulary",
        method="the vocabulary of GLM 4.7 and 5",
    ),
    "minimax": PackedFile(
        file="minimax.vocabulary",
        method="MiniMax M2's vocabulary",
    ),
    "kimi": PackedFile(
        file="kimi.vocabulary",
        method="Kimi K2's vocabulary",
    ),
    "claude2": PackedFile(
        file="claude2.vocabulary",
        method="the vocabulary of Claude 2, the last that Anthropic published",
    ),
    "llama3": RankFile(
        package="llama_models",
        file="llama3/tokenizer.model",
        extra="llama",
        method="Meta's Llama 3 vocabulary from the installed llama-models",
    ),
    "llama4": RankFile(
        package="llama_models",
        file="llama4/tokenizer.model",
        extra="llama",
        method="Meta's Llama 4 vocabulary from the installed llama-models",
    ),
    **CLAUDE_VOCABULARIES,
    **PIECES_VOCABULARIES,
}
"""Every vocabulary by the name users write."""
