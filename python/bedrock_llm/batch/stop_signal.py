"""How a run is asked to stop: once for a clean end, twice for an end at once."""

import asyncio


class StopSignal:
    """Carry the wish to stop from a signal handler to the engine.

    Attributes:
        requested: Set by the first request: take no more rows.
        demanded: Set by the second: cancel the calls in flight.
    """

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.demanded = asyncio.Event()

    @property
    def is_requested(self) -> bool:
        """Tell whether a stop was asked for."""
        return self.requested.is_set()

    def request(self) -> None:
        """Ask to stop; call it on the event loop."""
        if self.requested.is_set():
            self.demanded.set()
        self.requested.set()
