"""`calculate`: from a line of text to a result with its working."""

from __future__ import annotations

import re
from typing import Any

from tools.calculator import dates, figures, geodesy, ocean, units
from tools.calculator.clean import clean
from tools.calculator.conditions import read_conditions
from tools.calculator.conversion import convert_result, oxygen_word, unit_source
from tools.calculator.evaluate import Evaluated, evaluate
from tools.calculator.model import Calculation, CalculatorError
from tools.calculator.phrases import plain_form
from tools.calculator.positions import (
    degrees_and_minutes,
    format_position,
    parse_latitude,
    parse_longitude,
    parse_position,
)
from tools.calculator.terms import Term, plain

_KEYWORD = re.compile(r"\s+(?:in|to|into|as)(?=\s)|\s*->")
_AT = re.compile(
    r"\s+(?:at|for|with|given|using|assuming)\s+(?:a\s+|an\s+|the\s+)?|\s*,\s*(?=(?:density|rho|lat|latitude|SP|salinity)\b)",
    re.I,
)
_OCEAN = (
    ("sound_speed", r"(?:speed|velocity)\s+of\s+sound|sound\s+(?:speed|velocity)|sound_speed"),
    ("freezing_point", r"freezing\s+(?:point|temperature)"),
    ("O2sat", r"(?:percent\s+)?(?:oxygen|O2)\s+saturation(?!\s+conc)|saturation\s+of\s+(?:oxygen|O2)"),
    ("AOU", r"AOU|apparent\s+oxygen\s+utili[sz]ation"),
    ("O2sol", r"(?:oxygen|O2)\s+(?:solubility|saturation\s+concentration)|solubility\s+of\s+(?:oxygen|O2)|O2sol"),
    ("SA", r"absolute\s+salinity"),
    ("SP", r"practical\s+salinity"),
    ("CT", r"conservative\s+temperature"),
    ("pt", r"potential\s+temperature"),
    *((f"sigma{n}", rf"sigma[\s_-]?{n}") for n in range(1, 5)),
    ("sigma0", r"sigma[\s_-]?(?:0|theta|t)|potential\s+density(?:\s+anomaly)?"),
    ("density", r"(?:in[- ]situ\s+)?density|rho"),
    ("coriolis", r"coriolis\s+(?:parameter|frequency)|inertial\s+frequency"),
    ("gravity", r"(?:acceleration\s+of\s+)?gravity|gravitational\s+acceleration"),
    ("depth", r"depth"),
    ("pressure", r"(?:sea\s+)?pressure"),
    ("alpha", r"thermal\s+expansion(?:\s+coefficient)?"),
    ("beta", r"(?:haline|saline)\s+contraction(?:\s+coefficient)?"),
)
_OCEAN_FORMS = tuple(
    (
        name,
        re.compile(
            rf"(?:the\s+)?(?:{pattern})(?:\s+of\s+(?:(?:standard\s+)?sea\s?water|water|the\s+water))?"
            r"\s+(?:of|for|at|in|with|from|where|when)\s+(?P<rest>.+)",
            re.I,
        ),
    )
    for name, pattern in _OCEAN
)
_GEODESY = re.compile(
    r"(?:the\s+)?(?:(?:shortest|geodesic|great[- ]circle|WGS84)\s+)?"
    r"(?P<what>distance|initial\s+bearing|bearing|heading|course|azimuth|mid\s?point)\s+"
    r"(?:(?:from|between|of|for)\s+)?(?P<a>.+?)\s+(?:to|and)\s+(?P<b>.+)",
    re.I,
)
_GEODESY_UNIT = re.compile(r"(?P<b>.*[\d'\"°NSEWnsew])\s+(?:in|as)\s+(?P<unit>[A-Za-z][A-Za-z ]*)")


def calculate(expression: str) -> Calculation:
    """The result of one line of arithmetic, with its unit, working, source and notes.

    Takes numbers with units and uncertainties, conversions ("12 knots in m/s"), constants and named functions,
    dates, positions, and sea water by TEOS-10. See docs/calculator.md.

    Raises CalculatorError, one clear sentence, for everything else.

    >>> calculate("4425.55 m - 3594.05 m").text
    '831.50 m'
    """
    try:
        return _calculate(expression)
    except CalculatorError as error:
        if error.understood or not re.match(r"\s*[A-Za-z]{2,}[\s']", expression):
            raise
        # A whole question was given in place of an expression.
        from tools.calculator.questions import find_expression

        found = find_expression(expression)
        if found is None or found == expression.strip():
            raise
        return _calculate(found)


def _calculate(expression: str) -> Calculation:
    text, notes = clean(expression)
    dated = dates.calculate_dates(text)
    if dated is not None:
        return dated
    try:
        result = _position(text) or _geodesic(text) or _ocean(text, notes) or _general(text, notes)
    except RecursionError:
        raise CalculatorError("The expression is nested too deeply.") from None
    except OverflowError:
        raise CalculatorError("The result is too large (beyond 1.8e308).", understood=True) from None
    return _finish(text, result, notes)


def _finish(text: str, result: Evaluated, notes: list[str]) -> Calculation:
    sources = list(dict.fromkeys(result.sources))
    term = result.term
    if term is not None and term.unit is not None and not sources:
        sources.append(unit_source())
    if not sources:
        sources.append("arithmetic in double precision (IEEE 754)")
    all_notes = list(dict.fromkeys([*notes, *result.notes]))
    if term is None:
        return Calculation(
            result.text, "", result.text, tuple(result.steps), "; ".join(sources), tuple(all_notes), text
        )
    if term.percent:
        term = Term(term.magnitude, units.parse_unit("%")[0], term.place)
    unit = units.show(term.unit)
    if term.unit is not None and str(term.unit).startswith("delta_degree"):
        all_notes.append(f"This is a temperature difference; 1 {unit} of difference is {_delta(unit)} K.")
    if term.unit is not None and not unit:
        term = Term(term.magnitude, None, term.place)
    if (line := _figures_note(term, result)) is not None:
        all_notes.append(line)
    value: Any = term.magnitude
    uncertainty = None
    if term.uncertain:
        uncertainty = float(value.std_dev)
        value = float(value.nominal_value)
    elif not isinstance(value, int):
        value = figures.snapped(float(value)) + 0.0
    return Calculation(
        value, unit, str(term), tuple(result.steps), "; ".join(sources), tuple(all_notes), text, uncertainty
    )


def _delta(unit: str) -> str:
    return "1" if unit == "°C" else "5/9"


def _figures_note(term: Term, result: Evaluated) -> str | None:
    known = term.figures
    if known is None or known >= figures.LEAST_FIGURES or result.labels or term.uncertain:
        return None
    printed = len(re.sub(r"^0+", "", re.sub(r"[^\d]", "", term.number().split("e")[0])))
    if printed <= known:
        return None
    plural = "figure" if known == 1 else "figures"
    return f"The input supports {known} significant {plural}; the rest are guard figures."


# Positions ---------------------------------------------------------------------------------------------------


_SPELLING = re.compile(
    r"(?P<position>[^a-z]*\d[^a-z]*[NSEW][^a-z]*)\s+(?:in|to|as)\s+(?:a\s+)?"
    r"(?P<form>decimal(?:\s+degrees)?|degrees(?:\s+and\s+(?:decimal\s+)?minutes)?|DMM?)"
)


def _position(text: str) -> Evaluated | None:
    """A latitude, a longitude or both in the other spelling."""
    found = _SPELLING.fullmatch(text)
    if found is None:
        return None
    letters = re.findall(r"[NSEW]", found["position"])
    decimal = found["form"] in ("decimal", "decimal degrees", "degrees")
    out = Evaluated(None, sources=["1 degree = 60 minutes of arc"], labels=["position"], operations=1)
    if len(letters) == 2:
        place = parse_position(found["position"])
        out.text = f"{place.latitude:.6f}, {place.longitude:.6f}" if decimal else format_position(place)
        out.steps.append(f"{found['position']} = {out.text}")
        return out
    axis = "NS" if letters[0] in "NS" else "EW"
    value = (parse_latitude if axis == "NS" else parse_longitude)(found["position"])
    if decimal:
        out.term = Term(value, units.parse_unit("degree")[0], -5)
        out.steps.append(f"{found['position']} = {value:.6f} degrees")
        return out
    out.text = degrees_and_minutes(value, axis)
    out.steps.append(f"{found['position']} = {out.text}")
    return out


def _geodesic(text: str) -> Evaluated | None:
    found = _GEODESY.fullmatch(text)
    if found is None:
        return None
    second, unit = found["b"], ""
    if with_unit := _GEODESY_UNIT.fullmatch(second):
        second, unit = with_unit["b"], with_unit["unit"]
    if not re.search(r"\d", found["a"]) or not re.search(r"\d", second):
        return None
    start, end = parse_position(found["a"]), parse_position(second)
    between = f"{format_position(start)} to {format_position(end)}"
    out = Evaluated(None, sources=[geodesy.SOURCE], labels=["geodesic"], operations=1)
    what = found["what"].lower()
    if what.startswith("mid"):
        middle = geodesy.midpoint(start, end)
        out.text = format_position(middle)
        out.steps.append(f"midpoint of {between} = {out.text} ({middle.latitude:.6f}, {middle.longitude:.6f})")
        return out
    way = geodesy.inverse(start, end)
    out.steps.append(f"{between} = {way.distance:.3f} m, bearing {way.initial_bearing:.3f}°")
    if what == "distance":
        out.term = Term(way.distance, units.parse_unit("m")[0], 0)
        if not unit:
            unit = "km" if way.distance >= 10_000 else "m"
            out.notes.append(
                f"{way.distance / 1852:.3f} nautical miles; the initial bearing is {way.initial_bearing:.2f}°."
            )
        return convert_result(out, unit, None, False)
    out.term = Term(way.initial_bearing, units.parse_unit("degree")[0], -2)
    out.notes.append(
        f"Degrees clockwise from true north at the start; {way.final_bearing:.2f}° on arrival, along the geodesic."
    )
    return convert_result(out, unit, None, False) if unit else out


# Sea water ---------------------------------------------------------------------------------------------------


def _ocean(text: str, notes: list[str]) -> Evaluated | None:
    for name, form in _OCEAN_FORMS:
        found = form.fullmatch(text)
        if found is None:
            continue
        rest, unit = _target(found["rest"])
        read: list[str] = []
        conditions = read_conditions(rest, read)
        if conditions is None:
            continue
        if name in ("O2sat", "AOU") and "O2" not in conditions:
            continue
        if not conditions:
            continue
        notes.extend(read)
        if name == "depth" and "p" not in conditions:
            raise CalculatorError(
                "The depth needs the sea pressure.", "Write depth at 1000 dbar at 60N.", understood=True
            )
        taken = ocean.QUANTITIES[name].takes
        unused = [key for key in conditions if key not in taken]
        if unused:
            conditions = {key: value for key, value in conditions.items() if key in taken}
            notes.append(f"Not used: {', '.join(unused)}.")
        result = ocean.compute(name, conditions)
        quantity = result.quantity
        own = units.parse_unit(quantity.unit)[0] if quantity.unit else None
        out = Evaluated(
            Term(result.value, own, -quantity.decimals + 1),
            steps=list(result.steps),
            notes=list(result.notes),
            sources=[quantity.source],
            labels=[quantity.title],
            operations=1,
        )
        if not unit:
            return out
        if name == "O2sol":
            return convert_result(out, unit, conditions, True)
        return convert_result(out, unit, conditions, False)
    return None


# Everything else ---------------------------------------------------------------------------------------------


def _general(text: str, notes: list[str]) -> Evaluated:
    plain_text, read = plain_form(text)
    notes.extend(read)
    body, oxygen = oxygen_word(plain_text)
    body = re.sub(r"\s+of\s+(?=(?:in|to|as|at)\b)", " ", body)
    body, context = _context(body, notes)
    body, unit = _target(body)
    if context is None:
        body, context = _context(body, notes)
    if oxygen and not unit:
        raise CalculatorError(
            "Oxygen is converted between units.", "Write 250 umol/kg oxygen to ml/l at density 1027 kg/m3."
        )
    result = evaluate(body)
    if unit:
        return convert_result(result, unit, context, oxygen)
    if context:
        raise CalculatorError(
            "A condition after 'at' only bears on a conversion.", "Write for example 1000 dbar to m at 60N."
        )
    if result.term is not None and result.term.unit is not None and result.term.unit.dimensionless:
        if str(result.term.unit) not in ("percent", "radian", "degree") and not units.show(result.term.unit):
            result.term = plain(result.term)
    return result


def _context(text: str, notes: list[str]) -> tuple[str, dict[str, float] | None]:
    for found in _AT.finditer(text):
        left, right = text[: found.start()], text[found.end() :]
        if left.count("(") != left.count(")"):
            continue
        right, unit = _target(right)
        read: list[str] = []
        try:
            conditions = read_conditions(right, read)
        except CalculatorError as error:
            if error.understood:
                raise
            continue
        if conditions is not None:
            notes.extend(read)
            return f"{left} in {unit}" if unit else left, conditions
    return text, None


def _target(text: str) -> tuple[str, str]:
    """The text without its last "in UNIT", and that unit; "" when it has none."""
    matches = list(_KEYWORD.finditer(text))
    for found in reversed(matches):
        left, right = text[: found.start()].strip(), text[found.end() :].strip()
        right = re.sub(r"^(?:the\s+)?(?:units?\s+(?:of\s+)?)", "", right)
        if not left or not re.fullmatch(r"[A-Za-z°%_][A-Za-z°%_0-9 */^().-]*|1/[A-Za-z]+", right):
            continue
        if re.fullmatch(r"[\w.]+\(.*\)", right):
            continue
        try:
            units.parse_unit(right)
        except CalculatorError:
            if found is matches[-1] and re.fullmatch(r"[A-Za-z]{1,40}", right) and re.search(r"\d", left):
                raise
            continue
        return left, right
    return text, ""


def is_operation(expression: str) -> bool:
    """Whether there is something to compute: a bare number or a bare quantity is no calculation."""
    text, notes = clean(expression)
    if dates.calculate_dates(text) is not None:
        return True
    result = _position(text) or _geodesic(text) or _ocean(text, notes) or _general(text, notes)
    return result.operations > 0 or len(result.steps) > 0


__all__ = ["calculate", "is_operation"]
