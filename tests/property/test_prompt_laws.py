"""What holds of every prompt: counted equals sent, the spans are the text, nothing is forged."""

from importlib import import_module
from pathlib import Path

import pytest

from bedrock_llm.context import count_request
from bedrock_llm.framing import FRAMING_ROWS, read_conversation
from bedrock_llm.framing.rendered import RenderedFraming
from bedrock_llm.requests import Request
from bedrock_llm.template import TEMPLATE_ROWS, encode_prompt, format_prompt
from bedrock_llm.template.prompt import render_leniently
from bedrock_llm.tokens import Tokenizer

SCRIPTS = Path(__file__).parents[2] / "scripts"
TALKS = 40
RENDERED = [row for row in FRAMING_ROWS if isinstance(row.framing, RenderedFraming)]


@pytest.fixture(scope="module")
def talks():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        yield import_module("prompt_conversations")


def requests_of(talks, seed, model_id):
    limits = talks.Limits(has_empty_replies=False)
    for talk in talks.make_talks(seed, TALKS, limits):
        body = talks.as_converse(talk)
        given = {"messages": body["messages"]}
        given |= {"system": body["system"]} if body["system"] else {}
        given |= {"toolConfig": body["tools"]} if talk.tools else {}
        yield given, Request.from_converse(given, model_id=model_id)


@pytest.mark.parametrize("row", RENDERED, ids=lambda row: f"{row.prefix} {row.api}")
def test_a_request_counts_what_its_prompt_has_in_ids(talks, row):
    model_id = f"{row.prefix}x-1" if row.prefix.endswith((".", "-")) else row.prefix
    tokenizer = Tokenizer.for_model(model_id)
    framing = row.framing
    for given, request in requests_of(talks, 3, model_id):
        counted = count_request(
            request, model_id=model_id, tokenizer=tokenizer, api=row.api or "converse"
        )
        has_tools = "toolConfig" in given or "tool" in str(given["messages"])
        page = render_leniently(
            (has_tools and framing.tool_template) or framing.template,
            given["messages"],
            system=given.get("system", []),
            tools=given.get("toolConfig", {}).get("tools", []),
        )
        extra = framing.count_extra(read_conversation(request))
        assert counted.tokens == page.count(tokenizer, is_joined=True) + extra
        assert sum(counted.messages) + counted.system + counted.tools + counted.framing == (
            counted.tokens
        )


EXACT = {
    "meta.llama3-8b-instruct-v1:0": "llama3-served",
    "meta.llama3-3-70b-instruct-v1:0": "llama3.1-served",
    "mistral.mistral-large-2407-v1:0": "mistral-v3",
    "qwen.qwen3-32b-v1:0": "qwen3",
    "deepseek.v3.2": "deepseek-v3.2",
    "zai.glm-4.6": "glm-4.6",
    "minimax.minimax-m2": "minimax-m2",
}


@pytest.mark.parametrize(("model_id", "template"), EXACT.items())
def test_the_count_of_a_prompt_is_its_number_of_ids(talks, model_id, template):
    tokenizer = Tokenizer.for_model(model_id)
    if tokenizer.exactness != "exact":
        pytest.skip("the vocabulary comes with the extra llama, which is not installed")
    for talk in talks.make_talks(4, TALKS, talks.Limits(has_declared=False)):
        given = talks.as_openai(talk) | {"tools": None}
        named = given | {"model": model_id, "template": template}
        prompt = format_prompt(**named, control_tokens="allow")
        assert prompt.tokens == len(encode_prompt(**named))


@pytest.mark.parametrize("row", TEMPLATE_ROWS, ids=lambda row: row.prefix)
def test_three_shapes_of_messages_are_one_prompt(talks, row):
    limits = talks.Limits(has_tools=False, has_empty_replies=False, has_repeated_roles=False)
    for talk in talks.make_talks(5, TALKS, limits):
        given = [talks.as_converse(talk), talks.as_anthropic(talk)]
        texts = {
            format_prompt(
                each["messages"],
                model="meta.llama4-x",
                system=each["system"],
                template=row.template,
            ).text
            for each in given
        }
        assert len(texts) == 1


@pytest.mark.parametrize("row", TEMPLATE_ROWS, ids=lambda row: row.prefix)
def test_content_is_found_again_in_the_spans_and_nothing_is_forged(talks, row):
    limits = talks.Limits(has_tools=False, has_empty_replies=False, has_repeated_roles=False)
    for talk in talks.make_talks(6, TALKS, limits):
        given = talks.as_anthropic(talk) | {"tools": None}
        named = given | {"model": "meta.llama4-x", "template": row.template}
        plain = format_prompt(**named, control_tokens="allow")
        guarded = format_prompt(**named)
        assert "".join(plain.text[span.start : span.end] for span in plain.spans) == plain.text
        controls = [plain.text[s.start : s.end] for s in plain.spans if s.kind == "control"]
        assert controls == [
            guarded.text[s.start : s.end] for s in guarded.spans if s.kind == "control"
        ]
        assert guarded.text.replace("\u200b", "") == plain.text.replace("\u200b", "")
        stripped = format_prompt(**named, control_tokens="strip")
        for token in set(controls):
            assert stripped.text.count(token) == guarded.text.count(token) == controls.count(token)
