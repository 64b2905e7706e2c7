"""Rows of tables: which value stands under which head, and whether a statement names the right one.

The text of a page gives a row as a line of cells with spaces between them, and the head as another line. Where the two
have as many cells, each value belongs to one head; else dates, times and coordinates tell where the columns are, as far
as they can. A statement that names a column has to give the value of that column; where it cannot be told which value
that is, the statement is not verified.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.citations.complaints import Complaint
from assistant.citations.facts import Matcher
from assistant.citations.reading import Reading, Word
from assistant.citations.words import STOP, canonical

#: A line with more words than this, or one that ends a sentence, is no head of a table.
LONGEST_HEAD = 30
_CELL = re.compile(r"[^\s|]+")
_BRACKET = re.compile(r"[(\[][^()\[\]]{0,30}[)\]]")
_HEAD_WORD = re.compile(r"[^\W_]+")
_KINDS = {"date": "date", "day": "date", "tim": "time", "utc": "time", "hour": "time", "lat": "place", "lon": "place"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of the row's plain text; kind: "date", "time", "place", "number" or "text"."""

    start: int
    end: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: the canonical stems of its words."""

    roots: frozenset[str]
    text: str
    kind: str


def is_head(line: str) -> bool:
    """Whether a line may hold the names of columns: few words, no sentence."""
    words = line.split()
    return 1 < len(words) <= LONGEST_HEAD and not line.rstrip().endswith((".", "?", "!", ":"))


def misread(statement: Reading, row: Reading, head: str) -> list[Complaint]:
    """Complaints where the statement gives a value of the row under another column's name.

    >>> misread(read("The depth of cast 42 was 35.1 m."), read("42 4400 35.1"), "Cast Depth Salinity")[0].reason
    'under “Depth” the row gives 4400, not 35.1'
    """
    heads, cells = heads_of(head), cells_of(row)
    if len(heads) < 2 or len(cells) < 2:
        return []
    columns = bind(heads, cells)
    values = _values(statement, row, cells)
    named = _named(statement, row, heads)
    if not values or not named:
        return []
    complaints = []
    given = {cell for _, _, cell in values}
    claimed: dict[int, tuple[int, str, int]] = {}
    for word, column in named:
        cell = columns.get(column)
        if cell is None:
            if _counts(cells) > 1:
                reason = f"it cannot be told which value of the row stands under “{heads[column].text}”"
                complaints.append(Complaint(reason, hard=False))
            continue
        beside = _beside(word, values, statement)
        if beside is not None:
            claimed[word.start] = beside
        wrong = beside is not None and beside[2] != cell
        if wrong or cell not in given:
            said = beside[1] if beside is not None else _other(values, columns, named) or "what is stated"
            reason = f"under “{heads[column].text}” the row gives {cells[cell].text}, not {said}"
            complaints.append(Complaint(reason, hard=wrong or cells[cell].kind != "text"))
    # "The salinity and depth were 35.1 and 4400": in the order in which the columns are named.
    words = [columns.get(column) for word, column in named if word.start not in claimed]
    free = [value for value in sorted(values) if value not in claimed.values()]
    order = [cell for _, _, cell in free if cell in words]
    if len(order) > 1 and order != [cell for cell in words if cell in order]:
        complaints.append(Complaint(f"the row gives {free[0][1]} under another head", hard=False))
    return complaints


def settled(statement: Reading, row: Reading, head: str) -> bool:
    """Whether every value that a statement gives of a row is told by the name of its column, so that its order is free.

    >>> settled(read("The salinity of cast 42 was 35.1 and its depth 4400 m."), read("42 4400 35.1"),
    ...         "Cast Depth Salinity")
    True
    """
    heads, cells = heads_of(head), cells_of(row)
    columns = bind(heads, cells)
    values, named = _values(statement, row, cells), _named(statement, row, heads)
    told = {columns.get(column) for _, column in named}
    return bool(values) and {cell for _, _, cell in values} <= told | {0} and not misread(statement, row, head)


def heads_of(line: str) -> list[Head]:
    """The heads of a line: between bars where it has them, else word by word with units in brackets left out."""
    if line.count("|") >= 2:
        texts = [part.strip() for part in line.strip().strip("|").split("|")]
    else:
        texts = [word for word in _BRACKET.sub(" ", line).split() if _HEAD_WORD.search(word)]
        texts = [word for word in texts if word.casefold().strip(",.") not in STOP]
    heads = []
    for text in texts:
        roots = frozenset(canonical(word.casefold()) for word in _HEAD_WORD.findall(_BRACKET.sub(" ", text)))
        kind = next((_KINDS[root] for root in roots if root in _KINDS), "")
        heads.append(Head(roots, text, kind))
    return heads


def cells_of(row: Reading) -> list[Cell]:
    """The cells of a row: between bars where it has them, else every word; a date or position is one cell."""
    text = row.text
    facts = [(fact.start, fact.end, "place") for fact in row.positions]
    facts += [(fact.start, fact.end, "date") for fact in row.dates if not fact.only_year]
    facts += [(fact.start, fact.end, "time") for fact in row.times]
    facts += [(fact.start, fact.end, "number") for fact in row.quantities]
    if text.count("|") >= 2:
        bounds = [match.span() for match in re.finditer(r"[^|\s][^|]*", text)]
    else:
        bounds = [match.span() for match in _CELL.finditer(text)]
    cells: list[Cell] = []
    for start, end in bounds:
        kind = next((kind for left, right, kind in facts if left < end and start < right), "text")
        joined = cells and any(left < cells[-1].end and start < right for left, right, _ in facts)
        if joined:
            cells[-1] = Cell(cells[-1].start, end, text[cells[-1].start : end].strip(), cells[-1].kind)
        else:
            cells.append(Cell(start, end, text[start:end].strip(), kind))
    return cells


def bind(heads: list[Head], cells: list[Cell]) -> dict[int, int]:
    """For every head whose column is certain, the index of its cell."""
    if len(heads) == len(cells):
        return {index: index for index in range(len(heads))}
    anchors = [(-1, -1)]
    for index, head in enumerate(heads):
        if not head.kind:
            continue
        alike = [place for place, cell in enumerate(cells) if cell.kind == head.kind]
        rivals = [other for other, one in enumerate(heads) if one.kind == head.kind]
        if len(alike) == len(rivals):
            anchors.append((index, alike[rivals.index(index)]))
    anchors.append((len(heads), len(cells)))
    if any(b[1] <= a[1] for a, b in pairwise(anchors)):
        return {}
    bound = dict(anchors[1:-1])
    for (left, first), (right, last) in pairwise(anchors):
        if right - left == last - first:
            bound.update({left + step: first + step for step in range(1, right - left)})
    return bound


def _counts(cells: list[Cell]) -> int:
    return sum(cell.kind != "text" for cell in cells)


def _values(statement: Reading, row: Reading, cells: list[Cell]) -> list[tuple[int, str, int]]:
    """(place in the statement, text, index of the cell) of every fact that the row has too."""
    matcher = Matcher(row)
    places: dict[str, list[int]] = {}
    for start, _, key in matcher.keys(row):
        places.setdefault(key, []).append(start)
    found = []
    for start, text, key in matcher.keys(statement):
        for place in places.get(key, [])[:1]:
            cell = next((index for index, cell in enumerate(cells) if cell.start <= place < cell.end), None)
            if cell is not None:
                found.append((start, text, cell))
    return found


def _named(statement: Reading, row: Reading, heads: list[Head]) -> list[tuple[Word, int]]:
    """The words of the statement that name one column, with its index; a word that the row itself has names none."""
    found = []
    for word in statement.content:
        columns = [index for index, head in enumerate(heads) if word.root in head.roots]
        if len(columns) == 1 and word.root not in row.roots:
            found.append((word, columns[0]))
    return found


_TIE = re.compile(r"\s?(?:number|no\.?|id|is|was|of|at|[:=#])?\s?(?:is|was|of|at|[:=#])?\s{0,2}", re.IGNORECASE)


def _beside(word: Word, values: list[tuple[int, str, int]], statement: Reading) -> tuple[int, str, int] | None:
    """The value that stands directly behind a word: "cast 42", "depth of 4400 m"."""
    behind = [value for value in values if value[0] >= word.end]
    nearest = min(behind, default=None)
    if nearest is None or not _TIE.fullmatch(statement.text[word.end : nearest[0]].rstrip("~") + " "):
        return None
    return nearest


def _other(values: list[tuple[int, str, int]], columns: dict[int, int], named: list[tuple[Word, int]]) -> str:
    """The value of the statement that belongs to no column that it names."""
    wanted = {columns.get(column) for _, column in named}
    return next((text for _, text, cell in reversed(values) if cell not in wanted), "")
