"""Read everything Bedrock accepts as a `modelId` into one type.

    "us.anthropic.claude-sonnet-4-6" ─► characters ─► plain id, or a row of _ARN_FORMS ─► ModelId

A model can be named in many ways, and three questions hang on the name: which model is it really
(`base_id`: the token count, the window, the price and CountTokens need it, and CountTokens refuses
a geography prefix), where may it run (`geography`, `region`), and is the model hidden behind the
name (`base_id` is None: an application profile, an imported model). This module answers the three
from the text alone; it never asks AWS and never guesses.

| form                                                    | kind                | base id         |
|---------------------------------------------------------|---------------------|-----------------|
| `anthropic.claude-3-haiku-20240307-v1:0`, also `:200k`  | foundation          | without `:200k` |
| `us.anthropic.claude-sonnet-4-6`                        | inference_profile   | without `us.`   |
| `arn:aws:bedrock:R::foundation-model/ID`                | foundation          | ID              |
| `arn:aws:bedrock:R:A:inference-profile/us.ID`           | inference_profile   | ID              |
| `arn:aws:bedrock:R:A:application-inference-profile/X`   | application_profile | hidden          |
| `arn:aws:bedrock:R:A:provisioned-model/X`               | provisioned         | hidden          |
| `arn:aws:bedrock:R:A:custom-model/ID/X`                 | custom              | ID              |
| `arn:aws:bedrock:R:A:custom-model/imported/X`           | custom              | hidden          |
| `arn:aws:bedrock:R:A:custom-model-deployment/X`         | custom              | hidden          |
| `arn:aws:bedrock:R:A:imported-model/X`                  | imported            | hidden          |
| `arn:aws:bedrock:R:A:prompt-router/X`, `default-…`      | prompt_router       | hidden          |
| `arn:aws:bedrock:R:A:prompt/X`, `prompt/X:3`            | prompt              | hidden          |
| `arn:aws:sagemaker:R:A:endpoint/X` (Marketplace)        | endpoint            | hidden          |
| `my-provisioned-name` (no dot)                          | resource_name       | hidden          |

The forms and the length are those of `ConversationalModelId` in botocore 1.44.5's service model
bedrock-runtime 2023-09-30 (read 2026-11-22); a test holds this parser against the installed one.
A new geography or a new vendor is one word in a row below; an unknown prefix before a known vendor
is read as a geography, so a region group that AWS adds tomorrow works today.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, NoReturn

from bedrock_llm.errors import ModelIdError

MAX_MODEL_ID_CHARACTERS: Final = 2048
"""Longest `modelId` that Converse and InvokeModel take (CountTokens: 256), in characters."""

GEOGRAPHIES: Final = frozenset(
    ("us", "eu", "apac", "jp", "au", "ca", "in", "us-gov", "global"),
)
"""Prefixes of system-defined inference profiles (bedrock-models 0.1.165, 2026-11-22)."""

VENDORS: Final = frozenset(
    (
        *("ai21", "amazon", "anthropic", "cohere", "deepseek", "google", "luma", "meta"),
        *("minimax", "mistral", "moonshot", "moonshotai", "nvidia", "openai", "qwen"),
        *("stability", "twelvelabs", "writer", "xai", "zai"),
    ),
)
"""First words of base ids on Bedrock (bedrock-models 0.1.165, litellm-core 1.106.4, 2026-11-22)."""

_EXAMPLE: Final = (
    "a right id looks like 'anthropic.claude-3-haiku-20240307-v1:0', "
    "'us.anthropic.claude-sonnet-4-6' or "
    "'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6'"
)
_SHOWN_CHARACTERS: Final = 80
_FORBIDDEN: Final = re.compile(r"[^A-Za-z0-9_./:-]")
_DOTTED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9:-]+)+")
_PLAIN_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_:-]*")
_CONTEXT_SUFFIX: Final = re.compile(r":([0-9]+k|[0-9]{3,}|mm)\Z")
_PARTITION: Final = r"aws(?:-[a-z0-9-]+)?"
_REGION: Final = r"[a-z0-9-]{1,20}"
_ACCOUNT: Final = r"[0-9]{12}"
_ARN_PARTS: Final = 6


class ModelIdKind(StrEnum):
    """Say what a model id names."""

    FOUNDATION = "foundation"
    INFERENCE_PROFILE = "inference_profile"
    APPLICATION_PROFILE = "application_profile"
    PROVISIONED = "provisioned"
    CUSTOM = "custom"
    IMPORTED = "imported"
    PROMPT_ROUTER = "prompt_router"
    PROMPT = "prompt"
    ENDPOINT = "endpoint"
    RESOURCE_NAME = "resource_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelId:
    """Hold one model id, read.

    Attributes:
        raw: The id as it was given; this is what Converse gets.
        kind: What it names.
        base_id: The plain id of the model, without geography and context suffix, as CountTokens
            wants it; None where the name hides the model.
        geography: The prefix of an inference profile (`us`, `global`), else None.
        vendor: The first word of `base_id` (`anthropic`), None where that is None.
        region: The region an ARN names, else None.
        account: The twelve digits of an ARN's account, else None.
        partition: The partition of an ARN (`aws`, `aws-us-gov`), else None.
        context_suffix: The variant after the version (`200k`, `512`, `mm`), else None.
    """

    raw: str
    kind: ModelIdKind
    base_id: str | None = None
    geography: str | None = None
    vendor: str | None = None
    region: str | None = None
    account: str | None = None
    partition: str | None = None
    context_suffix: str | None = None

    @property
    def context_limit_tokens(self) -> int | None:
        """Return the window that the suffix promises, in tokens, or None.

        `:200k` is read as 200 000 and `:512` as 512; `:mm` says nothing about tokens.
        """
        suffix = self.context_suffix or ""
        digits = suffix.removesuffix("k")
        if not digits.isdecimal():
            return None
        return int(digits) * (1000 if suffix != digits else 1)

    @property
    def is_opaque(self) -> bool:
        """Say whether the name hides the model behind it."""
        return self.base_id is None


class _ArnForm(NamedTuple):
    """Describe one kind of resource an ARN may name; patterns are compiled when one is met."""

    kind: ModelIdKind
    name: str
    service: str = "bedrock"
    has_account: bool = True
    holds_id: bool = False


_SHORT_NAME: Final = r"[a-z0-9]{12}"
_PROFILE_NAME: Final = r"[a-zA-Z0-9:.-]+"
_ARN_FORMS: Final = {
    "foundation-model": _ArnForm(
        kind=ModelIdKind.FOUNDATION, name=_DOTTED.pattern, has_account=False, holds_id=True
    ),
    "inference-profile": _ArnForm(
        kind=ModelIdKind.INFERENCE_PROFILE, name=_PROFILE_NAME, holds_id=True
    ),
    "application-inference-profile": _ArnForm(
        kind=ModelIdKind.APPLICATION_PROFILE, name=_PROFILE_NAME
    ),
    "provisioned-model": _ArnForm(kind=ModelIdKind.PROVISIONED, name=_SHORT_NAME),
    "custom-model": _ArnForm(
        kind=ModelIdKind.CUSTOM,
        name=r"(?:imported|[a-z0-9-]+\.[a-z0-9.:-]+)/[a-z0-9]{12}",
        holds_id=True,
    ),
    "custom-model-deployment": _ArnForm(kind=ModelIdKind.CUSTOM, name=_SHORT_NAME),
    "imported-model": _ArnForm(kind=ModelIdKind.IMPORTED, name=_SHORT_NAME),
    "prompt-router": _ArnForm(kind=ModelIdKind.PROMPT_ROUTER, name=_PROFILE_NAME),
    "default-prompt-router": _ArnForm(kind=ModelIdKind.PROMPT_ROUTER, name=_PROFILE_NAME),
    "prompt": _ArnForm(kind=ModelIdKind.PROMPT, name=r"[0-9a-zA-Z]{10}(?::[0-9]{1,5})?"),
    "endpoint": _ArnForm(kind=ModelIdKind.ENDPOINT, name=r"[a-zA-Z0-9-]+", service="sagemaker"),
}


def parse_model_id(raw: str) -> ModelId:
    """Read a model id or ARN.

    Args:
        raw: What a caller would pass to Converse as `modelId`, 1 to 2048 characters.

    Returns:
        The id in its parts. An id of an unknown model is no error here.

    Raises:
        ModelIdError: The text has no form that Bedrock accepts; the message names the problem
            and shows right ids. Nothing is stripped or repaired.

    Example:
        >>> parse_model_id("us.anthropic.claude-sonnet-4-6").base_id
        'anthropic.claude-sonnet-4-6'
    """
    _check_characters(raw)
    if raw.startswith("arn:"):
        return _parse_arn(raw)
    if "/" in raw:
        _refuse(raw, "a slash belongs only in an ARN, which begins with 'arn:'")
    if "." not in raw and _PLAIN_NAME.fullmatch(raw):
        return ModelId(raw=raw, kind=ModelIdKind.RESOURCE_NAME)
    if not _DOTTED.fullmatch(raw):
        _refuse(raw, "it is not words of letters, digits, '-' and ':' joined by single dots")
    geography, base_id, suffix = _split_id(raw)
    if "." not in base_id:
        _refuse(raw, f"after the geography prefix {geography!r} a vendor and a model must follow")
    kind = ModelIdKind.FOUNDATION if geography is None else ModelIdKind.INFERENCE_PROFILE
    return ModelId(
        raw=raw,
        kind=kind,
        base_id=base_id,
        geography=geography,
        vendor=base_id.partition(".")[0],
        context_suffix=suffix,
    )


def _check_characters(raw: object) -> None:
    """Refuse what is no text, empty, too long, or holds a character no id holds."""
    if not isinstance(raw, str):
        _refuse(raw, f"it is a {type(raw).__name__}, not a string")
    if not raw:
        _refuse(raw, "it is empty")
    if len(raw) > MAX_MODEL_ID_CHARACTERS:
        _refuse(raw, f"it has {len(raw)} characters, Bedrock takes {MAX_MODEL_ID_CHARACTERS}")
    found = _FORBIDDEN.search(raw)
    if found:
        character = found.group()
        _refuse(
            raw,
            f"the character {character!a} (U+{ord(character):04X}) at position {found.start()} "
            "occurs in no id",
        )


def _split_id(name: str) -> tuple[str | None, str, str | None]:
    """Split a dotted id into geography, base id and context suffix."""
    first, _, rest = name.partition(".")
    is_new_geography = first not in VENDORS and rest.partition(".")[0] in VENDORS and "." in rest
    geography = first if first in GEOGRAPHIES or is_new_geography else None
    base_id = name if geography is None else rest
    suffix = _CONTEXT_SUFFIX.search(base_id)
    if suffix is None:
        return geography, base_id, None
    return geography, base_id[: suffix.start()], suffix.group(1)


def _parse_arn(raw: str) -> ModelId:
    """Read an ARN by its row of `_ARN_FORMS`."""
    parts = raw.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        _refuse(raw, f"an ARN has {_ARN_PARTS} parts joined by ':', this has {len(parts)}")
    _, partition, service, region, account, resource = parts
    resource_type, _, name = resource.partition("/")
    form = _ARN_FORMS.get(resource_type)
    if form is None:
        _refuse(
            raw, f"no model is named by {resource_type!r}; known: {', '.join(sorted(_ARN_FORMS))}"
        )
    _check_arn(raw, form, (partition, service, region, account, name))
    geography, base_id, suffix = _split_arn_name(form, name)
    return ModelId(
        raw=raw,
        kind=form.kind,
        base_id=base_id,
        geography=geography,
        vendor=None if base_id is None else base_id.partition(".")[0],
        region=region,
        account=account or None,
        partition=partition,
        context_suffix=suffix,
    )


def _check_arn(raw: str, form: _ArnForm, parts: tuple[str, str, str, str, str]) -> None:
    """Refuse an ARN with a part that its row does not allow."""
    partition, service, region, account, name = parts
    if not re.fullmatch(_PARTITION, partition):
        _refuse(raw, f"the partition {partition!r} is not 'aws' or 'aws-…'")
    if service != form.service:
        _refuse(raw, f"the service is {service!r}, not {form.service!r}")
    if not re.fullmatch(_REGION, region):
        _refuse(raw, f"the region {region!r} is not 1 to 20 of 'a-z', '0-9' and '-'")
    if form.has_account and not re.fullmatch(_ACCOUNT, account):
        _refuse(raw, f"the account {account!r} is not 12 digits")
    if not form.has_account and account:
        _refuse(raw, f"the account {account!r} must be left empty: AWS owns foundation models")
    if not re.fullmatch(form.name, name):
        _refuse(raw, f"{name[:_SHOWN_CHARACTERS]!r} is no name of a {form.kind.value}")


def _split_arn_name(form: _ArnForm, name: str) -> tuple[str | None, str | None, str | None]:
    """Split the id that an ARN's name holds; all None where it holds none."""
    model = name.partition("/")[0]
    if not form.holds_id or not _DOTTED.fullmatch(model):
        return None, None, None
    geography, base_id, suffix = _split_id(model)
    return (geography, base_id, suffix) if "." in base_id else (None, None, None)


def _refuse(raw: object, problem: str) -> NoReturn:
    """Raise for an id that cannot be read, showing no more of it than a line holds."""
    shown = ascii(raw[:_SHOWN_CHARACTERS] if isinstance(raw, str) else raw)
    more = "…" if isinstance(raw, str) and len(raw) > _SHOWN_CHARACTERS else ""
    raise ModelIdError(f"{shown}{more} is no model id: {problem}; {_EXAMPLE}")
