"""Laws of the event-stream decoder: cuts do not matter, defects always do."""

from itertools import pairwise
from struct import pack
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.errors import FrameError
from bedrock_llm.transport.eventstream import FrameDecoder

NAMES = st.text("abc:-é", min_size=1, max_size=8)
INTEGERS = {2: "b", 3: "h", 4: "i", 5: "q", 8: "q"}
VALUES = st.one_of(
    st.sampled_from([b"\x00", b"\x01"]),
    st.binary(max_size=12).map(lambda taken: b"\x06" + pack(">H", len(taken)) + taken),
    st.text(max_size=6).map(lambda text: b"\x07" + pack(">H", len(text.encode())) + text.encode()),
    st.binary(min_size=16, max_size=16).map(lambda taken: b"\x09" + taken),
    st.tuples(st.sampled_from(sorted(INTEGERS)), st.integers(-128, 127)).map(
        lambda pair: bytes([pair[0]]) + pack(">" + INTEGERS[pair[0]], pair[1])
    ),
)


def encode(headers: dict[str, bytes], payload: bytes) -> bytes:
    block = b"".join(
        bytes([len(name.encode())]) + name.encode() + value for name, value in headers.items()
    )
    prelude = pack(">II", 16 + len(block) + len(payload), len(block))
    message = prelude + pack(">I", crc32(prelude)) + block + payload
    return message + pack(">I", crc32(message))


FRAMES = st.builds(encode, st.dictionaries(NAMES, VALUES, max_size=4), st.binary(max_size=60))
STREAMS = st.lists(FRAMES, min_size=1, max_size=5)


def decode_with_botocore(data: bytes) -> list[tuple[dict[str, object], bytes]]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    return [(message.headers, message.payload) for message in buffer]


def decode_in_chunks(data: bytes, cuts: list[int]) -> list[tuple[dict[str, object], bytes]]:
    decoder = FrameDecoder()
    bounds = [0, *sorted(cuts), len(data)]
    frames = [
        (dict(frame.headers), frame.payload)
        for start, end in pairwise(bounds)
        for frame in decoder.feed(data[start:end])
    ]
    decoder.close()
    return frames


@given(frames=STREAMS, data=st.data())
def test_any_cut_into_chunks_gives_the_frames_botocore_gives(
    frames: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(frames)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    assert decode_in_chunks(stream, cuts) == decode_with_botocore(stream)


@given(frames=STREAMS)
def test_byte_by_byte_gives_the_same_frames(frames: list[bytes]) -> None:
    stream = b"".join(frames)
    assert decode_in_chunks(stream, list(range(len(stream)))) == decode_with_botocore(stream)


@given(frames=STREAMS, data=st.data())
def test_a_stream_cut_off_anywhere_inside_a_frame_is_an_error(
    frames: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(frames[:-1])
    kept_bytes = data.draw(st.integers(1, len(frames[-1]) - 1))
    decoder = FrameDecoder()
    assert len(decoder.feed(stream + frames[-1][:kept_bytes])) == len(frames) - 1
    with pytest.raises(FrameError):
        decoder.close()


@given(frame=FRAMES, data=st.data())
def test_every_flipped_bit_is_caught(frame: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(frame) * 8 - 1))
    broken = bytearray(frame)
    broken[position // 8] ^= 1 << position % 8
    decoder = FrameDecoder()
    with pytest.raises(FrameError):
        decoder.feed(bytes(broken))


@given(noise=st.binary(min_size=12, max_size=80))
def test_noise_is_refused_or_waited_for_but_never_taken_for_a_frame(noise: bytes) -> None:
    frames, _defect = FrameDecoder().feed_until_defect(noise)
    assert frames == []
