"""Prompts: the text and the ids that a model's own chat template makes of messages.

    messages, system, tools ─► template row of the model ─► core: render, defend ─► Prompt
                               (rows.py, by prefix)                                  text, spans,
                                                                                     tokens, ids

Design, on one page:

- A model's template is a row (`rows.py`): the longest prefix of its id wins. The templates are
  written in the core, one file per family, and equal the vendor's own encoder id for id where there
  is one (`llama-models`, `mistral-common`), else the vendor's chat template.
- `format_prompt` gives the text, for native bodies that take a prompt (imported models, older
  ones). Content cannot forge a control token: `control_tokens` says what happens to one it spells.
- `encode_prompt` gives the ids. Control ids come from the template alone, whatever content spells.
- On Converse the server applies the template, so nothing here is sent; `count_request` counts with
  the same templates.
- Dates are frozen unless given: the same conversation is the same prompt tomorrow, and prompt
  caches keep working.
- A model that is imported with a chat template of its own has `ChatTemplate`, in a sandbox.
- What has no place in a prompt is named (`Prompt.omitted`) or refused, never dropped in silence.
"""

from bedrock_llm.template.chat_template import ChatTemplate, RenderedChat
from bedrock_llm.template.control import (
    ControlTokenNames,
    NeutralizedText,
    list_control_tokens,
    neutralize,
    restore,
)
from bedrock_llm.template.prompt import Prompt, PromptSpan, encode_prompt, format_prompt
from bedrock_llm.template.rows import TEMPLATE_ROWS, TemplateRow, find_template_row

__all__ = [
    "TEMPLATE_ROWS",
    "ChatTemplate",
    "ControlTokenNames",
    "NeutralizedText",
    "Prompt",
    "PromptSpan",
    "RenderedChat",
    "TemplateRow",
    "encode_prompt",
    "find_template_row",
    "format_prompt",
    "list_control_tokens",
    "neutralize",
    "restore",
]
