"""The configuration of a model: defaults, refusals, and a key that is never shown."""

import traceback
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bedrock_llm.config import ModelConfig, parse_config
from bedrock_llm.errors import BedrockLLMError, ConfigurationError, ParameterError
from bedrock_llm.parameters import GenerationParameters

KEY = "bedrock-api-key-very-secret"


def test_defaults_are_those_of_long_answers() -> None:
    config = ModelConfig(model_id="m")
    assert (config.timeout_seconds, config.connect_timeout_seconds) == (600, 10)
    assert (config.idle_timeout_seconds, config.max_retries, config.max_concurrency) == (120, 4, 64)
    assert config.parameters == GenerationParameters()
    for name in ("region_name", "profile_name", "endpoint_url", "api_key"):
        assert getattr(config, name) is None


def test_timeout_is_timeout_seconds() -> None:
    assert ModelConfig(model_id="m", timeout=5) == ModelConfig(model_id="m", timeout_seconds=5.0)


def test_generation_parameters_are_taken_as_a_mapping_too() -> None:
    config = ModelConfig(model_id="m", parameters={"maxTokens": 5})
    assert config.parameters == GenerationParameters(max_tokens=5)


def test_a_configuration_is_an_immutable_value() -> None:
    one, two = (ModelConfig(model_id="m", api_key=KEY) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    with pytest.raises(ValidationError, match="frozen"):
        one.model_id = "n"  # type: ignore[misc]  # refused at run time too


def test_the_key_is_never_shown() -> None:
    config = ModelConfig(model_id="m", api_key=KEY)
    assert isinstance(config.api_key, SecretStr)
    assert config.api_key.get_secret_value() == KEY
    shown = (repr(config), str(config), str(config.model_dump()), config.model_dump_json())
    assert not any(KEY in text for text in shown)


@pytest.mark.parametrize("fields", [{"api_key": {KEY: KEY}}, {"api_key": [KEY]}, {"api_key": ""}])
def test_a_refused_key_is_not_shown_either(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"^api_key: must be text, not empty$") as caught:
        ModelConfig(model_id="m", **fields)
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"regoin_name": "x"}, r"^unknown setting 'regoin_name'; did you mean 'region_name'\?$"),
        ({"qqqq": 1}, r"^unknown setting 'qqqq'; known: api_key, connect_timeout_seconds, "),
        (
            {"region_name": "US East 1"},
            r"^region_name: must be an AWS region such as 'us-east-1'; got",
        ),
        (
            {"endpoint_url": "localhost:80"},
            r"^endpoint_url: must be an address that begins with http:",
        ),
        ({"endpoint_url": "ftp://a"}, r"^endpoint_url: must be an address"),
        ({"endpoint_url": "http://"}, r"^endpoint_url: must be an address"),
        ({"timeout": 0}, r"^timeout: .*greater than 0; got 0$"),
        ({"timeout_seconds": "5"}, r"^timeout_seconds: must be a number; got '5'$"),
        ({"timeout_seconds": True}, r"^timeout_seconds: must be a number; got True$"),
        ({"timeout_seconds": float("inf")}, r"^timeout_seconds: "),
        ({"max_retries": -1}, r"^max_retries: .*greater than or equal to 0; got -1$"),
        ({"max_retries": 1.5}, r"^max_retries: must be a whole number; got 1.5$"),
        ({"max_concurrency": 0}, r"^max_concurrency: .*greater than or equal to 1; got 0$"),
        ({"profile_name": ""}, r"^profile_name: "),
        ({"parameters": 5}, r"^parameters: must be GenerationParameters or a mapping; got 5$"),
    ],
)
def test_what_is_refused_is_told_in_one_line(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        ModelConfig(model_id="m", **fields)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model_id", ["", 5, "x" * 2049])
def test_a_model_id_is_a_text(model_id: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^model_id: "):
        ModelConfig(model_id=model_id)


def test_addresses_of_http_and_https_are_taken() -> None:
    for url in ("http://127.0.0.1:8080", "https://bedrock-runtime.us-east-1.amazonaws.com/x"):
        assert ModelConfig(model_id="m", endpoint_url=url).endpoint_url == url


def test_flat_keywords_are_settings_and_parameters() -> None:
    config = parse_config(
        "m",
        {
            "timeout": 3,
            "maxTokens": 7,
            "temperature": 0,
            "region_name": None,
            "parameters": {"top_p": 1},
        },
    )
    assert config == ModelConfig(
        model_id="m",
        timeout_seconds=3,
        parameters=GenerationParameters(max_tokens=7, temperature=0, top_p=1),
    )
    assert parse_config("m", {}) == ModelConfig(model_id="m")


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (
            {"temprature": 1},
            ConfigurationError,
            "parameter 'temprature'; did you mean 'temperature'",
        ),
        (
            {"max_retrys": 1},
            ConfigurationError,
            "parameter 'max_retrys'; did you mean 'max_retries'",
        ),
        ({"temperature": 9}, ParameterError, "^temperature must be between 0 and 1; got 9$"),
        (
            {"parameters": {"temperature": 9}},
            ParameterError,
            "^temperature must be between 0 and 1",
        ),
        ({"max_retries": -1}, ConfigurationError, "^max_retries: "),
    ],
)
def test_flat_keywords_are_refused_by_what_they_are(
    values: dict[str, Any], error: type[BedrockLLMError], message: str
) -> None:
    with pytest.raises(error, match=message):
        parse_config("m", values)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="no user name and no password") as caught:
        ModelConfig(model_id="m", endpoint_url="http://user:s3cr3t@127.0.0.1:9")
    assert "s3cr3t" not in str(caught.value)
