"""`DeferredTransport`: a transport whose imports and construction happen at its first call.

Importing boto3 and aiohttp takes hundreds of milliseconds, and a service makes models inside its
running event loop. So `open_transport` returns at once, and the first call opens the real transport
in a thread.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bedrock_llm.transport.calls import Call, EventStream, Reply, Transport

__all__ = ["DeferredTransport"]


class DeferredTransport:
    """Open a transport in a thread when the first call needs it."""

    def __init__(self, open_now: Callable[[], Transport]) -> None:
        self._open_now = open_now
        self._lock = threading.Lock()
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
        return self._open_and_stream(call)

    async def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        if self._transport is not None:
            await self._transport.close()

    async def _open_and_send(self, call: Call) -> Reply:
        transport = await asyncio.to_thread(self._open)
        return await transport.send(call)

    @asynccontextmanager
    async def _open_and_stream(self, call: Call) -> AsyncGenerator[EventStream]:
        transport = await asyncio.to_thread(self._open)
        async with transport.stream(call) as stream:
            yield stream

    def _open(self) -> Transport:
        with self._lock:
            if self._transport is None:
                self._transport = self._open_now()
            return self._transport
