"""Dates and times of day in their many spellings.

A date may be partial ("May 10", "2021") and may have several readings ("05/10/2021").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)(?![A-Za-z])\.?"
)
_CAPITAL_MONTH = _MONTH
_ANY_MONTH = rf"(?i:{_MONTH})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]\d\d|20\d\d)"

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ymd", re.compile(
        rf"(?<![\w.])(?P<y>{_YEAR})[-/.](?P<m>0?[1-9]|1[0-2])[-/.](?P<d>0?[1-9]|[12]\d|3[01])(?!\d)")),
    ("dmy", re.compile(
        rf"(?<![\w.])(?P<d>\d{{1,2}})(?P<mark>[-/.])\s?(?P<m>\d{{1,2}})(?P=mark)\s?(?P<y>{_YEAR})(?!\d)")),
    ("packed", re.compile(
        r"(?<![\w.])(?P<y>19\d\d|20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\w.]\d|\w)")),
    ("days", re.compile(
        rf"(?<![\w.:/-])(?P<days>{_DAY}(?:(?:,\s|,?\sand\s|\s?-\s?|\sto\s|\s?&\s?){_DAY}){{0,4}})"
        rf"(?:\s|-|\sof\s|\s?/\s?)?(?P<month>{_ANY_MONTH})(?:[-,\s]{{0,2}}(?P<y>{_YEAR})(?![\d-]))?")),
    ("month", re.compile(
        rf"(?<![A-Za-z])(?P<month>{_CAPITAL_MONTH})[\s-](?P<days>{_DAY}(?:(?:,\s|,?\sand\s|\s?-\s?|\sto\s|\s?&\s?){_DAY}"
        rf"(?![\d:])){{0,4}})(?![\d:])(?:,?\s(?P<y>{_YEAR})(?![\d-]))?")),
    ("month_year", re.compile(rf"(?<![A-Za-z])(?P<month>{_CAPITAL_MONTH})(?:,?\s|-|\sof\s)?(?P<y>{_YEAR})(?!\d)")),
    ("month_alone", re.compile(
        r"(?<![A-Za-z])(?P<month>(?:January|February|March|April|May|June|July|August|September|October|November"
        r"|December|Aug|Sept?|Oct|Nov|Dec|Jan|Feb|Apr)(?![A-Za-z]))")),
    ("short", re.compile(r"(?<![\w./-])(?P<m>\d{2})/(?P<d>\d{2})(?![\w/]|[.-]\d)")),
    ("year", re.compile(rf"(?<![\w.,/'$€£+±-])(?P<y>{_YEAR})(?![\w/]|[.,:]\d|-\d{{1,2}}(?!\d))")),
)  # fmt: skip
_TIMES: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"(?<![\w:.])(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d{1,6})?)?(?![\d:])"
        r"\s?(?P<half>[ap]\.?\s?m\b\.?)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?<=T)(?P<h>[01]\d|2[0-4]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?P<half>)(?![\d:])"),
    re.compile(r"(?<![\w:.])(?P<h>1[0-2]|0?[1-9])(?P<m>)(?P<s>)\s?(?P<half>[ap]\.?\s?m\b\.?)", re.IGNORECASE),
    re.compile(
        r"(?<![\w:.])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?P<s>)(?P<half>)(?=\s?(?:UTC|GMT|Z|hrs?|local)\b)",
        re.IGNORECASE,
    ),
)
_WORDS = re.compile(r"(?<![\w-])(?P<word>noon|midday|midnight)(?!\w)", re.IGNORECASE)
_ZONE = re.compile(r"\s?(?P<zone>UTC|GMT|Z|EST|EDT|PST|PDT|CET|CEST|local)\b")
_ONE_DAY = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Date:
    """A date: readings of (year, month, day), None for what the text does not say."""

    readings: tuple[tuple[int | None, int | None, int | None], ...]
    start: int
    end: int
    text: str

    @property
    def only_year(self) -> bool:
        return all(month is None for _, month, _ in self.readings)


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, 24-hour clock. `second` is None where the text does not say; `zone` is "" or as written."""

    hour: int
    minute: int
    second: int | None
    zone: str
    start: int
    end: int
    text: str


def dates(text: str, taken: list[tuple[int, int]]) -> list[Date]:
    """The dates of a plain text outside `taken`, in order.

    >>> dates("on May 10, 2021", [])[0].readings
    ((2021, 5, 10),)
    """
    found: list[Date] = []
    used = list(taken)
    for kind, pattern in _PATTERNS:
        if kind == "short" and not any(date.text.count("/") == 2 for date in found):
            continue  # "04/21" is a date only where dates are written so
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < right and left < end for left, right in used):
                continue
            read = _dates(kind, match)
            if read:
                found.extend(read)
                used.append((start, end))
    return sorted(found, key=lambda date: date.start)


def _dates(kind: str, match: re.Match[str]) -> list[Date]:
    start, end, text = match.start(), match.end(), match.group()
    if kind in ("ymd", "dmy", "packed", "short"):
        year = int(match.group("y")) if kind != "short" else None
        first, second = int(match.group("d")), int(match.group("m"))
        readings = {(year, second, first)}
        if kind == "short" or (kind == "dmy" and match.group("mark") != "."):
            readings.add((year, first, second))
        valid = tuple(sorted((r for r in readings if 1 <= r[1] <= 12 and 1 <= r[2] <= 31), key=str))
        return [Date(valid, start, end, text)] if valid else []
    if kind == "year":
        return [Date(((int(match.group("y")), None, None),), start, end, text)]
    month = _MONTHS.index(match.group("month")[:3].lower()) + 1
    if kind == "month_alone":
        return [Date(((None, month, None),), start, end, text)]
    year = int(match.group("y")) if match.group("y") else None
    if kind == "month_year":
        return [Date(((year, month, None),), start, end, text)]
    days = [int(day.group()) for day in _ONE_DAY.finditer(match.group("days"))]
    return [Date(((year, month, day),), start, end, text) for day in days]


def times(text: str, taken: list[tuple[int, int]]) -> list[Time]:
    """The times of day of a plain text outside `taken`, in order.

    >>> [(t.hour, t.minute, t.zone) for t in times("at 8 a.m. and 2010 UTC", [])]
    [(8, 0, ''), (20, 10, 'UTC')]
    """
    found: list[Time] = []
    used = list(taken)
    for pattern in (*_TIMES, _WORDS):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < right and left < end for left, right in used):
                continue
            second: int | None = None
            if pattern is _WORDS:
                hour, minute = (0 if match.group().lower() == "midnight" else 12), 0
            else:
                hour, minute = int(match.group("h")), int(match.group("m") or 0)
                second = int(match.group("s")) if match.group("s") else None
                half = (match.group("half") or "").lower()
                if half and not 1 <= hour <= 12:
                    half = ""
                if half:
                    hour = hour % 12 + (12 if half[0] == "p" else 0)
            zone = _ZONE.match(text, end)
            if zone:
                end = zone.end()
            name = zone.group("zone") if zone else ""
            name = "UTC" if name in ("GMT", "Z") else name
            found.append(Time(hour % 24, minute, second, name, start, end, text[start:end]))
            used.append((start, end))
    return sorted(found, key=lambda time: time.start)
