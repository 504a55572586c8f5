"""The engine: rows in, bounded calls in flight, lines in the journal.

    Intake ─► ready rows ─► workers ──────► Caller ─► output line ─► Journal
    thread    one batch      one row each    value     outputs.py     append

The first row is called alone, for five seconds at most: what would fail every row fails once. Then
`concurrency` workers take rows until there are none. Memory holds the rows in flight and the
batches read ahead, never the input. When the run is asked to stop, no row is taken any more; calls
in flight have `grace_seconds`, then they are cancelled; a second request cancels at once. In every
case the journal holds exactly the rows that finished.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bedrock_llm.batch.caller import Caller
from bedrock_llm.batch.intake import Intake, Recalled
from bedrock_llm.batch.journal import Journal
from bedrock_llm.batch.outputs import encode_output, error_output, reply_output
from bedrock_llm.batch.pricing import Pricing
from bedrock_llm.batch.rows import Row
from bedrock_llm.batch.stop_rules import StopRules
from bedrock_llm.batch.stop_signal import StopSignal
from bedrock_llm.batch.tally import Tally
from bedrock_llm.errors import BedrockLLMError, ConfigurationError

_ALONE_SECONDS = 5.0
_TICK_SECONDS = 0.25
_SYNC_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """Name what an engine works with."""

    intake: Intake
    caller: Caller
    journal: Journal
    pricing: Pricing
    tally: Tally
    stop: StopSignal
    on_tick: Callable[[], None]


class Engine:
    """Call every row the intake hands over.

    Args:
        parts: Where rows come from and where they go.
        concurrency: Calls in flight at most.
        grace_seconds: How long calls in flight may go on after a stop.
        has_meta: Output lines carry request id and latency.
    """

    def __init__(
        self, parts: EngineParts, *, concurrency: int, grace_seconds: float, has_meta: bool
    ) -> None:
        self._parts = parts
        self._concurrency = concurrency
        self._grace_seconds = grace_seconds
        self._has_meta = has_meta
        self._rules = StopRules(concurrency)
        self._ready: deque[Row] = deque()
        self._refill = asyncio.Lock()
        self._workers: list[asyncio.Task[None]] = []
        self._fatal: BedrockLLMError | None = None
        self._is_exhausted = False
        self._started = 0.0

    async def run(self) -> bool:
        """Call the rows until none is left or the run is asked to stop.

        Returns:
            Whether every row of the input is done.

        Raises:
            BedrockLLMError: A failure that would meet every row.
        """
        self._started = time.monotonic()
        self._parts.intake.start()
        minders = [asyncio.create_task(job()) for job in (self._tick, self._sync, self._watch)]
        try:
            await self._run_workers()
        finally:
            self._parts.intake.close()
            for minder in minders:
                minder.cancel()
            await asyncio.gather(*minders, return_exceptions=True)
            await asyncio.to_thread(self._parts.journal.sync)
            self._parts.tally.elapsed_seconds = time.monotonic() - self._started
        if self._fatal is not None:
            raise self._fatal
        intake = self._parts.intake
        return intake.has_ended and self._parts.tally.rows == intake.count

    async def _run_workers(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                self._workers.append(group.create_task(self._lead(group)))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _lead(self, group: asyncio.TaskGroup) -> None:
        row = await self._take()
        if row is None:
            return
        first = group.create_task(self._serve(row))
        self._workers.append(first)
        await asyncio.wait({first}, timeout=_ALONE_SECONDS)
        for _ in range(self._concurrency - 1):
            self._workers.append(group.create_task(self._work()))
        await asyncio.wait({first})
        await self._work()

    async def _work(self) -> None:
        while (row := await self._take()) is not None:
            await self._serve(row)

    async def _take(self) -> Row | None:
        while not self._is_stopping():
            if self._ready:
                return self._ready.popleft()
            async with self._refill:
                if not self._ready and not await self._fill():
                    return None
        return None

    def _is_stopping(self) -> bool:
        return self._fatal is not None or self._parts.stop.is_requested

    async def _fill(self) -> bool:
        """Take one batch; False after the last."""
        if self._is_exhausted:
            return False
        try:
            batch = await self._parts.intake.next_batch()
        except BedrockLLMError as error:
            self._end(error)  # what is in flight was paid for: let it finish
            return False
        if batch is None:
            self._is_exhausted = True
            return False
        for item in batch:
            if isinstance(item, Recalled):
                self._parts.tally.add(item.output, is_recalled=True)
            else:
                self._ready.append(item)
        await asyncio.sleep(0)  # a long stretch of recalled rows must not hold the loop
        return True

    async def _serve(self, row: Row) -> None:
        parts = self._parts
        named = row.prompt.model_id if row.prompt else row.model_id
        model_id = named or parts.caller.default_model_id
        answer = await parts.caller.answer(row)
        is_default = model_id == parts.caller.default_model_id
        if isinstance(answer, BedrockLLMError):
            if answer is not row.fault and self._rules.must_stop(answer, is_default=is_default):
                self._end(answer)
                return
            output = error_output(row, answer, model_id=model_id, has_meta=self._has_meta)
        else:
            self._rules.replied(is_default=is_default)
            named_id = model_id or answer.model_id
            cost = parts.pricing.price(row, answer, model_id=named_id)
            output = reply_output(row, answer, cost, model_id=named_id, has_meta=self._has_meta)
        line, is_failed = encode_output(output), "error" in output
        try:
            parts.journal.append(row.index, row.digest, line, is_failed=is_failed)
        except ConfigurationError as error:  # the disk is full: nothing more can be kept
            self._end(error)
            return
        parts.tally.add(output)

    def _end(self, error: BedrockLLMError) -> None:
        self._fatal = self._fatal or error
        if not self._parts.stop.is_requested:
            self._parts.stop.request()

    async def _watch(self) -> None:
        """Wait for a stop, then give the calls in flight their grace."""
        await self._parts.stop.requested.wait()
        self._parts.intake.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._parts.stop.demanded.wait(), self._grace_seconds)
        for worker in self._workers:
            worker.cancel()

    async def _tick(self) -> None:
        while True:
            self._parts.tally.elapsed_seconds = time.monotonic() - self._started
            self._parts.on_tick()
            await asyncio.sleep(_TICK_SECONDS)

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(_SYNC_SECONDS)
            await asyncio.to_thread(self._parts.journal.sync)
