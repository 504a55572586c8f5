"""The endpoint's frames, read by botocore."""

import json

import pytest
from botocore.eventstream import ChecksumMismatch, EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.local.frames import encode_event, encode_exception, encode_frame

NAMES = st.text("abcdefghijklmnopqrstuvwxyz:-", min_size=1, max_size=40)


def read(data: bytes) -> list[tuple[dict[str, str], bytes]]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    return [(message.headers, message.payload) for message in buffer]


@given(headers=st.dictionaries(NAMES, st.text(max_size=60), max_size=5), payload=st.binary())
def test_botocore_reads_what_was_written(headers: dict[str, str], payload: bytes) -> None:
    frame = encode_frame(headers, payload)

    assert read(frame + frame) == [(headers, payload)] * 2


@given(place=st.integers(0, 95))
def test_botocore_refuses_a_frame_with_any_bit_changed(place: int) -> None:
    frame = encode_event("messageStart", {"role": "assistant"})
    broken = bytearray(frame)
    broken[place % len(frame)] ^= 0x10

    with pytest.raises(ChecksumMismatch):
        read(bytes(broken))


def test_an_event_carries_its_type_and_json() -> None:
    ((headers, payload),) = read(encode_event("contentBlockDelta", {"delta": {"text": "Grüße"}}))

    assert headers == {
        ":event-type": "contentBlockDelta",
        ":content-type": "application/json",
        ":message-type": "event",
    }
    assert json.loads(payload) == {"delta": {"text": "Grüße"}}


def test_an_exception_carries_its_type_and_message() -> None:
    ((headers, payload),) = read(encode_exception("throttlingException", {"message": "wait"}))

    assert headers[":message-type"] == "exception"
    assert headers[":exception-type"] == "throttlingException"
    assert json.loads(payload) == {"message": "wait"}
