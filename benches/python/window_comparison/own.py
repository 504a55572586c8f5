"""Our rows: every strategy, in each of the three shapes of messages."""

from importlib import import_module
from typing import Final

from window_comparison.peers import OURS, Peer

SHAPES: Final = ("converse", "anthropic", "openai")
HOLED: Final = frozenset({"priority", "function"})
"""Strategies that keep by a score, so that holes are what they promise."""


def find_own_rows() -> tuple[Peer, ...]:
    """Give a row per strategy and shape, and one for the door with LangChain's names."""
    strategies = import_module("window_comparison.openers_own").STRATEGIES
    fitted = tuple(
        Peer(
            name=f"{OURS} ({strategy}) as {shape}",
            adapter="own",
            options={"strategy": strategy, "shape": shape},
            may_leave_holes=strategy in HOLED,
        )
        for strategy in strategies
        for shape in SHAPES
    )
    return (*fitted, Peer(name=f"{OURS} (trim_messages)", adapter="own_trim"))


TIMED: Final = Peer(
    name=OURS,
    adapter="own",
    options={"strategy": "drop_oldest", "shape": "openai"},
    measures=("time_fit", "time_cut", "time_turns"),
)
"""The row that the speed bench measures: the default strategy, on the peers' own messages."""
