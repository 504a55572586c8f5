"""Frames are decoded as botocore decodes them, and every defect is named."""

from struct import pack
from types import SimpleNamespace
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_llm.errors import FrameError
from bedrock_llm.transport.eventstream import (
    MAX_HEADERS_BYTES,
    MAX_PAYLOAD_BYTES,
    FrameDecoder,
)

ALL_KINDS = b"".join(
    [
        b"\x01a\x00",
        b"\x01b\x01",
        b"\x01c\x02" + pack(">b", -2),
        b"\x01d\x03" + pack(">h", -300),
        b"\x01e\x04" + pack(">i", -70_000),
        b"\x01f\x05" + pack(">q", -(2**40)),
        b"\x01g\x06" + pack(">H", 3) + b"\x00\x01\xff",
        b"\x01h\x07" + pack(">H", 6) + "Grüß".encode(),
        b"\x01i\x08" + pack(">q", 1_700_000_000_000),
        b"\x01j\x09" + bytes(range(16)),
    ]
)


def frame_of(block: bytes, payload: bytes = b"{}") -> bytes:
    prelude = pack(">II", 16 + len(block) + len(payload), len(block))
    message = prelude + pack(">I", crc32(prelude)) + block + payload
    return message + pack(">I", crc32(message))


def prelude_of(total_bytes: int, headers_bytes: int) -> bytes:
    lengths = pack(">II", total_bytes, headers_bytes)
    return lengths + pack(">I", crc32(lengths))


def test_every_kind_of_header_is_read_as_botocore_reads_it() -> None:
    data = frame_of(ALL_KINDS, b"payload")
    (frame,) = FrameDecoder().feed(data)
    oracle = EventStreamBuffer()
    oracle.add_data(data)
    message = next(oracle)
    assert dict(frame.headers) == message.headers
    assert frame.payload == message.payload == b"payload"
    assert [type(value) for value in frame.headers.values()] == [
        type(value) for value in message.headers.values()
    ]


def test_one_chunk_may_hold_many_frames_and_the_start_of_the_next(wire: SimpleNamespace) -> None:
    frames = wire.whole_stream()
    data = b"".join(frames)
    decoder = FrameDecoder()
    assert len(decoder.feed(data + frames[0][:5])) == len(frames)
    assert decoder.pending_bytes == 5
    assert len(decoder.feed(frames[0][5:])) == 1
    decoder.close()


def test_an_empty_frame_is_a_frame() -> None:
    assert FrameDecoder().feed(frame_of(b"", b"")) == [({}, b"", None)]


def test_an_event_is_told_from_an_exception(wire: SimpleNamespace) -> None:
    refusal = wire.encode_frame(b"{}", event_type="x", message_type="exception")
    frames = FrameDecoder().feed(wire.event_frame("messageStart", {}) + refusal)
    assert [frame.event_type for frame in frames] == ["messageStart", None]


def test_frames_before_a_defect_are_not_lost(wire: SimpleNamespace) -> None:
    good = wire.event_frame("messageStart", {"role": "assistant"})
    decoder = FrameDecoder()
    frames, defect = decoder.feed_until_defect(good + b"\xff" * 16)
    assert len(frames) == 1
    assert isinstance(defect, FrameError)
    assert f"at byte {len(good)}" in str(defect)


def test_a_decoder_is_spent_after_a_defect(wire: SimpleNamespace) -> None:
    decoder = FrameDecoder()
    with pytest.raises(FrameError):
        decoder.feed(b"\xff" * 16)
    with pytest.raises(FrameError):
        decoder.feed(wire.event_frame("messageStart", {}))
    with pytest.raises(FrameError):
        decoder.close()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"HTTP/1.1 200 OK\r\n", "prelude does not have checksum"),
        (frame_of(b"")[:-1] + b"\x00", "bytes do not have checksum"),
        (prelude_of(15, 0), "15 bytes in all"),
        (prelude_of(40, 25), "25 of headers"),
        (prelude_of(MAX_HEADERS_BYTES + 17, MAX_HEADERS_BYTES + 1), f"{MAX_HEADERS_BYTES + 1} of"),
        (prelude_of(MAX_PAYLOAD_BYTES + 17, 0), f"{MAX_PAYLOAD_BYTES + 17} bytes in all"),
        (frame_of(b"\x05abc"), "bytes are missing"),
        (frame_of(b"\x01a"), "1 bytes are missing"),
        (frame_of(b"\x01a\x07\x00\x05ab"), "3 bytes are missing"),
        (frame_of(b"\x01a\x0a"), "unknown type 10"),
        (frame_of(b"\x01a\x00\x01a\x01"), "'a' is given twice"),
        (frame_of(b"\x01\xff\x00"), "utf-8"),
        (frame_of(b"\x01a\x07\x00\x01\xff"), "utf-8"),
    ],
)
def test_a_defect_is_named(data: bytes, found: str) -> None:
    with pytest.raises(FrameError, match=found):
        FrameDecoder().feed(data)


def test_the_longest_frame_is_not_refused_before_it_is_there() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(prelude_of(MAX_PAYLOAD_BYTES + 16, 0)) == []


def test_many_different_headers_do_not_pile_up() -> None:
    decoder = FrameDecoder()
    for number in range(200):
        block = b"\x01a\x04" + pack(">i", number)
        (frame,) = decoder.feed(frame_of(block))
        assert frame.headers == {"a": number}
    assert len(decoder._blocks) <= 64


def test_headers_shared_between_frames_cannot_be_changed(wire: SimpleNamespace) -> None:
    (frame,) = FrameDecoder().feed(wire.event_frame("messageStart", {}))
    with pytest.raises(TypeError):
        frame.headers[":event-type"] = "other"


def test_a_stream_that_ends_inside_a_frame_is_an_error(wire: SimpleNamespace) -> None:
    decoder = FrameDecoder()
    decoder.feed(wire.event_frame("messageStart", {})[:-1])
    with pytest.raises(FrameError, match="ended inside a frame"):
        decoder.close()
