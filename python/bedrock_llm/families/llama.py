"""Meta's Llama."""

from bedrock_llm.family_rules import FamilyRules
from bedrock_llm.model import BaseModelImplementation


class LlamaImplementation(BaseModelImplementation):
    """Call a Llama model.

    Llama on Bedrock takes temperature, top_p and a maximum length, and nothing else
    (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html, read
    2026-11-22): `top_k` and `thinking` are refused before the call.
    """

    rules = FamilyRules(name="llama")
