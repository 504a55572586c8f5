"""Run rare blocking work in a thread of its own.

Not asyncio's shared pool: a program that fills it would starve the refresh of credentials. Not a
pool of our own: a forked child inherits a pool whose threads are gone, and waits for them for ever.
A thread costs about 50 us to start, and this work happens once per plan or refresh.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["start_in_thread"]

Result = TypeVar("Result")


def start_in_thread(work: Callable[..., Result], *arguments: object) -> Future[Result]:
    """Start work in a new thread, which ends with it.

    Args:
        work: What may block.
        arguments: What it is called with.

    Returns:
        Its future; `asyncio.wrap_future` makes it awaitable.
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix="bedrock-llm-setup")
    future = executor.submit(work, *arguments)
    executor.shutdown(wait=False)
    return future
