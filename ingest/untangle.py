"""Two columns whose lines a file draws in turn, left, right, left, right: put back one after the other.

Most files draw a column whole, and their order is kept. Where a page's lines run across the white strip between two
columns of prose, the reader of PDFs has joined what stands side by side, and no sentence of it could be quoted.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ingest.columns import Extent, find_gutter, reading_order
from ingest.pages import ReadPage

#: Lines that must run across the strip before anything is moved, and letters of a usual line of a column.
LEAST_JOINED, LEAST_LETTERS = 5, 24
#: White between two words, in heights of their line, that may be the strip between two columns.
WIDE = 1.2


def untangled(page: ReadPage) -> ReadPage:
    """The page with its columns one after the other, or the page itself where they are so already."""
    if page.hidden or page.marks:
        return page
    parts, joined = _parts(page)
    if joined < LEAST_JOINED:
        return page
    extents = [extent for _, _, extent in parts]
    gutter = find_gutter(extents)
    if gutter is None:
        return page
    sides = (
        [end - start for start, end, extent in parts if extent[2] <= gutter],
        [end - start for start, end, extent in parts if extent[0] >= gutter],
    )
    across = sum(
        1
        for (_, end, one), (start, _, other) in pairwise(parts)
        if one[2] <= gutter <= other[0] and "\n" not in page.text[end:start]
    )
    if across < LEAST_JOINED or min(statistics.median(side) for side in sides) < LEAST_LETTERS:
        return page
    order: list[int] = []
    white: list[str] = []
    for row in reading_order(extents):
        for place, index in enumerate(row):
            start, end, _ = parts[index]
            order += range(start, end)
            white += [""] * (end - start - 1) + [" " if place < len(row) - 1 else "\n"]
    return _reordered(page, order, white)


def _parts(page: ReadPage) -> tuple[list[tuple[int, int, Extent]], int]:
    """Stretches (start, end, extent) of a page's lines without wide white in them, and how many whites there are."""
    found: list[tuple[int, int, Extent]] = []
    joined = position = 0
    for line in page.text.split("\n"):
        boxes = page.boxes[position : position + len(line)]
        seen = np.flatnonzero(~np.isnan(boxes).any(axis=1))
        if len(seen):
            high = float(np.median(boxes[seen, 3] - boxes[seen, 1])) * 1.4
            gaps = boxes[seen[1:], 0] - boxes[seen[:-1], 2]
            cuts = [0, *(np.flatnonzero(gaps > WIDE * high) + 1).tolist(), len(seen)]
            joined += len(cuts) - 2
            for first, last in pairwise(cuts):
                part = boxes[seen[first:last]]
                x0, y0 = part[:, :2].min(axis=0)
                x1, y1 = part[:, 2:].max(axis=0)
                found.append(
                    (
                        position + int(seen[first]),
                        position + int(seen[last - 1]) + 1,
                        (float(x0), float(y0), float(x1), float(y1)),
                    )
                )
        position += len(line) + 1
    return found, joined


def _reordered(page: ReadPage, order: list[int], white: list[str]) -> ReadPage:
    """The characters of a page in another order, each followed by the white space that goes with it."""
    text: list[str] = []
    source: list[int] = []
    for index, after in zip(order, white, strict=True):
        text.append(page.text[index])
        source.append(index)
        if after:
            text.append(after)
            source.append(-1)
    places = np.asarray(source)
    boxes = np.full((len(places), 4), np.nan, np.float32)
    sizes = np.zeros(len(places), np.float32)
    known = places >= 0
    boxes[known], sizes[known] = page.boxes[places[known]], page.sizes[places[known]]
    return replace(page, text="".join(text), boxes=boxes, sizes=sizes)
