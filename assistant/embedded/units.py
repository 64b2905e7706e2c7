"""The spans that can be quoted: the sentences, rows, fields and list items of pages, each with what leads in to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corpora.sentences import is_row, sentence_spans

_GLUE = re.compile(
    r"\b(?:a|an|and|are|as|at|be|been|but|by|for|from|had|has|have|in|is|it|of|on|or|that|the|their|this|to|was|we|were"
    r"|which|with)\b"
)
_BULLET = re.compile(r"\s*(?:[•●▪◦‣∙·–—*-]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]{1,2}\s+)\S", re.IGNORECASE)
#: Units before a row that may be the heads of its columns.
_HEADS = 9


@dataclass(frozen=True)
class Unit:
    """A stretch of a page that can be quoted.

    `lead` is what announces it: the line before a list ("The certified values are:"), the sentence before it.
    `head` is, for the row of a table, its caption and column heads where they stand on the same page.
    """

    start: int
    end: int
    text: str
    lead: str = ""
    head: str = ""
    row: bool = False


@lru_cache(maxsize=512)
def units_of(page: str, furniture: tuple[tuple[int, int], ...] = ()) -> tuple[Unit, ...]:
    """The units of a page's canonical text, in order, without its running heads and page numbers (`furniture`).

    >>> [u.text for u in units_of("It was deep. It was cold.")]
    ['It was deep.', 'It was cold.']
    """
    spans = [
        piece
        for left, right in sentence_spans(page)
        for start, end in _outside(page, left, right, furniture)
        for piece in _lines(page, start, end)
    ]
    units: list[Unit] = []
    announced = before = ""
    head: list[str] = []
    short: list[str] = []
    for start, end in spans:
        text = page[start:end]
        row, brief = is_row(text), _short(text)
        if sum(c.isalpha() for c in text) > 3:
            if before.rstrip().endswith(":"):
                announced = before
            elif not row and not brief and not _BULLET.match(text):
                announced = ""
        if row and short:
            head, short = short[-_HEADS:], []
        lead = announced or (before if not _short(before) and not row else "")
        units.append(Unit(start, end, text, lead, " ".join(head) if row else "", row))
        if not row:
            short = [*short, text] if brief or text.rstrip().endswith(":") else [text] if len(text) < 200 else []
            head = head if brief else []
        before = text
    return tuple(units)


def _outside(page: str, start: int, end: int, furniture: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """What is left of a span outside the running heads."""
    left = [(start, end)]
    for a, b in furniture:
        left = [part for x, y in left for part in ((x, min(y, a)), (max(x, b), y)) if part[0] < part[1]]
    trimmed = []
    for x, y in left:
        text = page[x:y]
        if text.strip():
            x += len(text) - len(text.lstrip())
            trimmed.append((x, x + len(text.strip())))
    return trimmed


def _short(text: str) -> bool:
    """A heading, a cell or a wrapped piece of a row rather than a sentence."""
    return len(text) < 90 and not re.search(r"[a-z)][.!?]$", text.rstrip())


def _lines(page: str, start: int, end: int) -> list[tuple[int, int]]:
    """A block of names and cells cut into its lines; prose is left whole."""
    text = page[start:end]
    if "\n" not in text:
        return [(start, end)]
    lines = text.split("\n")
    bare = [line.strip() for line in lines]
    if not all(bare) or any(len(_GLUE.findall(line)) > 1 or not line[0].isupper() for line in bare):
        return [(start, end)]
    if any(line[-1] in ",;-(&" for line in bare[:-1]) or any(len(line.split()) < 3 for line in bare):
        return [(start, end)]
    if any(re.search(r"[a-z]{3}[.] [A-Z]", line) for line in bare) or not all(_GLUE.search(x) is None for x in bare):
        return [(start, end)]
    found, position = [], start
    for line in lines:
        left = position + len(line) - len(line.lstrip())
        found.append((left, left + len(line.strip())))
        position += len(line) + 1
    return found


_CLAUSE = re.compile(
    r"\(([^()]{24,})\)|(?<=[;:])\s+|(?<=,)\s+(?=(?:and|but|which|with|because|so|due|while|whereas)\b)"
)


def clauses(unit: Unit) -> list[Unit]:
    """The clauses of a long unit, each a unit of its own: parentheses, and what semicolons and commas part.

    >>> [c.text for c in clauses(Unit(0, 60, "It was late (stations 17 to 20 are missing all of the CFCs)."))]
    ['stations 17 to 20 are missing all of the CFCs']
    """
    found = [match.span(1) for match in _CLAUSE.finditer(unit.text) if match.group(1)]
    cuts = [0, *(m.end() for m in _CLAUSE.finditer(unit.text) if not m.group(1)), len(unit.text)]
    if len(cuts) > 2:
        found += list(pairwise(cuts))
    pieces = []
    for a, b in found:
        text = unit.text[a:b]
        a += len(text) - len(text.lstrip())
        text = text.strip().rstrip(",;")
        if len(text.split()) >= 5:
            pieces.append(Unit(unit.start + a, unit.start + a + len(text), text, unit.lead, unit.head, unit.row))
    return pieces
