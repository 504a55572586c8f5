"""A conversation as rules see it: turns of blocks, whatever the shape it came in.

    message of some shape ──shapes──► Turn(role, blocks) ──rules──► Turn ──shapes──► message

A block keeps what it was read from; what no rule touches is given back as the very object it was.
In OpenAI's shape a run of `tool` messages and the user's message after it are one turn, because
that is what is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Self, TypeAlias

Role: TypeAlias = Literal["user", "assistant", "system"]
Kind: TypeAlias = Literal[
    "text",
    "tool_use",
    "tool_result",
    "cache_point",
    "reasoning",
    "image",
    "document",
    "video",
    "audio",
    "other",
]
MEDIA_KINDS: Final[tuple[Kind, ...]] = ("image", "video", "audio")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """One block of a turn.

    Attributes:
        kind: What it is; what no rule speaks of is `other`.
        text: The words of a text block.
        tool_id: The id of a tool call, or the one a result repeats.
        name: The name of a called tool, or of a document.
        arguments: The input of a tool call.
        content: The blocks inside a tool result.
        is_error: The tool failed.
        format: A document's format.
        lifetime: How long a cache point lives, `5m` or `1h`.
        place: Where it stood, such as `messages[2].content[0]`.
        source: What it was read from; None for one that a repair made.
        is_changed: Its fields say something else than `source`.
    """

    kind: Kind
    text: str = ""
    tool_id: str = ""
    name: str = ""
    arguments: object = None
    content: tuple["Block", ...] = ()
    is_error: bool = False
    format: str = ""
    lifetime: str = "5m"
    place: str = ""
    source: object = None
    is_changed: bool = False

    def changed(self, **fields: Any) -> Self:
        """Give the block with other values."""
        return replace(self, is_changed=True, **fields)

    @property
    def is_blank(self) -> bool:
        """Whether it is text without a word."""
        return self.kind == "text" and (not self.text or self.text.isspace())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """Blocks of one speaker.

    Attributes:
        role: Who speaks.
        blocks: What is said.
        place: Where the first of its messages stood.
        sources: The messages it was read from, as mappings.
        given: The same as the caller has them.
        as_read: The blocks before any rule touched them.
    """

    role: Role
    blocks: tuple[Block, ...]
    place: str
    sources: tuple[Mapping[str, object], ...] = ()
    given: tuple[object, ...] = ()
    as_read: tuple[Block, ...] | None = field(default=None)

    @property
    def is_untouched(self) -> bool:
        """Whether it is as it was read."""
        return self.blocks is self.as_read

    def with_blocks(self, blocks: tuple[Block, ...]) -> "Turn":
        """Give the turn with other blocks."""
        return replace(self, blocks=blocks)

    def of_kind(self, kind: Kind) -> list[Block]:
        """Give the blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]


def join(first: Turn, second: Turn) -> Turn:
    """Make one turn of two neighbours of one role."""
    return Turn(
        role=first.role,
        blocks=first.blocks + second.blocks,
        place=first.place,
        sources=first.sources + second.sources,
    )
