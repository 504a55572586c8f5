"""Citations: what a model quotes, and where it stands in the sources it was given."""

from typing import Annotated, ClassVar

from pydantic import Field

from bedrock_llm.wire import OrderedModel, Text, UnionModel, WireModel

Position = Annotated[int, Field(ge=0)]


class CitedText(WireModel):
    """Hold a piece of text inside a citation, a document or a search result.

    Attributes:
        text: The words.
    """

    text: Text


class WebLocation(OrderedModel):
    """Say which page was cited.

    Attributes:
        url: Its address.
        domain: Its host.
    """

    url: Text | None = None
    domain: Text | None = None


class DocumentRange(OrderedModel):
    """Say which part of which document was cited.

    Attributes:
        document_index: Number of the document in the request, from 0.
        start: First character, page or chunk.
        end: Where the part ends.
    """

    document_index: Position | None = None
    start: Position | None = None
    end: Position | None = None


class SearchResultRange(OrderedModel):
    """Say which part of which search result was cited.

    Attributes:
        search_result_index: Number of the search result in the request, from 0.
        start: First content block.
        end: Where the part ends.
    """

    search_result_index: Position | None = None
    start: Position | None = None
    end: Position | None = None


class CitationLocation(UnionModel):
    """Say where the cited words stand: one of five kinds of place.

    Attributes:
        web: A page.
        document_char: Characters of a document.
        document_page: Pages of a document.
        document_chunk: Chunks of a document.
        search_result_location: Blocks of a search result.
    """

    web: WebLocation | None = None
    document_char: DocumentRange | None = None
    document_page: DocumentRange | None = None
    document_chunk: DocumentRange | None = None
    search_result_location: SearchResultRange | None = None


class Citation(OrderedModel):
    """Hold one citation.

    Attributes:
        title: Title of the source.
        source: Name or address of the source.
        source_content: The words of the source.
        location: Where they stand.
    """

    title: Text | None = None
    source: Text | None = None
    source_content: Annotated[tuple[CitedText, ...], Field(strict=False)] | None = None
    location: CitationLocation | None = None


class CitationsConfig(WireModel):
    """Say whether a document or search result may be cited.

    Attributes:
        enabled: True where citations are wanted.
    """

    enabled: bool


class CitationsBlock(OrderedModel):
    """Hold generated text together with the citations that back it.

    Attributes:
        content: What the model wrote.
        citations: Where it took it from.
    """

    wire_key: ClassVar[str] = "citationsContent"

    content: Annotated[tuple[CitedText, ...], Field(strict=False)] | None = None
    citations: Annotated[tuple[Citation, ...], Field(strict=False)] | None = None

    @property
    def text(self) -> str:
        """Join what the model wrote."""
        return "".join(piece.text for piece in self.content or ())
