"""Whole calls of a model against endpoints that nobody of this project wrote."""

import asyncio
import json
import urllib.request

import boto3
import pytest

from bedrock_llm.errors import (
    AuthenticationError,
    BedrockLLMError,
    ConnectionFailedError,
    ResponseError,
    StreamError,
    ThrottledError,
)
from bedrock_llm.factory import ModelFactory
from bedrock_llm.observers import ModelObserver
from bedrock_llm.retry import RetryPolicy

MODEL_ID = "anthropic.claude-3-haiku-20240307-v1:0"
PATIENT = RetryPolicy(max_attempts=6, throttle_base_seconds=0.01, base_seconds=0.01)
ONCE = RetryPolicy(max_attempts=1)
ANY_KEYS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}


class Retries(ModelObserver):
    def __init__(self):
        self.errors = []

    def on_retry(self, notice):
        self.errors.append(type(notice.error))


def create(url, keys, **kwargs):
    session = boto3.Session(region_name="us-east-1", **keys)
    return ModelFactory.create_model(MODEL_ID, session=session, endpoint_url=url, **kwargs)


async def generate(model):
    async with model:
        return await model.generate_text("Grüße, wie geht's?", max_tokens=50)


async def stream(model):
    async with model, model.stream_text("Grüße, wie geht's?", max_tokens=50) as events:
        pieces = [piece async for piece in events.text]
        return pieces, await events.final_response()


def test_ministack_answers_whole(ministack, keys):
    response = asyncio.run(generate(create(ministack, keys)))
    assert MODEL_ID in response.text
    assert response.stop_reason == "end_turn"
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert response.request_id


def test_ministack_streams_the_same_text(ministack, keys):
    whole = asyncio.run(generate(create(ministack, keys)))
    pieces, final = asyncio.run(stream(create(ministack, keys)))
    assert len(pieces) > 1
    assert "".join(pieces) == final.text == whole.text
    assert final.usage == whole.usage


def test_ministack_refuses_a_wrong_secret(ministack, keys):
    wrong = keys | {"aws_secret_access_key": "wrong"}
    with pytest.raises(AuthenticationError):
        asyncio.run(generate(create(ministack, wrong)))


def test_ministack_answers_blocking_callers(ministack, keys):
    model = create(ministack, keys)
    assert MODEL_ID in model.blocking.generate_text("Grüße", max_tokens=50).text
    model.blocking.close()


def test_llm_katan_answers_whole(llm_katan):
    response = asyncio.run(generate(create(llm_katan, ANY_KEYS)))
    assert response.text
    assert response.usage.output_tokens > 0


def test_llm_katan_s_server_sent_events_are_no_event_stream(llm_katan):
    # It sends server-sent events under the event stream's content type; boto3 fails as well.
    with pytest.raises((ResponseError, StreamError)):
        asyncio.run(stream(create(llm_katan, ANY_KEYS, retry_policy=ONCE)))


@pytest.fixture
def inject(microburst):
    """Set the fault rules of microburst for one test."""

    def replace_rules(*rules):
        request = urllib.request.Request(  # noqa: S310  loopback
            f"{microburst}/_microburst/rules",
            data=json.dumps([{"service": "*", **rule} for rule in rules]).encode(),
            method="POST",
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  loopback

    yield replace_rules
    replace_rules()


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"error": {"code": "ThrottlingException", "status": 429}}, "ThrottledError"),
        ({"error": {"code": "ServiceUnavailableException", "status": 503}}, "ServiceUnavailable"),
        ({"error": {"code": "ModelTimeoutException", "status": 408}}, "ModelTimeoutError"),
        ({"reset": True}, "ConnectionFailedError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_passing_fault_of_microburst_is_retried(microburst, inject, rule, error):
    inject({"times": 2, **rule})
    retries = Retries()
    model = create(microburst, ANY_KEYS, retry_policy=PATIENT, observers=[retries])
    assert MODEL_ID in asyncio.run(generate(model)).text
    assert [kind.__name__.startswith(error) for kind in retries.errors] == [True, True]


def test_a_lasting_throttle_of_microburst_is_a_typed_error(microburst, inject):
    inject({"error": {"code": "ThrottlingException", "status": 429}})
    with pytest.raises(ThrottledError) as caught:
        asyncio.run(generate(create(microburst, ANY_KEYS, retry_policy=PATIENT)))
    assert caught.value.code == "ThrottlingException"


@pytest.mark.parametrize(
    "fault",
    [
        {"event_error": {"code": "ThrottlingException", "message": "slow", "after_frames": 3}},
        {"event_frames": [{"at": 2, "bad_crc": True}]},
        {"event_frames": [{"at": 2, "cut": 0.5}]},
        {"abort_frac": 0.5},
    ],
    ids=["error frame", "bad checksum", "half frame", "abort"],
)
def test_a_stream_that_microburst_breaks_is_never_taken_for_whole(microburst, inject, fault):
    inject({"response": fault})
    with pytest.raises(BedrockLLMError) as caught:
        asyncio.run(stream(create(microburst, ANY_KEYS, retry_policy=ONCE)))
    if isinstance(caught.value, StreamError) and caught.value.partial is not None:
        assert caught.value.partial.stop_reason is None
    else:
        assert isinstance(caught.value, ConnectionFailedError | ResponseError | ThrottledError)
