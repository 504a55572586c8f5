import asyncio

import pytest

from bedrock_llm.errors import InvalidRequestError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import local_endpoint
from bedrock_llm.requests import Request
from bedrock_llm.strategy import ModelStrategy

BODY = {
    "messages": [{"role": "user", "content": [{"text": "Name three rivers."}]}],
    "inferenceConfig": {"maxTokens": 12},
}


def process(request, monkeypatch):
    with local_endpoint() as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)

        async def call():
            async with ModelFactory.create_model("amazon.nova-lite-v1:0") as model:
                return await ModelStrategy(model).process_request(request)

        return asyncio.run(call())


@pytest.mark.parametrize("request_", [BODY, Request.from_converse(BODY, model_id="another.model")])
def test_a_request_goes_to_the_model_of_the_strategy(request_, monkeypatch):
    response = process(request_, monkeypatch)
    assert response.model_id == "amazon.nova-lite-v1:0"
    assert response.usage.output_tokens <= 12


def test_a_malformed_request_is_refused_before_the_call(monkeypatch):
    with pytest.raises(InvalidRequestError, match="mesages"):
        process({"mesages": []}, monkeypatch)
