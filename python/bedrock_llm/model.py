"""`BaseModelImplementation`: one call, stage by stage.

    messages ─► Request ─► fitted ─► Call ─► transport ─► reply ─► Response ─► observers
     caller     validated  window    body    signed HTTP   JSON     typed       told

Every arrow is one method below, and a family changes none of them: it says in its `FamilyRules`
row where Bedrock wants the parameters that Converse has no field for. Nothing is connected before
the first call. Exactly one layer retries: `bedrock_llm.retry`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from types import TracebackType
from typing import Any, ClassVar, Self

from bedrock_llm.blocking import BlockingModel
from bedrock_llm.catalog import ModelProfile, find_profile, parse_model_id
from bedrock_llm.config import ModelConfig
from bedrock_llm.context import RequestCount, count_request
from bedrock_llm.errors import (
    BedrockLLMError,
    ConfigurationError,
    ResponseError,
    UnknownModelError,
)
from bedrock_llm.family_rules import FamilyRules, check_output_limit
from bedrock_llm.messages import MessagesInput
from bedrock_llm.observers import CallWatch, ModelObserver, Observers, RetryNotice
from bedrock_llm.parameters import GenerationParameters, parse_parameters
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response, parse_converse_reply
from bedrock_llm.retry import RetryLoop, RetryPolicy
from bedrock_llm.streaming import ResponseStream, StreamPlan
from bedrock_llm.tokens import TokenCount, Tokenizer
from bedrock_llm.transport import open_transport
from bedrock_llm.transport.calls import Call, Operation, Transport
from bedrock_llm.window import FittedRequest, fit_request
from bedrock_llm.wire import JsonValue

# What CountTokens reads of a Converse body.
_COUNTED_KEYS = ("messages", "system", "toolConfig", "additionalModelRequestFields")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """The live objects a model calls through; each is optional.

    Attributes:
        session: A boto3 session to take region, profile and credentials from.
        client: A ready boto3 `bedrock-runtime` client; calls then run through it in threads.
        transport: A transport to share with other models; it is not closed with the model.
    """

    session: object | None = None
    client: object | None = None
    transport: Transport | None = None


class BaseModelImplementation:
    """Generate, stream and count with one model of Amazon Bedrock.

    Use `ModelFactory.create_model`, which chooses the family, or construct a family directly.

    Args:
        config: The model id, or a whole `ModelConfig`.
        connections: Live objects to call through; by default boto3's own chain is used.
        observers: Who is told of every call.
        retry_policy: How often and how long to wait; by default from `config.max_retries`.
        base_model: The foundation model behind an id that hides it (an application inference
            profile, an imported model).

    Raises:
        ParameterError: A default parameter in the config is refused by this model.
        ModelIdError: The model id cannot be read.
        ConfigurationError: Two of the connections contradict each other.
    """

    rules: ClassVar[FamilyRules] = FamilyRules(name="converse")

    def __init__(
        self,
        config: ModelConfig | str,
        *,
        connections: Connections | None = None,
        observers: ModelObserver | Iterable[ModelObserver] = (),
        retry_policy: RetryPolicy | None = None,
        base_model: str | None = None,
    ) -> None:
        self.config = ModelConfig(model_id=config) if isinstance(config, str) else config
        self.base_model = base_model or self.config.model_id
        self._transport, self._owns_transport = _connect(self.config, connections or Connections())
        self._observers = Observers(observers)
        self._retry_policy = retry_policy or RetryPolicy(max_attempts=self.config.max_retries + 1)
        self._check(self.config.parameters)

    # The stages, in the order a call goes through them.

    async def generate_text(self, messages: MessagesInput, **parameters: Any) -> Response:
        """Send messages and wait for the whole reply.

        A conversation longer than the model's window, where that is known, is shortened as
        `config.truncation` says; `response.fitted` has what was left out, and observers hear of it.

        Args:
            messages: A prompt, one message, or messages in turn order: strings, `Message`s or
                Converse's own dicts.
            **parameters: Generation parameters for this call, over those of the config; see
                `bedrock_llm.parameters.GenerationParameters`.

        Returns:
            The reply with its usage, stop reason and ids.

        Raises:
            InvalidRequestError: A message or parameter cannot be sent; nothing was.
            ContextWindowError: The conversation does not fit the model's window, and what must be
                kept does not fit either, or `truncation` is `off`.
            ServiceError: Bedrock answered with an error that retries did not cure.
            ConnectionFailedError: No connection, also after retries.
            ConfigurationError: Region or credentials are missing.
        """
        return await self._send_fitted(self._fit(self.build_request(messages, **parameters)))

    def stream_text(self, messages: MessagesInput, **parameters: Any) -> ResponseStream:
        """Send messages and read the reply as it arrives.

        Use the result in one `async with` block, which sends the request; see
        `bedrock_llm.streaming.ResponseStream`. Arguments and errors are those of `generate_text`,
        and what cannot be sent is refused here already; a stream that breaks raises `StreamError`
        with the partial reply.
        """
        fitted = self._fit(self.build_request(messages, **parameters))
        return ResponseStream(self._plan_stream(fitted))

    def build_request(self, messages: MessagesInput, **parameters: Any) -> Request:
        """Turn messages and parameters into a validated request; nothing is sent."""
        merged = parse_parameters(parameters, defaults=self.config.parameters)
        additional_fields = self._check(merged)
        return Request.build(
            self.config.model_id, messages, merged, additional_fields=additional_fields
        )

    async def send_request(self, request: Request) -> Response:
        """Send a request that is already built, as it is; errors are those of `generate_text`."""
        return await self._send_fitted(FittedRequest(request=request))

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a text with this model's vocabulary, offline.

        Returns:
            Tokens; `self.tokenizer.exactness` says how they are known.
        """
        return self.tokenizer.count(text)

    def count_request_tokens(self, messages: MessagesInput, **parameters: Any) -> RequestCount:
        """Count the input tokens of a whole request, offline, part by part.

        Returns:
            The tokens of the system prompt, the tools, each message and the prompt format around
            them, and how they are known.
        """
        request = self.build_request(messages, **parameters)
        return count_request(request, tokenizer=self.tokenizer, model_id=self.base_model)

    async def count_tokens_exact(self, messages: MessagesInput, **parameters: Any) -> TokenCount:
        """Ask Bedrock's CountTokens for the input tokens of a request.

        Bedrock counts Claude models only, and wants the base id without a geography.

        Raises:
            RequestRefusedError: Bedrock does not count for this model.
        """
        body = self.build_request(messages, **parameters).to_converse()
        counted = {key: body[key] for key in _COUNTED_KEYS if key in body}
        model_id = parse_model_id(self.base_model).base_id or self.base_model
        call = Call(
            operation=Operation.COUNT_TOKENS,
            model_id=model_id,
            body={"input": {"converse": counted}},
        )
        reply = await self._retries(call).run(lambda: self._transport.send(call))
        tokens = reply.body.get("inputTokens")
        if not isinstance(tokens, int):
            raise ResponseError(
                f"CountTokens gave {tokens!r} where inputTokens should be a whole number",
                model_id=model_id,
                request_id=reply.request_id,
            )
        return TokenCount(
            tokens=tokens,
            exactness="exact",
            method="Bedrock CountTokens",
            error_bound=0.0,
        )

    def validate_parameters(self, **parameters: Any) -> None:
        """Check parameters as a call would; nothing is sent.

        Raises:
            ParameterError: A parameter is unknown, mistyped, out of range, or not taken by this
                model; the message says what is allowed.
        """
        self._check(parse_parameters(parameters, defaults=self.config.parameters))

    # What a model knows about itself.

    @property
    def model_id(self) -> str:
        """The id this model is called by."""
        return self.config.model_id

    @cached_property
    def profile(self) -> ModelProfile | None:
        """The catalog's facts about the model, or None where the id hides it."""
        try:
            return find_profile(self.base_model)
        except UnknownModelError:
            return None

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The vocabulary this model is counted with."""
        return Tokenizer.for_model(self.base_model)

    @cached_property
    def blocking(self) -> BlockingModel:
        """The same methods for callers without an event loop."""
        return BlockingModel(self)

    # Opening and closing.

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; a later call opens new ones. A shared transport stays open."""
        if self._owns_transport:
            await self._transport.close()

    def _check(self, parameters: GenerationParameters) -> dict[str, JsonValue]:
        check_output_limit(parameters, self.profile, model_id=self.model_id)
        return self.rules.build_additional_fields(parameters, model_id=self.model_id)

    def _fit(self, request: Request) -> FittedRequest:
        return fit_request(
            request,
            model=self.base_model,
            profile=self.profile,
            truncation=self.config.truncation,
        )

    async def _send_fitted(self, given: FittedRequest) -> Response:
        with self._watch(given) as watch:
            call = self._build_call(given.request, Operation.CONVERSE)
            response = await self._retries(call).run(lambda: self._send(call))
            if given.fitted is not None:
                response = replace(response, fitted=given.fitted)
            watch.completed(response)
        return response

    def _plan_stream(self, given: FittedRequest) -> StreamPlan:
        call = self._build_call(given.request, Operation.CONVERSE_STREAM)
        return StreamPlan(
            transport=self._transport,
            call=call,
            watch=self._watch(given),
            retries=self._retries(call),
            fitted=given.fitted,
        )

    async def _send(self, call: Call) -> Response:
        reply = await self._transport.send(call)
        return parse_converse_reply(reply.body, model_id=call.model_id, request_id=reply.request_id)

    def _build_call(self, request: Request, operation: Operation) -> Call:
        return Call(
            operation=operation,
            model_id=request.model_id or self.model_id,
            body=request.to_converse(),
        )

    def _watch(self, given: FittedRequest) -> CallWatch:
        request = given.request
        return CallWatch(
            self._observers,
            request,
            model_id=request.model_id or self.model_id,
            fitted=given.fitted,
        )

    def _retries(self, call: Call) -> RetryLoop:
        def tell(attempt: int, delay_seconds: float, error: BedrockLLMError) -> None:
            notice = RetryNotice(
                model_id=call.model_id, attempt=attempt, delay_seconds=delay_seconds, error=error
            )
            self._observers.retried(notice)

        return RetryLoop(self._retry_policy, tell)


def _connect(config: ModelConfig, connections: Connections) -> tuple[Transport, bool]:
    if connections.transport is not None:
        if connections.client is not None or connections.session is not None:
            raise ConfigurationError(
                "transport= was given, and so was client= or session=, which a transport has "
                "already; leave out the one or the other"
            )
        return connections.transport, False
    opened = open_transport(config, session=connections.session, client=connections.client)
    return opened, True
