import asyncio
import os
import signal
import subprocess
import sys
import threading

import pytest

from bedrock_llm.blocking import BackgroundLoop
from bedrock_llm.errors import ConfigurationError, StreamError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import FaultPlan, local_endpoint
from bedrock_llm.observers import ModelObserver

MODEL = "amazon.nova-micro-v1:0"


@pytest.fixture(autouse=True)
def local_environment(monkeypatch):
    with local_endpoint() as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        yield endpoint


@pytest.fixture
def interruptible():
    """A process that is started in the background may ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


async def whose_thread():
    return threading.get_ident()


def test_every_call_runs_on_one_background_thread():
    background = BackgroundLoop()
    threads = {background.run(whose_thread()) for _ in range(3)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


@pytest.mark.usefixtures("interruptible")
def test_a_coroutine_is_cancelled_when_its_caller_is_interrupted():
    background = BackgroundLoop()
    entered, cancelled = threading.Event(), threading.Event()

    async def wait_for_ever():
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def interrupt():
        entered.wait(timeout=10)
        os.kill(os.getpid(), 2)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        background.run(wait_for_ever())
    assert cancelled.wait(timeout=10)


def test_a_call_that_is_interrupted_while_it_is_handed_over_is_cancelled(monkeypatch):
    background, entered, cancelled = BackgroundLoop(), threading.Event(), threading.Event()
    loop = background._running_loop()
    hand_over = loop.call_soon_threadsafe

    def hand_over_and_be_interrupted(callback, *arguments):
        monkeypatch.undo()
        hand_over(callback, *arguments)
        entered.wait(timeout=10)
        raise KeyboardInterrupt

    async def wait_for_ever():
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    monkeypatch.setattr(loop, "call_soon_threadsafe", hand_over_and_be_interrupted)
    with pytest.raises(KeyboardInterrupt):
        background.run(wait_for_ever())
    assert cancelled.wait(timeout=10)


def test_blocking_calls_work_inside_a_running_event_loop():
    async def notebook_cell():
        model = ModelFactory.create_model(MODEL)
        response = model.blocking.generate_text("Hello", max_tokens=5)
        model.blocking.close()
        return response

    assert asyncio.run(notebook_cell()).text


def test_threads_share_one_model():
    model = ModelFactory.create_model(MODEL)
    texts = []

    def call():
        texts.append(model.blocking.generate_text("Hello", max_tokens=5).text)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    model.blocking.close()
    assert len(texts) == 8
    assert len(set(texts)) == 1


def test_a_forked_child_makes_its_own_loop():
    model = ModelFactory.create_model(MODEL)
    parent = model.blocking.generate_text("Hello", max_tokens=5).text
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        answer = model.blocking.generate_text("Hello", max_tokens=5)
        os.write(writer, answer.text.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as pipe:
        assert pipe.read() == parent
    model.blocking.close()


def test_a_forked_child_closes_what_it_opened_and_leaves_the_parents_alone():
    model = ModelFactory.create_model(MODEL)
    parent = model.blocking.generate_text("Hello", max_tokens=5).text
    child = os.fork()
    if child == 0:
        signal.alarm(4)  # a child must not wait for the parent's loop, which never answers
        model.blocking.close()
        has_answer = bool(model.blocking.generate_text("Hello", max_tokens=5).text)
        model.blocking.close()
        os._exit(0 if has_answer else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert model.blocking.generate_text("Hello", max_tokens=5).text == parent
    model.blocking.close()


def test_a_hook_that_makes_a_blocking_call_is_refused_and_not_waited_for():
    refusals = []

    class Nested(ModelObserver):
        def on_request_complete(self, _response):
            try:
                model.blocking.generate_text("Again")
            except ConfigurationError as error:
                refusals.append(str(error))

    model = ModelFactory.create_model(MODEL, observers=[Nested()])
    assert model.blocking.generate_text("Hello", max_tokens=5).text
    model.blocking.close()
    assert "wait for itself" in refusals[0]


def wait_for_interrupt(interrupt, stream):
    next(stream.text)
    interrupt.start()
    stream.final_response()


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_stream_is_closed_and_told(monkeypatch):
    heard = []

    class Told(ModelObserver):
        def on_request_start(self, _request):
            heard.append("start")

        def on_error(self, error):
            heard.append(type(error).__name__)

    with local_endpoint(FaultPlan(stream_stall_rate=1.0)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint.url)
        model = ModelFactory.create_model(MODEL, observers=[Told()])
        interrupt = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        with (
            pytest.raises(KeyboardInterrupt),
            model.blocking.stream_text("Tell me a story", max_tokens=30) as stream,
        ):
            wait_for_interrupt(interrupt, stream)
        assert model.blocking.generate_text("Hello", max_tokens=5).text
        model.blocking.close()
    assert heard == ["start", "StreamError", "start"]


def test_events_are_iterated_without_an_event_loop():
    model = ModelFactory.create_model(MODEL)
    with model.blocking.stream_text("Tell me a story", max_tokens=30) as stream:
        kinds = [type(event).__name__ for event in stream]
    model.blocking.close()
    assert kinds[0] == "MessageStart"
    assert kinds[-1] == "UsageReport"


def test_a_stream_outside_its_block_says_how_to_open_it():
    model = ModelFactory.create_model(MODEL)
    with pytest.raises(StreamError, match=r"use `with model\.blocking"):
        model.blocking.stream_text("Hello").final_response()


@pytest.mark.parametrize("flags", [[], ["-X", "dev"]])
def test_a_program_that_leaves_a_stream_open_ends_quietly(local_environment, flags):
    code = (
        "from bedrock_llm import ModelFactory; "
        f"model = ModelFactory.create_model({MODEL!r}); "
        "stream = model.blocking.stream_text('Hello', max_tokens=50).__enter__(); "
        "print(next(iter(stream)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", *flags, "-c", code],
        env=os.environ | local_environment.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "MessageStart" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_broken_stream_raises_in_the_callers_thread(monkeypatch):
    with local_endpoint(FaultPlan(missing_stop_rate=1.0)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint.url)
        model = ModelFactory.create_model(MODEL, max_retries=0)
        with (
            pytest.raises(StreamError) as caught,
            model.blocking.stream_text("Tell me a story", max_tokens=30) as stream,
        ):
            stream.final_response()
        model.blocking.close()
    assert caught.value.partial.text


def test_a_program_that_never_closes_ends_quietly(local_environment):
    code = (
        "from bedrock_llm import ModelFactory; "
        f"model = ModelFactory.create_model({MODEL!r}); "
        "print(model.blocking.generate_text('Hello', max_tokens=5).text)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | local_environment.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip()
    assert done.stderr == ""
