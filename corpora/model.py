"""The records that everything else passes around. All are frozen; none knows where it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one page's canonical text, half open, in Unicode code points.

    `page` counts from 1. The quote of a span is exactly `page_text[start:end]`.
    """

    document_id: str
    page: int
    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character.

        >>> Span("d", 1, 0, 5).overlaps(Span("d", 1, 4, 9))
        True
        """
        return (
            self.document_id == other.document_id
            and self.page == other.page
            and self.start < other.end
            and other.start < self.end
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as displayed (rotation and crop applied).

    Units are PDF points (1/72 inch), the origin is the top left corner and y grows downwards.
    """

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: its canonical text, to which every span of it refers."""

    document_id: str
    number: int
    label: str
    text: str
    width: float
    height: float
    #: How sure OCR was of the text, 0 to 1; None where the file itself has it.
    ocr_confidence: float | None = None

    @property
    def ocr(self) -> bool:
        """Whether the text was read from the picture of the page."""
        return self.ocr_confidence is not None


@dataclass(frozen=True, slots=True)
class Document:
    """One file, identified by the sha256 of its bytes."""

    document_id: str
    file: str
    title: str
    pages: int
    chunks: int
    added_at: str
    path: str = ""
    bytes: int = 0
    cruise: str = ""
    year: str = ""
    author: str = ""
    created: str = ""
    text_reader: str = ""
    facts_reader: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span that is indexed, with the heading of the section that it stands in.

    `kind` is prose, table, caption, footnote or furniture (running heads and page numbers: kept, never searched).
    `context` is the caption and header of a table for the chunks that hold only its later rows.
    """

    span: Span
    text: str
    heading: str = ""
    kind: str = "prose"
    context: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk as search found it: its rank (from 1), its scores, and its document's file name.

    `context` is the head of the table whose later rows the chunk holds.
    """

    rank: int
    score: float
    document: str
    span: Span
    text: str
    heading: str = ""
    title: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    context: str = ""
