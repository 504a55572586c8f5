"""Families: one file and one row each.

A family that needs nothing beyond Converse needs no row: `ConverseImplementation` serves it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bedrock_llm.families.claude import ClaudeImplementation
from bedrock_llm.families.converse import ConverseImplementation
from bedrock_llm.families.llama import LlamaImplementation
from bedrock_llm.model import BaseModelImplementation

IMPLEMENTATIONS: Mapping[str, type[BaseModelImplementation]] = MappingProxyType(
    {row.rules.name: row for row in (ClaudeImplementation, LlamaImplementation)}
)

__all__ = [
    "IMPLEMENTATIONS",
    "ClaudeImplementation",
    "ConverseImplementation",
    "LlamaImplementation",
]
