"""What one reply cost: its usage, at the service tier and cache lifetime Bedrock reports.

The tier is the one the reply names, else the one the row or the run asked for. A reply that wrote
cache entries of two lifetimes has no single rate, so its cost is unknown, with that reason.
"""

from collections.abc import Mapping
from typing import Final, Literal

from bedrock_llm.batch.rows import Row
from bedrock_llm.cost import Cost, price_usage
from bedrock_llm.responses import Response

Service = Literal["default", "flex", "priority"]
Lifetime = Literal["5m", "1h"]

_SERVICES: Final[Mapping[str, Service]] = {
    "default": "default",
    "flex": "flex",
    "priority": "priority",
}
_LIFETIMES: Final[Mapping[str, Lifetime]] = {"5m": "5m", "1h": "1h"}


class Pricing:
    """Price the replies of one run.

    Args:
        region_name: The region that is called, or None if it is not known.
        parameters: The generation parameters of rows that set none.
    """

    def __init__(self, region_name: str | None, parameters: Mapping[str, object]) -> None:
        self._region_name = region_name
        self._parameters = parameters

    def price(self, row: Row, response: Response, *, model_id: str) -> Cost:
        """Price one reply; an unknown price is None with its reason."""
        asked = {**self._parameters, **(row.prompt.parameters if row.prompt else {})}
        tier = _tier(response.raw.get("serviceTier") or asked.get("service_tier"))
        service = _SERVICES.get(tier)
        if service is None:
            return Cost(reason=f"no source has rates for the service tier {tier!r}")
        lifetimes = _cache_lifetimes(response.raw.get("usage"))
        if len(lifetimes) > 1:
            return Cost(reason="cache entries of two lifetimes were written in one call")
        lifetime = _LIFETIMES.get(next(iter(lifetimes), "5m"))
        if lifetime is None:
            return Cost(reason=f"no source has rates for cache entries of {lifetimes}")
        return price_usage(
            model_id,
            response.usage,
            region_name=self._region_name,
            service=service,
            cache_write_ttl=lifetime,
        )


def _tier(value: object) -> str:
    named = value.get("type") if isinstance(value, Mapping) else value
    return "default" if named is None else str(named)


def _cache_lifetimes(usage: object) -> set[str]:
    details = usage.get("cacheDetails") if isinstance(usage, Mapping) else None
    if not isinstance(details, list):
        return set()
    return {
        str(detail["ttl"])
        for detail in details
        if isinstance(detail, Mapping) and detail.get("ttl") and detail.get("inputTokens")
    }
