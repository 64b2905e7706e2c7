"""Arithmetic in natural questions is found; questions about documents are left alone."""

from __future__ import annotations

import json

import pytest

from tests.conftest import shared_data
from tools.calculator import CalculatorError, calculate, find_expression, langchain_tool

FOUND = [
    ("What is 12 knots in m/s?", "6.17333 m/s"),
    ("How deep is 1000 dbar at 60 N?", "988.19 m"),
    ("At what depth is 1000 dbar at 60N?", "988.19 m"),
    ("Convert 250 umol/kg oxygen to ml/l at density 1027", "5.74904 ml/l"),
    ("What is 20 degC in kelvin?", "293.15 K"),
    ("How many metres is 1000 dbar at 60N?", "988.19 m"),
    ("How many m/s is 12 knots?", "6.17333 m/s"),
    ("12 knots is how many km/h?", "22.224 km/h"),
    ("In m/s, what is 12 knots?", "6.17333 m/s"),
    ("What is the difference between 4425.55 m and 3594.05 m?", "831.50 m"),
    ("How much is 5503.08 - 3594.05?", "1909.03"),
    ("How many days are there between 4 Dec 2020 and 5 Jan 2021?", "32 days"),
    ("How long is it from 4 Dec 2020 to 5 Jan 2021?", "32 days"),
    ("What day of the year is 14 December 2020?", "day 349 of 2020"),
    ("What date is 30 days after 4 December 2020?", "2021-01-03 (Sunday)"),
    ("How far is it from 41°00.4'N 66°14.4'W to 40 30 N 65 W?", "118.8725 km"),
    ("What is the distance between 41 00.4 N 66 14.4 W and 40 30 N 65 W in nautical miles?", "64.18604 nmi"),
    ("Where is the midpoint between 41N 66W and 40N 65W?", "40°30.066'N 65°29.777'W"),
    ("What's 15% of 240?", "36"),
    ("What percentage of 80 is 12?", "15%"),
    ("What is the mean of 27.8 and 20.0?", "23.9"),
    ("What is the average of 27.8 degC and 20.0 degC?", "23.9 °C"),
    ("Please calculate 2205.54 umol/kg - 2204.98 umol/kg.", "0.56 umol/kg"),
    ("What is the square root of 2?", "1.41421"),
    ("How many seconds are in a day?", "86400 s"),
    ("What is the freezing point of seawater at salinity 35?", "-1.9191 °C"),
    ("What is the speed of sound at 35 psu, 10 degC and 1000 dbar?", "1506.139 m/s"),
    ("How fast does sound travel in seawater at salinity 35, 10 degC and 1000 dbar?", "1506.139 m/s"),
    ("Can you convert 10 fathoms to metres?", "18.288 m"),
    ("Could you please tell me what is 3 Sv in m3/s?", "3000000 m^3/s"),
    ("what is 2+2", "4"),
    ("What is 7 * (3 + 4)?", "49"),
    ("5 km in nautical miles?", "2.69978 nmi"),
    ("What is sigma0 for SP 35, 10 degC at 0 dbar?", "26.9541 kg/m^3"),
    ("What pressure is 1000 m depth at 60N?", "1011.98 dbar"),
    ("What is the coriolis parameter at 45N?", "0.000103126 rad/s"),
    ("How many hours does it take to sail 118 km at 12 knots?", "5.30958 h"),
    ("What is 27.8 degC minus 20.0 degC?", "7.8 °C"),
    ("How many ml/l is 250 umol/kg of oxygen at a density of 1.027 kg/l?", "5.74904 ml/l"),
    ("How many degrees Fahrenheit is 20 degrees Celsius?", "68 °F"),
    ("Express 1013.25 hPa in dbar.", "10.1325 dbar"),
    ("What is 35.2 ± 0.1 times 2?", "70.40 ± 0.20"),
    ("Add 2 and 3", "5"),
    ("What is 2 to the power of 10?", "1024"),
    ("Hello, can you calculate the sum of 12, 14 and 16 please?", "42"),
]


@pytest.mark.parametrize(("question", "text"), FOUND)
def test_the_expression_in_the_question_gives(question: str, text: str) -> None:
    expression = find_expression(question)
    assert expression is not None
    assert calculate(expression).text == text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is 1000 dbar in m?", "latitude"),
        ("What is 5 kg in m?", "cannot be converted"),
        ("How much is 1/0?", "Division by zero"),
        ("What is 9**9**9?", "too large"),
        ("Convert 250 umol/kg oxygen to ml/l", "density"),
    ],
)
def test_arithmetic_that_cannot_be_done_is_found_too_so_that_its_reason_is_given(question: str, words: str) -> None:
    expression = find_expression(question)
    assert expression is not None
    with pytest.raises(CalculatorError) as caught:
        calculate(expression)
    assert caught.value.understood
    assert words in str(caught.value)


LEFT_ALONE = [
    "How many floats were deployed on A22 2021?",
    "What is 42?",
    "What is 5 m?",
    "What is SO279?",
    "What is a CTD?",
    "What is N2O?",
    "What is CFC-11?",
    "What is P02W 2022?",
    "A20 2021",
    "2021",
    "page 3",
    "What happened on 4 Dec 2020?",
    "When did the cruise start: 4 Dec 2020 or 5 Dec 2020?",
    "How many days did SO279 last?",
    "What was done between 4 Dec 2020 and 5 Jan 2021?",
    "Which moorings were recovered from 3 Jan 2020 to 4 Jan 2020?",
    "What was the depth at station 12?",
    "What is the pressure at station 5?",
    "What is the density at station 4?",
    "Which station is at 41N 66W?",
    "What is the distance from station 1 to station 2?",
    "Which cast is deeper than 900 m?",
    "What was the temperature at 1000 dbar?",
    "What is the oxygen at 1000 dbar?",
    "What was the salinity at 1000 m?",
    "What is the depth of the mixed layer at 60N?",
    "What does section 3.2 say?",
    "Who wrote chapter 3 in 2021?",
    "What is 1 in Table 4?",
    "Why could the multi-net not be run on the 8000 m cable during SO279?",
    "On S275, by how much did the surface temperature fall between CTD stations S275-001 and S275-042?",
    "Compare the duplicate reproducibility of total alkalinity on A22 2021 and P02W 2022.",
    "How much memory does llama3.1:8b need at q4_K_M?",
    "",
    "?",
    "a" * 5000,
]


@pytest.mark.parametrize("question", LEFT_ALONE, ids=lambda text: text[:40])
def test_a_question_about_a_document_is_left_alone(question: str) -> None:
    assert find_expression(question) is None


@pytest.mark.parametrize("name", ["cruise", "financebench"])
def test_no_question_of_the_real_sets_fires(name: str) -> None:
    lines = shared_data("qa", f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    assert len(questions) >= 30
    assert [question for question in questions if find_expression(question) is not None] == []


def test_of_240_questions_that_fit_no_tool_only_the_two_that_are_arithmetic_fire() -> None:
    lines = shared_data("bfcl", "BFCL_v4_irrelevance.json").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"][0][-1]["content"] for line in lines]
    found = [find_expression(question) for question in questions]
    assert [one for one in found if one] == ["sine of 45 degree", "10inch in meter"]


def test_the_langchain_tool_returns_text_for_the_model_and_the_record() -> None:
    message = langchain_tool().invoke(
        {"type": "tool_call", "name": "calculate", "id": "1", "args": {"expression": "20 degC in K"}}
    )
    assert message.content.splitlines()[0] == "calculate: 20 degC in K = 293.15 K"
    assert message.artifact["value"] == 293.15
    assert message.artifact["unit"] == "K"


def test_the_langchain_tool_gives_an_error_as_text_instead_of_raising() -> None:
    message = langchain_tool().invoke(
        {"type": "tool_call", "name": "calculate", "id": "1", "args": {"expression": "1000 dbar in m"}}
    )
    assert "latitude" in message.content
    assert "latitude" in message.artifact["error"]


def test_the_package_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys, tools.calculator; "
        "print([m for m in ('pint', 'gsw', 'numpy', 'langchain_core', 'uncertainties') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
