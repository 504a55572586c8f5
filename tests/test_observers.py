import logging

import pytest

from bedrock_llm.errors import ConfigurationError, ThrottledError
from bedrock_llm.messages import Message
from bedrock_llm.observers import (
    CallWatch,
    LoggingObserver,
    ModelObserver,
    Observers,
    RetryNotice,
)
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response, Usage

SECRET_PROMPT = "a prompt nobody may log"
REQUEST = Request.from_converse(
    {"messages": [{"role": "user", "content": [{"text": SECRET_PROMPT}]}]}, model_id="a.model"
)
RESPONSE = Response(
    model_id="a.model",
    message=Message.assistant("a reply nobody may log"),
    usage=Usage(
        input_tokens=3,
        output_tokens=4,
        total_tokens=7,
        cache_read_input_tokens=None,
        cache_write_input_tokens=None,
    ),
    stop_reason="end_turn",
    request_id="r-1",
    latency_ms=5,
    raw={},
)
ERROR = ThrottledError(SECRET_PROMPT, code="ThrottlingException", model_id="a.model")
NOTICE = RetryNotice(model_id="a.model", attempt=1, delay_seconds=0.5, error=ERROR)


class Recorder(ModelObserver):
    def __init__(self):
        self.heard = []

    def on_request_start(self, request):
        self.heard.append(request)

    def on_request_complete(self, response):
        self.heard.append(response)

    def on_error(self, error):
        self.heard.append(error)

    def on_retry(self, notice):
        self.heard.append(notice)


class Failing(ModelObserver):
    def on_request_start(self, _request):
        raise RuntimeError("observer bug")


def tell_everything(observers):
    observers.started(REQUEST)
    observers.retried(NOTICE)
    observers.completed(RESPONSE)
    observers.failed(ERROR)


def test_every_hook_is_told_in_turn():
    recorder = Recorder()
    tell_everything(Observers([recorder]))
    assert recorder.heard == [REQUEST, NOTICE, RESPONSE, ERROR]


def test_one_observer_need_not_stand_in_a_list():
    recorder = Recorder()
    tell_everything(Observers(recorder))
    assert len(recorder.heard) == 4


def test_an_observer_that_overrides_nothing_hears_everything_quietly():
    tell_everything(Observers([ModelObserver()]))


def test_a_failing_observer_is_logged_and_the_next_is_still_told(caplog):
    recorder = Recorder()
    Observers([Failing(), recorder]).started(REQUEST)
    assert recorder.heard == [REQUEST]
    assert "'Failing' failed and was ignored" in caplog.text


def test_of_each_call_the_first_end_alone_is_told():
    for ends in ((RESPONSE, ERROR), (ERROR, RESPONSE), (ERROR, ERROR)):
        recorder = Recorder()
        with CallWatch(Observers([recorder]), REQUEST, model_id="a.model") as watch:
            for end in ends:
                (watch.completed if end is RESPONSE else watch.failed)(end)
        assert recorder.heard == [REQUEST, ends[0]]


def test_an_error_without_a_model_is_given_that_of_its_call():
    recorder, error = Recorder(), ConfigurationError("no region")
    with (
        pytest.raises(ConfigurationError),
        CallWatch(Observers([recorder]), REQUEST, model_id="a.model"),
    ):
        raise error
    assert recorder.heard == [REQUEST, error]
    assert error.model_id == "a.model"


@pytest.mark.parametrize("fact", ["a.model", "3 input tokens", "4 output tokens", "r-1"])
def test_the_log_names_model_and_usage(caplog, fact):
    with caplog.at_level(logging.DEBUG, "bedrock_llm.calls"):
        tell_everything(Observers([LoggingObserver()]))
    assert fact in caplog.text


def test_the_log_never_holds_content(caplog):
    with caplog.at_level(logging.DEBUG, "bedrock_llm.calls"):
        tell_everything(Observers([LoggingObserver()]))
    assert "nobody may log" not in caplog.text
    assert len(caplog.records) == 4
