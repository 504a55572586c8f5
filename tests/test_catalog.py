"""The catalog: exact facts where a row has them, cautious ones for the rest, the caller's first."""

import pickle
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from bedrock_llm.catalog import (
    FAMILIES,
    Catalog,
    ModelMode,
    Price,
    PriceTier,
    find_family,
    find_profile,
    list_profiles,
)
from bedrock_llm.catalog.facts import _CHECKS, ModelFacts
from bedrock_llm.catalog.snapshot import load_snapshot
from bedrock_llm.errors import ModelIdError, ParameterError, UnknownModelError

PROFILE_ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"
SONNET = "anthropic.claude-sonnet-4-6"
PRICE_IN_FLOATS = Price(input_usd_per_million=0.25)  # type: ignore[arg-type]  # wrong on purpose


def test_a_known_id_gives_its_row_with_source_and_date() -> None:
    profile = find_profile("anthropic.claude-3-haiku-20240307-v1:0")

    assert profile.family == "claude"
    assert profile.context_window_tokens == 200_000
    assert profile.max_output_tokens == 4_096
    assert profile.supports_system is True
    assert profile.prices["in_region"].input_usd_per_million == Decimal("0.25")
    assert profile.source == "bedrock-models 0.1.165; genai-prices 0.2.3"
    assert profile.verified_on >= date(2026, 11, 22)
    assert not profile.is_conservative


def test_a_geography_keeps_the_facts_and_changes_the_price_scope() -> None:
    bare, profile = find_profile(SONNET), find_profile(f"us.{SONNET}")

    assert profile.model_id == f"us.{SONNET}"
    assert profile.base_id == bare.base_id == SONNET
    assert (bare.scope, profile.scope) == ("in_region", "us")
    assert profile.context_window_tokens == bare.context_window_tokens


def test_an_arn_finds_the_row_and_keeps_its_region() -> None:
    profile = find_profile(f"arn:aws:bedrock:eu-west-1::foundation-model/{SONNET}")

    assert profile.base_id == SONNET
    assert profile.region == "eu-west-1"


def test_a_version_that_the_row_leaves_out_finds_it() -> None:
    assert find_profile("cohere.embed-english-v3:0").family == "cohere_embedding"
    assert not find_profile("amazon.titan-text-express-v1:0:8k").is_conservative


def test_a_context_suffix_narrows_the_window_and_never_widens_it() -> None:
    haiku = "anthropic.claude-3-haiku-20240307-v1:0"

    assert find_profile(f"{haiku}:48k").context_window_tokens == 48_000
    assert find_profile(f"{haiku}:900k").context_window_tokens == 200_000


def test_an_unknown_member_of_a_family_gets_its_cautious_limits_and_no_price() -> None:
    profile = find_profile("eu.anthropic.claude-opus-99")

    assert profile.is_conservative
    assert profile.family == "claude"
    assert (profile.context_window_tokens, profile.max_output_tokens) == (200_000, 4_096)
    assert profile.prices == {}
    assert profile.supports_tools is None


def test_cautious_limits_are_no_larger_than_those_of_any_member_on_the_service() -> None:
    members = defaultdict(list)
    for profile in list_profiles():
        if profile.lifecycle is not None and not profile.is_conservative:
            members[profile.family].append(profile)

    for family in FAMILIES:
        for member in members[family.name] if family.mode is ModelMode.CHAT else []:
            for name in ("context_window_tokens", "max_output_tokens"):
                figures = (getattr(member, name), *member.conflicts.get(name, {}).values())
                assert getattr(family, name) <= min(figures), (family.name, member.model_id, name)


def test_every_row_has_a_family_of_its_mode() -> None:
    modes = {family.name: {family.mode} for family in FAMILIES}
    modes["gpt"].add(ModelMode.RESPONSES)

    for profile in list_profiles():
        assert profile.mode in modes[profile.family], profile.model_id


def test_a_chat_row_without_limits_of_its_own_says_that_they_are_the_family_s() -> None:
    profile = find_profile("zai.glm-4.6")

    assert profile.is_conservative
    assert profile.context_window_tokens == 200_000


def test_limits_on_which_sources_disagree_keep_both_figures() -> None:
    profile = find_profile("minimax.minimax-m2")

    assert profile.context_window_tokens == 204_608
    assert profile.max_output_tokens == 128_000
    assert sorted(profile.conflicts["context_window_tokens"].values()) == [204_608, 1_000_000]


@pytest.mark.parametrize(
    ("model_id", "family"),
    [
        ("us.meta.llama9-1b-instruct-v1:0", "llama"),
        ("amazon.nova-9-v1:0", "nova"),
        ("amazon.nova-canvas-v2:0", "nova_image"),
        ("amazon.nova-2-sonic-v2:0", "nova_sonic"),
        ("amazon.titan-embed-text-v9", "titan_embedding"),
        ("amazon.titan-tg1-large", "titan"),
        ("openai.gpt-oss-7b", "gpt_oss"),
        ("openai.gpt-9", "gpt"),
        ("cohere.command-z-v1:0", "cohere"),
        ("cohere.embed-v9", "cohere_embedding"),
        ("mistral.codestral-9", "mistral"),
        ("ai21.j2-grande", "jurassic"),
        ("stability.sd9", "stability"),
    ],
)
def test_the_longest_prefix_names_the_family(model_id: str, family: str) -> None:
    assert find_family(model_id).name == family


def test_family_names_are_unique_and_so_are_prefixes() -> None:
    prefixes = [prefix for family in FAMILIES for prefix in family.prefixes]

    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    assert len(set(prefixes)) == len(prefixes)


def test_an_unknown_vendor_is_refused_with_the_families_and_the_way_out() -> None:
    with pytest.raises(UnknownModelError, match="no family is known") as caught:
        find_profile("acme.roadrunner-1")

    message = str(caught.value)
    assert "known families: claude, llama, mistral" in message
    assert "base_model=" in message
    assert "register_model(" in message
    assert caught.value.model_id == "acme.roadrunner-1"


def test_a_name_without_its_vendor_is_answered_with_the_nearest_id() -> None:
    with pytest.raises(UnknownModelError, match=r"did you mean 'anthropic\.claude-sonnet-4-6'\?"):
        find_profile("claude-sonnet-4-6")


def test_an_id_that_hides_its_model_is_refused_with_the_way_out() -> None:
    with pytest.raises(UnknownModelError, match="does not say which model") as caught:
        find_profile(PROFILE_ARN)

    assert "base_model=" in str(caught.value)
    with pytest.raises(UnknownModelError):
        find_family(PROFILE_ARN)


def test_a_broken_id_is_refused_as_such() -> None:
    with pytest.raises(ModelIdError):
        find_profile("anthropic.claude 3")


def test_a_custom_model_has_its_base_model_s_limits_but_not_its_price() -> None:
    profile = find_profile(
        "arn:aws:bedrock:us-east-1:123456789012:custom-model/"
        "anthropic.claude-3-haiku-20240307-v1:0:200k/a1b2c3d4e5f6"
    )

    assert profile.family == "claude"
    assert profile.prices == {}
    assert "custom models have rates of their own" in str(profile.price_note)


def test_registering_an_arn_gives_it_the_facts_and_the_scope_of_its_model() -> None:
    catalog = Catalog()
    profile = catalog.register_model(PROFILE_ARN, base_model=f"eu.{SONNET}")

    assert catalog.find_profile(PROFILE_ARN) == profile
    assert catalog.find_family(PROFILE_ARN).name == "claude"
    assert (profile.model_id, profile.base_id, profile.scope) == (PROFILE_ARN, SONNET, "eu")
    assert profile.prices["eu"] == find_profile(f"eu.{SONNET}").prices["eu"]
    assert profile.source.startswith("register_model() over: litellm")


def test_registered_facts_win_over_the_row_and_hold_for_every_geography() -> None:
    catalog = Catalog()
    catalog.register_model(SONNET, context_window_tokens=123, supports_tools=False)

    for model_id in (SONNET, f"us.{SONNET}", f"{SONNET}:200k"):
        profile = catalog.find_profile(model_id)
        assert profile.context_window_tokens == 123
        assert profile.supports_tools is False
        assert profile.max_output_tokens == 128_000
    assert find_profile(SONNET).context_window_tokens == 1_000_000


def test_facts_of_one_geography_hold_for_its_arn_and_not_for_another() -> None:
    catalog = Catalog()
    catalog.register_model(f"us.{SONNET}", max_output_tokens=7)
    arn = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{SONNET}"

    assert catalog.find_profile(arn).max_output_tokens == 7
    assert catalog.find_profile(f"eu.{SONNET}").max_output_tokens == 128_000


def test_registering_again_replaces_the_entry() -> None:
    catalog = Catalog()
    catalog.register_model("acme.roadrunner-1", family="llama", context_window_tokens=1_000)
    catalog.register_model("acme.roadrunner-1", family="mistral")

    profile = catalog.find_profile("us.acme.roadrunner-1")
    assert profile.family == "mistral"
    assert profile.context_window_tokens == 32_000
    assert profile.is_conservative


def test_a_registered_model_with_both_limits_is_no_longer_cautious() -> None:
    profile = Catalog().register_model(
        "acme.roadrunner-1", family="llama", context_window_tokens=9_000, max_output_tokens=900
    )

    assert not profile.is_conservative


def test_a_registered_price_takes_the_scope_of_its_id() -> None:
    price = Price(input_usd_per_million=Decimal(1), output_usd_per_million=Decimal(2))
    profile = Catalog().register_model(f"in.{SONNET}", price=price)

    assert profile.prices["in"] == price
    assert profile.prices["us"] == find_profile(SONNET).prices["us"]


def test_a_registered_model_is_listed_among_the_rows() -> None:
    catalog = Catalog()
    rows = len(catalog.list_profiles())
    catalog.register_model("acme.roadrunner-1", family="llama")

    profiles = catalog.list_profiles()
    assert len(profiles) == rows + 1
    assert "acme.roadrunner-1" in {profile.model_id for profile in profiles}


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"context_window": 1}, "did you mean 'context_window_tokens'?"),
        ({"colour": "red"}, "known: context_window_tokens"),
        ({"context_window_tokens": 0}, "at least 1"),
        ({"max_output_tokens": "8000"}, "a whole number of tokens"),
        ({"max_output_tokens": True}, "a whole number of tokens"),
        ({"supports_tools": None}, "must be True or False"),
        ({"mode": "chatty"}, "must be one of 'chat'"),
        ({"name": ""}, "not empty"),
        ({"verified_on": "2026-11-22"}, "must be a datetime.date"),
        ({"geographies": "us"}, "a tuple of texts"),
        ({"price": {"input": 1}}, "must be a Price"),
        ({"price": PRICE_IN_FLOATS}, 'write Decimal("0.25")'),
        ({"price": Price(input_usd_per_million=Decimal(-1))}, "0 or more"),
        ({"price": Price(output_usd_per_million=Decimal("NaN"))}, "0 or more"),
        (
            {"prices": {"us": Price(tiers=(PriceTier(above_input_tokens=0, price=Price()),))}},
            "at least 1",
        ),
        ({"prices": [1]}, "a mapping from scope to Price"),
        ({"family": "clause"}, "did you mean 'claude'?"),
    ],
)
def test_a_wrong_fact_is_refused_with_the_way_out(facts: dict[str, object], problem: str) -> None:
    catalog = Catalog()

    with pytest.raises(ParameterError) as caught:
        catalog.register_model(SONNET, **facts)  # type: ignore[arg-type]  # wrong on purpose
    assert problem in str(caught.value)
    assert catalog.find_profile(SONNET) == find_profile(SONNET)


def test_every_fact_that_is_declared_is_checked() -> None:
    assert set(ModelFacts.__annotations__) == set(_CHECKS)


def test_an_opaque_id_cannot_be_registered_without_saying_what_it_is() -> None:
    with pytest.raises(UnknownModelError, match="base_model="):
        Catalog().register_model(PROFILE_ARN, context_window_tokens=1)


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Let threads take turns as often as they can, so that a missing lock shows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("busy_threads")
def test_many_threads_register_and_look_up_without_losing_an_entry() -> None:
    catalog = Catalog()
    start = threading.Barrier(8)
    lost: list[str] = []

    def work(number: int) -> None:
        start.wait()
        for count in range(200):
            model_id = f"acme.model-{number}-{count}"
            catalog.register_model(model_id, family="llama")
            if catalog.find_profile(model_id).model_id != model_id:
                lost.append(model_id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lost == []
    assert len(catalog.list_profiles()) == len(load_snapshot().rows) + 1_600


def test_a_profile_survives_pickling() -> None:
    profile = find_profile(f"us.{SONNET}")

    assert pickle.loads(pickle.dumps(profile)) == profile  # noqa: S301  our own bytes


def test_importing_the_catalog_reads_no_file_and_loads_no_aws_package() -> None:
    program = (
        "import sys, bedrock_llm.catalog as catalog\n"
        "from bedrock_llm.catalog.snapshot import load_snapshot\n"
        "print(load_snapshot.cache_info().currsize,"
        " sorted({'boto3', 'botocore', 'aiohttp'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout == "0 []\n"
