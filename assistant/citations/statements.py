"""An answer cut into statements, with the markers that belong to each.

An answer is Markdown. Headings, list items and table rows are blocks of their own; the lines of a paragraph are one
block; blocks are cut at sentence ends. A marker belongs to the sentence that it stands in, or right behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.citations.markers import Marker, parse_markers
from corpora.sentences import sentence_spans


class Kind(StrEnum):
    PROSE = "prose"
    HEADING = "heading"
    ROW = "row"
    HEAD_ROW = "head_row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement as written: its text without markers and Markdown dress, its markers, its place."""

    text: str
    labels: tuple[int, ...]
    start: int
    end: int
    kind: Kind
    columns: str = ""  # the head of the table that a row belongs to


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks in a statement."""

    text: str
    start: int
    end: int


_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+|^\s*\*\*[^*\n]{1,80}\*\*:?\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?|^\s*>\s?")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_RULE_CELL = re.compile(r":?-{2,}:?")
_EMPHASIS = re.compile(r"\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|`")
_SPACE = re.compile(r"\s+")
_LOOSE_MARK = re.compile(r" ([.,;:!?)\]])")
_QUOTED = re.compile(r"“([^“”]{1,4000})”|\"([^\"]{1,4000})\"|«([^«»]{1,4000})»|„([^„“”]{1,4000})[“”]")
_BACKSLASH = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")


def split(answer: str) -> list[Piece]:
    """The statements of an answer, in order.

    >>> [(p.text, p.labels) for p in split("- Deep [1]. **Salty** too.[2]")]
    [('Deep.', (1,)), ('Salty too.', (2,))]
    """
    clean, origin, markers = _without_markers(answer)
    pieces: list[Piece] = []
    for start, end, kind, columns in _blocks(clean):
        pieces.extend(_pieces(clean, origin, markers, start, end, kind, columns))
    return pieces


def quotations(text: str) -> list[Quotation]:
    """The quotations of a statement that claim to be words of a source: at least three words, or a number.

    >>> [q.text for q in quotations('A “primary” pump: "the cable was too short" and "35.41 psu"')]
    ['the cable was too short', '35.41 psu']
    """
    found = []
    for match in _QUOTED.finditer(text):
        group = next(index for index in range(1, 5) if match.group(index) is not None)
        inside = match.group(group)
        if len(inside.split()) >= 3 or any(character.isdigit() for character in inside):
            found.append(Quotation(inside, match.start(group), match.end(group)))
    return found


def _without_markers(answer: str) -> tuple[str, list[int], list[tuple[int, Marker]]]:
    """The answer without its markers, the place of each character in it, and where the markers stood."""
    parts: list[str] = []
    origin: list[int] = []
    markers: list[tuple[int, Marker]] = []
    for event in parse_markers(answer):
        if isinstance(event, Marker):
            markers.append((len(origin), event))
        else:
            parts.append(event.text)
            origin.extend(range(event.start, event.start + len(event.text)))
    origin.append(len(answer))
    return "".join(parts), origin, markers


def _blocks(text: str) -> list[tuple[int, int, Kind, str]]:
    """(start, end, kind, column heads) of the blocks; rules and blank lines are none."""
    blocks: list[tuple[int, int, Kind, str]] = []
    lines = _lines(text)
    fence = ""
    open_paragraph = False
    columns = ""
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        opening = _FENCE.match(line)
        if fence or opening:
            if not fence and opening:
                fence = opening.group(1)
            elif opening and opening.group(1).startswith(fence) and not line.strip(" `~"):
                fence = ""
            blocks.append((start, end, Kind.CODE, ""))
            open_paragraph = False
            continue
        if not line.strip() or _RULE.match(line) or _is_table_rule(line):
            open_paragraph = False
            columns = columns if line.strip() else ""
            continue
        if line.count("|") >= 2 or (columns and "|" in line):
            following = text[slice(*lines[number + 1])] if number + 1 < len(lines) else ""
            head = _is_table_rule(following)
            if head:
                columns = line
            blocks.append((start, end, Kind.HEAD_ROW if head else Kind.ROW, "" if head else columns))
            open_paragraph = False
            continue
        columns = ""
        item = _ITEM.match(line)
        if _HEADING.match(line):
            blocks.append((start, end, Kind.HEADING, ""))
            open_paragraph = False
        elif item:
            blocks.append((start + item.end(), end, Kind.PROSE, ""))
            open_paragraph = True
        elif open_paragraph:
            blocks[-1] = (blocks[-1][0], end, Kind.PROSE, "")
        else:
            blocks.append((start, end, Kind.PROSE, ""))
            open_paragraph = True
    return blocks


def _is_table_rule(line: str) -> bool:
    """Whether a line parts the head of a table from its rows: "|---|:-:|"."""
    return all(_RULE_CELL.fullmatch(cell.strip()) for cell in line.strip().strip("|").split("|"))


def _lines(text: str) -> list[tuple[int, int]]:
    lines = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, start + len(line)))
        start += len(line) + 1
    return lines


def _pieces(
    clean: str,
    origin: list[int],
    markers: list[tuple[int, Marker]],
    start: int,
    end: int,
    kind: Kind,
    columns: str,
) -> list[Piece]:
    block = clean[start:end].replace("\n", " ")
    # Emphasis would hide where a sentence begins; blanked, it leaves every offset as it is.
    bare = _EMPHASIS.sub(lambda mark: " " * len(mark.group()), block)
    spans = sentence_spans(bare) if kind is Kind.PROSE else [(0, len(block))] if block.strip() else []
    spans = _rejoined(block, spans)
    if not spans:
        return []
    owned: list[list[Marker]] = [[] for _ in spans]
    for at, marker in markers:
        if start <= at <= end:
            owned[_owner(spans, at - start)].append(marker)
    pieces = []
    for (left, right), own in zip(spans, owned, strict=True):
        text = block[left:right]
        text = text if kind is Kind.CODE else undressed(text)
        if not text:
            continue
        first, last = origin[start + left], origin[start + right - 1] + 1
        if own:
            first, last = min(first, own[0].start), max(last, own[-1].end)
        labels = tuple(dict.fromkeys(label for marker in own for label in marker.labels))
        pieces.append(Piece(text, labels, first, last, kind, undressed(columns)))
    return pieces


def _rejoined(block: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences within one quotation are one statement; a stray mark is part of the sentence before it."""
    joined: list[tuple[int, int]] = []
    for left, right in spans:
        before = block[joined[-1][0] : joined[-1][1]] if joined else ""
        torn = before.count("“") > before.count("”") or before.count('"') % 2 == 1
        closes = any(mark in block[left:right] for mark in '”"')
        if joined and ((torn and closes) or not any(c.isalnum() for c in block[left:right])):
            joined[-1] = (joined[-1][0], right)
        else:
            joined.append((left, right))
    return joined


def _owner(spans: list[tuple[int, int]], at: int) -> int:
    """The sentence that a marker at `at` belongs to: the last that begins before it."""
    owner = 0
    for index, (left, _) in enumerate(spans):
        if left < at:
            owner = index
    return owner


def undressed(text: str) -> str:
    """Text without Markdown emphasis, table bars at its ends, and the gaps that markers left.

    >>> undressed("**Salt** was 35.41 psu .")
    'Salt was 35.41 psu.'
    """
    text = re.sub(r"^\s{0,3}#{1,6}\s+", "", text)
    text = _EMPHASIS.sub("", text).strip().strip("|")
    text = _SPACE.sub(" ", _BACKSLASH.sub(r"\1", text)).strip()
    return _LOOSE_MARK.sub(r"\1", text)
