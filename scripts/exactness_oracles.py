"""The vendors' own tokenizers, one per vocabulary, as the tests in `tests/oracle` make them.

    name ─► ORACLES ─► maker in tests/oracle/test_*.py ─► text ─► ids

The tests own the makers, the soup of pieces and the knowledge where each vendor's file is; they are
imported here, not written again. An oracle whose package is not installed raises
`OracleMissingError`, which names the package.
"""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benches" / "python")]

from bedrock_llm._core import TokenCounter  # noqa: E402, TID251  only its type is named
from bedrock_llm.errors import VocabularyMissingError  # noqa: E402  as above
from tokenizer_comparison.adapters import OPENERS, find_own_tokenizer  # noqa: E402  found just above
from tokenizer_comparison.ranks import RanksMissingError, provide_ranks  # noqa: E402  as above

Encode = Callable[[str], Sequence[int]]


class OracleMissingError(Exception):
    """Say that a vendor's package is not installed."""


@lru_cache
def load_tests(name: str) -> ModuleType:
    """Import a file of `tests/oracle`."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "oracle" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"no test file {name!r} in tests/oracle")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def repair(text: str) -> str:
    """Replace lone surrogates as tiktoken does, for oracles that refuse them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def from_reference(name: str, _: Path) -> Encode:
    """Give tiktoken, mistral-common or llama-models."""
    oracle: Encode = load_tests("test_tokenizer_oracles").ORACLES[name]
    oracle("")
    return oracle


def from_harmony(_: str, folder: Path) -> Encode:
    """Give tiktoken's o200k, whose ranks harmony shares."""
    return from_reference("o200k", folder)


def from_vendor_file(name: str, _: Path) -> Encode:
    """Give `tokenizers` with the vendor's own `tokenizer.json`, or tiktoken with its regex."""
    try:
        oracle: Encode = load_tests("test_vendor_oracles").make_oracle(name)
    except pytest.skip.Exception as error:
        raise OracleMissingError(str(error)) from None
    return oracle


def from_pieces(name: str, _: Path) -> Encode:
    """Give sentencepiece with the vendor's `.model`, or `tokenizers` with Gemma's pieces."""
    encode: Callable[[str, str], Sequence[int]]
    encode = load_tests("test_sentencepiece_oracles").encode_with_reference
    encode(name, "")
    return lambda text: encode(name, repair(text))


def from_rank_file(_: str, folder: Path) -> Encode:
    """Give tiktoken with the rank file that OpenAI publishes."""
    try:
        provide_ranks(["cl100k_base"], folder, has_documents=False)
    except RanksMissingError as error:
        raise OracleMissingError(str(error)) from None
    encode = OPENERS["tiktoken"]("cl100k", folder).encode
    if encode is None:
        raise OracleMissingError("tiktoken gives no ids")
    return encode


ORACLES: Final[dict[str, Callable[[str, Path], Encode]]] = {
    "o200k": from_reference,
    "o200k_harmony": from_harmony,
    "cl100k": from_rank_file,
    "tekken": from_reference,
    "llama3": from_reference,
    "llama4": from_reference,
    **dict.fromkeys(
        ("qwen3", "deepseek", "glm4", "glm5", "minimax", "kimi", "claude2"), from_vendor_file
    ),
    **dict.fromkeys(
        ("mistral_v1", "mistral_v2", "mistral_v3", "mistral_v7", "gemma4"), from_pieces
    ),
}
"""Who knows the ids of each vocabulary."""


def open_oracle(name: str, folder: Path) -> Encode:
    """Open the oracle of a vocabulary.

    Raises:
        OracleMissingError: What it needs is not installed.
    """
    try:
        return ORACLES[name](name, folder)
    except ImportError as error:
        raise OracleMissingError(str(error)) from None


def open_ours(name: str, folder: Path) -> TokenCounter:
    """Open our tokenizer; cl100k is read from the rank file.

    Raises:
        OracleMissingError: The vocabulary is one that users install, and is not installed.
    """
    try:
        found: TokenCounter = find_own_tokenizer(name, folder)
    except VocabularyMissingError as error:
        raise OracleMissingError(str(error)) from None
    return found


def read_soup() -> list[str]:
    """Give the pieces of text that the oracle tests mix."""
    files = ("test_tokenizer_oracles", "test_vendor_oracles", "test_sentencepiece_oracles")
    return list(dict.fromkeys(part for file in files for part in load_tests(file).SOUP))
