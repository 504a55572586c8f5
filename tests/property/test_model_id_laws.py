"""Laws of model ids, over ids nobody wrote down."""

import re
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.catalog import ModelIdKind, parse_model_id
from bedrock_llm.catalog.model_ids import GEOGRAPHIES, VENDORS
from bedrock_llm.errors import ModelIdError

words = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12)
base_ids = st.builds(
    lambda vendor, model, version: f"{vendor}.{model}{version}",
    st.sampled_from(sorted(VENDORS)),
    st.lists(words, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["", "-v1:0", "-v2:1"]),
)
geographies = st.sampled_from(sorted(GEOGRAPHIES))
suffixes = st.sampled_from(["", ":48k", ":200k", ":512"])
regions = st.sampled_from(["us-east-1", "eu-central-1", "us-gov-west-1"])
accounts = st.from_regex(re.compile(r"[0-9]{12}", re.ASCII), fullmatch=True)


@given(base_ids, suffixes)
def test_a_base_id_is_its_own_base_id(base_id: str, suffix: str) -> None:
    identity = parse_model_id(base_id + suffix)

    assert identity.kind is ModelIdKind.FOUNDATION
    assert identity.base_id == base_id
    assert parse_model_id(base_id).base_id == base_id


@given(geographies, base_ids, suffixes)
def test_a_geography_is_taken_off_and_nothing_else(
    geography: str, base_id: str, suffix: str
) -> None:
    identity = parse_model_id(f"{geography}.{base_id}{suffix}")

    assert (identity.geography, identity.base_id) == (geography, base_id)
    assert identity.vendor == base_id.partition(".")[0]


@given(geographies, base_ids, regions, accounts)
def test_an_inference_profile_arn_says_the_same_as_its_id(
    geography: str, base_id: str, region: str, account: str
) -> None:
    short = f"{geography}.{base_id}"
    identity = parse_model_id(f"arn:aws:bedrock:{region}:{account}:inference-profile/{short}")

    assert identity.kind is parse_model_id(short).kind
    assert (identity.geography, identity.base_id) == (geography, base_id)
    assert (identity.region, identity.account) == (region, account)


@given(st.text(max_size=60) | st.text("arn:aws.bedrock-/0", max_size=60))
def test_any_text_is_read_as_it_stands_or_refused(text: str) -> None:
    identity = None
    with suppress(ModelIdError):
        identity = parse_model_id(text)

    if identity is not None:
        assert identity.raw == text
        assert identity.base_id is None or identity.base_id in text


@given(base_ids, st.characters(categories=["Cc", "Zs", "Lo", "Cs"]), st.integers(0, 10))
def test_a_foreign_character_anywhere_is_refused(base_id: str, character: str, at: int) -> None:
    with pytest.raises(ModelIdError, match="occurs in no id"):
        parse_model_id(base_id[:at] + character + base_id[at:])
