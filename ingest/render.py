"""A page as a picture, the way a reader of PDFs shows it: rotation and crop applied."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from corpora.errors import FileDamaged, PageNotFound
from ingest.files import kind

#: pdfium keeps global state: one page is drawn at a time.
_PDFIUM = threading.Lock()
#: No picture is larger than this, whatever a page claims to measure.
MAX_PIXELS = 12_000_000


@dataclass(frozen=True)
class Picture:
    """WebP bytes of a page; `width` and `height` are the page's, in PDF points."""

    data: bytes
    width: float
    height: float


@lru_cache(maxsize=48)
def render_page(path: Path, number: int, scale: float = 1.5) -> Picture:
    """Draw one page.

    Parameters
    ----------
    number:
        The page, counted from 1.
    scale:
        Pixels for each point.

    Raises
    ------
    PageNotFound, FileDamaged
    """
    what = _kind(path)
    if what != "pdf":
        from ingest.flow import draw_page

        return Picture(*draw_page(path, what, number, scale))
    import pypdfium2

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(path)
        except (pypdfium2.PdfiumError, OSError) as error:
            raise FileDamaged(
                f"The kept copy of this document cannot be opened ({error}).", "Ingest it again."
            ) from error
        try:
            if not 1 <= number <= len(document):
                raise PageNotFound(f"The document has {len(document)} pages, there is no page {number}.")
            page = document[number - 1]
            width, height = page.get_size()
            fitting = min(scale, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
            image = page.render(scale=fitting).to_pil()
        except pypdfium2.PdfiumError as error:
            raise FileDamaged(f"Page {number} cannot be drawn ({error}).", "Open the file in a PDF reader.") from error
        finally:
            document.close()
    out = io.BytesIO()
    image.convert("RGB").save(out, "WEBP", quality=82, method=2)
    return Picture(out.getvalue(), float(width), float(height))


def _kind(path: Path) -> str:
    """What a kept copy is; one that cannot be looked at is left to the reader of PDFs, which says so."""
    try:
        with path.open("rb") as stream:
            return kind(path, stream.read(1024)) or "pdf"
    except OSError:
        return "pdf"
