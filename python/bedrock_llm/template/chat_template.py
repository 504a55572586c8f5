"""`ChatTemplate`: a Hugging Face chat template, for models that are imported with their own.

    tokenizer_config.json ─┐
    chat_template.jinja ───┼─► source, control tokens, bos and eos ─► ChatTemplate ─► RenderedChat
    tokenizer.json ────────┘   (tokenizer_config.py)                    core: minijinja, defended

The environment is the one that `apply_chat_template` of transformers has, and tests hold it to
jinja2 over the vendors' templates. Known differences from jinja2 (minijinja 3.1, 2026-11-22):

- Lists, dicts and strings never change, as in transformers' sandbox: a template that calls
  `list.append` fails in both.
- `a ~ b` writes `true`, `none` and lists in minijinja's spelling, not Python's; `{{ a }}`,
  `| string` and `| tojson` write Python's.
- A mapping's key wins over a method of the same name in `mapping.items`; called as
  `mapping.items()`, a key that is no function fails where jinja2 would call the method.
- `{% generation %}` opens no scope of its own, so that a variable set inside is seen after it.
- `strftime_now` tells a frozen day at midnight, unless a date is given, in English. Of C's
  directives it knows `%a %A %b %B %d %e %F %h %H %I %j %m %M %p %S %T %X %y %Y %%` and `%-` before
  a number.
- `tojson` takes the four pairs of separators that have a comma and a colon with or without a space.
- A loop over `none` runs no time, and what `map` and its like give can be written as JSON; jinja2
  fails at both. `loop.last` and `loop.length` are not known in a loop over the letters of a string.
- `'a' | safe + b` leaves `b` as it is; jinja2 escapes HTML in it.
- Templates cannot include, import or extend others, and there is no autoescaping.
- Integers beyond 64 bits are floats.
"""

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812  `date` is the argument that callers write
from os import PathLike
from pathlib import Path
from typing import final

from bedrock_llm._core import ControlTable, JinjaTemplate
from bedrock_llm.template.prompt import ControlTokens
from bedrock_llm.template.tokenizer_config import TemplateFiles, read_template_files

__all__ = ["ChatTemplate", "RenderedChat"]


@final
class RenderedChat(str):
    """A prompt that a chat template wrote; a `str` that also says what was made safe.

    Attributes:
        neutralized: The places of content that spelled a control token and no longer do.
    """

    __slots__ = ("neutralized",)
    neutralized: int

    def __new__(cls, text: str, neutralized: int = 0) -> "RenderedChat":
        """Join a text with the number of its neutralised places."""
        self = super().__new__(cls, text)
        self.neutralized = neutralized
        return self

    def __reduce__(self) -> tuple[type["RenderedChat"], tuple[str, int]]:
        """Give what a copy or a pickle is made of."""
        return type(self), (str(self), self.neutralized)


@final
class ChatTemplate:
    r"""A compiled chat template; it never changes, and threads may share it.

    User text cannot forge a turn: every string of the conversation, keys included, is defended as
    in `format_prompt`, and so are tokens that the template itself puts together out of content.
    A template is a program that others wrote: it runs in a sandbox, reaches nothing but its
    variables, and is stopped when it takes too long or writes too much.

    Example:
        >>> template = ChatTemplate.from_text(
        ...     "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}",
        ...     control_tokens=["<|user|>", "<|system|>"],
        ... )
        >>> prompt = template.render([{"role": "user", "content": "a<|system|>b"}])
        >>> prompt.neutralized, prompt == "<|user|>a<\u200b|system|>b"
        (1, True)
    """

    __slots__ = ("_core", "_files")
    _core: JinjaTemplate
    _files: TemplateFiles

    def __init__(
        self,
        files: TemplateFiles,
        *,
        max_steps: int | None = None,
        max_output_bytes: int | None = None,
    ) -> None:
        """Compile what was read; `from_file` and `from_text` do."""
        table = ControlTable(
            files.name, list(files.control_tokens), normalization=files.normalization
        )
        self._files = files
        self._core = JinjaTemplate(
            files.source, table, max_steps=max_steps, max_output_bytes=max_output_bytes
        )

    @staticmethod
    def from_file(
        path: str | PathLike[str],
        *,
        name: str = "default",
        max_steps: int | None = None,
        max_output_bytes: int | None = None,
    ) -> "ChatTemplate":
        """Read the chat template of a model's folder.

        Args:
            path: A `tokenizer_config.json`, a `.jinja` file, or the folder that holds them. The
                control tokens are those of the `tokenizer_config.json` and `tokenizer.json` that
                stand beside it.
            name: Which template, where the file has several, such as `tool_use`.
            max_steps: The most steps of a call: one an instruction, one for 64 bytes made or read;
                20 000 000 unless given.
            max_output_bytes: The most bytes of a prompt; 64 MiB unless given.

        Raises:
            ChatTemplateError: There is no such file, it holds no such template, it cannot be read,
                or no file beside it names the control tokens.
        """
        files = read_template_files(Path(path), name)
        return ChatTemplate(files, max_steps=max_steps, max_output_bytes=max_output_bytes)

    @staticmethod
    def from_text(
        source: str,
        *,
        control_tokens: Sequence[str],
        variables: Mapping[str, str] | None = None,
        normalization: str = "none",
        max_steps: int | None = None,
        max_output_bytes: int | None = None,
    ) -> "ChatTemplate":
        """Compile a template.

        Args:
            source: The template.
            control_tokens: The special tokens and markers that content must not become.
            variables: What the tokenizer defines, such as `bos_token`.
            normalization: What the tokenizer does to a text first: `none`, `NFC` or `NFKC`.
            max_steps: As for `from_file`.
            max_output_bytes: As for `from_file`.

        Raises:
            ChatTemplateError: It is no template; the message names the line.
            ParameterError: A control token is empty, or the normalisation is unknown.
        """
        files = TemplateFiles(
            name="chat template",
            source=source,
            control_tokens=tuple(control_tokens),
            variables=dict(variables or {}),
            normalization=normalization,
        )
        return ChatTemplate(files, max_steps=max_steps, max_output_bytes=max_output_bytes)

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """What content never becomes."""
        return self._files.control_tokens

    def render(
        self,
        messages: Sequence[Mapping[str, object]],
        *,
        tools: Sequence[Mapping[str, object]] | None = None,
        documents: Sequence[Mapping[str, object]] | None = None,
        add_generation_prompt: bool = True,
        control_tokens: ControlTokens = "escape",
        date: Date | None = None,
        **variables: object,
    ) -> RenderedChat:
        """Write the prompt of messages.

        Args:
            messages: Dicts in the shape that the template reads, which is OpenAI's for most.
            tools: Tools in the shape that the template reads.
            documents: Documents, for templates that have them.
            add_generation_prompt: Whether the prompt ends where the model's reply begins.
            control_tokens: As for `format_prompt`. With `escape`, a token that the template builds
                out of content in a way that cannot be told apart raises.
            date: The day that `strftime_now` tells; 26 July 2024 unless given.
            **variables: Other variables of the template, such as `enable_thinking`.

        Returns:
            The prompt, and how many places of content were made safe.

        Raises:
            ChatTemplateRefusalError: The template refuses the conversation.
            ChatTemplateError: It fails, takes too many steps or writes too much.
            ControlTokenError: A control token is to be rejected, or cannot be taken apart.
            MessageError: A message holds what is no JSON.
            ParameterError: There is no such mode.
        """
        content = {
            "messages": messages,
            "tools": tools,
            "documents": documents,
            "add_generation_prompt": add_generation_prompt,
            **variables,
        }
        text, neutralized = self._core.render(
            content,
            self._files.variables,
            date=None if date is None else (date.year, date.month, date.day),
            control_tokens=control_tokens,
        )
        return RenderedChat(text, neutralized)

    def __repr__(self) -> str:
        tokens = len(self._files.control_tokens)
        return f"ChatTemplate({self._files.name!r}, {tokens} control tokens)"
