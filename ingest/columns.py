"""The order in which the lines of a page are read: columns one after the other, rows of a table whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: x0, y0, x1, y1, y downwards.
Extent = tuple[float, float, float, float]

#: Lines that a column of prose has at least on each side of a gutter.
LEAST_LINES = 4


def reading_order(extents: Sequence[Extent]) -> list[list[int]]:
    """Rows of line numbers, top to bottom; what stands side by side in one row belongs together.

    Two columns of prose are read one after the other, between lines that run across both; cells of a table,
    which also stand side by side, stay in their row.

    >>> reading_order([(0, 0, 40, 10), (60, 1, 99, 11), (0, 20, 40, 30)])
    [[0, 1], [2]]
    """
    if not extents:
        return []
    gutter = find_gutter(extents)
    if gutter is None:
        return _rows(extents, list(range(len(extents))))
    rows: list[list[int]] = []
    left: list[int] = []
    right: list[int] = []
    for row in _rows(extents, list(range(len(extents)))):
        across = any(extents[i][0] < gutter < extents[i][2] for i in row)
        if across:
            rows += _rows(extents, left) + _rows(extents, right) + [row]
            left, right = [], []
        else:
            left += [i for i in row if extents[i][2] <= gutter]
            right += [i for i in row if extents[i][0] >= gutter]
    return rows + _rows(extents, left) + _rows(extents, right)


def _rows(extents: Sequence[Extent], members: list[int]) -> list[list[int]]:
    """Lines that share most of their height, left to right; rows top to bottom."""
    rows: list[list[int]] = []
    spans: list[tuple[float, float]] = []
    for index in sorted(members, key=lambda i: (extents[i][1] + extents[i][3], extents[i][0])):
        _, top, _, bottom = extents[index]
        if rows:
            low, high = spans[-1]
            meet = min(bottom, high) - max(top, low)
            if meet > 0.5 * min(bottom - top, high - low):
                rows[-1].append(index)
                continue
        rows.append([index])
        spans.append((top, bottom))
    for row in rows:
        row.sort(key=lambda i: extents[i][0])
    return rows


def find_gutter(extents: Sequence[Extent]) -> float | None:
    """The x of the white strip between two columns of prose, None where the page has one column or a table.

    Prose fills its column: most of the lines on either side are nearly as wide as the widest of that side. The
    cells of a table are not.
    """
    array = np.asarray(extents, np.float64)
    x0, x1 = array[:, 0], array[:, 2]
    left, right = float(np.percentile(x0, 2)), float(np.percentile(x1, 98))
    wide = right - left
    if wide <= 0:
        return None
    best: tuple[int, float] | None = None
    for x in np.linspace(left + 0.3 * wide, left + 0.7 * wide, 81):
        crossing = int(((x0 < x) & (x1 > x)).sum())
        if best is None or crossing < best[0]:
            best = (crossing, float(x))
    assert best is not None
    crossing = best[0]
    # The strip is as wide as the places are that as few lines cross: its middle is the gutter.
    strip = [x for x in np.linspace(left, right, 401) if int(((x0 < x) & (x1 > x)).sum()) <= crossing]
    strip = [x for x in strip if abs(x - best[1]) < 0.1 * wide]
    gutter = float(np.median(strip)) if strip else best[1]
    sides = (array[x1 <= gutter], array[x0 >= gutter])
    for side in sides:
        if len(side) < LEAST_LINES:
            return None
        widths = side[:, 2] - side[:, 0]
        full = float(np.percentile(widths, 90))
        if full < 0.3 * wide or float(np.mean(widths > 0.7 * full)) < 0.5:
            return None
    return None if crossing > 0.5 * len(array) else gutter
