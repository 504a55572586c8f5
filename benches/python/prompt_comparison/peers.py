"""The libraries that make prompts, one row each; versions are pinned, PyPI of 2026-11-22."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OURS: Final = "bedrock-llm"
MINIJINJA: Final = "minijinja"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A library, or a way to use one.

    Attributes:
        name: What the table calls it.
        adapter: The function of `prompt_comparison.openers` that opens it.
        requirements: What pip installs into its environment; none for what runs here.
        pip_options: Further options for pip.
    """

    name: str
    adapter: str
    requirements: tuple[str, ...] = ()
    pip_options: tuple[str, ...] = ()


PEERS: Final[tuple[Peer, ...]] = (
    Peer(name=OURS, adapter="own"),
    Peer(name=f"{OURS} (allow)", adapter="own_allowing"),
    Peer(name="hand-written join", adapter="by_hand", requirements=("jinja2==3.1.6",)),
    Peer(name="langchain-aws", adapter="langchain_aws", requirements=("langchain-aws==1.9.1",)),
    Peer(name=MINIJINJA, adapter="minijinja", requirements=("minijinja==3.0.5",)),
    Peer(name="jinja2 (sandbox, cached)", adapter="jinja2", requirements=("jinja2==3.1.6",)),
    Peer(
        name="transformers (cached)",
        adapter="transformers",
        requirements=("transformers==5.23.0", "jinja2==3.1.6"),
    ),
)
"""Every library; ours is the first, with its defence and without."""


def choose_peers(names: Sequence[str] | None) -> tuple[Peer, ...]:
    """Give the rows whose names contain one of the texts, or all; ours is always among them."""
    return tuple(
        peer
        for peer in PEERS
        if names is None or peer.name == OURS or any(text in peer.name for text in names)
    )
