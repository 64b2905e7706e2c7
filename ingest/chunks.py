"""Cut pages into chunks: spans that are indexed.

A chunk ends at the end of a sentence or of a table row, never inside one (unless one alone is longer than a
chunk may be), stays within one section of one page, and knows its heading. Every character of the page that
is not white space lies in exactly one chunk; running heads and page numbers become chunks of their own kind,
which the library keeps but does not index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpora.model import Chunk, Span
from corpora.sentences import is_row, sentence_spans
from ingest.footnotes import footnotes
from ingest.pages import Facts, ReadPage

#: Characters of a chunk of prose and of a table: each is about what the encoder's 256 tokens hold.
PROSE_LIMIT = 900
TABLE_LIMIT = 620
#: Characters of a table's caption and column heads that its later chunks carry along.
TABLE_HEAD = 240
#: A chunk shorter than this takes in what follows rather than end.
SMALL = 240

#: Kinds of units that a table is made of.
_TABULAR = ("row", "head")
_NUMBERED = re.compile(r"(?:chapter\s+)?((?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]", re.IGNORECASE)
_CAPTION = re.compile(r"(?:fig(?:ure)?|table|tab)\.?\s*[A-Z]?\d", re.IGNORECASE)
_LEADER = re.compile(r"(?:\.\s?){5,}|_{5,}")


@dataclass(frozen=True)
class _Unit:
    start: int
    end: int
    kind: str  # prose, row, head (of a table's columns), heading, caption, footnote, furniture
    depth: int = 0  # of a heading, from 1, where the file says it


@dataclass
class _Sections:
    """The headings that hold at this point of the document, outermost first."""

    stack: list[tuple[int, str]] = field(default_factory=list)
    #: Caption and column heads of the table that is being read, '' outside tables.
    table: str = ""

    def enter(self, depth: int, title: str) -> None:
        while self.stack and self.stack[-1][0] >= depth:
            self.stack.pop()
        self.stack.append((depth, title))

    def __str__(self) -> str:
        return " > ".join(title for _, title in self.stack[-3:])


def chunk_pages(document_id: str, pages: Sequence[ReadPage], facts: Facts) -> list[Chunk]:
    """Cut a whole document. Sections run on over page ends, chunks do not.

    >>> import numpy as np
    >>> page = ReadPage(1, "One here. Two here.", np.zeros((19, 4)), np.zeros(19), 612, 792, "pypdf")
    >>> [c.text for c in chunk_pages("d", [page], Facts(pages=1))]
    ['One here. Two here.']
    """
    heads = _running_heads(pages)
    body = _body_size(pages)
    by_page: dict[int, list[tuple[int, str]]] = {}
    for level, title, number in facts.outline:
        by_page.setdefault(number, []).append((level + 1, title))
    sections = _Sections()
    chunks: list[Chunk] = []
    for page in pages:
        label = facts.labels[page.number - 1] if len(facts.labels) >= page.number else str(page.number)
        units = _units(page, heads, label, body, by_page.get(page.number, []))
        chunks.extend(_gather(document_id, page, units, sections, by_page.get(page.number, [])))
    return chunks


def _key(line: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]{1,6}\b", "#", re.sub(r"\s+", " ", line.strip().lower()))


def _lines(text: str) -> list[tuple[int, int]]:
    """(start, end) of every line that holds something, without the white space around it."""
    lines, position = [], 0
    for raw in text.split("\n"):
        if raw.strip():
            start = position + len(raw) - len(raw.lstrip())
            lines.append((start, start + len(raw.strip())))
        position += len(raw) + 1
    return lines


def _edges(page: ReadPage) -> list[str]:
    """The first two and the last two lines of a page."""
    lines = [page.text[start:end] for start, end in _lines(page.text)]
    return lines[:2] + lines[-2:] if len(lines) > 4 else lines


def _running_heads(pages: Sequence[ReadPage]) -> frozenset[str]:
    """Lines that stand at the edge of many pages, but for the page number."""
    if len(pages) < 3:
        return frozenset()
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_key(line) for line in _edges(page) if len(line) < 160})
    enough = max(3, len(pages) // 8)
    return frozenset(key for key, count in counts.items() if count >= enough and len(key) > 0)


def _body_size(pages: Sequence[ReadPage]) -> float:
    """The font size that most text is set in."""
    counts: Counter[float] = Counter()
    for page in pages[:40]:
        position = 0
        for line in page.text.split("\n"):
            sizes = page.sizes[position : position + len(line)]
            if len(sizes) and sizes.max() > 0:
                counts[round(float(sizes.max()), 1)] += len(line)
            position += len(line) + 1
    return counts.most_common(1)[0][0] if counts else 0.0


def _furniture(page: ReadPage, heads: frozenset[str], label: str) -> tuple[list[_Unit], int, int]:
    """The running heads and page numbers of a page, and (start, end) of what lies between them."""
    lines = _lines(page.text)
    found: list[_Unit] = []

    def is_furniture(start: int, end: int) -> bool:
        line = page.text[start:end]
        if len(line) > 160 or is_row(line):
            return False
        words = line.split()
        numbered = len(words) <= 12 and {words[0].strip(".|"), words[-1].strip(".|")} & {
            label,
            str(page.number),
        }
        return bool(_key(line) in heads or numbered or re.fullmatch(r"[\W\d]*", line))

    first, last = 0, len(lines)
    while first < min(2, last) and is_furniture(*lines[first]):
        found.append(_Unit(*lines[first], "furniture"))
        first += 1
    foot: list[_Unit] = []
    while last > first and len(foot) < 2 and is_furniture(*lines[last - 1]):
        last -= 1
        foot.insert(0, _Unit(*lines[last], "furniture"))
    if first >= last:
        return found + foot, 0, 0
    return found + foot, lines[first][0], lines[last - 1][1]


def _units(
    page: ReadPage, heads: frozenset[str], label: str, body: float, outline: list[tuple[int, str]]
) -> list[_Unit]:
    if page.marks:
        return _marked(page)
    titles = {_key(title) for _, title in outline}
    units, left, right = _furniture(page, heads, label)
    notes = footnotes(page, [line for line in _lines(page.text) if left <= line[0] < right], body)
    units += [_Unit(start, end, "footnote") for start, end in notes]
    if notes:
        right = notes[0][0]
    for start, end in sentence_spans(page.text[left:right]):
        start, end = start + left, end + left
        text = page.text[start:end]
        kind = "prose"
        if _CAPTION.match(text):
            kind = "caption"
        elif "\n" not in text:
            size = float(page.sizes[start:end].max())
            if is_row(text):
                kind = "row"
            elif _is_heading(text, _key(text), titles, size, body):
                kind = "heading"
        units.append(_Unit(start, end, kind))
    return sorted(units, key=lambda unit: unit.start)


def _marked(page: ReadPage) -> list[_Unit]:
    """Units of a page whose blocks are known: rows and headings whole, prose by the sentence."""
    units: list[_Unit] = []
    for start, end, kind, level in page.marks:
        text = page.text[start:end]
        if not text.strip():
            continue
        if kind in ("prose", "item", "footnote", "caption", "code"):
            named = "prose" if kind in ("item", "code") else kind
            units += [_Unit(start + a, start + b, named) for a, b in sentence_spans(text)]
        else:
            start += len(text) - len(text.lstrip())
            units.append(_Unit(start, start + len(text.strip()), kind, level))
    return units


def _is_heading(text: str, key: str, titles: set[str], size: float, body: float) -> bool:
    if len(text) > 110 or len(text) < 3 or not any(c.isalpha() for c in text) or _LEADER.search(text):
        return False
    bare = re.sub(r"^[#.\s]+", "", key)
    if key in titles or any(bare and bare == re.sub(r"^[#.\s]+", "", title) for title in titles):
        return True
    if text[-1] in ".;,:" or re.match(r"[^\W\d][^:]{0,38}:\s", text):
        return False
    if body and size > 1.12 * body:
        return True
    number = _NUMBERED.match(text)
    return bool(number and "." in number.group(1) and len(text) < 90 and text[-1].isalnum())


def _depth(text: str, outline: list[tuple[int, str]]) -> int:
    key = _key(text)
    for depth, title in outline:
        if _key(title) == key or _key(title).lstrip("#. ") == key.lstrip("#. "):
            return depth
    number = _NUMBERED.match(text)
    if number:
        return number.group(1).count(".") + 1
    return 9


def _gather(
    document_id: str,
    page: ReadPage,
    units: list[_Unit],
    sections: _Sections,
    outline: list[tuple[int, str]],
) -> list[Chunk]:
    """Put units together until a chunk is full, a section ends, or prose turns into a table."""
    chunks: list[Chunk] = []
    held: list[_Unit] = []

    def first_row(units: list[_Unit]) -> int:
        return next((unit.start for unit in units if unit.kind == "row"), 0)

    def flush() -> None:
        if held:
            kinds = Counter(unit.kind for unit in held)
            kind = "table" if (kinds["row"] + kinds["head"]) * 2 > len(held) else "prose"
            if len(kinds) == 1 and held[0].kind in ("caption", "footnote"):
                kind = held[0].kind
            span = Span(document_id, page.number, held[0].start, held[-1].end)
            text = page.text[span.start : span.end]
            head = ""
            if kind == "table":
                above = [unit for unit in held if unit.kind != "row" and unit.start < first_row(held)]
                if above:
                    sections.table = _one_line(page.text[above[0].start : above[-1].end])[-TABLE_HEAD:]
                else:
                    head = sections.table
            elif kinds["row"] == 0:
                # Column heads stand last before the rows; a table that goes on begins with rows at once.
                sections.table = _one_line(text)[-TABLE_HEAD:] if len(text) < 2 * TABLE_HEAD else ""
            chunks.append(Chunk(span, text, str(sections), kind, head))
            held.clear()

    for unit in units:
        if unit.kind == "furniture":
            flush()
            span = Span(document_id, page.number, unit.start, unit.end)
            chunks.append(Chunk(span, page.text[span.start : span.end], "", "furniture"))
            continue
        if unit.kind == "heading":
            if not (held and all(u.kind == "heading" for u in held)):
                flush()
            title = page.text[unit.start : unit.end]
            sections.enter(unit.depth or _depth(title, outline), _one_line(title))
            held.append(unit)
            continue
        for piece in _pieces(page.text, unit):
            size = held[-1].end - held[0].start if held else 0
            length = piece.end - piece.start
            limit = TABLE_LIMIT if piece.kind in _TABULAR else PROSE_LIMIT
            turns = bool(held) and (piece.kind in _TABULAR) != (held[-1].kind in _TABULAR) and size >= SMALL
            # A footnote stands by itself: what is above it goes on elsewhere.
            turns = turns or (bool(held) and (piece.kind == "footnote") != (held[-1].kind == "footnote"))
            if held and (size + length > limit or turns) and size > 0:
                only_heading = all(u.kind in ("heading", "caption") for u in held)
                if not (only_heading and size + length <= 1.3 * limit):
                    flush()
            held.append(piece)
    flush()
    return chunks


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _pieces(text: str, unit: _Unit) -> list[_Unit]:
    """A unit that is longer than a chunk may be, cut at white space; else the unit itself."""
    if unit.end - unit.start <= PROSE_LIMIT:
        return [unit]
    pieces = []
    start = unit.start
    while unit.end - start > PROSE_LIMIT:
        cut = max(text.rfind(" ", start, start + PROSE_LIMIT), text.rfind("\n", start, start + PROSE_LIMIT))
        if cut <= start:
            cut = start + PROSE_LIMIT
        end = cut
        while text[end - 1].isspace():
            end -= 1
        pieces.append(_Unit(start, end, unit.kind))
        start = cut
        while start < unit.end and text[start].isspace():
            start += 1
    if start < unit.end:
        pieces.append(_Unit(start, unit.end, unit.kind))
    return pieces
