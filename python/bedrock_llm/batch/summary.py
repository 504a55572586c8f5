"""What a run came to: the value `run_batch` returns and the CLI prints as a table."""

from dataclasses import dataclass
from pathlib import Path

from bedrock_llm.batch.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """Hold the outcome of a run.

    Attributes:
        output: Where the replies are; None while the run is unfinished.
        journal: The run's journal.
        tally: Rows, tokens and money.
        is_interrupted: The run was asked to stop; the same call continues it.
        was_complete: An earlier run had finished this very work; nothing was called.
        notices: What else the caller should know, each one line.
    """

    output: Path | None
    journal: Path
    tally: Tally
    is_interrupted: bool = False
    was_complete: bool = False
    notices: tuple[str, ...] = ()
