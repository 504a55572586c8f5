"""What one model refuses and another takes.

    body, model, input tokens ──each rule in order──► nothing, or the first `ValidationException`

A rule asks a fact of the model's profile and refuses only where the catalog says "no": a fact that
nobody knows (None) refuses nothing. Wording as users quote Bedrock (read 2026-11-22):
the output limit https://github.com/sigoden/aichat/pull/813, the window
https://github.com/strands-agents/harness-sdk/issues/1912.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bedrock_llm.catalog import ModelMode
from bedrock_llm.local.conversation import Body
from bedrock_llm.local.models import HostedModel
from bedrock_llm.local.refusals import refuse_invalid

_LEAST_THINKING_TOKENS = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Hold what the rules look at.

    Attributes:
        body: The checked body.
        model: The model it is for.
        input_tokens: What the body counts.
        is_streaming: The reply is to be streamed.
    """

    body: Body
    model: HostedModel
    input_tokens: int
    is_streaming: bool


def check_model_rules(inquiry: Inquiry) -> None:
    """Refuse a request that the model behind it refuses.

    Args:
        inquiry: The request.

    Raises:
        ServiceError: A `ValidationException`.
    """
    for rule in _RULES:
        for message in rule(inquiry):
            raise refuse_invalid(message)


def _check_mode(inquiry: Inquiry) -> Iterator[str]:
    if inquiry.model.profile.mode is not ModelMode.CHAT:
        yield (
            "This action doesn't support the model that you provided. Try again with a supported "
            "text or chat model."
        )


def _check_system(inquiry: Inquiry) -> Iterator[str]:
    if inquiry.body.get("system") and inquiry.model.profile.supports_system is False:
        yield (
            "This model doesn't support system messages. Try again without a system message or "
            "use a model that supports system messages."
        )


def _check_tools(inquiry: Inquiry) -> Iterator[str]:
    if "toolConfig" in inquiry.body and inquiry.model.profile.supports_tools is False:
        yield "This model doesn't support tool use."


def _check_streaming(inquiry: Inquiry) -> Iterator[str]:
    if inquiry.is_streaming and inquiry.model.profile.supports_streaming is False:
        yield "This model doesn't support streaming."


def _check_prefill(inquiry: Inquiry) -> Iterator[str]:
    is_prefilled = inquiry.body["messages"][-1]["role"] == "assistant"
    if is_prefilled and inquiry.model.profile.supports_prefill is False:
        yield (
            "This model does not support assistant message prefill. The conversation must end "
            "with a user message."
        )


def _check_output_limit(inquiry: Inquiry) -> Iterator[str]:
    asked = inquiry.body.get("inferenceConfig", {}).get("maxTokens", 0)
    limit = inquiry.model.max_output_tokens
    if inquiry.model.profile.max_output_tokens is not None and asked > limit:
        yield (
            f"The maximum tokens you requested exceeds the model limit of {limit}. Try again with "
            f"a maximum tokens value that is lower than {limit}. (requested: {asked})"
        )


def _check_thinking(inquiry: Inquiry) -> Iterator[str]:
    budget = find_thinking_tokens(inquiry.body)
    if budget is None:
        return
    asked = inquiry.body.get("inferenceConfig", {}).get("maxTokens")
    if budget < _LEAST_THINKING_TOKENS:
        yield (
            "thinking.enabled.budget_tokens: Input should be greater than or equal to "
            f"{_LEAST_THINKING_TOKENS}"
        )
    if asked is not None and asked <= budget:
        yield "`max_tokens` must be greater than `thinking.budget_tokens`."


def _check_window(inquiry: Inquiry) -> Iterator[str]:
    window = inquiry.model.profile.context_window_tokens
    if window is not None and inquiry.input_tokens > window:
        yield "Input is too long for requested model."


def find_thinking_tokens(body: Body) -> int | None:
    """Find the thinking budget of a Claude request.

    Args:
        body: A Converse body.

    Returns:
        Tokens, or None where thinking is not asked for with a budget.
    """
    fields = body.get("additionalModelRequestFields")
    thinking = fields.get("thinking") if isinstance(fields, dict) else None
    if not isinstance(thinking, dict) or thinking.get("type") != "enabled":
        return None
    budget = thinking.get("budget_tokens")
    return budget if isinstance(budget, int) and not isinstance(budget, bool) else None


_RULES: tuple[Callable[[Inquiry], Iterator[str]], ...] = (
    _check_mode,
    _check_system,
    _check_tools,
    _check_streaming,
    _check_prefill,
    _check_output_limit,
    _check_thinking,
    _check_window,
)
