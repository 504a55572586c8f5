"""`fit_request`: what `generate_text` sends of a request.

    request ─► surely small? ─► as it is
                    └─► counted, the upper end ─► as it is, or fewer messages, or an error

A request of nothing but text whose bytes alone are fewer than the window's tokens is not counted:
no vocabulary has more tokens in a text than it has bytes, but for the scale of an estimate, which
the factor allows for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from bedrock_llm.catalog import ModelProfile
from bedrock_llm.errors import ContextWindowError
from bedrock_llm.fitted import Fitted
from bedrock_llm.framing.conversation import read_body
from bedrock_llm.messages import DocumentBlock, Message, TextBlock
from bedrock_llm.requests import Request
from bedrock_llm.window.job import Job
from bedrock_llm.window.settings import StrategyName, ToolsInput, WindowSettings

Truncation: TypeAlias = Literal[
    "drop_oldest",
    "drop_middle",
    "drop_newest",
    "priority",
    "clear_tool_results",
    "dedupe_tool_results",
    "cut_longest",
    "off",
]
"""How a conversation that is too long is shortened; `off` raises instead."""

_REPLY_TOKENS: Final = 4096
_REPLY_SHARE: Final = 8
_BYTES_PER_CHARACTER: Final = 4
_SCALE: Final = 2
_MESSAGE_TOKENS: Final = 64
_HEAD_TOKENS: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRequest:
    """A request that can be sent.

    Attributes:
        request: The request.
        fitted: What was done to its messages; None where nothing was.
    """

    request: Request
    fitted: Fitted[Message] | None = None


def fit_request(
    request: Request, *, model: str, profile: ModelProfile | None, truncation: Truncation
) -> FittedRequest:
    """Shorten the conversation of a request so that it fits the model's window.

    Room is left for the reply: `max_tokens` where it is set, else 4 096 tokens or an eighth of the
    window. Where a count is an estimate, its upper end must fit; only what must be kept in any case
    is taken at its count. How many tokens a document has is known to the service alone: a request
    with one that does not seem to fit is sent as it is, and the service decides.

    Args:
        request: The request as it was built.
        model: The model behind the id.
        profile: Its facts; without a window that is known for this model nothing is done.
        truncation: The strategy, or `off`.

    Raises:
        ContextWindowError: It does not fit, and may not or cannot be shortened.
    """
    window = None if profile is None or profile.is_conservative else profile.context_window_tokens
    if window is None or not request.messages:
        return FittedRequest(request=request)
    reserve = _reply_tokens(request, window)
    if reserve >= window or _is_surely_small(request, window - reserve):
        return FittedRequest(request=request)
    return _Sending(
        request=request, model=model, window=window, reserve=reserve, truncation=truncation
    ).fit()


def _reply_tokens(request: Request, window: int) -> int:
    asked = request.inference_config.max_tokens if request.inference_config else None
    return min(_REPLY_TOKENS, window // _REPLY_SHARE) if asked is None else asked


def _is_surely_small(request: Request, budget: int) -> bool:
    if request.tool_config is not None or request.output_config is not None:
        return False
    blocks = [*request.system, *(block for one in request.messages for block in one.content)]
    tokens = _HEAD_TOKENS + _MESSAGE_TOKENS * len(request.messages)
    for block in blocks:
        if not isinstance(block, TextBlock):
            return False
        text = block.text
        tokens += _SCALE * len(text) * (1 if text.isascii() else _BYTES_PER_CHARACTER)
        if tokens > budget:
            return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    """A request and the window that it is sent to."""

    request: Request
    model: str
    window: int
    reserve: int
    truncation: Truncation

    def fit(self) -> FittedRequest:
        try:
            return self._fit()
        except ContextWindowError:
            if not self._has_document:
                raise
            return FittedRequest(request=self.request)

    @property
    def _has_document(self) -> bool:
        blocks = (block for message in self.request.messages for block in message.content)
        return any(isinstance(block, DocumentBlock) for block in blocks)

    def _fit(self) -> FittedRequest:
        job = self._job(conservative=True)
        if job.is_whole:
            return FittedRequest(request=self.request)
        if self.truncation == "off":
            return self._refuse_unless_fits()
        fitted = self._finish(job)
        if not fitted.is_changed:
            return FittedRequest(request=self.request)
        shortened = self.request.model_copy(update={"messages": tuple(fitted.messages)})
        return FittedRequest(request=shortened, fitted=fitted)

    def _finish(self, job: Job[Message]) -> Fitted[Message]:
        try:
            return job.finish()
        except ContextWindowError:
            return self._job(conservative=False).finish()

    def _refuse_unless_fits(self) -> FittedRequest:
        job = self._job(conservative=False)
        if job.is_whole:
            return FittedRequest(request=self.request)
        tokens, limit = job.count_all(), self.window - self.reserve
        raise ContextWindowError(
            f"the request has {tokens} tokens and {limit} are left of the window of "
            f"{self.window} after {self.reserve} for the reply; shorten it, lower max_tokens, or "
            "choose another truncation than 'off' in ModelConfig",
            model_id=self.request.model_id,
            tokens=tokens,
            limit_tokens=limit,
        )

    def _job(self, *, conservative: bool) -> Job[Message]:
        strategy = "drop_oldest" if self.truncation == "off" else self.truncation
        head = self.request.model_copy(update={"messages": ()}).to_converse()
        tool_config = head.get("toolConfig")
        tools = tool_config.get("tools") if isinstance(tool_config, Mapping) else None
        settings = WindowSettings(
            max_tokens=self.window,
            model=self.model,
            tools=cast("ToolsInput", tools or ()),
            strategy=cast("StrategyName", strategy),
            reserve_tokens=self.reserve,
            conservative=conservative,
        )
        return Job(self.request.messages, settings, head=read_body(head))
