"""Units of measurement as researchers write them, reduced to a dimension and an exact factor.

Two units agree when their dimensions are equal; values are compared after multiplying by the factor. Factors
are exact: SI prefixes, and the definitions of the international mile, foot and pound (NIST SP 811, appendix B).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `value * factor + offset` is in the dimension's base unit.

    decadic: whether it is a power of ten of the SI unit, so that converting it needs no rounding.
    """

    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)
    decadic: bool = True


def _one(base: str, factor: Fraction | int | str = 1, offset: Fraction | str = "0", decadic: bool = True) -> Unit:
    return Unit(((base, 1),) if base else (), Fraction(factor), Fraction(offset), decadic)


_PREFIXES = {
    "p": -12,
    "n": -9,
    "u": -6,
    "m": -3,
    "c": -2,
    "d": -1,
    "": 0,
    "h": 2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
_PREFIX_WORDS = {
    "pico": -12,
    "nano": -9,
    "micro": -6,
    "milli": -3,
    "centi": -2,
    "deci": -1,
    "": 0,
    "kilo": 3,
    "mega": 6,
}

# symbol: (base, factor, prefixes that it is written with)
_SCALED: dict[str, tuple[Dimension, Fraction, str]] = {
    "m": ((("m", 1),), Fraction(1), "numcdk"),
    "g": ((("kg", 1),), Fraction(1, 1000), "pnumk"),
    "s": ((("s", 1),), Fraction(1), "num"),
    "mol": ((("mol", 1),), Fraction(1), "pnum"),
    "M": ((("m", -3), ("mol", 1)), Fraction(1000), "pnum"),
    "l": ((("m", 3),), Fraction(1, 1000), "umcd"),
    "L": ((("m", 3),), Fraction(1, 1000), "umcd"),
    "Hz": ((("s", -1),), Fraction(1), "mkMG"),
    "Pa": ((("Pa", 1),), Fraction(1), "umdhkM"),
    "bar": ((("Pa", 1),), Fraction(100000), "umd"),
    "V": ((("V", 1),), Fraction(1), "umk"),
    "A": ((("A", 1),), Fraction(1), "um"),
    "W": ((("W", 1),), Fraction(1), "umkM"),
    "J": ((("J", 1),), Fraction(1), "mkM"),
    "N": ((("N", 1),), Fraction(1), "mk"),
    "S": ((("S", 1),), Fraction(1), "um"),
    "Sv": ((("m", 3), ("s", -1)), Fraction(10**6), "m"),
    "Bq": ((("s", -1),), Fraction(1), "mk"),
    "eV": ((("eV", 1),), Fraction(1), "kM"),
    "atm": ((("atm", 1),), Fraction(1), "um"),
}
# The spelled forms; a plural s is dropped before looking up.
_WORDS = {
    "metre": "m", "meter": "m", "gram": "g", "gramme": "g", "second": "s", "mole": "mol", "litre": "L", "liter": "L",
    "hertz": "Hz", "pascal": "Pa", "bar": "bar", "volt": "V", "amp": "A", "ampere": "A", "watt": "W", "joule": "J",
    "newton": "N", "siemens": "S", "sverdrup": "Sv", "molar": "M", "becquerel": "Bq",
}  # fmt: skip

# A bare "B" after a number is a model's letter ("8400B"), never bytes.
_DAY = 86400
_TABLE: dict[str, Unit] = {
    "sec": _one("s"), "hr": _one("s", 3600, decadic=False), "h": _one("s", 3600, decadic=False),
    "hour": _one("s", 3600, decadic=False), "min": _one("s", 60, decadic=False),
    "minute": _one("s", 60, decadic=False), "day": _one("s", _DAY, decadic=False),
    "d": _one("s", _DAY, decadic=False), "week": _one("s", 7 * _DAY, decadic=False),
    "month": _one("month", decadic=False), "year": _one("year", decadic=False), "yr": _one("year", decadic=False),
    "decade": _one("year", 10, decadic=False), "century": _one("year", 100, decadic=False),
    "K": _one("K"), "kelvin": _one("K"), "°C": _one("K", 1, "273.15"), "C": _one("K", 1, "273.15"),
    "°K": _one("K"), "°F": _one("K", Fraction(5, 9), Fraction("459.67") * Fraction(5, 9), False),
    "mK": _one("K", "0.001"), "°": _one("deg"), "deg": _one("deg"), "degree": _one("deg"),
    "%": _one("", "0.01"), "percent": _one("", "0.01"), "pct": _one("", "0.01"), "‰": _one("", "0.001"),
    "permil": _one("", "0.001"), "ppm": _one("", "0.000001"), "ppb": _one("", "0.000000001"),
    "ppt": _one("", "0.000000000001"),
    "psu": _one("psu"), "PSU": _one("psu"), "pss": _one("psu"),
    "db": _one("Pa", 10000), "dbar": _one("Pa", 10000), "decibar": _one("Pa", 10000), "mb": _one("Pa", 100),
    "millibar": _one("Pa", 100), "torr": _one("Pa", Fraction(101325, 760), decadic=False),
    "psi": _one("Pa", "6894.757293168", decadic=False),
    "lb": _one("kg", "0.45359237", decadic=False), "pound": _one("kg", "0.45359237", decadic=False),
    "oz": _one("kg", "0.028349523125", decadic=False), "t": _one("kg", 1000), "tonne": _one("kg", 1000),
    "ton": _one("ton"), "metric ton": _one("kg", 1000),
    "ft": _one("m", "0.3048", decadic=False), "feet": _one("m", "0.3048", decadic=False),
    "foot": _one("m", "0.3048", decadic=False), "inch": _one("m", "0.0254", decadic=False),
    "inches": _one("m", "0.0254", decadic=False), "fathom": _one("m", "1.8288", decadic=False),
    "mile": _one("m", "1609.344", decadic=False), "nmi": _one("m", 1852, decadic=False),
    "nautical mile": _one("m", 1852, decadic=False), "NM": _one("m", 1852, decadic=False),
    "u": _one("m", "0.000001"), "micron": _one("m", "0.000001"), "ångström": _one("m", "0.0000000001"),
    "cc": Unit((("m", 3),), Fraction(1, 10**6)),
    "knot": Unit((("m", 1), ("s", -1)), Fraction(1852, 3600), decadic=False),
    "kn": Unit((("m", 1), ("s", -1)), Fraction(1852, 3600), decadic=False),
    "kt": Unit((("m", 1), ("s", -1)), Fraction(1852, 3600), decadic=False),
    "rpm": Unit((("s", -1),), Fraction(1, 60), decadic=False),
    "bft": _one("beaufort"), "beaufort": _one("beaufort"), "dB": _one("dB"), "decibel": _one("dB"),
    "einstein": _one("mol"), "ha": Unit((("m", 2),), Fraction(10000)), "hectare": Unit((("m", 2),), Fraction(10000)),
    "DU": _one("DU"), "FTU": _one("FTU"), "NTU": _one("NTU"), "dpm": _one("dpm"),
    "$": _one("USD"), "USD": _one("USD"), "US$": _one("USD"), "dollar": _one("USD"), "€": _one("EUR"),
    "EUR": _one("EUR"), "euro": _one("EUR"), "£": _one("GBP"), "GBP": _one("GBP"),
    "byte": _one("byte"), "kB": _one("byte", 1000), "MB": _one("byte", 10**6), "GB": _one("byte", 10**9),
    "TB": _one("byte", 10**12), "KB": _one("byte", 1000), "KiB": _one("byte", 1024, decadic=False),
    "MiB": _one("byte", 1024**2, decadic=False), "GiB": _one("byte", 1024**3, decadic=False),
}  # fmt: skip


def _build() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for symbol, (dimension, factor, prefixes) in _SCALED.items():
        for prefix in ["", *prefixes]:
            table[prefix + symbol] = Unit(dimension, factor * Fraction(10) ** _PREFIXES[prefix])
    for word, symbol in _WORDS.items():
        dimension, factor, _ = _SCALED[symbol]
        for prefix_word, power in _PREFIX_WORDS.items():
            table[prefix_word + word] = Unit(dimension, factor * Fraction(10) ** power)
    table.update(_TABLE)
    return table


_UNITS = _build()
_LOWERED = {name.lower(): unit for name, unit in reversed(_UNITS.items()) if len(name) > 1}
#: "nm" is a nanometre to an optician and a nautical mile to a sailor.
_SECOND_READING = {
    "nm": _UNITS["nmi"],
    "nm.": _UNITS["nmi"],
    "ppt": _UNITS["‰"],
    "Sv": Unit((("Sv", 1),), Fraction(1)),
}

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_PHRASE = re.compile(
    r"(?:°\s?|deg(?:rees?|\.)?\s?)(?:C(?:elsius)?|F(?:ahrenheit)?|K)(?![A-Za-z])|nautical\s+miles?|n\.\s?mi\.?"
    r"|metric\s+tons?|practical\s+salinity\s+units?|per\s?cent|per\s?mil(?:le)?(?![a-z])|US\$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-zÅå]{1,14}|[°%‰$€£]")
_POWER = re.compile(r"\^?\{?([-+]?[1-4])\}?(?!\d|\.\d)|([⁻⁺]?[¹²³⁴])|\s([-][1-4])(?!\d|\.\d)")
_JOINT = re.compile(r"\s?[/·*]\s?|\sper\s|[\s.]")
_PHRASES = {"nautical": "nmi", "n.": "nmi", "metric": "metric ton", "practical": "psu", "us$": "$"}


def unit_at(text: str, start: int) -> tuple[tuple[Unit, ...], int]:
    """The readings of the unit that begins at `start` of `text`, and where it ends.

    No reading and `start` where there is no unit. `text` is plain (see `quantities.plain`): "u" for micro,
    "-" for every minus, "°" for every degree sign.

    >>> readings, end = unit_at("umol kg-1 at", 0)
    >>> readings == unit_at("umol/kg", 0)[0], end
    (True, 9)
    """
    found = _simple(text, start)
    if found is None:
        return (), start
    readings, end = found
    position = end
    for _ in range(4):
        joint = _JOINT.match(text, position)
        if joint is None:
            break
        following = _simple(text, joint.end())
        if following is None:
            break
        mark = joint.group().strip()
        other = following[0][0]
        if mark in ("/", "per"):
            readings = tuple(_multiply(reading, other, -1) for reading in readings)
        elif mark in ("·", "*") or _is_inverse(text, joint.end(), following[1]):
            readings = tuple(_multiply(reading, other, 1) for reading in readings)
        else:
            break
        position = end = following[1]
    return readings, end


def _is_inverse(text: str, start: int, end: int) -> bool:
    """Whether the unit at text[start:end] carries a negative power: "kg-1" of "umol kg-1"."""
    return any(sign in text[start:end] for sign in "-⁻")


def _simple(text: str, start: int) -> tuple[tuple[Unit, ...], int] | None:
    phrase = _PHRASE.match(text, start)
    if phrase:
        return (_phrase(phrase.group()),), phrase.end()
    token = _TOKEN.match(text, start)
    if token is None:
        return None
    name = token.group()
    unit = _look_up(name)
    if unit is None:
        return None
    end = token.end()
    readings: tuple[Unit, ...] = (unit, _SECOND_READING[name]) if name in _SECOND_READING else (unit,)
    power = _POWER.match(text, end)
    if power and name not in ("°", "%", "‰", "$", "€", "£"):
        exponent = int((power.group(1) or power.group(2) or power.group(3)).translate(_SUPERSCRIPTS))
        readings = tuple(_raise(reading, exponent) for reading in readings)
        end = power.end()
    elif end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return None
    return readings, end


def _phrase(text: str) -> Unit:
    lowered = text.lower()
    for head, name in _PHRASES.items():
        if lowered.startswith(head):
            return _UNITS[name]
    if lowered.startswith("per"):
        return _UNITS["‰" if "mil" in lowered else "%"]
    scale = re.sub(r"^(?:°|deg(?:rees?|\.)?)\s?", "", lowered)[0]
    return _UNITS["°" + scale.upper()]


def _look_up(name: str) -> Unit | None:
    if name in _UNITS:
        return _UNITS[name]
    if len(name) < 2:
        return None
    lowered = name.lower()
    for form in (lowered, lowered.removesuffix("s"), lowered.removesuffix("es")):
        if len(form) > 1 and form in _LOWERED and not (form != lowered and len(form) < 2):
            return _LOWERED[form]
    return None


def _raise(unit: Unit, exponent: int) -> Unit:
    dimension = tuple((base, power * exponent) for base, power in unit.dimension)
    return Unit(dimension, unit.factor**exponent, Fraction(0), unit.decadic)


def _multiply(unit: Unit, other: Unit, sign: int) -> Unit:
    powers = dict(unit.dimension)
    for base, power in other.dimension:
        powers[base] = powers.get(base, 0) + sign * power
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    return Unit(dimension, unit.factor * other.factor**sign, Fraction(0), unit.decadic and other.decadic)
