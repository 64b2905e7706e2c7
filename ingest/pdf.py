"""Open a PDF and read its pages, by pypdfium2 first and pypdf where that fails."""

from __future__ import annotations

import ctypes
import logging
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corpora.errors import FileDamaged, FileEmpty, FileMissing, FileTooLarge, NotADocument, PasswordNeeded
from ingest.canonical import canonical

#: A page as read: floats are PDF points, boxes are of the page as displayed, NaN where there is no glyph.
Boxes = np.ndarray[Any, np.dtype[np.float32]]

MAX_BYTES = 2**30
#: A page of a hostile file can hold millions of characters; no printed page comes near this.
MAX_CHARACTERS = 400_000


@dataclass(frozen=True)
class ReadPage:
    """One page as read.

    `boxes` has shape (len(text), 4): x0, y0, x1, y1 in points, origin top left, rotation and crop applied.
    `sizes` has shape (len(text),): the font size in points, 0 where unknown.
    """

    number: int
    text: str
    boxes: Boxes
    sizes: Boxes
    width: float
    height: float
    reader: str


@dataclass(frozen=True)
class Facts:
    """What a document says of itself, and which reader said so."""

    pages: int
    title: str = ""
    author: str = ""
    created: str = ""
    keywords: str = ""
    outline: tuple[tuple[int, str, int], ...] = ()  # (level from 0, title, page from 1)
    labels: tuple[str, ...] = ()
    encrypted: bool = False
    reader: str = "pypdf"
    notes: tuple[str, ...] = field(default=())
    unseen: tuple[tuple[str, str], ...] = ()  # (place, text) of what no reader sees: metadata, annotations


def check_file(path: Path, max_bytes: int = MAX_BYTES, *, name: str = "") -> None:
    """Refuse what cannot be a PDF before any reader sees it. `name` is what to call the file.

    Raises
    ------
    FileMissing, FileEmpty, FileTooLarge, NotADocument
    """
    name = name or path.name
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            what = "a folder" if stat.S_ISDIR(kind) else "not a file"
            raise FileMissing(f"{name}: this is {what}.", "Give a PDF file, or a folder that holds some.")
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(1024)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissing(f"{name}: there is no such file.", "Check the path.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileMissing(
            f"{name}: the file cannot be opened ({reason}).", "Check its path and its permissions."
        ) from error
    if size == 0:
        raise FileEmpty(f"{name}: the file is empty (0 bytes).", "Copy or download it again.")
    if size > max_bytes:
        raise FileTooLarge(
            f"{name}: the file has {size / 2**20:,.1f} MiB, the limit is {max_bytes / 2**20:,.1f} MiB.",
            "Split it, or raise max_file_mib in the settings.",
        )
    if b"%PDF" not in head:
        raise NotADocument(f"{name}: this is not a PDF ({_kind(head)}).", "Convert it to PDF, then ingest that.")


def _kind(head: bytes) -> str:
    """What a file seems to be by its first bytes, for the message."""
    known = {
        b"PK\x03\x04": "a ZIP archive or an Office document",
        b"\x89PNG": "a PNG image",
        b"\xff\xd8\xff": "a JPEG image",
        b"CDF": "a netCDF file",
        b"\x89HDF": "a netCDF-4 or HDF5 file",
        b"\xd0\xcf\x11\xe0": "an old Office document",
        b"<!DOCTYPE": "an HTML page",
        b"<html": "an HTML page",
        b"{\\rtf": "an RTF document",
        b"%!PS": "a PostScript file",
    }
    for magic, name in known.items():
        if head.lstrip()[: len(magic)].lower() == magic.lower():
            return name
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes of no known kind"
    return "plain text"


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
                return _pdfium_page(self._pdfium, number)
            except pypdfium2.PdfiumError as error:
                logging.getLogger(__name__).debug("pdfium on page %d of %s: %s", number, self.path, error)
        return self._pypdf_page(number)

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

    def facts(self) -> Facts:
        """Title, author, date, outline and page labels: from pypdf, from pdfium where pypdf fails."""
        reader = self._reader()
        if reader is not None:
            try:
                return _pypdf_facts(reader, self.page_count)
            except Exception as error:  # noqa: BLE001 - seen on real files: bad dates, limits, loops
                self._pypdf_error = f"{type(error).__name__}: {str(error)[:120]}"
        facts = _pdfium_facts(self._pdfium) if self._pdfium is not None else Facts(self.page_count)
        note = f"document facts by pypdfium2, pypdf failed ({self._pypdf_error})"
        return Facts(**{**facts.__dict__, "notes": (note,)})


def _pdfium_page(document: Any, number: int) -> ReadPage:
    import pypdfium2.raw as raw

    page = document[number - 1]
    textpage = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(textpage.raw), MAX_CHARACTERS)
        codes = [0] * max(count, 0)
        corners = np.empty((max(count, 0), 4), np.float64)
        sizes = np.zeros(max(count, 0), np.float32)
        handle = textpage.raw
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        pointers = [ctypes.byref(value) for value in (left, right, bottom, top)]
        get_unicode, get_box, get_size = (
            raw.FPDFText_GetUnicode,
            raw.FPDFText_GetCharBox,
            raw.FPDFText_GetFontSize,
        )
        after_break = True
        for index in range(len(codes)):
            code = codes[index] = get_unicode(handle, index)
            # White space has no box worth asking for.
            if code > 0x20 and get_box(handle, index, *pointers):
                corners[index] = (left.value, bottom.value, right.value, top.value)
            else:
                corners[index] = np.nan
            if code == 0x0A:
                after_break = True
            elif after_break and code > 0x20:
                # One look a line is enough to tell headings, and asking costs.
                sizes[index] = get_size(handle, index)
                after_break = False
        rectangle = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page.raw, rectangle)
        rotation = page.get_rotation()
        width, height = page.get_size()
    finally:
        textpage.close()
        page.close()
    shown = _displayed(corners, (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top), rotation).astype(
        np.float32
    )
    text = canonical(codes, _line_changes(codes, corners))
    source = np.asarray(text.source, np.int64)
    boxes = np.full((len(source), 4), np.nan, np.float32)
    kept = np.zeros(len(source), np.float32)
    if len(codes):
        known = source >= 0
        boxes[known] = shown[source[known]]
        kept[known] = sizes[source[known]]
    # Spaces and line ends that the reader put in have no glyph; neither has a box without area.
    blank = np.fromiter((c.isspace() for c in text.text), bool, len(source))
    empty = ~((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
    boxes[blank | empty] = np.nan
    return ReadPage(number, text.text, boxes, kept, float(width), float(height), "pypdfium2")


def _displayed(
    corners: np.ndarray[Any, Any], bounds: tuple[float, float, float, float], rotation: int
) -> np.ndarray[Any, Any]:
    """Turn boxes of PDF user space (x0, y0, x1, y1, y upwards) into boxes of the page as displayed."""
    x0, y0, x1, y1 = bounds
    left, bottom, right, top = corners.T
    if rotation == 90:
        shown = (bottom - y0, left - x0, top - y0, right - x0)
    elif rotation == 180:
        shown = (x1 - right, bottom - y0, x1 - left, top - y0)
    elif rotation == 270:
        shown = (y1 - top, x1 - right, y1 - bottom, x1 - left)
    else:
        shown = (left - x0, y1 - top, right - x0, y1 - bottom)
    return np.stack(shown, axis=1)


def _line_changes(codes: list[int], corners: np.ndarray[Any, Any]) -> list[bool]:
    """For each hyphen mark, whether the next glyph stands on another line (their heights do not meet)."""
    changes = [False] * len(codes)
    for index, code in enumerate(codes):
        if code in (0xFFFE, 0x0002) and index + 1 < len(codes):
            a, b = corners[index], corners[index + 1]
            upright = a[3] <= b[1] or b[3] <= a[1]
            backwards = b[0] < a[0] - 2 * max(a[3] - a[1], 1.0)
            changes[index] = bool(upright or backwards)
    return changes


def _clean(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value or "").replace("\x00", "")).strip()[:300]


def _pypdf_facts(reader: Any, pages: int) -> Facts:
    notes: list[str] = []
    meta = reader.metadata or {}
    outline: list[tuple[int, str, int]] = []

    def walk(entries: list[Any], level: int) -> None:
        for entry in entries:
            if len(outline) >= 5000 or level > 20:
                return
            if isinstance(entry, list):
                walk(entry, level + 1)
            else:
                number = reader.get_destination_page_number(entry)
                if number is not None and number >= 0:
                    outline.append((level, _clean(entry.title), number + 1))

    try:
        walk(reader.outline, 0)
    except Exception as error:  # noqa: BLE001 - outlines point anywhere; the rest of the facts still count
        notes.append(f"outline not read ({type(error).__name__})")
    try:
        labels = tuple(_clean(label) for label in reader.page_labels)
    except Exception as error:  # noqa: BLE001
        labels = ()
        notes.append(f"page labels not read ({type(error).__name__})")
    unseen = [("metadata", _clean(value)) for value in meta.values() if isinstance(value, str)]
    try:
        unseen += _annotations(reader)
    except Exception as error:  # noqa: BLE001 - as above
        notes.append(f"annotations not read ({type(error).__name__})")
    return Facts(
        unseen=tuple((place, text) for place, text in unseen if len(text) > 3),
        pages=pages,
        title=_clean(meta.get("/Title")),
        author=_clean(meta.get("/Author")),
        created=pdf_date(meta.get("/CreationDate")),
        keywords=_clean(meta.get("/Keywords")),
        outline=tuple(outline),
        labels=labels if len(labels) == pages else (),
        encrypted=bool(reader.is_encrypted),
        reader="pypdf",
        notes=tuple(notes),
    )


def _annotations(reader: Any, most: int = 500) -> list[tuple[str, str]]:
    """The texts of notes and comments, which no page shows until they are opened."""
    found: list[tuple[str, str]] = []
    for page in reader.pages:
        for reference in page.get("/Annots") or ():
            contents = reference.get_object().get("/Contents")
            if contents:
                found.append(("annotation", _clean(contents)))
            if len(found) >= most:
                return found
    return found


def _pdfium_facts(document: Any) -> Facts:
    import pypdfium2.raw as raw

    meta = document.get_metadata_dict()
    outline: list[tuple[int, str, int]] = []
    for item in document.get_toc(max_depth=15):
        destination = item.get_dest()
        index = destination.get_index() if destination else None
        if index is not None and len(outline) < 5000:
            outline.append((item.level, _clean(item.get_title()), index + 1))
    labels = tuple(_clean(document.get_page_label(index)) for index in range(len(document)))
    return Facts(
        pages=len(document),
        title=_clean(meta.get("Title")),
        author=_clean(meta.get("Author")),
        created=pdf_date(meta.get("CreationDate")),
        keywords=_clean(meta.get("Keywords")),
        outline=tuple(outline),
        labels=labels if any(labels) else (),
        encrypted=raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0,
        reader="pypdfium2",
    )


def pdf_date(value: Any) -> str:
    """A PDF date string as ISO 8601, as far as it goes; '' where it is none.

    >>> pdf_date("D:20091206132613Z00'00'")
    '2009-12-06T13:26:13'
    """
    match = re.match(r"\s*(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?", str(value or ""))
    if not match:
        return ""
    year, month, day, hour, minute, second = match.groups()
    if not 1900 <= int(year) <= 2999:
        return ""
    date = "-".join(part for part in (year, month, day) if part)
    return f"{date}T{hour}:{minute}:{second or '00'}" if hour and minute and day else date
