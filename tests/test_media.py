import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.framing.conversation import Media
from bedrock_llm.framing.image_size import LARGEST_EDGE, read_image_size
from bedrock_llm.framing.media import MEDIA_ROWS, count_media

SONNET = "anthropic.claude-sonnet-4-6"


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
    )


def jpeg(width: int, height: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + bytes(9)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + application + comment + b"\xff" + frame


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3)


def webp(kind: bytes, inside: bytes) -> bytes:
    return (
        b"RIFF"
        + struct.pack("<I", 4 + 8 + len(inside))
        + b"WEBP"
        + kind
        + (struct.pack("<I", len(inside)) + inside)
    )


LOSSY = webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640 | 0x4000, 480))
LOSSLESS = webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14))
EXTENDED = webp(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"))


@pytest.mark.parametrize(
    "data", [png(640, 480), jpeg(640, 480), gif(640, 480), LOSSY, LOSSLESS, EXTENDED]
)
def test_the_size_of_an_image_is_in_its_header(data):
    assert read_image_size(data) == (640, 480)


@pytest.mark.parametrize("data", [png(640, 480), jpeg(640, 480), gif(640, 480), LOSSY, EXTENDED])
def test_a_cut_header_gives_no_size_and_no_error(data):
    for length in range(len(data)):
        assert read_image_size(data[:length]) in {None, (640, 480)}


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"]))
def test_any_bytes_give_a_size_or_none(data, start):
    size = read_image_size(start + data)
    assert size is None or all(0 < edge <= LARGEST_EDGE for edge in size)


def test_an_image_without_extent_has_no_size():
    assert read_image_size(png(0, 480)) is None
    assert read_image_size(png(1 << 31, 480)) is None


def test_a_jpeg_whose_segments_claim_no_length_is_walked_to_its_end():
    assert read_image_size(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 10_000) is None


def image(data: bytes | None) -> Media:
    return Media(kind="image", format="png", data=data)


@pytest.mark.parametrize(
    ("model", "size", "tokens"),
    [
        # Recorded: 7 tokens for 50 x 50 (Sonnet 4), 4 for 1 x 1 (3.5 Sonnet).
        ("anthropic.claude-sonnet-4-20250514-v1:0", (50, 50), 7),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", (1, 1), 4),
        # 28 pixels a patch, from the vendor's page.
        (SONNET, (200, 200), 8 * 8 + 3),
        (SONNET, (1000, 1000), 36 * 36 + 3),
        ("amazon.nova-2-lite-v1:0", (4000, 3000), 230),
        ("google.gemma-3-27b-it", (4000, 3000), 260),
        ("mistral.pixtral-large-2502-v1:0", (1024, 1024), 65 * 64),
        ("meta.llama4-scout-17b-instruct-v1:0", (336, 336), 148),
    ],
)
def test_an_image_takes_what_the_vendor_says(model, size, tokens):
    assert count_media(image(png(*size)), model, len).tokens == tokens


@pytest.mark.parametrize(("model", "most"), [(SONNET, 1571), ("anthropic.claude-opus-4-7", 4787)])
def test_a_large_image_is_scaled_down_first(model, most):
    for size in ((8000, 8000), (8000, 100), (3000, 2000), (1, 8000)):
        assert count_media(image(png(*size)), model, len).tokens <= most
    assert count_media(image(png(8000, 8000)), model, len).tokens > most * 0.9


# https://docs.aws.amazon.com/nova/latest/userguide/modalities-image.html, read 2026-11-22
@pytest.mark.parametrize(
    ("size", "tokens"),
    [((900, 450), 800), ((900, 900), 1300), ((1400, 900), 1800), ((1800, 900), 2400)],
)
def test_novas_published_examples_lie_within_the_stated_slack(size, tokens):
    counted = count_media(image(png(*size)), "amazon.nova-lite-v1:0", len)
    assert counted.upper >= tokens
    assert counted.tokens == pytest.approx(tokens, rel=0.25)


def test_an_image_that_is_elsewhere_takes_the_usual_size_and_at_most_the_largest():
    for row in MEDIA_ROWS:
        counted = count_media(image(None), row.prefix, len)
        assert counted.tokens == row.usual_image
        assert counted.upper >= row.largest_image


def document(form: str, data: bytes | str | None, *, has_citations: bool = False) -> Media:
    return Media(kind="document", format=form, data=data, name="", has_citations=has_citations)


def test_a_text_document_counts_as_its_text_and_what_stands_around_it():
    assert count_media(document("txt", b"x" * 66), SONNET, len).tokens == 66 + 38
    assert count_media(document("txt", "x" * 66), SONNET, len).tokens == 66 + 38
    cited = count_media(document("txt", "x" * 66, has_citations=True), SONNET, len)
    assert cited.tokens <= 66 + 600
    assert cited.upper >= 649


def test_a_pdf_counts_by_its_pages():
    page = b"<< /Type /Page >>\n"
    pages = b"%PDF-1.4\n<< /Type /Pages /Count 3 >>\n" + page * 3
    one = count_media(document("pdf", b"%PDF-1.4\n" + page), SONNET, len)
    three = count_media(document("pdf", pages), SONNET, len)
    assert one.tokens < 3000 < one.upper + 100
    assert three.tokens == 38 + 3 * (one.tokens - 38)


def test_what_is_not_in_the_request_is_not_counted():
    assert count_media(document("pdf", None), SONNET, len) is None
    assert count_media(Media(kind="video", format="mp4", data=b"x"), SONNET, len) is None
