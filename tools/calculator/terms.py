"""Terms: a number with its unit, its significance, and the arithmetic between them.

Magnitudes are exact integers, floats, or uncertain numbers (from the `uncertainties` package). Integers are bounded
in bits and exponents are bounded, so that no expression can run away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from tools.calculator import figures, units
from tools.calculator.model import CalculatorError

MAX_BITS = 1024
_DELTA = ("delta_degree_Celsius", "delta_degree_Fahrenheit")


@dataclass(frozen=True)
class Term:
    """A number: its magnitude, its pint unit (None for a plain number), and the place to which it is known.

    `percent` marks a number written with a percent sign, which is added to another number as a share of it.
    """

    magnitude: Any
    unit: Any = None
    place: int | None = None
    percent: bool = False

    @property
    def nominal(self) -> float:
        """The magnitude without its uncertainty."""
        return float(getattr(self.magnitude, "nominal_value", self.magnitude))

    @property
    def uncertain(self) -> bool:
        return hasattr(self.magnitude, "std_dev")

    @property
    def figures(self) -> int | None:
        """Significant figures, None for an exact number."""
        return figures.figures_at(self.nominal, self.place)

    def number(self) -> str:
        """The magnitude as printed, rounded to what is known."""
        if self.uncertain:
            return figures.with_uncertainty(self.magnitude)
        return figures.rounded(self.magnitude, self.place)

    def __str__(self) -> str:
        number, unit = self.number(), units.show(self.unit)
        if self.uncertain and unit:
            return f"{number} {unit}" if number.startswith("(") else f"({number}) {unit}"
        return f"{number} {unit}".strip() if unit != "%" else f"{number}%"


def checked(term: Term) -> Term:
    """The term, if it is a finite number of a bounded size; else CalculatorError."""
    magnitude = term.magnitude
    if isinstance(magnitude, complex):
        raise CalculatorError("The result is not a real number.", understood=True)
    if isinstance(magnitude, int) and not isinstance(magnitude, bool):
        if magnitude.bit_length() > MAX_BITS:
            raise CalculatorError("The result is too large to be written out.", understood=True)
        return term
    nominal = term.nominal
    if math.isnan(nominal):
        raise CalculatorError("The result is not a number.", understood=True)
    if math.isinf(nominal):
        raise CalculatorError("The result is too large (beyond 1.8e308).", understood=True)
    if term.uncertain and not math.isfinite(magnitude.std_dev):
        raise CalculatorError("The uncertainty of the result is not finite.", understood=True)
    return term


def plain(term: Term, what: str = "This") -> Term:
    """A dimensionless term as a plain number; CalculatorError for one with a dimension."""
    if term.unit is None:
        return term
    if not term.unit.dimensionless:
        raise CalculatorError(f"{what} needs a plain number, not {term}.", understood=True)
    return convert(term, units.registry().Unit("dimensionless"), None)


def convert(term: Term, unit: Any, target: Any) -> Term:
    """The term in another unit; `target` is the unit that the result carries (None for a plain number)."""
    registry = units.registry()
    import pint

    source = term.unit if term.unit is not None else registry.Unit("dimensionless")
    magnitude = float(term.magnitude) if isinstance(term.magnitude, int) else term.magnitude
    try:
        moved = registry.Quantity(magnitude, source).to(unit).magnitude
    except pint.errors.DimensionalityError:
        raise CalculatorError(_mismatch(term, unit), understood=True) from None
    except (OverflowError, ZeroDivisionError):
        raise CalculatorError("The converted value is out of range.", understood=True) from None
    offset = units.temperature_name(source) or units.temperature_name(unit)
    nominal = float(getattr(moved, "nominal_value", moved))
    place = term.place if offset else figures.place_for(nominal, term.figures)
    return checked(Term(moved, target, place))


def _mismatch(term: Term, unit: Any) -> str:
    left = units.show(term.unit) or "a plain number"
    right = units.show(unit) or "a plain number"
    return f"{left} ({_dimension(term.unit)}) cannot be converted to {right} ({_dimension(unit)})."


def _dimension(unit: Any) -> str:
    if unit is None or unit.dimensionless:
        return "no dimension"
    names = (f"{name.strip('[]')}{'' if power == 1 else f'^{power:g}'}" for name, power in unit.dimensionality.items())
    return " ".join(names)


def add(left: Term, right: Term, sign: int) -> Term:
    """left + right or left - right, in the unit of the left term."""
    if right.percent and not left.percent:
        share = plain(right)
        return multiply(left, Term(1 + sign * share.magnitude, None, None), divide=False)
    left, right = _same_kind(left, right)
    left_scale, right_scale = units.temperature_name(left.unit), units.temperature_name(right.unit)
    unit = left.unit
    if left_scale and right_scale:
        if sign > 0:
            raise CalculatorError(
                f"Two temperatures on a scale cannot be added: {left} and {right}.",
                "Take their mean, or write one as a difference: 5 delta_degC.",
                understood=True,
            )
        right = convert(right, left.unit, left.unit)
        unit = units.registry().Unit(f"delta_{left.unit}")
    elif left_scale or right_scale:
        if not left_scale or str(right.unit) not in _DELTA:
            raise CalculatorError(
                f"{left} and {right} do not add up: one is on a scale whose zero is arbitrary.",
                "Write a temperature difference as 5 delta_degC.",
                understood=True,
            )
        right = convert(right, units.registry().Unit(f"delta_{left.unit}"), None)
    elif left.unit is not None and str(left.unit) != str(right.unit):
        right = convert(right, left.unit, left.unit)
    try:
        magnitude = left.magnitude + sign * right.magnitude
    except OverflowError:
        raise CalculatorError("The result is too large (beyond 1.8e308).", understood=True) from None
    if isinstance(magnitude, float) and math.isfinite(magnitude):
        magnitude = _without_noise(magnitude, max(abs(left.nominal), abs(right.nominal)))
    places = [term.place for term in (left, right) if term.place is not None]
    return checked(Term(magnitude, unit, max(places) if places else None, left.percent and right.percent))


def _without_noise(total: float, largest: float) -> float:
    """A sum of decimals to the decimals that it has: 2205.54 - 2204.98 is 0.56, not 0.5599999999999454."""
    if largest == 0 or not 1e-200 < largest < 1e200:
        return total
    near = round(total, 13 - math.ceil(math.log10(largest)))
    return near if abs(near - total) <= 4.5e-16 * largest else total


def _same_kind(left: Term, right: Term) -> tuple[Term, Term]:
    if left.percent and right.percent:
        return left, right
    if (left.unit is None) == (right.unit is None):
        return left, right
    bare, measured = (left, right) if left.unit is None else (right, left)
    if measured.unit.dimensionless:
        return plain(left), plain(right)
    raise CalculatorError(
        f"{bare} has no unit and {measured} has one, so they cannot be added or compared.",
        f"Give {bare} a unit.",
        understood=True,
    )


def multiply(left: Term, right: Term, divide: bool) -> Term:
    """left * right or left / right."""
    if units.temperature_name(right.unit) and right.magnitude == 1 and left.unit is None and not divide:
        return Term(left.magnitude, right.unit, left.place)
    for term, other in ((left, right), (right, left)):
        if units.temperature_name(term.unit) and not (other.magnitude == 1 and other.unit is None):
            raise CalculatorError(
                f"{term} cannot be multiplied or divided: the zero of its scale is arbitrary.",
                "Convert it to K first, or write a difference as delta_degC.",
                understood=True,
            )
    if left.percent:
        left = plain(left)
    if right.percent:
        right = plain(right)
    a, b = left.magnitude, right.magnitude
    try:
        if not divide:
            magnitude = a * b
        elif isinstance(a, int) and isinstance(b, int) and b != 0 and a % b == 0:
            magnitude = a // b
        else:
            magnitude = a / b
    except ZeroDivisionError:
        raise CalculatorError("Division by zero.", understood=True) from None
    except OverflowError:
        raise CalculatorError("The result is too large (beyond 1.8e308).", understood=True) from None
    unit = _product_unit(left.unit, right.unit, divide)
    known = [term.figures for term in (left, right) if term.figures is not None]
    checked(Term(magnitude))
    nominal = float(getattr(magnitude, "nominal_value", magnitude))
    place = figures.place_for(nominal, min(known)) if known else None
    return checked(reduced(Term(magnitude, unit, place)))


def _product_unit(left: Any, right: Any, divide: bool) -> Any:
    if left is None and right is None:
        return None
    one = units.registry().Unit("dimensionless")
    left = one if left is None else left
    right = one if right is None else right
    return left / right if divide else left * right


def reduced(term: Term) -> Term:
    """Units that cancel are cancelled: km/m becomes a plain number, km/knot a time in seconds."""
    if term.unit is None:
        return term
    names = term.unit._units
    if not names:
        return replace(term, unit=None)
    if term.unit.dimensionless and len(names) > 1:
        if len({units.registry().get_dimensionality(name) for name in names}) == 1 or term.unit.dimensionless:
            return convert(term, units.registry().Unit("dimensionless"), None)
        return term
    if len(names) > 1 and len(term.unit.dimensionality) == 1:
        base = units.registry().get_base_units(term.unit)[1]
        return convert(term, base, base)
    return term


def power(base: Term, exponent: Term) -> Term:
    """base ** exponent, bounded."""
    exponent = plain(exponent, "An exponent")
    if exponent.uncertain and base.unit is not None and not base.unit.dimensionless:
        raise CalculatorError("A quantity with a unit cannot have an uncertain exponent.", understood=True)
    if units.temperature_name(base.unit):
        raise CalculatorError(f"{base} cannot be raised to a power: the zero of its scale is arbitrary.")
    if base.percent:
        base = plain(base)
    a, n = base.magnitude, exponent.magnitude
    if isinstance(a, int) and isinstance(n, int) and n >= 0:
        if abs(a) > 1 and n * (abs(a).bit_length() - 1) > MAX_BITS:
            raise CalculatorError("The power is too large to be written out.", understood=True)
        magnitude: Any = a**n
    else:
        try:
            magnitude = a**n if base.uncertain or exponent.uncertain else float(a) ** float(n)
        except ZeroDivisionError:
            raise CalculatorError("Zero cannot be raised to a negative power.", understood=True) from None
        except (OverflowError, ValueError):
            raise CalculatorError("The power is too large (beyond 1.8e308).", understood=True) from None
    unit = None
    if base.unit is not None:
        n_float = exponent.nominal
        if not math.isfinite(n_float) or any(
            abs(power_ * n_float) > units.MAX_EXPONENT for power_ in base.unit._units.values()
        ):
            raise CalculatorError("The exponent of the unit is too large.", understood=True)
        unit = base.unit ** (int(n_float) if n_float == int(n_float) else n_float)
    checked(Term(magnitude))
    nominal = float(getattr(magnitude, "nominal_value", magnitude))
    return checked(reduced(Term(magnitude, unit, figures.place_for(nominal, base.figures))))


def negate(term: Term) -> Term:
    return replace(term, magnitude=-term.magnitude)
