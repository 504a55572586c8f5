"""Pictures, films and sounds: a format and a source, which is bytes or an object in S3."""

from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field

from bedrock_llm.wire import Blob, Matching, OneOf, OrderedModel, Text, UnionModel, WireModel

ImageFormat: TypeAlias = Annotated[Literal["png", "jpeg", "gif", "webp"], OneOf()]
VideoFormat: TypeAlias = Annotated[
    Literal["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"], OneOf()
]
AudioFormat: TypeAlias = Annotated[
    Literal[
        "mp3",
        "opus",
        "wav",
        "aac",
        "flac",
        "mp4",
        "ogg",
        "mkv",
        "mka",
        "x-aac",
        "m4a",
        "mpeg",
        "mpga",
        "pcm",
        "webm",
    ],
    OneOf(),
]


class S3Location(OrderedModel):
    """Name an object in S3.

    Attributes:
        uri: The object, `s3://bucket/key`.
        bucket_owner: Account id of the bucket's owner, twelve digits, when it is another account.
    """

    uri: Annotated[
        str, Matching(r"s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?", "a URI s3://bucket/key")
    ]
    bucket_owner: Annotated[str, Matching(r"[0-9]{12}", "an account id of 12 digits")] | None = None


class MediaSource(UnionModel):
    """Hold the content of an image, video or sound, or say where in S3 it is.

    Attributes:
        data: The content; on the wire its key is `bytes`.
        s3_location: The object that holds it.
    """

    data: Blob | None = Field(None, alias="bytes")
    s3_location: S3Location | None = None


class ErrorBlock(WireModel):
    """Say why a model could not give the content of a block.

    Attributes:
        message: The model's words.
    """

    message: Text | None = None


class ImageBlock(OrderedModel):
    """Hold an image.

    Attributes:
        format: `png`, `jpeg`, `gif` or `webp`.
        source: The content or its place in S3.
        error: In replies: why there is no image.
    """

    wire_key: ClassVar[str] = "image"

    format: ImageFormat
    source: MediaSource
    error: ErrorBlock | None = None

    @classmethod
    def from_bytes(cls, data: bytes, *, format: str) -> Self:  # noqa: A002  Bedrock's own word
        """Build the block from the content of an image file."""
        return cls.from_converse({"format": format, "source": {"bytes": data}})


class VideoBlock(OrderedModel):
    """Hold a video.

    Attributes:
        format: `mp4`, `mov`, `mkv`, `webm`, `flv`, `mpeg`, `mpg`, `wmv` or `three_gp`.
        source: The content or its place in S3.
    """

    wire_key: ClassVar[str] = "video"

    format: VideoFormat
    source: MediaSource


class AudioBlock(OrderedModel):
    """Hold a sound.

    Attributes:
        format: `mp3`, `wav`, `flac`, `ogg` and so on, as the service model lists them.
        source: The content or its place in S3.
        error: In replies: why there is no sound.
    """

    wire_key: ClassVar[str] = "audio"

    format: AudioFormat
    source: MediaSource
    error: ErrorBlock | None = None
