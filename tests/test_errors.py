import inspect
import pickle

import pytest

from bedrock_llm import errors
from bedrock_llm.errors import BedrockLLMError, ServiceError

ALL_ERRORS = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, BedrockLLMError)
]


@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_is_drawn_in_the_tree(error):
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_says_what_it_means(error):
    summary = (error.__doc__ or "").splitlines()[0]
    assert summary.startswith(("Say that", "Base of")), summary
    assert summary.endswith(".")


def build(error):
    facts = {"code": "SomeException"} if issubclass(error, ServiceError) else {}
    return error("what happened", model_id="a.b", request_id="r-1", **facts)


@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_carries_its_facts(error):
    raised = build(error)
    assert (str(raised), raised.model_id, raised.request_id) == ("what happened", "a.b", "r-1")
    assert raised.is_retryable in {True, False}


@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_survives_pickling_with_its_facts(error):
    raised = build(error)
    copied = pickle.loads(pickle.dumps(raised))  # noqa: S301  our own bytes
    assert type(copied) is error
    assert copied.__dict__ == raised.__dict__


@pytest.mark.parametrize("error", [e for e in ALL_ERRORS if issubclass(e, ServiceError)])
def test_a_service_error_names_its_code_and_status(error):
    raised = build(error)
    assert raised.code == "SomeException"
    assert 400 <= raised.status_code < 600
