"""The families of models on Bedrock: one row each.

A family is what shares a prompt format, a vocabulary lineage and rules for parameters. Its row
names the base ids that belong to it by prefix (the longest prefix wins, so `amazon.nova-canvas`
is no chat model although `amazon.nova` is) and carries limits for a member nobody has heard of
yet. Those limits are the smallest of the family's members that Bedrock lists as ACTIVE or LEGACY
(catalog snapshot of 2026-11-22; a test holds them to it), so a request that fits them fits any
member. Ids that Bedrock no longer lists cannot be called and do not pull them down.
"""

from dataclasses import dataclass
from typing import Final

from bedrock_llm.catalog.profiles import ModelMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Describe one family of models.

    Attributes:
        name: The short name, as `bedrock_llm.families` and the tokenizer rows use it.
        display_name: The name for people.
        prefixes: Beginnings of the base ids of its members.
        context_window_tokens: The smallest window of a member on the service, None where the
            family has no window.
        max_output_tokens: The smallest output limit of a member on the service, None where the
            family writes no tokens.
        mode: What its members are for.
    """

    name: str
    display_name: str
    prefixes: tuple[str, ...]
    context_window_tokens: int | None = None
    max_output_tokens: int | None = None
    mode: ModelMode = ModelMode.CHAT


def _chat(
    name: str, display_name: str, prefixes: tuple[str, ...], limits: tuple[int, int]
) -> Family:
    """Make the row of a family that chats; limits are the window and the output in tokens."""
    return Family(
        name=name,
        display_name=display_name,
        prefixes=prefixes,
        context_window_tokens=limits[0],
        max_output_tokens=limits[1],
    )


def _other(name: str, display_name: str, prefixes: tuple[str, ...], mode: ModelMode) -> Family:
    """Make the row of a family that does not chat; its limits differ from member to member."""
    return Family(name=name, display_name=display_name, prefixes=prefixes, mode=mode)


FAMILIES: Final = (
    _chat("claude", "Anthropic Claude", ("anthropic.claude",), (200_000, 4_096)),
    _chat("llama", "Meta Llama", ("meta.llama",), (8_192, 4_096)),
    _chat("mistral", "Mistral", ("mistral.",), (32_000, 4_096)),
    _chat("nova", "Amazon Nova", ("amazon.nova",), (128_000, 10_000)),
    _chat("titan", "Amazon Titan Text", ("amazon.titan-text", "amazon.titan-tg1"), (4_096, 3_072)),
    _chat("cohere", "Cohere Command", ("cohere.command",), (4_096, 4_096)),
    _chat("jamba", "AI21 Jamba", ("ai21.jamba",), (256_000, 4_096)),
    _chat("jurassic", "AI21 Jurassic-2", ("ai21.j2",), (8_191, 8_191)),
    _chat("deepseek", "DeepSeek", ("deepseek.",), (128_000, 8_000)),
    _chat("qwen", "Qwen", ("qwen.",), (32_000, 8_000)),
    _chat("gpt_oss", "OpenAI gpt-oss", ("openai.gpt-oss",), (128_000, 16_000)),
    _chat("gpt", "OpenAI GPT", ("openai.gpt",), (1_000_000, 128_000)),
    _chat("gemma", "Google Gemma", ("google.gemma",), (128_000, 4_096)),
    _chat("glm", "Z.AI GLM", ("zai.glm",), (200_000, 128_000)),
    _chat("minimax", "MiniMax", ("minimax.",), (196_000, 8_000)),
    _chat("kimi", "Moonshot Kimi", ("moonshotai.kimi", "moonshot.kimi"), (256_000, 16_000)),
    _chat("nemotron", "NVIDIA Nemotron", ("nvidia.nemotron",), (128_000, 8_000)),
    _chat("palmyra", "Writer Palmyra", ("writer.palmyra",), (4_096, 4_096)),
    _chat("grok", "xAI Grok", ("xai.grok",), (500_000, 16_384)),
    _chat("pegasus", "TwelveLabs Pegasus", ("twelvelabs.pegasus",), (261_120, 98_304)),
    _other(
        "nova_sonic",
        "Amazon Nova Sonic",
        ("amazon.nova-sonic", "amazon.nova-2-sonic", "amazon.nova-2-5-sonic"),
        ModelMode.REALTIME,
    ),
    _other(
        "nova_image",
        "Amazon Nova Canvas and Reel",
        ("amazon.nova-canvas", "amazon.nova-reel"),
        ModelMode.IMAGE_GENERATION,
    ),
    _other(
        "nova_embedding",
        "Amazon Nova Embeddings",
        ("amazon.nova-2-multimodal-embeddings",),
        ModelMode.EMBEDDING,
    ),
    _other("titan_embedding", "Titan Embeddings", ("amazon.titan-embed",), ModelMode.EMBEDDING),
    _other("titan_image", "Titan Image", ("amazon.titan-image",), ModelMode.IMAGE_GENERATION),
    _other("amazon_rerank", "Amazon Rerank", ("amazon.rerank",), ModelMode.RERANK),
    _other("cohere_embedding", "Cohere Embed", ("cohere.embed",), ModelMode.EMBEDDING),
    _other("cohere_rerank", "Cohere Rerank", ("cohere.rerank",), ModelMode.RERANK),
    _other("marengo", "TwelveLabs Marengo", ("twelvelabs.marengo",), ModelMode.EMBEDDING),
    _other("stability", "Stability AI", ("stability.",), ModelMode.IMAGE_GENERATION),
    _other("luma", "Luma", ("luma.",), ModelMode.OTHER),
)
"""Every family, chat families first."""

FAMILIES_BY_NAME: Final = {family.name: family for family in FAMILIES}
"""The rows of `FAMILIES` by name."""

_BY_PREFIX: Final = sorted(
    ((prefix, family) for family in FAMILIES for prefix in family.prefixes),
    key=lambda row: len(row[0]),
    reverse=True,
)


def find_family_by_prefix(base_id: str) -> Family | None:
    """Return the family whose prefix fits a base id best, or None.

    Args:
        base_id: A plain model id without a geography, as in `ModelId.base_id`.
    """
    return next((family for prefix, family in _BY_PREFIX if base_id.startswith(prefix)), None)
