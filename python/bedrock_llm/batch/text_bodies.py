r"""Turn native bodies that hold one text into prompts: Llama, Mistral, Claude 2, Titan, Cohere.

    {"prompt": "...", "max_gen_len": 9}                       Llama, Mistral, Cohere, Jurassic
    {"prompt": "\n\nHuman: ...\n\nAssistant:"}                Claude 2: its turns are split
    {"inputText": "...", "textGenerationConfig": {...}}       Titan
    {"message": "...", "chat_history": [...], "preamble"}     Cohere Command R

A text prompt that carries a family's control tokens (`[INST]`, `<|eot_id|>`) is refused: Converse
applies the model's template itself, so the tokens would arrive as text and the model would see two
templates. Claude 2's markers are a request format and no tokens, so they are read. Parameters that
Converse has no name for go to `additional_model_request_fields` under the vendor's own name.

Source of the keys: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html and
its page per family (2026-11-22).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from bedrock_llm.batch.fields import Fields
from bedrock_llm.batch.rows import Prompt
from bedrock_llm.errors import InputError

_CONTROL_TEXT = ("[INST]", "<|", "<s>", "<start_of_turn>")
_CLAUDE_TURN = re.compile(r"(?:^|\n\n)(Human|Assistant):")
_CLAUDE_ROLES = MappingProxyType({"Human": "user", "Assistant": "assistant"})
_COHERE_ROLES = MappingProxyType({"USER": "user", "CHATBOT": "assistant"})
_CONVERSE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "max_tokens": "max_tokens",
        "max_gen_len": "max_tokens",  # Llama
        "max_tokens_to_sample": "max_tokens",  # Claude 2
        "maxTokens": "max_tokens",  # Jurassic
        "maxTokenCount": "max_tokens",  # Titan
        "max_new_tokens": "max_tokens",  # Nova's older name
        "temperature": "temperature",
        "top_p": "top_p",
        "topP": "top_p",
        "p": "top_p",  # Cohere
        "stop_sequences": "stop_sequences",
        "stopSequences": "stop_sequences",
        "stop": "stop_sequences",  # Mistral
    }
)
# What describes the HTTP call, not the prompt: the whole reply is collected either way.
_CALL_KEYS = frozenset({"stream", "stream_options", "anthropic_version", "schemaVersion", "model"})
# Values that ask for what happens anyway.
_OFF = MappingProxyType({"num_generations": 1})


def split_parameters(values: Mapping[str, object], *, nested: str = "") -> dict[str, object]:
    """Turn native parameters into Converse's, and keep the others as the model's own fields.

    Args:
        values: The parameters by the vendor's names; null and empty lists are not set.
        nested: The key under which the vendor nests its parameters; empty for none.

    Returns:
        Generation parameters; what Converse has no name for is under
        `additional_model_request_fields`, nested as the vendor nests it.
    """
    parameters: dict[str, object] = {}
    own: dict[str, object] = {}
    for name, value in values.items():
        if name in _CALL_KEYS or value is None or value == [] or _OFF.get(name) == value:
            continue
        known = _CONVERSE_NAMES.get(name)
        if known is None:
            own[name] = value
        else:
            parameters[known] = value
    if own:
        parameters["additional_model_request_fields"] = {nested: own} if nested else own
    return parameters


def read_prompt_body(value: Mapping[str, object]) -> Prompt:
    """Read a body whose `prompt` is one text.

    Raises:
        InputError: The text carries a template's control tokens.
    """
    fields = Fields(value, where="the body")
    text = _plain(fields.text("prompt"))
    messages: object = text
    parameters = split_parameters(fields.rest())
    if _CLAUDE_TURN.search(text):
        head, messages = _split_turns(text)
        parameters |= {"system": head} if head else {}
    return Prompt(messages=messages, parameters=parameters)


def read_titan_body(value: Mapping[str, object]) -> Prompt:
    """Read a body whose `inputText` is one text.

    Raises:
        InputError: The text carries a template's control tokens, or a key has no place.
    """
    fields = Fields(value, where="the Titan body")
    text = _plain(fields.text("inputText"))
    nested = "inferenceConfig" if "inferenceConfig" in value else "textGenerationConfig"
    config = Fields(fields.take(nested) or {}, where=repr(nested)).rest()
    fields.close()
    return Prompt(messages=text, parameters=split_parameters(config, nested=nested))


def read_command_body(value: Mapping[str, object]) -> Prompt:
    """Read a body of Cohere's Command R: history, preamble and the message that is new.

    Raises:
        InputError: A turn of the history is malformed.
    """
    fields = Fields(value, where="the Cohere body")
    turns = [*fields.array("chat_history"), {"role": "USER", "message": fields.text("message")}]
    preamble = fields.optional_text("preamble")
    system = {"system": preamble} if preamble else {}
    return Prompt(
        messages=[_cohere_turn(turn, number) for number, turn in enumerate(turns, start=1)],
        parameters=split_parameters(fields.rest()) | system,
    )


def _plain(text: str) -> str:
    found = next((mark for mark in _CONTROL_TEXT if mark in text), None)
    if found is not None:
        raise InputError(
            f"the prompt carries the template's control text {found!r}; Converse applies the "
            "template itself: write the turns as 'messages'"
        )
    return text


def _split_turns(text: str) -> tuple[str, list[dict[str, object]]]:
    head, *turns = _CLAUDE_TURN.split(text)
    pairs = zip(turns[::2], turns[1::2], strict=True)
    messages: list[dict[str, object]] = [
        {"role": _CLAUDE_ROLES[marker], "content": said.strip()}
        for marker, said in pairs
        if said.strip()
    ]
    if not messages:
        raise InputError("the prompt has 'Human:' and 'Assistant:' turns, but all are empty")
    return head.strip(), messages


def _cohere_turn(value: object, number: int) -> dict[str, object]:
    turn = Fields(value, where=f"turn {number} of 'chat_history'")
    role = turn.text("role")
    if role not in _COHERE_ROLES:
        raise InputError(f"turn {number}: role {role!r} is none of {', '.join(_COHERE_ROLES)}")
    message: dict[str, object] = {"role": _COHERE_ROLES[role], "content": turn.text("message")}
    turn.close()
    return message
