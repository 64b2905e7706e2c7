"""Folding of text for matching, with a map back to the text as it stands.

Two spellings of the same words fold to the same string: case, Unicode compatibility forms, ligatures,
hyphenation at line ends, white space, typographic quotes, dashes and minus signs, degree and micro signs,
invisible characters.
The folded string is only ever searched; what is shown or quoted is always the source, found through the map:

>>> folded = fold("The ﬁrst \\u2018mem-\\nbrane\\u2019")
>>> folded.text
"the first 'membrane'"
>>> folded.source(4, 9)
(4, 8)

Folding takes linear time: one pass over the places where something changes, plain stretches are copied whole.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\u02b9\u02bc\u02c8\u2039\u203a\uff07`"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u00ab\u00bb\u00a8\uff02"
_DASHES = "\u2010\u2011\u2012\u2013\u2212\u2043\ufe58\ufe63\uff0d\u02d7"
_LONG_DASHES = "\u2014\u2015\ufe31"
# A hyphen that PDF readers put where a word was broken: soft hyphen, PDFium's own two marks.
_BREAK_HYPHENS = "\u00ad\x02\ufffe"
_BULLETS = "\u2022\u2023\u25aa\u25ab\u25cf\u25e6\u25a0\u25a1\uf0b7\uf0a7"
_INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u180e\ufeff\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069" + "".join(map(chr, range(0xFE00, 0xFE10)))
)

_SIGNS: dict[str, str] = {
    **dict.fromkeys(_SINGLE_QUOTES, "'"),
    **dict.fromkeys(_DOUBLE_QUOTES, '"'),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_BULLETS, " "),
    **dict.fromkeys(_INVISIBLE, ""),
    **dict.fromkeys("\u00ba\u02da", "\u00b0"),  # ordinal sign and ring above stand for the degree sign
    "\u00d7": "x",
    "\u223c": "~",
    "\uff5e": "~",
    "\u2044": "/",
    "\u2215": "/",
    "\u22c5": "\u00b7",
    "\u2219": "\u00b7",
    "\u2042": "*",
}

# Where the text may change. Each alternative is a run of one class, or a fixed pair, so the scan is linear.
_CHANGE = re.compile(
    r"(?P<hyphen>[-" + _DASHES + _BREAK_HYPHENS + r"]+[^\S\n\r]*[\n\r]\s*)"
    r"|(?P<dash>[-" + _DASHES + _BREAK_HYPHENS + r"]+)"
    r"|(?P<long>[" + _LONG_DASHES + r"])"
    r"|(?P<space>\s+)"
    r"|(?P<pair>''|``)"
    r"|(?P<tick>`)"
    r"|(?P<control>[\x00\x01\x03-\x08\x0e-\x1b\x7f]+)"
    r"|(?P<other>[!-~]?[^\x00-\x7f\s" + _DASHES + _LONG_DASHES + _BREAK_HYPHENS + r"]+)"
)
_FIXED = {"long": " - ", "space": " ", "pair": '"', "tick": "'", "control": ""}


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and its map to the source.

    The map is kept as pieces. A piece that was copied maps character by character; one that was changed maps
    as a whole, so that half a ligature leads back to the whole ligature.
    """

    text: str
    _at: list[int] = field(repr=False)
    _from: list[int] = field(repr=False)
    _to: list[int] = field(repr=False)
    _copied: list[bool] = field(repr=False)
    _length: int = field(repr=False)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source that `text[start:end]` came from, half open.

        An empty stretch gives an empty one. Raises IndexError outside `0 <= start <= end <= len(text)`.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"({start}, {end}) is outside a folded text of {len(self.text)} characters")
        if start == len(self.text):
            return self._length, self._length
        first = self._first(start)
        if start == end:
            return first, first
        return first, self._last(end - 1)

    def folded_offset(self, offset: int) -> int:
        """The first folded character that stands at or after `offset` of the source."""
        piece = bisect_right(self._from, offset) - 1
        if piece < 0:
            return 0
        if self._copied[piece] and offset < self._to[piece]:
            return self._at[piece] + offset - self._from[piece]
        if offset == self._from[piece]:
            return self._at[piece]
        piece = bisect_left(self._from, offset)
        return self._at[piece] if piece < len(self._at) else len(self.text)

    def _first(self, index: int) -> int:
        piece = bisect_right(self._at, index) - 1
        return self._from[piece] + (index - self._at[piece] if self._copied[piece] else 0)

    def _last(self, index: int) -> int:
        piece = bisect_right(self._at, index) - 1
        if self._copied[piece]:
            return self._from[piece] + index - self._at[piece] + 1
        return self._to[piece]


class _Builder:
    """Collects folded pieces, collapsing white space over the seams."""

    def __init__(self, case: bool) -> None:
        self.case = case
        self.parts: list[str] = []
        self.at: list[int] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.copied: list[bool] = []
        self.length = 0
        self.last = ""

    def copy(self, text: str, start: int, end: int) -> None:
        """Plain ASCII without white space other than single spaces."""
        if start >= end:
            return
        piece = text[start:end]
        if self.case:
            piece = piece.lower()
        if piece[0] == " " and self.last == " ":
            piece, start = piece[1:], start + 1
            if not piece:
                return
        self._push(piece, start, end, True)

    def change(self, piece: str, start: int, end: int) -> None:
        if piece and piece[0] == " " and self.last == " ":
            piece = piece[1:]
        if piece:
            self._push(piece, start, end, False)

    def _push(self, piece: str, start: int, end: int, copied: bool) -> None:
        self.parts.append(piece)
        self.at.append(self.length)
        self.start.append(start)
        self.end.append(end)
        self.copied.append(copied)
        self.length += len(piece)
        self.last = piece[-1]


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str, case: bool) -> str:
    """One character with its combining marks."""
    known = _SIGNS.get(cluster)
    if known is not None:
        return known
    if len(cluster) > 1 and cluster[0] in _SIGNS:
        cluster = _SIGNS[cluster[0]] + cluster[1:]
    composed = unicodedata.normalize("NFKC", cluster)
    if case:
        composed = unicodedata.normalize("NFKC", composed.casefold())
    return "".join(_SIGNS.get(character, character) for character in composed)


def _joins(character: str) -> bool:
    """Whether a character belongs to the one before it: a combining mark, a Hangul vowel or final."""
    return unicodedata.combining(character) != 0 or "\u1160" <= character <= "\u11ff"


def fold(text: str, *, case: bool = True, compounds: bool | None = None) -> Folded:
    """Fold `text` for matching.

    case: fold case away too (full case folding, so that "ß" equals "SS").
    compounds: drop a hyphen between two letters everywhere, not only at a line end, so that "long-distance",
        "long-\\ndistance" and the "longdistance" of a PDF reader that swallowed the hyphen are equal.
        Left out, it follows `case`: text for search keeps its compounds.

    A hyphen at a line end joins two letters; beside a digit it stays ("CFC-\\n11" is "CFC-11").

    >>> fold("CO₂ at −2 ºC\\n  and 5 µm", case=False).text
    'CO2 at -2 °C and 5 μm'
    >>> folded = fold("STRAßE")
    >>> folded.text, folded.source(4, 5)
    ('strasse', (4, 5))
    """
    if compounds is None:
        compounds = case
    built = _Builder(case)
    position = 0
    for found in _CHANGE.finditer(text):
        start, end = found.span()
        kind = found.lastgroup or ""
        matched = found.group()
        if matched == " ":
            continue  # the common case: copied with its neighbours
        if kind in ("dash", "hyphen"):
            beside = text[start - 1 : start], text[end : end + 1]
            replaced = _fold_hyphen(matched, *beside, kind == "hyphen", compounds)
            if replaced == matched:
                continue
            built.copy(text, position, start)
            built.change(replaced, start, end)
        elif kind == "other":
            if matched[0] < "\x80" and not _joins(matched[1]):
                start, matched = start + 1, matched[1:]
            built.copy(text, position, start)
            _fold_run(built, matched, start)
        else:
            built.copy(text, position, start)
            built.change(_FIXED[kind], start, end)
        position = end
    built.copy(text, position, len(text))
    return Folded("".join(built.parts), built.at, built.start, built.end, built.copied, len(text))


def _fold_run(built: _Builder, run: str, offset: int) -> None:
    """Fold a run of characters beyond ASCII, cluster by cluster."""
    start = 0
    for index in range(1, len(run) + 1):
        if index == len(run) or not _joins(run[index]):
            built.change(_fold_cluster(run[start:index], built.case), offset + start, offset + index)
            start = index


def _fold_hyphen(run: str, before: str, after: str, line_end: bool, compounds: bool) -> str:
    letters = before.isalpha() and after.isalpha()
    marks = run.strip()
    if all(character in _BREAK_HYPHENS for character in marks):
        if letters:
            return ""
        if "\u00ad" in marks and not (before.isalnum() and after.isalnum()):
            return " " if line_end else ""
        return "-"
    if len(marks) > 1:
        return "-" if before.isdigit() and after.isdigit() else " - "
    if line_end:
        if letters and (compounds or after.islower()):
            return ""
        return "-" if before.strip() and after else "- "
    return "" if letters and compounds else "-"
