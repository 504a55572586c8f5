import asyncio

import boto3
import pytest

from bedrock_llm.catalog import find_profile
from bedrock_llm.context import count_request
from bedrock_llm.errors import ConfigurationError, ContextWindowError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import local_endpoint
from bedrock_llm.messages import Message, parse_messages
from bedrock_llm.observers import ModelObserver
from bedrock_llm.parameters import parse_parameters
from bedrock_llm.requests import Request
from bedrock_llm.window import fit_request

MODEL = "meta.llama3-8b-instruct-v1:0"  # a window of 8 192 tokens
WINDOW = 8192
NOON = "The gauge was read at noon and nobody objected. "


class Recorder(ModelObserver):
    def __init__(self):
        self.heard = []

    def on_request_start(self, request):
        self.heard.append(("start", len(request.messages)))

    def on_truncation(self, notice):
        self.heard.append(("truncation", notice.model_id, notice.fitted.tokens_after))

    def on_request_complete(self, response):
        self.heard.append(("complete", response.fitted is not None))


@pytest.fixture(scope="module")
def endpoint():
    with local_endpoint() as endpoint:
        yield endpoint


def create(endpoint, model_id=MODEL, **settings):
    session = boto3.Session(
        aws_access_key_id=endpoint.access_key_id,
        aws_secret_access_key=endpoint.secret_access_key,
        region_name=endpoint.region_name,
    )
    return ModelFactory.create_model(
        model_id, session=session, endpoint_url=endpoint.url, **settings
    )


def long_talk(pairs=40):
    turns = [
        Message("assistant" if number % 2 else "user", f"{number}: {NOON * 30}")
        for number in range(pairs)
    ]
    return [*turns, Message("user", "Who objected?")]


def request_of(messages, **parameters):
    return Request.build(MODEL, parse_messages(messages), parse_parameters(parameters))


def test_a_conversation_longer_than_the_window_is_shortened_and_that_is_told(endpoint):
    recorder = Recorder()

    async def call():
        async with create(endpoint, observers=recorder) as model:
            return await model.generate_text(long_talk(), max_tokens=100, system="Be short.")

    response = asyncio.run(call())
    fitted = response.fitted
    assert fitted.tokens_after <= WINDOW - 100
    assert fitted.messages[-1].text == "Who objected?"
    assert fitted.dropped[0].start == 0
    assert fitted.tokens_before > WINDOW
    assert recorder.heard == [
        ("start", len(fitted.messages)),
        ("truncation", MODEL, fitted.tokens_after),
        ("complete", True),
    ]


def test_a_stream_is_shortened_in_the_same_way(endpoint):
    recorder = Recorder()

    async def call():
        async with (
            create(endpoint, observers=recorder) as model,
            model.stream_text(long_talk(), max_tokens=100) as stream,
        ):
            return await stream.final_response()

    response = asyncio.run(call())
    assert response.fitted.tokens_after <= WINDOW - 100
    assert [event[0] for event in recorder.heard] == ["start", "truncation", "complete"]


def test_what_fits_is_sent_as_it_is_and_nothing_is_said(endpoint):
    recorder = Recorder()

    async def call():
        async with create(endpoint, observers=recorder) as model:
            return await model.generate_text(long_talk(4), max_tokens=100)

    assert asyncio.run(call()).fitted is None
    assert recorder.heard == [("start", 5), ("complete", False)]


def test_truncation_off_raises_with_both_numbers_and_sends_nothing(endpoint):
    recorder = Recorder()

    async def call():
        async with create(endpoint, observers=recorder, truncation="off") as model:
            await model.generate_text(long_talk(), max_tokens=100)

    with pytest.raises(ContextWindowError, match="8092 are left of the window of 8192") as caught:
        asyncio.run(call())
    assert caught.value.tokens > WINDOW
    assert caught.value.limit_tokens == WINDOW - 100
    assert recorder.heard == []


def test_a_strategy_of_the_configuration_is_used():
    request = request_of([f"{NOON * 2000}"], max_tokens=100)
    profile = find_profile(MODEL)
    cut = fit_request(request, model=MODEL, profile=profile, truncation="cut_longest")
    assert cut.fitted.shortened[0].index == 0
    assert count_request(cut.request).tokens == cut.fitted.tokens_after
    with pytest.raises(ContextWindowError):
        fit_request(request, model=MODEL, profile=profile, truncation="drop_oldest")


def test_a_window_that_nobody_knows_limits_nothing():
    request = request_of(long_talk())
    unknown = fit_request(request, model=MODEL, profile=None, truncation="off")
    assert unknown.request is request
    assert unknown.fitted is None


def test_room_for_the_reply_is_kept_where_no_limit_is_set():
    profile = find_profile(MODEL)
    fitted = fit_request(
        request_of(long_talk()), model=MODEL, profile=profile, truncation="drop_oldest"
    ).fitted
    assert fitted.budget_tokens == WINDOW - WINDOW // 8


def test_a_truncation_that_does_not_exist_is_refused():
    with pytest.raises(ConfigurationError, match="truncation"):
        ModelFactory.create_model(MODEL, truncation="newest")


def test_a_document_of_unknown_tokens_is_left_to_the_service():
    document = {"format": "docx", "name": "d", "source": {"bytes": bytes(range(256)) * 4_000}}
    blocks = [{"text": "Read."}, {"document": document}]
    messages = parse_messages([{"role": "user", "content": blocks}])
    request = Request(model_id=MODEL, messages=messages)
    assert count_request(request).tokens > WINDOW
    profile = find_profile(MODEL)
    done = fit_request(request, model=MODEL, profile=profile, truncation="off")
    assert done.request is request
    assert done.fitted is None
