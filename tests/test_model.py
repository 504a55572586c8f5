import asyncio

import boto3
import pytest
from botocore.exceptions import ClientError

from bedrock_llm.errors import (
    ConfigurationError,
    MessageError,
    ParameterError,
    RequestRefusedError,
    StreamError,
    ThrottledError,
)
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import FaultPlan, local_endpoint
from bedrock_llm.messages import Message
from bedrock_llm.observers import ModelObserver
from bedrock_llm.retry import RetryPolicy
from bedrock_llm.transport import open_transport

CLAUDE = "us.anthropic.claude-sonnet-4-6"
BASE_CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"


class Recorder(ModelObserver):
    def __init__(self):
        self.heard = []

    def on_request_start(self, request):
        self.heard.append(("start", request.model_id))

    def on_request_complete(self, response):
        self.heard.append(("complete", response.stop_reason))

    def on_error(self, error):
        self.heard.append(("error", type(error).__name__, error.model_id))

    def on_retry(self, notice):
        self.heard.append(("retry", notice.attempt))


async def no_sleep(_seconds):
    await asyncio.sleep(0)


@pytest.fixture(scope="module")
def endpoint():
    with local_endpoint() as endpoint:
        yield endpoint


def session_of(endpoint):
    return boto3.Session(
        aws_access_key_id=endpoint.access_key_id,
        aws_secret_access_key=endpoint.secret_access_key,
        region_name=endpoint.region_name,
    )


def create(endpoint, model_id=CLAUDE, **kwargs):
    return ModelFactory.create_model(
        model_id, session=session_of(endpoint), endpoint_url=endpoint.url, **kwargs
    )


def generate(model, *args, **parameters):
    async def call():
        async with model:
            return await model.generate_text(*args, **parameters)

    return asyncio.run(call())


def test_a_prompt_gets_a_whole_reply(endpoint):
    response = generate(create(endpoint), "Name three rivers.", max_tokens=50)
    assert response.text
    assert response.stop_reason in {"end_turn", "max_tokens"}
    assert response.usage.input_tokens > 0
    assert 0 < response.usage.output_tokens <= 50
    assert response.request_id
    assert response.model_id == CLAUDE


def test_the_stream_gives_the_same_reply_piece_by_piece(endpoint):
    async def call():
        async with create(endpoint) as model:
            whole = await model.generate_text("Name three rivers.", max_tokens=50)
            async with model.stream_text("Name three rivers.", max_tokens=50) as stream:
                pieces = [piece async for piece in stream.text]
                final = await stream.final_response()
        return whole, pieces, final

    whole, pieces, final = asyncio.run(call())
    assert len(pieces) > 1
    assert "".join(pieces) == final.text == whole.text
    assert final.usage == whole.usage
    assert final.stop_reason == whole.stop_reason


def test_a_stream_left_early_closes_and_the_model_still_answers(endpoint):
    async def call():
        async with create(endpoint) as model:
            async with model.stream_text("Name three rivers.", max_tokens=50) as stream:
                async for _piece in stream.text:
                    break
            return await model.generate_text("And now?", max_tokens=10)

    assert asyncio.run(call()).text


def test_one_model_serves_several_event_loops(endpoint):
    model = create(endpoint)
    texts = {asyncio.run(model.generate_text("Again?", max_tokens=10)).text for _ in range(3)}
    model.blocking.close()
    assert len(texts) == 1


def test_blocking_calls_need_no_event_loop(endpoint):
    model = create(endpoint)
    whole = model.blocking.generate_text("Name three rivers.", max_tokens=50)
    with model.blocking.stream_text("Name three rivers.", max_tokens=50) as stream:
        text = "".join(stream.text)
        final = stream.final_response()
    model.blocking.close()
    assert text == whole.text == final.text


def test_defaults_of_construction_hold_unless_a_call_overrides_them(endpoint):
    model = create(endpoint, max_tokens=3)
    assert generate(model, "Tell me a long story.").usage.output_tokens == 3
    assert generate(model, "Tell me a long story.", max_tokens=5).usage.output_tokens == 5


def test_a_conversation_of_dicts_and_messages_is_accepted(endpoint):
    response = generate(
        create(endpoint),
        [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": [{"text": "Hi."}]},
            {"role": "user", "content": [{"text": "Who are you?"}]},
        ],
        system="Be brief.",
        inferenceConfig={"maxTokens": 20},
    )
    assert response.usage.output_tokens <= 20


def test_an_unknown_parameter_names_the_nearest_known_one(endpoint):
    with pytest.raises(ParameterError, match=r"'temprature'.*'temperature'"):
        generate(create(endpoint), "Hello", temprature=0.5)


@pytest.mark.parametrize("keyword", ["regoin_name", "max_token"])
def test_an_unknown_keyword_of_the_factory_names_the_nearest_known_one(keyword):
    with pytest.raises(ConfigurationError, match=f"'{keyword}'.*(region_name|max_tokens)"):
        ModelFactory.create_model(CLAUDE, **{keyword: "x"})


def test_a_parameter_that_the_family_does_not_take_is_refused_at_construction():
    with pytest.raises(ParameterError, match=r"top_k.*not taken.*llama"):
        ModelFactory.create_model("meta.llama3-8b-instruct-v1:0", top_k=5)


def test_claude_gets_top_k_and_thinking_as_its_own_fields():
    model = ModelFactory.create_model(CLAUDE)
    request = model.build_request(
        "Hello", top_k=5, thinking={"type": "enabled", "budget_tokens": 1024}
    )
    assert request.to_converse()["additionalModelRequestFields"] == {
        "top_k": 5,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    }


def test_more_output_than_the_model_gives_is_refused_with_both_numbers():
    model = ModelFactory.create_model(BASE_CLAUDE)
    with pytest.raises(ParameterError, match=r"max_tokens=9000.*4096"):
        model.validate_parameters(max_tokens=9000)


def test_validate_parameters_accepts_what_a_call_would(endpoint):
    create(endpoint).validate_parameters(max_tokens=10, temperature=0.5, top_k=3)


def test_an_empty_prompt_is_refused_before_the_call(endpoint):
    before = endpoint.statistics
    with pytest.raises(MessageError):
        generate(create(endpoint), "   ")
    assert endpoint.statistics == before


def test_a_service_refusal_is_typed_and_carries_its_facts(endpoint):
    with pytest.raises(RequestRefusedError, match="user") as caught:
        generate(create(endpoint), [Message.assistant("I speak first.")])
    assert isinstance(caught.value, ClientError)
    assert (caught.value.code, caught.value.status_code) == ("ValidationException", 400)
    assert caught.value.model_id == CLAUDE
    assert caught.value.request_id


def test_observers_hear_start_and_completion(endpoint):
    recorder = Recorder()
    response = generate(create(endpoint, observers=[recorder]), "Hello", max_tokens=10)
    assert recorder.heard == [("start", CLAUDE), ("complete", response.stop_reason)]


def test_throttles_are_retried_and_told():
    recorder = Recorder()
    with local_endpoint(FaultPlan(throttle_rate=1.0)) as endpoint:
        model = create(
            endpoint, observers=[recorder], retry_policy=RetryPolicy(max_attempts=3, sleep=no_sleep)
        )
        with pytest.raises(ThrottledError):
            generate(model, "Hello")
    assert recorder.heard == [
        ("start", CLAUDE),
        ("retry", 1),
        ("retry", 2),
        ("error", "ThrottledError", CLAUDE),
    ]


@pytest.mark.parametrize(
    "fault", ["mid_stream_error_rate", "half_frame_rate", "bad_checksum_rate", "missing_stop_rate"]
)
def test_a_stream_that_breaks_hands_over_what_had_arrived(fault):
    pieces = []

    async def call(endpoint):
        policy = RetryPolicy(max_attempts=1)
        async with (
            create(endpoint, retry_policy=policy) as model,
            model.stream_text("Tell me a long story.", max_tokens=200) as stream,
        ):
            async for piece in stream.text:
                pieces.append(piece)  # noqa: PERF401  what had arrived must outlive the failure

    with (
        local_endpoint(FaultPlan(**{fault: 1.0})) as endpoint,
        pytest.raises(StreamError) as caught,
    ):
        asyncio.run(call(endpoint))
    assert caught.value.partial.text == "".join(pieces)
    assert caught.value.partial.stop_reason is None or fault == "half_frame_rate"


def test_a_stream_that_cannot_open_raises_the_services_own_error():
    async def call(endpoint):
        policy = RetryPolicy(max_attempts=2, sleep=no_sleep)
        async with create(endpoint, retry_policy=policy) as model, model.stream_text("Hello"):
            pass

    with local_endpoint(FaultPlan(throttle_rate=1.0)) as endpoint, pytest.raises(ThrottledError):
        asyncio.run(call(endpoint))


def test_exact_counts_are_asked_of_the_base_model(endpoint):
    async def call():
        async with create(endpoint, "us.anthropic.claude-sonnet-4-20250514-v1:0") as model:
            return await model.count_tokens_exact("How many tokens?")

    count = asyncio.run(call())
    assert count.tokens > 0
    assert count.exactness == "exact"


def test_a_model_that_bedrock_does_not_count_is_refused(endpoint):
    async def call():
        async with create(endpoint, "meta.llama3-1-8b-instruct-v1:0") as model:
            return await model.count_tokens_exact("How many tokens?")

    with pytest.raises(RequestRefusedError):
        asyncio.run(call())


def test_a_shared_transport_outlives_the_model(endpoint):
    config = create(endpoint).config

    async def call():
        transport = open_transport(config, session=session_of(endpoint))
        for model_id in (CLAUDE, BASE_CLAUDE):
            async with ModelFactory.create_model(model_id, transport=transport) as model:
                assert (await model.generate_text("Hello", max_tokens=5)).model_id == model_id
        await transport.close()

    asyncio.run(call())


def test_counting_a_text_needs_no_network():
    model = ModelFactory.create_model("openai.gpt-oss-20b-1:0")
    assert model.count_tokens("hello world") == 2
    counted = model.count_request_tokens("hello world", system="hello world")
    assert (counted.system, counted.messages, counted.tools) == (2, (2,), 0)
    assert counted.tokens == 4 + counted.framing
    assert counted.framing > 60
    assert counted.exactness == "probable"  # Converse without tools was never recorded


def test_an_id_that_hides_its_model_is_called_through_converse_alone():
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr"
    assert type(ModelFactory.create_model(arn)).__name__ == "ConverseImplementation"
    known = ModelFactory.create_model(arn, base_model=BASE_CLAUDE)
    assert type(known).__name__ == "ClaudeImplementation"
    assert known.profile.context_window_tokens == 200_000
