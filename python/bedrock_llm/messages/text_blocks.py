"""Blocks around text: the words themselves, reasoning, guarded content, cache points."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bedrock_llm.wire import Blob, OneOf, OrderedModel, Text, UnionModel, WireModel, WireValue


class TextBlock(WireModel):
    """Hold text.

    Attributes:
        text: The words. Bedrock refuses a request with blank text; replies do hold some.
    """

    text: Text

    def to_converse(self) -> dict[str, WireValue]:
        """Give the Converse shape, `{"text": ...}`."""
        return {"text": self.text}


class ReasoningText(OrderedModel):
    """Hold a model's reasoning in the clear.

    Attributes:
        text: The reasoning; may be empty where only a signature came.
        signature: The model's signature; must go back unchanged with the text.
    """

    text: Text
    signature: str | None = None


class ReasoningBlock(UnionModel):
    """Hold reasoning, in the clear or encrypted. It must be sent back exactly as it came.

    Attributes:
        reasoning_text: The reasoning in the clear, with its signature.
        redacted_content: The reasoning encrypted by the model's provider.
    """

    wire_key: ClassVar[str] = "reasoningContent"

    reasoning_text: ReasoningText | None = None
    redacted_content: Blob | None = None

    @property
    def text(self) -> str:
        """Give the reasoning in the clear, empty where it is encrypted."""
        return self.reasoning_text.text if self.reasoning_text else ""


class GuardedText(OrderedModel):
    """Hold text that a guardrail shall judge.

    Attributes:
        text: The words.
        qualifiers: What they are to the guardrail: `grounding_source`, `query`, `guard_content`.
    """

    text: Text
    qualifiers: (
        Annotated[
            tuple[Annotated[Literal["grounding_source", "query", "guard_content"], OneOf()], ...],
            Field(strict=False),
        ]
        | None
    ) = None


class GuardedImageSource(WireModel):
    """Hold the content of an image that a guardrail shall judge.

    Attributes:
        data: The content; on the wire its key is `bytes`.
    """

    data: Blob = Field(alias="bytes")


class GuardedImage(OrderedModel):
    """Hold an image that a guardrail shall judge.

    Attributes:
        format: `png` or `jpeg`.
        source: The content.
    """

    format: Annotated[Literal["png", "jpeg"], OneOf()]
    source: GuardedImageSource


class GuardContentBlock(UnionModel):
    """Hold content that a guardrail shall judge; with it, the rest of the message is not judged.

    Attributes:
        text: Text to judge.
        image: An image to judge.
    """

    wire_key: ClassVar[str] = "guardContent"

    text: GuardedText | None = None
    image: GuardedImage | None = None


class CachePointBlock(OrderedModel):
    """Ask Bedrock to cache the prompt up to here; at most four in a request.

    Attributes:
        type: `default`.
        ttl: How long the cache lives, `5m` (Bedrock's default) or `1h`.
    """

    wire_key: ClassVar[str] = "cachePoint"

    type: Annotated[Literal["default"], OneOf()]
    ttl: Annotated[Literal["5m", "1h"], OneOf()] | None = None
