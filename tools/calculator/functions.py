"""The functions that an expression may call by name: a closed table, no attribute, no keyword but the listed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tools.calculator import figures, units
from tools.calculator.model import CalculatorError
from tools.calculator.terms import Term, checked, convert, plain

MAX_FACTORIAL = 170
Notes = list[str]


def _real(function: str, term: Term) -> Any:
    """Applies a function of `math` (or its uncertain twin) to a plain number."""
    value = plain(term, function).magnitude
    try:
        if hasattr(value, "std_dev"):
            from uncertainties import umath

            uncertain = getattr(umath, function, None)
            if uncertain is None:
                raise CalculatorError(f"{function} does not take an uncertain number.", understood=True)
            return uncertain(value)
        return getattr(math, function)(float(value))
    except ValueError:
        raise CalculatorError(f"{function}({term}) is not defined.", understood=True) from None
    except (OverflowError, ZeroDivisionError):
        raise CalculatorError(f"{function}({term}) is out of range.", understood=True) from None


def _result(magnitude: Any, unit: Any, *inputs: Term) -> Term:
    checked(Term(magnitude))
    known = [term.figures for term in inputs if term.figures is not None]
    nominal = float(getattr(magnitude, "nominal_value", magnitude))
    return Term(magnitude, unit, figures.place_for(nominal, min(known)) if known else None)


def _pure(name: str) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        return _result(_real(name, terms[0]), None, terms[0])

    return apply


def _trigonometric(name: str) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        angle = terms[0]
        if angle.unit is None:
            if angle.magnitude != 0:
                notes.append(f"The angle of {name} was read in radians; write deg behind it for degrees.")
            return _result(_real(name, angle), None, angle)
        radian = units.registry().Unit("radian")
        moved = convert(angle, radian, None)
        return _result(_real(name, moved), None, angle)

    return apply


def _inverse(name: str) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        return _result(_real(name, terms[0]), units.registry().Unit("radian"), terms[0])

    return apply


def _root(n: int) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        term = terms[0]
        if term.percent or (term.unit is not None and term.unit.dimensionless):
            term = plain(term)
        if units.temperature_name(term.unit):
            raise CalculatorError(f"The root of {term} has no meaning: the zero of its scale is arbitrary.")
        if term.nominal < 0 and n == 2:
            raise CalculatorError(f"The square root of {term} is not a real number.", understood=True)
        if n == 2:
            magnitude = _real("sqrt", replace(term, unit=None))
        elif term.uncertain:
            magnitude = term.magnitude ** (1 / 3)
        else:
            magnitude = math.cbrt(float(term.magnitude))
        unit = None if term.unit is None else term.unit ** (1 / n)
        if isinstance(term.magnitude, int) and float(round(magnitude)) ** n == term.magnitude:
            magnitude = round(magnitude)
        return _result(magnitude, unit, term)

    return apply


def _log(terms: Sequence[Term], notes: Notes) -> Term:
    notes.append("log was read as the natural logarithm (ln); write log10 for the decimal one.")
    return _result(_real("log", terms[0]), None, terms[0])


def _keep(function: Callable[[Any], Any]) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        return replace(terms[0], magnitude=function(terms[0].magnitude))

    return apply


def _whole(function: Callable[[float], int]) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        return replace(terms[0], magnitude=function(terms[0].nominal), place=None)

    return apply


def _round(terms: Sequence[Term], notes: Notes) -> Term:
    digits = 0
    if len(terms) > 1:
        digits = _integer(terms[1], "round")
        if abs(digits) > 300:
            raise CalculatorError("round takes at most 300 decimals.", understood=True)
    value = round(terms[0].nominal, digits) if digits > 0 else round(terms[0].nominal / 10**-digits) * 10**-digits
    return replace(terms[0], magnitude=value, place=-digits if digits else None)


def _integer(term: Term, function: str) -> int:
    value = plain(term, function).nominal
    if value != int(value):
        raise CalculatorError(f"{function} needs whole numbers, not {term}.", understood=True)
    return int(value)


def _factorial(terms: Sequence[Term], notes: Notes) -> Term:
    n = _integer(terms[0], "factorial")
    if not 0 <= n <= MAX_FACTORIAL:
        raise CalculatorError(f"factorial takes 0 to {MAX_FACTORIAL}, not {n}.", understood=True)
    return Term(math.factorial(n))


def _whole_numbers(name: str) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        numbers = [_integer(term, name) for term in terms]
        if name in ("comb", "perm") and any(not 0 <= number <= 1000 for number in numbers):
            raise CalculatorError(f"{name} takes whole numbers from 0 to 1000.", understood=True)
        return checked(Term(getattr(math, name)(*numbers)))

    return apply


def _mod(terms: Sequence[Term], notes: Notes) -> Term:
    return modulo(terms[0], terms[1])


def modulo(left: Term, right: Term) -> Term:
    """The remainder with the sign of the divisor, in the unit of the left term."""
    left, right = _common((left, right))
    if right.magnitude == 0:
        raise CalculatorError("Division by zero.", understood=True)
    if left.uncertain or right.uncertain:
        raise CalculatorError("The remainder of uncertain numbers is not defined.", understood=True)
    places = [term.place for term in (left, right) if term.place is not None]
    return checked(Term(left.magnitude % right.magnitude, left.unit, max(places) if places else None))


def _common(terms: Sequence[Term]) -> list[Term]:
    """All terms in the unit of the first."""
    first = terms[0]
    if any((term.unit is None) != (first.unit is None) for term in terms):
        if all(term.unit is None or term.unit.dimensionless for term in terms):
            return [plain(term) for term in terms]
        raise CalculatorError("Some of the numbers have a unit and some have none.", "Give each one its unit.")
    if first.unit is None:
        return list(terms)
    same = str(first.unit)
    return [term if str(term.unit) == same else convert(term, first.unit, first.unit) for term in terms]


def _aggregate(name: str) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        common = _common(terms)
        values = [term.magnitude for term in common]
        places = [term.place for term in common if term.place is not None]
        place = max(places) if places else None
        unit = common[0].unit
        scale = units.temperature_name(unit)
        if scale and name in ("sum", "rms", "gmean"):
            raise CalculatorError(f"The {name} of temperatures on a scale has no meaning.", "Convert them to K first.")
        if name in ("std", "var", "sem") and len(values) < 2:
            raise CalculatorError(f"{name} needs at least two numbers.", understood=True)
        try:
            value = _STATISTICS[name](values)
        except OverflowError:
            raise CalculatorError("The result is too large (beyond 1.8e308).", understood=True) from None
        except ValueError:
            raise CalculatorError(f"{name} is not defined for these numbers.", understood=True) from None
        if name in ("std", "var", "sem"):
            notes.append(f"{name} divides by n - 1 = {len(values) - 1} (sample).")
            if scale:
                unit = units.registry().Unit(f"delta_{unit}")
            if name == "var" and unit is not None:
                unit, place = unit**2, None
        if scale and name == "range":
            unit = units.registry().Unit(f"delta_{unit}")
        return checked(Term(value, unit, place))

    return apply


def _exact_mean(values: list[Any]) -> Any:
    total = _total(values)
    if isinstance(total, int) and total % len(values) == 0:
        return total // len(values)
    return total / len(values)


def _total(values: list[Any]) -> Any:
    if all(isinstance(value, float) for value in values):
        return math.fsum(values)
    return sum(values)


def _nominal(values: list[Any]) -> list[float]:
    return [_number(value) for value in values]


def _number(value: Any) -> float:
    return float(getattr(value, "nominal_value", value))


def _median(values: list[Any]) -> Any:
    ordered = sorted(values, key=_number)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else _exact_mean(ordered[middle - 1 : middle + 1])


def _deviation(values: list[Any]) -> float:
    import statistics

    return statistics.stdev(_nominal(values))


def _geometric(values: list[Any]) -> float:
    numbers = _nominal(values)
    if any(number <= 0 for number in numbers):
        raise ValueError("geometric mean of a number that is not positive")
    return math.exp(math.fsum(math.log(number) for number in numbers) / len(numbers))


_STATISTICS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": _total,
    "mean": _exact_mean,
    "median": _median,
    "min": lambda values: min(values, key=_number),
    "max": lambda values: max(values, key=_number),
    "range": lambda values: max(values) - min(values),
    "std": _deviation,
    "var": lambda values: _deviation(values) ** 2,
    "sem": lambda values: _deviation(values) / math.sqrt(len(values)),
    "rms": lambda values: math.sqrt(math.fsum(number * number for number in _nominal(values)) / len(values)),
    "gmean": _geometric,
}


def _two(name: str) -> Callable[[Sequence[Term], Notes], Term]:
    def apply(terms: Sequence[Term], notes: Notes) -> Term:
        left, right = _common(terms)
        value = getattr(math, name)(left.nominal, right.nominal)
        return _result(value, units.registry().Unit("radian") if name == "atan2" else left.unit, left, right)

    return apply


Function = tuple[Callable[[Sequence[Term], Notes], Term], int, int]
_MANY = 200
FUNCTIONS: dict[str, Function] = {
    "sqrt": (_root(2), 1, 1),
    "cbrt": (_root(3), 1, 1),
    "abs": (_keep(abs), 1, 1),
    "exp": (_pure("exp"), 1, 1),
    "ln": (_pure("log"), 1, 1),
    "log": (_log, 1, 1),
    **{name: (_pure(name), 1, 1) for name in ("log10", "log2", "sinh", "cosh", "tanh", "erf", "gamma")},
    **{name: (_trigonometric(name), 1, 1) for name in ("sin", "cos", "tan")},
    **{name: (_inverse(name), 1, 1) for name in ("asin", "acos", "atan")},
    **{"arc" + name[1:]: (_inverse(name), 1, 1) for name in ("asin", "acos", "atan")},
    "atan2": (_two("atan2"), 2, 2),
    "hypot": (_two("hypot"), 2, 2),
    "floor": (_whole(math.floor), 1, 1),
    "ceil": (_whole(math.ceil), 1, 1),
    "round": (_round, 1, 2),
    "factorial": (_factorial, 1, 1),
    "mod": (_mod, 2, 2),
    **{name: (_whole_numbers(name), 2, 2) for name in ("comb", "perm")},
    **{name: (_whole_numbers(name), 1, _MANY) for name in ("gcd", "lcm")},
    **{name: (_aggregate(name), 1, _MANY) for name in _STATISTICS},
}
FUNCTIONS["average"] = FUNCTIONS["mean"]
FUNCTIONS["avg"] = FUNCTIONS["mean"]
FUNCTIONS["stdev"] = FUNCTIONS["sd"] = FUNCTIONS["std"]
FUNCTIONS["variance"] = FUNCTIONS["var"]
FUNCTIONS["minimum"], FUNCTIONS["maximum"] = FUNCTIONS["min"], FUNCTIONS["max"]
