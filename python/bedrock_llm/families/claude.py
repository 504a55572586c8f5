"""Anthropic's Claude."""

from bedrock_llm.family_rules import FamilyRules
from bedrock_llm.model import BaseModelImplementation


class ClaudeImplementation(BaseModelImplementation):
    """Call a Claude model.

    `top_k` and `thinking` travel as Anthropic's own fields
    (https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html and
    .../claude-messages-extended-thinking.html, read 2026-11-22).
    """

    rules = FamilyRules(
        name="claude", additional_paths={"top_k": ("top_k",), "thinking": ("thinking",)}
    )
