"""What the catalog knows about one model: limits, abilities, prices, and where each comes from.

    a row of models.json ─► read_profile ─► ModelProfile

Values, no behaviour. A fact that no source gives is None, never a guess: `supports_tools=None`
means "nobody says", not "no". Money is `Decimal` in USD per million tokens, read from text.
Prices hang on a scope, because Bedrock sells one model at several rates:

    in_region        the bare id, and an ARN of the foundation model
    us, eu, global   the geography prefix of an inference profile
    regional         every scope but `global` and `us-gov`, where the source has one rate for all
    us-gov-west-1    a single region, in `region_prices`
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

IN_REGION: Final = "in_region"
"""The price scope of an id without a geography."""


class ModelMode(StrEnum):
    """Say what a model is for."""

    CHAT = "chat"
    RESPONSES = "responses"
    EMBEDDING = "embedding"
    RERANK = "rerank"
    IMAGE_GENERATION = "image_generation"
    REALTIME = "realtime"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Hold the rates of one model in one scope, in USD per million tokens; None is unknown.

    Attributes:
        input_usd_per_million: Input tokens that were neither read from nor written to a cache.
        output_usd_per_million: Output tokens.
        cache_read_usd_per_million: Input tokens read from the prompt cache.
        cache_write_usd_per_million: Input tokens written to the cache for five minutes.
        cache_write_1h_usd_per_million: Input tokens written to the cache for one hour.
        tiers: Dearer rates for long inputs, by rising threshold.
        variants: Rates of `batch`, `flex` and `priority` service, where they are known.
    """

    input_usd_per_million: Decimal | None = None
    output_usd_per_million: Decimal | None = None
    cache_read_usd_per_million: Decimal | None = None
    cache_write_usd_per_million: Decimal | None = None
    cache_write_1h_usd_per_million: Decimal | None = None
    tiers: tuple["PriceTier", ...] = ()
    variants: Mapping[str, "Price"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """Hold the rates that apply to the whole call once its input is longer than a threshold.

    Attributes:
        above_input_tokens: The threshold, in tokens of the whole input, cached ones included.
        price: The rates above it.
    """

    above_input_tokens: int
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """Hold what is known about the model behind one id.

    Attributes:
        model_id: The id that was asked for.
        base_id: The plain id of the model (no geography), None where the id hides it.
        family: The name of its `Family`.
        name: A name for people, None where no source has one.
        mode: What it is for.
        lifecycle: `ACTIVE` or `LEGACY` as Bedrock lists it; None where it lists it no more.
        deprecation_date: The day Bedrock announced as its last, else None.
        context_window_tokens: Tokens of input and output together; where sources disagree the
            smaller (what fits it fits both), both in `conflicts`. None where it has none.
        max_output_tokens: Most tokens one reply may have; where sources disagree the larger (the
            service itself refuses what is too much), both in `conflicts`. None where unknown.
        supports_system: It takes a system prompt (inferred from AWS's Converse feature table).
        supports_streaming: ConverseStream works.
        supports_tools: It takes a tool configuration.
        supports_tool_choice: `toolChoice` may be given.
        supports_forced_tool_use: `toolChoice` `any` and `tool` are taken.
        supports_vision: It takes images.
        supports_documents: It takes PDF documents.
        supports_video: It takes video.
        supports_audio: It takes audio.
        supports_prompt_cache: It takes cache points.
        supports_prompt_cache_1h: Cache points may live for one hour.
        supports_reasoning: It can reason before it answers.
        supports_adaptive_thinking: It chooses by itself how long to think.
        is_thinking_always_on: Thinking cannot be switched off.
        supports_sampling: It takes temperature, top_p and top_k.
        supports_prefill: The last message may be the assistant's.
        supports_structured_output: It takes a JSON schema for its output.
        supports_mid_conversation_system: System messages may stand between others.
        prompt_cache_min_tokens: The shortest prefix that can be cached, in tokens.
        reasoning_effort_levels: The effort names it takes, weakest first; empty where unknown.
        count_tokens_via: The API that counts for this model (always with `base_id`), else None.
        geographies: Prefixes of the inference profiles it is sold through.
        is_sold_in_region: The bare id can be called on demand; None where no source says.
        scope: The price scope of `model_id`.
        region: The region that `model_id` names, else None.
        prices: Rates by scope.
        region_prices: Rates of the bare id by region, where they are listed one by one.
        price_note: Why prices that a source has were left out, else None.
        conflicts: For each limit on which sources disagree, each source's figure.
        source: Where the facts come from.
        verified_on: The day they were compared with the sources.
        is_conservative: A limit is the family's cautious figure, not one known for this model.
    """

    model_id: str
    base_id: str | None = None
    family: str
    name: str | None = None
    mode: ModelMode = ModelMode.CHAT
    lifecycle: str | None = None
    deprecation_date: date | None = None
    context_window_tokens: int | None = None
    max_output_tokens: int | None = None
    supports_system: bool | None = None
    supports_streaming: bool | None = None
    supports_tools: bool | None = None
    supports_tool_choice: bool | None = None
    supports_forced_tool_use: bool | None = None
    supports_vision: bool | None = None
    supports_documents: bool | None = None
    supports_video: bool | None = None
    supports_audio: bool | None = None
    supports_prompt_cache: bool | None = None
    supports_prompt_cache_1h: bool | None = None
    supports_reasoning: bool | None = None
    supports_adaptive_thinking: bool | None = None
    is_thinking_always_on: bool | None = None
    supports_sampling: bool | None = None
    supports_prefill: bool | None = None
    supports_structured_output: bool | None = None
    supports_mid_conversation_system: bool | None = None
    prompt_cache_min_tokens: int | None = None
    reasoning_effort_levels: tuple[str, ...] = ()
    count_tokens_via: str | None = None
    geographies: tuple[str, ...] = ()
    is_sold_in_region: bool | None = None
    scope: str = IN_REGION
    region: str | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    region_prices: Mapping[str, Price] = field(default_factory=dict)
    price_note: str | None = None
    conflicts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    source: str
    verified_on: date
    is_conservative: bool = False
