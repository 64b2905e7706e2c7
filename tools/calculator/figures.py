"""Significant figures: how far a result is known, and how to print it no further.

`place` is the power of ten of the last known digit (-2 for 831.50), None for an exact number. The rules are the
usual ones of arithmetic with rounded numbers: a sum is known to the place of its least precise term, a product to
the significant figures of its least precise factor. One guard figure is printed beyond that, and at least four
figures, so that a printed result can be used in the next sum. Numbers written without a decimal point are exact.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

#: Figures printed where every number of the input was exact.
EXACT_FIGURES = 6
LEAST_FIGURES = 4


def place_of(literal: str) -> int | None:
    """The place of the last digit as written; None for a number without a decimal point.

    >>> place_of("4425.55"), place_of("12"), place_of("1.5e3"), place_of("1e3")
    (-2, None, 2, None)
    """
    if "." not in literal:
        return None
    exponent = Decimal(literal).as_tuple().exponent
    return exponent if isinstance(exponent, int) else None


def figures_at(value: float, place: int | None) -> int | None:
    """How many significant figures `value` has when it is known to `place`."""
    if place is None:
        return None
    if value == 0 or not math.isfinite(value):
        return 1
    return max(1, math.floor(math.log10(abs(value))) - place + 1)


def place_for(value: float, figures: int | None) -> int | None:
    """The place of the last of `figures` significant figures of `value`."""
    if figures is None:
        return None
    if value == 0 or not math.isfinite(value):
        return -figures
    return math.floor(math.log10(abs(value))) - figures + 1


def rounded(value: float | int, place: int | None) -> str:
    """The value as printed for a reader.

    >>> rounded(831.5, -2), rounded(10 / 3, None), rounded(101325.0, None)
    ('831.50', '3.33333', '101325')
    """
    if isinstance(value, int) and abs(value) < 10**21:
        return str(value)
    number = float(value)
    if number == 0:
        return "0" if place is None or place >= 0 else f"{0:.{min(-place, 12)}f}"
    whole = round(number)
    if (place is None or place >= 0) and abs(number) < 1e15 and abs(number - whole) <= 1e-12 * abs(number):
        return str(whole)
    known = figures_at(number, place)
    if known is None or place is None:
        short = snapped(number)
        written = len(f"{short:.12g}".replace("-", "").replace(".", "").lstrip("0").split("e")[0])
        terminates = short == float(f"{number:.12g}") and written <= 11
        return _positional(number, 12 if terminates else EXACT_FIGURES, 0)
    printed = max(LEAST_FIGURES, known + 1)
    return _positional(number, min(printed, 15), min(known, 15))


def _positional(number: float, figures: int, kept: int) -> str:
    """`figures` significant figures, trailing zeros dropped down to `kept` figures."""
    mantissa, exponent_text = f"{number:.{figures - 1}e}".split("e")
    exponent = int(exponent_text)
    digits = mantissa.replace(".", "")
    sign = "-" if digits.startswith("-") else ""
    digits = digits.lstrip("-")
    while len(digits) > max(kept, 1) and digits.endswith("0"):
        digits = digits[:-1]
    if exponent < -4 or exponent >= 15:
        body = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{body}e{exponent}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if len(digits) <= exponent + 1:
        return sign + digits + "0" * (exponent + 1 - len(digits))
    return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def snapped(value: float) -> float:
    """The value without the last bits of noise: 0.30000000000000004 is 0.3, and 0.5144444444444445 stays.

    >>> snapped(0.1 + 0.2)
    0.3
    """
    if not math.isfinite(value):
        return value
    short = float(f"{value:.12g}")
    return short if abs(short - value) <= 2e-15 * abs(value) else value


def with_uncertainty(value: Any) -> str:
    """An uncertain number with two figures of uncertainty: "35.20 ± 0.10", "(1.2390 ± 0.0070)e7"."""
    if value.std_dev == 0:
        return rounded(value.nominal_value, None)
    largest = max(abs(value.nominal_value), value.std_dev)
    if 1e-3 <= largest < 1e6 and value.std_dev >= 1e-9 * largest:
        return f"{value:.2uf}".replace("+/-", " ± ")
    mantissa, exponent = f"{value:.2ue}".replace("+/-", " ± ").split("e")
    return f"{mantissa}e{int(exponent)}"
