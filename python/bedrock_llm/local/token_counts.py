"""Answer CountTokens.

    body ──► converse input | invokeModel body ──► tokens

Bedrock counts for few models and wants their bare id: a geography prefix is refused, and so is
every model that it does not count for. `LocalSettings.counts_every_model` lifts both.

Sources: https://github.com/maximhq/bifrost/pull/2169 and
https://github.com/agentgateway/agentgateway/pull/3254 (the refusal),
https://github.com/boto/botocore/issues/3707 (too long; there the limit was 200 000 tokens whatever
the model, here it is the model's window), read 2026-11-22.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_llm.catalog import ModelIdKind
from bedrock_llm.local.conversation import check_conversation
from bedrock_llm.local.models import HostedModel
from bedrock_llm.local.refusals import refuse_invalid

_COUNTING_SERVICE = "bedrock-runtime"
_SILENT_KEYS = frozenset(
    (
        *("anthropic_version", "cache_control", "data", "id", "media_type"),
        *("model", "role", "signature", "tool_use_id", "type"),
    ),
)
_JSON_KEYS = frozenset(("input", "input_schema"))


def count_tokens(body: Mapping[str, Any], model: HostedModel, *, counts_every_model: bool) -> int:
    """Count what a CountTokens request holds.

    Args:
        body: The checked body.
        model: The model to count for.
        counts_every_model: Count for ids that Bedrock refuses.

    Returns:
        Tokens.

    Raises:
        ServiceError: Bedrock does not count for this id, or the input is invalid.
    """
    if not counts_every_model and not _is_counted(model):
        raise refuse_invalid("The provided model doesn't support counting tokens.")
    ((kind, value),) = body["input"].items()
    tokens = _COUNTERS[kind](value, model)
    window = model.profile.context_window_tokens
    if window is not None and tokens > window:
        raise refuse_invalid(f"prompt is too long: {tokens} tokens > {window} maximum")
    return tokens


def _is_counted(model: HostedModel) -> bool:
    counted_by = model.profile.count_tokens_via or ""
    is_bare = model.identity.kind is ModelIdKind.FOUNDATION
    return is_bare and counted_by.startswith(_COUNTING_SERVICE)


def _count_converse(converse: Mapping[str, Any], model: HostedModel) -> int:
    check_conversation(converse)
    return model.count_input(converse)


def _count_native(invocation: Mapping[str, bytes], model: HostedModel) -> int:
    try:
        body = json.loads(invocation["body"])
        texts = list(_find_texts(body))
        "".join(texts).encode()
    except ValueError:
        raise refuse_invalid(
            "Malformed input request, please reformat your input and try again."
        ) from None
    if not isinstance(body, dict):
        raise refuse_invalid(
            "Malformed input request: expected type: JSONObject, please reformat your input and "
            "try again."
        )
    return max(1, sum(model.tokenizer.count(text) for text in texts))


def _find_texts(part: object) -> Iterator[str]:
    """Find the strings of a native body that reach the model."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            if key in _JSON_KEYS:
                yield json.dumps(value, ensure_ascii=False)
            elif key not in _SILENT_KEYS:
                yield from _find_texts(value)
    elif isinstance(part, Sequence):
        for item in part:
            yield from _find_texts(item)


_COUNTERS = {"converse": _count_converse, "invokeModel": _count_native}
