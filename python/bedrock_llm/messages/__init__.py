"""Messages and content blocks: everything Converse can carry, exact in both directions.

    wire key           class                 inside
    text               TextBlock             the words
    image              ImageBlock            format, source (bytes or S3)
    document           DocumentBlock         name, format, source (bytes, S3, text or blocks)
    video, audio       VideoBlock, AudioBlock
    toolUse            ToolUseBlock          id, name, input
    toolResult         ToolResultBlock       id, content, status
    reasoningContent   ReasoningBlock        text with signature, or encrypted
    citationsContent   CitationsBlock        text with its sources
    searchResult       SearchResultBlock     what may be cited
    guardContent       GuardContentBlock     what a guardrail judges
    cachePoint         CachePointBlock       where the prompt cache ends
    toolAddition, toolRemoval                tools that come and go
    anything else      UnknownBlock          replies only: kept as it came

One file holds one noun; this one gives them all out.
"""

from bedrock_llm.messages.citations import (
    Citation,
    CitationLocation,
    CitationsBlock,
    CitationsConfig,
    CitedText,
    DocumentRange,
    SearchResultRange,
    WebLocation,
)
from bedrock_llm.messages.content import (
    CONTENT,
    SYSTEM_CONTENT,
    AnyContentBlock,
    AnySystemBlock,
    ContentBlock,
    SystemBlock,
)
from bedrock_llm.messages.documents import DocumentBlock, DocumentSource, SearchResultBlock
from bedrock_llm.messages.media import (
    AudioBlock,
    ErrorBlock,
    ImageBlock,
    MediaSource,
    S3Location,
    VideoBlock,
)
from bedrock_llm.messages.message import (
    Message,
    MessageContent,
    MessagesInput,
    Role,
    parse_messages,
)
from bedrock_llm.messages.text_blocks import (
    CachePointBlock,
    GuardContentBlock,
    GuardedImage,
    GuardedImageSource,
    GuardedText,
    ReasoningBlock,
    ReasoningText,
    TextBlock,
)
from bedrock_llm.messages.tool_blocks import (
    TOOL_RESULT_CONTENT,
    JsonBlock,
    ToolAdditionBlock,
    ToolName,
    ToolReference,
    ToolRemovalBlock,
    ToolResultBlock,
    ToolUseBlock,
    ToolUseId,
)
from bedrock_llm.wire import UnknownBlock

__all__ = [
    "CONTENT",
    "SYSTEM_CONTENT",
    "TOOL_RESULT_CONTENT",
    "AnyContentBlock",
    "AnySystemBlock",
    "AudioBlock",
    "CachePointBlock",
    "Citation",
    "CitationLocation",
    "CitationsBlock",
    "CitationsConfig",
    "CitedText",
    "ContentBlock",
    "DocumentBlock",
    "DocumentRange",
    "DocumentSource",
    "ErrorBlock",
    "GuardContentBlock",
    "GuardedImage",
    "GuardedImageSource",
    "GuardedText",
    "ImageBlock",
    "JsonBlock",
    "MediaSource",
    "Message",
    "MessageContent",
    "MessagesInput",
    "ReasoningBlock",
    "ReasoningText",
    "Role",
    "S3Location",
    "SearchResultBlock",
    "SearchResultRange",
    "SystemBlock",
    "TextBlock",
    "ToolAdditionBlock",
    "ToolName",
    "ToolReference",
    "ToolRemovalBlock",
    "ToolResultBlock",
    "ToolUseBlock",
    "ToolUseId",
    "UnknownBlock",
    "VideoBlock",
    "WebLocation",
    "parse_messages",
]
