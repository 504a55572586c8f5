"""`BlockingModel`: the same methods for callers without an event loop.

    model = ModelFactory.create_model("anthropic.claude-3-haiku-20240307-v1:0")
    print(model.blocking.generate_text("Hello").text)

One background thread runs one event loop for the whole process; a blocking call hands its
coroutine over and waits. There is one implementation of every method, the asynchronous one, and no
twin to keep in step. The thread starts with the first blocking call, is a daemon, and is made anew
in a forked child.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from bedrock_llm.errors import ConfigurationError, StreamError
from bedrock_llm.events import StreamEvent
from bedrock_llm.messages import MessagesInput
from bedrock_llm.responses import Response
from bedrock_llm.streaming import ResponseStream
from bedrock_llm.tokens import TokenCount

Result = TypeVar("Result")

_SHUT_DOWN_SECONDS = 5.0


class _BackgroundCall(Generic[Result]):
    """Run one coroutine as a task and hand its outcome to another thread.

    `asyncio.run_coroutine_threadsafe` does the same, but a Ctrl-C that arrives before it returns
    leaves the caller nothing to cancel.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Result]) -> None:
        self.outcome: Future[Result] = Future()
        self._coroutine = coroutine
        self._task: asyncio.Task[Result] | None = None

    def start(self) -> None:
        """Start the task; on the loop's thread."""
        self._task = asyncio.get_running_loop().create_task(self._coroutine)
        self._task.add_done_callback(self._tell)

    def cancel(self) -> None:
        """Cancel the task, or what never became one; on the loop's thread."""
        if self._task is None:
            self._coroutine.close()
        else:
            self._task.cancel()

    def _tell(self, task: asyncio.Task[Result]) -> None:
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            self.outcome.cancel()
        elif error is not None:
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(task.result())


class BackgroundLoop:
    """One event loop in one daemon thread, shared by every blocking call of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process_id = 0
        self._thread_id: int | None = None

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the background loop and wait for what it returns.

        Leaving early, by Ctrl-C for one, cancels the coroutine.

        Raises:
            ConfigurationError: The caller is the background loop itself (an observer's hook that
                makes a blocking call), which would wait for itself for ever.
        """
        if threading.get_ident() == self._thread_id and self._process_id == os.getpid():
            coroutine.close()
            raise ConfigurationError(
                "a blocking call was made on the thread that serves blocking calls, where it would "
                "wait for itself; start a task with the asynchronous method there"
            )
        loop, call = self._running_loop(), _BackgroundCall(coroutine)
        try:
            loop.call_soon_threadsafe(call.start)
            return call.outcome.result()
        finally:
            if not call.outcome.done():
                loop.call_soon_threadsafe(call.cancel)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._process_id != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._process_id = os.getpid()
                thread = threading.Thread(
                    target=self._loop.run_forever, name="bedrock-llm-blocking", daemon=True
                )
                thread.start()
                self._thread_id = thread.ident
                atexit.register(self._shut_down, self._loop, self._process_id)
            return self._loop

    def _shut_down(self, loop: asyncio.AbstractEventLoop, process_id: int) -> None:
        # What `asyncio.run` does at its end: connections that nobody closed are closed quietly.
        if process_id == os.getpid():
            asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result(
                _SHUT_DOWN_SECONDS
            )


_BACKGROUND = BackgroundLoop()


class AsyncModel(Protocol):
    """The asynchronous methods that have a blocking face."""

    async def generate_text(self, messages: MessagesInput, **parameters: Any) -> Response:
        """Send messages and wait for the whole reply."""

    def stream_text(
        self, messages: MessagesInput, **parameters: Any
    ) -> AbstractAsyncContextManager[ResponseStream]:
        """Send messages and read the reply as it arrives."""

    async def count_tokens_exact(self, messages: MessagesInput, **parameters: Any) -> TokenCount:
        """Ask Bedrock itself for the input tokens of a request."""

    async def close(self) -> None:
        """Close the connections."""


class BlockingModel:
    """Call a model without an event loop; each method waits and returns."""

    def __init__(self, model: AsyncModel) -> None:
        self._model = model

    def generate_text(self, messages: MessagesInput, **parameters: Any) -> Response:
        """Send messages and wait for the whole reply, as the asynchronous method does."""
        return _BACKGROUND.run(self._model.generate_text(messages, **parameters))

    def stream_text(self, messages: MessagesInput, **parameters: Any) -> "BlockingStream":
        """Send messages and read the reply as it arrives: use it in a `with` block."""
        return BlockingStream(self._model.stream_text(messages, **parameters))

    def count_tokens_exact(self, messages: MessagesInput, **parameters: Any) -> TokenCount:
        """Ask Bedrock itself for the input tokens of a request."""
        return _BACKGROUND.run(self._model.count_tokens_exact(messages, **parameters))

    def close(self) -> None:
        """Close the connections; the model opens new ones when it is called again."""
        _BACKGROUND.run(self._model.close())


class BlockingStream:
    """A `ResponseStream` for callers without an event loop."""

    def __init__(self, opening: AbstractAsyncContextManager[ResponseStream]) -> None:
        self._opening = opening
        self._stream: ResponseStream | None = None

    def __enter__(self) -> Self:
        self._stream = _BACKGROUND.run(self._enter())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _BACKGROUND.run(self._exit(kind, error, traceback))

    def __iter__(self) -> Iterator[StreamEvent]:
        return _pull_each(aiter(self._opened()))

    @property
    def text(self) -> Iterator[str]:
        """Iterate over the text alone, piece by piece."""
        return _pull_each(self._opened().text)

    def final_response(self) -> Response:
        """Read what is left and give the whole reply."""
        return _BACKGROUND.run(self._opened().final_response())

    async def _enter(self) -> ResponseStream:
        return await self._opening.__aenter__()

    async def _exit(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._opening.__aexit__(kind, error, traceback)

    def _opened(self) -> ResponseStream:
        if self._stream is None:
            raise StreamError("the stream is not open; use `with model.blocking.stream_text(...)`")
        return self._stream


def _pull_each(source: AsyncIterator[Result]) -> Iterator[Result]:
    while (item := _BACKGROUND.run(_pull_one(source))) is not None:
        yield item


async def _pull_one(source: AsyncIterator[Result]) -> Result | None:
    return await anext(source, None)
