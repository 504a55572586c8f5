"""The crossing into the counting core: how many tokens a request holds.

    Request ─► texts (system, messages, tools) ─► tokens of each ─► TokenCount

The count covers every text that a request carries: system prompt, message text, tool descriptions
and schemas, tool inputs and results, reasoning. Two things are not in it yet, and the method of the
count says so: the tokens that a family's prompt format puts around the turns, and media (images,
documents, video, audio). The count is therefore always labelled `estimated`, even where the
vocabulary is exact.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from bedrock_llm.requests import Request
from bedrock_llm.tokens import TokenCount, Tokenizer

# Keys whose strings are carried beside the prompt, not in it.
_SILENT_KEYS = frozenset(
    {"role", "signature", "toolUseId", "cachePoint", "format", "bytes", "status", "type"}
)
# Keys whose value goes into the prompt as JSON, whatever it holds.
_JSON_KEYS = frozenset({"input", "json"})


def count_request(request: Request, *, tokenizer: Tokenizer) -> TokenCount:
    """Count the input tokens of a request.

    Args:
        request: The request as it would be sent.
        tokenizer: The vocabulary to count with.

    Returns:
        The tokens of every text in the request, labelled `estimated`: see the module for what is
        not counted yet.
    """
    body = request.to_converse()
    parts = (body.get(key) for key in ("system", "messages", "toolConfig"))
    tokens = sum(tokenizer.count(text) for part in parts for text in _texts(part))
    return TokenCount(
        tokens=tokens,
        exactness="estimated",
        method=f"content counted with {tokenizer.name}; turn framing and media are not counted",
        error_bound=None,
    )


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _texts_of_member(key, value)
    elif isinstance(part, Sequence) and not isinstance(part, bytes):
        for item in part:
            yield from _texts(item)


def _texts_of_member(key: str, value: object) -> Iterator[str]:
    if key in _SILENT_KEYS:
        return
    if key in _JSON_KEYS:
        yield json.dumps(value, ensure_ascii=False)
    else:
        yield from _texts(value)
