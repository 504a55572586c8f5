"""The layer between a Python program and the language models of Amazon Bedrock.

Start at `ModelFactory.create_model`. A name is imported from its home when it is first used: the
import of this package costs next to nothing, and a program that only counts tokens never loads
pydantic, boto3 or aiohttp. Public modules (`bedrock_llm.errors`, `bedrock_llm.local`, ...) come the
same way. No logging is set up. `__init__.pyi` says the same to type checkers.
The installed version is `importlib.metadata.version("bedrock-llm-rs")`.
"""

from importlib import import_module

_HOMES = {
    "bedrock_llm.batch": (
        "BatchOptions",
        "BatchSummary",
        "run_batch",
    ),
    "bedrock_llm.catalog": (
        "find_profile",
        "list_profiles",
        "register_model",
    ),
    "bedrock_llm.config": ("ModelConfig",),
    "bedrock_llm.cost": (
        "Cost",
        "price_usage",
    ),
    "bedrock_llm.errors": ("BedrockLLMError",),
    "bedrock_llm.factory": ("ModelFactory",),
    "bedrock_llm.context": (
        "RequestCount",
        "count_request",
    ),
    "bedrock_llm.families": (
        "ClaudeImplementation",
        "ConverseImplementation",
        "LlamaImplementation",
    ),
    "bedrock_llm.history": ("Conversation",),
    "bedrock_llm.messages": ("Message",),
    "bedrock_llm.model": ("BaseModelImplementation",),
    "bedrock_llm.observers": (
        "LoggingObserver",
        "ModelObserver",
    ),
    "bedrock_llm.parameters": ("GenerationParameters",),
    "bedrock_llm.requests": ("Request",),
    "bedrock_llm.responses": (
        "Response",
        "StopReason",
        "ToolCall",
        "Usage",
    ),
    "bedrock_llm.retry": ("RetryPolicy",),
    "bedrock_llm.strategy": ("ModelStrategy",),
    "bedrock_llm.streaming": ("ResponseStream",),
    "bedrock_llm.window": (
        "Dropped",
        "Fitted",
        "MessageGroup",
        "Repair",
        "Repaired",
        "Shortened",
        "Violation",
        "afit_messages",
        "find_groups",
        "fit_messages",
        "repair_messages",
        "trim_messages",
        "validate_messages",
    ),
    "bedrock_llm.template": (
        "ChatTemplate",
        "Prompt",
        "PromptSpan",
        "encode_prompt",
        "format_prompt",
    ),
    "bedrock_llm.tokens": (
        "CutText",
        "TokenBudget",
        "TokenCount",
        "Tokenizer",
    ),
}
_MODULES = frozenset({"batch", "catalog", "errors", "events", "local", "messages", "tiktoken"})
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605  one table says it all


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
