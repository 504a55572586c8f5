"""tiktoken's names over this library's vocabularies: a loop ports by changing its import.

    - import tiktoken
    + from bedrock_llm import tiktoken

    name or model id ─► Tokenizer (byte-level) ─► Encoding: tiktoken 0.14's methods and semantics

`get_encoding` knows `o200k_base`, `o200k_harmony` and every byte-level vocabulary of this library;
`encoding_for_model` takes Bedrock's model ids. Nothing is downloaded. What differs from tiktoken:
errors are classes of `bedrock_llm.errors` that are also the class tiktoken raises (a `ValueError`
for a disallowed special token, a `KeyError` for an unknown one); `encode_to_numpy` repairs lone
surrogates as `encode` does; `encode_with_unstable` and encodings made of a regex are not there.

Everywhere else in this library text is only ever text. Here, and only here, the spelling of a
special token becomes its id, where the caller names it in `allowed_special`.

Source of the names and semantics: tiktoken 0.14.0 (MIT, <https://github.com/openai/tiktoken>, read
2026-11-22).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bedrock_llm.errors import ParameterError, TokenizerError, UnknownTokenError
from bedrock_llm.tokens import Tokenizer
from bedrock_llm.vocabularies import VOCABULARIES, PackedFile, RankFile

__all__ = ["Encoding", "encoding_for_model", "get_encoding", "list_encoding_names"]

_Allowed: TypeAlias = Literal["all"] | AbstractSet[str]
_Disallowed: TypeAlias = Literal["all"] | Collection[str]

# tiktoken's encodings that are one of our vocabularies with other special tokens.
_SUBSETS: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "o200k_base": ("o200k", {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}),
}
_NAMES: Final = (
    *_SUBSETS,
    *(name for name, row in VOCABULARIES.items() if isinstance(row, PackedFile | RankFile)),
)


def list_encoding_names() -> list[str]:
    """List the names that `get_encoding` knows."""
    return list(_NAMES)


@lru_cache(maxsize=32)
def get_encoding(encoding_name: str) -> "Encoding":
    """Give an encoding by name; the same name gives the same object.

    Raises:
        ParameterError: No encoding has the name; it is a `ValueError`.
        VocabularyMissingError: The vocabulary is not installed; the message names the extra.
    """
    if encoding_name not in _NAMES:
        known = ", ".join(_NAMES)
        raise ParameterError(f"no encoding is named {encoding_name!r}; known are {known}")
    vocabulary, special_tokens = _SUBSETS.get(encoding_name, (encoding_name, None))
    tokenizer = Tokenizer.for_name(vocabulary)
    return Encoding(tokenizer, name=encoding_name, special_tokens=special_tokens)


@lru_cache(maxsize=256)
def encoding_for_model(model_name: str) -> "Encoding":
    """Give the encoding of a model on Bedrock.

    Args:
        model_name: Anything Bedrock accepts as a model id, such as `openai.gpt-oss-20b-1:0`.

    Raises:
        ModelIdError: The id cannot be read.
        TokenizerError: The model's ids are not public, or its vocabulary is not byte-level;
            `Tokenizer.for_model` counts for it.
    """
    return Encoding(Tokenizer.for_model(model_name))


class Encoding:
    """A vocabulary with tiktoken's methods; it never changes, and threads may share it.

    Attributes:
        name: The encoding's name.
        max_token_value: The highest id.

    Example:
        >>> encoding = get_encoding("o200k_base")
        >>> encoding.encode("hello world")
        [24912, 2375]
        >>> encoding.encode("<|endoftext|>", allowed_special="all")
        [199999]
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        name: str | None = None,
        special_tokens: Mapping[str, int] | None = None,
    ) -> None:
        """Make an encoding of a tokenizer.

        Args:
            tokenizer: A tokenizer with a byte-level vocabulary whose ids are known.
            name: The encoding's name; None takes the tokenizer's.
            special_tokens: Those of the vocabulary's special tokens that the encoding has, id by
                text; None takes all.

        Raises:
            TokenizerError: The ids are not known, or the vocabulary is not byte-level.
        """
        vocabulary = tokenizer.vocabulary
        tokenizer.encode("")  # raises where the ids are not known
        if vocabulary.kind != "byte-level" or vocabulary.vocabulary_size is None:
            raise TokenizerError(
                f"{tokenizer.name!r} is a {vocabulary.kind} vocabulary and tiktoken has only "
                f"byte-level ones; use Tokenizer.encode"
            )
        self.name = name or tokenizer.name
        self._tokenizer = tokenizer
        all_special = vocabulary.special_tokens
        self._special_tokens = all_special if special_tokens is None else dict(special_tokens)
        self._hidden_ids = frozenset(all_special.values()) - set(self._special_tokens.values())
        self._special_ids = frozenset(self._special_tokens.values())
        self._sign = _shared_start(self._special_tokens)
        ids = range(vocabulary.vocabulary_size - 1, -1, -1)
        self.max_token_value = next(number for number in ids if number not in self._hidden_ids)

    def __repr__(self) -> str:
        return f"<Encoding {self.name!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        if self.name in _NAMES:
            return get_encoding, (self.name,)
        return Encoding, (self._tokenizer,)

    def encode_ordinary(self, text: str) -> list[int]:
        """Encode a text; special tokens in it are text."""
        return self._tokenizer.encode(text)

    def encode(
        self,
        text: str,
        *,
        allowed_special: _Allowed = frozenset(),
        disallowed_special: _Disallowed = "all",
    ) -> list[int]:
        """Encode a text in which special tokens may become their ids, or be refused.

        Args:
            text: The text.
            allowed_special: The special tokens that become their ids, or "all".
            disallowed_special: The texts that must not be in the text; "all" are the special
                tokens that are not allowed, () none. Special tokens that are neither are text.

        Raises:
            ParameterError: The text holds a disallowed special token; it is a `ValueError`.
        """
        parts = self._part(text, allowed_special, disallowed_special)
        ids: list[int] = []
        for part, special_id in parts:
            ids += self._tokenizer.encode(part) if special_id is None else (special_id,)
        return ids

    def encode_to_numpy(
        self,
        text: str,
        *,
        allowed_special: _Allowed = frozenset(),
        disallowed_special: _Disallowed = "all",
    ) -> NDArray[np.uint32]:
        """Encode as `encode` does; give an array of shape (n,), uint32."""
        parts = self._part(text, allowed_special, disallowed_special)
        arrays = [
            self._tokenizer.encode_array(part)
            if special_id is None
            else np.array([special_id], np.uint32)
            for part, special_id in parts
        ]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def encode_ordinary_batch(
        self, text: Iterable[str], *, num_threads: int = 8
    ) -> list[list[int]]:
        """Encode texts as `encode_ordinary` does, on threads of the core."""
        return self._tokenizer.encode_batch(text, threads=num_threads)

    def encode_batch(
        self,
        text: Iterable[str],
        *,
        num_threads: int = 8,
        allowed_special: _Allowed = frozenset(),
        disallowed_special: _Disallowed = "all",
    ) -> list[list[int]]:
        """Encode texts as `encode` does, on threads of the core.

        Raises:
            ParameterError: As for `encode`.
        """
        texts = [
            list(self._part(one_text, allowed_special, disallowed_special)) for one_text in text
        ]
        ordinary = [part for parts in texts for part, special_id in parts if special_id is None]
        encoded = iter(self._tokenizer.encode_batch(ordinary, threads=num_threads))
        return [
            [
                number
                for _, special_id in parts
                for number in (next(encoded) if special_id is None else (special_id,))
            ]
            for parts in texts
        ]

    def encode_single_token(self, text_or_bytes: str | bytes) -> int:
        """Give the id of one token, a special one included.

        Raises:
            UnknownTokenError: There is no such token; it is a `KeyError`.
        """
        is_text = isinstance(text_or_bytes, str)
        token = text_or_bytes.encode() if isinstance(text_or_bytes, str) else text_or_bytes
        number = self._tokenizer.find_token(token)
        if number is None:
            text = text_or_bytes if is_text else token.decode("utf-8", "replace")
            number = self._special_tokens.get(str(text))
        if number is None:
            raise UnknownTokenError(f"{text_or_bytes!r} is no token of {self.name!r}")
        return number

    def decode_bytes(self, tokens: Sequence[int]) -> bytes:
        """Decode ids into bytes.

        Raises:
            UnknownTokenError: There is no such id; it is a `KeyError`.
        """
        if self._hidden_ids:
            self._refuse_hidden(tokens)
        return self._tokenizer.decode_bytes(tokens)

    def decode(self, tokens: Sequence[int], errors: str = "replace") -> str:
        """Decode ids into text; `errors` is that of `bytes.decode`.

        Raises:
            UnknownTokenError: There is no such id; it is a `KeyError`.
            UnicodeDecodeError: The bytes are no UTF-8 and `errors` is "strict".
        """
        return self.decode_bytes(tokens).decode("utf-8", errors)

    def decode_single_token_bytes(self, token: int) -> bytes:
        """Decode one id into bytes.

        Raises:
            UnknownTokenError: There is no such id; it is a `KeyError`.
        """
        return self.decode_bytes([token])

    def decode_tokens_bytes(self, tokens: Sequence[int]) -> list[bytes]:
        """Decode each id into bytes.

        Raises:
            UnknownTokenError: There is no such id; it is a `KeyError`.
        """
        return [self.decode_single_token_bytes(token) for token in tokens]

    def decode_with_offsets(self, tokens: Sequence[int]) -> tuple[str, list[int]]:
        """Decode ids into text and tell where in it each token begins.

        Returns:
            The text, and per id the place of the first character that has a byte of the token.

        Raises:
            UnknownTokenError: There is no such id; it is a `KeyError`.
            UnicodeDecodeError: The bytes are no UTF-8.
        """
        parts = self.decode_tokens_bytes(tokens)
        offsets, characters = [], 0
        for part in parts:
            offsets.append(max(0, characters - _is_continuation(part[0])))
            characters += sum(not _is_continuation(byte) for byte in part)
        return b"".join(parts).decode(), offsets

    def decode_batch(
        self, batch: Sequence[Sequence[int]], *, errors: str = "replace", num_threads: int = 8
    ) -> list[str]:
        """Decode each list of ids as `decode` does; one thread is enough for it."""
        del num_threads
        return [self.decode(tokens, errors) for tokens in batch]

    def decode_bytes_batch(
        self, batch: Sequence[Sequence[int]], *, num_threads: int = 8
    ) -> list[bytes]:
        """Decode each list of ids as `decode_bytes` does; one thread is enough for it."""
        del num_threads
        return [self.decode_bytes(tokens) for tokens in batch]

    def token_byte_values(self) -> list[bytes]:
        """List the bytes of every token that is not special, sorted."""
        ids = range(self.max_token_value + 1)
        return sorted(token for token in map(self._ordinary_bytes, ids) if token is not None)

    @property
    def n_vocab(self) -> int:
        """The highest id and one."""
        return self.max_token_value + 1

    @property
    def eot_token(self) -> int:
        """The id of `<|endoftext|>`.

        Raises:
            UnknownTokenError: The encoding has none; it is a `KeyError`.
        """
        number = self._special_tokens.get("<|endoftext|>")
        if number is None:
            raise UnknownTokenError(f"{self.name!r} has no special token '<|endoftext|>'")
        return number

    @property
    def special_tokens_set(self) -> set[str]:
        """The texts of the special tokens."""
        return set(self._special_tokens)

    def is_special_token(self, token: int) -> bool:
        """Tell whether an id is that of a special token."""
        return token in self._special_ids

    def _ordinary_bytes(self, number: int) -> bytes | None:
        if number in self._special_ids or number in self._hidden_ids:
            return None
        try:
            return self._tokenizer.decode_bytes([number])
        except UnknownTokenError:  # ids may have gaps
            return None

    def _part(
        self, text: str, allowed: _Allowed, disallowed: _Disallowed
    ) -> Iterable[tuple[str, int | None]]:
        """Part a text at the special tokens that are allowed; refuse those that are not."""
        if disallowed == "all" and self._sign not in text:
            return ((text, None),)  # no special token is in it
        special = self._special_tokens.keys()
        allowed_texts = special if allowed == "all" else special & allowed
        banned = special - allowed_texts if disallowed == "all" else frozenset(disallowed)
        found = _pattern_of(frozenset(banned)).search(text) if banned else None
        if found is not None:
            _refuse_special(found.group())
        if not allowed_texts:
            return ((text, None),)
        return self._part_at(_pattern_of(frozenset(allowed_texts)), text)

    def _part_at(self, pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int | None]]:
        end = 0
        for found in pattern.finditer(text):
            yield text[end : found.start()], None
            yield found.group(), self._special_tokens[found.group()]
            end = found.end()
        yield text[end:], None

    def _refuse_hidden(self, tokens: Sequence[int]) -> None:
        hidden = next((token for token in tokens if token in self._hidden_ids), None)
        if hidden is not None:
            raise UnknownTokenError(f"token id {hidden} is not in the encoding {self.name!r}")


def _shared_start(texts: Collection[str]) -> str:
    """Give what all texts begin with."""
    first, last = min(texts, default=""), max(texts, default="")
    pairs = enumerate(zip(first, last, strict=False))
    size = next((at for at, (one, other) in pairs if one != other), len(first))
    return first[:size]


def _is_continuation(byte: int) -> bool:
    return 0x80 <= byte < 0xC0  # noqa: PLR2004  UTF-8's bytes that begin no character


def _refuse_special(token: str) -> None:
    raise ParameterError(
        f"the text holds {token!r}, a disallowed special token; to encode it as text pass "
        f"disallowed_special=(), as its id pass allowed_special={{{token!r}}}"
    )


@lru_cache(maxsize=64)
def _pattern_of(texts: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(texts, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
