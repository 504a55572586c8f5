"""The endpoint's check of bodies, held against botocore's own validator."""

import copy
import re
from typing import Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.local.service_model import (
    Problems,
    describe_problems,
    find_input_check,
    load_service_model,
)

USER = {"role": "user", "content": [{"text": "Hello"}]}
KEYS = st.sampled_from(
    [
        *("modelId", "messages", "role", "content", "text", "image", "format", "source", "bytes"),
        *("toolUse", "toolUseId", "name", "input", "toolResult", "status", "inferenceConfig"),
        *("maxTokens", "temperature", "stopSequences", "system", "toolConfig", "tools", "json"),
        *("toolSpec", "inputSchema", "toolChoice", "auto", "any", "cachePoint", "type", "nothing"),
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["user", "assistant", "png", "default", "aGVsbG8=", "", "x y", "a.b"]),
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=5).map(
    lambda body: {"modelId": "amazon.nova-lite-v1:0", **body}
)


def check(body: dict[str, Any], operation: str = "Converse") -> Problems:
    problems: Problems = []
    find_input_check(operation)(body, None, problems)
    return problems


def explain(body: dict[str, Any]) -> str:
    return describe_problems(check({"modelId": "amazon.nova-lite-v1:0", **body}))


WHOLE = {
    "modelId": "amazon.nova-lite-v1:0",
    "messages": [
        {"role": "user", "content": [{"text": "Hi"}, {"cachePoint": {"type": "default"}}]},
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "t", "name": "n", "input": 1}}],
        },
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "t", "content": [{"json": {}}]}}],
        },
    ],
    "system": [{"text": "Be kind"}],
    "inferenceConfig": {"maxTokens": 5, "temperature": 0.5, "stopSequences": ["x"]},
    "toolConfig": {"tools": [{"toolSpec": {"name": "n", "inputSchema": {"json": {}}}}]},
}


def list_places(value: object, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    own = [(*place, key) for key in keys]
    return own + [deeper for key in own for deeper in list_places(find(value, key[-1:]), key)]


def find(value: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


@settings(deadline=None, max_examples=400)
@given(place=st.sampled_from(list_places(WHOLE)), value=VALUES, key=st.none() | KEYS)
def test_a_whole_body_with_one_value_changed_is_judged_like_botocore_does(
    place: tuple[str | int, ...], value: object, key: str | None
) -> None:
    body = copy.deepcopy(WHOLE)
    parent = find(body, place[:-1])
    parent[key if key is not None and isinstance(parent, dict) else place[-1]] = value
    if not check(body):
        shape = load_service_model().operation_model("Converse").input_shape

        assert not ParamValidator().validate(body, shape).has_errors()


@settings(deadline=None, max_examples=300)
@given(body=BODIES, operation=st.sampled_from(["Converse", "ConverseStream", "CountTokens"]))
def test_whatever_botocore_refuses_is_refused(body: dict[str, Any], operation: str) -> None:
    checked = copy.deepcopy(body)
    if not check(checked, operation):
        shape = load_service_model().operation_model(operation).input_shape

        assert not ParamValidator().validate(checked, shape).has_errors()


def test_a_whole_body_passes_and_blobs_become_bytes() -> None:
    image = {"image": {"format": "png", "source": {"bytes": "aGVsbG8="}}}
    body = {
        "modelId": "amazon.nova-lite-v1:0",
        "messages": [{"role": "user", "content": [{"text": "Hello"}, image]}],
        "inferenceConfig": {"maxTokens": 5, "temperature": 1, "topP": 0.5},
        "additionalModelRequestFields": {"deep": [None, {"er": 1.5}]},
        "requestMetadata": {"team": "a b"},
    }

    assert check(body) == []
    assert body["messages"][0]["content"][1]["image"]["source"]["bytes"] == b"hello"


def test_null_members_are_absent_but_stay_in_documents() -> None:
    body = {
        "modelId": "amazon.nova-lite-v1:0",
        "messages": [USER],
        "system": None,
        "inferenceConfig": {"maxTokens": None},
        "additionalModelRequestFields": {"kept": None},
    }

    assert check(body) == []
    assert "system" not in body
    assert body["inferenceConfig"] == {}
    assert body["additionalModelRequestFields"] == {"kept": None}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"messages": [{"role": "robot", "content": []}]},
            (
                "^1 validation error detected: Value at 'messages.0.role' failed to satisfy "
                "constraint: Member must satisfy enum value set: \\[user, assistant, system\\]$"
            ),
        ),
        (
            {"messages": [{"content": []}]},
            "^1 validation error detected: .*'messages.0.role' .*Member must not be null$",
        ),
        (
            {"messages": [USER], "inferenceConfig": {"maxTokens": 0, "temperature": 1.5}},
            (
                "^2 validation errors detected: .*'inferenceConfig.maxTokens' .*greater than or "
                "equal to 1; .*'inferenceConfig.temperature' .*less than or equal to 1$"
            ),
        ),
        ({"inferenceConfig": {"maxTokens": True}}, "'inferenceConfig.maxTokens'.*an integer"),
        ({"inferenceConfig": {"maxTokens": 1.0}}, "'inferenceConfig.maxTokens'.*an integer"),
        ({"inferenceConfig": {"topP": "1"}}, "'inferenceConfig.topP'.*a number"),
        ({"inferenceConfig": {"maxTokens": 2**31}}, "'inferenceConfig.maxTokens'.*an integer"),
        (
            {"messages": [{"role": "user", "content": [{"text": "a", "image": {}}]}]},
            "'messages.0.content.0' .*exactly one of: \\[text, image",
        ),
        (
            {"messages": [{"role": "user", "content": [{"txt": "a"}]}]},
            "'messages.0.content.0' .*only: \\[text, image",
        ),
        ({"messages": {}}, "'messages' .*a list"),
        ({"messages": ["x"]}, "'messages.0' .*an object"),
        ({"system": [{"text": ""}]}, "'system.0.text' .*length greater than or equal to 1"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"image": {"format": "png", "source": {"bytes": "?"}}}],
                    }
                ]
            },
            "'messages.0.content.0.image.source.bytes' .*base64",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"toolResult": {"toolUseId": "a b", "content": []}}],
                    }
                ]
            },
            "toolUseId' .*regular expression pattern",
        ),
        ({"requestMetadata": {"a": 1}}, "'requestMetadata.a' .*a string"),
        ({"requestMetadata": {}}, "'requestMetadata' .*length greater than or equal to 1"),
        (
            {"inferenceConfig": {"stopSequences": ["x"] * 2_501}},
            "'inferenceConfig.stopSequences' .*length less than or equal to 2500",
        ),
        (
            {"outputConfig": {"effort": "x" * 17}},
            "'outputConfig.effort' .*length less than or equal to 16",
        ),
        ({"serviceTier": {"type": "gold"}}, "'serviceTier.type' .*enum value set: \\[priority"),
    ],
)
def test_a_broken_body_is_told_where_and_why(body: dict[str, Any], expected: str) -> None:
    assert re.search(expected, explain(body))


def test_a_message_never_repeats_the_value() -> None:
    assert "secret" not in explain({"messages": [{"role": "secret prompt", "content": []}]})
