"""Any model that Converse serves, known to this library or not."""

from bedrock_llm.family_rules import FamilyRules
from bedrock_llm.model import BaseModelImplementation


class ConverseImplementation(BaseModelImplementation):
    """Call a model through Converse alone, with no rules of a family.

    It serves every id that no other family does, and ids that hide their model. Parameters that
    Converse has no field for are refused; pass `additional_model_request_fields` instead.
    """

    rules = FamilyRules(name="converse")
