"""What a call cost, from its real usage and a dated price; unknown is None with a reason.

    (model id, usage) ─► profile ─► the scope's price ─► rates for this input length ─► Cost

Never 0 for "nobody knows", never a sum with a part left out: one missing rate that the call needs
makes the whole amount None. The rules, each with where it comes from:

- Bedrock's `inputTokens` excludes cache reads and writes, which have rates of their own
  (Converse API reference, TokenUsage, botocore 1.44.5). They are added, never subtracted.
- The scope is the geography prefix of the id; a bare id or foundation-model ARN is in-region. For
  newer Claude and GPT models geography and in-region calls cost 1.1 times the global rate
  (https://aws.amazon.com/bedrock/pricing/, compared 2026-11-22); the snapshot holds the rates so.
- Where a bare id's rate differs from region to region, the region decides, and without one
  there is no price. AWS GovCloud and China have rates of their own.
- A long-context tier applies to the whole call once the whole input, cached tokens included, is
  longer than its threshold (litellm-core 1.106.4, keys `…_above_200k_tokens`).
- Usage does not say how long a cache entry was to live; the caller does (`cache_write_ttl`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from bedrock_llm.catalog import IN_REGION, ModelProfile, Price, find_profile
from bedrock_llm.errors import InvalidRequestError, ParameterError
from bedrock_llm.responses import Usage

_MILLION: Final = Decimal(1_000_000)
_CACHE_WRITE_RATES: Final = {
    "5m": "cache_write_usd_per_million",
    "1h": "cache_write_1h_usd_per_million",
}
_SERVICES: Final = ("default", "batch", "flex", "priority")
_WITHOUT_REGIONAL: Final = frozenset(("global", "us-gov"))
_OWN_RATES: Final = MappingProxyType({"us-gov-": "AWS GovCloud", "cn-": "AWS China"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Hold what a call cost.

    Attributes:
        amount_usd: US dollars, exact and unrounded; None where it is not known.
        reason: Why the amount is not known; None where it is.
        source: Where the rates come from; None where there are none.
        verified_on: The day the rates were compared with their sources, else None.
        scope: The scope whose rates were used, such as `us` or `eu-west-1`, else None.
    """

    amount_usd: Decimal | None = None
    reason: str | None = None
    source: str | None = None
    verified_on: date | None = None
    scope: str | None = None


def price_usage(
    model_id: str,
    usage: Usage | None,
    *,
    region_name: str | None = None,
    service: Literal["default", "batch", "flex", "priority"] = "default",
    cache_write_ttl: Literal["5m", "1h"] = "5m",
) -> Cost:
    """Compute what a call cost.

    Args:
        model_id: The id that was called, with its geography: it decides the rates.
        usage: The tokens Bedrock reported.
        region_name: The region that was called, where the id does not name it; some bare ids
            cost more in some regions.
        service: The kind of service that was bought.
        cache_write_ttl: How long the cache entries that were written were to live.

    Returns:
        The amount, or None and the reason. An unknown model or a malformed id is a reason, not
        an error: the call that is to be priced has already happened.

    Raises:
        ParameterError: `service` or `cache_write_ttl` is none of the words above.
    """
    _check_word("service", service, _SERVICES)
    _check_word("cache_write_ttl", cache_write_ttl, _CACHE_WRITE_RATES)
    try:
        profile = find_profile(model_id)
    except InvalidRequestError as error:
        return Cost(reason=error.message)
    tokens = _count_tokens(usage, _CACHE_WRITE_RATES[cache_write_ttl])
    if isinstance(tokens, str):
        return Cost(reason=tokens)
    return _price_tokens(profile, tokens, _choose_scope(profile, region_name), service)


class _Scope(NamedTuple):
    """Hold the price that applies, or why there is none."""

    name: str
    price: Price | None = None
    why: str = ""


def _price_tokens(
    profile: ModelProfile, tokens: Mapping[str, int], scope: _Scope, service: str
) -> Cost:
    """Charge tokens at a scope's rates."""
    what = f"no price for {profile.model_id!r}"
    if scope.price is None:
        return Cost(reason=f"{what}: {scope.why}")
    rates = _choose_rates(scope.price, service, _count_input(tokens))
    amount = rates if isinstance(rates, str) else _add_up(rates, tokens)
    if isinstance(amount, str):
        return Cost(reason=f"{what} in scope {scope.name!r}: {amount}")
    return Cost(
        amount_usd=amount,
        source=profile.source,
        verified_on=profile.verified_on,
        scope=scope.name,
    )


def _check_word(name: str, value: str, known: Collection[str]) -> None:
    """Refuse a word that is not known."""
    if value not in known:
        raise ParameterError(f"{name}={value!r} must be one of {', '.join(map(repr, known))}")


def _count_tokens(usage: Usage | None, cache_write_rate: str) -> dict[str, int] | str:
    """Return the tokens by the rate that each is charged at, or why they are not known."""
    if usage is None or usage.input_tokens is None or usage.output_tokens is None:
        return (
            "the reply reports no usage" if usage is None else f"the usage is incomplete: {usage}"
        )
    tokens = {
        "input_usd_per_million": usage.input_tokens,
        "output_usd_per_million": usage.output_tokens,
        "cache_read_usd_per_million": usage.cache_read_input_tokens or 0,
        cache_write_rate: usage.cache_write_input_tokens or 0,
    }
    if min(tokens.values()) < 0:
        return f"the usage has a negative count: {usage}"
    return tokens


def _count_input(tokens: Mapping[str, int]) -> int:
    """Count the whole input, cached tokens included."""
    return sum(tokens.values()) - tokens["output_usd_per_million"]


def _choose_scope(profile: ModelProfile, region: str | None) -> _Scope:
    """Choose the price of the profile's scope, and of the region where that decides."""
    name = profile.scope
    if name == IN_REGION:
        return _choose_in_region(profile, region or profile.region)
    price = profile.prices.get(name)
    if price is None and name not in _WITHOUT_REGIONAL:
        price = profile.prices.get("regional")
    return _Scope(name, price, _explain_missing(profile, name))


def _choose_in_region(profile: ModelProfile, region: str | None) -> _Scope:
    """Choose the price of a bare id in a region; None stands for a region nobody named."""
    listed = profile.region_prices
    if region is not None and region in listed:
        return _Scope(region, listed[region])
    own = next(
        (place for prefix, place in _OWN_RATES.items() if str(region).startswith(prefix)), ""
    )
    if own:
        return _Scope(IN_REGION, None, f"{own} has rates of its own, none is known for {region!r}")
    if profile.is_sold_in_region is False:
        geographies = ", ".join(profile.geographies)
        return _Scope(IN_REGION, None, f"it is sold only with a prefix ({geographies})")
    price = profile.prices.get(IN_REGION) or profile.prices.get("regional")
    varied = [place for place in listed if not place.startswith(tuple(_OWN_RATES))]
    if price is None or not varied:
        return _Scope(IN_REGION, price, _explain_missing(profile, IN_REGION))
    if region is None and all(_is_same(listed[place], price) for place in varied):
        return _Scope(IN_REGION, price)
    where = "give region_name=" if region is None else f"none is known for {region!r}"
    return _Scope(IN_REGION, None, f"it differs by region; {where} ({', '.join(sorted(varied))})")


def _is_same(price: Price, other: Price) -> bool:
    """Say whether two prices agree on input and output."""
    return (price.input_usd_per_million, price.output_usd_per_million) == (
        other.input_usd_per_million,
        other.output_usd_per_million,
    )


def _explain_missing(profile: ModelProfile, scope: str) -> str:
    """Say why a scope has no price, and the way out."""
    known = ", ".join(sorted(profile.prices)) or "none"
    why = profile.price_note or f"no source has one for the scope {scope!r} (known: {known})"
    return f"{why}; register_model(…, price=…) sets one"


def _choose_rates(price: Price, service: str, input_tokens: int) -> Price | str:
    """Choose the rates of a kind of service and an input length, or say why there are none."""
    chosen = price if service == "default" else price.variants.get(service)
    if chosen is None:
        return f"no source has rates for service={service!r}"
    tiers = [tier for tier in price.tiers if input_tokens > tier.above_input_tokens]
    if not tiers:
        return chosen
    if chosen is not price:
        return f"no source has long-context rates for service={service!r}"
    return max(tiers, key=lambda tier: tier.above_input_tokens).price


def _add_up(rates: Price, tokens: Mapping[str, int]) -> Decimal | str:
    """Add up the charges, or say which rate is missing."""
    amount = Decimal(0)
    for name, count in tokens.items():
        rate: Decimal | None = getattr(rates, name)
        if rate is None and count:
            return f"{count} tokens are charged at {name}, which no source has"
        amount += count * (rate or 0)
    return amount / _MILLION
