# ruff: noqa: PYI021  a stub is where the interface of compiled code is documented
"""The core, written in Rust: vocabularies, and counting with them."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Self, final

from typing_extensions import disjoint_base

__all__ = ["TokenCounter", "Vocabulary"]

@final
class Vocabulary:
    """A vocabulary in memory: what was loaded, and from where; threads may share it.

    A loader raises VocabularyMissingError where there is no such file, and TokenizerError where it
    cannot be read or is not what it should be.
    """

    @property
    def name(self) -> str:
        """The vocabulary's name."""

    @property
    def kind(self) -> str:
        """What kind it is: "byte-level", "sentencepiece" or "claude"."""

    @property
    def exactness(self) -> str:
        """How counts are known, such as "exact"."""

    @property
    def grammar(self) -> str | None:
        """The pre-tokenizer's name; None where the kind has none."""

    @property
    def pattern(self) -> str | None:
        """The regexes that the pre-tokenizer equals, one stage a line; None where it has none."""

    @property
    def vocabulary_size(self) -> int | None:
        """The highest id and one, special tokens included; None where there are no ids."""

    @property
    def special_tokens(self) -> dict[str, int]:
        """The special tokens, which text never becomes: id by text."""

    @property
    def user_tokens(self) -> dict[str, int]:
        """The texts that become one id wherever they stand: id by text."""

    @property
    def frame_tokens(self) -> int | None:
        """The tokens of a request with one message without its text; None where not measured."""

    @property
    def source(self) -> dict[str, str]:
        """Where the vocabulary came from: package, version, file, sha256 and licence.

        The texts are empty where the file does not say, as a `.model` file does not.
        """

    @staticmethod
    def open(path: str | PathLike[str], /) -> Vocabulary:
        """Read a packed byte-level vocabulary file."""

    @staticmethod
    def from_packed(data: bytes, /) -> Vocabulary:
        """Read a packed byte-level vocabulary."""

    @staticmethod
    def open_claude(path: str | PathLike[str], frame: str, /) -> Vocabulary:
        """Read a packed table file of Claude's and take one of its frames; it has no ids."""

    @staticmethod
    def from_packed_claude(data: bytes, frame: str, /) -> Vocabulary:
        """Read a packed table of Claude's and take one of its frames; it has no ids."""

    @staticmethod
    def open_pieces(path: str | PathLike[str], name: str, /) -> Vocabulary:
        """Read one vocabulary of a packed file of pieces."""

    @staticmethod
    def from_packed_pieces(data: bytes, name: str, /) -> Vocabulary:
        """Read one vocabulary of the bytes of a packed file of pieces."""

    @staticmethod
    def from_model(data: bytes, name: str, /) -> Vocabulary:
        """Read the bytes of a SentencePiece `.model` file, which holds no name."""

    @staticmethod
    def from_ranks(
        data: bytes,
        /,
        *,
        name: str,
        grammar: str,
        exactness: str,
        special_tokens: Mapping[str, int],
    ) -> Vocabulary:
        """Read a tiktoken rank file, which names neither its grammar nor its special tokens.

        Args:
            data: The file: one base64 token and its rank per line.
            name: The name of the vocabulary.
            grammar: The name of the pre-tokenizer.
            exactness: How counts are known.
            special_tokens: Id by text.
        """

@disjoint_base
class TokenCounter:
    """Counts, encodes and decodes text with a vocabulary; it never changes, threads may share it.

    Lone surrogates, which have no UTF-8, are read as U+FFFD, a pair as its character. Text above
    32 KiB is worked on with the interpreter released.
    """

    def __new__(
        cls, vocabulary: Vocabulary, /, *, scale_permille: int = 1000, refusal: str | None = None
    ) -> Self:
        """Make a counter.

        Args:
            vocabulary: What counts.
            scale_permille: Tokens counted per 1 000 tokens of the vocabulary, rounded up.
            refusal: Where the vocabulary's ids are not the model's: the message of the
                TokenizerError that asking for ids raises.

        Raises:
            ParameterError: The scale is 0.
        """

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary it counts with."""

    @property
    def scale_permille(self) -> int:
        """Tokens counted per 1 000 tokens of the vocabulary."""

    def count(self, text: str, /) -> int:
        """Count the tokens of a text; at most 2**32 - 1."""

    def count_up_to(self, text: str, limit: int) -> int | None:
        """Count the tokens of a text, but stop early where there are more than a limit.

        Args:
            text: The text.
            limit: The most tokens of interest.

        Returns:
            The count, as `count` gives it, or None if it is above the limit.

        Raises:
            ParameterError: The limit is negative.
        """

    def fits(self, text: str, limit: int) -> bool:
        """Tell whether a text counts at most a limit; often its size alone is the answer.

        Args:
            text: The text.
            limit: The most tokens that fit.

        Raises:
            ParameterError: The limit is negative.
        """

    def encode(self, text: str, /) -> list[int]:
        """Encode a text into token ids.

        Raises:
            TokenizerError: The ids are not known: the tokenizer is an estimate, or Claude's.
        """

    def decode(self, ids: Sequence[int], /) -> str:
        """Decode token ids into text; bytes that are no UTF-8 become U+FFFD.

        Raises:
            TokenizerError: There is no such id, or ids are not known as in `encode`.
        """

    def decode_bytes(self, ids: Sequence[int], /) -> bytes:
        """Decode token ids into the bytes they stand for.

        SentencePiece leaves one space out where the text starts with the one that encoding put
        there.

        Raises:
            TokenizerError: There is no such id, or ids are not known as in `encode`.
        """
