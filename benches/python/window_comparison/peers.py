"""The libraries that cut conversations to a window, one row each, with how each is configured.

Versions are pinned: a verdict is on a version, not on a name. Names and versions are those of
PyPI on 2026-11-22. Every configuration is one that the library's own documentation shows; where a
library has no default that keeps a system prompt, one that does is judged beside its defaults.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

OURS: Final = "bedrock-llm"
BY_HAND: Final = "hand-written loop"
WITH_CUT: Final = ("time_fit", "time_cut")
TIKTOKEN: Final = "tiktoken==0.14.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A configuration of a library beside which we are judged and measured.

    Attributes:
        name: What the tables call it.
        adapter: The function of `window_comparison.openers` that opens it.
        requirements: What pip installs into its environment; none for what runs here.
        pip_options: Further options for pip.
        options: The configuration, as the adapter takes it.
        may_leave_holes: Whether it promises to keep by score, so that holes are no fault.
        is_timed: Whether the speed bench measures it; one configuration per library is.
        measures: What the speed bench asks of it.
        counts_tokens: Whether it has a token budget at all, rather than a number of messages.
    """

    name: str
    adapter: str
    requirements: tuple[str, ...] = ()
    pip_options: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    may_leave_holes: bool = False
    is_timed: bool = True
    measures: tuple[str, ...] = ("time_fit",)
    counts_tokens: bool = True


LANGCHAIN: Final = ("langchain-core==1.7.2", TIKTOKEN)
HAYSTACK: Final = ("haystack-ai==3.4.0", TIKTOKEN)
CONTEXTTRIM: Final = ("contexttrim==0.1.0", TIKTOKEN)
AGENTFIT: Final = ("agentfit-py==0.1.0", TIKTOKEN)

PEERS: Final[tuple[Peer, ...]] = (
    Peer(name=BY_HAND, adapter="by_hand", requirements=(TIKTOKEN,), measures=WITH_CUT),
    Peer(
        name="langchain (defaults)",
        adapter="langchain",
        requirements=LANGCHAIN,
        is_timed=False,
    ),
    Peer(
        name="langchain (system, start_on)",
        adapter="langchain",
        requirements=LANGCHAIN,
        options={"include_system": True, "start_on": "human"},
    ),
    Peer(
        name="langchain (allow_partial)",
        adapter="langchain",
        requirements=LANGCHAIN,
        options={"include_system": True, "allow_partial": True},
        is_timed=False,
    ),
    Peer(
        name="langchain (approximate)",
        adapter="langchain",
        requirements=LANGCHAIN,
        options={"include_system": True, "start_on": "human", "counter": "approximate"},
        is_timed=False,
    ),
    Peer(
        name="litellm",
        adapter="litellm",
        requirements=("litellm-core==1.106.2",),
        measures=WITH_CUT,
    ),
    Peer(name="haystack (defaults)", adapter="haystack", requirements=HAYSTACK),
    Peer(
        name="haystack (no note)",
        adapter="haystack",
        requirements=HAYSTACK,
        options={"omission_note": None},
        is_timed=False,
    ),
    Peer(
        name="agent-framework",
        adapter="agent_framework",
        requirements=("agent-framework-core==1.23.0", TIKTOKEN),
    ),
    Peer(
        name="strands",
        adapter="strands",
        requirements=("strands-agents==1.62.0", TIKTOKEN),
        counts_tokens=False,
    ),
    Peer(
        name="semantic-kernel",
        adapter="semantic_kernel",
        requirements=("semantic-kernel==1.45.0", TIKTOKEN),
        counts_tokens=False,
    ),
    Peer(
        name="tokentrim",
        adapter="tokentrim",
        requirements=("tokentrim==0.1.13", TIKTOKEN),
        measures=WITH_CUT,
    ),
    Peer(
        name="agentfit (drop-oldest)",
        adapter="agentfit",
        requirements=AGENTFIT,
        options={"strategy": "drop-oldest"},
    ),
    Peer(
        name="agentfit (drop-middle)",
        adapter="agentfit",
        requirements=AGENTFIT,
        options={"strategy": "drop-middle"},
        is_timed=False,
    ),
    Peer(
        name="llama-index (buffer)",
        adapter="llama_index",
        requirements=("llama-index-core==0.14.25", TIKTOKEN),
        is_timed=False,
    ),
    Peer(
        name="autogen (token-limited)",
        adapter="autogen",
        requirements=("autogen-core==0.7.5", TIKTOKEN),
        is_timed=False,
    ),
    Peer(name="chatfit", adapter="chatfit", requirements=("chatfit==0.4.0", TIKTOKEN)),
    Peer(name="ctx-compact", adapter="ctx_compact", requirements=("ctx-compact==0.1.0", TIKTOKEN)),
    Peer(
        name="contexttrim (recency)",
        adapter="contexttrim",
        requirements=CONTEXTTRIM,
        options={"strategy": "RecencyDrop"},
    ),
    Peer(
        name="contexttrim (importance)",
        adapter="contexttrim",
        requirements=CONTEXTTRIM,
        options={"strategy": "ImportanceWeighted"},
        is_timed=False,
        may_leave_holes=True,
    ),
    Peer(
        name="contexttrim (TF-IDF)",
        adapter="contexttrim",
        requirements=CONTEXTTRIM,
        options={"strategy": "SemanticCluster"},
        is_timed=False,
        may_leave_holes=True,
    ),
    Peer(
        name="cendor",
        adapter="cendor",
        requirements=("cendor-contextkit==1.1.0", TIKTOKEN),
        measures=WITH_CUT,
    ),
    Peer(
        name="token-overflow",
        adapter="token_overflow",
        requirements=("token-overflow==0.1.0", TIKTOKEN),
        measures=WITH_CUT,
    ),
    Peer(name="effimemo", adapter="effimemo", requirements=("effimemo==0.1.1", TIKTOKEN)),
    Peer(name="convopack", adapter="convopack", requirements=("convopack==0.3.2", TIKTOKEN)),
    Peer(
        name="ctxfit",
        adapter="ctxfit",
        requirements=("ctxfit==0.1.1", TIKTOKEN),
        options={"strategies": "aggressive"},
        is_timed=False,
    ),
)
"""Every configuration of every library but ours."""

NOT_JUDGED: Final[Mapping[str, str]] = {
    "gptsession": "trims only inside a session that calls OpenAI",
    "context-window-manager": "cuts at 85 % of a budget that it divides by itself, as it adds",
    "pydantic-ai": "ships no trimmer",
}
"""Libraries that were looked at and have no row, and why."""


def choose_peers(names: Sequence[str] | None) -> tuple[Peer, ...]:
    """Give the rows whose names contain one of the texts, or all.

    Raises:
        ValueError: No row has one of the texts in its name.
    """
    if names is None:
        return PEERS
    known = sorted(peer.name for peer in PEERS)
    for text in names:
        if not any(text in name for name in known):
            raise ValueError(f"no peer has {text!r} in its name; known are {known}")
    return tuple(peer for peer in PEERS if any(text in peer.name for text in names))
