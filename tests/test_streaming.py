"""A stream's life: opened once, read any way, retried only while nothing was handed out, closed."""

import asyncio
import gc
import threading

import pytest

from bedrock_llm.errors import (
    BedrockLLMError,
    CallTimeoutError,
    MessageError,
    ResponseError,
    StreamError,
    ThrottledError,
)
from bedrock_llm.events import MessageStart, TextDelta
from bedrock_llm.factory import ModelFactory
from bedrock_llm.observers import ModelObserver
from bedrock_llm.retry import RetryPolicy

pytestmark = pytest.mark.usefixtures("aws_environment")

MODEL = "amazon.nova-micro-v1:0"


class Recorder(ModelObserver):
    def __init__(self):
        self.heard = []

    def on_request_start(self, _request):
        self.heard.append("start")

    def on_request_complete(self, response):
        self.heard.append(response)

    def on_error(self, error):
        self.heard.append(error)


async def no_sleep(_seconds):
    await asyncio.sleep(0)


def create(attempts=3, **settings):
    policy = RetryPolicy(max_attempts=attempts, sleep=no_sleep)
    return ModelFactory.create_model(MODEL, retry_policy=policy, **settings)


def run(read, **settings):
    """Run `read(stream)` in the block of a stream, on a loop in debug mode that leaves no task."""

    async def call():
        async with create(**settings) as model, model.stream_text("Hello") as stream:
            given = await read(stream)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return given

    given = asyncio.run(call(), debug=True)
    gc.collect()
    return given


def answers(*scripts):
    """Answer each request with the next script, the last one again and again."""
    left = list(scripts)
    return lambda _request: left.pop(0) if len(left) > 1 else left[0]


def broken_after(wire, frames, chunks=None):
    return wire.stream_answer((chunks or wire.whole_stream(("Wrong",)))[:frames])


async def read_events(stream):
    return [event async for event in stream]


async def read_text(stream):
    return [piece async for piece in stream.text]


async def read_nothing(_stream):
    return None


async def read_response(stream):
    return await stream.final_response()


async def read_one_piece(stream):
    return await anext(stream.text)


def test_a_stream_is_read_in_any_mixture_and_each_event_once(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream(("a", "b", "c"))))

    async def read(stream):
        first = await anext(stream)
        piece = await anext(stream.text)
        events = [event async for event in stream]
        finals = [await stream.final_response() for _ in range(2)]
        return first, piece, events, finals

    first, piece, events, (final, again) = run(read)
    assert isinstance(first, MessageStart)
    assert piece == "a"
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["b", "c"]
    assert final is again
    assert final.text == "abc"
    assert final.usage.total_tokens == 5


def test_the_end_of_a_stream_stays_its_end(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()))

    async def read(stream):
        await stream.final_response()
        return [event async for event in stream], [piece async for piece in stream.text]

    assert run(read) == ([], [])


def test_a_stream_is_entered_once(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()))

    async def call():
        async with create() as model:
            stream = model.stream_text("Hello")
            async with stream:
                await stream.final_response()
            with pytest.raises(StreamError, match="entered once"):
                await stream.__aenter__()

    asyncio.run(call())
    assert len(scripted_server.requests) == 1


@pytest.mark.parametrize("read", [read_events, read_text, read_response])
def test_a_stream_outside_its_block_says_how_to_open_it(read):
    with pytest.raises(StreamError, match="not open; use `async with") as caught:
        asyncio.run(read(create().stream_text("Hello")))
    assert caught.value.model_id == MODEL


def test_what_cannot_be_sent_is_refused_before_the_block():
    with pytest.raises(MessageError):
        create().stream_text("  ")


@pytest.mark.parametrize("read", [read_events, read_text, read_response])
def test_a_failure_is_raised_again_and_never_looks_like_an_end(scripted_server, wire, read):
    scripted_server.answer = answers(broken_after(wire, 2))

    async def read_twice(stream):
        with pytest.raises(StreamError) as first:
            await read_events(stream)
        with pytest.raises(StreamError) as second:
            await read(stream)
        return first.value, second.value

    first, second = run(read_twice)
    assert first is second
    assert first.partial.text == "Wrong"
    assert (first.model_id, first.request_id) == (MODEL, "request-1")


@pytest.mark.parametrize(("frames", "read"), [(3, read_response), (1, read_text)])
def test_what_was_only_read_past_is_retried_and_leaves_no_trace(
    scripted_server, wire, frames, read
):
    scripted_server.answer = answers(
        broken_after(wire, frames), wire.stream_answer(wire.whole_stream(("Right",)))
    )

    async def read_all(stream):
        await read(stream)
        return await stream.final_response()

    assert run(read_all).text == "Right"
    assert len(scripted_server.requests) == 2


@pytest.mark.parametrize("read", [read_events, read_text])
def test_what_was_handed_out_is_never_asked_for_again(scripted_server, wire, read):
    throttle = wire.encode_frame(
        b'{"message":"slow down"}', exception_type="throttlingException", message_type="exception"
    )
    chunks = [*wire.whole_stream(("Once",))[:2], throttle]
    scripted_server.answer = answers(wire.stream_answer(chunks))
    with pytest.raises(StreamError, match="slow down") as caught:
        run(read)
    assert len(scripted_server.requests) == 1
    assert caught.value.is_retryable  # by the caller, who knows what to do with the first half
    assert isinstance(caught.value.__cause__, ThrottledError)
    assert caught.value.partial.text == "Once"
    assert (caught.value.model_id, caught.value.request_id) == (MODEL, "request-1")


def test_attempts_are_counted_over_opening_and_reading_together(scripted_server, wire):
    refusal = wire.json_answer({"message": "later"}, 429, x_amzn_errortype="ThrottlingException")
    scripted_server.answer = answers(
        refusal, broken_after(wire, 2), refusal, wire.stream_answer(wire.whole_stream())
    )
    with pytest.raises(ThrottledError):
        run(read_response, attempts=3)
    assert len(scripted_server.requests) == 3


@pytest.mark.parametrize(
    ("event_type", "payload"),
    [
        ("messageStart", {"role": 5}),
        ("contentBlockDelta", {"delta": {"image": 5}, "contentBlockIndex": 0}),
        ("contentBlockDelta", {"delta": {"toolResult": {}}, "contentBlockIndex": 0}),
        ("contentBlockStart", {"start": {"toolResult": 5}, "contentBlockIndex": 0}),
        ("metadata", {"usage": {"inputTokens": -1}}),
    ],
)
def test_a_malformed_event_is_a_typed_error_with_its_facts(
    scripted_server, wire, event_type, payload
):
    chunks = [wire.event_frame(event_type, payload), *wire.whole_stream()]
    scripted_server.answer = answers(wire.stream_answer(chunks))
    with pytest.raises(ResponseError) as caught:
        run(read_response)
    assert (caught.value.model_id, caught.value.request_id) == (MODEL, "request-1")


@pytest.mark.parametrize(
    "raised",
    [
        KeyError("mine"),
        StopAsyncIteration("mine"),
        StopIteration("mine"),
        GeneratorExit("mine"),
        asyncio.CancelledError("mine"),
        ResponseError("mine"),
    ],
)
def test_what_the_block_raises_passes_through_and_the_connection_is_closed(
    scripted_server, wire, raised
):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()[:2], "stall"))
    recorder = Recorder()

    async def call():
        async with create(observers=[recorder]) as model:
            try:
                async with model.stream_text("Hello") as stream:
                    await anext(stream.text)
                    raise raised  # noqa: TRY301  in the block is where it must be raised
            except BaseException as caught:  # noqa: BLE001  all of them are the point
                return caught

    assert asyncio.run(call()) is raised
    assert scripted_server.client_went_away.wait(10)
    start, error = recorder.heard
    assert start == "start"
    assert error.__cause__ is raised
    assert error.partial.text == "Hello"


def test_a_cancelled_read_ends_the_stream_and_sends_nothing_again(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()[:1], "stall"))

    async def read(stream):
        await anext(stream)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(stream)
        with pytest.raises(StreamError, match="cancelled"):
            await stream.final_response()

    run(read)
    assert scripted_server.client_went_away.wait(10)
    assert len(scripted_server.requests) == 1


def test_leaving_the_block_ends_a_read_of_another_task(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()[:1], "stall"))

    async def call():
        async with create() as model:
            async with model.stream_text("Hello") as stream:
                await anext(stream)
                reader = asyncio.create_task(anext(stream))
                await asyncio.sleep(0)
            with pytest.raises(StreamError):
                await reader

    asyncio.run(call())
    assert scripted_server.client_went_away.wait(10)


@pytest.mark.parametrize("read", [read_nothing, read_one_piece])
def test_observers_hear_the_end_of_a_stream_that_was_left(scripted_server, wire, read):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream(("One", "two"))))
    recorder = Recorder()
    given = run(read, observers=[recorder])
    start, error = recorder.heard
    assert start == "start"
    assert isinstance(error, StreamError)
    assert error.partial.text == (given or "")
    assert error.model_id == MODEL


def test_a_stream_left_after_its_message_stop_is_complete(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()))
    recorder = Recorder()

    async def read_to_the_stop(stream):
        async for event in stream:
            if getattr(event, "stop_reason", None):
                break

    run(read_to_the_stop, observers=[recorder])
    start, response = recorder.heard
    assert start == "start"
    assert response.stop_reason == "end_turn"
    assert response.usage is None


@pytest.mark.parametrize("is_streaming", [False, True])
def test_observers_hear_the_end_of_a_call_that_was_cancelled(scripted_server, wire, is_streaming):
    asked, recorder = threading.Event(), Recorder()

    def answer(_request):
        asked.set()
        return wire.answer(ending="silence")

    async def call(model):
        if is_streaming:
            await model.stream_text("Hello").__aenter__()
        await model.generate_text("Hello")

    async def cancel():
        async with create(observers=[recorder]) as model:
            task = asyncio.create_task(call(model))
            await asyncio.to_thread(asked.wait, 10)
            task.cancel()
            await task

    scripted_server.answer = answer
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    start, error = recorder.heard
    assert start == "start"
    assert isinstance(error, BedrockLLMError)
    assert error.model_id == MODEL
    assert isinstance(error.__cause__, asyncio.CancelledError)
    assert scripted_server.client_went_away.wait(10)


@pytest.mark.parametrize(
    ("setting", "read"),
    [("timeout", None), ("idle_timeout_seconds", read_response)],
)
def test_silence_names_the_setting_that_waits_longer(scripted_server, wire, setting, read):
    scripted_server.answer = answers(wire.answer(ending="silence"))

    async def call():
        async with create(attempts=1, **{setting: 0.1}) as model:
            if read is None:
                await model.generate_text("Hello")
            async with model.stream_text("Hello") as stream:
                await read(stream)

    with pytest.raises(CallTimeoutError, match=f"raise {setting}=") as caught:
        asyncio.run(call())
    assert caught.value.model_id == MODEL


def test_a_stall_inside_a_stream_is_told_with_what_had_arrived(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()[:2], "stall"))
    with pytest.raises(StreamError, match="idle_timeout_seconds") as caught:
        run(read_text, idle_timeout_seconds=0.1)
    assert caught.value.partial.text == "Hello"


def test_an_abandoned_stream_leaves_nothing_to_warn_of(scripted_server, wire):
    scripted_server.answer = answers(wire.stream_answer(wire.whole_stream()[:2], "stall"))

    async def call():
        model = create()
        stream = await model.stream_text("Hello").__aenter__()
        await anext(stream.text)
        del stream
        gc.collect()
        await asyncio.sleep(0)
        await model.close()

    asyncio.run(call(), debug=True)
    gc.collect()
    assert scripted_server.client_went_away.wait(10)
