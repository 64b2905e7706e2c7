"""Open a PDF and read its pages, by pypdfium2 first and pypdf where that fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from corpora.errors import FileDamaged, PasswordNeeded
from ingest.canonical import canonical
from ingest.pages import MAX_CHARACTERS, Facts, ReadPage
from ingest.pdf_draw import PageDrawer
from ingest.pdf_facts import pdfium_facts, pypdf_facts
from ingest.pdf_page import pdfium_page
from ingest.unseen import layers_off
from ingest.untangle import untangled


class PdfFile:
    """An open PDF. Use as a context manager.

    Raises
    ------
    PasswordNeeded
        It opens only with a password.
    FileDamaged
        Neither reader can make out its pages.
    """

    def __init__(self, path: Path, password: str | None = None, *, name: str = "") -> None:
        self.path = path
        self.name = name or path.name
        self._pdfium: Any = None
        self._pypdf: Any = None
        self._pypdf_error = ""
        self._layers: bool | None = None
        self._open(password)

    def _open(self, password: str | None) -> None:
        import pypdfium2

        try:
            self._pdfium = pypdfium2.PdfDocument(self.path, password=password)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower() or getattr(error, "err_code", 0) == 4:
                raise PasswordNeeded(
                    f"{self.name}: the file is encrypted and opens only with a password.",
                    "Save a copy without it (for example qpdf --decrypt --password=... in.pdf out.pdf) and ingest "
                    "that.",
                ) from error
        if self._pdfium is not None and len(self._pdfium) == 0:
            self._pdfium.close()
            self._pdfium = None
        if self._pdfium is None and self._reader() is None:
            raise FileDamaged(
                f"{self.name}: the file is truncated or damaged, neither PDF reader can find its pages "
                f"({self._pypdf_error or 'no pages'}).",
                "Download or export it again, or repair it (for example qpdf in.pdf out.pdf).",
            )

    def _reader(self) -> Any:
        """pypdf's view of the file, or None with the reason kept."""
        if self._pypdf is None and not self._pypdf_error:
            import pypdf

            logging.getLogger("pypdf").setLevel(logging.CRITICAL)
            try:
                reader = pypdf.PdfReader(self.path)
                if reader.is_encrypted and not reader.decrypt(""):
                    self._pypdf_error = "pypdf asks for a password"
                elif len(reader.pages) == 0:
                    self._pypdf_error = "no pages"
                else:
                    self._pypdf = reader
            except Exception as error:  # noqa: BLE001 - a broken file raises anything; the reason is kept
                self._pypdf_error = f"{type(error).__name__}: {str(error)[:120]}"
        return self._pypdf

    def __enter__(self) -> PdfFile:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._pdfium is not None:
            self._pdfium.close()

    @property
    def page_count(self) -> int:
        return len(self._pdfium) if self._pdfium is not None else len(self._pypdf.pages)

    def pages(self) -> Iterator[ReadPage]:
        """Every page in order; one that no reader can read comes with an empty text."""
        for index in range(self.page_count):
            yield self.page(index + 1)

    def page(self, number: int) -> ReadPage:
        """Read one page, 1-based."""
        if self._pdfium is not None:
            import pypdfium2

            try:
                return untangled(pdfium_page(self._pdfium, number, self._layered()))
            except pypdfium2.PdfiumError as error:
                logging.getLogger(__name__).debug("pdfium on page %d of %s: %s", number, self.path, error)
        return self._pypdf_page(number)

    def _layered(self) -> bool:
        """Whether the document has layers that are switched off."""
        if self._layers is None:
            try:
                self._layers = layers_off(self._reader())
            except Exception as error:  # noqa: BLE001 - as above; what is on no layer is still looked at
                logging.getLogger(__name__).debug("layers of %s: %s", self.path, error)
                self._layers = False
        return self._layers

    def _pypdf_page(self, number: int) -> ReadPage:
        reader = self._reader()
        text, width, height = "", 612.0, 792.0
        if reader is not None and number <= len(reader.pages):
            try:
                page = reader.pages[number - 1]
                width, height = float(page.cropbox.width), float(page.cropbox.height)
                raw = (page.extract_text() or "")[:MAX_CHARACTERS]
                text = canonical([ord(c) for c in raw], [False] * len(raw)).text
            except Exception as error:  # noqa: BLE001 - as above; the page counts as unread, and says so
                logging.getLogger(__name__).debug("pypdf on page %d of %s: %s", number, self.path, error)
        return ReadPage(
            number=number,
            text=text,
            boxes=np.full((len(text), 4), np.nan, np.float32),
            sizes=np.zeros(len(text), np.float32),
            width=width,
            height=height,
            reader="pypdf",
        )

    def drawing(self) -> PageDrawer | None:
        """What draws the pages, None where pdfium could not open the file."""
        return PageDrawer(self._pdfium) if self._pdfium is not None else None

    def facts(self) -> Facts:
        """Title, author, date, outline and page labels: from pypdf, from pdfium where pypdf fails."""
        reader = self._reader()
        if reader is not None:
            try:
                return pypdf_facts(reader, self.page_count)
            except Exception as error:  # noqa: BLE001 - seen on real files: bad dates, limits, loops
                self._pypdf_error = f"{type(error).__name__}: {str(error)[:120]}"
        facts = pdfium_facts(self._pdfium) if self._pdfium is not None else Facts(self.page_count)
        note = f"document facts by pypdfium2, pypdf failed ({self._pypdf_error})"
        return Facts(**{**facts.__dict__, "notes": (note,)})
