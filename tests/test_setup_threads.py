"""Waiting for a thread: nothing is cancelled under others, lost, or logged of a dead loop."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from bedrock_llm.errors import ConnectionFailedError
from bedrock_llm.transport.calls import Call, Operation
from bedrock_llm.transport.client_transport import ClientTransport
from bedrock_llm.transport.deferred import DeferredTransport
from bedrock_llm.transport.setup_threads import result_of, start_in_thread

BODY = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
CALL = Call(operation=Operation.CONVERSE, model_id="m", body=BODY)
STREAM_CALL = Call(operation=Operation.CONVERSE_STREAM, model_id="m", body=BODY)


def test_a_waiter_that_gives_up_leaves_the_work_to_the_others() -> None:
    may_end = threading.Event()

    async def wait() -> str:
        work = start_in_thread(lambda: (may_end.wait(10) and "done") or "late")
        waiters = [asyncio.create_task(result_of(work)) for _ in range(2)]
        await asyncio.sleep(0)
        waiters[0].cancel()
        may_end.set()
        assert await waiters[1] == "done"
        with pytest.raises(asyncio.CancelledError):
            await waiters[0]
        return await result_of(work)

    assert asyncio.run(wait()) == "done"


def test_work_that_outlives_its_loop_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    may_end = threading.Event()
    work = start_in_thread(may_end.wait, 10)

    async def give_up() -> None:
        async with asyncio.timeout(0.01):
            await result_of(work)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    told = threading.Event()
    work.add_done_callback(lambda _work: told.set())  # the last of its callbacks
    may_end.set()
    assert told.wait(10)
    assert not caplog.records


def test_calls_that_wait_for_a_thread_are_told_when_the_transport_closes() -> None:
    is_busy, may_end = threading.Event(), threading.Event()

    def converse(**_arguments: object) -> dict[str, object]:
        is_busy.set()
        may_end.wait(10)
        return {}

    async def close_early() -> list[Any]:
        transport = ClientTransport(SimpleNamespace(converse=converse), max_concurrency=1)
        calls = [asyncio.create_task(transport.send(CALL)) for _ in range(2)]
        await asyncio.to_thread(is_busy.wait, 10)
        await transport.close()
        may_end.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second = asyncio.run(close_early())
    assert first.body == {}
    assert isinstance(second, ConnectionFailedError)  # a CancelledError would end its task


@pytest.mark.parametrize("operation", ["converse", "converse_stream"])
def test_a_cancelled_call_that_waits_for_a_thread_is_never_sent(operation: str) -> None:
    is_busy, may_end = threading.Event(), threading.Event()
    sent = []

    def send(**_arguments: object) -> dict[str, object]:
        sent.append(operation)
        is_busy.set()
        may_end.wait(10)
        return {"stream": ()}

    client = SimpleNamespace(**{operation: send})

    async def call(transport: ClientTransport) -> None:
        if operation == "converse":
            await transport.send(CALL)
        async with transport.stream(STREAM_CALL):
            pass

    async def cancel() -> None:
        transport = ClientTransport(client, max_concurrency=1)
        tasks = [asyncio.create_task(call(transport)) for _ in range(3)]
        await asyncio.to_thread(is_busy.wait, 10)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        may_end.set()
        await asyncio.to_thread(transport.submit(lambda: None).result, 10)
        await transport.close()

    asyncio.run(cancel())
    assert sent == [operation]


def test_a_stream_that_opens_after_its_call_was_cancelled_is_closed() -> None:
    is_busy, may_end, is_closed = threading.Event(), threading.Event(), threading.Event()

    def converse_stream(**_arguments: object) -> dict[str, object]:
        is_busy.set()
        may_end.wait(10)
        return {"stream": SimpleNamespace(close=is_closed.set)}

    async def cancel() -> None:
        transport = ClientTransport(SimpleNamespace(converse_stream=converse_stream))
        task = asyncio.create_task(transport.stream(STREAM_CALL).__aenter__())
        await asyncio.to_thread(is_busy.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        may_end.set()
        assert await asyncio.to_thread(is_closed.wait, 10)
        await transport.close()

    asyncio.run(cancel())


def test_first_calls_open_one_transport_and_a_failure_is_tried_again() -> None:
    opened, all_wait = [], threading.Event()

    def open_now() -> Any:
        opened.append(threading.get_ident())
        all_wait.wait(10)
        if len(opened) == 1:
            raise ConnectionFailedError("the first time fails")
        return ClientTransport(SimpleNamespace(converse=lambda **_arguments: {}))

    async def send_many(transport: DeferredTransport) -> list[Any]:
        calls = [asyncio.create_task(transport.send(CALL)) for _ in range(20)]
        await asyncio.sleep(0)
        all_wait.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    transport = DeferredTransport(open_now)
    failed = asyncio.run(send_many(transport))
    assert {str(error) for error in failed} == {"the first time fails"}
    assert all(reply.body == {} for reply in asyncio.run(send_many(transport)))
    asyncio.run(transport.close())
    assert len(opened) == 2
    assert threading.get_ident() not in opened
