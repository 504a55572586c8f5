"""Keep one aiohttp session per event loop, closed with its loop.

Design on one page:

    Connections.current() ──► the running loop's ClientSession
    Connections.opened()  ──► a new one, at the loop's first call,
                              held by an async generator: `asyncio.run` closes the generators of
                              its loop before the loop, and the generator closes the session

A transport outlives the loops it is used on: a script may call `asyncio.run` twice, and a service
may use it from the blocking face too. Sessions of loops that are gone are forgotten at the next new
session; a loop that was closed without `shutdown_asyncgens` leaves its sockets to the garbage
collector, which is all that can be done for it.

Tried and dropped: closing the connector of a dead loop, which leaves `unclosed transport` warnings,
because asyncio can close a socket only while its loop lives.
"""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

__all__ = ["Connections"]

_KEEP_ALIVE_SECONDS = 30.0
_CLOSE_SECONDS = 5.0


class Connections:
    """Hand out the aiohttp session of the running loop."""

    def __init__(self, *, max_concurrency: int) -> None:
        self._max_concurrency = max_concurrency
        self._lock = threading.Lock()
        self._sessions: dict[asyncio.AbstractEventLoop, ClientSession] = {}
        self._keepers: dict[asyncio.AbstractEventLoop, AsyncGenerator[ClientSession]] = {}
        self._process_id = os.getpid()
        self._inherited: list[object] = []

    def current(self) -> ClientSession | None:
        """Return the running loop's session, or None where none is open."""
        session = self._sessions.get(asyncio.get_running_loop())
        return None if session is None or session.closed else session

    async def opened(self) -> ClientSession:
        """Return a new session for the running loop."""
        loop, keeper = asyncio.get_running_loop(), self._keep()
        session = await anext(keeper)
        with self._lock:
            self._leave_to_parent()
            self._forget_closed_loops()
            self._sessions[loop], self._keepers[loop] = session, keeper
        return session

    async def close(self) -> None:
        """Close every session; a later call opens a new one."""
        with self._lock:
            self._leave_to_parent()
            keepers, self._keepers = self._keepers, {}
            self._sessions = {}
        running = asyncio.get_running_loop()
        for loop, keeper in keepers.items():
            if loop is running:
                await keeper.aclose()
            elif loop.is_running():
                await _close_elsewhere(keeper, loop)

    def _leave_to_parent(self) -> None:
        """In a forked child, touch nothing of the parent's, and collect no garbage of it.

        The parent's loops seem to run in the child and never answer, and closing a socket of theirs
        here would take it out of the epoll set that parent and child share.
        """
        if self._process_id != os.getpid():
            self._process_id = os.getpid()
            self._inherited.append((self._sessions, self._keepers))
            self._sessions, self._keepers = {}, {}

    def _forget_closed_loops(self) -> None:
        for loop in [loop for loop in self._sessions if loop.is_closed()]:
            del self._sessions[loop], self._keepers[loop]

    async def _keep(self) -> AsyncGenerator[ClientSession]:
        connector = TCPConnector(limit=self._max_concurrency, keepalive_timeout=_KEEP_ALIVE_SECONDS)
        session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
        )
        try:
            yield session
        finally:
            await session.close()


async def _close_elsewhere(
    keeper: AsyncGenerator[ClientSession], loop: asyncio.AbstractEventLoop
) -> None:
    """Close what another running loop opened; a loop that ends meanwhile closes it itself."""
    closing = asyncio.run_coroutine_threadsafe(keeper.aclose(), loop)
    ended, _ = await asyncio.wait({asyncio.wrap_future(closing)}, timeout=_CLOSE_SECONDS)
    for future in ended:
        if not future.cancelled():
            future.exception()  # asked for, so that nothing is logged of a race with that loop
