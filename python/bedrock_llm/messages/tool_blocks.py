"""Tools inside a conversation: a model's call, the answer to it, tools that come and go."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from bedrock_llm.messages.documents import DocumentBlock, SearchResultBlock
from bedrock_llm.messages.media import ImageBlock, VideoBlock
from bedrock_llm.messages.text_blocks import TextBlock
from bedrock_llm.wire import (
    BlockUnion,
    JsonDocument,
    Matching,
    OneOf,
    OrderedModel,
    Text,
    UnknownBlock,
    WireModel,
)

ToolUseId: TypeAlias = Annotated[
    str, Matching(r"[a-zA-Z0-9_.:-]{1,64}", "1 to 64 letters, digits, '_', '.', ':' or '-'")
]
ToolName: TypeAlias = Annotated[
    str, Matching(r"[a-zA-Z0-9_-]{1,64}", "1 to 64 letters, digits, '_' or '-'")
]


class ToolUseBlock(OrderedModel):
    """Hold a model's call of a tool.

    Attributes:
        tool_use_id: Id that the answer repeats.
        name: Name of the tool.
        input: Arguments, a JSON object; a string where the model's JSON could not be read.
        type: `server_tool_use` where Bedrock itself ran the tool.
    """

    wire_key: ClassVar[str] = "toolUse"

    tool_use_id: ToolUseId
    name: ToolName
    input: JsonDocument
    type: Annotated[Literal["server_tool_use"], OneOf()] | None = None


class JsonBlock(WireModel):
    """Hold a JSON document as the content of a tool's result.

    Attributes:
        document: The document; on the wire its key is `json`.
    """

    document: JsonDocument = Field(alias="json")


ToolResultContent: TypeAlias = (
    JsonBlock | TextBlock | ImageBlock | DocumentBlock | VideoBlock | SearchResultBlock
)
TOOL_RESULT_CONTENT = BlockUnion(
    noun="tool result block",
    rows={
        "text": TextBlock,
        "json": JsonBlock,
        "image": ImageBlock,
        "document": DocumentBlock,
        "video": VideoBlock,
        "searchResult": SearchResultBlock,
    },
)


class ToolResultBlock(OrderedModel):
    """Hold the answer to a tool call.

    Attributes:
        tool_use_id: Id of the call.
        content: What the tool gave.
        status: `success` or `error`.
        type: Kind of server tool, where Bedrock itself ran it.
    """

    wire_key: ClassVar[str] = "toolResult"

    tool_use_id: ToolUseId
    content: Annotated[
        tuple[Annotated[ToolResultContent | UnknownBlock, TOOL_RESULT_CONTENT], ...],
        Field(strict=False),
    ]
    status: Annotated[Literal["success", "error"], OneOf()] | None = None
    type: Text | None = None


class ToolReference(OrderedModel):
    """Name a tool that is added or removed in mid-conversation.

    Attributes:
        type: Kind of tool, 1 to 64 characters.
        name: Its name, 1 to 128 characters.
        server_name: The server that offers it, 1 to 128 characters.
    """

    type: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    server_name: Annotated[str, Field(min_length=1, max_length=128)] | None = None


class ToolAdditionBlock(WireModel):
    """Add a tool from this message on (messages of role `system`).

    Attributes:
        tool: The tool.
    """

    wire_key: ClassVar[str] = "toolAddition"

    tool: ToolReference


class ToolRemovalBlock(WireModel):
    """Remove a tool from this message on (messages of role `system`).

    Attributes:
        tool: The tool.
    """

    wire_key: ClassVar[str] = "toolRemoval"

    tool: ToolReference
