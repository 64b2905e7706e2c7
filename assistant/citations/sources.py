"""A source cut into what a citation can point at, and the stretches of it that are worth judging together."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.citations.circumstances import dates_agree
from assistant.citations.reading import Reading, read
from corpora.sentences import is_row, sentence_spans

#: At most so many sentences of a source are read together.
WINDOW = 3
_FIELD = re.compile(r"[A-Z][^:\n.]{0,38}:\s")
_FIELD_LINE = re.compile(r"\n(?=[A-Z][^:\n.]{0,38}:\s|\d+\s\d+\s\d)")


def source_units(text: str) -> list[tuple[int, int]]:
    """The sentences, rows and fields of a source: what a citation can point at, half open."""
    units: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        breaks = _CELL_LINE if _is_column(text[start:end]) else _FIELD_LINE
        cuts = [start, *(cut.end() for cut in breaks.finditer(text, start, end)), end]
        units.extend((a, b - (b < end)) for a, b in pairwise(cuts) if a < b)
    return _joined_rows(text, _joined_crumbs(text, units))


def _joined_rows(text: str, units: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A row of a table with the lines on which its last cell goes on: they begin in mid-word or small."""
    joined: list[tuple[int, int]] = []
    for start, end in units:
        line = text[start:end]
        if joined and end - start < _CELL_WIDTH and not is_row(line) and line[0] not in "|":
            before = text[joined[-1][0] : joined[-1][1]]
            near = text[joined[-1][1] : start].count("\n") == 1 and line[-1] not in ".!?:"
            if near and is_row(before.partition("\n")[0]) and (line[0].islower() or before[-1] in ",(&/-\u00ad"):
                joined[-1] = (joined[-1][0], end)
                continue
        joined.append((start, end))
    return joined


#: The rest of a cell on a line of its own is shorter than this.
_CELL_WIDTH = 60
_CELL_LINE = re.compile(r"(?<![-,(&/])\n(?=[A-Z])")


def _is_column(unit: str) -> bool:
    """Whether a unit is a list of short lines, such as names with their offices, that were read as one."""
    lines = unit.split("\n")
    return len(lines) > 1 and unit[-1] not in ".!?" and all(4 < len(line) < 60 for line in lines)


def _joined_crumbs(text: str, units: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what a split-off subscript tore apart: "SF", "6", "and N", "2", "O due to"."""
    joined: list[tuple[int, int]] = []
    torn = False
    for start, end in units:
        crumb = end - start <= 2 and text[start:end].isalnum()
        if joined and (crumb or torn) and text[joined[-1][1] : start].count("\n") <= 1:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        torn = crumb
    return joined


def _apart(unit: str) -> bool:
    """Whether a unit stands for itself: a row of a table, a heading, or a field such as "Captain: Lutz Mallon"."""
    if is_row(unit) or (len(unit) < 120 and _FIELD.match(unit)):
        return True
    return (len(unit) < 80 and unit[-1] not in '.!?…”")') or " . . ." in unit


def shared_facts(reading: Reading, unit: Reading) -> float:
    """How much a unit has in common with the statement: words, and facts counting as words."""
    hits = sum(word.root in unit.roots for word in reading.content)
    hits += sum(label.casefold() in unit.identifiers for label in reading.labels)
    mine = {value for quantity in reading.quantities for value in quantity.values}
    hits += len(mine & {value for quantity in unit.quantities for value in quantity.values})
    hits += sum(any(dates_agree(date, other) for other in unit.dates) for date in reading.dates)
    return float(hits)


def windows(text: str, units: list[tuple[int, int]], shares: list[float]) -> list[tuple[int, int]]:
    """The windows worth judging: the best units alone, then with their neighbours. Rows are not read together."""
    order = sorted(range(len(units)), key=lambda index: -shares[index])[:8]
    windows = [(index, index) for index in order]
    rows = [_apart(text[start:end]) for start, end in units]
    for size in range(2, WINDOW + 1):
        for index in order[:4]:
            for first in range(max(0, index - size + 1), min(index, len(units) - size) + 1):
                last = first + size - 1
                if any(rows[first : last + 1]) or (first, last) in windows:
                    continue
                if all(_leans(text, units[k], units[k + 1]) for k in range(first, last)):
                    windows.append((first, last))
    return windows


_ANAPHOR = re.compile(
    r"(?:[A-Z][a-z]{1,15},?\s){0,2}(?:[a-z]{1,15}\s){0,2}?"
    r"(?:it|its|they|their|them|this|these|that|those|he|his|she|her|former|latter)\b",
    re.IGNORECASE,
)


def _leans(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a unit needs the one before it: it begins with a word that points back, or in mid-sentence.

    Only then may a statement take its subject from the one and what is said of it from the other.
    """
    before, after = text[slice(*one)], text[slice(*other)]
    if before.rstrip()[-1:] not in '.!?…”")' or after[:1].islower():
        return True
    return bool(_ANAPHOR.match(after)) or _taken_up(before, after)


_DEFINITE = re.compile(r"(?:The|These|Those|Both|All|Each)\s(?:[\w-]{1,20}\s){0,2}?([\w-]{1,30})")


def _taken_up(before: str, after: str) -> bool:
    """Whether a unit begins with "the pump" where the one before it speaks of a pump."""
    opening = _DEFINITE.match(after)
    if opening is None:
        return False
    named = {word.root for word in read(opening.group()).content}
    return bool(named & {word.root for word in read(before).content})


def head_of(text: str, units: list[tuple[int, int]], index: int) -> str:
    """The line or two above a row of a table that name its columns; empty where the unit is no row."""
    start, end = units[index]
    if not is_row(text[start:end]) and text[start:end].count("|") < 2:
        return ""
    above = index - 1
    while above >= 0 and (
        is_row(text[slice(*units[above])]) or not any(c.isalpha() for c in text[slice(*units[above])])
    ):
        above -= 1
    return text[slice(*units[above])] if above >= 0 else ""


def with_header(context: Reading | None, header: str) -> Reading | None:
    """The context with the head of the table that a row belongs to."""
    if not header:
        return context
    return read(f"{header}\n{context.text}" if context else header)
