"""Dates: intervals, shifted dates, day of the year, CF time values. Proleptic Gregorian calendar, UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tools.calculator.figures import rounded
from tools.calculator.model import Calculation, CalculatorError

SOURCE = "proleptic Gregorian calendar, days of 86400 s (UTC without leap seconds)"

_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|"
        "oct october|nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_TIME = r"(?:(?:\s*,?\s+|T)(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?:Z|UTC|GMT)?)?"
_FORMS = tuple(
    re.compile(form + _TIME, re.I)
    for form in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+" + _MONTH + r"[\s,-]+(?P<year>\d{4})",
        _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<year>\d{4})[\s-]" + _MONTH + r"[\s-](?P<day>\d{1,2})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "year": 31557600}
_UNITS = r"(?P<unit>seconds?|secs?|s|minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|years?)"
_SHORT = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "d": "day"}
_NUMBER = r"(?P<number>[+-]?\d{1,9}(?:\.\d{1,9})?)"
_ORDINAL_DAY = re.compile(r"(?:year)?day\s+(?P<number>\d{1,3})\s+(?:of|in)\s+(?P<year>\d{4})", re.I)
_BETWEEN = re.compile(
    rf"(?:(?:number\s+of\s+)?{_UNITS}\s+|(?:time|duration|interval|difference)\s+)?"
    r"(?:between|from)\s+(?P<first>.{6,40}?)\s+(?:and|to|until|till)\s+(?P<second_date>.{6,40}?)"
    r"(?:\s+in\s+(?P<target>[A-Za-z]+))?",
    re.I,
)
_TO = re.compile(
    r"(?P<first>.{6,40}?)\s+(?:to|until|till)\s+(?P<second_date>.{6,40}?)\s+in\s+(?P<target>[A-Za-z]+)", re.I
)
_SINCE_OF = re.compile(
    rf"{_UNITS}\s+since\s+(?P<origin>.{{6,40}}?)\s+(?:of|on|for|at|to|until)\s+(?P<date>.{{6,40}})", re.I
)
_SUBTRACT = re.compile(
    r"(?P<first>.{6,40}?)\s+(?:-|minus)\s+(?P<second_date>.{6,40}?)(?:\s+in\s+(?P<target>[A-Za-z]+))?", re.I
)
_SHIFT = re.compile(rf"(?P<date>.{{6,40}}?)\s*(?P<sign>[+-]|plus|minus)\s*(?P<number>\d[\d.]*)\s*{_UNITS}", re.I)
_AFTER = re.compile(rf"{_NUMBER}\s*{_UNITS}\s+(?P<way>after|before|from|past)\s+(?P<date>.{{6,40}})", re.I)
_SINCE = re.compile(rf"{_NUMBER}\s*{_UNITS}\s+since\s+(?P<date>.{{6,40}})", re.I)
_IN_SINCE = re.compile(rf"(?P<date>.{{6,40}}?)\s+(?:in|as|to)\s+{_UNITS}\s+since\s+(?P<origin>.{{6,40}})", re.I)
_PROPERTY = re.compile(
    r"(?:the\s+)?(?P<what>day\s+of\s+(?:the\s+)?year|year\s?day|ordinal\s+day|day\s+of\s+(?:the\s+)?week|weekday|"
    r"decimal\s+year|julian\s+(?:day|date)(?:\s+number)?|modified\s+julian\s+(?:day|date))\s+"
    r"(?:of|for|on|is)?\s*(?P<date>.{6,40})",
    re.I,
)


def parse_date(text: str) -> tuple[datetime, bool] | None:
    """A date with or without a time of day, and whether a time was given; None when it is not a date.

    Raises CalculatorError for a date that does not exist (30 Feb) or may be read in two ways (04/12/2020).
    """
    plain = re.sub(r"^(?:the|on)\s+", "", text.strip(), flags=re.I)
    plain = re.sub(r"^(\d{1,2}:\d{2}(?::\d{2})?)\s*(?:UTC|Z|GMT)?,?\s+(?:on\s+)?(.+)$", r"\2 \1", plain, flags=re.I)
    plain = re.sub(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+", "", plain, flags=re.I)
    for form in _FORMS:
        found = form.fullmatch(plain)
        if found is None:
            continue
        month_text = found["month"].lower()
        month = int(month_text) if month_text.isdigit() else _MONTHS.get(month_text, 0)
        if not month and not month_text.isdigit():
            return None
        day, year = int(found["day"]), int(found["year"])
        if re.match(r"\d{1,2}/\d{1,2}/\d{4}", plain):
            if month > 12 >= day:
                day, month = month, day
            elif day <= 12 and day != month:
                raise CalculatorError(
                    f"{plain} may be {day} {_name(month)} or {month} {_name(day)}.",
                    "Write the month as a word or the date as YYYY-MM-DD.",
                )
        hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
        try:
            return datetime(year, month, day, hour, minute, second), found["hour"] is not None
        except ValueError:
            raise CalculatorError(f"The date {plain} does not exist.", understood=True) from None
    return None


def _name(month: int) -> str:
    return "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[month - 1]


def _shown(date: datetime, timed: bool) -> str:
    if timed and date.second:
        return date.strftime("%Y-%m-%d %H:%M:%S")
    return date.strftime("%Y-%m-%d %H:%M") if timed else date.strftime("%Y-%m-%d")


def _number(value: float) -> str:
    """Up to six decimals, without the zeros at the end."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _unit(word: str | None) -> str | None:
    if not word:
        return None
    plain = word.lower()
    plain = _SHORT.get(plain) or _SHORT.get(plain.rstrip("s")) or plain.rstrip("s")
    return plain if plain in _SECONDS else None


def calculate_dates(text: str) -> Calculation | None:
    """The result when the text is a calculation with dates, None when it is not."""
    if not re.search(r"\d{4}", text):
        return None
    for pattern, handler in _HANDLERS:
        found = pattern.fullmatch(text)
        if found is not None:
            result = handler(found, text)
            if result is not None:
                return result
    return None


def _interval(found: re.Match[str], text: str) -> Calculation | None:
    groups = found.groupdict()
    first, second = parse_date(groups["first"]), parse_date(groups["second_date"])
    if first is None or second is None:
        _refuse_missing_year(groups["first"], groups["second_date"])
        return None
    subtracting = found.re is _SUBTRACT
    if subtracting:
        first, second = second, first
    word = groups.get("target") or groups.get("unit")
    unit = _unit(word)
    if word and unit is None:
        raise CalculatorError(f"'{word}' is no unit for an interval.", "Use seconds, minutes, hours, days or weeks.")
    timed = first[1] or second[1]
    return _difference(first[0], second[0], timed, unit or "day", text, signed=subtracting)


def _refuse_missing_year(*texts: str) -> None:
    """Raises when one of the texts is a day and a month alone: no year is guessed."""
    for text in texts:
        found = re.fullmatch(
            r"(?:\d{1,2}(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})|([A-Za-z]{3,9})\s+\d{1,2}(?:st|nd|rd|th)?)", text.strip()
        )
        if found and (found.group(1) or found.group(2)).lower() in _MONTHS:
            raise CalculatorError(f"The date '{text.strip()}' has no year.", "Write it as 4 Dec 2020.", understood=True)


def _difference(start: datetime, end: datetime, timed: bool, unit: str, text: str, signed: bool = False) -> Calculation:
    seconds = (end - start).total_seconds()
    notes: list[str] = []
    if seconds < 0 and not signed:
        seconds = -seconds
        notes.append("The second date is before the first; the length of the interval is given.")
    value = seconds / _SECONDS[unit]
    value = int(value) if value == int(value) else value
    steps = [f"{_shown(end, timed)} - {_shown(start, timed)} = {_number(seconds / 86400)} days"]
    if unit != "day":
        steps.append(f"{rounded(seconds, None)} s / {_SECONDS[unit]} s = {_number(value)} {unit}s")
    if unit == "year":
        notes.append("A year was read as the Julian year of 365.25 days.")
    if not timed and unit == "day":
        notes.append(f"Counting both the first and the last day gives {abs(int(value)) + 1}.")
    if timed:
        notes.append("Both times were read as UTC; a date without a time is 00:00.")
    plural = unit if value == 1 else f"{unit}s"
    return Calculation(
        value, f"{unit}s", f"{_number(value)} {plural}", tuple(steps), SOURCE,
        tuple(notes), text,
    )  # fmt: skip


def _moved(date: datetime, timed: bool, number: float, unit: str, text: str) -> Calculation:
    try:
        moved = date + timedelta(seconds=number * _SECONDS[unit])
    except OverflowError:
        raise CalculatorError("The date falls outside the years 1 to 9999.", understood=True) from None
    timed = timed or (moved.hour, moved.minute, moved.second) != (0, 0, 0)
    notes = ("A year was read as the Julian year of 365.25 days.",) if unit == "year" else ()
    shown = _shown(moved, timed)
    sign = "+" if number >= 0 else "-"
    step = f"{_shown(date, timed)} {sign} {abs(number):g} {unit}s = {shown}"
    return Calculation(shown, "", f"{shown} ({moved:%A})", (step,), SOURCE, notes, text)


def _shift(found: re.Match[str], text: str) -> Calculation | None:
    date, unit = parse_date(found["date"]), _unit(found["unit"])
    if date is None or unit is None:
        return None
    sign = -1 if found["sign"].lower() in ("-", "minus") else 1
    return _moved(*date, sign * float(found["number"]), unit, text)


def _after(found: re.Match[str], text: str) -> Calculation | None:
    date, unit = parse_date(found["date"]), _unit(found["unit"])
    if date is None or unit is None:
        return None
    sign = -1 if found["way"].lower() == "before" else 1
    return _moved(*date, sign * float(found["number"]), unit, text)


def _since(found: re.Match[str], text: str) -> Calculation | None:
    date, unit = parse_date(found["date"]), _unit(found["unit"])
    if date is None or unit is None:
        return None
    return _moved(*date, float(found["number"]), unit, text)


def _in_since(found: re.Match[str], text: str) -> Calculation | None:
    date, origin, unit = parse_date(found["date"]), parse_date(found["origin"]), _unit(found["unit"])
    if date is None or origin is None or unit is None:
        return None
    return _difference(origin[0], date[0], True, unit, text, signed=True)


def _ordinal(found: re.Match[str], text: str) -> Calculation:
    number, year = int(found["number"]), int(found["year"])
    if not 1 <= year <= 9998:
        raise CalculatorError(f"The year {year} is outside 1 to 9998.", understood=True)
    start = datetime(year, 1, 1)
    length = (datetime(year + 1, 1, 1) - start).days
    if not 1 <= number <= length:
        raise CalculatorError(f"The year {year} has {length} days, so day {number} does not exist.", understood=True)
    date = start + timedelta(days=number - 1)
    shown = _shown(date, False)
    step = f"{year}-01-01 + {number - 1} days = {shown}"
    return Calculation(shown, "", f"{shown} ({date:%A})", (step,), SOURCE, ("1 January is day 1.",), text)


def _property(found: re.Match[str], text: str) -> Calculation | None:
    parsed = parse_date(found["date"])
    if parsed is None:
        return None
    date, timed = parsed
    what = found["what"].lower()
    shown = _shown(date, timed)
    start = datetime(date.year, 1, 1)
    days = (date - start).total_seconds() / 86400
    if "week" in what:
        name = date.strftime("%A")
        return Calculation(name, "", name, (f"{shown} is a {name}",), SOURCE, (), text)
    if "julian" in what:
        # JD 1721424.5 is 0001-01-01 00:00 in the proleptic Gregorian calendar, day 1 of Python's ordinals.
        value = date.toordinal() + 1721424.5 + (date - datetime(*date.timetuple()[:3])).total_seconds() / 86400
        label = "JD"
        if "modified" in what:
            value -= 2400000.5
            label = "MJD"
        step = f"{shown} 00:00 UTC is {label} {value:.5f}" if not timed else f"{shown} UTC is {label} {value:.5f}"
        notes = ("A Julian day begins at noon; a date without a time is 00:00 UTC.",)
        return Calculation(value, "days", f"{label} {value:.5f}".rstrip("0").rstrip("."), (step,), SOURCE, notes, text)
    if "decimal" in what:
        length = (datetime(date.year + 1, 1, 1) - start).days if date.year < 9999 else 365
        value = date.year + days / length
        step = f"{date.year} + {days:g}/{length} = {value:.6f}"
        return Calculation(value, "", f"{value:.6f}", (step,), SOURCE, (), text)
    number = int(days) + 1
    step = f"{shown} - {start:%Y-%m-%d} + 1 = {number}"
    return Calculation(number, "", f"day {number} of {date.year}", (step,), SOURCE, ("1 January is day 1.",), text)


_HANDLERS = (
    (_BETWEEN, _interval),
    (_TO, _interval),
    (_IN_SINCE, _in_since),
    (_SINCE_OF, _in_since),
    (_SINCE, _since),
    (_AFTER, _after),
    (_PROPERTY, _property),
    (_ORDINAL_DAY, _ordinal),
    (_SHIFT, _shift),
    (_SUBTRACT, _interval),
)
