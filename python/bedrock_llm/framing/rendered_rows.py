"""Templates of the core as framings: which one, and what Bedrock adds (2026-11-22).

The extra tokens were read off recordings, as those of `template_rows.py`. Specials are what native
bodies spell.
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

MISTRAL_V1: Final = RenderedFraming(template="mistral-v1", specials=("<s>", "</s>"), extra_tokens=1)
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
