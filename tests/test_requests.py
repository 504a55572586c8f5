"""Requests: built from what a caller has, or read from a Converse body and given back exactly."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from bedrock_llm.errors import InvalidRequestError, MessageError, ParameterError
from bedrock_llm.messages import Message, TextBlock
from bedrock_llm.parameters import GenerationParameters, InferenceConfig, parse_parameters
from bedrock_llm.requests import Request
from bedrock_llm.wire import encode_json

SERVICE: Any = botocore.session.get_session().get_service_model("bedrock-runtime")
CONVERSE = SERVICE.operation_model("Converse").input_shape
TOOL = {"name": "weather", "input_schema": {"type": "object"}}
BODY: dict[str, Any] = {
    "toolConfig": {
        "toolChoice": {"tool": {"name": "weather"}},
        "tools": [
            {"toolSpec": {"inputSchema": {"json": {"z": 1, "a": 2}}, "name": "weather"}},
            {"cachePoint": {"type": "default"}},
        ],
    },
    "system": [{"text": "s"}, {"cachePoint": {"type": "default"}}],
    "inferenceConfig": {"topP": 1, "temperature": 0.0, "stopSequences": [], "maxTokens": 7},
    "messages": [
        {
            "content": [{"text": " "}, {"image": {"source": {"bytes": "aGk="}, "format": "png"}}],
            "role": "user",
        },
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "a", "name": "f", "input": {}}}],
        },
    ],
    "requestMetadata": {"b": "1", "a": "2"},
    "promptVariables": {"n": {"text": "v"}},
    "additionalModelResponseFieldPaths": ["/a"],
    "additionalModelRequestFields": {"b": [1.0, None], "a": {}},
    "guardrailConfig": {"trace": "enabled", "guardrailVersion": "1", "guardrailIdentifier": "abc"},
    "serviceTier": {"type": "flex"},
    "performanceConfig": {"latency": "optimized"},
    "outputConfig": {
        "effort": "low",
        "textFormat": {"structure": {"jsonSchema": {"schema": "{}"}}, "type": "json_schema"},
    },
}


def test_a_body_is_given_back_byte_for_byte() -> None:
    request = Request.from_converse(BODY, model_id="m")
    assert encode_json(request.to_converse()) == encode_json(BODY)
    assert request.model_id == "m"
    assert request.messages[0].content[1].to_converse()["image"] == {
        "source": {"bytes": b"hi"},
        "format": "png",
    }
    report = ParamValidator().validate({"modelId": "m", **request.to_converse()}, CONVERSE)
    assert not report.has_errors(), report.generate_report()


def test_the_keywords_of_a_boto3_call_are_a_body_too() -> None:
    request = Request.from_converse({"modelId": "m", **BODY})
    assert request == Request.from_converse(BODY, model_id="m")
    assert json.dumps(list(request.to_converse())) == json.dumps(list(BODY))


def test_a_request_is_immutable_hashable_and_replaced_by_copies() -> None:
    request = Request.from_converse(BODY)
    assert hash(request) == hash(Request.from_converse(dict(reversed(BODY.items()))))
    shorter = request.model_copy(update={"messages": request.messages[:1]})
    assert len(shorter.messages) == 1
    assert len(request.messages) == 2


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (
            {"mesages": []},
            InvalidRequestError,
            r"^unknown key 'mesages'; did you mean 'messages'\?$",
        ),
        (
            {"messages": [{"role": "user", "content": [{"text": 1}]}]},
            MessageError,
            r"^messages\[0\].content\[0\].text: must be text; got 1$",
        ),
        (
            {"messages": [{"role": "user"}]},
            MessageError,
            r"^messages\[0\]: key 'content' is missing$",
        ),
        ({"system": "s"}, MessageError, r"^system: must be a list; got 's'$"),
        (
            {"inferenceConfig": {"temperature": 3.5}},
            ParameterError,
            r"^inferenceConfig.temperature: must be between 0 and 1; got 3.5$",
        ),
        (
            {"toolConfig": {"tools": [{"toolSpec": {"name": "a b", "inputSchema": {"json": {}}}}]}},
            ParameterError,
            r"^toolConfig.tools\[0\].toolSpec.name: must be 1 to 64 letters, .*got 'a b'$",
        ),
        ({"toolConfig": {"tools": []}}, ParameterError, r"^toolConfig.tools: "),
        ({"requestMetadata": {}}, ParameterError, r"^requestMetadata: must be 1 to 16 entries"),
        (3, InvalidRequestError, "^must be a mapping; got 3$"),
    ],
)
def test_a_malformed_body_is_refused_with_its_place_and_the_fitting_error(
    body: Any, error: type[InvalidRequestError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        Request.from_converse(body, model_id="m")
    assert type(caught.value) is error


def test_a_request_is_built_from_a_prompt_and_parameters() -> None:
    parameters = parse_parameters(
        {"max_tokens": 9, "system": "s", "tools": [TOOL], "tool_choice": "weather", "stop": ["x"]}
    )
    request = Request.build("m", "hi", parameters)
    assert request == Request(
        model_id="m",
        messages=(Message.user("hi"),),
        system=(TextBlock(text="s"),),
        inference_config=InferenceConfig(max_tokens=9, stop_sequences=("x",)),
        tool_config=request.tool_config,
    )
    assert request.to_converse() == {
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "system": [{"text": "s"}],
        "inferenceConfig": {"maxTokens": 9, "stopSequences": ["x"]},
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}
            ],
            "toolChoice": {"tool": {"name": "weather"}},
        },
    }


def test_a_built_request_equals_the_one_read_from_its_body() -> None:
    request = Request.build("m", ["a", Message.assistant("b"), "c"], parse_parameters({"top_p": 1}))
    assert Request.from_converse(request.to_converse(), model_id="m") == request


def test_fields_of_the_family_lie_under_those_of_the_caller() -> None:
    own = {"inferenceConfig": {"topK": 1}, "extra": [1]}
    parameters = parse_parameters({"top_k": 5, "additional_model_request_fields": own})
    request = Request.build(
        "m", "hi", parameters, additional_fields={"inferenceConfig": {"topK": 5, "seed": 2}, "k": 1}
    )
    assert request.additional_model_request_fields == {
        "inferenceConfig": {"topK": 1, "seed": 2},
        "extra": [1],
        "k": 1,
    }
    assert own == {"inferenceConfig": {"topK": 1}, "extra": [1]}


def test_nothing_is_dropped_in_silence() -> None:
    parameters = parse_parameters({"top_k": 5, "thinking": {"type": "enabled"}})
    with pytest.raises(ParameterError, match=r"^top_k and thinking .* no parameter of Converse"):
        Request.build("m", "hi", parameters)
    assert Request.build("m", "hi", parameters, additional_fields={}).model_id == "m"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tool_choice": "any"}, "^tool_choice is set and there is no tool"),
        ({"tool_choice": "wether", "tools": [TOOL]}, "'wether'.*; did you mean 'weather'"),
        ({"tools": [{"cachePoint": {"type": "default"}}]}, "^tools holds cache points and no tool"),
    ],
)
def test_a_tool_choice_needs_its_tool(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Request.build("m", "hi", parse_parameters(values))


def test_building_is_stricter_than_reading() -> None:
    assert Request.from_converse(BODY).messages[0].content[0] == TextBlock(text=" ")
    with pytest.raises(MessageError, match=r"^messages\[0\].content\[0\]: text is blank"):
        Request.build("m", BODY["messages"], GenerationParameters())
