"""What a request fault answers.

    FaultDecision, FaultPlan ──refuse_by_plan──► ServiceError | None

Resets and stalls are no answers; `LocalService` acts them out on the connection.

The messages are Bedrock's own, as users quote them in the threads listed beside the library's
error table; "Too many tokens, please wait" is the one that clients mistake for a full window.
"""

from dataclasses import dataclass

from bedrock_llm.errors import ServiceError
from bedrock_llm.local.faults import FaultDecision, FaultPlan, RequestFault
from bedrock_llm.local.refusals import refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Hold one fault's answer; the last of several messages is as likely as the first."""

    code: str
    messages: tuple[str, ...]
    asks_to_wait: bool = False
    has_model_status: bool = False


_ANSWERS = {
    RequestFault.THROTTLE: _Answer(
        code="ThrottlingException",
        messages=(
            "Too many requests, please wait before trying again.",
            "Too many tokens, please wait before trying again.",
        ),
        asks_to_wait=True,
    ),
    RequestFault.INTERNAL_ERROR: _Answer(
        code="InternalServerException",
        messages=(
            "The system encountered an unexpected error during processing. Try your request again.",
        ),
    ),
    RequestFault.UNAVAILABLE: _Answer(
        code="ServiceUnavailableException",
        messages=(
            "Bedrock is unable to process your request.",
            "Too many connections, please wait before trying again.",
        ),
        asks_to_wait=True,
    ),
    RequestFault.MODEL_ERROR: _Answer(
        code="ModelErrorException",
        messages=("The request failed due to an error while processing the model.",),
        has_model_status=True,
    ),
    RequestFault.MODEL_TIMEOUT: _Answer(
        code="ModelTimeoutException",
        messages=("Model has timed out in processing the request. Try your request again.",),
    ),
    RequestFault.MODEL_NOT_READY: _Answer(
        code="ModelNotReadyException",
        messages=("Model is not ready for inference. Wait and try your request again.",),
    ),
}


def refuse_by_plan(decision: FaultDecision, plan: FaultPlan) -> ServiceError | None:
    """Build the refusal that a decision asks for.

    Args:
        decision: What was decided for the request.
        plan: The plan it came from.

    Returns:
        The refusal, or None where the request is let through or has no answer at all.
    """
    answer = None if decision.request_fault is None else _ANSWERS.get(decision.request_fault)
    if answer is None:
        return None
    return refuse(
        answer.code,
        answer.messages[int(decision.variant * len(answer.messages))],
        retry_after_seconds=plan.retry_after_seconds if answer.asks_to_wait else None,
        original_status_code=plan.model_error_status if answer.has_model_status else None,
    )
