"""A page of a document as the viewer shows it: what stands on it, and where the quoted words lie."""

from __future__ import annotations

from typing import Any

from corpora.errors import UsageError
from corpora.library import Library
from corpora.model import Span
from ingest.render import render_page


def page_json(library: Library, name: str, number: int, start: int = 0, end: int = 0) -> dict[str, Any]:
    """A page and the boxes of a span of it, as shares of the page's width and height from its top left.

    Raises
    ------
    DocumentNotFound, PageNotFound
    """
    document = library.document(name)
    page = library.page(document.document_id, number)
    boxes = []
    if 0 <= start < end <= len(page.text) and page.width and page.height:
        boxes = [
            [box.x0 / page.width, box.y0 / page.height, box.x1 / page.width, box.y1 / page.height]
            for box in library.boxes(Span(document.document_id, number, start, end))
        ]
    return {
        "document": document.document_id,
        "file": document.file,
        "title": document.title or document.file,
        "pages": document.pages,
        "number": number,
        "label": page.label if page.label != str(number) else "",
        "width": page.width,
        "height": page.height,
        "ocr": page.ocr,
        "confidence": page.ocr_confidence,
        "boxes": boxes,
        "warnings": warnings_of(document.notes, number),
    }


def page_picture(library: Library, name: str, number: int, zoom: float) -> bytes:
    """WebP bytes of a page at `zoom` pixels a point.

    Raises
    ------
    DocumentNotFound, PageNotFound, FileDamaged, UsageError
    """
    document = library.document(name)
    file = library.file_of(document.document_id)
    if file is None:
        raise UsageError(f"The kept copy of {document.file} is gone.", "Upload it again.")
    return render_page(file, number, zoom).data


def warnings_of(notes: tuple[str, ...], number: int) -> list[str]:
    """What was found suspicious on a page when the document was read."""
    begin = f"warning, page {number}:"
    return [note.removeprefix(begin).strip() for note in notes if note.startswith(begin)]
