"""Everything that may stand in a message, and what may stand in a system prompt."""

from typing import Annotated, TypeAlias

from bedrock_llm.messages.citations import CitationsBlock
from bedrock_llm.messages.documents import DocumentBlock, SearchResultBlock
from bedrock_llm.messages.media import AudioBlock, ImageBlock, VideoBlock
from bedrock_llm.messages.text_blocks import (
    CachePointBlock,
    GuardContentBlock,
    ReasoningBlock,
    TextBlock,
)
from bedrock_llm.messages.tool_blocks import (
    ToolAdditionBlock,
    ToolRemovalBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from bedrock_llm.wire import BlockUnion, UnknownBlock, WireModel

ContentBlock: TypeAlias = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | VideoBlock
    | AudioBlock
    | ToolUseBlock
    | ToolResultBlock
    | GuardContentBlock
    | CachePointBlock
    | ReasoningBlock
    | CitationsBlock
    | SearchResultBlock
    | ToolAdditionBlock
    | ToolRemovalBlock
    | UnknownBlock
)
"""A block of a message."""

SystemBlock: TypeAlias = TextBlock | GuardContentBlock | CachePointBlock
"""A block of a system prompt."""


def _rows(*blocks: type[WireModel]) -> dict[str, type[WireModel]]:
    return {block.wire_key or "text": block for block in blocks}


CONTENT = BlockUnion(
    noun="content block",
    rows=_rows(
        TextBlock,
        ImageBlock,
        DocumentBlock,
        VideoBlock,
        AudioBlock,
        ToolUseBlock,
        ToolResultBlock,
        GuardContentBlock,
        CachePointBlock,
        ReasoningBlock,
        CitationsBlock,
        SearchResultBlock,
        ToolAdditionBlock,
        ToolRemovalBlock,
    ),
)
SYSTEM_CONTENT = BlockUnion(
    noun="system block", rows=_rows(TextBlock, GuardContentBlock, CachePointBlock)
)

AnyContentBlock: TypeAlias = Annotated[ContentBlock, CONTENT]
"""A field that holds one block of a message."""
AnySystemBlock: TypeAlias = Annotated[SystemBlock, SYSTEM_CONTENT]
"""A field that holds one block of a system prompt."""
