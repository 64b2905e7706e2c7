"""What stands behind "at": salinity, temperature, pressure, depth, place and density, named or told by their unit.

"35 psu, 10 degC and 1000 dbar at 60N" gives {"SP": 35, "t": 10, "p": 1000, "lat": 60}.
"""

from __future__ import annotations

import re
from typing import Any

from tools.calculator import seawater as sw
from tools.calculator import units
from tools.calculator.model import CalculatorError
from tools.calculator.positions import parse_latitude, parse_longitude, parse_position
from tools.calculator.terms import Term, convert

_NAMES = {
    "SP": r"SP|S|sal|salinity|practical\s+salinity",
    "SA": r"SA|absolute\s+salinity",
    "CT": r"CT|conservative\s+temperature",
    "pt": r"pt|potential\s+temperature|theta",
    "t": r"t|T|temp|temperature|in[- ]situ\s+temperature",
    "p_ref": r"p_ref|reference\s+pressure",
    "p": r"p|P|pressure|sea\s+pressure",
    "depth": r"depth|water\s+depth",
    "lat": r"lat|latitude",
    "lon": r"lon|long|longitude",
    "density": r"density|rho|a\s+density",
    "O2": r"O2|o2|oxygen",
    "C": r"C|conductivity",
}
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_NAMED = {
    name: re.compile(rf"(?:the\s+)?(?:{pattern})\s*(?:=|:|of|is)?\s*(?P<number>{_NUMBER})\s*(?P<unit>[^\d\s].*)?")
    for name, pattern in _NAMES.items()
}
_TRAILING = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?P<unit>[A-Za-z°%/0-9^ .-]*?)\s*"
    r"(?P<word>depth|deep|salinity|temperature|pressure|latitude|longitude|density|oxygen|O2)"
)
_BARE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>[A-Za-z°%][A-Za-z°%/0-9^* .-]*)")
_PLACE = re.compile(r"[+-]?\d[\d.°'\" ]*(?:degrees?\s+)?(?:[NSEW]|north|south|east|west)", re.I)
_NOISE = re.compile(r"^(?:and|at|a|an|the|of|with|for|in|on|is)\s+|\s+(?:and|of|at)$", re.I)
_SURFACE = re.compile(r"(?:the\s+)?(?:sea\s+)?surface", re.I)
_WATER = re.compile(r"(?:sea\s?water|sea\s+water|water|standard\s+sea\s?water)", re.I)
_UNIT_THEN_NUMBER = re.compile(r"\b(psu|PSU|degC|°C|K|dbar|m|kg|g/kg|m3|m\^3|[NSEW])\s+(?=[+-]?\d|[A-Za-z])")
_BY_DIMENSION = {
    "dbar": ("p", "pressure"),
    "m": ("depth", "depth"),
    "kg/m^3": ("density", "density"),
    "umol/kg": ("O2", "oxygen"),
}


def read_conditions(text: str, notes: list[str]) -> dict[str, float] | None:
    """Named values in the units of `seawater.RANGES`, plus "density" in kg/m3; None when it is not a list of them.

    Notes say how a value without a name was understood. Raises CalculatorError for a value given twice.
    """
    found: dict[str, float] = {}
    pending = _pieces(text)
    if pending is None:
        return None
    parted = [part for piece in pending for part in _UNIT_THEN_NUMBER.sub(r"\1|", piece).split("|")]
    for piece in pending if all(_read(piece, []) is not None for piece in pending) else parted:
        read = _read(piece, notes)
        if read is None:
            return None
        for name, value in read.items():
            if name in found and found[name] != value:
                raise CalculatorError(f"The {_meaning(name)} is given twice.", "Keep one value.")
            found[name] = value
    return found


def _meaning(name: str) -> str:
    return sw.RANGES[name].meaning if name in sw.RANGES else name


def _pieces(text: str) -> list[str] | None:
    plain = re.sub(r"\s+(?:and|at|with|in)\s+(?=[\dA-Za-z.+-])", ", ", f" {text.strip()} ").strip()
    plain = re.sub(r"(?<=[NSEWnsew])[\s,/]+(?=\d[\d.°'\" ]*[NSEWnsew]\b)", ", ", plain)
    pieces = []
    for piece in re.split(r"\s*[,;]\s*", plain):
        cleaned = piece.strip()
        while (shorter := _NOISE.sub("", cleaned).strip()) != cleaned:
            cleaned = shorter
        if cleaned:
            pieces.append(cleaned)
    return pieces if 0 < len(pieces) <= 8 else None


def _read(piece: str, notes: list[str]) -> dict[str, float] | None:
    if _SURFACE.fullmatch(piece):
        return {"p": 0.0}
    if _WATER.fullmatch(piece):
        return {}
    if found := re.fullmatch(r"lat(?:itude)?\b\s*=?\s*(.+)", piece, re.I):
        return {"lat": parse_latitude(found.group(1))}
    if found := re.fullmatch(r"lon(?:g(?:itude)?)?\b\s*=?\s*(.+)", piece, re.I):
        return {"lon": parse_longitude(found.group(1))}
    if _PLACE.fullmatch(piece):
        plain = piece.strip()
        if re.search(r"[NSns](?:orth|outh)?$", plain, re.I) and not re.search(r"(?:east|west)$", plain, re.I):
            return {"lat": parse_latitude(plain)}
        return {"lon": parse_longitude(plain)}
    if len(re.findall(r"[NSEW]\b", piece)) == 2:
        place = parse_position(piece)
        return {"lat": place.latitude, "lon": place.longitude}
    for name, pattern in _NAMED.items():
        if found := pattern.fullmatch(piece):
            return _value(name, found["number"], found["unit"] or "", notes)
    if found := _TRAILING.fullmatch(piece):
        name = {
            "depth": "depth", "deep": "depth", "salinity": "SP", "temperature": "t", "pressure": "p",
            "latitude": "lat", "longitude": "lon", "density": "density", "oxygen": "O2", "O2": "O2",
        }[found["word"]]  # fmt: skip
        return _value(name, found["number"], found["unit"], notes)
    if found := _BARE.fullmatch(piece):
        return _by_unit(found["number"], found["unit"].strip(), notes)
    return None


def _value(name: str, number: str, unit: str, notes: list[str]) -> dict[str, float] | None:
    unit = units.normalise_phrases(unit.strip())
    if name == "SP" and re.fullmatch(r"g\s*/\s*kg|g kg-1", unit):
        notes.append("A salinity in g/kg was read as absolute salinity.")
        return {"SA": float(number)}
    expected = "kg/m^3" if name == "density" else sw.RANGES[name].unit
    if name == "density" and not unit:
        value = float(number)
        if 0.9 <= value <= 1.1:
            notes.append(f"A density of {number} was read in kg/l.")
            return {"density": value * 1000}
        notes.append(f"A density of {number} was read in kg/m3.")
        return {"density": value}
    if name in ("lat", "lon"):
        return {name: (parse_latitude if name == "lat" else parse_longitude)(f"{number} {unit}")}
    if not unit:
        if expected:
            notes.append(f"{name} = {number} was read in {expected.replace('degC', '°C')}.")
        return {name: float(number)}
    try:
        parsed, unit_notes = units.parse_unit(unit)
    except CalculatorError:
        return None
    notes.extend(note for note in unit_notes if note not in notes)
    if name == "SP":
        return {name: float(number)} if str(parsed) in ("psu", "ppt") else None
    if name == "p" and str(parsed.dimensionality) == "[length]":
        return {"depth": convert(Term(float(number), parsed), units.parse_unit("m")[0], None).nominal}
    return {name: convert(Term(float(number), parsed), units.parse_unit(expected)[0], None).nominal}


def _by_unit(number: str, unit: str, notes: list[str]) -> dict[str, float] | None:
    if re.fullmatch(r"g\s*/\s*kg|g kg-1|g kg\^-1", unit):
        notes.append(f"{number} g/kg was read as absolute salinity.")
        return {"SA": float(number)}
    try:
        parsed, unit_notes = units.parse_unit(unit)
    except CalculatorError:
        return None
    if str(parsed) in ("psu", "ppt"):
        notes.extend(note for note in unit_notes if note not in notes)
        return {"SP": float(number)}
    if parsed.dimensionality == units.parse_unit("K")[0].dimensionality:
        celsius: Any = convert(Term(float(number), parsed), units.parse_unit("degC")[0], None)
        notes.append(f"{number} {unit} was read as in-situ temperature.".replace("degC", "°C"))
        return {"t": celsius.nominal}
    for expected, (name, _) in _BY_DIMENSION.items():
        target = units.parse_unit(expected)[0]
        if parsed.dimensionality == target.dimensionality:
            return {name: convert(Term(float(number), parsed), target, None).nominal}
    return None
