"""Dates: intervals, shifts, days of the year, CF time values; ambiguous and impossible dates are refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.calculator import CalculatorError, calculate


@pytest.mark.parametrize(
    ("expression", "value", "unit"),
    [
        ("days between 4 Dec 2020 and 5 Jan 2021", 32, "days"),
        ("days from 4th of December 2020 to January 5, 2021", 32, "days"),
        ("number of days between 2020-12-04 and 2021-01-05", 32, "days"),
        ("days between 04.12.2020 and 05.01.2021", 32, "days"),
        ("days between 14/12/2020 and 15/12/2020", 1, "days"),
        ("5 Jan 2021 - 4 Dec 2020", 32, "days"),
        ("4 Dec 2020 - 5 Jan 2021", -32, "days"),
        ("weeks between 1 Feb 2021 and 1 Mar 2021", 4, "weeks"),
        ("hours between 4 Dec 2020 10:00 and 5 Dec 2020 11:30", 25.5, "hours"),
        ("hours between 2020-12-04T10:00Z and 2020-12-05T11:30Z", 25.5, "hours"),
        ("time between 08:00 1 Jan 2020 and 2", None, ""),
        ("days between 28 Feb 2020 and 1 Mar 2020", 2, "days"),
        ("days between 28 Feb 2021 and 1 Mar 2021", 1, "days"),
        ("day of year 4 Dec 2020", 339, ""),
        ("day of the year of 31 Dec 2021", 365, ""),
        ("4 Dec 2020 + 32 days", "2021-01-05", ""),
        ("30 days after 4 December 2020", "2021-01-03", ""),
        ("2 weeks before 4 Dec 2020", "2020-11-20", ""),
        ("day 339 of 2020", "2020-12-04", ""),
        ("weekday of 4 Dec 2020", "Friday", ""),
        ("22000 days since 1950-01-01", "2010-03-27", ""),
        ("12.5 hours since 2000-01-01", "2000-01-01 12:30", ""),
        ("4 Dec 2020 in days since 1950-01-01", 25905, "days"),
        ("julian day of 1 January 2000 12:00", 2451545, "days"),
        ("modified julian date of 17 Nov 1858", 0, "days"),
        ("hours between 10:00 4 Dec 2020 and 18:30 4 Dec 2020", 8.5, "hours"),
        ("2020-12-04 to 2021-01-05 in days", 32, "days"),
        ("days since 1950-01-01 of 4 Dec 2020", 25905, "days"),
        ("decimal year of 2 Jul 2021", 2021 + 182 / 365, ""),
    ],
)
def test_the_date_calculation(expression: str, value: object, unit: str) -> None:
    if value is None:
        with pytest.raises(CalculatorError):
            calculate(expression)
        return
    result = calculate(expression)
    assert result.value == (pytest.approx(value) if isinstance(value, float) else value)
    assert result.unit == unit


def test_the_interval_says_what_counting_both_ends_gives() -> None:
    result = calculate("days between 4 Dec 2020 and 5 Jan 2021")
    assert result.text == "32 days"
    assert result.notes == ("Counting both the first and the last day gives 33.",)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("days between 04/12/2020 and 05/01/2021", "may be"),
        ("days between 30 Feb 2020 and 1 Mar 2020", "does not exist"),
        ("days between 29 Feb 2021 and 1 Mar 2021", "does not exist"),
        ("days between 4 December and 5 January 2021", "has no year"),
        ("day 366 of 2021", "365 days"),
        ("days between 4 Dec 20 and 5 Jan 21", ""),
        ("99999999 days after 4 Dec 2020", "outside the years"),
    ],
)
def test_a_date_that_is_ambiguous_or_impossible_is_refused(expression: str, words: str) -> None:
    with pytest.raises(CalculatorError) as caught:
        calculate(expression)
    assert words in str(caught.value)


@given(st.dates(date(1600, 1, 1), date(2300, 1, 1)), st.integers(0, 100000))
def test_an_interval_and_its_shift_agree(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert calculate(f"days between {start:%Y-%m-%d} and {end:%Y-%m-%d}").value == days
    assert calculate(f"{days} days after {start:%Y-%m-%d}").value == f"{end:%Y-%m-%d}"
