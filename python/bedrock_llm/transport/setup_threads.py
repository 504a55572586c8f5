"""Run rare blocking work in a thread of its own, and wait for a thread's work.

Not asyncio's shared pool: a program that fills it would starve the refresh of credentials. Not a
pool of our own: a forked child inherits a pool whose threads are gone, and waits for them for ever.
A thread costs about 50 us to start, and this work happens once per plan or refresh.

Tried and dropped: `asyncio.shield(asyncio.wrap_future(...))`. A thread that ends after its loop was
closed logs a traceback, and a future that a closing pool cancels looks like the cancellation of the
task that waits for it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from bedrock_llm.errors import ConnectionFailedError

__all__ = ["result_of", "start_in_thread"]

Result = TypeVar("Result")


def start_in_thread(work: Callable[..., Result], *arguments: object) -> Future[Result]:
    """Start work in a new thread, which ends with it.

    Args:
        work: What may block.
        arguments: What it is called with.

    Returns:
        Its future, for `result_of`.
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix="bedrock-llm-setup")
    future = executor.submit(work, *arguments)
    executor.shutdown(wait=False)
    return future


async def result_of(future: Future[Result]) -> Result:
    """Wait for a thread's work; a caller that gives up leaves the work alone.

    Args:
        future: What the thread will give, shared between any number of callers and loops.

    Raises:
        ConnectionFailedError: The transport was closed before a thread was free.
    """
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()

    def tell(_future: Future[Result]) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(arrived.set)

    future.add_done_callback(tell)
    await arrived.wait()
    if future.cancelled():
        raise ConnectionFailedError(
            "the transport was closed before a thread was free for this call; send the call again"
        )
    return future.result()
