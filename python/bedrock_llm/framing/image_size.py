"""The size of an image, read from its header: PNG, JPEG, GIF, WebP.

    bytes ─► signature ─► the reader of the format ─► (width, height) in pixels, or None

Only headers are read; nothing is decoded. Whatever the bytes hold, the answer is a size within
`LARGEST_EDGE` or None, and no reader looks further than the bytes go: a JPEG's segments are walked
forward only, each step at least two bytes.

Formats: PNG (W3C, 2003, §11.2.2), JPEG (ITU T.81, B.2), GIF89a (§18), WebP (RFC 9649, §2.5 to 2.7).
"""

import struct
from collections.abc import Callable
from typing import Final, TypeAlias

Size: TypeAlias = tuple[int, int]

LARGEST_EDGE: Final = 1 << 24
"""No format here has a longer edge than WebP's 2^24 pixels that a service would take."""

_MARK: Final = 0xFF
_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE_MARKERS: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def read_image_size(data: bytes) -> Size | None:
    """Read an image's width and height, in pixels.

    Args:
        data: The file, or at least its beginning.

    Returns:
        Width and height, or None where the bytes are no image of a known format.
    """
    for signature, offset, reader in _READERS:
        if data[offset : offset + len(signature)] == signature:
            size = reader(data)
            is_usable = size is not None and all(0 < edge <= LARGEST_EDGE for edge in size)
            return size if is_usable else None
    return None


def _read_png(data: bytes) -> Size | None:
    if data[12:16] != b"IHDR":
        return None
    return _unpack(">II", data, 16)


def _read_gif(data: bytes) -> Size | None:
    return _unpack("<HH", data, 6)


def _read_jpeg(data: bytes) -> Size | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != _MARK:
            return None
        marker = data[at + 1]
        if marker == _MARK:
            at += 1
        elif marker in _LONE_MARKERS:
            at += 2
        elif marker in _FRAME_MARKERS:
            found = _unpack(">HH", data, at + 5)
            return None if found is None else (found[1], found[0])
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return None


def _read_webp(data: bytes) -> Size | None:
    if data[8:12] != b"WEBP":
        return None
    reader = _WEBP_READERS.get(data[12:16])
    return reader(data) if reader else None


def _read_lossy(data: bytes) -> Size | None:
    found = _unpack("<HH", data, 26)
    return None if found is None else (found[0] & 0x3FFF, found[1] & 0x3FFF)


def _read_lossless(data: bytes) -> Size | None:
    if len(data) < 25:  # noqa: PLR2004  where the four bytes of the size end
        return None
    bits = int.from_bytes(data[21:25], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _read_extended(data: bytes) -> Size | None:
    if len(data) < 30:  # noqa: PLR2004  where the six bytes of the size end
        return None
    return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1


def _unpack(layout: str, data: bytes, offset: int) -> Size | None:
    if offset + struct.calcsize(layout) > len(data):
        return None
    width, height = struct.unpack_from(layout, data, offset)
    return width, height


_WEBP_READERS: Final[dict[bytes, Callable[[bytes], Size | None]]] = {
    b"VP8 ": _read_lossy,
    b"VP8L": _read_lossless,
    b"VP8X": _read_extended,
}
_READERS: Final[tuple[tuple[bytes, int, Callable[[bytes], Size | None]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", 0, _read_png),
    (b"\xff\xd8", 0, _read_jpeg),
    (b"GIF8", 0, _read_gif),
    (b"RIFF", 0, _read_webp),
)
