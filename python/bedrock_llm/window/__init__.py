"""The window: what of a conversation is sent, and that what is sent can be."""

from bedrock_llm.window.validation import (
    Repair,
    Repaired,
    Violation,
    repair_messages,
    validate_messages,
)

__all__ = ["Repair", "Repaired", "Violation", "repair_messages", "validate_messages"]
