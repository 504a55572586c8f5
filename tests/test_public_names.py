import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import bedrock_llm

SEED_NAMES = {
    "BaseModelImplementation",
    "ClaudeImplementation",
    "LlamaImplementation",
    "Message",
    "ModelConfig",
    "ModelFactory",
    "ModelObserver",
    "ModelStrategy",
    "Request",
    "Response",
}


def test_the_public_names_are_sorted():
    assert list(bedrock_llm.__all__) == sorted(bedrock_llm.__all__)


@pytest.mark.parametrize("name", bedrock_llm.__all__)
def test_every_public_name_exists_and_is_documented(name):
    public = getattr(bedrock_llm, name)
    assert (public.__doc__ or "").strip()


def test_the_seed_names_are_public():
    assert set(bedrock_llm.__all__) >= SEED_NAMES


def test_a_star_import_works():
    names = {}
    exec("from bedrock_llm import *", names)  # noqa: S102  a star import works at module level only
    assert set(bedrock_llm.__all__) <= set(names)


def test_importing_the_package_loads_no_client_and_sets_no_logging_up():
    code = (
        "import sys, logging; import bedrock_llm; "
        "heavy = {'boto3', 'botocore', 'aiohttp', 'numpy', 'rich', 'click'} & set(sys.modules); "
        "assert not heavy, heavy; "
        "assert not logging.getLogger().handlers"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_submodule_imports_alone():
    for name in ("catalog", "families", "model", "streaming", "tokens", "transport", "wire"):
        importlib.import_module(f"bedrock_llm.{name}")


def test_type_checkers_are_told_the_same_names_and_homes():
    stub = ast.parse((Path(bedrock_llm.__file__).parent / "__init__.pyi").read_text("utf-8"))
    told = {
        name.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    modules = {name for name, home in told.items() if home == "bedrock_llm"}
    assert modules == bedrock_llm._MODULES
    assert {name: told[name] for name in told.keys() - modules} == bedrock_llm._HOME_OF


@pytest.mark.parametrize("name", sorted(bedrock_llm._MODULES))
def test_public_modules_need_no_import_of_their_own(name):
    code = f"import bedrock_llm; bedrock_llm.{name}.__doc__.strip()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_counting_tokens_loads_no_pydantic():
    code = (
        "import sys; from bedrock_llm import Tokenizer; "
        "Tokenizer.for_model('openai.gpt-oss-20b-1:0').count('x'); "
        "assert 'pydantic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'ModelFactry'"):
        bedrock_llm.ModelFactry  # noqa: B018  the look-up is the test
