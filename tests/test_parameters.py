"""Generation parameters: every row's range, every spelling, every refusal."""

import dataclasses
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from bedrock_llm.errors import ParameterError
from bedrock_llm.messages import CachePointBlock, TextBlock
from bedrock_llm.parameters import (
    PARAMETER_SPELLINGS,
    PARAMETERS,
    GenerationParameters,
    GuardrailConfig,
    InferenceConfig,
    ServiceTier,
    SystemTool,
    ToolChoice,
    ToolConfig,
    ToolSpec,
    parse_parameters,
)
from bedrock_llm.requests import Request

SERVICE: Any = botocore.session.get_session().get_service_model("bedrock-runtime")
CONVERSE = SERVICE.operation_model("ConverseStream").input_shape
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"toolSpec": {"name": "weather", "description": "d", "inputSchema": {"json": SCHEMA}}}
SET: dict[str, Any] = {
    "max_tokens": 5,
    "temperature": 0.5,
    "top_p": 1,
    "top_k": 40,
    "stop_sequences": ["a", "b"],
    "system": "be brief",
    "tools": [TOOL],
    "tool_choice": "weather",
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "guardrail_config": {
        "guardrailIdentifier": "abc",
        "guardrailVersion": "DRAFT",
        "trace": "enabled",
    },
    "additional_model_request_fields": {"a": {"b": 1}},
    "additional_model_response_field_paths": ["/a"],
    "performance_config": {"latency": "optimized"},
    "prompt_variables": {"name": {"text": "Ada"}},
    "service_tier": {"type": "flex"},
    "request_metadata": {"team": "a b:c"},
    "output_config": {"effort": "low"},
}


def test_the_table_and_the_class_name_the_same_parameters() -> None:
    names = [row.name for row in PARAMETERS]
    assert names == [field.name for field in dataclasses.fields(GenerationParameters)]
    assert set(names) == set(SET)
    assert all(row.summary and row.absent and row.rule.allowed for row in PARAMETERS)


def test_every_place_is_one_that_converse_has() -> None:
    for row in PARAMETERS:
        shape = CONVERSE
        for key in row.place.split(".") if row.place else ():
            assert key in shape.members, row.place
            shape = shape.members[key]


def test_every_parameter_reaches_its_place_and_botocore_takes_it() -> None:
    body = Request.build("m", "hi", parse_parameters(SET), additional_fields={}).to_converse()
    for row in PARAMETERS:
        value: Any = body
        for key in row.place.split(".") if row.place else ():
            value = value[key]
        assert row.place == "" or value not in (None, {}, [])
    report = ParamValidator().validate({"modelId": "m", **body}, CONVERSE)
    assert not report.has_errors(), report.generate_report()


def test_what_is_not_set_is_absent() -> None:
    assert parse_parameters({}) == GenerationParameters()
    assert parse_parameters({row.name: None for row in PARAMETERS}) == GenerationParameters()
    assert Request.build("m", "hi", GenerationParameters()).to_converse() == {
        "messages": [{"role": "user", "content": [{"text": "hi"}]}]
    }


def test_numbers_keep_the_form_they_were_given_in() -> None:
    parameters = parse_parameters({"temperature": 1, "top_p": 1.0})
    assert isinstance(parameters.temperature, int)
    assert isinstance(parameters.top_p, float)


@pytest.mark.parametrize("spelling", sorted(PARAMETER_SPELLINGS))
def test_every_spelling_is_known(spelling: str) -> None:
    rows = [row for row in PARAMETERS if spelling in row.names]
    value = SET[rows[0].name] if rows else {}
    assert isinstance(parse_parameters({spelling: value}), GenerationParameters)


def test_camel_case_synonyms_and_converse_dicts_are_the_same_as_our_names() -> None:
    ours = parse_parameters(
        {"max_tokens": 5, "stop_sequences": ["x"], "tools": [TOOL], "tool_choice": "any"}
    )
    assert ours == parse_parameters(
        {
            "inferenceConfig": {"maxTokens": 5, "stopSequences": ["x"]},
            "toolConfig": {"tools": [TOOL], "toolChoice": {"any": {}}},
        }
    )
    assert ours == parse_parameters(
        {
            "maxTokens": 5,
            "stop": "x",
            "tools": TOOL,
            "toolChoice": ToolChoice.from_converse({"any": {}}),
        }
    )
    assert ours == parse_parameters(
        {
            "inference_config": InferenceConfig(max_tokens=5, stop_sequences=("x",)),
            "tool_config": ToolConfig.from_converse({"tools": [TOOL], "toolChoice": {"any": {}}}),
        }
    )


def test_plain_tools_become_converse_tools() -> None:
    plain = {"name": "weather", "description": "d", "input_schema": SCHEMA}
    tools = parse_parameters(
        {"tools": [plain, {"systemTool": {"name": "search"}}, {"cachePoint": {"type": "default"}}]}
    ).tools
    assert tools is not None
    assert tools[0] == ToolSpec.from_converse(TOOL["toolSpec"])
    assert isinstance(tools[1], SystemTool)
    assert isinstance(tools[2], CachePointBlock)
    with_schema = {"name": "weather", "description": "d", "inputSchema": {"json": SCHEMA}}
    assert parse_parameters({"tools": with_schema}).tools == tools[:1]


def test_short_forms_stand_for_structures() -> None:
    parameters = parse_parameters(
        {"service_tier": "flex", "performance_config": "optimized", "prompt_variables": {"n": "v"}}
    )
    assert parameters.service_tier == ServiceTier(type="flex")
    assert parameters.performance_config is not None
    assert parameters.performance_config.latency == "optimized"
    assert parameters.prompt_variables == {"n": {"text": "v"}}
    assert parse_parameters(
        {"system": ["a", {"text": "b"}, {"cachePoint": {"type": "default"}}]}
    ).system == (
        TextBlock(text="a"),
        TextBlock(text="b"),
        CachePointBlock(type="default"),
    )
    guardrail = GuardrailConfig(guardrail_identifier="abc")
    assert parse_parameters({"guardrail_config": guardrail}).guardrail_config is guardrail


def test_defaults_fill_what_is_not_set() -> None:
    defaults = parse_parameters({"max_tokens": 5, "temperature": 0.5})
    assert parse_parameters({}, defaults=defaults) is defaults
    merged = parse_parameters({"temperature": 0.1, "max_tokens": None}, defaults=defaults)
    assert (merged.max_tokens, merged.temperature) == (5, 0.1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"temprature": 1}, r"^unknown parameter 'temprature'; did you mean 'temperature'\?$"),
        ({"maxToken": 1}, r"^unknown parameter 'maxToken'; did you mean 'max_tokens'\?$"),
        ({"qqqq": 1}, r"^unknown parameter 'qqqq'; known: additional_model_request_fields, "),
        ({"temperature": 3.5}, r"^temperature must be between 0 and 1; got 3.5$"),
        ({"temperature": -0.1}, r"^temperature must be between 0 and 1; got -0.1$"),
        ({"temperature": True}, r"^temperature must be between 0 and 1; got True$"),
        ({"temperature": "0.5"}, r"^temperature must be between 0 and 1; got '0.5'$"),
        ({"temperature": float("nan")}, r"^temperature must be between 0 and 1; got nan$"),
        ({"max_tokens": 0}, r"^max_tokens must be a whole number of at least 1; got 0$"),
        ({"max_tokens": 1.0}, r"^max_tokens must be a whole number of at least 1; got 1.0$"),
        ({"max_tokens": True}, r"^max_tokens must be a whole number of at least 1; got True$"),
        ({"top_k": -1}, r"^top_k must be a whole number of at least 0; got -1$"),
        ({"stop": ["a", ""]}, r"^stop_sequences must be a list of at most 2500 texts.*got ''$"),
        ({"stop": [1]}, r"^stop_sequences must be .*got 1$"),
        ({"stop": ["a"] * 2501}, r"^stop_sequences must be a list of at most 2500 texts"),
        ({"additional_model_response_field_paths": ["/a"] * 11}, r"must be a list of at most 10"),
        ({"additional_model_response_field_paths": ["a" * 257]}, r"of 1 to 256 characters; got"),
        (
            {"inferenceConfig": {"maxToken": 1}},
            r"^inferenceConfig: unknown key 'maxToken'; did you",
        ),
        ({"inferenceConfig": 5}, r"^inferenceConfig must be a mapping; got 5$"),
        (
            {"maxTokens": 1, "max_tokens": 2},
            r"^max_tokens is given twice, as maxTokens and as max_",
        ),
        (
            {"stop": "a", "inferenceConfig": {"stopSequences": ["a"]}},
            r"^stop_sequences is given tw",
        ),
        (
            {"system": " "},
            r"^system\[0\]: text is blank \(' '\), which Bedrock refuses; leave it out$",
        ),
        ({"system": [{"image": {}}]}, r"^system\[0\]: a system block has one key.*got 'image'"),
        ({"tools": []}, r"^tools: "),
        (
            {"tools": [{"name": "a b", "input_schema": {}}]},
            r"^tools\[0\].toolSpec.name: must be 1 to",
        ),
        ({"tools": [{"name": "a"}]}, r"^tools\[0\].toolSpec: key 'inputSchema' is missing$"),
        (
            {"tools": [{"function": {}}]},
            r"^tools\[0\]: a tool has one key, such as toolSpec; got 'f",
        ),
        ({"tool_choice": "none"}, r"^tool_choice cannot be 'none', which Converse does not have"),
        ({"tool_choice": 5}, r"^tool_choice must be 'auto', 'any', the name of a tool, or"),
        (
            {"tool_choice": {"auto": {}, "any": {}}},
            r"^toolChoice: must have one of auto, any, tool",
        ),
        (
            {"thinking": {"budget_tokens": 5}},
            r"^thinking must be a mapping with the key 'type'; got",
        ),
        ({"thinking": True}, r"^thinking must be a mapping with the key 'type'; got True$"),
        (
            {"guardrail_config": {"trace": "on"}},
            r"^guardrailConfig.trace: must be one of 'enabled'",
        ),
        (
            {"guardrail_config": "abc"},
            r"^guardrail_config must be a mapping with the keys guardrailI",
        ),
        ({"service_tier": "felx"}, r"^serviceTier.type: must be one of .*did you mean 'flex'\?"),
        ({"service_tier": {"tier": "flex"}}, r"^serviceTier: unknown key 'tier'"),
        ({"request_metadata": {}}, r"^request_metadata must be 1 to 16 entries"),
        ({"request_metadata": {"a": "ü"}}, r"^request_metadata must be .*got \{'a': 'ü'\}$"),
        ({"request_metadata": {"a": "\u2003"}}, r"^request_metadata must be "),
        ({5: 1}, r"^unknown parameter 5; known: "),
        ({"request_metadata": {"a": 1}}, r"^request_metadata must be "),
        (
            {"prompt_variables": {"a": {"txt": "b"}}},
            r"^prompt_variables must be a mapping from name",
        ),
        ({"output_config": {"effort": "x" * 17}}, r"^outputConfig.effort: "),
        (
            {"additional_model_request_fields": {1: 2}},
            r"must be a mapping with text for keys; got 1",
        ),
    ],
)
def test_what_is_refused_is_told_with_what_is_allowed(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        parse_parameters(values)
    assert "\n" not in str(caught.value)


def test_the_class_refuses_what_the_reader_refuses() -> None:
    with pytest.raises(ParameterError, match=r"^temperature must be between 0 and 1; got 3.5$"):
        GenerationParameters(temperature=3.5)


def test_parameters_are_values() -> None:
    one, two = parse_parameters(SET), parse_parameters(SET)
    assert one == two
    assert hash(one) == hash(two)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.max_tokens = 6  # type: ignore[misc]  # refused at run time too
