"""Ids and ARNs: every form Bedrock takes is read, every other is refused with its reason."""

import re

import pytest
from botocore.session import Session

from bedrock_llm.catalog import ModelIdKind, list_profiles, parse_model_id
from bedrock_llm.catalog.model_ids import GEOGRAPHIES, MAX_MODEL_ID_CHARACTERS, VENDORS
from bedrock_llm.errors import ModelIdError

ARN = "arn:aws:bedrock:us-east-1:123456789012:"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"

# (id, kind, base id, geography, context suffix)
IDS = [
    (HAIKU, "foundation", HAIKU, None, None),
    (f"{HAIKU}:200k", "foundation", HAIKU, None, "200k"),
    (f"{HAIKU}:48k", "foundation", HAIKU, None, "48k"),
    ("amazon.nova-premier-v1:0:mm", "foundation", "amazon.nova-premier-v1:0", None, "mm"),
    ("cohere.embed-english-v3:0:512", "foundation", "cohere.embed-english-v3:0", None, "512"),
    ("openai.gpt-oss-20b", "foundation", "openai.gpt-oss-20b", None, None),
    ("openai.gpt-5.4", "foundation", "openai.gpt-5.4", None, None),
    ("deepseek.v3.2", "foundation", "deepseek.v3.2", None, None),
    ("anthropic.claude-v2:1", "foundation", "anthropic.claude-v2:1", None, None),
    ("us.deepseek.v3.2", "inference_profile", "deepseek.v3.2", "us", None),
    (f"us-gov.{HAIKU}:48k", "inference_profile", HAIKU, "us-gov", "48k"),
    (f"mx.{HAIKU}", "inference_profile", HAIKU, "mx", None),
    (f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}", "foundation", HAIKU, None, None),
    (f"arn:aws-cn:bedrock:cn-north-1::foundation-model/{HAIKU}", "foundation", HAIKU, None, None),
    (
        f"arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.{HAIKU}",
        "inference_profile",
        HAIKU,
        "us-gov",
        None,
    ),
    (f"{ARN}inference-profile/us.deepseek.v3.2", "inference_profile", "deepseek.v3.2", "us", None),
    (f"{ARN}inference-profile/abc123", "inference_profile", None, None, None),
    (f"{ARN}application-inference-profile/a1b2c3d4e5f6", "application_profile", None, None, None),
    (f"{ARN}application-inference-profile/us.{HAIKU}", "application_profile", None, None, None),
    (f"{ARN}provisioned-model/a1b2c3d4e5f6", "provisioned", None, None, None),
    (f"{ARN}custom-model/{HAIKU}:200k/a1b2c3d4e5f6", "custom", HAIKU, None, "200k"),
    (f"{ARN}custom-model/imported/a1b2c3d4e5f6", "custom", None, None, None),
    (f"{ARN}custom-model-deployment/a1b2c3d4e5f6", "custom", None, None, None),
    (f"{ARN}imported-model/a1b2c3d4e5f6", "imported", None, None, None),
    (f"{ARN}prompt-router/a1b2", "prompt_router", None, None, None),
    (f"{ARN}default-prompt-router/anthropic.claude:1", "prompt_router", None, None, None),
    (f"{ARN}prompt/ABCDEFGHIJ", "prompt", None, None, None),
    (f"{ARN}prompt/ABCDEFGHIJ:12", "prompt", None, None, None),
    (
        "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/my-endpoint",
        "endpoint",
        None,
        None,
        None,
    ),
    ("my_provisioned-name", "resource_name", None, None, None),
]

REFUSED = [
    ("", "it is empty"),
    (None, "it is a NoneType, not a string"),
    (b"anthropic.claude", "it is a bytes, not a string"),
    (f" {HAIKU}", r"the character ' ' \(U\+0020\) at position 0"),
    (f"{HAIKU}\n", r"the character '\\n' \(U\+000A\) at position 38"),
    ("anthropic.\x00claude", r"\(U\+0000\) at position 10"),
    ("anthropic.claud\u00e9", r"the character '\\xe9' \(U\+00E9\) at position 15"),
    ("anthropic.claude\u0663", r"\(U\+0663\)"),
    ("anthropic.\ud800", r"\(U\+D800\)"),
    ("a" * 3000, "it has 3000 characters, Bedrock takes 2048"),
    ("bedrock/anthropic.claude", "a slash belongs only in an ARN"),
    ("anthropic..claude", "joined by single dots"),
    (".anthropic", "joined by single dots"),
    ("us.claude-sonnet-4-6", "after the geography prefix 'us' a vendor and a model must follow"),
    ("arn:aws:bedrock", "an ARN has 6 parts joined by ':', this has 3"),
    (f"{ARN}guardrail/abc", "no model is named by 'guardrail'"),
    (f"arn:gcp:bedrock:us-east-1::foundation-model/{HAIKU}", "the partition 'gcp'"),
    (f"arn:aws:s3:us-east-1::foundation-model/{HAIKU}", "the service is 's3', not 'bedrock'"),
    (f"arn:aws:bedrock:US::foundation-model/{HAIKU}", "the region 'US'"),
    (f"arn:aws:bedrock:::foundation-model/{HAIKU}", "the region ''"),
    (f"{ARN}foundation-model/{HAIKU}", "the account '123456789012' must be left empty"),
    ("arn:aws:bedrock:us-east-1:12:imported-model/a1b2c3d4e5f6", "the account '12' is not 12"),
    (f"{ARN}imported-model/short", "'short' is no name of a imported"),
    (f"{ARN}prompt/ABCDEFGHIJ:123456", "is no name of a prompt"),
    (f"{ARN}provisioned-model/", "'' is no name of a provisioned"),
]


@pytest.mark.parametrize(("raw", "kind", "base_id", "geography", "suffix"), IDS)
def test_an_id_is_read_into_its_parts(
    raw: str, kind: str, base_id: str | None, geography: str | None, suffix: str | None
) -> None:
    identity = parse_model_id(raw)

    assert identity.raw == raw
    assert identity.kind == kind
    assert identity.base_id == base_id
    assert identity.is_opaque == (base_id is None)
    assert identity.geography == geography
    assert identity.vendor == (base_id.split(".")[0] if base_id else None)
    assert identity.context_suffix == suffix


def test_an_arn_gives_its_partition_region_and_account() -> None:
    identity = parse_model_id(
        f"arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.{HAIKU}"
    )

    assert identity.partition == "aws-us-gov"
    assert identity.region == "us-gov-west-1"
    assert identity.account == "123456789012"


def test_the_arn_of_a_foundation_model_has_no_account() -> None:
    identity = parse_model_id(f"arn:aws:bedrock:eu-west-1::foundation-model/{HAIKU}")

    assert identity.account is None
    assert identity.region == "eu-west-1"


@pytest.mark.parametrize(
    ("suffix", "tokens"), [(":200k", 200_000), (":48k", 48_000), (":512", 512), (":mm", None)]
)
def test_a_context_suffix_promises_a_window_in_tokens(suffix: str, tokens: int | None) -> None:
    assert parse_model_id(f"{HAIKU}{suffix}").context_limit_tokens == tokens


def test_an_id_without_a_suffix_promises_no_window() -> None:
    assert parse_model_id(HAIKU).context_limit_tokens is None


@pytest.mark.parametrize(("raw", "problem"), REFUSED)
def test_a_refused_id_says_what_is_wrong_and_shows_a_right_one(raw: str, problem: str) -> None:
    with pytest.raises(ModelIdError, match=problem) as caught:
        parse_model_id(raw)

    assert "'us.anthropic.claude-sonnet-4-6'" in str(caught.value)
    assert len(str(caught.value)) < 700
    assert str(caught.value).isprintable()


def test_the_longest_id_is_read_and_one_character_more_is_not() -> None:
    longest = "anthropic." + "a" * (MAX_MODEL_ID_CHARACTERS - len("anthropic."))

    assert parse_model_id(longest).base_id == longest
    with pytest.raises(ModelIdError, match="it has 2049 characters"):
        parse_model_id(longest + "a")


@pytest.mark.parametrize("geography", sorted(GEOGRAPHIES))
def test_every_geography_is_a_prefix(geography: str) -> None:
    identity = parse_model_id(f"{geography}.{HAIKU}")

    assert (identity.geography, identity.base_id) == (geography, HAIKU)


def test_geographies_and_vendors_of_the_catalog_are_rows_here() -> None:
    profiles = list_profiles()

    assert {word for profile in profiles for word in profile.geographies} <= GEOGRAPHIES
    assert {parse_model_id(profile.model_id).vendor for profile in profiles} <= VENDORS
    assert not GEOGRAPHIES & VENDORS


# One example for each alternative of the service model's pattern, in its order.
ALTERNATIVES = [
    (f"{ARN}custom-model/amazon.nova-lite/a1b2c3d4e5f6", ModelIdKind.CUSTOM),
    (f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}", ModelIdKind.FOUNDATION),
    (f"{ARN}imported-model/a1b2c3d4e5f6", ModelIdKind.IMPORTED),
    (f"{ARN}provisioned-model/a1b2c3d4e5f6", ModelIdKind.PROVISIONED),
    (f"{ARN}custom-model-deployment/a1b2c3d4e5f6", ModelIdKind.CUSTOM),
    (f"{ARN}inference-profile/us.{HAIKU}", ModelIdKind.INFERENCE_PROFILE),
    (f"{ARN}application-inference-profile/a1b2c3d4e5f6", ModelIdKind.APPLICATION_PROFILE),
    (HAIKU, ModelIdKind.FOUNDATION),
    ("My_provisioned-name1", ModelIdKind.RESOURCE_NAME),
    (f"us.{HAIKU}", ModelIdKind.INFERENCE_PROFILE),
    (f"{ARN}prompt/ABCDEFGHIJ:3", ModelIdKind.PROMPT),
    ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", ModelIdKind.ENDPOINT),
    (f"{ARN}prompt-router/abc", ModelIdKind.PROMPT_ROUTER),
    (f"{ARN}default-prompt-router/abc:1", ModelIdKind.PROMPT_ROUTER),
]


def read_service_pattern() -> tuple[str, int]:
    """Return the pattern and the length of `modelId` in the installed service model."""
    model = Session().get_service_model("bedrock-runtime")
    shape = model.operation_model("Converse").input_shape
    assert shape is not None
    name = shape.members["modelId"].name
    # botocore leaves `pattern` out of a shape's metadata; the model's own text has it.
    entry = (
        Session()
        .get_component("data_loader")
        .load_service_model("bedrock-runtime", "service-2")["shapes"][name]
    )
    return entry["pattern"], entry["max"]


def test_every_form_of_the_installed_service_model_is_read() -> None:
    pattern, longest = read_service_pattern()

    assert longest == MAX_MODEL_ID_CHARACTERS
    for raw, kind in ALTERNATIVES:
        assert re.fullmatch(pattern, raw), raw
        assert parse_model_id(raw).kind == kind


def test_every_resource_of_the_installed_service_model_has_a_row() -> None:
    pattern, _ = read_service_pattern()
    named = set(re.findall(r"([a-z-]+)/", pattern.replace("(default-)?", "default-")))
    named |= {"inference-profile", "application-inference-profile", "prompt-router"}
    known = {raw.split(":")[5].split("/")[0] for raw, _ in ALTERNATIVES if raw.startswith("arn:")}

    assert named <= known


# The pattern has no colon in a custom model's base id and no `imported`; `CustomModelArn` of the
# service model `bedrock` has both.
TAKEN = [row[0] for row in IDS if "custom-model/" not in row[0]]


@pytest.mark.parametrize("raw", TAKEN)
def test_what_is_read_the_service_would_take(raw: str) -> None:
    pattern, _ = read_service_pattern()

    assert re.fullmatch(pattern, raw)
