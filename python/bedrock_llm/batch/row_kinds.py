"""Turn a record into a row: which shape it has is a row of a table.

    {"prompt": "..."}                                        prompt
    {"messages": [...], "inferenceConfig": {...}}            Converse, OpenAI or Anthropic messages
    {"custom_id", "method", "url", "body": {...}}            a line of an OpenAI batch
    {"recordId", "modelInput": {...}}                        a line of a Bedrock batch job

Every kind may also carry an id (`id`, `custom_id`, `recordId`), a model (`model`, `model_id`,
`modelId`) and `metadata`, which is copied to the output. What is left are generation parameters,
so a misspelt one is refused with the nearest known name, not ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b

from bedrock_llm.batch.fields import Fields, describe
from bedrock_llm.batch.native_bodies import read_chat_body, read_native_body
from bedrock_llm.batch.openai_body import read_openai_body
from bedrock_llm.batch.row_ids import RowIds
from bedrock_llm.batch.rows import Prompt, Record, Row
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import BedrockLLMError, InputError

ID_KEYS = ("id", "custom_id", "recordId")
MODEL_KEYS = ("model", "model_id", "modelId")
_NOT_KEYWORDS = frozenset({"self", "messages"})
_TEMPLATE_KEYS = ("system",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowKind:
    """Name one shape of a record, the key that marks it, and what reads it."""

    name: str
    key: str
    read: Callable[[dict[str, object]], Prompt]


class RowReader:
    """Turn records into rows, one after the other, with unique ids.

    Args:
        template: The prompt's template, or None where records are requests themselves.
    """

    def __init__(self, template: PromptTemplate | None = None) -> None:
        self._template = template
        self.row_ids = RowIds()
        self._next_index = 0

    def read(self, record: Record) -> Row:
        """Read one record; a record that cannot be read becomes a row with a fault."""
        index = self._next_index
        self._next_index += 1
        row_id, id_fault = _find_id(record)
        row_id = self.row_ids.unique(row_id, number=index + 1)
        digest = _digest(row_id, record.raw)
        metadata = None if record.value is None else record.value.get("metadata")
        prompt, fault = None, None
        try:
            prompt = self._read_prompt(record, id_fault)
        except BedrockLLMError as error:
            error.message = f"{record.place}: {error.message}"
            fault = error
        return Row(
            index=index,
            row_id=row_id,
            digest=digest,
            prompt=prompt,
            metadata=metadata,
            fault=fault,
            model_id=_find_model(record),
        )

    def _read_prompt(self, record: Record, id_fault: str | None) -> Prompt:
        if id_fault is not None:
            raise InputError(id_fault)
        if record.value is None:
            raise InputError(record.fault or "nothing could be read")
        value = dict(record.value)
        if self._template is not None:
            value = _fill(self._template, value)
        for key in ID_KEYS:
            value.pop(key, None)
        kind = next((kind for kind in ROW_KINDS if kind.key in value), None)
        if kind is None:
            raise InputError(_no_kind(value))
        return _check_names(kind.read(value))


def _find_id(record: Record) -> tuple[str, str | None]:
    for key in ID_KEYS:
        value = None if record.value is None else record.value.get(key)
        if isinstance(value, str) or type(value) is int:
            return str(value), None
        if value is not None:
            return record.default_id, f"{key!r} must be text or a number; found {describe(value)}"
    return record.default_id, None


def _find_model(record: Record) -> str | None:
    value = record.value or {}
    body = value.get("body")
    places = (value, body) if isinstance(body, Mapping) else (value,)
    named = (place.get(key) for place in places for key in MODEL_KEYS)
    return next((model_id for model_id in named if isinstance(model_id, str)), None)


def _digest(row_id: str, raw: bytes) -> int:
    head = row_id.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(head + b"\0" + raw, digest_size=8).digest())


def _fill(template: PromptTemplate, value: Mapping[str, object]) -> dict[str, object]:
    """Keep the filled prompt and the columns that mean something to a row."""
    kept = {
        name: value[name]
        for name in (*MODEL_KEYS, *_TEMPLATE_KEYS)
        if name not in template.columns and value.get(name) not in (None, "")
    }
    return {"prompt": template.render(value), **kept}


def _check_names(prompt: Prompt) -> Prompt:
    """Refuse names that no parameter can have, because they are no keywords of a call."""
    for name in prompt.parameters:
        if name in _NOT_KEYWORDS:
            raise InputError(f"{name!r} is no generation parameter; remove it")
    return prompt


def _no_kind(value: Mapping[str, object]) -> str:
    return (
        f"a row needs one of {', '.join(repr(kind.key) for kind in ROW_KINDS)}; "
        f"found the keys {', '.join(map(repr, value)) or 'none'}; to make a prompt of columns, "
        'give a template such as "Translate {text}"'
    )


def _read_prompt_row(value: dict[str, object]) -> Prompt:
    text = value.pop("prompt")
    if not isinstance(text, str):
        raise InputError(f"'prompt' must be text; found {describe(text)}; use 'messages' for turns")
    return _with_parameters(value, messages=text)


def _read_messages_row(value: dict[str, object]) -> Prompt:
    value.pop("metadata", None)
    model_id = _take_model(value)
    prompt = read_chat_body(value)
    return replace(prompt, model_id=model_id or prompt.model_id)


def _read_openai_line(value: dict[str, object]) -> Prompt:
    url = value.get("url", "/v1/chat/completions")
    if not (isinstance(url, str) and url.endswith("/chat/completions")):
        raise InputError(f"only lines for /v1/chat/completions are chat requests; found {url!r}")
    prompt = read_openai_body(Fields(value["body"], where="'body'").rest())
    return _finish_line(value, prompt, known=("body", "url", "method"))


def _read_bedrock_line(value: dict[str, object]) -> Prompt:
    prompt = read_native_body(value["modelInput"])
    return _finish_line(value, prompt, known=("modelInput",))


def _finish_line(value: dict[str, object], prompt: Prompt, *, known: tuple[str, ...]) -> Prompt:
    """Let the line around a body name the model; refuse what else stands beside the body."""
    model_id = _take_model(value)
    left = [name for name in value if name not in (*known, "metadata")]
    if left:
        raise InputError(
            f"{', '.join(map(repr, left))} beside {known[0]!r} would be lost; move it into the body"
        )
    return replace(prompt, model_id=model_id or prompt.model_id)


def _with_parameters(value: dict[str, object], *, messages: object) -> Prompt:
    value.pop("metadata", None)
    model_id = _take_model(value)
    return Prompt(messages=messages, parameters=value, model_id=model_id)


def _take_model(value: dict[str, object]) -> str | None:
    given = {key: value.pop(key, None) for key in MODEL_KEYS}
    named = {key: model_id for key, model_id in given.items() if model_id is not None}
    for key, model_id in named.items():
        if not isinstance(model_id, str) or not model_id:
            raise InputError(f"{key!r} must be a model id; found {describe(model_id)}")
    ids = [str(model_id) for model_id in named.values()]
    if len(set(ids)) > 1:
        raise InputError(f"the row names two models, {ids[0]!r} and {ids[1]!r}; keep one of them")
    return ids[0] if ids else None


ROW_KINDS = (
    RowKind(name="OpenAI batch line", key="body", read=_read_openai_line),
    RowKind(name="Bedrock batch line", key="modelInput", read=_read_bedrock_line),
    RowKind(name="messages", key="messages", read=_read_messages_row),
    RowKind(name="prompt", key="prompt", read=_read_prompt_row),
)
