"""Framings whose prompt template is in the core: the rendered prompt is what is counted.

    Conversation.body ─► core: render ─► page ─measure─► RequestParts

So a request counts what its prompt has in ids (`bedrock_llm.encode_prompt`, with the texts joined
as a server's tokenizer joins them) and nothing else, but for what a row says that Bedrock adds.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bedrock_llm.framing.conversation import Conversation
from bedrock_llm.framing.parts import Expression, RequestParts
from bedrock_llm.template.prompt import PromptPage, render_leniently
from bedrock_llm.tokens import Tokenizer

_ELSEWHERE: Final = frozenset({"image", "document", "video", "audio", "reasoning"})
"""Kinds that are counted as media, or that a prompt of the model drops by its own rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFraming:
    """A framing that renders a template of the core.

    Attributes:
        template: The template's name.
        specials: The control tokens that a prompt of a native body spells.
        tool_template: The template of a sibling, for requests with tools where the model's own has
            no form for them; such a count is an estimate.
        extra_tokens: What Bedrock counts beside the template.
        tool_extra_tokens: The same for requests with tools; None where it is the same number.
        result_tokens: What it counts beside the template for each result.
        thinking: Whether the server asks the model to think; None where it does not say.
    """

    template: str
    specials: tuple[str, ...] = ()
    tool_template: str = ""
    extra_tokens: int = 0
    tool_extra_tokens: int | None = None
    result_tokens: int = 0
    thinking: bool | None = None

    @property
    def counts_schemas(self) -> bool:
        """Whether a JSON schema of the reply is in the count; three recordings have none in it."""
        return True

    def count(self, conversation: Conversation, tokenizer: Tokenizer) -> RequestParts:
        """Count a conversation as the template renders it."""
        page = self._render(conversation)
        system, tools, messages, framing = page.measure(tokenizer, is_joined=True)
        return RequestParts(
            system=system,
            tools=tools,
            messages=tuple(messages),
            framing=framing + self.count_extra(conversation),
            not_counted=tuple(kind for kind in page.omitted if kind not in _ELSEWHERE),
        )

    def express(self, conversation: Conversation, tokenizer: Tokenizer) -> Expression:
        """Write out the count of a conversation."""
        controls, texts = self._render(conversation).runs(tokenizer, is_joined=True)
        return Expression(constant=controls + self.count_extra(conversation), texts=Counter(texts))

    def count_extra(self, conversation: Conversation) -> int:
        """Count what Bedrock adds to the rendered prompt of a conversation."""
        extra = self.tool_extra_tokens if _has_tools(conversation) else None
        results = sum(len(turn.results) for turn in conversation.turns)
        return (self.extra_tokens if extra is None else extra) + self.result_tokens * results

    def count_prompt(self, prompt: str, tokenizer: Tokenizer) -> int:
        """Count a prompt that is already rendered; its control tokens are control tokens."""
        pieces = _pattern(self.specials).split(prompt) if self.specials else [prompt]
        known = set(self.specials)
        return sum(1 if piece in known else tokenizer.count(piece) for piece in pieces)

    def _render(self, conversation: Conversation) -> PromptPage:
        body = conversation.body
        return render_leniently(
            (_has_tools(conversation) and self.tool_template) or self.template,
            _list(body, "messages"),
            system=_list(body, "system"),
            tools=_list(_mapping(body.get("toolConfig")), "tools"),
            thinking=True if conversation.thinking else self.thinking,
        )


def _has_tools(conversation: Conversation) -> bool:
    return bool(conversation.tools) or conversation.has_calls


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(body: Mapping[str, object], key: str) -> list[object]:
    value = body.get(key)
    return list(value) if isinstance(value, list | tuple) else []


@lru_cache(maxsize=64)
def _pattern(specials: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(specials, key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")
