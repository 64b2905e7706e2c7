"""Pages of an open PDF as pictures for a machine to look at."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

#: A picture without a pixel: what a page that cannot be drawn shows.
NOTHING = np.zeros((0, 0, 3), np.uint8)


class PageDrawer:
    """Draws pages, 1-based. A page that pdfium cannot load shows nothing, as it does in a reader of PDFs."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def _page(self, number: int) -> Any:
        import pypdfium2

        try:
            return self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            logging.getLogger(__name__).debug("page %d cannot be loaded: %s", number, error)
            return None

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as displayed, in points."""
        page = self._page(number)
        if page is None:
            return 612.0, 792.0
        try:
            width, height = page.get_size()
        finally:
            page.close()
        return float(width), float(height)

    def picture(self, number: int, scale: float, long_side: int) -> tuple[np.ndarray[Any, Any], float]:
        """A page as drawn, shape (height, width, 3), BGR, and its pixels for each point.

        Parameters
        ----------
        long_side:
            The most pixels that its longer side may have: a page may claim any size.
        """
        import pypdfium2

        width, height = self.size(number)
        fitting = min(scale, long_side / max(width, height, 1.0))
        page = self._page(number)
        if page is None:
            return NOTHING, fitting
        try:
            drawn = page.render(scale=fitting, rev_byteorder=False).to_numpy()
        except pypdfium2.PdfiumError as error:
            logging.getLogger(__name__).debug("page %d cannot be drawn: %s", number, error)
            return NOTHING, fitting
        finally:
            page.close()
        if drawn.ndim == 2 or drawn.shape[2] == 1:
            drawn = np.repeat(drawn.reshape(*drawn.shape[:2], 1), 3, axis=2)
        return np.ascontiguousarray(drawn[:, :, :3]), fitting

    def blank(self, number: int) -> bool:
        """Whether a page shows nothing: it has one colour."""
        picture, _ = self.picture(number, 0.5, 600)
        return picture.size == 0 or int(picture.max()) - int(picture.min()) < 24

    def picture_share(self, number: int) -> float:
        """The share of a page, 0 to 1, that its largest picture covers."""
        import pypdfium2
        import pypdfium2.raw as raw

        page = self._page(number)
        if page is None:
            return 0.0
        try:
            left, bottom, right, top = page.get_mediabox()
            whole = abs((right - left) * (top - bottom))
            share = 0.0
            for count, drawn in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
                x0, y0, x1, y1 = drawn.get_bounds()
                share = max(share, (x1 - x0) * (y1 - y0) / whole if whole else 0.0)
                if count > 200:
                    break
        except pypdfium2.PdfiumError as error:
            logging.getLogger(__name__).debug("pictures of page %d: %s", number, error)
            return 0.0
        finally:
            page.close()
        return min(share, 1.0)
