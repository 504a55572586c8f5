"""The rows of operations agree with botocore's service model; importing them stays cheap."""

import subprocess
import sys

import botocore.session
import pytest

from bedrock_llm.transport.calls import OPERATION_ROWS, Operation


@pytest.fixture(scope="module")
def service_model() -> object:
    return botocore.session.Session().get_service_model("bedrock-runtime")


def test_every_operation_has_a_row() -> None:
    assert set(OPERATION_ROWS) == set(Operation)


@pytest.mark.parametrize("operation", Operation)
def test_a_row_says_what_the_service_model_says(service_model: object, operation: str) -> None:
    model = service_model.operation_model(operation)
    row = OPERATION_ROWS[operation]
    assert model.http["requestUri"] == "/model/{modelId}/" + row.path_suffix
    assert model.http["method"] == "POST"
    assert model.has_event_stream_output is row.is_streaming
    assert (row.stream_member is not None) is row.is_streaming
    assert (row.final_event is not None) is row.is_streaming


@pytest.mark.parametrize("operation", Operation)
def test_a_row_names_the_method_of_a_boto3_client(operation: str) -> None:
    session = botocore.session.Session()
    session.set_credentials("key", "secret")
    client = session.create_client("bedrock-runtime", region_name="us-east-1")
    method = OPERATION_ROWS[operation].client_method
    assert client.meta.method_to_api_mapping[method] == operation


def test_importing_the_package_loads_neither_boto3_nor_aiohttp() -> None:
    program = (
        "import sys, bedrock_llm.transport as t; t.open_transport(t.__dict__['ModelConfig']"
        "(model_id='m')); print({'boto3', 'botocore', 'aiohttp'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
