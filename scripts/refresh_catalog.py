"""Write the catalog's snapshot, `python/bedrock_llm/catalog/models.json`, from a table of models.

    python scripts/refresh_catalog.py TABLE.json            write the snapshot
    python scripts/refresh_catalog.py TABLE.json --check    exit 1 if the shipped one differs

    TABLE.json ─► read_table ─► build_row for each model ─► render ─► models.json
                                     └─► report: what was dropped or changed, and why

TABLE.json is `{"meta": {...}, "models": [...]}`: per model its limits, capabilities, prices in USD
per million tokens by scope, and the figures on which its sources disagree. The same table always
gives the same file. These rules are applied, each is reported, and the file's header repeats them:

1. A row whose id is no plain id of a known vendor and family, or comes twice, is dropped.
2. Where sources disagree on a window the smaller figure is used (what fits it fits both); on an
   output limit the larger (a limit that is too small would refuse calls that Bedrock takes). Both
   figures are kept under `conflicts`.
3. The rate of a bare id. For newer Claude and GPT models litellm gives the *global* rate under the
   bare id, while AWS sells geography and in-region calls at 1.1 times global
   (https://aws.amazon.com/bedrock/pricing/, genai-prices 0.2.3; compared 2026-11-22). Where every
   geography of such a model costs exactly 1.1 times the bare figure, the bare id gets the
   geographies' rates, unless genai-prices contradicts. For any other model whose bare figure
   equals no geography's, the bare rate is dropped: nobody says what it is.
4. Input and output both at 0 in a model that is not an embedding means that it is billed
   otherwise: the rate is dropped, so that nothing is ever reported as free.
5. A region's rate above three times the in-region rate is doubtful: the region stays, without one.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bedrock_llm.catalog.families import find_family_by_prefix
from bedrock_llm.catalog.model_ids import VENDORS, parse_model_id
from bedrock_llm.catalog.profiles import IN_REGION, ModelMode
from bedrock_llm.catalog.snapshot import ABILITIES, FORMAT, RATES, VARIANTS
from bedrock_llm.errors import ModelIdError

SHIPPED: Final = Path(__file__).parents[1] / "python/bedrock_llm/catalog/models.json"
GLOBAL_UNDER_BARE_ID: Final = ("anthropic.claude", "openai.gpt")
NOT_COMMERCIAL: Final = frozenset((IN_REGION, "global", "us-gov", "regional"))
GEOGRAPHY_FACTOR: Final = Decimal("1.1")
DOUBTFUL_FACTOR: Final = 3
LIMITS: Final = {
    "context_window": ("context_window_tokens", min),
    "max_output_tokens": ("max_output_tokens", max),
}
PLAIN_FACTS: Final = {
    "name": "name",
    "mode": "mode",
    "lifecycle": "lifecycle",
    "deprecation_date": "deprecation_date",
    "inference_profile_prefixes": "geographies",
    "in_region_on_demand": "is_sold_in_region",
}
CAPABILITY_FACTS: Final = {
    "prompt_cache_min_tokens": "prompt_cache_min_tokens",
    "reasoning_effort_levels": "reasoning_effort_levels",
    "count_tokens_via": "count_tokens_via",
}
NOTE_BARE_RATE: Final = (
    "the sources give the global rate under the bare id; what an in-region call costs is not known"
)
NOTE_ZERO: Final = "it is not billed by the token"


class TableError(Exception):
    """Say that the input is no table of models."""


@dataclass
class Report:
    """Collect what was dropped or changed."""

    lines: list[str] = field(default_factory=list)

    def add(self, model_id: str, what: str) -> None:
        """Note one deviation from the table."""
        self.lines.append(f"{model_id}: {what}")


def read_table(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read a table of models: its meta entry and its rows.

    Raises:
        TableError: The file cannot be read or is of another shape.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        meta, models = table["meta"], table["models"]
        _ = [model["model_id"].partition for model in models]
        _ = meta["generated"], [source["name"] for source in meta["sources"]]
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{path}: no table of models: {error!r} is missing or wrong") from error
    return meta, models


def build_rows(
    models: Sequence[Mapping[str, Any]], report: Report
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Build the snapshot's rows, by base id, in order."""
    seen: set[str] = set()
    for model in sorted(models, key=lambda model: str(model["model_id"])):
        model_id = model["model_id"]
        problem = "comes twice" if model_id in seen else find_problem(model_id)
        seen.add(model_id)
        if problem:
            report.add(model_id, f"dropped, {problem}")
        else:
            yield model_id, build_row(model, report)


def find_problem(model_id: str) -> str | None:
    """Say why an id cannot be a row, or None."""
    try:
        identity = parse_model_id(model_id)
    except ModelIdError as error:
        return str(error)
    if identity.base_id != model_id or identity.vendor not in VENDORS:
        return "no plain id of a known vendor"
    return None if find_family_by_prefix(model_id) else "no family has it"


def build_row(model: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Build one row: only what is known, under the snapshot's names."""
    capabilities = model.get("capabilities") or {}
    row: dict[str, Any] = {"base_id": model["model_id"]}
    row |= {name: model[key] for key, name in PLAIN_FACTS.items() if has(model, key)}
    row |= build_limits(model)
    row["yes"] = [name for name in ABILITIES if capabilities.get(name) is True]
    row["no"] = [name for name in ABILITIES if capabilities.get(name) is False]
    row |= {
        name: capabilities[key] for key, name in CAPABILITY_FACTS.items() if has(capabilities, key)
    }
    row |= build_prices(model, report)
    row["sources"] = model["sources"]
    return {name: value for name, value in row.items() if value not in ([], {})}


def has(entry: Mapping[str, Any], key: str) -> bool:
    """Say whether an entry knows a fact."""
    return entry.get(key) is not None


def build_limits(model: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the window and the output limit; keep every figure where sources disagree."""
    limits: dict[str, Any] = {}
    conflicts = {}
    for key, (name, choose) in LIMITS.items():
        figures = (model.get("conflicts") or {}).get(key)
        if figures:
            limits[name] = choose(figures.values())
            conflicts[name] = dict(sorted(figures.items()))
        elif has(model, key):
            limits[name] = model[key]
    return limits | {"conflicts": conflicts}


def build_prices(model: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Build the rates by scope and by region, with the reason for what is left out."""
    prices = dict(model.get("price_usd_per_1m") or {})
    regions = dict(model.get("price_usd_per_1m_by_region") or {})
    notes = [drop_zero(model, prices, report), mend_bare_rate(model, prices, report)]
    drop_doubtful(model, prices, regions, report)
    row: dict[str, Any] = {
        "prices": {scope: build_price(prices[scope]) for scope in sorted(prices)},
        "region_prices": {region: build_price(regions[region]) for region in sorted(regions)},
    }
    note = next(filter(None, notes), None)
    return row | ({"price_note": note} if note else {})


def drop_zero(model: Mapping[str, Any], prices: dict[str, Any], report: Report) -> str | None:
    """Drop rates of 0, which mean another way of billing (rule 4)."""
    if model["mode"] == ModelMode.EMBEDDING:
        return None
    free = [scope for scope, rates in prices.items() if not any(rate_pair(rates))]
    for scope in free:
        del prices[scope]
        report.add(model["model_id"], f"{scope} rate dropped, 0 USD means billed otherwise")
    return NOTE_ZERO if free else None


def mend_bare_rate(model: Mapping[str, Any], prices: dict[str, Any], report: Report) -> str | None:
    """Give the bare id its in-region rate, or none (rule 3)."""
    geographies = {scope: rates for scope, rates in prices.items() if scope not in NOT_COMMERCIAL}
    bare = prices.get(IN_REGION)
    if bare is None or not geographies:
        return None
    sold = {rate_pair(rates) for rates in geographies.values()}
    if rate_pair(bare) in sold:
        return None
    if is_global_rate(model, bare, sold):
        source = "us" if "us" in geographies else min(geographies)
        prices[IN_REGION] = geographies[source]
        report.add(model["model_id"], f"in_region rate {show(bare)} is global's: {source}'s used")
        return None
    del prices[IN_REGION]
    report.add(model["model_id"], f"in_region rate {show(bare)} dropped, no geography has it")
    return NOTE_BARE_RATE


def is_global_rate(
    model: Mapping[str, Any], bare: Mapping[str, Any], sold: set[tuple[Any, Any]]
) -> bool:
    """Say whether the bare figure is the global rate of a model sold at 1.1 times it elsewhere."""
    raised = tuple(rate * GEOGRAPHY_FACTOR for rate in rate_pair(bare))
    in_region = ((model.get("conflicts") or {}).get("price") or {}).get(IN_REGION) or {}
    other = in_region.get("genai-prices")
    is_confirmed = other is None or tuple(map(Decimal, other)) == raised
    return model["model_id"].startswith(GLOBAL_UNDER_BARE_ID) and sold == {raised} and is_confirmed


def drop_doubtful(
    model: Mapping[str, Any], prices: Mapping[str, Any], regions: dict[str, Any], report: Report
) -> None:
    """Empty a region's rates that are out of all proportion (rule 5)."""
    bare = prices.get(IN_REGION)
    if bare is None:
        return
    for region, rates in sorted(regions.items()):
        pairs = zip(rate_pair(rates), rate_pair(bare), strict=True)
        if any(rate > DOUBTFUL_FACTOR * usual for rate, usual in pairs):
            regions[region] = {}
            report.add(
                model["model_id"], f"{region} rate {show(rates)} dropped, in_region is {show(bare)}"
            )


def rate_pair(rates: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Return the input and output rates, 0 for one that is missing."""
    return Decimal(rates.get("input", 0)), Decimal(rates.get("output", 0))


def show(rates: Mapping[str, Any]) -> str:
    """Show a rate in a report."""
    return "/".join(map(render_money, rate_pair(rates)))


def build_price(rates: Mapping[str, Any]) -> dict[str, Any]:
    """Build one scope's rates: money as text, variants and tiers nested."""
    price: dict[str, Any] = {name: render_money(rates[name]) for name in RATES if has(rates, name)}
    for variant in VARIANTS:
        own = {
            name: rates[f"{variant}_{name}"] for name in RATES if has(rates, f"{variant}_{name}")
        }
        if any(rate is not None for rate in own.values()):
            price[variant] = build_price(own)
    tiers = sorted(rates.get("tiers") or (), key=lambda tier: tier["above_input_tokens"])
    if tiers:
        price["tiers"] = [
            {"above_input_tokens": tier["above_input_tokens"]} | build_price(tier) for tier in tiers
        ]
    return price


def render_money(rate: Decimal | int) -> str:
    """Write an amount exactly, without an exponent or needless zeros."""
    return format(Decimal(rate).normalize(), "f")


def build_header(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Build the header: sources with their licences, date, units and rules."""
    known = ("name", "license", "pypi", "published")
    return {
        "format": FORMAT,
        "verified_on": datetime.fromisoformat(meta["generated"]).date().isoformat(),
        "unit": "USD per million tokens, as text; tokens as numbers; what is unknown is left out",
        "sources": [
            {name: source[name] for name in known if name in source} for source in meta["sources"]
        ],
        "rules": [
            "where sources disagree: the smaller window, the larger output limit",
            "in_region of Claude and GPT: 1.1 times global, as AWS's pricing page has it",
            "a rate that is 0, unexplained or out of proportion is left out",
        ],
    }


def render(entries: Sequence[Mapping[str, Any]]) -> str:
    """Write a JSON array with one entry a line."""
    lines = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the snapshot; return the exit code: 0, 1 (it differs) or 2 (bad input)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("table", type=Path, help="table of models, JSON")
    parser.add_argument("--output", type=Path, default=SHIPPED, help="snapshot to write or check")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    given = parser.parse_args(arguments)
    report = Report()
    try:
        meta, models = read_table(given.table)
        rows = dict(build_rows(models, report))
        text = render([build_header(meta), *rows.values()])
    except TableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(report.lines))
    print(f"{len(rows)} of {len(models)} models, {len(report.lines)} deviations")
    return check(text, given.output) if given.check else write(text, given.output)


def check(text: str, path: Path) -> int:
    """Say whether the file holds exactly this text."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"{path.name} differs; run this script without --check", file=sys.stderr)
    return 1


def write(text: str, path: Path) -> int:
    """Write the snapshot."""
    path.write_text(text, encoding="utf-8")
    print(f"wrote {path.name}, {len(text.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
