# ruff: noqa: RUF001  DeepSeek's special tokens are spelled with a full-width bar
"""Templates of the core as framings: which one, and what Bedrock adds (2026-11-22).

The extra tokens were read off recordings. Specials are what native bodies spell.
"""

from dataclasses import replace
from typing import Final

from bedrock_llm.framing.rendered import RenderedFraming

LLAMA_30: Final = RenderedFraming(
    template="llama3-served",
    tool_template="llama3.1-served",
    specials=("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    extra_tokens=4,
)
LLAMA_31: Final = replace(LLAMA_30, template="llama3.1-served", tool_template="", extra_tokens=0)
LLAMA_4: Final = RenderedFraming(
    template="llama4-served",
    specials=("<|begin_of_text|>", "<|header_start|>", "<|header_end|>", "<|eot|>"),
)

MISTRAL_V1: Final = RenderedFraming(
    template="mistral-v1", specials=("<s>", "</s>"), tool_template="mistral-v3", extra_tokens=1
)
MISTRAL_V2: Final = RenderedFraming(
    template="mistral-v2",
    specials=(
        "<s>",
        "</s>",
        "[INST]",
        "[/INST]",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
        "[TOOL_CALLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]",
        "[SYSTEM_PROMPT]",
        "[/SYSTEM_PROMPT]",
        "[ARGS]",
    ),
)
MISTRAL_V3: Final = replace(MISTRAL_V2, template="mistral-v3")
MISTRAL_V7: Final = replace(MISTRAL_V2, template="mistral-v7")
MISTRAL_V11: Final = replace(MISTRAL_V2, template="mistral-v11")
MISTRAL_V13: Final = replace(MISTRAL_V2, template="mistral-v13")

_CHAT_ML: Final = ("<|im_start|>", "<|im_end|>")
QWEN_3: Final = RenderedFraming(
    template="qwen3",
    specials=(*_CHAT_ML, "<think>", "</think>", "<tool_call>", "</tool_call>"),
)
QWEN_3_INSTRUCT: Final = replace(QWEN_3, template="qwen3-instruct")
QWEN_3_CODER: Final = replace(QWEN_3, template="qwen3-coder")
CHAT_ML: Final = RenderedFraming(template="chatml", specials=_CHAT_ML, tool_template="qwen3")

DEEPSEEK_V31: Final = RenderedFraming(
    template="deepseek-v3.1",
    specials=(
        "<｜begin▁of▁sentence｜>",
        "<｜end▁of▁sentence｜>",
        "<｜User｜>",
        "<｜Assistant｜>",
        "<think>",
        "</think>",
        "<｜tool▁calls▁begin｜>",
        "<｜tool▁calls▁end｜>",
        "<｜tool▁call▁begin｜>",
        "<｜tool▁call▁end｜>",
        "<｜tool▁sep｜>",
        "<｜tool▁output▁begin｜>",
        "<｜tool▁output▁end｜>",
    ),
)
DEEPSEEK_V32: Final = replace(DEEPSEEK_V31, template="deepseek-v3.2")
DEEPSEEK_R1: Final = replace(DEEPSEEK_V31, template="deepseek-r1", tool_template="deepseek-v3.1")

GLM_46: Final = RenderedFraming(
    template="glm-4.6",
    specials=(
        "[gMASK]",
        "<sop>",
        "<|system|>",
        "<|user|>",
        "<|assistant|>",
        "<|observation|>",
        "<think>",
        "</think>",
        "<tool_call>",
        "</tool_call>",
        "<arg_key>",
        "</arg_key>",
        "<arg_value>",
        "</arg_value>",
        "<tool_response>",
        "</tool_response>",
    ),
)
GLM_47: Final = replace(GLM_46, template="glm-4.7")

MINIMAX_M2: Final = RenderedFraming(
    template="minimax-m2", specials=("]~!b[", "]~b]", "[e~[", "<think>", "</think>")
)
MINIMAX_M21: Final = replace(MINIMAX_M2, template="minimax-m2.1")
MINIMAX_M25: Final = replace(MINIMAX_M2, template="minimax-m2.5")

KIMI_K2: Final = RenderedFraming(
    template="kimi-k2-thinking",
    specials=("<|im_system|>", "<|im_user|>", "<|im_assistant|>", "<|im_middle|>", "<|im_end|>"),
)
KIMI_K25: Final = replace(KIMI_K2, template="kimi-k2.5")

GEMMA_3: Final = RenderedFraming(
    template="gemma3",
    specials=("<bos>", "<start_of_turn>", "<end_of_turn>"),
    tool_template="gemma3-tools",
)

CLAUDE_2: Final = RenderedFraming(template="claude2", extra_tokens=1)

GPT_OSS: Final = RenderedFraming(
    template="gpt-oss-served",
    specials=("<|start|>", "<|message|>", "<|end|>", "<|channel|>", "<|call|>"),
)
GPT_OSS_MANTLE: Final = replace(GPT_OSS, extra_tokens=-2)
GPT_OSS_NATIVE: Final = replace(GPT_OSS, extra_tokens=2, tool_extra_tokens=0, result_tokens=-3)
