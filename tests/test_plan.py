"""A plan says what boto3 would have sent, or says why it cannot."""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from pydantic import SecretStr

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import ConfigurationError, CredentialsError, InvalidRequestError
from bedrock_llm.transport.calls import Operation
from bedrock_llm.transport.client_source import ClientSource
from bedrock_llm.transport.plan import CallPlan, Unplannable, make_plan
from bedrock_llm.wire import encode_json

ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3"
BODY = {"messages": [{"role": "user", "content": [{"text": "Grüße"}]}]}

pytestmark = pytest.mark.usefixtures("aws_environment")

Plan = Callable[..., CallPlan | Unplannable]


@pytest.fixture
def plan() -> Plan:
    def make(
        operation: Operation = Operation.CONVERSE,
        model_id: str = "m",
        *,
        session: Any = None,
        **fields: Any,
    ) -> CallPlan | Unplannable:
        source = ClientSource(ModelConfig(model_id="m", **fields), session=session)
        return make_plan(source, operation, model_id)

    return make


def what_boto3_sends(model_id: str, method: str, **arguments: Any) -> Any:
    """Return the request of an ordinary boto3 client, caught before it is sent."""
    client = boto3.Session().client(
        "bedrock-runtime", config=Config(retries={"total_max_attempts": 1})
    )
    caught = []

    def catch(request: Any, **_event: object) -> AWSResponse:
        caught.append(request)
        raise LookupError

    client.meta.events.register("before-send.bedrock-runtime", catch)
    with pytest.raises(LookupError):
        getattr(client, method)(modelId=model_id, **arguments)
    return caught[0]


@pytest.mark.parametrize(
    "model_id", ["anthropic.claude-3-haiku-20240307-v1:0", ARN, "us.meta.llama3-1-8b:0"]
)
def test_a_plan_goes_where_boto3_goes(plan: Plan, model_id: str) -> None:
    request = what_boto3_sends(model_id, "converse", **BODY)
    made = plan(model_id=model_id)
    assert str(made.url) == request.url
    assert made.url.raw_path.startswith("/model/")


def test_a_plan_sends_the_headers_boto3_sends(plan: Plan) -> None:
    request = what_boto3_sends("m", "converse", **BODY)
    made = plan()
    headers = asyncio.run(made.headers_for(encode_json(BODY)))
    ours, theirs = (
        {n.lower(): v for n, v in headers.items()},
        {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        },
    )
    moving = {"authorization", "x-amz-date", "amz-sdk-invocation-id", "content-length"}
    added = {"host", "accept-encoding"}
    assert set(ours) - added == set(theirs) - {"content-length"}
    fixed = set(theirs) - moving - {"user-agent"}
    assert {name: ours[name] for name in fixed} == {name: theirs[name] for name in fixed}
    assert ours["user-agent"].startswith("Boto3/")


def test_each_operation_has_its_own_path(plan: Plan) -> None:
    paths = {plan(operation).url.raw_path for operation in Operation}
    assert paths == {"/model/m/converse", "/model/m/converse-stream", "/model/m/count-tokens"}


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse"),
        (
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            "https://bedrock-runtime-fips.us-east-1.amazonaws.com/model/m/converse",
        ),
        (
            {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
            "https://bedrock-runtime.us-east-1.api.aws/model/m/converse",
        ),
        (
            {"AWS_DEFAULT_REGION": "us-gov-west-1"},
            "https://bedrock-runtime.us-gov-west-1.amazonaws.com/model/m/converse",
        ),
        (
            {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9/base"},
            "http://127.0.0.1:9/base/model/m/converse",
        ),
    ],
)
def test_endpoint_settings_of_the_environment_count(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(plan().url) == url


def test_region_and_keys_come_from_a_profile(plan: Plan, aws_environment: Any) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        aws_environment.delenv(name)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(
        "[profile there]\nregion = eu-west-1\naws_access_key_id = AKPROFILE\n"
        "aws_secret_access_key = s\n"
    )
    made = plan(profile_name="there")
    assert made.region_name == "eu-west-1"
    headers = asyncio.run(made.headers_for(b"{}"))
    assert "AKPROFILE" in headers["Authorization"]


def test_a_session_token_is_signed_and_sent(plan: Plan, aws_environment: Any) -> None:
    aws_environment.setenv("AWS_SESSION_TOKEN", "a-token")
    headers = asyncio.run(plan().headers_for(b"{}"))
    assert headers["X-Amz-Security-Token"] == "a-token"
    assert "x-amz-security-token" in headers["Authorization"]


def test_a_bearer_token_of_the_environment_is_used(plan: Plan, aws_environment: Any) -> None:
    aws_environment.setenv("AWS_BEARER_TOKEN_BEDROCK", "from-environment")
    made = plan()
    assert made.signer is None
    headers = asyncio.run(made.headers_for(b"{}"))
    assert headers["Authorization"] == "Bearer from-environment"


def test_an_api_key_belongs_to_its_client_alone(plan: Plan, aws_environment: Any) -> None:
    aws_environment.setenv("AWS_BEARER_TOKEN_BEDROCK", "from-environment")
    before = dict(os.environ)
    made = plan(api_key=SecretStr("from-argument"))
    headers = asyncio.run(made.headers_for(b"{}"))
    assert headers["Authorization"] == "Bearer from-argument"
    assert dict(os.environ) == before
    assert "from-argument" not in repr(made)


def test_an_api_key_needs_no_credentials(plan: Plan, aws_environment: Any) -> None:
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    aws_environment.delenv("AWS_SECRET_ACCESS_KEY")
    assert isinstance(plan(api_key=SecretStr("key")), CallPlan)


def test_no_secret_is_shown(plan: Plan, aws_environment: Any) -> None:
    aws_environment.setenv("AWS_SESSION_TOKEN", "a-token")
    shown = repr(plan())
    assert not any(secret in shown for secret in ("a-secret-key", "a-token", "AKIDEXAMPLE"))


def test_https_verifies_with_the_bundle_botocore_would_use(
    plan: Plan, aws_environment: Any, tmp_path: Path
) -> None:
    assert plan().request_options["ssl"].get_ca_certs()
    aws_environment.setenv("AWS_CA_BUNDLE", str(tmp_path / "absent.pem"))
    with pytest.raises(ConfigurationError, match=r"absent\.pem"):
        plan()


def test_an_http_proxy_before_https_is_carried(plan: Plan, aws_environment: Any) -> None:
    aws_environment.setenv("HTTPS_PROXY", "http://user:p%40ss@proxy.example:3128")
    options = plan().request_options
    assert str(options["proxy"]) == "http://proxy.example:3128"
    assert options["proxy_headers"] == {"Proxy-Authorization": "Basic dXNlcjpwQHNz"}


def with_handler(session: Any) -> Any:
    session.events.register("before-parameter-build.bedrock-runtime", lambda **_event: None)
    return session


def with_config(session: Any, **settings: Any) -> Any:
    session._session.set_default_client_config(Config(**settings))
    return session


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (with_handler, "a handler of '.*' is registered for 'before-parameter-build'"),
        (lambda s: with_config(s, signature_version="v3"), "auth scheme"),
        (lambda s: with_config(s, signature_version=UNSIGNED), "auth scheme"),
        (lambda s: with_config(s, client_cert="/absent.pem"), "client certificate"),
        (lambda s: with_config(s, proxies_config={"proxy_ca_bundle": "x"}), "proxy settings"),
        (lambda s: with_config(s, proxies={"https": "https://p:1"}), "plain HTTP proxy"),
    ],
    ids=[
        "handler",
        "other-scheme",
        "unsigned",
        "client-certificate",
        "proxy-settings",
        "https-proxy",
    ],
)
def test_what_a_plan_cannot_carry_is_named(
    plan: Plan, prepare: Callable[[Any], Any], reason: str
) -> None:
    made = plan(session=prepare(boto3.Session()))
    assert isinstance(made, Unplannable)
    assert re.search(reason, made.reason)


def test_a_signature_that_differs_from_botocores_is_noticed(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bedrock_llm.transport.signing._ALGORITHM", "AWS4-HMAC-SHA512")
    made = plan()
    assert isinstance(made, Unplannable)
    assert "differs from botocore's" in made.reason


def test_nothing_is_sent_while_a_plan_is_made(plan: Plan, scripted_server: Any) -> None:
    for operation in Operation:
        assert isinstance(plan(operation), CallPlan)
    assert scripted_server.connections == 0


def test_a_missing_region_is_told_with_the_way_out(plan: Plan, aws_environment: Any) -> None:
    aws_environment.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(ConfigurationError, match="region_name="):
        plan()


def test_an_unknown_profile_is_told(plan: Plan) -> None:
    with pytest.raises(ConfigurationError, match="nobody"):
        plan(profile_name="nobody")


def test_missing_credentials_are_told_with_the_way_out(plan: Plan, aws_environment: Any) -> None:
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    aws_environment.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsError, match="AWS_ACCESS_KEY_ID"):
        plan()


def test_a_region_that_is_no_host_name_is_refused(plan: Plan) -> None:
    with pytest.raises(ConfigurationError, match="us east"):
        plan(region_name="us east")


def test_an_endpoint_that_is_no_url_is_refused(plan: Plan) -> None:
    with pytest.raises(ConfigurationError, match="nonsense"):
        plan(endpoint_url="nonsense")


def test_a_model_id_boto3_refuses_is_refused(plan: Plan) -> None:
    with pytest.raises(InvalidRequestError, match="modelId"):
        plan(model_id="")
