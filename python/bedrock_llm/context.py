"""The crossing into the counting core: how many tokens a request holds.

    Request ─► Conversation ─┬─► framing row of the model ─► system, tools, messages, framing
                             └─► media row ───────────────► images and documents
               vocabulary of the model counts every text ─► RequestCount

The count is of the prompt that the family would render: contents, and what the prompt format puts
around them. How surely it is known is the weakest of its parts: the vocabulary, the framing row,
the row's tools where there are any, media. `conservative=True` gives the upper end instead, for
decisions about budgets; the recorded truth was not above it in at least 99 of 100 recordings.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bedrock_llm.catalog.model_ids import parse_model_id
from bedrock_llm.catalog.tokenizer_rows import Exactness
from bedrock_llm.framing import (
    Conversation,
    FramingRow,
    find_framing_row,
    read_conversation,
)
from bedrock_llm.framing.media import count_media
from bedrock_llm.framing.rows import Api
from bedrock_llm.requests import Request
from bedrock_llm.tokens import Tokenizer

__all__ = ["Api", "RequestCount", "count_raw_prompt", "count_request"]

# Twice what Claude's hidden instructions for JSON output take beside the schema.
_SCHEMA_TOKENS: Final = 300
_WEAKEST_LAST: Final[tuple[Exactness, ...]] = ("exact", "reconstructed", "probable", "estimated")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount:
    """The input tokens of a request, by where they come from, and how they are known.

    Attributes:
        tokens: The count; with `conservative=True` its upper end.
        system: Of the system prompt.
        tools: Of the declared tools and what the prompt format says about them.
        messages: Of the contents of each message, media included.
        framing: Of what the prompt format puts around the contents.
        margin: What `conservative=True` added.
        exactness: The weakest of the parts: `exact`, `reconstructed`, `probable` or `estimated`.
        method: How it was counted, in words.
        error_bound: The margin as a share of the count: the truth of at least 99 of 100 recordings
            was within it. 0.0 where exact, None where probable: nobody measured it.
        not_counted: Kinds of content that are in the request and not in the count.
    """

    tokens: int
    system: int
    tools: int
    messages: tuple[int, ...]
    framing: int
    margin: int
    exactness: Exactness
    method: str
    error_bound: float | None
    not_counted: tuple[str, ...] = ()


def count_request(
    request: Request,
    *,
    tokenizer: Tokenizer | None = None,
    model_id: str | None = None,
    api: Api = "converse",
    conservative: bool = False,
) -> RequestCount:
    """Count the input tokens of a request, offline.

    Args:
        request: The request as it would be sent.
        tokenizer: The vocabulary to count with; the model's own where it is not given.
        model_id: The model whose framing counts; the tokenizer's or the request's where it is not
            given.
        api: How the request is sent; a few models render a native body differently.
        conservative: Give the upper end, for decisions about budgets.

    Returns:
        The count, its parts and how it is known.

    Raises:
        ModelIdError: The model id cannot be read.
        TokenizerError: A vocabulary file is damaged.
    """
    named = model_id or (tokenizer and tokenizer.model_id) or request.model_id or ""
    base_id = _read_base_id(named)
    used = tokenizer or Tokenizer.for_model(named)
    counted = _Counted(
        conversation=read_conversation(request),
        row=find_framing_row(base_id, api=api),
        tokenizer=used,
    )
    parts = counted.row.framing.count(counted.conversation, counted.tokenizer)
    media = _count_all_media(counted, base_id)
    messages = tuple(map(sum, zip(parts.messages, media.tokens, strict=True)))
    tokens = max(0, parts.system + parts.tools + sum(messages) + parts.framing)
    margin = counted.margin(tokens - sum(media.tokens)) + media.slack
    return RequestCount(
        tokens=tokens + (margin if conservative else 0),
        system=parts.system,
        tools=parts.tools,
        messages=messages,
        framing=parts.framing,
        margin=margin if conservative else 0,
        exactness=counted.exactness,
        method=counted.method,
        error_bound=counted.bound(tokens, margin),
        not_counted=(*media.not_counted, *parts.not_counted),
    )


def count_raw_prompt(prompt: str, model_id: str) -> int:
    """Count the input tokens of a native body whose prompt is one text.

    Whoever writes such a body writes the template; the special tokens it spells are special.

    Raises:
        ModelIdError: The model id cannot be read.
        TokenizerError: A vocabulary file is damaged.
    """
    base_id = _read_base_id(model_id)
    row = find_framing_row(base_id, api="invoke")
    tokenizer = Tokenizer.for_model(model_id)
    return row.framing.count_prompt(prompt, tokenizer) + row.raw_prompt_tokens


@lru_cache(maxsize=256)
def _read_base_id(model_id: str) -> str | None:
    return parse_model_id(model_id).base_id if model_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What a request is counted with, and how surely that is known."""

    conversation: Conversation
    row: FramingRow
    tokenizer: Tokenizer

    @property
    def has_tools(self) -> bool:
        return bool(self.conversation.tools) or self.conversation.has_calls

    @property
    def has_uncounted_schema(self) -> bool:
        return bool(self.conversation.output_schema) and not self.row.framing.counts_schemas

    @property
    def exactness(self) -> Exactness:
        parts: list[Exactness] = [self.tokenizer.exactness, self.row.exactness]
        parts += [self.row.tool_exactness] if self.has_tools else []
        parts += ["estimated"] if self.conversation.media or self.has_uncounted_schema else []
        return max(parts, key=_WEAKEST_LAST.index)

    @property
    def method(self) -> str:
        row = self.row
        recordings = row.tool_recordings if self.has_tools else row.evidence_recordings
        compared = f"compared with {recordings} recordings" if recordings else "never recorded"
        kinds = ", ".join(dict.fromkeys(item.kind for item in self.conversation.media))
        media = f"; {kinds}: the vendor's formula or a bound" if kinds else ""
        return f"content: {self.tokenizer.name}; framing: {row.source}, {compared}{media}"

    def margin(self, tokens: int) -> int:
        """Give what the truth may be above a count of texts and framing."""
        share = self.tokenizer.bound_of(self.conversation.texts) or 0.0
        spread = math.ceil(tokens * share / (1 - share))
        row_margin = self.row.tool_margin if self.has_tools else self.row.margin
        schema = self.conversation.output_schema if self.has_uncounted_schema else ""
        more = _SCHEMA_TOKENS + self.tokenizer.count(schema) if schema else 0
        return spread + row_margin.above(tokens) + more

    def bound(self, tokens: int, margin: int) -> float | None:
        """Give the error bound of the whole count."""
        if self.exactness == "exact":
            return 0.0
        return None if self.exactness == "probable" else round(margin / max(1, tokens), 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class _MediaTotals:
    """The tokens of each message's media, what they may be above that, what was left out."""

    tokens: tuple[int, ...]
    slack: int
    not_counted: tuple[str, ...]


def _count_all_media(counted: _Counted, base_id: str | None) -> _MediaTotals:
    tokens = [0] * counted.conversation.message_count
    slack = 0
    missing = {"output schema": None} if counted.has_uncounted_schema else {}
    for turn in counted.conversation.turns:
        for message in turn.messages:
            for media in message.all_media:
                found = count_media(media, base_id, counted.tokenizer.count)
                if found is None:
                    missing[media.kind] = None
                    continue
                tokens[message.index] += found.tokens
                slack += max(0, found.upper - found.tokens)
    return _MediaTotals(tokens=tuple(tokens), slack=slack, not_counted=tuple(missing))
