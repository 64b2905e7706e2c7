"""Conversions made by hypothesis agree with pint, whose text parser the calculator never uses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calculator import calculate
from tools.calculator.units import parse_unit, registry, show

GROUPS = (
    ("m", "km", "cm", "mm", "nautical_mile", "mile", "ft", "inch", "fathom", "yard", "um"),
    ("s", "min", "hour", "day", "week", "ms"),
    ("kg", "g", "mg", "ug", "tonne", "lb"),
    ("Pa", "hPa", "kPa", "bar", "dbar", "atm", "mmHg", "psi"),
    ("m/s", "km/h", "knot", "cm/s", "mph", "ft/s", "m/day"),
    ("kg/m^3", "g/cm^3", "kg/l", "g/l", "mg/ml"),
    ("J", "kJ", "MJ", "kWh", "cal", "eV"),
    ("W/m^2", "MJ/m^2/day", "mW/cm^2"),
    ("umol/kg", "mmol/kg", "mol/kg", "nmol/g", "umol/g"),
    ("umol/l", "mmol/m^3", "mol/l", "nmol/ml"),
    ("m^3/s", "l/min", "km^3/day", "ml/s"),
    ("S/m", "mS/cm", "uS/cm"),
    ("deg", "rad", "arcmin"),
    ("byte", "kB", "MiB", "GB", "GiB"),
    ("m^2", "km^2", "hectare", "cm^2"),
)
PAIRS = st.sampled_from(GROUPS).flatmap(lambda group: st.tuples(st.sampled_from(group), st.sampled_from(group)))
NUMBERS = st.decimals(min_value="0.001", max_value="99999", places=3, allow_nan=False)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(pair=PAIRS, number=NUMBERS)
def test_two_hundred_conversions_agree_with_pint(pair: tuple[str, str], number: object) -> None:
    source, target = pair
    ours = calculate(f"{number} {source} in {target}")
    expected = registry().Quantity(float(str(number)), source).to(target).magnitude
    assert math.isclose(float(ours.value), expected, rel_tol=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(degrees=st.decimals(min_value="-90", max_value="500", places=2))
def test_temperatures_go_there_and_back(degrees: object) -> None:
    there = calculate(f"{degrees} degC in degF".replace("-", "-"))
    back = calculate(f"{there.value!r} degF in degC")
    assert math.isclose(float(back.value), float(str(degrees)), abs_tol=1e-9)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kg m-3", "kg/m^3"),
        ("m s^-1", "m/s"),
        ("cubic metres per second", "m^3/s"),
        ("mmol m-3 d-1", "mmol/m^3/d"),
        ("W m**-2", "W/m^2"),
        ("degrees Celsius", "°C"),
        ("Sv", "Sv"),
        ("mSv", "mSv"),
        ("mg/L", "mg/l"),
        ("J/(kg K)", "J/kg/K"),
        ("W/(m2*K)", "W/m^2/K"),
    ],
)
def test_a_unit_is_read_in_every_usual_spelling(text: str, shown: str) -> None:
    assert show(parse_unit(text)[0]) == shown
