"""`bedrock-llm models`: what the catalog knows, filtered."""

import click

from bedrock_llm.catalog import FAMILIES, IN_REGION, ModelMode, ModelProfile, Price, list_profiles
from bedrock_llm.cli.tables import OUTPUT_FORMATS, Cells, print_rows
from bedrock_llm.errors import InputError

_TEXT_MODES = frozenset({ModelMode.CHAT, ModelMode.RESPONSES})
_COLUMNS = (
    "model",
    "family",
    "window_tokens",
    "max_output_tokens",
    "input_usd_per_million",
    "output_usd_per_million",
    "price_scope",
    "lifecycle",
    "geographies",
)


@click.command(short_help="List the models of the catalog.")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--family",
    type=click.Choice([family.name for family in FAMILIES]),
    metavar="NAME",
    help="One family, such as claude or llama.",
)
@click.option("--all", "is_all", is_flag=True, help="Models that write no text, too.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(OUTPUT_FORMATS),
    help="[default: table on a terminal, else tsv]",
)
@click.option("--json", "is_json", is_flag=True, help="Same as --format json.")
def models(
    words: tuple[str, ...],
    family: str | None,
    output_format: str | None,
    *,
    is_all: bool,
    is_json: bool,
) -> None:
    """List the models of the catalog whose id, name or family has every WORD.

    Prices are US dollars per million tokens of the bare id, or of the first geography that has
    one; an empty cell is a price or limit that no source gives. The catalog is a dated snapshot.
    """
    found = [
        profile
        for profile in list_profiles()
        if (is_all or profile.mode in _TEXT_MODES)
        and family in (None, profile.family)
        and all(word.lower() in _searched(profile) for word in words)
    ]
    if not found:
        asked = " ".join((*words, *([f"--family {family}"] if family else [])))
        raise InputError(f"no model of the catalog fits {asked!r}; `bedrock-llm models` lists all")
    print_rows(_COLUMNS, map(_cells, found), "json" if is_json else output_format)


def _searched(profile: ModelProfile) -> str:
    return f"{profile.model_id} {profile.name or ''} {profile.family}".lower()


def _cells(profile: ModelProfile) -> Cells:
    scope, price = _first_price(profile)
    return (
        profile.model_id,
        profile.family,
        profile.context_window_tokens,
        profile.max_output_tokens,
        price.input_usd_per_million,
        price.output_usd_per_million,
        scope,
        profile.lifecycle,
        " ".join(profile.geographies),
    )


def _first_price(profile: ModelProfile) -> tuple[str | None, Price]:
    for scope in (IN_REGION, *profile.geographies, *profile.prices):
        price = profile.prices.get(scope)
        if price is not None and price.input_usd_per_million is not None:
            return scope, price
    return None, Price()
