"""Observers: told what happens to every call, never asked.

    on_request_start ─► (on_truncation) ─► (on_retry ...) ─► on_request_complete | on_error

Each call has one start and one end; `CallWatch` says what the end of a cancelled call is.
`ModelObserver` does nothing, so a new hook never breaks an old observer. `Observers` tells a list
of them in order; one that raises is logged and ignored, for a watcher must never break a call.
"""

from bedrock_llm.observers.call_watch import CallWatch
from bedrock_llm.observers.logging_observer import LoggingObserver
from bedrock_llm.observers.observer import (
    ModelObserver,
    Observers,
    RetryNotice,
    TruncationNotice,
)

__all__ = [
    "CallWatch",
    "LoggingObserver",
    "ModelObserver",
    "Observers",
    "RetryNotice",
    "TruncationNotice",
]
