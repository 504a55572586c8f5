"""Generation parameters and the structures of a Converse request that hold them."""

from bedrock_llm.parameters.configs import (
    GuardrailConfig,
    InferenceConfig,
    OutputConfig,
    PerformanceConfig,
    ServiceTier,
)
from bedrock_llm.parameters.generation import (
    PARAMETER_SPELLINGS,
    GenerationParameters,
    parse_parameters,
)
from bedrock_llm.parameters.rules import JsonObject, PromptVariables, RequestMetadata, TextList
from bedrock_llm.parameters.table import PARAMETERS, ParameterRow
from bedrock_llm.parameters.tools import SystemTool, Tool, ToolChoice, ToolConfig, ToolSpec

__all__ = [
    "PARAMETERS",
    "PARAMETER_SPELLINGS",
    "GenerationParameters",
    "GuardrailConfig",
    "InferenceConfig",
    "JsonObject",
    "OutputConfig",
    "ParameterRow",
    "PerformanceConfig",
    "PromptVariables",
    "RequestMetadata",
    "ServiceTier",
    "SystemTool",
    "TextList",
    "Tool",
    "ToolChoice",
    "ToolConfig",
    "ToolSpec",
    "parse_parameters",
]
