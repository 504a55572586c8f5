"""How each library is opened for a format: a function from messages to the prompt's text.

What can be prepared once is prepared once: templates are compiled, models are found. Messages are
OpenAI's dicts, or the library's own objects where it takes no dicts (`Opened.read`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from prompt_comparison.formats import Format, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A library, ready for one format.

    Attributes:
        render: Makes the text; it is what is timed.
        read: Makes the library's messages of dicts.
        cross: Reads the messages into the core and makes nothing of them: the crossing alone.
    """

    render: Callable[[Any], str]
    read: Callable[[list[Message]], Any] = list
    cross: Callable[[Any], object] | None = None


def open_by_hand(form: Format) -> Opened:
    """Open a join in Python, which defends nothing."""
    return Opened(render=form.join)


def open_own(form: Format, control_tokens: str = "escape") -> Opened:
    """Open ours, with its defence against forged control tokens."""
    format_prompt = import_module("bedrock_llm.template").format_prompt
    model = form.model
    return Opened(
        render=lambda messages: str(
            format_prompt(messages, model=model, control_tokens=control_tokens).text
        ),
        cross=getattr(import_module("bedrock_llm._core"), "cross_messages", None),
    )


def open_own_allowing(form: Format) -> Opened:
    """Open ours without the defence."""
    return open_own(form, control_tokens="allow")


def open_langchain_aws(form: Format) -> Opened:
    """Open the converter of langchain-aws."""
    convert = getattr(import_module("langchain_aws.chat_models.bedrock"), form.langchain)
    read = import_module("langchain_core.messages").convert_to_messages
    return Opened(render=convert, read=read)


def open_minijinja(form: Format) -> Opened:
    """Open minijinja with a compiled template."""
    environment = import_module("minijinja").Environment(
        templates={"chat": form.template}, auto_escape_callback=lambda _: False
    )
    start = form.start
    render = environment.render_template
    render("chat", messages=[], bos_token=start, add_generation_prompt=True)
    return Opened(
        render=lambda messages: render(
            "chat", messages=messages, bos_token=start, add_generation_prompt=True
        )
    )


def open_jinja2(form: Format) -> Opened:
    """Open jinja2's immutable sandbox with a compiled template."""
    sandbox = import_module("jinja2.sandbox").ImmutableSandboxedEnvironment
    return render_compiled(sandbox(trim_blocks=True, lstrip_blocks=True), form)


def render_compiled(environment: Any, form: Format) -> Opened:
    """Render with a template that an environment of jinja2 has compiled."""
    template = environment.from_string(form.template)
    start = form.start
    return Opened(
        render=lambda messages: template.render(
            messages=messages, bos_token=start, add_generation_prompt=True
        )
    )


def open_transformers(form: Format) -> Opened:
    """Open jinja2 as transformers sets it up: its own environment, compiled once and cached."""
    module = import_module("transformers.utils.chat_template_utils")
    compiled = module._compile_jinja_template(form.template)  # noqa: SLF001  what `apply_chat_template` calls
    start = form.start
    return Opened(
        render=lambda messages: compiled.render(
            messages=messages, bos_token=start, add_generation_prompt=True
        )
    )


OPENERS: dict[str, Callable[[Format], Opened]] = {
    "own": open_own,
    "own_allowing": open_own_allowing,
    "by_hand": open_by_hand,
    "langchain_aws": open_langchain_aws,
    "minijinja": open_minijinja,
    "jinja2": open_jinja2,
    "transformers": open_transformers,
}
"""How each library is opened."""
