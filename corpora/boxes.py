"""Character boxes: packed for the library, and joined into the rectangles of a span."""

from __future__ import annotations

import zlib
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
    return np.float32(scale).tobytes() + zlib.compress(columns.astype("<u2").tobytes(), 6)


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
    found: list[list[float]] = []
    for x0, y0, x1, y1 in boxes[~np.isnan(boxes).any(axis=1)].tolist():
        if found and _continues(found[-1], x0, y0, x1, y1):
            last = found[-1]
            found[-1] = [min(last[0], x0), min(last[1], y0), max(last[2], x1), max(last[3], y1)]
        else:
            found.append([x0, y0, x1, y1])
    return [Box(*rectangle) for rectangle in found]


def _continues(last: list[float], x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether a glyph stands on the line of the rectangle so far, next to its end."""
    height, width = max(last[3] - last[1], y1 - y0), max(last[2] - last[0], x1 - x0)
    meet_y = min(last[3], y1) - max(last[1], y0)
    meet_x = min(last[2], x1) - max(last[0], x0)
    gap_x = max(x0 - last[2], last[0] - x1)
    # A comma hangs low and a degree sign high: where they follow on at once, being near in height is enough.
    follows = 0 <= x0 - last[2] <= height
    near_y = meet_y > 0 or (follows and meet_y > -0.3 * height)
    if near_y and gap_x <= 3 * height:
        return True
    return meet_x > 0.5 * min(last[2] - last[0], x1 - x0) and width < 0.5 * height and -meet_y <= 2 * width
