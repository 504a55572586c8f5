"""Answer a file of prompts: bounded concurrency, input order, a journal that survives a kill."""

from bedrock_llm.batch.options import DEFAULT_MODEL_ID, BatchOptions
from bedrock_llm.batch.run import CreateModel, RunControl, run_batch
from bedrock_llm.batch.stop_signal import StopSignal
from bedrock_llm.batch.summary import BatchSummary
from bedrock_llm.batch.tally import Tally

__all__ = [
    "DEFAULT_MODEL_ID",
    "BatchOptions",
    "BatchSummary",
    "CreateModel",
    "RunControl",
    "StopSignal",
    "Tally",
    "run_batch",
]
