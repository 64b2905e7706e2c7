"""Positions in every spelling that cruise reports use, as signed decimal degrees.

Degrees alone, degrees and decimal minutes, degrees, minutes and seconds; with or without signs for them; the
hemisphere before or after, as a letter or a word, or a plain sign. North and east are positive.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tools.calculator.model import CalculatorError


class Position(NamedTuple):
    """Latitude and longitude in decimal degrees, north and east positive."""

    latitude: float
    longitude: float


_MARKS = str.maketrans(
    {
        **dict.fromkeys("º˚∘", "°"),
        **dict.fromkeys("’‘′ʹ´`", "'"),
        **dict.fromkeys("”“″", '"'),
        **dict.fromkeys("−–—‐‑", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t\n", " "),
    }
)
_WORDS = {"north": "N", "south": "S", "east": "E", "west": "W"}
_ANGLE = r"""
    (?P<sign>[+-])?\s*
    (?P<degrees>\d{1,3}(?:\.\d{1,12})?)
    (?: \s*(?:°|degrees?|deg)?
      | (?:\s*(?:°|degrees?|deg|[:-])\s*|\s+) (?P<minutes>\d{1,2}(?:\.\d{1,12})?)
        (?: \s*(?:'|minutes?|min)?
          | (?:\s*(?:'|minutes?|min|[:])\s*|\s+) (?P<seconds>\d{1,2}(?:\.\d{1,12})?)
            \s*(?:"|\'\'|seconds?|sec)?
        )
    )
"""
_BARE = re.compile(_ANGLE, re.X | re.ASCII)
_HEMISPHERE_WORD = re.compile(r"\b(north|south|east|west)\b", re.I)


def parse_latitude(text: str) -> float:
    """A latitude in decimal degrees, north positive.

    >>> parse_latitude("41°00.4'N"), parse_latitude("35 30 S"), parse_latitude("-12.5")
    (41.00666666666667, -35.5, -12.5)
    """
    return _parse(text, "NS", 90.0, "latitude")


def parse_longitude(text: str) -> float:
    """A longitude in decimal degrees, east positive, -180 to 180 (0 to 360 is accepted and wrapped)."""
    value = _parse(text, "EW", 360.0, "longitude")
    return value - 360.0 if value > 180.0 else value


def parse_position(text: str) -> Position:
    """A latitude and a longitude, in either order when their hemispheres say which is which.

    Two plain numbers are latitude and longitude, in that order. Raises CalculatorError for anything else.
    """
    plain = _plain(text)
    halves = _split(plain)
    if halves is None and "°" in plain and not re.search(r"[NSEW]", plain):
        raise CalculatorError(f"'{_short(text)}' does not say north or south, east or west.", "Add the hemispheres.")
    if halves is None:
        raise CalculatorError(
            f"'{_short(text)}' is not a position.", "Write latitude and longitude, for example 41°00.4'N 66°14.4'W."
        )
    first, second = halves
    if re.search(r"[EW]", first) or re.search(r"[NS]", second):
        first, second = second, first
    return Position(parse_latitude(first), parse_longitude(second))


def _plain(text: str) -> str:
    plain = text.translate(_MARKS)
    plain = _HEMISPHERE_WORD.sub(lambda word: _WORDS[word.group().lower()], plain)
    plain = re.sub(r"\b(?:lat(?:itude)?|lon(?:g(?:itude)?)?)\b\.?\s*[:=]?", " ", plain, flags=re.I)
    plain = re.sub(r"(?<=[\d°'\"\s])([nsew])(?![A-Za-z])", lambda found: found.group().upper(), plain)
    return re.sub(r"\s+", " ", plain).strip(" ,;/()")


def _split(plain: str) -> tuple[str, str] | None:
    letters = [(found.start(), found.group()) for found in re.finditer(r"[NSEW]", plain)]
    if len(letters) == 2:
        (start, one), (end, two) = letters
        if (one in "NS") == (two in "NS"):
            return None
        if start == 0:
            cut = end
        elif end == len(plain) - 1:
            cut = start + 1
        else:
            return None
        return plain[:cut].strip(" ,;/"), plain[cut:].strip(" ,;/")
    if letters:
        return None
    for mark in (";", ",", "/"):
        if plain.count(mark) == 1:
            first, second = plain.split(mark)
            return first.strip(), second.strip()
    parts = plain.split(" ")
    if len(parts) == 2:
        return parts[0], parts[1]
    return None


def _parse(text: str, hemispheres: str, limit: float, kind: str) -> float:
    plain = _plain(text)
    letters = re.findall(r"[NSEW]", plain)
    if len(letters) > 1 or (letters and letters[0] not in hemispheres):
        raise CalculatorError(f"'{_short(text)}' is not a {kind}.", f"A {kind} ends in {' or '.join(hemispheres)}.")
    if letters and not (plain.startswith(letters[0]) or plain.endswith(letters[0])):
        raise CalculatorError(f"'{_short(text)}' is not a {kind}.", f"Write it as 41°00.4'{hemispheres[0]}.")
    found = _BARE.fullmatch(re.sub(r"[NSEW]", "", plain).strip())
    if found is None:
        raise CalculatorError(f"'{_short(text)}' is not a {kind}.", f"Write it as 41°00.4'{hemispheres[0]}.")
    if found["sign"] and letters:
        raise CalculatorError(f"'{_short(text)}' has both a sign and a hemisphere.", "Keep one of them.")
    degrees = float(found["degrees"])
    minutes = float(found["minutes"] or 0)
    seconds = float(found["seconds"] or 0)
    fractions = [part for part in (found["degrees"], found["minutes"], found["seconds"]) if part and "." in part]
    finest = found["seconds"] or found["minutes"] or found["degrees"]
    if minutes >= 60 or seconds >= 60 or len(fractions) > 1 or (fractions and fractions[0] != finest):
        raise CalculatorError(f"'{_short(text)}' is not a {kind}.", "Minutes and seconds run from 0 to below 60.")
    value = degrees + minutes / 60 + seconds / 3600
    if value > limit:
        raise CalculatorError(f"A {kind} of {value:g} degrees does not exist.", understood=True)
    negative = found["sign"] == "-" or bool(letters and letters[0] in "SW")
    return -value if negative else value


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def degrees_and_minutes(value: float, hemispheres: str) -> str:
    """The usual spelling on board: degrees and decimal minutes, "41°00.400'N"."""
    letter = hemispheres[0] if value >= 0 else hemispheres[1]
    thousandths = round(abs(value) * 60_000)
    whole, rest = divmod(thousandths, 60_000)
    return f"{whole}°{rest / 1000:06.3f}'{letter}"


def format_position(position: Position) -> str:
    """Latitude and longitude as written in a report."""
    latitude, longitude = position
    return f"{degrees_and_minutes(latitude, 'NS')} {degrees_and_minutes(longitude, 'EW')}"
