"""Model ids, families, limits, abilities and prices: data with source and date.

    model id ─► parse_model_id ─► ModelId ─► find_profile ─► ModelProfile

    parse_model_id   which model, which geography, which region; from the text alone
    find_profile     what is known about the model, registered facts first
    find_family      which family's rules hold
    register_model   know better: an ARN's model, a limit, a price

Nothing here asks AWS. The facts are a dated snapshot of third-party tables; an unknown id of a
known family works with cautious limits, and an unknown price is None with a reason, never 0.
"""

from bedrock_llm.catalog.families import FAMILIES, Family
from bedrock_llm.catalog.model_ids import ModelId, ModelIdKind, parse_model_id
from bedrock_llm.catalog.profiles import IN_REGION, ModelMode, ModelProfile, Price, PriceTier
from bedrock_llm.catalog.registry import CATALOG, Catalog

find_profile = CATALOG.find_profile
find_family = CATALOG.find_family
list_profiles = CATALOG.list_profiles
register_model = CATALOG.register_model

__all__ = [
    "FAMILIES",
    "IN_REGION",
    "Catalog",
    "Family",
    "ModelId",
    "ModelIdKind",
    "ModelMode",
    "ModelProfile",
    "Price",
    "PriceTier",
    "find_family",
    "find_profile",
    "list_profiles",
    "parse_model_id",
    "register_model",
]
