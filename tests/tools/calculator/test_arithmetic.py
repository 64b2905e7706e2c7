"""Numbers, units, uncertainties, percentages: values, rounding and the working shown."""

from __future__ import annotations

import json
import math

import pytest

from tools.calculator import Calculation, CalculatorError, calculate

VALUES = [
    ("2 + 2", 4, ""),
    ("= 2+2 ?", 4, ""),
    ("7 * (3 + 4)", 49, ""),
    ("-2^2", -4, ""),
    ("(-2)^2", 4, ""),
    ("2^3^2", 512, ""),
    ("10/4", 2.5, ""),
    ("7 // 2", 3, ""),
    ("10 % 3", 1, ""),
    ("10 mod 3", 1, ""),
    ("2 × 3.5 − 1", 6.0, ""),
    ("6 ÷ 4", 1.5, ""),
    ("3 x 4", 12, ""),
    ("5²", 25, ""),
    ("2⁻³", 0.125, ""),
    ("√2", math.sqrt(2), ""),
    ("√(9)", 3, ""),
    ("½ + ¼", 0.75, ""),
    ("5!", 120, ""),
    ("0.1 + 0.2", 0.3, ""),
    ("2205.54 - 2204.98", 0.56, ""),
    ("1,234.5 + 1", 1235.5, ""),
    ("1 234 567 + 0", 1234567, ""),
    ("12'000 * 2", 24000, ""),
    ("1_000 * 3", 3000, ""),
    ("1.5e3 * 2", 3000, ""),
    ("2 pi", 2 * math.pi, ""),
    ("sin(30 deg)", 0.5, ""),
    ("acos(0.5) in deg", 60, "deg"),
    ("ln(100)", math.log(100), ""),
    ("log10(1000)", 3, ""),
    ("exp(1)", math.e, ""),
    ("hypot(3, 4)", 5, ""),
    ("comb(5, 2)", 10, ""),
    ("gcd(12, 18)", 6, ""),
    ("2**64", 2**64, ""),
    ("mean(27.8, 20.0)", 23.9, ""),
    ("mean of 27.8 and 20.0", 23.9, ""),
    ("median(3, 1, 2)", 2, ""),
    ("sum of 12, 14 and 16", 42, ""),
    ("standard deviation of 2, 4, 4, 4, 5, 5, 7, 9", 2.13808993529939, ""),
    ("max(3 m, 200 cm)", 3, "m"),
    ("4425.55 m - 3594.05 m", 831.5, "m"),
    ("5503.08 - 3594.05", 1909.03, ""),
    ("difference between 3594.05 m and 4425.55 m", 831.5, "m"),
    ("2205.54 - 2204.98 umol/kg", 0.56, "umol/kg"),
    ("1 km + 5 m", 1.005, "km"),
    ("(5 m)(3 m)", 15, "m^2"),
    ("(1 + 2) m", 3, "m"),
    ("sqrt(16 m2)", 4, "m"),
    ("10 km / 2 m", 5000, ""),
    ("5 m/s * 3 h in km", 54, "km"),
    ("9.81 m/s2 * 2 kg in N", 19.62, "N"),
    ("100 km / 5 knots in hours", 100 / 9.26, "h"),
    ("3 ft 2 in in cm", 96.52, "cm"),
    ("2 h 30 min in s", 9000, "s"),
    ("1/2 m in cm", 50, "cm"),
    ("15% of 240", 36, ""),
    ("200 + 10%", 220, ""),
    ("5% + 3%", 8, "%"),
    ("what percent of 80 is 12", 15, "%"),
    ("12 is what percent of 80", 15, "%"),
    ("percentage change from 80 to 92", 15, "%"),
    ("increase 80 by 15%", 92, ""),
    ("subtract 3 from 10", 7, ""),
    ("2 to the power of 10", 1024, ""),
    ("12 divided by 5", 2.4, ""),
    ("6 m / (3) s", 2, "m/s"),
    ("(10.0 m + 2 m) / (2 + 2) s", 3, "m/s"),
    ("10^3 m + 500 m", 1500, "m"),
    ("1.5 x 10^3 m in km", 1.5, "km"),
    ("20% off 80", 64, ""),
    ("7 factorial", 5040, ""),
    ("10 choose 3", 120, ""),
    ("sin 30°", 0.5, ""),
    ("avg of 1 2 3", 2, ""),
    ("35 psu in g/kg", 35.16504, "g/kg"),
    ("35.16504 g/kg in psu", 35, ""),
    ("temperature difference of 5 degC in degF", 9, "°F"),
    ("What is 5 percent of 200?", 10, ""),
]


@pytest.mark.parametrize(("expression", "value", "unit"), VALUES)
def test_the_value_and_unit_of(expression: str, value: float, unit: str) -> None:
    result = calculate(expression)
    assert result.value == pytest.approx(value, rel=1e-14, abs=1e-15)
    assert result.unit == unit


CONVERSIONS = [
    ("20 degC in K", 293.15, "K"),
    ("20 °C in °F", 68, "°F"),
    ("20 C in F", 68, "°F"),
    ("68 °F to degrees Celsius", 20, "°C"),
    ("300 K in degC", 26.85, "°C"),
    ("12 knots in m/s", 12 * 1852 / 3600, "m/s"),
    ("12 knots -> km/h", 22.224, "km/h"),
    ("60 nautical miles as km", 111.12, "km"),
    ("convert 10 fathoms to metres", 18.288, "m"),
    ("1 atm in Pa", 101325, "Pa"),
    ("1013.25 hPa in dbar", 10.1325, "dbar"),
    ("12 in in cm", 30.48, "cm"),
    ("3 Sv in m3/s", 3e6, "m^3/s"),
    ("5 W/m2 in MJ/m2/day", 0.432, "MJ/m^2/d"),
    ("1 kg m-3 in g/cm^3", 0.001, "g/cm^3"),
    ("5 mm/day in kg/m2/s at density 1000", 5 / 86400, "kg/m^2/s"),
    ("0.5 degC/km in K/m", 0.0005, "K/m"),
    ("30 % in ppm", 300000, "ppm"),
    ("90 deg in rad", math.pi / 2, "rad"),
    ("c in km/s", 299792.458, "km/s"),
    ("8 GiB in GB", 8.589934592, "GB"),
    ("1 day in s", 86400, "s"),
    ("1 square kilometre in m2", 1e6, "m^2"),
    ("4.2 kJ/(kg K) in J/(g*K)", 4.2, "J/g/K"),
]


@pytest.mark.parametrize(("expression", "value", "unit"), CONVERSIONS)
def test_the_conversion(expression: str, value: float, unit: str) -> None:
    result = calculate(expression)
    assert result.value == pytest.approx(value, rel=1e-12)
    assert result.unit == unit
    assert result.steps
    assert "pint" in result.source or "density" in result.source


TEXTS = [
    ("4425.55 m - 3594.05 m", "831.50 m"),
    ("0.1 + 0.2", "0.3"),
    ("10/3", "3.33333"),
    ("27.8 / 3.1", "8.968"),
    ("2 × 3.5", "7.0"),
    ("12 knots in m/s", "6.17333 m/s"),
    ("12.5 knots in m/s", "6.431 m/s"),
    ("1 atm in Pa", "101325 Pa"),
    ("c in km/h", "1079252848.8 km/h"),
    ("mean(27.8, 20.0)", "23.9"),
    ("35.2 +/- 0.1", "35.20 ± 0.10"),
    ("(35.2 ± 0.1) m * 2", "(70.40 ± 0.20) m"),
    ("(35.2 ± 0.1 m)² in cm2", "(1.2390 ± 0.0070)e7 cm^2"),
    ("5 mm/day in kg/m2/s at density 1000", "5.78704e-5 kg/m^2/s"),
    ("250 umol/kg oxygen to ml/l at density 1027", "5.74904 ml/l"),
    ("20 degC - 15.5 degC", "4.5 °C"),
    ("(5.0 ± 0.1) m / (2.0 ± 0.05) s", "(2.500 ± 0.080) m/s"),
    ("5 m ± 0.1 m", "(5.00 ± 0.10) m"),
    ("5 m ± 10 cm", "(5.00 ± 0.10) m"),
    ("20 degC ± 0.5 in K", "(293.15 ± 0.50) K"),
    ("1e3", "1000"),
    ("12.345678 + 1.1", "13.45"),
    ("mean(12.345678, 1.1)", "6.723"),
]


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_the_printed_line_is_rounded_to_what_the_input_supports(expression: str, text: str) -> None:
    assert calculate(expression).text == text


def test_the_working_of_a_difference_is_one_line() -> None:
    assert calculate("4425.55 m - 3594.05 m").steps == ("4425.55 m - 3594.05 m = 831.50 m",)


def test_the_working_of_a_conversion_names_the_factor() -> None:
    assert calculate("12 knots in km/h").steps == ("1 kn = 1.852 km/h", "12 * 1.852 = 22.224 km/h")


def test_the_working_of_a_temperature_names_the_formula() -> None:
    assert calculate("20 degC in K").steps == ("T/K = t/°C + 273.15: 20 °C = 293.15 K",)


def test_uncertainties_propagate_and_the_assumption_is_said() -> None:
    result = calculate("(10.0 +/- 0.3) * (2.0 +/- 0.1)")
    assert result.value == 20.0
    assert result.uncertainty == pytest.approx(math.hypot(0.3 * 2, 0.1 * 10))
    assert any("independent" in note for note in result.notes)


def test_an_uncertain_temperature_keeps_its_width_in_kelvin() -> None:
    result = calculate("20.0 +/- 0.1 degC in K")
    assert (result.value, result.uncertainty) == (pytest.approx(293.15), pytest.approx(0.1))


def test_an_uncertainty_in_percent_is_a_share_of_the_value() -> None:
    assert calculate("64 +/- 5%").uncertainty == pytest.approx(3.2)


NOTED = [
    ("3 Sv in m3/s", "sverdrup"),
    ("35 psu * 1", "Practical salinity has no unit"),
    ("1,234 + 1", "1,234 was read as the number 1234."),
    ("mean(1,200)", "separators"),
    ("sin(1)", "radians"),
    ("log(10)", "natural logarithm"),
    ("200 + 10%", "10% was read as 10% of 200."),
    ("std(1, 2, 3)", "n - 1 = 2"),
    ("1 year in days", "365.25"),
    ("5 nm in m", "nanometre"),
    ("10 % 3", "remainder"),
    ("1/2 m in cm", "fraction"),
    ("g0 * 2 kg in N", "standard gravity"),
    ("20 C in K", "C was read as °C."),
    ("1.5 m * 2.25 m", "2 significant figures"),
    ("20 degC - 15 degC", "temperature difference"),
    ("2205.54 - 2204.98 umol/kg", "every number"),
    ("5 mm/day in kg/m2/s at density 1000", "kg/m3"),
]


@pytest.mark.parametrize(("expression", "words"), NOTED)
def test_nothing_is_assumed_in_silence(expression: str, words: str) -> None:
    assert any(words in note for note in calculate(expression).notes)


def test_mean_with_commas_reads_two_numbers_not_one() -> None:
    assert calculate("mean(1,200)").value == 100.5


def test_the_record_is_json_with_the_promised_fields() -> None:
    record = json.loads(json.dumps(calculate("20 degC in K").as_dict()))
    assert {"value", "unit", "text", "steps", "notes", "source"} <= set(record)
    assert record["value"] == 293.15


def test_a_calculation_is_frozen() -> None:
    result = calculate("1 + 1")
    assert isinstance(result, Calculation)
    with pytest.raises(AttributeError):
        result.value = 3  # type: ignore[misc]


REFUSED = [
    ("5 kg in m", "cannot be converted"),
    ("5 kg + 3 m", "cannot be converted"),
    ("3 m + 5", "has no unit"),
    ("1000 dbar in m", "latitude"),
    ("20 degC + 5 degC", "cannot be added"),
    ("20 degC * 2", "zero of its scale"),
    ("12 in m", "has no unit"),
    ("250 umol/kg in ml/l", "oxygen"),
    ("250 umol/kg oxygen in ml/l", "density"),
    ("35 in g/kg", "has no unit"),
    ("35 psu in m", "has no unit"),
    ("12.345,67", "12345.67"),
    ("1.234.567", "not one number"),
    ("mean 5 6", "missing"),
    ("3,5 m", "decimal or a thousands mark"),
    ("2.5(3)", "uncertainty or a product"),
    ("sqrt(-4)", "not a real number"),
    ("asin(2)", "not defined"),
    ("1/0", "Division by zero"),
    ("5 foo in m", "foo"),
    ("5 m in foo", "There is no unit 'foo'."),
    ("sigma0(35, 10, 0)", "named arguments"),
    ("sound_speed(SP=35, t=10, q=0)", "q"),
    ("sound_speed(SP=90, t=10, p=0)", "outside 0 to 42"),
    ("sound_speed(SP=35, t=90, p=0)", "outside -6 to 40"),
    ("mean()", "numbers"),
]


@pytest.mark.parametrize(("expression", "words"), REFUSED)
def test_what_cannot_be_computed_is_refused_in_one_sentence(expression: str, words: str) -> None:
    with pytest.raises(CalculatorError) as caught:
        calculate(expression)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
