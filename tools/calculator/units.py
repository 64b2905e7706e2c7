"""Units: one checked word at a time is looked up in pint, never a text that a user wrote.

The parser here reads "kg m-3", "W/m^2", "metres per second" and "umol/kg" itself, bounds the exponents, and hands
pint only single words of letters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tools.calculator.model import CalculatorError

if TYPE_CHECKING:
    import pint

MAX_EXPONENT = 12
MAX_FACTORS = 12

#: Words that pint does not know, or knows as something that no researcher at sea means.
ALIASES = {
    "Sv": "sverdrup",
    "mSv": "millisverdrup",
    "kn": "knot",
    "kts": "knot",
    "kt": "knot",
    "NM": "nautical_mile",
    "sm": "nautical_mile",
    "db": "decibar",
    "dB": "decibar",
    "dbars": "decibar",
    "decibars": "decibar",
    "mb": "millibar",
    "mbars": "millibar",
    "cc": "milliliter",
    "°C": "degree_Celsius",
    "°F": "degree_Fahrenheit",
    "°K": "kelvin",
    "°": "degree",
    "degrees": "degree",
    "Celsius": "degree_Celsius",
    "centigrade": "degree_Celsius",
    "Fahrenheit": "degree_Fahrenheit",
    "fahrenheit": "degree_Fahrenheit",
    "Kelvin": "kelvin",
    "kelvins": "kelvin",
    "ohms": "ohm",
    "Ohm": "ohm",
    "PSU": "psu",
    "yrs": "year",
    "fathom": "international_fathom",
    "fathoms": "international_fathom",
    "degC": "degree_Celsius",
    "degF": "degree_Fahrenheit",
    "degK": "kelvin",
    "Watts": "watt",
    "Joules": "joule",
    "Pascals": "pascal",
    "mtr": "meter",
    "mtrs": "meter",
    "litre": "liter",
    "litres": "liter",
    "permil": "permille",
    "percent": "percent",
    "%": "percent",
    "light_years": "light_year",
}
_PHRASES = (
    (re.compile(r"\bnautical\s+miles?\b", re.I), "nautical_mile"),
    (re.compile(r"\b(?:deg(?:ree)?s?|°)\s*(?:C\b|Celsius\b)", re.I), "degC"),
    (re.compile(r"\b(?:deg(?:ree)?s?|°)\s*(?:F\b|Fahrenheit\b)", re.I), "degF"),
    (re.compile(r"°\s*(?:C\b|Celsius\b)"), "degC"),
    (re.compile(r"°\s*(?:F\b|Fahrenheit\b)"), "degF"),
    (re.compile(r"\blight\s+years?\b", re.I), "light_year"),
    (re.compile(r"\bstatute\s+miles?\b", re.I), "mile"),
    (re.compile(r"\b(?:metric\s+tons?|metric\s+tonnes?)\b", re.I), "tonne"),
    (re.compile(r"\b(?:sq|square)\.?\s+([A-Za-z]+)\b", re.I), r"\1^2"),
    (re.compile(r"\b(?:cu|cubic)\.?\s+([A-Za-z]+)\b", re.I), r"\1^3"),
    (re.compile(r"\bper\b", re.I), "/"),
    (re.compile(r"\b([A-Za-z]+)\s+squared\b", re.I), r"\1^2"),
    (re.compile(r"\b([A-Za-z]+)\s+cubed\b", re.I), r"\1^3"),
    (re.compile(r"\ba\s+(?=(?:day|week|month|year|hour|minute|second)\b)", re.I), "1 "),
)
NOTES = {
    "Sv": "Sv was read as the sverdrup (10^6 m3/s); write sievert for the dose of radiation.",
    "mSv": "mSv was read as the millisverdrup (10^3 m3/s); write millisievert for the dose of radiation.",
    "psu": "Practical salinity has no unit; psu was read as a plain number.",
    "PSU": "Practical salinity has no unit; PSU was read as a plain number.",
    "nm": "nm is the nanometre; the nautical mile is nmi.",
    "month": "A month was read as the mean month of 30.4375 days.",
    "months": "A month was read as the mean month of 30.4375 days.",
    "year": "A year was read as the Julian year of 365.25 days.",
    "years": "A year was read as the Julian year of 365.25 days.",
    "yr": "A year was read as the Julian year of 365.25 days.",
    "ton": "ton was read as the short ton of 2000 lb; the metric ton is t or tonne.",
    "tons": "ton was read as the short ton of 2000 lb; the metric ton is t or tonne.",
    "cal": "cal was read as the thermochemical calorie of 4.184 J.",
    "gal": "gal was read as the US gallon.",
    "gallon": "gallon was read as the US gallon.",
    "gallons": "gallon was read as the US gallon.",
    "sm": "sm was read as the sea (nautical) mile of 1852 m.",
    "db": "db was read as decibar.",
    "dB": "dB was read as decibar.",
    "mb": "mb was read as millibar.",
    "ppt": "ppt was read as parts per thousand.",
}
_WORD = re.compile(r"[A-Za-z_]{1,40}|°[CFK]?|%")
_SYMBOLS = {
    "sverdrup": "Sv",
    "nautical_mile": "nmi",
    "knot": "kn",
    "psu": "",
    "international_fathom": "fathom",
    "ppt": "ppt",
    "permille": "‰",
}


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry:
    """The one registry, made when first needed (about 0.15 s)."""
    import pint

    units: pint.UnitRegistry = pint.UnitRegistry()
    units.define("psu = [] = _ = PSU")
    for line in (
        "international_fathom = 1.8288 * meter = fathom_",
        "ppt = 1e-3",
        "ppb = 1e-9",
        "megatonne = 1e6 * metric_ton",
        "revolution = turn = rev",
    ):
        units.define(line)
    return units


@lru_cache(maxsize=2048)
def _word(word: str) -> pint.Unit | None:
    """The unit of one word of letters, None when there is no such unit."""
    import pint

    name = ALIASES.get(word, word)
    if not re.fullmatch(r"[A-Za-z_]{1,40}", name) or name.startswith("_"):
        return None
    units = registry()
    for spelling in dict.fromkeys((name, name.lower() if len(name) > 4 else name)):
        try:
            unit = units.parse_units(spelling)
        except (pint.errors.UndefinedUnitError, pint.errors.DefinitionSyntaxError, ValueError, AttributeError):
            continue
        return units.Unit(unit)
    return None


def is_unit_word(word: str) -> bool:
    """Whether the word names a unit."""
    return _word(word) is not None


def normalise_phrases(text: str) -> str:
    """Units of several words become one: "nautical miles", "square metres", "degrees Celsius", "per"."""
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    return text


_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_]+|°[CFK]?|%)"
    r"(?:(?P<power>\s*(?:\^|\*\*)\s*\(?\s*[+-]?\d{1,3}(?:\.\d{1,3}|/\d)?\s*\)?)|(?P<tight>[+-]?\d{1,3}(?![\d.])))?"
    r"|(?P<operator>[*/.])|(?P<one>1(?=\s*/)))"
)


@lru_cache(maxsize=2048)
def parse_unit(text: str) -> tuple[pint.Unit, tuple[str, ...]]:
    """A unit text such as "kg m-3" or "umol/kg" as a pint unit, with notes on how its words were read.

    Raises CalculatorError for an unknown word, an exponent above 12, or more than 12 factors.
    """
    plain = normalise_phrases(text.strip())
    plain = re.sub(
        r"/\s*\(([^()/]*)\)", lambda found: "/" + re.sub(r"\s*\*\s*|\s+", "/", found.group(1).strip()), plain
    )
    units = registry()
    result = units.Unit("dimensionless")
    notes: list[str] = []
    position = factors = 0
    sign = 1
    expecting = True
    compound = len(re.findall(r"[A-Za-z°%]+", plain)) > 1
    while position < len(plain):
        found = _TOKEN.match(plain, position)
        if found is None:
            raise CalculatorError(f"'{_short(text)}' is not a unit.", understood=False)
        position = found.end()
        if found["operator"]:
            if expecting:
                raise CalculatorError(f"'{_short(text)}' is not a unit: a word is missing.")
            sign = -1 if found["operator"] == "/" else 1
            expecting = True
            continue
        if found["one"]:
            expecting = False
            continue
        word = found["word"]
        unit = _word(word)
        if unit is None:
            raise CalculatorError(f"There is no unit '{_short(word)}'.", _suggestion(word))
        exponent = _exponent(found["power"] or found["tight"] or "1", text)
        factors += 1
        if factors > MAX_FACTORS:
            raise CalculatorError(f"A unit of more than {MAX_FACTORS} words is not read.")
        if word in NOTES and NOTES[word] not in notes:
            notes.append(NOTES[word])
        if (compound or exponent != 1) and str(unit) in ("degree_Celsius", "degree_Fahrenheit"):
            unit = units.Unit(f"delta_{unit}")
        result = result * unit ** (sign * exponent)
        # "W/m2/day" divides twice; "kg m-3 s-1" multiplies: a sign holds for one word.
        sign = 1
        expecting = False
    if expecting:
        raise CalculatorError(f"'{_short(text)}' is not a unit: a word is missing.")
    return result, tuple(notes)


def _exponent(text: str, unit: str) -> int | float:
    digits = re.sub(r"[\^*()\s]", "", text)
    if "/" in digits:
        top, bottom = digits.split("/")
        value = float(top) / float(bottom) if float(bottom) else 99.0
    else:
        value = float(digits)
    if abs(value) > MAX_EXPONENT:
        raise CalculatorError(f"The exponent {digits} in '{_short(unit)}' is too large.")
    return int(value) if value == int(value) else value


_SUGGESTIONS = {
    "m": "metre m",
    "celcius": "degC",
    "nmile": "nmi",
    "nmiles": "nmi",
    "dbr": "dbar",
    "meter": "m",
    "mile": "mi or nmi",
}


def _suggestion(word: str) -> str:
    import difflib

    known = (*ALIASES, *_SUGGESTIONS, "metre", "kilometre", "kelvin", "pascal", "dbar", "second", "hour", "umol")
    near = difflib.get_close_matches(word[:20], known, n=1, cutoff=0.75)
    return f"Is {_SUGGESTIONS.get(near[0], near[0])} meant?" if near else ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def show(unit: Any) -> str:
    """A unit as printed: "m/s", "kg/m3" with a caret for powers, "degC" as °C, "" for a plain number."""
    if unit is None:
        return ""
    pairs = []
    for name, exponent in unit._units.items():
        symbol = _SYMBOLS.get(name)
        if symbol is None and name.endswith("sverdrup"):
            symbol = registry().get_symbol(name.removesuffix("sverdrup") + "meter").removesuffix("m") + "Sv"
        if symbol is None:
            symbol = "°C" if name.endswith("degree_Celsius") else "°F" if name.endswith("degree_Fahrenheit") else ""
            symbol = symbol or registry().get_symbol(name)
        if symbol:
            pairs.append((symbol, exponent))
    above = [_power(symbol, exponent) for symbol, exponent in pairs if exponent > 0]
    below = [_power(symbol, -exponent) for symbol, exponent in pairs if exponent < 0]
    if not above and below:
        return " ".join(_power(symbol, exponent) for symbol, exponent in pairs)
    return "/".join(["*".join(above), *below]).replace("µ", "u")


def _power(symbol: str, exponent: float) -> str:
    if exponent == 1:
        return symbol
    return f"{symbol}^{exponent:g}"


def temperature_name(unit: Any) -> bool:
    """Whether the unit is a temperature scale with an offset (degC, degF)."""
    return str(unit) in ("degree_Celsius", "degree_Fahrenheit")
