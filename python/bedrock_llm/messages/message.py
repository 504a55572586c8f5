"""Messages, and the one reader that turns what a caller has into them.

    str | Message | Mapping | Iterable of these ──parse_messages──► tuple[Message, ...]

`Message` holds whatever Bedrock may say or has been told: replies do contain blank text, recordings
do contain redacted blobs. `parse_messages` is the stricter door of what is to be sent: it refuses
what Bedrock would refuse (no message, no block, blank text, a blob that is no base64) before a
call is spent on it.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field

from bedrock_llm.errors import MessageError
from bedrock_llm.messages.citations import CitationsBlock
from bedrock_llm.messages.content import AnyContentBlock, ContentBlock
from bedrock_llm.messages.text_blocks import TextBlock
from bedrock_llm.wire import OrderedModel, WireModel, show_value

Role: TypeAlias = Literal["user", "assistant", "system"]
MessageContent: TypeAlias = (
    str | ContentBlock | Mapping[str, object] | Iterable[str | ContentBlock | Mapping[str, object]]
)
"""What a message's content may be given as: text, or blocks as strings, objects or mappings."""
MessagesInput: TypeAlias = (
    "str | Message | Mapping[str, object] | Iterable[str | Message | Mapping[str, object]]"
)
"""What messages may be given as."""


def _as_blocks(value: object) -> object:
    if isinstance(value, str):
        return ({"text": value},)
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, WireModel | Mapping):
        return (value,)
    return tuple(value) if isinstance(value, Iterable) else value


class Message(OrderedModel):
    """Hold one message of a conversation.

    Args:
        role: `user`, `assistant` or `system`.
        content: Text, or blocks as strings, objects of ours or Converse's mappings.

    Attributes:
        role: Who speaks.
        content: The blocks.

    Raises:
        MessageError: A role or block is malformed; the message names its place.
    """

    role: Role
    content: Annotated[
        tuple[AnyContentBlock, ...], Field(strict=False), BeforeValidator(_as_blocks)
    ]

    def __init__(self, role: str, content: MessageContent) -> None:
        WireModel.__init__(self, role=role, content=content)

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # as in WireModel

    @classmethod
    def user(cls, content: MessageContent) -> Self:
        """Build a message of the user."""
        return cls("user", content)

    @classmethod
    def assistant(cls, content: MessageContent) -> Self:
        """Build a message of the assistant."""
        return cls("assistant", content)

    @classmethod
    def system(cls, content: MessageContent) -> Self:
        """Build a message of role `system`, which some models take between turns."""
        return cls("system", content)

    @property
    def text(self) -> str:
        """Join the text, that of cited passages included; other blocks are left out."""
        texts = (block for block in self.content if isinstance(block, TextBlock | CitationsBlock))
        return "".join(block.text for block in texts)

    def without_blank_text(self) -> Self:
        """Leave blank text blocks out, which models do emit and Bedrock does refuse.

        Returns:
            A message of the same role; this one where nothing is blank.

        Raises:
            MessageError: Nothing but blank text is there.
        """
        kept = tuple(block for block in self.content if not _is_blank(block))
        if not kept:
            raise MessageError("the message holds nothing but blank text; leave it out")
        return self if len(kept) == len(self.content) else type(self)(self.role, kept)


class Conversation(WireModel):
    """Read several messages at once.

    Attributes:
        messages: The messages.
    """

    messages: Annotated[tuple[Message, ...], Field(strict=False)]


def parse_messages(value: MessagesInput) -> tuple[Message, ...]:
    """Read messages from whatever a caller has.

    Args:
        value: A prompt; a message; a Converse mapping `{"role", "content"}`; or several of these.
            A plain string is a message of the user.

    Raises:
        MessageError: Nothing is there to be sent, or a message is malformed, or holds what Bedrock
            refuses; the error names the place and the way out.
    """
    if isinstance(value, str | Message | Mapping):
        return parse_messages((value,))
    given: object = value
    if isinstance(given, bytes | bytearray) or not isinstance(given, Iterable):
        raise MessageError(
            "messages must be a prompt, a message, a mapping with role and content, or several of "
            f"these; got {show_value(value)}"
        )
    items = tuple(
        {"role": "user", "content": item} if isinstance(item, str) else item for item in given
    )
    if not items:
        raise MessageError("messages is empty; give a prompt or at least one message")
    messages = Conversation.parse({"messages": items}, place="").messages
    for index, message in enumerate(messages):
        _check_sendable(message, index)
    return messages


def _check_sendable(message: Message, index: int) -> None:
    """Refuse what `Message` may hold and Bedrock does not take."""
    if not message.content:
        raise MessageError(f"messages[{index}].content is empty; give it a block or leave it out")
    for number, block in enumerate(message.content):
        if isinstance(block, TextBlock):
            if not block.text or block.text.isspace():
                raise MessageError(
                    f"messages[{index}].content[{number}]: text is blank "
                    f"({show_value(block.text)}), which Bedrock refuses; give it words, or leave "
                    "it out with Message.without_blank_text()"
                )
        elif (place := _find_undecoded(block)) is not None:
            raise MessageError(
                f"messages[{index}].content[{number}]{place} is neither bytes nor canonical "
                "base64; give the bytes"
            )


def _is_blank(block: ContentBlock) -> bool:
    return isinstance(block, TextBlock) and not block.text.strip()


def _find_undecoded(block: WireModel) -> str | None:
    """Find a blob that is still text: it was no base64."""
    start = f".{block.wire_key}" if block.wire_key else ""
    for name, value in block.__dict__.items():
        place = f"{start}.{block.aliases[name]}"
        if name in _BLOBS and isinstance(value, str):
            return place
        inner = _find_among(value, place)
        if inner is not None:
            return inner
    return None


def _find_among(value: object, place: str) -> str | None:
    if isinstance(value, WireModel):
        inner = _find_undecoded(value)
        return None if inner is None else place + inner
    if not isinstance(value, tuple):
        return None
    found = (_find_among(item, f"{place}[{index}]") for index, item in enumerate(value))
    return next((each for each in found if each is not None), None)


_BLOBS = frozenset({"data", "redacted_content"})
