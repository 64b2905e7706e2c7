"""Set the blocks of a page in lines, so that a page of Markdown, text, HTML or DOCX can be shown and marked.

The canonical text, its boxes and the picture come from one layout: what a box says is where the letter is drawn.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ingest.blocks import Block
from ingest.pages import Boxes

#: Width of a page and its margin, in points; a page is as high as A4, or as its text needs.
WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 56.0
BODY, CODE, SMALL = 10.0, 8.5, 8.5
HEADINGS = (18.0, 15.0, 13.0, 12.0, 11.5, 11.5)
LEADING = 1.4
#: Points between the columns of a table.
GAP = 12.0


@dataclass(frozen=True)
class Glyph:
    """A letter to draw: where its line's box begins, and in which face and size."""

    character: str
    x: float
    y: float
    face: str
    size: float


@dataclass(frozen=True)
class Sheet:
    """A page that is set. `boxes` has shape (len(text), 4), `sizes` (len(text),), as in `ingest.pages.ReadPage`.

    `marks` are (start, end, kind, level) of its blocks in `text`.
    """

    text: str
    boxes: Boxes
    sizes: Boxes
    marks: tuple[tuple[int, int, str, int], ...]
    glyphs: tuple[Glyph, ...]
    width: float
    height: float


@lru_cache(maxsize=64)
def font(face: str, size: float) -> Any:
    """A face at a size: DejaVu, which comes with matplotlib, else the one inside Pillow."""
    from PIL import ImageFont

    found = importlib.util.find_spec("matplotlib")
    if found is not None and found.origin:
        file = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / f"{face}.ttf"
        if file.exists():
            return ImageFont.truetype(str(file), size)
    return ImageFont.load_default(size)


@lru_cache(maxsize=20_000)
def _advance(character: str, face: str) -> float:
    """A letter's width at one point."""
    return float(font(face, 100).getlength(character)) / 100 or 0.5


def _style(block: Block) -> tuple[str, float]:
    if block.kind == "heading":
        return "DejaVuSans-Bold", HEADINGS[min(max(block.level, 1), 6) - 1]
    if block.kind == "head":
        return "DejaVuSans-Bold", SMALL
    if block.kind == "code":
        return "DejaVuSansMono", CODE
    if block.kind in ("row", "footnote", "furniture"):
        return "DejaVuSans", SMALL
    return "DejaVuSans", BODY


class _Setter:
    def __init__(self) -> None:
        self.text: list[str] = []
        self.boxes: list[tuple[float, float, float, float] | None] = []
        self.sizes: list[float] = []
        self.glyphs: list[Glyph] = []
        self.marks: list[tuple[int, int, str, int]] = []
        self.y = MARGIN
        self.last = ""

    def block(self, block: Block, columns: Sequence[float]) -> None:
        face, size = _style(block)
        if self.text:
            # A blank line keeps what is apart in the file apart for whoever reads on over line ends.
            close = block.kind == self.last or (block.kind == "row" and self.last == "head")
            self._white("\n")
            if not (close and block.kind in ("row", "head", "item")):
                self._white("\n")
            self.y += size * (0.9 if block.kind == "heading" else 0.15 if block.kind in ("row", "head") else 0.45)
        start = len(self.text)
        if block.kind in ("row", "head") and columns:
            self._row(block.text, columns, face, size)
        else:
            for place, line in enumerate(block.text.split("\n")):
                if place:
                    self._white("\n")
                self._line(line, MARGIN + (14 if block.kind == "item" else 0), WIDTH - MARGIN, face, size)
        self.last = block.kind
        self.marks.append((start, len(self.text), block.kind, block.level))

    def _white(self, character: str) -> None:
        self.text.append(character)
        self.boxes.append(None)
        self.sizes.append(0.0)

    def _line(self, line: str, left: float, right: float, face: str, size: float) -> None:
        """A line of the file, broken at spaces where it is longer than the page is wide."""
        high = size * LEADING
        x = left
        position = 0
        while position < len(line):
            stop = position
            while stop < len(line) and not line[stop].isspace():
                stop += 1
            wide = sum(_advance(c, face) for c in line[position:stop]) * size
            if x > left and x + wide > right:
                x, self.y = left, self.y + high
            for character in line[position:stop]:
                step = _advance(character, face) * size
                if x + step > right and x > left:
                    x, self.y = left, self.y + high
                self._put(character, x, step, face, size)
                x += step
            while stop < len(line) and line[stop].isspace():
                self._white(line[stop])
                x += _advance(" ", face) * size * (4 if line[stop] == "\t" else 1)
                stop += 1
            position = stop
        self.y += high

    def _row(self, text: str, columns: Sequence[float], face: str, size: float) -> None:
        for place, cell in enumerate(text.split("\t")):
            if place:
                self._white("\t")
            x = MARGIN + columns[min(place, len(columns) - 1)]
            for character in cell:
                step = _advance(character, face) * size
                if character.isspace():
                    self._white(character)
                else:
                    self._put(character, x, step, face, size)
                x += step
        self.y += size * LEADING

    def _put(self, character: str, x: float, step: float, face: str, size: float) -> None:
        self.text.append(character)
        self.boxes.append((x, self.y + 0.12 * size, x + step, self.y + 1.22 * size))
        self.sizes.append(size)
        self.glyphs.append(Glyph(character, x, self.y, face, size))


def set_page(blocks: Sequence[Block]) -> Sheet:
    """Set the blocks of one page, one under the other."""
    setter = _Setter()
    columns: dict[int, list[float]] = {}
    for first, last in _tables(blocks):
        wanted = _columns(blocks[first:last])
        columns.update(dict.fromkeys(range(first, last), wanted))
    for place, block in enumerate(blocks):
        setter.block(block, columns.get(place, []))
    count = len(setter.text)
    boxes = np.full((count, 4), np.nan, np.float32)
    for index, box in enumerate(setter.boxes):
        if box is not None:
            boxes[index] = box
    return Sheet(
        text="".join(setter.text),
        boxes=boxes,
        sizes=np.asarray(setter.sizes, np.float32),
        marks=tuple(setter.marks),
        glyphs=tuple(setter.glyphs),
        width=WIDTH,
        height=max(HEIGHT, setter.y + MARGIN),
    )


def _tables(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """(first, after the last) of every run of table rows."""
    runs: list[tuple[int, int]] = []
    for index, block in enumerate(blocks):
        if block.kind in ("row", "head"):
            if runs and runs[-1][1] == index:
                runs[-1] = (runs[-1][0], index + 1)
            else:
                runs.append((index, index + 1))
    return runs


def _columns(rows: Sequence[Block]) -> list[float]:
    """Where the columns of a table begin, from the margin on; empty where it is wider than the page."""
    widths: list[float] = []
    for row in rows:
        face, size = _style(row)
        for place, cell in enumerate(row.text.split("\t")):
            wide = sum(_advance(c, face) for c in cell) * size
            if place == len(widths):
                widths.append(wide)
            widths[place] = max(widths[place], wide)
    starts, x = [], 0.0
    for wide in widths:
        starts.append(x)
        x += wide + GAP
    return starts if x - GAP <= WIDTH - 2 * MARGIN else []


def draw(sheet: Sheet, scale: float) -> bytes:
    """A page that is set as WebP bytes, `scale` pixels for each point."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (round(sheet.width * scale), round(sheet.height * scale)), "white")
    pen = ImageDraw.Draw(image)
    for glyph in sheet.glyphs:
        at = (glyph.x * scale, (glyph.y + 1.05 * glyph.size) * scale)
        pen.text(at, glyph.character, fill=(20, 20, 24), font=font(glyph.face, glyph.size * scale), anchor="ls")
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, method=2)
    return out.getvalue()
