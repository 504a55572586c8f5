"""The window: what of a conversation is sent, and that what is sent can be.

    fit_messages ─► settings ─► head, prompt ─► plan (core) ─► kept ─► repairs ─► Fitted

- `fitting.py` is the door, `job.py` the steps of one call, `settings.py` what a caller may say.
- `prompt.py` says what messages count, by the rows that count whole requests; the core
  (`rust/window/`) holds groups and strategies and walks from the newest end.
- `reduction.py` and `cutting.py` make messages smaller, `shapes.py` reads and writes the three
  shapes they come in, `validation.py` says and mends what Bedrock would refuse.
"""

from bedrock_llm.fitted import Dropped, Fitted, Shortened
from bedrock_llm.window.fitting import afit_messages, fit_messages
from bedrock_llm.window.groups import MessageGroup, find_groups
from bedrock_llm.window.requests import FittedRequest, Truncation, fit_request
from bedrock_llm.window.settings import StrategyName, WindowOptions
from bedrock_llm.window.trimming import TrimOptions, trim_messages
from bedrock_llm.window.validation import (
    Repair,
    Repaired,
    Violation,
    repair_messages,
    validate_messages,
)

__all__ = [
    "Dropped",
    "Fitted",
    "FittedRequest",
    "MessageGroup",
    "Repair",
    "Repaired",
    "Shortened",
    "StrategyName",
    "TrimOptions",
    "Truncation",
    "Violation",
    "WindowOptions",
    "afit_messages",
    "find_groups",
    "fit_messages",
    "fit_request",
    "repair_messages",
    "trim_messages",
    "validate_messages",
]
