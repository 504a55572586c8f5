"""Which prompt template belongs to which model.

    base id ─► the row with the longest matching prefix ─► template's name

Sources: the model cards and the vendors' packages that the templates equal; each template's own
source is in the core (`bedrock_llm._core.list_templates`). Verified on 2026-11-22.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bedrock_llm.catalog.model_ids import parse_model_id
from bedrock_llm.errors import UnknownModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """Say which template the models with one id prefix have.

    Attributes:
        prefix: Base ids that start with it belong to the row; the longest match wins.
        template: The template's name in the core.
    """

    prefix: str
    template: str


def _row(prefix: str, template: str) -> TemplateRow:
    return TemplateRow(prefix=prefix, template=template)


TEMPLATE_ROWS: Final = (
    _row("meta.llama2", "llama2"),
    _row("meta.llama3-8b", "llama3"),
    _row("meta.llama3-70b", "llama3"),
    _row("meta.llama3-1", "llama3.1"),
    _row("meta.llama3-2", "llama3.1"),
    _row("meta.llama3-3", "llama3.1"),
    _row("meta.llama4", "llama4"),
    _row("mistral.mistral-7b", "mistral-v1"),
    _row("mistral.mixtral-8x7b", "mistral-v1"),
    _row("mistral.mistral-small-2402", "mistral-v2"),
    _row("mistral.mistral-large-2402", "mistral-v2"),
    _row("mistral.mistral-large-2407", "mistral-v3"),
    _row("mistral.pixtral-large", "mistral-v7"),
    _row("mistral.ministral-3", "mistral-v13"),
    _row("mistral.mistral-large-3", "mistral-v13"),
    _row("mistral.magistral", "mistral-v13"),
    _row("mistral.devstral", "mistral-v13"),
    _row("mistral.voxtral", "mistral-v11"),
    _row("qwen.qwen3-32b", "qwen3"),
    _row("qwen.qwen3-235b", "qwen3-instruct"),
    _row("qwen.qwen3-next", "qwen3-instruct"),
    _row("qwen.qwen3-vl", "qwen3-instruct"),
    _row("qwen.qwen3-coder", "qwen3-coder"),
    _row("deepseek.r1", "deepseek-r1"),
    _row("deepseek.v3-", "deepseek-v3.1"),
    _row("deepseek.v3.1", "deepseek-v3.1"),
    _row("deepseek.v3.2", "deepseek-v3.2"),
    _row("zai.glm-4.6", "glm-4.6"),
    _row("zai.glm-4.7", "glm-4.7"),
    _row("zai.glm-5", "glm-4.7"),
    _row("zai.glm-5.", "glm-5.3"),
    _row("minimax.minimax-m2", "minimax-m2"),
    _row("minimax.minimax-m2.1", "minimax-m2.1"),
    _row("minimax.minimax-m2.5", "minimax-m2.5"),
    _row("moonshotai.kimi-k2-thinking", "kimi-k2-thinking"),
    _row("moonshot.kimi-k2-thinking", "kimi-k2-thinking"),
    _row("moonshotai.kimi-k2.5", "kimi-k2.5"),
    _row("google.gemma-3", "gemma3"),
    _row("openai.gpt-oss", "gpt-oss"),
    _row("cohere.command-r", "command-r"),
    _row("ai21.jamba-1-5", "jamba"),
    _row("amazon.titan-t", "titan"),
    _row("anthropic.claude-v2", "claude2"),
    _row("anthropic.claude-instant", "claude2"),
)
"""Every row."""

_BY_PREFIX_LENGTH: Final = sorted(TEMPLATE_ROWS, key=lambda row: len(row.prefix), reverse=True)


@lru_cache(maxsize=512)
def find_template_row(model_id: str) -> TemplateRow:
    """Find the template of a model.

    Args:
        model_id: Anything Bedrock accepts as a model id.

    Raises:
        ModelIdError: The id cannot be read.
        UnknownModelError: No public template is known for the model, or an ARN hides it.
    """
    base_id = parse_model_id(model_id).base_id or ""
    row = next((row for row in _BY_PREFIX_LENGTH if base_id.startswith(row.prefix)), None)
    if row is None:
        raise UnknownModelError(
            f"no prompt template is known for the model {model_id!r}; name one with template=, "
            f"such as 'llama3.1', or send the request with Converse, whose server applies its own",
            model_id=model_id,
        )
    return row
