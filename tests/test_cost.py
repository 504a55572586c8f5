"""Costs: right to the last digit, or None with the reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bedrock_llm import cost
from bedrock_llm.catalog import Catalog, Price, PriceTier, list_profiles
from bedrock_llm.cost import price_usage
from bedrock_llm.errors import ParameterError
from bedrock_llm.responses import Usage

SONNET = "anthropic.claude-sonnet-4-6"
LONG = "anthropic.claude-sonnet-4-5-20250929-v1:0"
LLAMA = "meta.llama3-8b-instruct-v1:0"
MILLION = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
CACHED = Usage(
    input_tokens=1_000,
    output_tokens=100,
    cache_read_input_tokens=10_000,
    cache_write_input_tokens=2_000,
)


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Give a catalog of its own, so that what a test registers is gone after it."""
    own = Catalog()
    monkeypatch.setattr(cost, "find_profile", own.find_profile)
    return own


# Rates of https://aws.amazon.com/bedrock/pricing/ as in the snapshot of 2026-11-22.
@pytest.mark.parametrize(
    ("model_id", "amount", "scope"),
    [
        (f"global.{SONNET}", "18", "global"),
        (f"us.{SONNET}", "19.8", "us"),
        (f"eu.{SONNET}", "19.8", "eu"),
        (SONNET, "19.8", "in_region"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "1.5", "in_region"),
        ("us.amazon.nova-lite-v1:0", "0.3", "us"),
        ("eu.amazon.nova-lite-v1:0", "0.39", "eu"),
        ("openai.gpt-oss-20b-1:0", "0.37", "in_region"),
        ("us-gov.openai.gpt-oss-20b-1:0", "0.444", "us-gov"),
        ("anthropic.claude-fable-5-2", "52.8", "in_region"),
        ("us.anthropic.claude-fable-5-2", "52.8", "us"),
        ("global.anthropic.claude-fable-5-2", "48", "global"),
        (f"arn:aws:bedrock:eu-west-2::foundation-model/{LLAMA}", "1.17", "eu-west-2"),
        (
            f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{LLAMA}",
            "0.9",
            "us-gov-west-1",
        ),
        (
            f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{SONNET}",
            "19.8",
            "us",
        ),
    ],
)
def test_a_million_tokens_each_way_cost_the_scope_s_rates(
    model_id: str, amount: str, scope: str
) -> None:
    priced = price_usage(model_id, MILLION)

    assert priced.amount_usd == Decimal(amount)
    assert priced.reason is None
    assert priced.scope == scope
    assert priced.source
    assert priced.verified_on is not None


def test_the_bare_id_of_a_newer_claude_costs_eleven_tenths_of_global() -> None:
    dearer = [
        profile.prices
        for profile in list_profiles()
        if profile.family in {"claude", "gpt"}
        and {"in_region", "global", "us"} <= profile.prices.keys()
        and profile.prices["us"] != profile.prices["global"]
    ]

    assert len(dearer) > 10
    for prices in dearer:
        for rate in ("input", "output", "cache_read", "cache_write"):
            name = f"{rate}_usd_per_million"
            world = getattr(prices["global"], name)
            assert getattr(prices["in_region"], name) == world * Decimal("1.1")


def test_cached_tokens_are_charged_at_their_own_rates_beside_the_input() -> None:
    priced = price_usage(f"us.{SONNET}", CACHED)

    expected = 1_000 * Decimal("3.3") + 100 * Decimal("16.5")
    expected += 10_000 * Decimal("0.33") + 2_000 * Decimal("4.125")
    assert priced.amount_usd == expected / 1_000_000


def test_an_hour_of_cache_costs_more_than_five_minutes() -> None:
    priced = price_usage(f"us.{SONNET}", CACHED, cache_write_ttl="1h")

    expected = 1_000 * Decimal("3.3") + 100 * Decimal("16.5")
    expected += 10_000 * Decimal("0.33") + 2_000 * Decimal("6.6")
    assert priced.amount_usd == expected / 1_000_000


def test_a_cache_rate_nobody_gives_makes_the_amount_unknown() -> None:
    priced = price_usage("us.amazon.nova-lite-v1:0", CACHED)

    assert priced.amount_usd is None
    assert "2000 tokens are charged at cache_write_usd_per_million" in str(priced.reason)


@pytest.mark.parametrize(("input_tokens", "rate"), [(150_000, "3.3"), (150_001, "6.6")])
def test_a_long_input_makes_the_whole_call_dearer_and_cached_tokens_count(
    input_tokens: int, rate: str
) -> None:
    usage = Usage(input_tokens=input_tokens, output_tokens=0, cache_read_input_tokens=50_000)
    priced = price_usage(f"us.{LONG}", usage)

    cache_rate = Decimal(rate) / 10
    expected = (input_tokens * Decimal(rate) + 50_000 * cache_rate) / 1_000_000
    assert priced.amount_usd == expected


def test_a_batch_costs_its_own_rates() -> None:
    priced = price_usage("openai.gpt-oss-20b-1:0", MILLION, service="batch")

    assert priced.amount_usd == Decimal("0.185")


def test_rates_of_a_service_that_nobody_gives_are_unknown() -> None:
    priced = price_usage(f"us.{SONNET}", MILLION, service="flex")

    assert priced.amount_usd is None
    assert "no source has rates for service='flex'" in str(priced.reason)


def test_long_context_rates_of_a_service_that_nobody_gives_are_unknown(catalog: Catalog) -> None:
    rates = Price(input_usd_per_million=Decimal(1), output_usd_per_million=Decimal(2))
    tier = PriceTier(above_input_tokens=1_000, price=rates)
    catalog.register_model(SONNET, price=replace(rates, tiers=(tier,), variants={"batch": rates}))
    short = Usage(input_tokens=1_000, output_tokens=0)

    assert price_usage(SONNET, short, service="batch").amount_usd == Decimal("0.001")
    priced = price_usage(SONNET, MILLION, service="batch")
    assert priced.amount_usd is None
    assert "no source has long-context rates for service='batch'" in str(priced.reason)


def test_a_rate_that_is_the_same_in_all_listed_regions_still_needs_one_of_them() -> None:
    assert price_usage("zai.glm-5", MILLION).amount_usd == Decimal("4.2")
    unlisted = price_usage("zai.glm-5", MILLION, region_name="eu-west-1")
    assert "none is known for 'eu-west-1' (us-east-1, us-west-2)" in str(unlisted.reason)


def test_a_rate_that_differs_by_region_needs_the_region() -> None:
    assert "give region_name=" in str(price_usage(LLAMA, MILLION).reason)
    assert price_usage(LLAMA, MILLION, region_name="us-east-1").amount_usd == Decimal("0.9")
    assert price_usage(LLAMA, MILLION, region_name="sa-east-1").amount_usd == Decimal("1.51")
    unlisted = price_usage(LLAMA, MILLION, region_name="me-south-1")
    assert "none is known for 'me-south-1'" in str(unlisted.reason)


@pytest.mark.parametrize(
    ("region", "place"), [("us-gov-west-1", "AWS GovCloud"), ("cn-north-1", "AWS China")]
)
def test_government_and_china_are_not_priced_like_the_rest(region: str, place: str) -> None:
    priced = price_usage("zai.glm-4.7", MILLION, region_name=region)

    assert priced.amount_usd is None
    assert place in str(priced.reason)


def test_a_doubtful_rate_of_a_region_is_unknown() -> None:
    priced = price_usage(LLAMA, MILLION, region_name="us-gov-east-1")

    assert priced.amount_usd is None
    assert "input_usd_per_million, which no source has" in str(priced.reason)


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "sold only with a prefix (apac, au, eu, glo"),
        (f"in.{SONNET}", "no source has one for the scope 'in' (known: apac, au, eu, global"),
        ("amazon.nova-2-pro-preview-20251202-v1:0", "give the global rate under the bare id"),
        ("us.anthropic.claude-opus-99", "no source has one for the scope 'us' (known: none)"),
        ("amazon.rerank-v1:0", "not billed by the token"),
        ("twelvelabs.pegasus-1-2-v1:0", "charged at input_usd_per_million, which no source has"),
        ("acme.roadrunner-1", "no family is known for 'acme.roadrunner-1'"),
        ("my-provisioned-model", "does not say which model is behind it"),
        ("anthropic claude", "is no model id"),
        ("arn:aws:bedrock:us-east-1:123456789012:imported-model/a1b2c3d4e5f6", "does not say"),
        (
            (
                "arn:aws:bedrock:us-east-1:123456789012:custom-model/"
                "anthropic.claude-3-haiku-20240307-v1:0/a1b2c3d4e5f6"
            ),
            "custom models have rates of their own",
        ),
    ],
)
def test_an_unknown_price_is_none_with_the_reason_and_never_zero(
    model_id: str, reason: str
) -> None:
    priced = price_usage(model_id, MILLION)

    assert priced.amount_usd is None
    assert reason in str(priced.reason)
    assert priced.source is None


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        (None, "the reply reports no usage"),
        (Usage(input_tokens=5), "the usage is incomplete"),
        (Usage(output_tokens=5), "the usage is incomplete"),
        (Usage(input_tokens=-1, output_tokens=5), "negative"),
        (Usage(input_tokens=1, output_tokens=5, cache_read_input_tokens=-1), "negative"),
    ],
)
def test_a_usage_that_says_too_little_has_no_cost(usage: Usage | None, reason: str) -> None:
    priced = price_usage(f"us.{SONNET}", usage)

    assert priced.amount_usd is None
    assert reason in str(priced.reason)


def test_no_tokens_cost_nothing_and_that_is_known() -> None:
    priced = price_usage(f"us.{SONNET}", Usage(input_tokens=0, output_tokens=0))

    assert priced.amount_usd == 0
    assert priced.reason is None


def test_a_registered_price_is_used_even_where_the_id_is_not_sold(catalog: Catalog) -> None:
    price = Price(input_usd_per_million=Decimal("0.5"), output_usd_per_million=Decimal(2))
    catalog.register_model(LONG, price=price)

    assert price_usage(LONG, MILLION).amount_usd == Decimal("2.5")


def test_a_registered_profile_costs_what_its_model_costs(catalog: Catalog) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"
    catalog.register_model(arn, base_model=f"us.{SONNET}")

    assert price_usage(arn, MILLION).amount_usd == Decimal("19.8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"service": "cheap"}, "service='cheap' must be one of 'default', 'batch'"),
        ({"cache_write_ttl": "2h"}, "cache_write_ttl='2h' must be one of '5m', '1h'"),
    ],
)
def test_a_word_that_is_not_known_is_refused(words: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        price_usage(SONNET, MILLION, **words)  # type: ignore[arg-type]  # wrong on purpose


def test_no_row_of_the_catalog_prices_a_call_at_nothing() -> None:
    for profile in list_profiles():
        for geography in ("", *(f"{word}." for word in profile.geographies)):
            priced = price_usage(f"{geography}{profile.model_id}", MILLION)
            assert (priced.amount_usd is None) == (priced.reason is not None)
            assert priced.amount_usd is None or priced.amount_usd > 0
