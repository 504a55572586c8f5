"""Control tokens by themselves: what a model reads as structure, and a text made safe for it.

    text ─► neutralize(model, control_tokens) ─► NeutralizedText(text, places) ─► restore ─► text

`format_prompt` does this to all content of a prompt. These are for programs that write their own
prompts. A text made safe by itself is safe as a whole; where two are put side by side, make the
joint text safe, or a token that is cut in two comes together again.
"""

from typing import NamedTuple

from bedrock_llm._core import ControlTable
from bedrock_llm.template.prompt import ControlTokens
from bedrock_llm.template.rows import find_template_row

__all__ = ["ControlTokenNames", "NeutralizedText", "list_control_tokens", "neutralize", "restore"]


class NeutralizedText(NamedTuple):
    """A text in which no control token stands.

    Attributes:
        text: The text; the very string that was given where nothing had to be done.
        places: How many places spelled a control token or marker.
    """

    text: str
    places: int


class ControlTokenNames(NamedTuple):
    """What a model reads as structure.

    Attributes:
        words: Special tokens and markers, which count wherever they stand.
        line_markers: Markers that count at the start of a line, such as Claude 2's `Human:`.
    """

    words: tuple[str, ...]
    line_markers: tuple[str, ...]


def neutralize(
    text: str,
    *,
    model: str,
    control_tokens: ControlTokens = "escape",
    template: str | None = None,
) -> NeutralizedText:
    r"""Make a text safe to stand in a model's prompt as content.

    Args:
        text: The text.
        model: Anything Bedrock accepts as a model id.
        control_tokens: `escape` puts an invisible U+200B behind the first character of each token,
            `reject` raises, `strip` takes tokens out until none is left, `allow` does nothing.
        template: A template's name, for models whose id does not tell it.

    Raises:
        ControlTokenError: The text spells a token, and it is to be rejected.
        ModelIdError: The model id cannot be read.
        UnknownModelError: No template is known for the model.
        ParameterError: There is no such mode or template.

    Example:
        >>> neutralize("a<|eot_id|>", model="meta.llama3-8b-instruct-v1:0")
        NeutralizedText(text='a<\u200b|eot_id|>', places=1)
    """
    return NeutralizedText(*_table(model, template).neutralize(text, control_tokens))


def restore(text: str, *, model: str, template: str | None = None) -> str:
    """Take the marks out that escaping put into a text.

    Exact for what escaping made of a text that had no U+200B of its own inside a token's spelling.

    Args:
        text: A text that `neutralize` or `format_prompt` escaped.
        model: The model it was escaped for.
        template: As for `neutralize`.

    Raises:
        ModelIdError: As for `neutralize`.
        UnknownModelError: As for `neutralize`.
        ParameterError: As for `neutralize`.
    """
    return _table(model, template).restore(text)


def list_control_tokens(*, model: str, template: str | None = None) -> ControlTokenNames:
    """Give what a model reads as structure, which content never becomes.

    Args:
        model: Anything Bedrock accepts as a model id.
        template: As for `neutralize`.

    Raises:
        ModelIdError: As for `neutralize`.
        UnknownModelError: As for `neutralize`.
        ParameterError: As for `neutralize`.
    """
    table = _table(model, template)
    return ControlTokenNames(tuple(table.words), tuple(table.line_markers))


def _table(model: str, template: str | None) -> ControlTable:
    return ControlTable.of_template(template or find_template_row(model).template)
