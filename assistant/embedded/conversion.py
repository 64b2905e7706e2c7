"""A quantity of the documents in another unit: what is quoted, then the calculator's working."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.embedded.pick import Candidate

#: Units by what they measure: how they are written, and as the calculator takes them.
_FAMILIES: dict[str, dict[str, str]] = {
    "length": {
        r"kilomet(?:re|er)s?|km": "km",
        r"centimet(?:re|er)s?|cm": "cm",
        r"millimet(?:re|er)s?|mm": "mm",
        r"met(?:re|er)s?|m": "m",
        r"feet|foot|ft": "ft",
        r"fathoms?": "fathom",
        r"inch(?:es)?": "inch",
        r"yards?|yd": "yard",
        r"nautical miles?|sea miles?|nmi|nm|n\. ?miles?": "nautical_mile",
        r"(?:statute )?miles?": "mile",
    },
    "temperature": {
        r"kelvins?|K": "K",
        r"(?:degrees? )?celsius|degrees? C|°\s?C|deg ?C|℃": "degC",
        r"(?:degrees? )?fahrenheit|degrees? F|°\s?F|deg ?F": "degF",
    },
    "pressure": {
        r"decibars?|dbar": "dbar",
        r"megapascals?|MPa": "MPa",
        r"kilopascals?|kPa": "kPa",
        r"hectopascals?|hPa": "hPa",
        r"pascals?|Pa": "Pa",
        r"millibars?|mbar": "mbar",
        r"bars?": "bar",
        r"psi": "psi",
        r"atmospheres?|atm": "atm",
    },
    "time": {
        r"seconds?|sec": "s",
        r"minutes?|min": "min",
        r"hours?|hrs?": "hour",
        r"days?": "day",
        r"weeks?": "week",
    },
    "speed": {
        r"knots?|kn|kts?": "knot",
        r"m/s|m s-1|met(?:re|er)s (?:per|a) second": "m/s",
        r"cm/s|cm s-1|centimet(?:re|er)s (?:per|a) second": "cm/s",
        r"km/h|kilomet(?:re|er)s (?:per|an) hour": "km/h",
        r"mph|miles (?:per|an) hour": "mile/hour",
    },
    "conductivity": {r"mS/cm|mS cm-1": "mS/cm", r"S/m|S m-1|siemens per met(?:re|er)": "S/m"},
    "mass": {
        r"kilograms?|kg": "kg",
        r"(?:metric )?ton(?:ne)?s?": "tonne",
        r"pounds?|lbs?": "lb",
        r"milligrams?|mg": "mg",
        r"grams?|g": "g",
    },
    "volume": {
        r"millilit(?:re|er)s?|ml": "ml",
        r"lit(?:re|er)s?|l": "liter",
        r"gallons?": "gallon",
        r"cubic met(?:re|er)s?|m3|m³": "m^3",
    },
    "bytes": {
        r"gigabytes?|GB": "GB",
        r"gibibytes?|GiB": "GiB",
        r"megabytes?|MB": "MB",
        r"mebibytes?|MiB": "MiB",
        r"terabytes?|TB": "TB",
    },
}
_ANY = "|".join(
    pattern for pattern in sorted((p for family in _FAMILIES.values() for p in family), key=len, reverse=True)
)
_CLAUSE = (
    re.compile(
        rf"[\s,]+(?:expressed |given |measured |converted )?(?:in|into|to|as) (?P<unit>{_ANY})(?=\s*[?.!]?\s*$|\s*,)",
        re.IGNORECASE,
    ),
    re.compile(rf"^\s*in (?P<unit>{_ANY}),\s*", re.IGNORECASE),
)
_CONVERT = re.compile(
    rf"\b(?:convert|express|give|state|change|turn|translate|put)\s+(?P<what>.{{4,160}}?)\s+(?:in|into|to|as)\s+"
    rf"(?P<unit>{_ANY})(?=\W*$)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\bhow many (?P<unit>{_ANY}) (?P<how>deep|long|wide|high|tall|warm|cold|fast|heavy|large|thick|far|away)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    rf"(?<![\w.,:-])(?P<number>[-+−]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)(?:\s?±\s?[\d.]+)?[\s-]?(?P<unit>{_ANY})"
    r"(?![\w/°³²^])"
)


@dataclass(frozen=True)
class Wanted:
    """The question without its unit, and the unit as the calculator takes it."""

    question: str
    unit: str
    family: str


def wanted(question: str) -> Wanted | None:
    """The unit that a question wants its answer in; None where it names none.

    >>> wanted("How deep was the deepest cast of HF31, in feet?")
    Wanted(question='How deep was the deepest cast of HF31?', unit='ft', family='length')
    >>> wanted("Convert the length of the section to nautical miles.").question
    'What is the length of the section?'
    """
    match = _CONVERT.search(question)
    if match and _meaning(match["unit"]):
        what = re.sub(r"^(?:me|us)\s+", "", match["what"])
        return Wanted(f"What is {what}?", *_known(match["unit"]))
    for pattern in _CLAUSE:
        match = pattern.search(question)
        if match and _meaning(match["unit"]):
            left = f"{question[: match.start()]}{question[match.end() :]}".strip()
            return Wanted(left[:1].upper() + left[1:], *_known(match["unit"]))
    match = _COUNTED.search(question)
    if match and _meaning(match["unit"]):
        return Wanted(_COUNTED.sub(f"how {match['how']}", question, count=1), *_known(match["unit"]))
    return None


def expression(picked: Sequence[Candidate], aim: Wanted) -> str | None:
    """The conversion to compute of the first quantity quoted; '' where it is in that unit already, None where none is.

    A number that the question itself names is no answer to it.
    """
    asked = set(re.findall(r"\d+(?:\.\d+)?", aim.question.replace(",", "")))
    for candidate in picked:
        measures = [
            (match["number"].replace(",", "").replace("−", "-").lstrip("+"), *meaning)
            for match in _QUANTITY.finditer(candidate.text)
            if (meaning := _meaning(match["unit"])) is not None
        ]
        fitting = [(n, unit) for n, unit, family in measures if family == aim.family and n.lstrip("-") not in asked]
        if any(unit == aim.unit for _, unit in fitting):
            return ""
        if fitting:
            return f"{fitting[0][0]} {fitting[0][1]} in {aim.unit}"
    return None


def converted(computation: str, aim: Wanted) -> str:
    """A computation with its result in the unit wanted; itself where it has no unit of that kind."""
    units = [meaning for match in _QUANTITY.finditer(computation) if (meaning := _meaning(match["unit"]))]
    if not units or any(family != aim.family for _, family in units) or all(unit == aim.unit for unit, _ in units):
        return computation
    return f"({computation}) in {aim.unit}"


def _meaning(written: str) -> tuple[str, str] | None:
    """(unit as the calculator takes it, what it measures); case matters for letters such as K and m."""
    said = " ".join(written.split())
    for name, family in _FAMILIES.items():
        for pattern, unit in family.items():
            if re.fullmatch(pattern, said) or (len(said) > 3 and re.fullmatch(pattern, said, re.IGNORECASE)):
                return unit, name
    return None


def _known(written: str) -> tuple[str, str]:
    meaning = _meaning(written)
    if meaning is None:
        raise ValueError(f"{written!r} is no unit")
    return meaning
