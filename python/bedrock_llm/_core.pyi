# ruff: noqa: PYI021  a stub is where the interface of compiled code is documented
"""The core, written in Rust: vocabularies, pre-tokenizers, byte-pair merging."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import final

__all__ = ["ClaudeTokenizer", "PieceTokenizer", "Tokenizer"]

@final
class ClaudeTokenizer:
    """Counts text for the Claude models of one frame; threads may share it. There are no ids."""

    @property
    def name(self) -> str:
        """The frame's name."""

    @property
    def exactness(self) -> str:
        """How counts are known, such as "reconstructed"."""

    @property
    def frame_tokens(self) -> int:
        """The tokens that a request with one message has without its text."""

    @property
    def source(self) -> dict[str, str]:
        """Where the table came from: package, version, file, sha256 and licence."""

    @staticmethod
    def open(path: str | PathLike[str], frame: str, /) -> ClaudeTokenizer:
        """Read a packed table file and take one of its frames.

        Raises:
            VocabularyMissingError: There is no such file.
            TokenizerError: It cannot be read, is no packed table, or has no such frame.
        """

    @staticmethod
    def from_packed(data: bytes, frame: str, /) -> ClaudeTokenizer:
        """Read a packed table and take one of its frames.

        Raises:
            TokenizerError: The bytes are no packed table, or it has no such frame.
        """

    def count(self, text: str, /) -> int:
        """Count the tokens of a text, without its frame; an empty text has none."""

    def count_up_to(self, text: str, limit: int, /) -> int | None:
        """Count the tokens of a text; None as soon as there are more than the limit."""

    def encode(self, text: str, /) -> list[int]:
        """Refuse to encode.

        Raises:
            TokenizerError: Always: the ids are not public.
        """

    def decode(self, ids: Sequence[int], /) -> str:
        """Refuse to decode.

        Raises:
            TokenizerError: Always: the ids are not public.
        """

@final
class PieceTokenizer:
    """Counts, encodes and decodes text with a byte-pair model of SentencePiece.

    Threads may share it.
    """

    @property
    def name(self) -> str:
        """The vocabulary's name."""

    @property
    def exactness(self) -> str:
        """How counts are known, such as "exact"."""

    @property
    def vocabulary_size(self) -> int:
        """The number of ids, special tokens included."""

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens, which text never becomes: id by text."""

    @property
    def user_tokens(self) -> dict[str, int]:
        """The texts that become one id wherever they stand: id by text."""

    @property
    def source(self) -> dict[str, str]:
        """Where the vocabulary came from: package, version, file, sha256 and licence.

        The texts are empty where the file does not say, as a `.model` file does not.
        """

    @staticmethod
    def open(path: str | PathLike[str], name: str, /) -> PieceTokenizer:
        """Read one vocabulary of a packed file of pieces.

        Raises:
            VocabularyMissingError: There is no such file.
            TokenizerError: It cannot be read, is no such file, or has no such vocabulary.
        """

    @staticmethod
    def from_packed(data: bytes, name: str, /) -> PieceTokenizer:
        """Read one vocabulary of the bytes of a packed file of pieces.

        Raises:
            TokenizerError: The bytes are no such file, or it has no such vocabulary.
        """

    @staticmethod
    def from_model(data: bytes, name: str, /) -> PieceTokenizer:
        """Read the bytes of a SentencePiece `.model` file, which holds no name.

        Raises:
            TokenizerError: The bytes are no such file, or the model has a property that is not
                supported; the message names it.
        """

    def count(self, text: str, /) -> int:
        """Count the tokens of a text."""

    def count_up_to(self, text: str, limit: int, /) -> int | None:
        """Count the tokens of a text; None as soon as there are more than the limit."""

    def encode(self, text: str, /) -> list[int]:
        """Encode a text into token ids."""

    def decode(self, ids: Sequence[int], /) -> str:
        """Decode token ids into text; each byte that is in no character becomes U+FFFD.

        Raises:
            TokenizerError: The vocabulary has no such id.
        """

    def decode_bytes(self, ids: Sequence[int], /) -> bytes:
        """Decode token ids into the bytes they stand for.

        One space is left out where the text starts with the one that encoding put there.

        Raises:
            TokenizerError: The vocabulary has no such id.
        """

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
        """The regexes that the pre-tokenizer equals, one stage a line."""

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
