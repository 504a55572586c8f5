"""Framings whose prompt template is in the core: the rendered prompt is what is counted.

    Conversation.body ─► core: render ─► page ─measure─► RequestParts

So a request counts what its prompt has in ids (`bedrock_llm.encode_prompt`, with the texts joined
as a server's tokenizer joins them) and nothing else, but for what a row says that Bedrock adds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bedrock_llm.framing.conversation import Conversation
from bedrock_llm.framing.parts import Expression, RequestParts
from bedrock_llm.framing.template import count_spelled
from bedrock_llm.template.prompt import PromptPage, render_leniently
from bedrock_llm.tokens import Tokenizer

_ELSEWHERE: Final = frozenset({"image", "document", "video", "audio", "reasoning"})
"""Kinds that are counted as media, or that no prompt of the model has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFraming:
    """A framing that renders a template of the core.

    Attributes:
        template: The template's name.
        specials: The control tokens that a prompt of a native body spells.
        tool_template: The template of a sibling, for requests with tools where the model's own has
            no form for them; such a count is an estimate.
        extra_tokens: What Bedrock counts beside the template.
        thinking: Whether the server asks the model to think; None where it does not say.
    """

    template: str
    specials: tuple[str, ...] = ()
    tool_template: str = ""
    extra_tokens: int = 0
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
            framing=framing + self.extra_tokens,
            not_counted=tuple(kind for kind in page.omitted if kind not in _ELSEWHERE),
        )

    def express(self, conversation: Conversation, tokenizer: Tokenizer) -> Expression:
        """Write out the count of a conversation."""
        controls, texts = self._render(conversation).runs(tokenizer, is_joined=True)
        return Expression(constant=controls + self.extra_tokens, texts=Counter(texts))

    def count_prompt(self, prompt: str, tokenizer: Tokenizer) -> int:
        """Count a prompt that is already rendered; its control tokens are control tokens."""
        return count_spelled(prompt, self.specials, tokenizer)

    def _render(self, conversation: Conversation) -> PromptPage:
        body = conversation.body
        has_tools = bool(conversation.tools) or conversation.has_calls
        return render_leniently(
            (has_tools and self.tool_template) or self.template,
            _list(body, "messages"),
            system=_list(body, "system"),
            tools=_list(_mapping(body.get("toolConfig")), "tools"),
            thinking=True if conversation.thinking else self.thinking,
        )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(body: Mapping[str, object], key: str) -> list[object]:
    value = body.get(key)
    return list(value) if isinstance(value, list | tuple) else []
