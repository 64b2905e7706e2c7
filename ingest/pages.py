"""What every reader of files gives: pages with their text, boxes and type sizes, and what a document says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: Floats are PDF points, boxes are of the page as displayed, NaN where there is no glyph.
Boxes = np.ndarray[Any, np.dtype[np.float32]]

MAX_BYTES = 2**30
#: A page of a hostile file can hold millions of characters; no printed page comes near this.
MAX_CHARACTERS = 400_000


@dataclass(frozen=True)
class ReadPage:
    """One page as read.

    `boxes` has shape (len(text), 4): x0, y0, x1, y1 in points, origin top left, rotation and crop applied.
    `sizes` has shape (len(text),): the font size in points, 0 where unknown. `ocr_confidence` is how sure OCR was of
    the text, 0 to 1, None where the file has it.
    """

    number: int
    text: str
    boxes: Boxes
    sizes: Boxes
    width: float
    height: float
    reader: str
    hidden: tuple[tuple[int, int, str], ...] = ()  # (start, end, kind) of text that no reader sees: `ingest.hidden`
    ocr_confidence: float | None = None
    marks: tuple[tuple[int, int, str, int], ...] = ()  # (start, end, kind, level) of blocks whose kind the file says
    told: tuple[str, ...] = ()  # what its marked content says beside what is drawn: `ingest.replaced`


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


def clean(value: Any) -> str:
    """A value of a file's facts as one short line."""
    return re.sub(r"\s+", " ", str(value or "").replace("\x00", "")).strip()[:300]


def displayed(
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
