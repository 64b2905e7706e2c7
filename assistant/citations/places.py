"""Geographical positions in their many spellings: 41°00.4' N, 41 00.4 N, 41.0067 N, N 41-00.4, 41°0'24\"N."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_HEMISPHERE = r"(?:North|South|East|West|north|south|east|west|[NSEW])(?![A-Za-z0-9/])"
_MINUTES = (
    r"(?:(?:\s?(?:°|deg(?:rees?)?\.?|d(?=\d)|:|\s)\s?|-(?=\d{1,2}\.\d))(?P<min>[0-5]?\d(?:\.\d{1,8})?)(?!\d)"
    r"(?:\s?(?:''?|min\.?|m(?=\s?\d)|:)\s?(?P<sec>[0-5]?\d(?:\.\d{1,6})?)(?!\d)\s?(?:\"|''|sec\.?)?"
    r"|\s?(?:'|min\.?)(?!'))?)?"
)
_AFTER = re.compile(
    r"(?<![\w.:/'])(?<!\d-)(?P<sign>-(?=\d))?(?P<deg>\d{1,3}(?:\.\d{1,10})?)"
    + _MINUTES
    + r"\s?(?:°|deg(?:rees?)?\.?)?\s?"
    r"(?P<hem>" + _HEMISPHERE + ")"
)
_BEFORE = re.compile(
    r"(?<![A-Za-z0-9/])(?P<hem>[NSEW]|North|South|East|West)\s?(?P<deg>\d{1,3}\.\d{1,10}|\d{1,3}(?=\s?°|\s\d{1,2}\.\d|[:-]\d))"
    + _MINUTES
    + r"\s?°?"
)
_NONE = re.compile(
    r"(?<![\w.:/'])(?P<sign>-)?(?P<deg>\d{1,3})\s?°\s?(?P<min>[0-5]?\d(?:\.\d{1,8})?)(?![\d.])\s?'"
    r"(?:\s?(?P<sec>[0-5]?\d(?:\.\d{1,6})?)\s?(?:\"|''))?(?P<hem>)"
)
_RANGE = re.compile(r"(?<![\w.:/'-])(\d{1,3}(?:\.\d{1,6})?)\s?°?\s?(?:-|to|and)\s?$")


@dataclass(frozen=True, slots=True)
class Position:
    """One coordinate. degrees: signed, north and east positive. axis: "lat", "lon" or "" without a hemisphere.

    step: the place value of its last digit, in degrees. parts: 1 for degrees, 2 with minutes, 3 with seconds.
    """

    degrees: Fraction
    axis: str
    step: Fraction
    parts: int
    start: int
    end: int
    text: str


def positions(text: str) -> list[Position]:
    """The coordinates of a plain text, in order.

    >>> [(float(round(p.degrees, 4)), p.axis) for p in positions("41° 00.4' N 66° 14.4' W")]
    [(41.0067, 'lat'), (-66.24, 'lon')]
    """
    found: list[Position] = []
    for pattern in (_AFTER, _BEFORE, _NONE):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other.end and other.start < end for other in found):
                continue
            position = _read(match)
            if position is None:
                continue
            found.append(position)
            if pattern is _AFTER and position.parts == 1:
                found.extend(_range_start(text, position))
    return sorted(found, key=lambda position: position.start)


def _read(match: re.Match[str]) -> Position | None:
    degrees = Fraction(match.group("deg"))
    minutes, seconds = match.group("min"), match.group("sec")
    if minutes and "." in match.group("deg"):
        return None
    hemisphere = (match.group("hem") or "")[:1].upper()
    axis = {"N": "lat", "S": "lat", "E": "lon", "W": "lon"}.get(hemisphere, "")
    value = degrees + Fraction(minutes or 0) / 60 + Fraction(seconds or 0) / 3600
    if value > (90 if axis == "lat" else 360):
        return None
    if hemisphere in ("S", "W"):
        value = -value
    if "sign" in match.re.groupindex and match.group("sign") == "-":
        value = -abs(value)
    last, scale = (seconds, 3600) if seconds else (minutes, 60) if minutes else (match.group("deg"), 1)
    step = Fraction(1, 10 ** len(last.partition(".")[2]) * scale)
    parts = 3 if seconds else 2 if minutes else 1
    return Position(value, axis, step, parts, match.start(), match.end(), match.group())


def _range_start(text: str, far: Position) -> list[Position]:
    """The near end of "38 - 40°N", which borrows the hemisphere of the far one."""
    before = _RANGE.search(text[max(0, far.start - 16) : far.start])
    if before is None:
        return []
    digits = before.group(1)
    value = Fraction(digits) * (-1 if far.degrees < 0 else 1)
    start = far.start - len(before.group())
    step = Fraction(1, 10 ** len(digits.partition(".")[2]))
    return [Position(value, far.axis, step, 1, start, start + len(digits), digits)]
