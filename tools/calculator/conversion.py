"""From one unit to another, where needed through something stated: a density, oxygen, a latitude."""

from __future__ import annotations

import re
from typing import Any

from tools.calculator import figures, ocean, units
from tools.calculator import seawater as sw
from tools.calculator.evaluate import Evaluated
from tools.calculator.model import CalculatorError
from tools.calculator.terms import Term, convert

#: Molar volume of oxygen at 0 °C and 1 atm, and molar mass; SCOR WG 142 (2015): 1 ml/l = 44.6596 umol/l.
OXYGEN_ML_PER_MMOL = 22.3916
OXYGEN_G_PER_MOL = 31.9988
OXYGEN_SOURCE = "oxygen: 22.3916 l/mol and 31.9988 g/mol (SCOR WG 142, Bittig et al. 2018; Garcia and Gordon 1992)"


def unit_source() -> str:
    """Where the definitions of units come from."""
    from importlib.metadata import version

    return f"unit definitions of pint {version('pint')} (SI, CODATA)"


def convert_result(result: Evaluated, target_text: str, context: dict[str, float] | None, oxygen: bool) -> Evaluated:
    """The result in the unit `target_text`, with the steps of the conversion.

    `context` holds conditions (see `read_conditions`), `oxygen` says that the quantity is dissolved oxygen.
    Raises CalculatorError where the dimensions differ and nothing stated bridges them.
    """
    term = result.term
    if term is None:
        raise CalculatorError("This result has no unit to convert.")
    target, notes = units.parse_unit(target_text)
    result.notes.extend(note for note in notes if note not in result.notes)
    term, target = _celsius_letters(term, target, target_text, result)
    context = context or {}
    if salinity := _salinity(term, target, context, result):
        result.term = salinity
        return result
    shares = ("percent", "permille", "ppm", "ppb", "ppt", "radian", "degree", "dimensionless", "psu")
    if term.unit is None and target.dimensionless and str(target) not in shares:
        raise CalculatorError(
            f"{term} has no unit, so it cannot be converted to {units.show(target)}.",
            "For a practical salinity write 35 psu.",
            understood=True,
        )
    if term.unit is None and not target.dimensionless:
        raise CalculatorError(
            f"{term} has no unit, so it cannot be converted to {units.show(target)}.",
            f"Write the unit behind it, for example {term} inch." if "." not in str(term) else "",
            understood=True,
        )
    # A temperature difference is converted as a difference, never with the offset of a scale.
    if term.unit is not None and str(term.unit).startswith("delta_") and units.temperature_name(target):
        target = units.registry().Unit(f"delta_{target}")
    source_dimension = None if term.unit is None else term.unit.dimensionality
    if term.unit is None or source_dimension == target.dimensionality:
        result.term = _direct(term, target, result)
        return result
    depth, pressure = units.parse_unit("m")[0], units.parse_unit("dbar")[0]
    if (source_dimension, target.dimensionality) in (
        (pressure.dimensionality, depth.dimensionality),
        (depth.dimensionality, pressure.dimensionality),
    ):
        result.term = _depth_pressure(term, target, context, result)
        return result
    bridged = _through_density(term, target, context, oxygen, result)
    if bridged is None:
        hint = ""
        if _oxygen_like(term.unit) and _oxygen_like(target):
            hint = "For oxygen write 'of oxygen' and the density: 250 umol/kg oxygen to ml/l at density 1027 kg/m3."
        elif not oxygen and _is_density_step(term.unit, target):
            hint = "State the density: ... at density 1027 kg/m3."
        convert_error = f"{units.show(term.unit)} cannot be converted to {units.show(target)}"
        try:
            convert(term, target, target)
        except CalculatorError as error:
            convert_error = error.message.rstrip(".")
        raise CalculatorError(convert_error + ".", hint, understood=True)
    result.term = bridged
    return result


def _salinity(term: Term, target: Any, context: dict[str, float], result: Evaluated) -> Term | None:
    """Practical salinity to absolute salinity in g/kg and back; None for any other pair of units."""
    mass_share = ("gram / kilogram", "gram / kg")
    if str(term.unit) == "psu" and str(target) in mass_share:
        name, argument, own = "SA", "SP", target
    elif str(term.unit) in mass_share and str(target) == "psu":
        name, argument, own = "SP", "SA", None
    elif str(term.unit) == "psu" and str(target) not in ("psu", "dimensionless"):
        raise CalculatorError(
            f"Practical salinity has no unit and is not converted to {units.show(target)}.", understood=True
        )
    else:
        return None
    given = {key: value for key, value in context.items() if key in ("p", "depth", "lon", "lat")}
    if "p" not in given and "depth" not in given and "lon" not in given:
        given["p"] = 0.0
    state = ocean.State({**given, argument: term.nominal})
    value = state.absolute("absolute salinity") if name == "SA" else state.practical("practical salinity")
    result.steps.extend(state.steps)
    result.notes.extend(state.notes)
    result.operations += 1
    result.sources.append(f"{sw.SOURCE}.{'SA_from_SP' if name == 'SA' else 'SP_from_SA'}")
    result.labels.append(name)
    return Term(value, own, -3)


def _direct(term: Term, target: Any, result: Evaluated) -> Term:
    moved = convert(term, target, target)
    if units.temperature_name(term.unit) or units.temperature_name(target):
        result.steps.append(_offset_step(term, moved))
    elif term.unit is not None:
        one = units.registry().Quantity(1.0, term.unit).to(target).magnitude
        if str(term.unit) != str(target):
            result.steps.append(f"1 {units.show(term.unit)} = {_factor(float(one))} {units.show(target)}".strip())
            result.steps.append(f"{term.number()} * {_factor(float(one))} = {moved}")
    if str(target) == "percent":
        result.steps.append(f"{term} = {moved}")
    result.operations += 1
    return moved


def _factor(value: float) -> str:
    return f"{value:.9g}"


def _offset_step(term: Term, moved: Term) -> str:
    kinds = {"degree_Celsius": "t/°C", "degree_Fahrenheit": "t/°F", "kelvin": "T/K"}
    pair = (str(term.unit), str(moved.unit))
    formulas = {
        ("degree_Celsius", "kelvin"): "T/K = t/°C + 273.15",
        ("kelvin", "degree_Celsius"): "t/°C = T/K - 273.15",
        ("degree_Celsius", "degree_Fahrenheit"): "t/°F = t/°C * 9/5 + 32",
        ("degree_Fahrenheit", "degree_Celsius"): "t/°C = (t/°F - 32) * 5/9",
        ("degree_Fahrenheit", "kelvin"): "T/K = (t/°F + 459.67) * 5/9",
        ("kelvin", "degree_Fahrenheit"): "t/°F = T/K * 9/5 - 459.67",
    }
    formula = formulas.get(pair, kinds.get(pair[1], ""))
    return f"{formula}: {term} = {moved}" if formula else f"{term} = {moved}"


def _celsius_letters(term: Term, target: Any, target_text: str, result: Evaluated) -> tuple[Term, Any]:
    """C and F beside a temperature scale are degrees, not coulomb and farad."""
    scales = {"coulomb": "degC", "farad": "degF"}
    scale_units = ("kelvin", "degree_Celsius", "degree_Fahrenheit")
    source_name, target_name = str(term.unit), str(target)
    if source_name in scales and (target_name in scale_units or target_name in scales):
        if source_name != target_name:
            name = scales[source_name]
            result.notes.append(f"{'C' if name == 'degC' else 'F'} was read as {name.replace('deg', '°')}.")
            term = Term(term.magnitude, units.parse_unit(name)[0], term.place)
    if target_name in scales and str(term.unit) in scale_units:
        name = scales[target_name]
        result.notes.append(f"{target_text.strip()} was read as {name.replace('deg', '°')}.")
        target = units.parse_unit(name)[0]
    return term, target


def _depth_pressure(term: Term, target: Any, context: dict[str, float], result: Evaluated) -> Term:
    to_depth = str(target.dimensionality) == "[length]"
    if "lat" not in context:
        raise CalculatorError(
            f"{units.show(term.unit)} to {units.show(target)} depends on the latitude, because gravity does.",
            f"Write {term} to {units.show(target)} at 60N.",
            understood=True,
        )
    extra = set(context) - {"lat", "lon"}
    if extra:
        result.notes.append(f"Not used: {', '.join(sorted(extra))}.")
    name, source_unit, own = ("depth", "dbar", "m") if to_depth else ("pressure", "m", "dbar")
    argument = "p" if to_depth else "depth"
    value = convert(term, units.parse_unit(source_unit)[0], None).magnitude
    nominal = float(getattr(value, "nominal_value", value))
    found = ocean.compute(name, {argument: nominal, "lat": context["lat"]})
    magnitude: Any = found.value
    if term.uncertain:
        import uncertainties

        magnitude = uncertainties.wrap(lambda p: ocean.compute(name, {argument: p, "lat": context["lat"]}).value)(value)
    result.steps.extend(found.steps)
    result.operations += 1
    result.sources.append(found.quantity.source)
    result.labels.append(found.quantity.title)
    result.notes.append(
        "Pressure is sea pressure (0 at the surface), depth is positive down; standard ocean, no dynamic height."
    )
    base = Term(magnitude, units.parse_unit(own)[0], -1)
    return base if str(base.unit) == str(target) else convert(base, target, target)


def _oxygen_like(unit: Any) -> bool:
    """Whether the unit is an amount, a volume or a mass of gas per litre or per kilogram of sea water."""
    if unit is None:
        return False
    names = [name for name, power in unit._units.items() if power == 1]
    below = [name for name, power in unit._units.items() if power < 0]
    registry = units.registry()
    dimensions = [str(registry.Unit(name).dimensionality) for name in names]
    bottom = [str(registry.Unit(name).dimensionality) for name in below]
    allowed = {"[substance]", "[length] ** 3", "[mass]"}
    return len(dimensions) == 1 and dimensions[0] in allowed and bool(bottom or "molar" in names[0])


def _is_density_step(source: Any, target: Any) -> bool:
    if source is None:
        return False
    density = units.parse_unit("kg/m^3")[0]
    return any((source * density**power).dimensionality == target.dimensionality for power in (1, -1))


def _through_density(
    term: Term, target: Any, context: dict[str, float], oxygen: bool, result: Evaluated
) -> Term | None:
    registry = units.registry()
    unit, value = term.unit, term.magnitude
    if oxygen:
        return _oxygen(term, target, context, result)
    if not _is_density_step(unit, target):
        return None
    rho = density_of(context, result)
    if rho is None:
        return None
    power = 1 if (unit * units.parse_unit("kg/m^3")[0]).dimensionality == target.dimensionality else -1
    quantity = registry.Quantity(float(getattr(value, "nominal_value", value)), unit)
    moved = (quantity * registry.Quantity(rho, "kg/m^3") ** power).to(target)
    sign = "*" if power == 1 else "/"
    shown = Term(float(moved.magnitude), target, figures.place_for(float(moved.magnitude), term.figures))
    result.steps.append(f"{term} {sign} {rho:.10g} kg/m^3 = {shown}")
    result.operations += 1
    result.sources.append("mass = density * volume")
    return shown


def density_of(context: dict[str, float], result: Evaluated) -> float | None:
    """The density in kg/m3: as stated, or that of sea water at stated salinity and temperature."""
    if "density" in context:
        rho = context["density"]
        if not 0.05 <= rho <= 25000:
            raise CalculatorError(f"A density of {rho:g} kg/m3 is outside 0.05 to 25000.", understood=True)
        return rho
    given = {key: item for key, item in context.items() if key in ("SP", "SA", "t", "CT", "pt", "p", "lon", "lat")}
    if not ({"SP", "SA"} & set(given)) or not ({"t", "CT", "pt"} & set(given)):
        return None
    found = ocean.compute("density", given)
    result.steps.extend(found.steps)
    result.notes.extend(note for note in found.notes if note not in result.notes)
    result.sources.append(found.quantity.source)
    return found.value


def _oxygen(term: Term, target: Any, context: dict[str, float], result: Evaluated) -> Term | None:
    """Oxygen between amount, volume of gas and mass, per litre or per kilogram of sea water."""
    amount, per_mass = _oxygen_kind(term.unit)
    wanted, wanted_per_mass = _oxygen_kind(target)
    if amount is None or wanted is None:
        return None
    density = None
    if per_mass != wanted_per_mass:
        density = density_of(context, result)
        if density is None:
            raise CalculatorError(
                f"Oxygen from {units.show(term.unit)} to {units.show(target)} needs the density of the water.",
                "Add 'at density 1027 kg/m3', or a salinity and a temperature.",
                understood=True,
            )
    elif "density" in context:
        result.notes.append("The density is not needed for this conversion and was not used.")
    own = {"amount": "umol", "volume": "ml", "mass": "mg"}
    start = f"{own[amount]}/{'kg' if per_mass else 'l'}"
    value: Any = convert(term, units.parse_unit(start)[0], None).magnitude
    to_amount = {"amount": 1.0, "volume": 1000 / OXYGEN_ML_PER_MMOL, "mass": 1000 / OXYGEN_G_PER_MOL}
    factor = to_amount[amount] / to_amount[wanted]
    steps = result.steps
    if factor != 1.0:
        words = {
            ("amount", "volume"): f"1 umol = {OXYGEN_ML_PER_MMOL / 1000:.7g} ml (22.3916 l/mol)",
            ("volume", "amount"): f"1 ml = {1000 / OXYGEN_ML_PER_MMOL:.6g} umol (22.3916 l/mol)",
            ("amount", "mass"): f"1 umol = {OXYGEN_G_PER_MOL / 1000:.7g} mg (31.9988 g/mol)",
            ("mass", "amount"): f"1 mg = {1000 / OXYGEN_G_PER_MOL:.6g} umol (31.9988 g/mol)",
            ("volume", "mass"): f"1 ml = {factor:.7g} mg (31.9988 g/mol, 22.3916 l/mol)",
            ("mass", "volume"): f"1 mg = {factor:.7g} ml (31.9988 g/mol, 22.3916 l/mol)",
        }
        steps.append(words[(amount, wanted)])
        value = value * factor
    if density is not None:
        steps.append(f"density {density:.8g} kg/m3 = {density / 1000:.8g} kg/l")
        value = value * (density / 1000) if per_mass else value / (density / 1000)
    end_unit = f"{own[wanted]}/{'kg' if wanted_per_mass else 'l'}"
    nominal = float(getattr(value, "nominal_value", value))
    moved = convert(
        Term(value, units.parse_unit(end_unit)[0], figures.place_for(nominal, min(term.figures or 5, 5))),
        target,
        target,
    )
    pieces = [term.number()]
    if factor != 1.0:
        pieces.append(f"* {factor:.7g}")
    if density is not None:
        pieces.append(f"{'*' if per_mass else '/'} {density / 1000:.8g}")
    steps.append(f"{' '.join(pieces)} = {moved}")
    result.operations += 1
    result.sources.append(OXYGEN_SOURCE)
    result.labels.append("dissolved oxygen")
    return moved


def _oxygen_kind(unit: Any) -> tuple[str | None, bool]:
    """Whether the top of the unit is an amount, a volume or a mass, and whether it is per mass of water."""
    if unit is None:
        return None, False
    registry = units.registry()
    kinds = {"[substance]": "amount", "[length] ** 3": "volume", "[mass]": "mass"}
    names = dict(unit._units)
    if len(names) == 1 and next(iter(names)).endswith("molar"):
        return "amount", False
    top = [name for name, power in names.items() if power == 1]
    bottom = [(name, power) for name, power in names.items() if power < 0]
    if len(top) != 1 or len(bottom) != 1:
        return None, False
    kind = kinds.get(str(registry.Unit(top[0]).dimensionality))
    below = str((registry.Unit(bottom[0][0]) ** -bottom[0][1]).dimensionality)
    if kind is None or below not in ("[mass]", "[length] ** 3"):
        return None, False
    return kind, below == "[mass]"


def is_known_condition(name: str) -> bool:
    """Whether a condition can play a part in a conversion."""
    return name in sw.RANGES or name == "density"


def oxygen_word(text: str) -> tuple[str, bool]:
    """The text without "oxygen", "O2", "dissolved oxygen", and whether it was there."""
    pattern = re.compile(r"\b(?:of\s+)?(?:dissolved\s+)?(?:oxygen|O2)\b(?!\s*[(=])", re.I)
    shorter = re.sub(r"\s+", " ", pattern.sub(" ", text)).strip()
    return shorter, shorter != text.strip()
