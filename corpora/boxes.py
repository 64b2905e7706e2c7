"""Character boxes: packed for the library, and joined into the rectangles of a span."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpora.model import Box

Array = np.ndarray[Any, np.dtype[np.float32]]

_NONE = 0xFFFF


def pack(boxes: Array) -> bytes:
    """Pack boxes of shape (n, 4), in points, NaN where there is no glyph.

    Coordinates are kept to 1/65,000 of the page's longest side: 0.013 points on A4.
    """
    if not len(boxes):
        return b""
    known = boxes[~np.isnan(boxes)]
    extent = float(np.abs(known).max()) if len(known) else 1.0
    scale = max(extent, 1.0) / 65000
    whole = np.where(np.isnan(boxes), _NONE, np.clip(np.round(boxes / scale), 0, 65000)).astype("<u2")
    # Neighbours differ little: columns of differences compress several times better than rows.
    columns = np.diff(whole.T.astype("<i4"), axis=1, prepend=0).astype("<u4") & 0xFFFF
    return np.float32(scale).tobytes() + zlib.compress(columns.astype("<u2").tobytes(), 1)


def unpack(packed: bytes) -> Array:
    """Undo `pack`: shape (n, 4), float32."""
    if not packed:
        return np.zeros((0, 4), np.float32)
    scale = float(np.frombuffer(packed[:4], "<f4")[0])
    columns = np.frombuffer(zlib.decompress(packed[4:]), "<u2").reshape(4, -1).astype(np.int64)
    whole = np.cumsum(columns, axis=1) & 0xFFFF
    return np.where(whole == _NONE, np.nan, whole * scale).T.astype(np.float32)


def rectangles(boxes: Array) -> list[Box]:
    """Join the boxes of neighbouring glyphs into one rectangle a line (or column, for vertical text).

    Parameters
    ----------
    boxes:
        Shape (n, 4), in reading order; rows of NaN are skipped.
    """
    found: list[_Line] = []
    for x0, y0, x1, y1 in boxes[~np.isnan(boxes).any(axis=1)].tolist():
        glyph = Box(x0, y0, x1, y1)
        direction = found[-1].leads_to(glyph) if found else ""
        if direction:
            found[-1].take(glyph, direction)
        else:
            found.append(_Line(glyph, glyph))
    return [line.box for line in found]


@dataclass
class _Line:
    """The rectangle of a line so far, its last glyph, and which way it runs ('' while it is one glyph)."""

    box: Box
    last: Box
    direction: str = ""

    def take(self, glyph: Box, direction: str) -> None:
        box = self.box
        self.box = Box(min(box.x0, glyph.x0), min(box.y0, glyph.y0), max(box.x1, glyph.x1), max(box.y1, glyph.y1))
        self.last, self.direction = glyph, direction

    def leads_to(self, glyph: Box) -> str:
        """`across` or `down` where the glyph goes on with the line in that direction, else ''."""
        if self.direction != "across" and self._down(glyph):
            return "down"
        return "across" if self.direction != "down" and self._across(glyph) else ""

    def _across(self, glyph: Box) -> bool:
        box = self.box
        height = max(box.y1 - box.y0, glyph.y1 - glyph.y0)
        meet = min(box.y1, glyph.y1) - max(box.y0, glyph.y0)
        gap = max(glyph.x0 - box.x1, box.x0 - glyph.x1)
        # A comma hangs low and a degree sign high: where they follow on at once, being near in height is enough.
        follows = 0 <= glyph.x0 - box.x1 <= height
        return gap <= 3 * height and (meet > 0 or (follows and meet > -0.3 * height))

    def _down(self, glyph: Box) -> bool:
        """Of turned pages and vertical scripts: the glyph stands over or under the last one, and close to it."""
        last = self.last
        thick = max(last.x1 - last.x0, glyph.x1 - glyph.x0)
        meet = min(last.x1, glyph.x1) - max(last.x0, glyph.x0)
        gap = max(glyph.y0 - last.y1, last.y0 - glyph.y1)
        moved_x = abs(glyph.x0 + glyph.x1 - last.x0 - last.x1)
        moved_y = abs(glyph.y0 + glyph.y1 - last.y0 - last.y1)
        near = 3 * thick if self.direction else 0.6 * thick
        return meet > 0.5 * min(last.x1 - last.x0, glyph.x1 - glyph.x0) and moved_y > moved_x and gap <= near
