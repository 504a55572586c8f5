"""The shipped snapshot of what is known about every model: `models.json`, read once, on demand.

    models.json ─► load_snapshot ─► Snapshot(header, rows) ─► read_profile(row) ─► ModelProfile

The file is a JSON array with one line per entry, so that a refresh shows as a readable difference:
first a header (sources, licences, date, rules), then one row per model, sorted by base id.
`scripts/refresh_catalog.py` writes it; nobody edits it. Facts nobody knows are left out of a row,
numbers of money are text. A row is turned into a profile only when it is asked for: parsing the
file takes about a millisecond, building all profiles would take ten.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from bedrock_llm.catalog.families import find_family_by_prefix
from bedrock_llm.catalog.profiles import ModelMode, ModelProfile, Price, PriceTier
from bedrock_llm.errors import ConfigurationError

FORMAT: Final = 1
"""Version of the file's shape; the script writes it, the reader demands it."""

ABILITIES: Final = MappingProxyType(
    {
        "system": "supports_system",
        "streaming": "supports_streaming",
        "tools": "supports_tools",
        "tool_choice": "supports_tool_choice",
        "forced_tool_use": "supports_forced_tool_use",
        "vision": "supports_vision",
        "document_pdf": "supports_documents",
        "video": "supports_video",
        "audio_in": "supports_audio",
        "prompt_cache": "supports_prompt_cache",
        "prompt_cache_1h_ttl": "supports_prompt_cache_1h",
        "reasoning": "supports_reasoning",
        "adaptive_thinking": "supports_adaptive_thinking",
        "thinking_always_on": "is_thinking_always_on",
        "sampling_params": "supports_sampling",
        "assistant_prefill": "supports_prefill",
        "structured_output_native": "supports_structured_output",
        "mid_conversation_system": "supports_mid_conversation_system",
    }
)
"""The sources' name of each yes-or-no fact, and the profile's."""

RATES: Final = MappingProxyType(
    {
        "input": "input_usd_per_million",
        "output": "output_usd_per_million",
        "cache_read": "cache_read_usd_per_million",
        "cache_write_5m": "cache_write_usd_per_million",
        "cache_write_1h": "cache_write_1h_usd_per_million",
    }
)
"""The sources' name of each rate, and the price's."""

VARIANTS: Final = ("batch", "flex", "priority")
"""Kinds of service that may be sold at their own rates."""

_LIMITS: Final = ("context_window_tokens", "max_output_tokens")
_PLAIN_FACTS: Final = (
    *("name", "lifecycle", "prompt_cache_min_tokens", "count_tokens_via"),
    *("is_sold_in_region", "price_note", "conflicts"),
)
_LIST_FACTS: Final = frozenset(("reasoning_effort_levels", "geographies"))
_ANSWERS: Final = {"yes": True, "no": False}


class Snapshot(NamedTuple):
    """Hold the file's content.

    Attributes:
        header: Sources, licences, date and rules.
        rows: Each model's row, as the file has it, by base id.
    """

    header: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Any]]


@cache
def load_snapshot() -> Snapshot:
    """Read the shipped file; the second call costs nothing.

    Raises:
        ConfigurationError: The file is missing or not of this version: the installation is broken.
    """
    path = Path(__file__).with_name("models.json")
    try:
        header, *rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the catalog {path.name} cannot be read ({error}); reinstall bedrock-llm-rs"
        ) from error
    if header.get("format") != FORMAT:
        raise ConfigurationError(
            f"the catalog {path.name} has format {header.get('format')!r}, this version reads "
            f"{FORMAT}; reinstall bedrock-llm-rs"
        )
    return Snapshot(header=header, rows={row["base_id"]: row for row in rows})


def read_profile(row: Mapping[str, Any], *, verified_on: str) -> ModelProfile:
    """Turn a row of the snapshot into the profile of its bare id.

    Args:
        row: One row of `Snapshot.rows`.
        verified_on: The snapshot's date, ISO 8601.

    Raises:
        ConfigurationError: No family has the row's id; the script that writes the file drops such
            rows, so the installation is broken.
    """
    base_id = row["base_id"]
    family = find_family_by_prefix(base_id)
    if family is None:
        raise ConfigurationError(
            f"the catalog has a row of no family: {base_id!r}; reinstall bedrock-llm-rs"
        )
    facts: dict[str, Any] = {name: row[name] for name in _PLAIN_FACTS if name in row}
    for name in _LIST_FACTS & row.keys():
        facts[name] = tuple(row[name])
    for answer, is_so in _ANSWERS.items():
        facts |= {ABILITIES[name]: is_so for name in row.get(answer, ())}
    if "deprecation_date" in row:
        facts["deprecation_date"] = date.fromisoformat(row["deprecation_date"])
    limits = {name: row.get(name, getattr(family, name)) for name in _LIMITS}
    return ModelProfile(
        model_id=base_id,
        base_id=base_id,
        family=family.name,
        mode=ModelMode(row["mode"]),
        prices=_read_prices(row.get("prices", {})),
        region_prices=_read_prices(row.get("region_prices", {})),
        source="; ".join(row["sources"]),
        verified_on=date.fromisoformat(verified_on),
        is_conservative=row["mode"] == ModelMode.CHAT and not row.keys() >= limits.keys(),
        **limits,
        **facts,
    )


def _read_prices(prices: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Price]:
    """Read the rates of each scope."""
    return {scope: _read_price(rates) for scope, rates in prices.items()}


def _read_price(rates: Mapping[str, Any]) -> Price:
    """Read one scope's rates, with its tiers and variants."""
    return Price(
        **{field: Decimal(rates[name]) for name, field in RATES.items() if name in rates},
        tiers=tuple(
            PriceTier(above_input_tokens=tier["above_input_tokens"], price=_read_price(tier))
            for tier in rates.get("tiers", ())
        ),
        variants={name: _read_price(rates[name]) for name in VARIANTS if name in rates},
    )
