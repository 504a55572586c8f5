# ruff: noqa: PYI021  a stub is where the interface of compiled code is documented
"""The core, written in Rust: vocabularies, pre-tokenizers, byte-pair merging."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import final

__all__ = ["Tokenizer"]

@final
class Tokenizer:
    """Counts, encodes and decodes text with one vocabulary; threads may share it."""

    @property
    def name(self) -> str:
        """The vocabulary's name."""

    @property
    def grammar(self) -> str:
        """The pre-tokenizer's name."""

    @property
    def pattern(self) -> str:
        """The regex that the pre-tokenizer equals."""

    @property
    def exactness(self) -> str:
        """How counts are known, such as "exact"."""

    @property
    def vocabulary_size(self) -> int:
        """The number of ids, special tokens included."""

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens: id by text."""

    @property
    def source(self) -> dict[str, str]:
        """Where the vocabulary came from: package, version, file, sha256 and licence.

        The texts are empty where the file does not say, as a rank file does not.
        """

    @staticmethod
    def open(path: str | PathLike[str], /) -> Tokenizer:
        """Read a packed vocabulary file.

        Raises:
            VocabularyMissingError: There is no such file.
            TokenizerError: It cannot be read, or is no packed vocabulary.
        """

    @staticmethod
    def from_packed(data: bytes, /) -> Tokenizer:
        """Read a packed vocabulary.

        Raises:
            TokenizerError: The bytes are no packed vocabulary.
        """

    @staticmethod
    def from_ranks(
        data: bytes,
        /,
        *,
        name: str,
        grammar: str,
        exactness: str,
        special_tokens: Mapping[str, int],
    ) -> Tokenizer:
        """Read a tiktoken rank file, which names neither its grammar nor its special tokens.

        Raises:
            TokenizerError: The bytes are no rank file, or the grammar is unknown.
        """

    def count(self, text: str, /) -> int:
        """Count the tokens of a text."""

    def count_up_to(self, text: str, limit: int, /) -> int | None:
        """Count the tokens of a text; None as soon as there are more than the limit."""

    def encode(self, text: str, /) -> list[int]:
        """Encode a text into token ids."""

    def decode(self, ids: Sequence[int], /) -> str:
        """Decode token ids into text; bytes that are no UTF-8 become U+FFFD.

        Raises:
            TokenizerError: The vocabulary has no such id.
        """

    def decode_bytes(self, ids: Sequence[int], /) -> bytes:
        """Decode token ids into the bytes they stand for.

        Raises:
            TokenizerError: The vocabulary has no such id.
        """
