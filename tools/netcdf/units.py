"""Units: what udunits (through cf-units) accepts, what people write instead, and what they meant."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

#: Spellings that udunits rejects or misreads, with the unit that is meant. Keys are lower case without spaces.
MEANT = {
    "psu": "1",
    "pss": "1",
    "pss-78": "1",
    "pss78": "1",
    "practicalsalinityunits": "1",
    "ppt": "1e-3",
    "o/oo": "1e-3",
    "‰": "1e-3",
    "celcius": "degree_Celsius",
    "ºc": "degree_Celsius",
    "˚c": "degree_Celsius",
    "celsuis": "degree_Celsius",
    "centigrade": "degree_Celsius",
    "degc.": "degree_Celsius",
    "deg.c": "degree_Celsius",
    "degrees_c": "degree_Celsius",
    "degreesc": "degree_Celsius",
    "degreec": "degree_Celsius",
    "degree_centigrade": "degree_Celsius",
    "degrees_centigrade": "degree_Celsius",
    "degf.": "degree_Fahrenheit",
    "degk": "K",
    "degreek": "K",
    "degreesk": "K",
    "kelvins": "K",
    "ntu": "1",
    "fnu": "1",
    "um": "umol l-1",
    "ph": "1",
    "unitless": "1",
    "dimensionless": "1",
    "none": "1",
    "n/a": "1",
    "na": "1",
    "-": "1",
    "fraction": "1",
    "ratio": "1",
    "index": "1",
    "count": "1",
    "counts": "1",
    "number": "1",
    "boolean": "1",
    "flag": "1",
    "db": "dB",
    "decibars": "dbar",
    "dbars": "dbar",
    "mbars": "mbar",
    "millibars": "mbar",
    "hpascal": "hPa",
    "meter/second": "m s-1",
    "meters/second": "m s-1",
    "mps": "m s-1",
    "kts": "knot",
    "knots": "knot",
    "microatmospheres": "microatm",
    "uatm": "microatm",
    "µatm": "microatm",
    "micromol/kg": "umol kg-1",
    "micromole/kg": "umol kg-1",
    "umole/kg": "umol kg-1",
    "micromoles/liter": "umol l-1",
    "ml/l": "ml l-1",
    "mg/m^3": "mg m-3",
    "mg/m3": "mg m-3",
    "ug/l": "ug l-1",
    "degrees_true": "degree",
    "degrees-true": "degree",
    "deg_true": "degree",
    "degrees(clockwisefromtruenorth)": "degree",
}

#: What udunits reads without complaint and nobody in this field means, by what the variable is.
MISREAD = {
    ("C", "K"): ("degree_Celsius", "udunits reads C as coulomb"),
    ("F", "K"): ("degree_Fahrenheit", "udunits reads F as farad"),
    ("c", "K"): ("degree_Celsius", "udunits reads c as the speed of light"),
    ("f", "K"): ("degree_Fahrenheit", "udunits does not read f as Fahrenheit"),
    ("ms-1", "m s-1"): ("m s-1", "udunits reads ms-1 as per millisecond"),
    ("ms^-1", "m s-1"): ("m s-1", "udunits reads ms^-1 as per millisecond"),
    ("kms-1", "m s-1"): ("km s-1", "udunits reads kms-1 as per kilo-millisecond"),
    ("M", "m"): ("m", "udunits reads M as a prefix or molar, not as metre"),
}

LATITUDE_UNITS = {"degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn"}
LONGITUDE_UNITS = {"degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese"}

_SINCE = re.compile(r"^\s*([A-Za-zµ]+)\s+since\s+(.*)$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def unit(text: str) -> Any:
    """The cf-units Unit of `text`, or None where udunits rejects it."""
    import cf_units

    try:
        return cf_units.Unit(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _without_remark(text: str) -> str:
    """`degrees Celsius (ITS-90)` -> what `degrees Celsius` means."""
    plain = re.sub(r"\s*[(\[].*[)\]]\s*$", "", text).strip()
    return (meant(plain) or plain) if plain and plain != text.strip() else ""


def meant(text: str) -> str:
    """The unit that a common misspelling stands for; empty where there is no idea.

    >>> meant("PSU")
    '1'
    """
    key = re.sub(r"\s+", "", text.strip().lower())
    if key in MEANT:
        return MEANT[key]
    for candidate in (
        text.strip(),
        text.strip().lower(),
        re.sub(r"\s*/\s*([A-Za-z]+)\^?(\d*)", lambda m: f" {m[1]}-{m[2] or 1}", text.strip()),
        re.sub(r"[\[\]()]", "", text).strip(),
        _without_remark(text),
        re.sub(r"[\W_]+$", "", text),
        text.strip().rstrip("s"),
        text.strip().replace(" ", "_"),
    ):
        if candidate and candidate != text and unit(candidate) is not None and not unit(candidate).is_unknown():
            return candidate
    return _closest(key)


@lru_cache(maxsize=1024)
def _closest(key: str) -> str:
    import difflib

    known = (
        "kelvin",
        "celsius",
        "degree_celsius",
        "fahrenheit",
        "meter",
        "metre",
        "meters",
        "second",
        "hour",
        "day",
        "decibar",
        "pascal",
        "hectopascal",
        "percent",
        "degrees_north",
        "degrees_east",
        "kilogram",
        "knot",
    )
    found = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
    return found[0] if found else ""


def is_time_unit(text: str) -> bool:
    """Whether `text` has the form `<unit> since <instant>`, whatever the instant."""
    return _SINCE.match(text) is not None


def split_since(text: str) -> tuple[str, str]:
    """`days since 1970-01-01` as ("days", "1970-01-01"); ("", "") where it is no such thing."""
    found = _SINCE.match(text)
    return (found[1], found[2].strip()) if found else ("", "")


def convertible(first: str, second: str) -> bool:
    a, b = unit(first), unit(second)
    return a is not None and b is not None and bool(a.is_convertible(b))


def factor(source: str, target: str) -> tuple[float, float] | None:
    """(scale, offset) with target = source * scale + offset, or None where they are not convertible.

    >>> factor("degC", "K")
    (1.0, 273.15)
    """
    if not convertible(source, target):
        return None
    at0 = float(unit(source).convert(0.0, unit(target)))
    at1 = float(unit(source).convert(1000.0, unit(target)))
    return (round((at1 - at0) / 1000.0, 15) or (at1 - at0) / 1000.0, at0)
