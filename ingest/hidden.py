"""Text of a page that no reader sees: drawn invisibly, in the colour of its background, tiny, covered, clipped away,
off the page, on a layer that is switched off, or said in place of what is drawn.

What the page's objects say of themselves picks the suspects; then the page is drawn with and without them, and
whatever makes no difference is hidden, for whatever reason. A page without suspects costs a look at its objects.
The text under a scan that OCR put there is hidden by design and is told apart: it lies on ink, all over a page that
is one picture.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ingest.pages import displayed
from ingest.replaced import address, marked_texts

Array = np.ndarray[Any, np.dtype[Any]]
_Box = tuple[float, float, float, float]
_Matrix = tuple[float, float, float, float, float, float]
_PLAIN: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

#: For each kind, the words that a reader is told.
WORDS = {
    "white": "white text",
    "background": "text in the colour of its background",
    "invisible": "text drawn invisibly",
    "transparent": "transparent text",
    "tiny": "text too small to read",
    "off_page": "text outside the page",
    "covered": "text under a picture or a shape",
    "clipped": "text that is clipped away",
    "layer": "text on a layer that is switched off",
    "replaced": "other words than those that are drawn",
}
KINDS = tuple(WORDS)
#: Text smaller than this cannot be read, in points. Footnotes are 6 to 8, the labels of shrunk figures 3 to 4.
TINY = 1.6
#: Differences of colour (0 to 255, largest channel) that an eye does not notice on a page.
_SAME_COLOUR, _UNNOTICED = 32, 24
#: Fewer letters than this are a speck, a stray accent or a spacer, not a message.
LEAST = 12
#: Share of a page that a picture covers when the page is a scan, and share of its text that then is hidden.
_SCAN, _MOSTLY = 0.5, 0.5
#: Contrast (0 to 255) under a word that lies on ink.
_INK = 50
_MOST_OBJECTS = 30_000
_MOST_SHAPES = 2_000
_DEEPEST = 6
#: Shapes narrower or lower than this, in points, are strokes and markers: no word is lost on them or under them.
_SMALL = (8.0, 3.0)
_LONGEST_SIDE = 1100.0


@dataclass
class _Text:
    """A text object: its handle, where it is drawn in the order of the page, its box in page space."""

    handle: Any
    order: int
    box: _Box
    colour: tuple[int, int, int, int]
    mode: int
    size: float
    clipped: bool
    kind: str = ""


@dataclass
class _Seen:
    """What a page's objects are: its texts, and the shapes and pictures that lie under or over them."""

    texts: list[_Text] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    colours: list[tuple[int, int, int] | None] = field(default_factory=list)
    pictures: list[bool] = field(default_factory=list)
    everything: list[tuple[Any, bool]] = field(default_factory=list)
    count: int = 0


def hidden_kinds(
    page: Any, textpage: Any, codes: Sequence[int], corners: Array, bounds: tuple[float, ...], layered: bool = False
) -> tuple[Array, tuple[str, ...]]:
    """For each character of a page the number of its kind in `KINDS` plus 1, 0 where a reader can see it.

    Also the texts that marked content has beside what is drawn: see `ingest.replaced`.

    Parameters
    ----------
    page, textpage:
        Of pypdfium2. Suspicious objects of the page are switched off and replacement texts taken out, so it is good
        for nothing else afterwards.
    corners:
        Boxes of the characters in page space, shape (n, 4): left, bottom, right, top; NaN where there is none.
    bounds:
        The box of the page as it is shown, in page space: left, bottom, right, top.
    layered:
        Whether the document has layers that are switched off.
    """
    kinds = np.zeros(len(codes), np.uint8)
    seen = _objects(page)
    suspects = _suspects(seen, layered, bounds)
    hidden: dict[int, int] = {}
    if suspects:
        _confirm(page, seen, suspects, bounds)
        hidden = {address(one.handle): KINDS.index(one.kind) + 1 for one in suspects if one.kind}
    marked = marked_texts(page, seen.everything)
    hidden.update(dict.fromkeys(marked.replaced - hidden.keys(), KINDS.index("replaced") + 1))
    if hidden:
        _mark(textpage, codes, hidden, kinds)
    left, bottom, right, top = bounds
    with np.errstate(invalid="ignore"):
        x0, y0, x1, y1 = corners.T if len(corners) else np.zeros((4, 0))
        outside = (x1 < left) | (x0 > right) | (y1 < bottom) | (y0 > top)
    kinds[outside & (kinds == 0)] = KINDS.index("off_page") + 1
    return kinds, marked.told


def hidden_spans(text: str, kinds: Sequence[int]) -> tuple[tuple[int, int, str], ...]:
    """Stretches (start, end, kind) of a canonical text that are hidden; `kinds` runs parallel to it.

    White space between two hidden characters of a kind belongs to them. Stretches of fewer than `LEAST` letters are
    left out.
    """
    spans: list[tuple[int, int, str]] = []
    start, end, current = 0, 0, 0
    for place, kind in enumerate([*kinds, 0]):
        blank = place < len(text) and text[place].isspace()
        if kind == current and not blank:
            end = place + 1
        elif not (blank and current):
            if current:
                spans.append((start, end, KINDS[current - 1]))
            start, end, current = place, place + 1, int(kind)
    return tuple(span for span in spans if sum(map(str.isalpha, text[span[0] : span[1]])) >= LEAST)


def _objects(page: Any) -> _Seen:
    import pypdfium2.raw as raw

    seen = _Seen()
    edges = [ctypes.c_float() for _ in range(4)]
    refs = [ctypes.byref(edge) for edge in edges]
    numbers = [ctypes.c_uint() for _ in range(4)]
    channels = [ctypes.byref(number) for number in numbers]
    matrix, size = raw.FS_MATRIX(), ctypes.c_float()
    fill, stroke = ctypes.c_int(), ctypes.c_int()

    def colour(handle: Any) -> tuple[int, int, int, int]:
        if raw.FPDFPageObj_GetFillColor(handle, *channels):
            return numbers[0].value, numbers[1].value, numbers[2].value, numbers[3].value
        return 0, 0, 0, 255

    def box(handle: Any, at: _Matrix) -> _Box | None:
        if not raw.FPDFPageObj_GetBounds(handle, *refs):
            return None
        return _moved((edges[0].value, edges[1].value, edges[2].value, edges[3].value), at)

    def shape(handle: Any, at: _Matrix, paint: tuple[int, int, int] | None, picture: bool) -> None:
        where = box(handle, at)
        small = where is not None and (where[2] - where[0] < _SMALL[0] or where[3] - where[1] < _SMALL[1])
        if where is None or small or len(seen.boxes) >= _MOST_SHAPES:
            return
        seen.boxes.append(where)
        seen.orders.append(seen.count)
        seen.colours.append(paint)
        seen.pictures.append(picture)

    def text(handle: Any, at: _Matrix) -> None:
        where = box(handle, at)
        if where is None:
            return
        raw.FPDFPageObj_GetMatrix(handle, matrix)
        raw.FPDFTextObj_GetFontSize(handle, size)
        own = _joined((matrix.a, matrix.b, matrix.c, matrix.d, 0.0, 0.0), at)
        scale = min(math.hypot(own[0], own[1]), math.hypot(own[2], own[3]))
        # The glyphs of some fonts are drawn far larger than the size that is asked for.
        points = max(abs(size.value) * scale, min(where[2] - where[0], where[3] - where[1]))
        mode = raw.FPDFTextObj_GetTextRenderMode(handle)
        clipped = _clipped(raw, handle, refs, edges)
        seen.texts.append(_Text(handle, seen.count, where, colour(handle), mode, points, clipped))

    def walk(count: int, get: Any, at: _Matrix, depth: int) -> None:
        for index in range(count):
            if seen.count >= _MOST_OBJECTS:
                return
            seen.count += 1
            handle = get(index)
            kind = raw.FPDFPageObj_GetType(handle)
            seen.everything.append((handle, kind == raw.FPDF_PAGEOBJ_TEXT))
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                text(handle, at)
            elif kind == raw.FPDF_PAGEOBJ_PATH:
                if raw.FPDFPath_GetDrawMode(handle, fill, stroke) and fill.value:
                    paint = colour(handle)
                    if paint[3] > 200:
                        shape(handle, at, paint[:3], False)
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                shape(handle, at, None, kind == raw.FPDF_PAGEOBJ_IMAGE)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                raw.FPDFPageObj_GetMatrix(handle, matrix)
                inner = _joined((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), at)
                inside = raw.FPDFFormObj_CountObjects(handle)
                walk(inside, lambda place, form=handle: raw.FPDFFormObj_GetObject(form, place), inner, depth + 1)

    walk(raw.FPDFPage_CountObjects(page.raw), lambda place: raw.FPDFPage_GetObject(page.raw, place), _PLAIN, 0)
    return seen


def _joined(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """The matrix that does the inner one's work first: rows a b, c d, e f, as a PDF writes them."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(box: _Box, at: _Matrix) -> _Box:
    """A box of a form's space in page space."""
    if at == _PLAIN:
        return box
    a, b, c, d, e, f = at
    xs = [x * a + y * c + e for x in (box[0], box[2]) for y in (box[1], box[3])]
    ys = [x * b + y * d + f for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _clipped(raw: Any, handle: Any, refs: Sequence[Any], edges: Sequence[Any]) -> bool:
    """Whether the clip path of an object leaves nothing of its box."""
    clip = raw.FPDFPageObj_GetClipPath(handle)
    if not clip or not raw.FPDFPageObj_GetBounds(handle, *refs):
        return False
    left, bottom, right, top = (edge.value for edge in edges)
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in range(min(max(raw.FPDFClipPath_CountPaths(clip), 0), 8)):
        count = raw.FPDFClipPath_CountPathSegments(clip, path)
        if not 2 <= count <= 12:
            continue
        points = []
        for place in range(count):
            raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(clip, path, place), x, y)
            points.append((x.value, y.value))
        across, up = zip(*points, strict=True)
        if max(across) <= left or min(across) >= right or max(up) <= bottom or min(up) >= top:
            return True
        # A clip of no area lets nothing through.
        if max(across) - min(across) < 0.2 or max(up) - min(up) < 0.2:
            return True
    return False


def _suspects(seen: _Seen, layered: bool, bounds: tuple[float, ...]) -> list[_Text]:
    """The texts that may be hidden, each with the kind that it would be."""
    if not seen.texts:
        return []
    order = np.array([one.order for one in seen.texts])
    boxes = np.array([one.box for one in seen.texts])
    colours = np.array([one.colour for one in seen.texts])
    under = np.full((len(order), 3), 255)
    on_picture = np.zeros(len(order), bool)
    covered = np.zeros(len(order), bool)
    if seen.boxes:
        shapes, painted = np.array(seen.boxes), np.array(seen.orders)
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        area = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-6)
        for index, (shape, place) in enumerate(zip(shapes, painted, strict=True)):
            inside = (
                (middle[:, 0] >= shape[0])
                & (middle[:, 0] <= shape[2])
                & (middle[:, 1] >= shape[1])
                & (middle[:, 1] <= shape[3])
            )
            if not inside.any():
                continue
            below = inside & (place < order)
            paint = seen.colours[index]
            on_picture[below] = paint is None
            under[below] = (255, 255, 255) if paint is None else paint
            above = inside & (place > order)
            if above.any():
                width = np.minimum(boxes[:, 2], shape[2]) - np.maximum(boxes[:, 0], shape[0])
                height = np.minimum(boxes[:, 3], shape[3]) - np.maximum(boxes[:, 1], shape[1])
                covered |= above & (width.clip(0) * height.clip(0) >= 0.8 * area)
    same = np.abs(colours[:, :3] - under).max(1) <= _SAME_COLOUR
    found = []
    for index, one in enumerate(seen.texts):
        if one.mode in (3, 7):
            one.kind = "invisible"
        elif one.colour[3] < 26:
            one.kind = "transparent"
        elif one.clipped:
            one.kind = "clipped"
        elif same[index] and one.mode in (0, 4):
            one.kind = "white" if min(one.colour[:3]) > 220 else "background"
        elif covered[index]:
            one.kind = "covered"
        elif layered:
            one.kind = "layer"
        elif one.size < TINY:
            one.kind = "tiny"
        if one.kind:
            found.append(one)
    return found


def _confirm(page: Any, seen: _Seen, suspects: Sequence[_Text], bounds: tuple[float, ...]) -> None:
    """Clear the kind of every suspect that a reader can see after all."""
    import pypdfium2.raw as raw

    looked_at = [one for one in suspects if one.kind != "tiny"]
    if not looked_at:
        return
    scale = min(1.0, _LONGEST_SIDE / max(*page.get_size(), 1.0))
    drawn = _drawn(page, scale)
    for one in looked_at:
        raw.FPDFPageObj_SetIsActive(one.handle, False)
    without = _drawn(page, scale)
    if drawn.shape != without.shape:
        return
    difference = np.abs(drawn.astype(np.int16) - without).max(2)
    scan = _scan(seen, suspects, bounds)
    for one in looked_at:
        place = _pixels(page, one.box, scale, difference.shape, bounds)
        shown = difference[place]
        on_page = shown.size > 0
        if (on_page and shown.max() > _UNNOTICED) or (not on_page and one.kind not in ("invisible", "transparent")):
            one.kind = "tiny" if on_page and one.size < TINY else ""
        elif scan and one.kind in ("invisible", "covered", "transparent", "white", "background"):
            # OCR misses its place by up to a line.
            high = place[0].stop - place[0].start
            rows, columns = (slice(max(part.start - high, 0), part.stop + high) for part in place)
            ink = without[rows, columns].max(2)
            if ink.size and int(np.percentile(ink, 99)) - int(np.percentile(ink, 1)) > _INK:
                one.kind = ""


def _scan(seen: _Seen, suspects: Sequence[_Text], bounds: tuple[float, ...]) -> bool:
    """Whether a page is a scan with its text laid over it or under it: mostly picture, and its text mostly hidden."""
    left, bottom, right, top = bounds
    whole = max((right - left) * (top - bottom), 1.0)
    pictured = 0.0
    for box, picture in zip(seen.boxes, seen.pictures, strict=True):
        if picture:
            width, height = min(box[2], right) - max(box[0], left), min(box[3], top) - max(box[1], bottom)
            pictured += max(width, 0.0) * max(height, 0.0)
    hidden = {id(one) for one in suspects if one.kind != "tiny"}
    # By the length of the boxes, which stands for how much text there is.
    spread = [(id(one) in hidden, one.box[2] - one.box[0]) for one in seen.texts]
    unseen = sum(width for lost, width in spread if lost)
    return pictured >= _SCAN * whole and unseen >= _MOSTLY * sum(width for _, width in spread)


def _drawn(page: Any, scale: float) -> Array:
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=False)
    return np.asarray(bitmap.to_numpy()[:, :, :3]).copy()


def _pixels(
    page: Any,
    box: _Box,
    scale: float,
    shape: tuple[int, ...],
    bounds: tuple[float, ...],
) -> tuple[slice, slice]:
    """The pixels of a box of page space in a drawing of the page, a pixel wider on each side."""
    x0, y0, x1, y1 = (
        float(value) * scale
        for value in displayed(np.array([box]), (bounds[0], bounds[1], bounds[2], bounds[3]), page.get_rotation())[0]
    )
    rows = slice(max(int(y0) - 1, 0), max(min(int(y1) + 2, shape[0]), 0))
    columns = slice(max(int(x0) - 1, 0), max(min(int(x1) + 2, shape[1]), 0))
    return rows, columns


def _mark(textpage: Any, codes: Sequence[int], hidden: dict[int, int], kinds: Array) -> None:
    import pypdfium2.raw as raw

    get, at = raw.FPDFText_GetTextObject, textpage.raw
    for index, code in enumerate(codes):
        if code > 0x20:
            handle = get(at, index)
            if handle:
                kinds[index] = hidden.get(address(handle), 0)


def reasons(spans: Sequence[tuple[int, int, str]]) -> list[str]:
    """What kinds of hidden text there are, in words, each once, in order."""
    return list(dict.fromkeys(WORDS[kind] for _, _, kind in spans))


def overlapping(spans: Sequence[tuple[int, int, str]], start: int, end: int) -> list[tuple[int, int, str]]:
    """The hidden stretches that a stretch shares at least a character with."""
    return [one for one in spans if one[0] < end and start < one[1]]
