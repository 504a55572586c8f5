"""Documents and search results: what a model reads and may cite."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from bedrock_llm.messages.citations import CitationsConfig, CitedText
from bedrock_llm.messages.media import S3Location
from bedrock_llm.wire import Blob, OneOf, OrderedModel, Text, UnionModel

DocumentFormat: TypeAlias = Annotated[
    Literal["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"], OneOf()
]


class DocumentSource(UnionModel):
    """Hold the content of a document, or say where in S3 it is.

    Attributes:
        data: The content of a file; on the wire its key is `bytes`.
        s3_location: The object that holds it.
        text: Plain text.
        content: Text in blocks that can be cited one by one.
    """

    data: Blob | None = Field(None, alias="bytes")
    s3_location: S3Location | None = None
    text: Text | None = None
    content: Annotated[tuple[CitedText, ...], Field(strict=False)] | None = None


class DocumentBlock(OrderedModel):
    """Hold a document.

    Attributes:
        name: 1 to 200 characters. Bedrock takes letters, digits, single spaces, hyphens, round and
            square brackets; the model reads it, so a neutral name is the safe one.
        source: The content or its place in S3.
        format: `pdf`, `csv`, `doc`, `docx`, `xls`, `xlsx`, `html`, `txt` or `md`.
        context: Words on how the document was made or is to be read.
        citations: Whether the model may cite it.
    """

    wire_key: ClassVar[str] = "document"

    format: DocumentFormat | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: DocumentSource
    context: Text | None = None
    citations: CitationsConfig | None = None


class SearchResultBlock(OrderedModel):
    """Hold a search result that the model may cite.

    Attributes:
        source: Address of what was found.
        title: Its title.
        content: Its text, in blocks that can be cited one by one.
        citations: Whether the model may cite it.
    """

    wire_key: ClassVar[str] = "searchResult"

    source: Text
    title: Text
    content: Annotated[tuple[CitedText, ...], Field(strict=False)]
    citations: CitationsConfig | None = None
