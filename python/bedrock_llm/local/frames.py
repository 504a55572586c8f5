"""Write `application/vnd.amazon.eventstream` frames.

    prelude (12 bytes)                        headers            payload    trailer
    ┌─────────────┬──────────────┬───────────┬──────────────────┬──────────┬───────────┐
    │ total bytes │ header bytes │ CRC of    │ name length, name│ JSON     │ CRC of all│
    │ u32         │ u32          │ both, u32 │ 7, u16, value …  │          │ before u32│
    └─────────────┴──────────────┴───────────┴──────────────────┴──────────┴───────────┘

All numbers are big-endian and both checksums are CRC-32 (ISO-HDLC, as zlib computes it); header
values are always strings (type 7). This writer is written apart from the library's decoder, so the
two do not share a mistake.

Source: AWS, "Event stream encoding",
https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html (2026-11-22).
"""

import json
from collections.abc import Mapping
from functools import cache
from struct import Struct
from zlib import crc32

_PRELUDE = Struct(">II")
_CHECKSUM = Struct(">I")
_STRING_HEADER = Struct(">BH")
_STRING_TYPE = 7
_FIXED_BYTES = 16  # the prelude, its checksum and the checksum of the whole


def encode_frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Write one frame.

    Args:
        headers: Header names and their string values.
        payload: The bytes to carry.

    Returns:
        The frame with both checksums.
    """
    return _seal(_encode_headers(headers), payload)


def encode_event(event_type: str, payload: Mapping[str, object]) -> bytes:
    """Write an event frame.

    Args:
        event_type: The event's name in the service model, such as `messageStart`.
        payload: The event's members.

    Returns:
        The frame.
    """
    return _seal(_event_headers(event_type), _encode_json(payload))


def encode_exception(exception_type: str, payload: Mapping[str, object]) -> bytes:
    """Write an exception frame.

    Args:
        exception_type: The exception's member name, such as `throttlingException`.
        payload: The exception's members.

    Returns:
        The frame.
    """
    headers = {
        ":exception-type": exception_type,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return encode_frame(headers, _encode_json(payload))


@cache
def _event_headers(event_type: str) -> bytes:
    return _encode_headers(
        {
            ":event-type": event_type,
            ":content-type": "application/json",
            ":message-type": "event",
        }
    )


def _encode_headers(headers: Mapping[str, str]) -> bytes:
    return b"".join(_encode_header(name, value) for name, value in headers.items())


def _encode_header(name: str, value: str) -> bytes:
    name_bytes, value_bytes = name.encode(), value.encode()
    return (
        bytes((len(name_bytes),))
        + name_bytes
        + _STRING_HEADER.pack(_STRING_TYPE, len(value_bytes))
        + value_bytes
    )


def _encode_json(payload: Mapping[str, object]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _seal(headers: bytes, payload: bytes) -> bytes:
    prelude = _PRELUDE.pack(_FIXED_BYTES + len(headers) + len(payload), len(headers))
    body = b"".join((prelude, _CHECKSUM.pack(crc32(prelude)), headers, payload))
    return body + _CHECKSUM.pack(crc32(body))
