"""`format_prompt` and `encode_prompt`: messages in, a prompt or its ids out."""

from collections.abc import Iterable, Mapping
from datetime import date as Date  # noqa: N812  `date` is the argument that callers write
from typing import Final, Literal, NamedTuple, TypeAlias, final

from bedrock_llm._core import PromptPage, render_prompt
from bedrock_llm.errors import MessageError
from bedrock_llm.template.rows import find_template_row
from bedrock_llm.tokens import Exactness, Tokenizer

__all__ = [
    "ControlTokens",
    "Prompt",
    "PromptPage",
    "PromptSpan",
    "encode_prompt",
    "format_prompt",
    "render_leniently",
]

ControlTokens: TypeAlias = Literal["escape", "reject", "strip", "allow"]
"""What happens to a control token that content spells."""

_MEDIA: Final = frozenset({"image", "document", "video", "audio"})


class PromptSpan(NamedTuple):
    """A run of characters of one kind.

    Attributes:
        start: Where it starts in the text, in characters.
        end: Where it ends.
        kind: `control` for one control token, `template` for ordinary text of the template,
            `content` for what people, models and tools wrote.
        owner: Whose content it is: the position of the message, `system` or `tools`; None where it
            is the template's.
    """

    start: int
    end: int
    kind: Literal["control", "template", "content"]
    owner: int | Literal["system", "tools"] | None


@final
class Prompt:
    """A rendered prompt; it never changes.

    Example:
        >>> messages = [{"role": "user", "content": "hi"}]
        >>> prompt = format_prompt(messages, model="mistral.mistral-7b-instruct-v0:2")
        >>> prompt.text
        '<s> [INST] hi [/INST]'
        >>> prompt.tokens
        8
    """

    __slots__ = ("_model", "_page", "_tokenizer")
    _model: str
    _page: PromptPage
    _tokenizer: Tokenizer | None

    def __init__(self, page: PromptPage, model: str, tokenizer: Tokenizer | None) -> None:
        """Join a page with the vocabulary that counts it; `format_prompt` does."""
        self._page = page
        self._model = model
        self._tokenizer = tokenizer

    @property
    def text(self) -> str:
        """The prompt, control tokens spelled out and the start token first."""
        return self._page.text

    @property
    def tokens(self) -> int:
        """The tokens of the prompt, counted when asked for, as the vendor's encoder parts it.

        A server that tokenizes the finished text may join what the vendor's encoder parts; then it
        counts a few tokens less.
        """
        return self._page.count(self.tokenizer)

    @property
    def spans(self) -> tuple[PromptSpan, ...]:
        """What each part of the text is; together they are the whole text."""
        spans = []
        start = 0
        for end, kind, owner, _ in self._page.spans:
            spans.append(PromptSpan(start, end, kind, owner))
            start = end
        return tuple(spans)

    @property
    def neutralized(self) -> int:
        """The places of content that spelled a control token and no longer do."""
        return self._page.neutralized

    @property
    def omitted(self) -> tuple[str, ...]:
        """The kinds of blocks that the messages have and the template has no place for."""
        return tuple(self._page.omitted)

    @property
    def tokenizer(self) -> Tokenizer:
        """What counts it: the model's vocabulary, or an estimate that says so."""
        return self._tokenizer or Tokenizer.for_model(self._model)

    @property
    def exactness(self) -> Exactness:
        """How `tokens` is known."""
        return self.tokenizer.exactness

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Prompt(text={self.text!r}, neutralized={self.neutralized})"


def format_prompt(  # noqa: PLR0913  one argument per choice of a prompt
    messages: Iterable[object],
    *,
    model: str,
    system: str | Iterable[object] | None = None,
    tools: Iterable[object] | Mapping[str, object] | None = None,
    control_tokens: ControlTokens = "escape",
    date: Date | None = None,
    thinking: bool | None = None,
    template: str | None = None,
    tokenizer: Tokenizer | None = None,
) -> Prompt:
    """Write the prompt that a model's own template makes of messages.

    Args:
        messages: Dicts in Converse's, Anthropic's or OpenAI's shape, or `Message`s. A last message
            of the assistant is the beginning of the reply.
        model: Anything Bedrock accepts as a model id; its template and vocabulary are used.
        system: The system prompt: text, or blocks.
        tools: Declared tools in the shapes of the messages, or a `toolConfig`.
        control_tokens: What happens to control tokens and structural markers that content spells:
            `escape` puts an invisible U+200B into them, `reject` raises, `strip` takes them out
            until none is left, `allow` leaves them, for trusted content.
        date: The day to tell the model, for templates that tell one; frozen where not given.
        thinking: Whether the model is to think first, for templates with such a switch.
        template: A template's name, for models whose id does not tell it, such as imported ones.
        tokenizer: What counts the prompt; the model's own vocabulary where not given.

    Returns:
        The prompt with its spans; tokens are counted when they are asked for.

    Raises:
        ModelIdError: The model id cannot be read.
        UnknownModelError: No template is known for the model.
        MessageError: A message is malformed, holds media, or has no form in the template.
        ParameterError: An argument has no such value.
    """
    name = template or find_template_row(model).template
    day = None if date is None else (date.year, date.month, date.day)
    page = render_prompt(name, messages, system, tools, day, thinking, control_tokens)
    omitted = page.omitted
    if omitted and not _MEDIA.isdisjoint(omitted):
        kinds = ", ".join(kind for kind in omitted if kind in _MEDIA)
        raise MessageError(
            f"the messages hold media ({kinds}), which no text prompt can; send them with Converse",
            model_id=model,
        )
    return Prompt(page, model, tokenizer)


def encode_prompt(  # noqa: PLR0913  as format_prompt
    messages: Iterable[object],
    *,
    model: str,
    system: str | Iterable[object] | None = None,
    tools: Iterable[object] | Mapping[str, object] | None = None,
    date: Date | None = None,
    thinking: bool | None = None,
    template: str | None = None,
    tokenizer: Tokenizer | None = None,
) -> list[int]:
    """Give the token ids of messages as the vendor's own encoder does.

    Control ids are placed by the template alone: content is encoded as ordinary text whatever it
    spells, so nothing has to be escaped. Where a template's markers are ordinary text themselves
    (Mistral's first version, Llama 2), an encoder cannot tell them from content; encode the text of
    `format_prompt` for those if the content is not trusted.

    Args:
        messages: As for `format_prompt`, and so are the other arguments.
        model: The model id.
        system: The system prompt.
        tools: Declared tools.
        date: The day to tell the model.
        thinking: Whether the model is to think first.
        template: A template's name.
        tokenizer: The vocabulary; the model's own where not given.

    Raises:
        TokenizerError: The vocabulary's ids are not the model's, or not public.
        ModelIdError: As for `format_prompt`.
        UnknownModelError: As for `format_prompt`.
        MessageError: As for `format_prompt`.
        ParameterError: As for `format_prompt`.
    """
    prompt = format_prompt(
        messages,
        model=model,
        system=system,
        tools=tools,
        control_tokens="allow",
        date=date,
        thinking=thinking,
        template=template,
        tokenizer=tokenizer,
    )
    return prompt._page.encode(prompt.tokenizer)  # noqa: SLF001  the same module


def render_leniently(
    template: str,
    messages: Iterable[object],
    *,
    system: Iterable[object],
    tools: Iterable[object],
    thinking: bool | None = None,
) -> PromptPage:
    """Render messages for a count: as sent, with what has no form named and left out.

    Args:
        template: The template's name.
        messages: The messages.
        system: The blocks of the system prompt.
        tools: Declared tools.
        thinking: Whether the model is to think first.

    Raises:
        MessageError: A message is malformed.
        ParameterError: No template has the name.
    """
    return render_prompt(template, messages, system, tools, None, thinking, "allow", True)  # noqa: FBT003  the core takes places alone
