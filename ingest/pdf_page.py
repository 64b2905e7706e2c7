"""One page of a PDF as pdfium sees it: characters, their boxes on the displayed page, their sizes."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from ingest.canonical import canonical
from ingest.hidden import hidden_kinds, hidden_spans
from ingest.pages import MAX_CHARACTERS, ReadPage, displayed


def pdfium_page(document: Any, number: int, layered: bool = False) -> ReadPage:
    """Read one page, 1-based; `layered` where the document has layers that are switched off."""
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
        bounds = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        kinds, told = hidden_kinds(page, textpage, codes, corners, bounds, layered)
    finally:
        textpage.close()
        page.close()
    shown = displayed(corners, bounds, rotation).astype(np.float32)
    text = canonical(codes, _line_changes(codes, corners))
    source = np.asarray(text.source, np.int64)
    boxes = np.full((len(source), 4), np.nan, np.float32)
    kept = np.zeros(len(source), np.float32)
    unseen = np.zeros(len(source), np.uint8)
    if len(codes):
        known = source >= 0
        unseen[known] = kinds[source[known]]
        boxes[known] = shown[source[known]]
        kept[known] = sizes[source[known]]
    # Spaces and line ends that the reader put in have no glyph; neither has a box without area.
    blank = np.fromiter((c.isspace() for c in text.text), bool, len(source))
    empty = ~((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
    boxes[blank | empty] = np.nan
    hidden = hidden_spans(text.text, unseen.tolist()) if unseen.any() else ()
    return ReadPage(number, text.text, boxes, kept, float(width), float(height), "pypdfium2", hidden, told=told)


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
