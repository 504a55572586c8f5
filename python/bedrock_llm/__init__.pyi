# Read by type checkers only; `__init__.py` imports each name when it is first used.

from bedrock_llm import batch as batch
from bedrock_llm import catalog as catalog
from bedrock_llm import errors as errors
from bedrock_llm import events as events
from bedrock_llm import local as local
from bedrock_llm import messages as messages
from bedrock_llm import tiktoken as tiktoken
from bedrock_llm.batch import BatchOptions, BatchSummary, run_batch
from bedrock_llm.catalog import find_profile, list_profiles, register_model
from bedrock_llm.config import ModelConfig
from bedrock_llm.context import RequestCount, count_request
from bedrock_llm.cost import Cost, price_usage
from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.families import ClaudeImplementation, ConverseImplementation, LlamaImplementation
from bedrock_llm.history import Conversation
from bedrock_llm.messages import Message
from bedrock_llm.model import BaseModelImplementation
from bedrock_llm.observers import LoggingObserver, ModelObserver
from bedrock_llm.parameters import GenerationParameters
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response, StopReason, ToolCall, Usage
from bedrock_llm.retry import RetryPolicy
from bedrock_llm.strategy import ModelStrategy
from bedrock_llm.streaming import ResponseStream
from bedrock_llm.template import (
    ChatTemplate,
    Prompt,
    PromptSpan,
    encode_prompt,
    format_prompt,
)
from bedrock_llm.tokens import CutText, TokenBudget, TokenCount, Tokenizer
from bedrock_llm.window import (
    Dropped,
    Fitted,
    MessageGroup,
    Repair,
    Repaired,
    Shortened,
    Violation,
    afit_messages,
    find_groups,
    fit_messages,
    repair_messages,
    trim_messages,
    validate_messages,
)

__all__ = [
    "BaseModelImplementation",
    "BatchOptions",
    "BatchSummary",
    "BedrockLLMError",
    "ChatTemplate",
    "ClaudeImplementation",
    "Conversation",
    "ConverseImplementation",
    "Cost",
    "CutText",
    "Dropped",
    "Fitted",
    "GenerationParameters",
    "LlamaImplementation",
    "LoggingObserver",
    "Message",
    "MessageGroup",
    "ModelConfig",
    "ModelFactory",
    "ModelObserver",
    "ModelStrategy",
    "Prompt",
    "PromptSpan",
    "Repair",
    "Repaired",
    "Request",
    "RequestCount",
    "Response",
    "ResponseStream",
    "RetryPolicy",
    "Shortened",
    "StopReason",
    "TokenBudget",
    "TokenCount",
    "Tokenizer",
    "ToolCall",
    "Usage",
    "Violation",
    "afit_messages",
    "count_request",
    "encode_prompt",
    "find_groups",
    "find_profile",
    "fit_messages",
    "format_prompt",
    "list_profiles",
    "price_usage",
    "register_model",
    "repair_messages",
    "run_batch",
    "trim_messages",
    "validate_messages",
]
