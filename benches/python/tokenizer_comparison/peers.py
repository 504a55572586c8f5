"""The libraries that are compared, one row each.

Versions are pinned: a ratio is claimed of a version, not of a name. Names, versions and licences
are those of PyPI on 2026-11-22. `ctok` asks for Python 3.12 and runs on 3.11 where the package
`regex` is installed, so its row lets pip ignore what it asks for.
"""

from dataclasses import dataclass
from typing import Final

OURS: Final = "bedrock-llm"
OUR_COLUMNS: Final = "bedrock-llm columns"
REFERENCE: Final = "tiktoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A library beside which we are measured.

    Attributes:
        name: What the table calls it.
        adapter: The function of `adapters.py` that opens it.
        requirements: What pip installs into its environment; none for what runs here.
        pip_options: Further options for pip.
        vocabularies: What it can count with.
        kinds: Which kinds of metric it is measured on.
    """

    name: str
    adapter: str
    requirements: tuple[str, ...] = ()
    pip_options: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ("o200k", "cl100k")
    kinds: tuple[str, ...] = ("text",)


PEERS: Final[tuple[Peer, ...]] = (
    Peer(
        name=OURS,
        adapter="bedrock_llm",
        vocabularies=("o200k", "cl100k", "claude3", "claude48"),
    ),
    Peer(name=REFERENCE, adapter="tiktoken", requirements=("tiktoken==0.14.0",)),
    Peer(name="tokenizers 0.23", adapter="tokenizers", requirements=("tokenizers==0.23.3",)),
    Peer(name="tokenizers 1.0rc", adapter="tokenizers", requirements=("tokenizers==1.0.0rc3",)),
    Peer(name="fastokens", adapter="fastokens", requirements=("fastokens==0.3.5",)),
    Peer(
        name="gigatoken",
        adapter="gigatoken",
        requirements=("gigatoken==0.10.0", "numpy==2.4.6", "awkward==2.14.0"),
    ),
    Peer(name="toktok-rs", adapter="toktok", requirements=("toktok-rs==0.3.0",)),
    Peer(name="rs-bpe", adapter="rs_bpe", requirements=("rs-bpe==0.1.0",)),
    Peer(name="splintr", adapter="splintr", requirements=("splintr-rs==0.22.0",)),
    Peer(
        name="ctok",
        adapter="ctok",
        requirements=("ctok==1.3.0", "regex==2026.11.15"),
        pip_options=("--ignore-requires-python",),
        vocabularies=("claude3", "claude48"),
    ),
    Peer(
        name="polars-tokenizer",
        adapter="polars_tokenizer",
        requirements=("polars-tokenizer==0.1.0", "polars==1.36.1"),
        kinds=("column",),
    ),
    Peer(
        name=OUR_COLUMNS,
        adapter="bedrock_llm_columns",
        requirements=("polars==1.36.1", "numpy>=2", "pydantic>=2.12,<3"),
        kinds=("column",),
    ),
)
"""Every library; ours is the first, and its columns are counted where polars is installed."""


def find_peers(names: tuple[str, ...] | None) -> tuple[Peer, ...]:
    """Give the rows with these names, or all; ours and the reference are always among them.

    Raises:
        ValueError: No row has one of the names.
    """
    if names is None:
        return PEERS
    known = {peer.name for peer in PEERS}
    if unknown := set(names) - known:
        raise ValueError(f"no peer is named {sorted(unknown)}; known are {sorted(known)}")
    chosen = {*names, OURS, REFERENCE}
    if "polars-tokenizer" in chosen:
        chosen.add(OUR_COLUMNS)
    return tuple(peer for peer in PEERS if peer.name in chosen)
