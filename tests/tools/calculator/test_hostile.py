"""Hostile and broken input ends within 50 ms in one clear sentence, and never runs as code."""

from __future__ import annotations

import statistics
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calculator import CalculatorError, calculate, find_expression

HOSTILE = [
    # Numbers that explode.
    "9**9**9", "9^9^9^9", "9**9**9**9", "2**99999999", "10**400 * 10**400", "1e400", "-1e999", "1e308*1e308",
    "1e308 m * 1e308 m", "factorial(99999999)", "171!", "99999!", "9!!!!", "comb(10**9, 5)", "perm(9999, 9998)",
    "exp(1000)", "cosh(1e9)", "1e300**2", "(9**99)**99", "2**(2**(2**(2**2)))**9", "0**-1", "1/0", "1/(1-1)", "5 mod 0",
    "7 // 0", "(-8)**0.5", "sqrt(-1)", "ln(0)", "ln(-1)", "asin(2)", "log10(0)", "gamma(-1)", "tan(1e400)",
    "9" * 400, "1" * 70 + ".5", "." * 40, "1e" + "9" * 50, "1.5.5", "1..2", "0x1F", "0b101", "1j", "1e+", "infinity",
    "nan", "inf - inf",
    # Nesting and size.
    "(" * 200 + "1" + ")" * 200, "((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))",
    "[" * 60 + "]" * 60,
    "-" * 450 + "1", "+" * 450 + "1", "1" + "+1" * 400, "a" * 5000, "1 + " * 2000 + "1", "sqrt(" * 80 + "2" + ")" * 80,
    "abs(" * 29 + "1" + ")" * 28, "2**" * 150 + "2", "x" * 499, "9" + "!" * 300,
    # Code.
    "__import__('os').system('true')", "().__class__.__bases__[0]", "(1).__class__", "[].append(1)",
    "lambda: 1", "x := 5",
    "open('/etc/passwd').read()", "eval('1+1')", "exec('1')", "globals()", "print(1)", "f'{1}'", "'a'*10", '"a"*10**9',
    "[1]*10**9", "[x for x in (1,2)]", "{1: 2}", "{1,2}", "1 if 1 else 2", "1 and 2", "not 1", "1 < 2",
    "1 == 1", "a.b.c",
    "sqrt.__globals__", "v0", "v0.__class__", "mean(*[1,2])", "mean(**{})", "sqrt(x=1)", "await 1",
    "yield", "1; 2", "1\\n2",
    "\x00", "1\x002", "\x1b[31m1", "`1`", "$HOME", "1 # 2", "import os", "os.getcwd()", "sigma0(__class__=1)", "SP=35",
    # Units.
    "1 m**999999", "1 m^9999999999", "(1 m)**1e9", "(1 m)**(2**40)", "m*m*m*m*m*m*m*m*m*m*m*m*m*m", "1 " + "m" * 300,
    "1 kilokilometre", "1 m in kg", "1 m in", "1 in in in in", "1 m in m in m in kg", "5 m / ", "5 m *",
    "* 5 m", "m/", "1 m/s/",
    "1 _m", "1 __class__", "1 m.s.__class__", "1 degC * 1 degC", "1 degC + 1 degC", "0 K in foo", "1 m % 0 m",
    "sum(1 m, 1)", "sum(1 m, 1 kg)", "1e308 km in nm", "5 m^(1/0)", "5 m^m", "2**(1 m)", "1 to 2", "to m",
    # Digits, signs and brackets of other scripts.
    "٣ + ٤", "１ + １", "५ * २", "Ⅷ + 1", "一 + 二", "1 + ②", "١٢٣", "𝟙 + 𝟚", "1 ＋ 1", "1，000", "1 ≤ 2",
    "∞ + 1", "∑ 3", "🙂", "‮1+1",
    # Missing operands and broken brackets.
    "", " ", "?", "=", "+", "-", "*", "1 +", "1 + * 2", "* 2", "1 2", "1 2 3 +", "(1 + 2", "1 + 2)",
    ")(", "()", "mean(", "mean)",
    "mean(,)", "mean(1,,2)", "sqrt()", "sqrt(1, 2)", "1,2,3", ",", "+/-", "1 +/-", "+/- 1", "5 +/- x", "% 5", "%",
    # Dates and positions that do not exist.
    "days between 30 Feb 2020 and 5 Mar 2020", "days between 04/05/2020 and 05/06/2020",
    "day 400 of 2020", "day 0 of 2021",
    "9999999 years after 4 Dec 2020", "days between 2020-13-45 and 2020-01-01", "distance from 91N 0E to 0N 0E",
    "distance from 41 61 N 0 E to 0N 0E", "distance from 1 2 3 to 4 5 6", "distance(;)", "distance(1)", "bearing()",
    "distance from 10N 20N to 30N 40N", "midpoint between x and y 1",
    # Sea water out of range.
    "sigma0(SP=1e9, t=10, p=0)", "depth(p=-500, lat=0)", "depth(p=1e12, lat=0)",
    "pressure(depth=1, lat=100)", "N2(SA=[1], CT=[1], p=[1], lat=0)",
    "N2(SA=1, CT=2, p=3, lat=4)", "sound_speed()", "sound_speed(SP=35)", "1000 dbar to m at 95N",
    "rossby(c=1 m/s, lat=0)",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    calculate("1 m in km")
    calculate("sigma0(SP=35, t=10, p=0)")
    calculate("1.0 +/- 0.1")
    calculate("distance from 1N 1E to 2N 2E")


def test_there_are_at_least_120_hostile_expressions() -> None:
    assert len(set(HOSTILE)) >= 120


@pytest.mark.parametrize("expression", HOSTILE, ids=lambda text: repr(text[:40]))
def test_a_hostile_expression_ends_in_one_clear_sentence_within_50_ms(expression: str) -> None:
    started = time.perf_counter()
    with pytest.raises(CalculatorError) as caught:
        calculate(expression)
    elapsed = time.perf_counter() - started
    sentence = str(caught.value)
    assert 10 < len(sentence) < 400
    assert "\n" not in sentence
    assert sentence[-1] in ".!)];,?"
    if elapsed > 0.05:
        # A busy machine may interrupt once; a slow path is slow again.
        started = time.perf_counter()
        with pytest.raises(CalculatorError):
            calculate(expression)
        elapsed = time.perf_counter() - started
    assert elapsed < 0.05


@settings(max_examples=400, deadline=2000, derandomize=True)
@given(st.text(alphabet="0123456789.+-*/^()[],%!=eE mskgdbarNSW°'\"_xinto±√²×", max_size=60))
def test_any_text_gives_a_result_or_one_clear_error(text: str) -> None:
    try:
        result = calculate(text)
    except CalculatorError:
        return
    assert result.text


@settings(max_examples=200, deadline=2000, derandomize=True)
@given(st.text(max_size=120))
def test_no_unicode_text_breaks_the_search_for_an_expression(text: str) -> None:
    found = find_expression(text)
    assert found is None or isinstance(found, str)


def test_the_median_calculation_takes_under_5_ms() -> None:
    lines = [
        "20 degC in K", "12 knots in m/s", "4425.55 m - 3594.05 m", "mean(27.8, 20.0)", "1000 dbar to m at 60N",
        "days between 4 Dec 2020 and 5 Jan 2021", "250 umol/kg oxygen to ml/l at density 1027", "(35.2 +/- 0.1) * 2",
        "sigma0(SP=35, t=10 degC, p=0 dbar, lon=0, lat=45)", "distance from 41°00.4'N 66°14.4'W to 40 30 N 65 W",
    ]  # fmt: skip
    seconds = []
    for line in lines * 5:
        started = time.perf_counter()
        calculate(line)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.005
