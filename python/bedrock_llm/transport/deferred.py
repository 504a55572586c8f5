"""`DeferredTransport`: a transport whose imports and construction happen at its first call.

Importing boto3 and aiohttp takes hundreds of milliseconds, and a service makes models inside its
running event loop. So `open_transport` returns at once, and the first call opens the real transport
in a thread of its own; calls that arrive meanwhile wait for the same one.
"""

import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

from bedrock_llm.transport.calls import Call, EventStream, Reply, Transport
from bedrock_llm.transport.setup_threads import result_of, start_in_thread

__all__ = ["DeferredTransport"]


class DeferredTransport:
    """Open a transport in a thread when the first call needs it."""

    def __init__(self, open_now: Callable[[], Transport]) -> None:
        self._open_now = open_now
        self._lock = threading.Lock()
        self._opening: Future[Transport] | None = None
        self._transport: Transport | None = None

    @property
    def fallback_reason(self) -> str | None:
        """Say why boto3 itself sends the calls; None where it does not, or not yet."""
        return getattr(self._transport, "fallback_reason", None)

    def send(self, call: Call) -> Coroutine[Any, Any, Reply]:
        """Send a call and wait for its whole reply; see `Transport.send`."""
        if self._transport is not None:
            return self._transport.send(call)
        return self._open_and_send(call)

    def stream(self, call: Call) -> AbstractAsyncContextManager[EventStream]:
        """Send a streaming call; see `Transport.stream`."""
        if self._transport is not None:
            return self._transport.stream(call)
        return _OpeningStream(self._opened, call)

    async def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        if self._transport is not None:
            await self._transport.close()

    async def _open_and_send(self, call: Call) -> Reply:
        transport = await self._opened()
        return await transport.send(call)

    async def _opened(self) -> Transport:
        with self._lock:
            opening = self._opening
            if opening is None or (opening.done() and self._transport is None):
                opening = self._opening = start_in_thread(self._open)
        return await result_of(opening)

    def _open(self) -> Transport:
        self._transport = self._open_now()
        return self._transport


class _OpeningStream:
    """Open the transport, then its stream.

    No generator around the stream's own: a loop that ends closes all generators at once, and one
    that waits in another cannot be.
    """

    def __init__(self, opened: Callable[[], Awaitable[Transport]], call: Call) -> None:
        self._opened = opened
        self._call = call
        self._stream: AbstractAsyncContextManager[EventStream] | None = None

    async def __aenter__(self) -> EventStream:
        transport = await self._opened()
        self._stream = transport.stream(self._call)
        return await self._stream.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            await self._stream.__aexit__(kind, error, traceback)
