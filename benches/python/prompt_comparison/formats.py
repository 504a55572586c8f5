"""Three prompt formats, written as little as they need: for conversations of text alone.

The templates are our own, the shortest that give the vendor's bytes on such conversations; what a
vendor publishes also has tools, dates and checks, and is slower in every engine. Standard library
only: this runs in the peers' environments.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Message: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A prompt format.

    Attributes:
        model: A model of Bedrock that reads it.
        template: The same in Jinja's language.
        start: What the template calls `bos_token`.
        join: The same as a careful user writes it in Python.
        langchain: The function of langchain-aws for it.
    """

    model: str
    template: str
    start: str
    join: Callable[[Sequence[Message]], str]
    langchain: str


def join_llama3(messages: Sequence[Message]) -> str:
    """Join as Llama 3 reads it."""
    head, end = "<|start_header_id|>", "<|end_header_id|>\n\n"
    turns = [f"{head}{row['role']}{end}{row['content'].strip()}<|eot_id|>" for row in messages]
    return f"<|begin_of_text|>{''.join(turns)}{head}assistant{end}"


def join_chatml(messages: Sequence[Message]) -> str:
    """Join as ChatML has it."""
    turns = [f"<|im_start|>{row['role']}\n{row['content']}<|im_end|>\n" for row in messages]
    return f"{''.join(turns)}<|im_start|>assistant\n"


def join_mistral(messages: Sequence[Message]) -> str:
    """Join as Mistral's first format has it: the system prompt inside the first user turn."""
    return "<s>" + "".join(mistral_parts(messages))


def mistral_parts(messages: Sequence[Message]) -> Iterator[str]:
    """Give the parts of Mistral's first format."""
    before = ""
    for message in messages:
        if message["role"] == "system":
            before = f"{message['content']}\n\n"
        elif message["role"] == "user":
            yield f"[INST] {before}{message['content']} [/INST]"
            before = ""
        else:
            yield f" {message['content']}</s>"


LLAMA3_TEMPLATE: Final = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}"
    "<|end_header_id|>\n\n{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
CHATML_TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MISTRAL_TEMPLATE: Final = (
    "{{ bos_token }}{% set place = namespace(before='') %}{% for message in messages %}"
    "{% if message['role'] == 'system' %}{% set place.before = message['content'] + '\n\n' %}"
    "{% elif message['role'] == 'user' %}[INST] {{ place.before + message['content'] }} [/INST]"
    "{% set place.before = '' %}{% else %} {{ message['content'] }}</s>{% endif %}{% endfor %}"
)
FORMATS: Final[Mapping[str, Format]] = {
    "llama3": Format(
        model="meta.llama3-8b-instruct-v1:0",
        template=LLAMA3_TEMPLATE,
        start="<|begin_of_text|>",
        join=join_llama3,
        langchain="convert_messages_to_prompt_llama3",
    ),
    "mistral": Format(
        model="mistral.mistral-7b-instruct-v0:2",
        template=MISTRAL_TEMPLATE,
        start="<s>",
        join=join_mistral,
        langchain="convert_messages_to_prompt_mistral",
    ),
    "chatml": Format(
        model="qwen.qwen3-32b-v1:0",
        template=CHATML_TEMPLATE,
        start="",
        join=join_chatml,
        langchain="convert_messages_to_prompt_qwen",
    ),
}
"""Every format by its name."""
