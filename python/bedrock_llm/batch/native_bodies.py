"""Turn `modelInput` of a Bedrock batch line into a prompt, whatever family wrote it.

    Converse, Nova, Anthropic, OpenAI chat   have `messages`
    the others                               have one text: `text_bodies.py`

Each shape is one row of `NATIVE_BODIES`: how it is recognised and what reads it. Parameters that
Converse has no name for go to `additional_model_request_fields`, for they are the model's own.

Source of the keys: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html and
its page per family (2026-11-22).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bedrock_llm.batch.anthropic_body import is_anthropic_body, read_anthropic_body
from bedrock_llm.batch.fields import Fields
from bedrock_llm.batch.openai_body import OWN_KEYS, is_openai_body, read_openai_body
from bedrock_llm.batch.rows import Prompt
from bedrock_llm.batch.text_bodies import (
    read_command_body,
    read_prompt_body,
    read_titan_body,
    split_parameters,
)
from bedrock_llm.errors import InputError

_TITAN_EMBEDDING = frozenset({"dimensions", "normalize", "embeddingTypes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyKind:
    """Name one shape of a request body, with how it is recognised and read."""

    name: str
    recognises: Callable[[Mapping[str, object]], bool]
    read: Callable[[Mapping[str, object]], Prompt]


def read_chat_body(value: Mapping[str, object]) -> Prompt:
    """Read a mapping with `messages` in any of the chat shapes.

    Raises:
        InputError: Something in it has no place in Converse.
    """
    return _read(value, CHAT_BODIES)


def read_native_body(value: object) -> Prompt:
    """Read `modelInput`, whatever family's shape it has.

    Raises:
        InputError: No row of the table knows the shape, or Converse has no place for a part of it.
    """
    return _read(Fields(value, where="'modelInput'").rest(), NATIVE_BODIES)


def _read(value: Mapping[str, object], kinds: tuple[BodyKind, ...]) -> Prompt:
    for kind in kinds:
        if kind.recognises(value):
            return kind.read(value)
    raise InputError(
        f"a body with the keys {', '.join(map(repr, value)) or 'none'} is no text request known "
        f"here; known: {', '.join(kind.name for kind in kinds)}"
    )


def _has(name: str) -> Callable[[Mapping[str, object]], bool]:
    return lambda value: name in value


def _read_converse(value: Mapping[str, object]) -> Prompt:
    fields = Fields(value, where="the Converse body")
    model_id = fields.optional_text("modelId") or fields.optional_text("model")
    return Prompt(messages=fields.take("messages"), parameters=fields.rest(), model_id=model_id)


def _read_nova(value: Mapping[str, object]) -> Prompt:
    """Read Nova's native body: Converse's, but for its parameters and its cache points."""
    fields = Fields(value, where="the Nova body")
    fields.take("schemaVersion")
    messages = [_separate(message) for message in fields.array("messages")]
    system = _separate_blocks(fields.take("system"))
    config = fields.take("inferenceConfig") or {}
    parameters = split_parameters(
        Fields(config, where="'inferenceConfig'").rest(), nested="inferenceConfig"
    )
    if system:
        parameters["system"] = system
    return Prompt(messages=messages, parameters=fields.rest() | parameters)


def _separate(message: object) -> object:
    if not isinstance(message, Mapping):
        return message
    return {**message, "content": _separate_blocks(message.get("content"))}


def _separate_blocks(content: object) -> object:
    """Give every part a block of its own: Nova takes text and cachePoint in one, Converse not."""
    if not isinstance(content, list):
        return content
    return [
        {name: block[name]}
        for block in content
        for name in sorted(block, key=lambda name: name == "cachePoint")
    ]


def _read_own_openai(value: Mapping[str, object]) -> Prompt:
    """Read an OpenAI body that Bedrock itself would get: what Converse lacks, the model takes."""
    own = {name: item for name, item in value.items() if name in OWN_KEYS and item is not None}
    rest = {name: item for name, item in value.items() if name not in own}
    prompt = read_openai_body(rest)
    known = prompt.parameters.get("additional_model_request_fields")
    fields = {**(known if isinstance(known, Mapping) else {}), **own}
    extra = {"additional_model_request_fields": fields} if fields else {}
    return replace(prompt, parameters={**prompt.parameters, **extra})


def _is_nova(value: Mapping[str, object]) -> bool:
    config = value.get("inferenceConfig")
    names = frozenset(config) if isinstance(config, Mapping) else frozenset[str]()
    if "messages" not in value:
        return False
    return "schemaVersion" in value or not names.isdisjoint({"topK", "max_new_tokens"})


def _is_chat(value: Mapping[str, object]) -> bool:
    return "messages" in value and "inferenceConfig" not in value and "max_tokens" in value


_ANTHROPIC = BodyKind(name="Anthropic", recognises=is_anthropic_body, read=read_anthropic_body)
_CONVERSE = BodyKind(name="Converse", recognises=_has("messages"), read=_read_converse)

CHAT_BODIES = (
    _ANTHROPIC,
    BodyKind(name="OpenAI chat", recognises=is_openai_body, read=read_openai_body),
    _CONVERSE,
)

NATIVE_BODIES = (
    _ANTHROPIC,
    BodyKind(name="Nova", recognises=_is_nova, read=_read_nova),
    BodyKind(name="OpenAI chat", recognises=is_openai_body, read=_read_own_openai),
    BodyKind(name="chat", recognises=_is_chat, read=_read_own_openai),
    _CONVERSE,
    BodyKind(name="text prompt", recognises=_has("prompt"), read=read_prompt_body),
    BodyKind(
        name="Titan text",
        recognises=lambda value: "inputText" in value and _TITAN_EMBEDDING.isdisjoint(value),
        read=read_titan_body,
    ),
    BodyKind(name="Cohere Command R", recognises=_has("message"), read=read_command_body),
)
