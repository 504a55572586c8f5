"""Write the envelope and the fields that every packed vocabulary file is made of.

    fields ─► payload ─► seal ─► file bytes ─► unseal ─► payload

The envelope, little endian; `rust/container` reads it:

    offset  size  field
         0     8  magic, which says what kind of file it is
         8     4  format version, 2
        12     4  CRC-32 (zlib's) of every byte from offset 16 to the end
        16     4  p, the size of the payload
        20        one zstd frame, which becomes the p bytes of the payload

The same payload gives the same file with the pinned `zstandard`, which brings its own libzstd:
level 19, one thread, a window as large as the payload, no checksum of its own.

The fields: a number is a u32; a text is its size, a u32, and UTF-8; rows are their number, and of
each a u32 and a text; the token table is the size of each token by rank (LEB128), then the tokens
by size and then by rank.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence

import zstandard

VERSION = 2
LEVEL = 19
_LARGEST_WINDOW_LOG = 24


def seal(magic: bytes, payload: bytes) -> bytes:
    """Compress a payload and put the envelope around it."""
    window_log = min(max((len(payload) - 1).bit_length(), 10), _LARGEST_WINDOW_LOG)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, window_log=window_log, enable_ldm=True, write_content_size=True
    )
    frame = zstandard.ZstdCompressor(compression_params=parameters).compress(payload)
    checked = struct.pack("<I", len(payload)) + frame
    return magic + struct.pack("<2I", VERSION, zlib.crc32(checked)) + checked


def unseal(data: bytes) -> bytes:
    """Give the payload of a file that `seal` made."""
    (size,) = struct.unpack_from("<I", data, 16)
    return zstandard.ZstdDecompressor().decompress(data[20:], max_output_size=size)


def pack_text(text: str) -> bytes:
    """Write a text behind its size."""
    return pack_bytes(text.encode())


def pack_bytes(data: bytes) -> bytes:
    """Write bytes behind their size."""
    return struct.pack("<I", len(data)) + data


def pack_texts(texts: Iterable[str]) -> bytes:
    """Write texts one behind the other."""
    return b"".join(map(pack_text, texts))


def pack_rows(rows: Mapping[int, str]) -> bytes:
    """Write ids with their texts, behind the number of them."""
    packed = [struct.pack("<I", number) + pack_text(text) for number, text in rows.items()]
    return struct.pack("<I", len(packed)) + b"".join(packed)


def pack_tokens(tokens: Sequence[bytes]) -> bytes:
    """Write the sizes by rank, then the tokens by size and then by rank.

    Tokens of one size side by side compress 4 % better than tokens by rank.
    """
    sizes = b"".join(_pack_size(len(token)) for token in tokens)
    by_size: list[bytes] = sorted(tokens, key=len)
    return sizes + b"".join(by_size)


def _pack_size(size: int) -> bytes:
    packed = bytearray()
    while size > 0x7F:  # noqa: PLR2004  the largest number in seven bits
        packed.append(size & 0x7F | 0x80)
        size >>= 7
    packed.append(size)
    return bytes(packed)
