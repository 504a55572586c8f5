"""A small run of `scripts/check_prompts.py`, and proofs that it would see a fault."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from bedrock_llm.tokens import Tokenizer

SCRIPTS = Path(__file__).parents[2] / "scripts"
TEMPLATES = [
    ("llama3", "llama_models"),
    ("llama3.1", "llama_models"),
    ("llama4", "llama_models"),
    ("mistral-v1", "mistral_common"),
    ("mistral-v2", "mistral_common"),
    ("mistral-v3", "mistral_common"),
    ("mistral-v7", "mistral_common"),
    ("mistral-v11", "mistral_common"),
    ("mistral-v13", "mistral_common"),
]


@pytest.fixture(scope="module")
def prompts():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        yield import_module("check_prompts")


@pytest.fixture(scope="module")
def talks(prompts):
    return import_module(prompts.make_talks.__module__)


def test_every_oracle_is_run(prompts):
    assert [name for name, _ in TEMPLATES] == list(prompts.ORACLES)


@pytest.mark.parametrize(("template", "package"), TEMPLATES)
def test_ids_equal_those_of_the_vendors_encoder(prompts, template, package):
    pytest.importorskip(package)
    oracle = prompts.ORACLES[template]
    faults = list(prompts.check_template(oracle, seed=1, number=40))
    assert faults == []


@pytest.mark.parametrize(
    "fault",
    [
        lambda given: given | {"system": [{"text": "x"}]},
        lambda given: given | {"messages": [*given["messages"], given["messages"][0]]},
        lambda given: given | {"template": "llama3-served"},
    ],
    ids=["system", "message", "template"],
)
def test_a_difference_is_seen(prompts, talks, fault):
    pytest.importorskip("llama_models")
    oracle = prompts.ORACLES["llama3"]
    talk = talks.Talk(system=(), acts=(talks.Act(role="user", texts=(" hi\n",)),))
    expected = oracle.open()(talk)
    tokenizer = Tokenizer.for_name(oracle.vocabulary)
    given = talks.as_anthropic(talk)
    assert prompts.compare(oracle, tokenizer, given, expected) == ""
    changed = fault(given)
    asked = replace(oracle, template=changed.pop("template", oracle.template))
    assert "expected" in prompts.compare(asked, tokenizer, changed, expected)


def test_talks_depend_on_the_seed_and_their_place_alone(talks):
    three = list(talks.make_talks(5, 3, talks.Limits()))
    assert list(talks.make_talks(5, 9, talks.Limits()))[:3] == three
    assert list(talks.make_talks(6, 3, talks.Limits())) != three
