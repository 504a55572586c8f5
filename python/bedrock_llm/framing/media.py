"""Tokens of images and documents: the vendor's formula where there is one, else a bound.

    Media ─► rule of the model's prefix ─► MediaCount(tokens, upper) or None: not counted

Images:

- Claude: a patch of 28 x 28 pixels is a token, after scaling to at most 1 568 pixels an edge and
  1 568 tokens; 2 576 pixels and 4 784 tokens from Opus 4.7 on; and 3 tokens around it, which the
  recorded images of 50 x 50 and 1 x 1 pixels show
  (https://platform.claude.com/docs/en/build-with-claude/vision, read 2026-11-22; the older page's
  width x height / 750 is the same number).
- Nova 1: scaled until a side has 896 pixels, then about 1 300 tokens for 900 x 900
  (https://docs.aws.amazon.com/nova/latest/userguide/modalities-image.html, read 2026-11-22).
- Nova 2: "a flat rate of 230 tokens per image" is billed
  (https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-multimodal-models.html, read
  2026-11-22).
- Llama 4: tiles of 336 pixels with 144 tokens each, at most 16 and one overview; Pixtral: patches
  of 16 pixels, a token per row more, at most 1 024 pixels an edge; Gemma 3: 256 tokens
  (the models' processor configurations and
  https://ai.google.dev/gemma/docs/capabilities/vision/prompt-with-visual-data, read 2026-11-22).

Documents: text is counted as text; a PDF by its pages, 1 500 to 3 000 tokens each
(https://platform.claude.com/docs/en/build-with-claude/pdf-support, read 2026-11-22); other files by
their size. Eight recorded PDFs of one page took 1 577 to 1 638 tokens.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from bedrock_llm.framing.conversation import Media
from bedrock_llm.framing.image_size import Size, read_image_size
from bedrock_llm.framing.parts import CountText

ImageRule: TypeAlias = Callable[[Size], int]

_NOVA_EDGE: Final = 896
_NOVA_PIXELS_PER_TOKEN: Final = 640  # the middle of the page's five examples, 506 to 700
_PAGE: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_TEXT_FORMATS: Final = frozenset({"txt", "md", "csv", "html"})
_PAGE_TOKENS: Final = 2300
_PAGE_UPPER: Final = 3100
_PDF_BYTES_PER_PAGE: Final = 15_000
_BYTES_PER_TOKEN: Final = 4
_UPPER_BYTES_PER_TOKEN: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaCount:
    """The tokens of a medium, and what they will not exceed."""

    tokens: int
    upper: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRow:
    """Say how the models of one prefix count media.

    Attributes:
        prefix: Base ids that start with it belong to the row; the longest match wins.
        image: The formula, from the size in pixels.
        usual_image: Tokens of an image whose size is unknown, such as one in S3.
        largest_image: The most that an image takes.
        image_slack: The share by which the formula may be below the truth.
        document_tokens: Tokens around a document.
        citation_tokens: More, where citations are asked for.
    """

    prefix: str
    image: ImageRule
    usual_image: int
    largest_image: int
    image_slack: float = 0.0
    document_tokens: int = 0
    citation_tokens: int = 0


def _claude_image(edge: int, most: int) -> ImageRule:
    def count(size: Size) -> int:
        scale = min(1.0, edge / max(size))
        patches = _patches(size, scale)
        while patches > most:
            scale *= min(0.999, math.sqrt(most / patches))
            patches = _patches(size, scale)
        return patches + 3

    return count


def _patches(size: Size, scale: float) -> int:
    return math.prod(max(1, math.ceil(pixels * scale / 28)) for pixels in size)


def _nova_image(size: Size) -> int:
    scale = max(1.0, _NOVA_EDGE / max(size))
    return math.ceil(size[0] * size[1] * scale * scale / _NOVA_PIXELS_PER_TOKEN)


def _flat(tokens: int) -> ImageRule:
    return lambda _: tokens


def _llama_image(size: Size) -> int:
    tiles = math.prod(max(1, math.ceil(edge / 336)) for edge in size)
    shown = min(tiles, 16)
    return 144 * (shown + (shown > 1)) + 4


def _pixtral_image(size: Size) -> int:
    scale = min(1.0, 1024 / max(size))
    width, height = (max(1, math.ceil(edge * scale / 16)) for edge in size)
    return (width + 1) * height


MEDIA_ROWS: Final = (
    MediaRow(
        prefix="anthropic.",
        image=_claude_image(2576, 4784),
        usual_image=1571,
        largest_image=4787,
        document_tokens=38,
        citation_tokens=560,
    ),
    *(
        MediaRow(
            prefix=f"anthropic.claude-{name}",
            image=_claude_image(1568, 1568),
            usual_image=1571,
            largest_image=1571,
            document_tokens=38,
            citation_tokens=560,
        )
        for name in ("3", "haiku-4", "sonnet-4", "opus-4-2", "opus-4-1", "opus-4-5", "opus-4-6")
    ),
    MediaRow(
        prefix="amazon.nova",
        image=_nova_image,
        usual_image=1800,
        largest_image=8000,
        image_slack=0.3,
    ),
    MediaRow(
        prefix="amazon.nova-2",
        image=_flat(230),
        usual_image=230,
        largest_image=230,
        image_slack=0.1,
    ),
    MediaRow(
        prefix="meta.llama4",
        image=_llama_image,
        usual_image=724,
        largest_image=2452,
        image_slack=0.1,
    ),
    MediaRow(
        prefix="mistral.pixtral",
        image=_pixtral_image,
        usual_image=2000,
        largest_image=4160,
        image_slack=0.05,
    ),
    MediaRow(
        prefix="google.gemma",
        image=_flat(260),
        usual_image=260,
        largest_image=260,
        image_slack=0.05,
    ),
    MediaRow(
        prefix="",
        image=_claude_image(1568, 1568),
        usual_image=1571,
        largest_image=1571,
        image_slack=0.75,
    ),
)
"""Every row; the last one, for models nobody documents, takes Claude's formula as a guess."""

_BY_PREFIX_LENGTH: Final = sorted(MEDIA_ROWS, key=lambda row: len(row.prefix), reverse=True)


def count_media(media: Media, base_id: str | None, count: CountText) -> MediaCount | None:
    """Count an image or a document.

    Returns:
        The tokens and their upper end; None for what cannot be counted: video, sound, documents
        that are not in the request.
    """
    name = base_id or ""
    row = next(row for row in _BY_PREFIX_LENGTH if name.startswith(row.prefix))
    if media.kind == "image":
        return _count_image(media, row)
    if media.kind == "document" and media.data is not None:
        return _count_document(media, row, count)
    return None


def _count_image(media: Media, row: MediaRow) -> MediaCount:
    size = read_image_size(media.data) if isinstance(media.data, bytes) else None
    if size is None:
        return MediaCount(tokens=row.usual_image, upper=_raise(row.largest_image, row))
    tokens = row.image(size)
    return MediaCount(tokens=tokens, upper=_raise(tokens, row))


def _raise(tokens: int, row: MediaRow) -> int:
    return tokens + math.ceil(tokens * row.image_slack / (1 - row.image_slack))


def _count_document(media: Media, row: MediaRow, count: CountText) -> MediaCount:
    around = row.document_tokens + (row.citation_tokens if media.has_citations else 0)
    around += count(media.name)
    text = _read_text(media)
    if text is not None:
        tokens = around + count(text)
        return MediaCount(tokens=tokens, upper=tokens + 8 + (80 if media.has_citations else 0))
    data = media.data if isinstance(media.data, bytes) else b""
    if media.format == "pdf":
        pages = len(_PAGE.findall(data)) or max(1, len(data) // _PDF_BYTES_PER_PAGE)
        return MediaCount(tokens=around + pages * _PAGE_TOKENS, upper=around + pages * _PAGE_UPPER)
    return MediaCount(
        tokens=around + len(data) // _BYTES_PER_TOKEN,
        upper=around + len(data) // _UPPER_BYTES_PER_TOKEN,
    )


def _read_text(media: Media) -> str | None:
    if isinstance(media.data, str):
        return media.data
    if media.format not in _TEXT_FORMATS or media.data is None:
        return None
    return media.data.decode("utf-8", errors="replace")
