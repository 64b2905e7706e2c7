"""Positions in every spelling, and geodesics between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.calculator import CalculatorError, calculate, parse_latitude, parse_longitude, parse_position
from tools.calculator.geodesy import cell_area
from tools.calculator.positions import Position, format_position

PLACE = 41 + 0.4 / 60


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("41°00.4'N", PLACE),
        ("41°00.4 N", PLACE),
        ("41 00.4'N", PLACE),
        ("41 00.4 N", PLACE),
        ("41º 00.4’ N", PLACE),
        ("41° 00.4′ N", PLACE),
        ("41-00.4N", PLACE),
        ("41:00:24 N", PLACE),
        ("41°00'24\"N", PLACE),
        ("41 degrees 00.4 minutes north", PLACE),
        ("N 41 00.4", PLACE),
        ("41.0067", 41.0067),
        ("41.0067°", 41.0067),
        ("41N", 41),
        ("41 n", 41),
        ("60 degrees north", 60),
        ("47° 15.005'", 47 + 15.005 / 60),
        ("-12.5", -12.5),
        ("−12.5", -12.5),
        ("35 30 S", -35.5),
        ("latitude 35 30 S", -35.5),
        ("90N", 90),
        ("0", 0),
    ],
)
def test_the_latitude(text: str, degrees: float) -> None:
    assert parse_latitude(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("66°14.4'W", -66.24),
        ("010° 06.275' W", -(10 + 6.275 / 60)),
        ("066-14.4W", -66.24),
        ("340", -20),
        ("180", 180),
        ("20 degrees west", -20),
        ("E 12 30", 12.5),
    ],
)
def test_the_longitude(text: str, degrees: float) -> None:
    assert parse_longitude(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "41°00.4'N 66°14.4'W",
        "41 00.4 N 66 14.4 W",
        "41°00.4'N, 66°14.4'W",
        "66°14.4'W 41°00.4'N",
        "N 41 00.4 W 66 14.4",
        "41º 00.4’ N 66º 14.4’ W",
        "(41 00.4 N; 66 14.4 W)",
        "41:00:24N/66:14:24W",
        "Lat: 41 00.4 N Lon: 66 14.4 W",
    ],
)
def test_the_position(text: str) -> None:
    place = parse_position(text)
    assert place == pytest.approx((PLACE, -66.24), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "41",
        "91N",
        "41 60 N",
        "41 00.4 E",
        "41.5 30 N",
        "-41 N",
        "4100N",
        "41 N S",
        "north",
        "1e2",
        "٤١N",
    ],
)
def test_what_is_no_latitude_is_refused(text: str) -> None:
    with pytest.raises(CalculatorError):
        parse_latitude(text) if text != "41" else parse_position(text)


def test_a_position_without_hemispheres_is_not_guessed() -> None:
    with pytest.raises(CalculatorError, match="north or south"):
        parse_position("47° 15.005' 010° 06.275'")


@given(st.floats(-89.999, 89.999), st.floats(-179.999, 179.999))
def test_a_printed_position_is_read_back_to_a_thousandth_of_a_minute(latitude: float, longitude: float) -> None:
    back = parse_position(format_position(Position(latitude, longitude)))
    assert back == pytest.approx((latitude, longitude), abs=0.00051 / 60)


@given(st.text(max_size=30))
def test_any_text_is_a_position_or_one_clear_error(text: str) -> None:
    try:
        place = parse_position(text)
    except CalculatorError:
        return
    assert -90 <= place.latitude <= 90
    assert -180 <= place.longitude <= 180


def test_the_distance_is_the_geodesic_and_not_the_sphere() -> None:
    # One degree of longitude at 45N: 78,846 m on WGS84, 78,626 m on a sphere.
    assert calculate("distance from 45N 0E to 45N 1E in m").value == pytest.approx(78846.3, abs=0.1)


@pytest.mark.parametrize(
    ("expression", "value", "unit"),
    [
        ("distance from 41°00.4'N 66°14.4'W to 40 30 N 65 W", 118.872547, "km"),
        ("distance between 41 00.4 N 66 14.4 W and 40 30 N 65 W in nautical miles", 64.186040, "nmi"),
        ("distance(41°00.4'N 66°14.4'W; 40 30 N 65 W) in km", 118.872547, "km"),
        ("distance(41°00.4'N 66°14.4'W, 40 30 N 65 W) / 12 knots in hours", 5.348837, "h"),
        ("bearing from 41N 66W to 40N 65W", 142.317217, "deg"),
        ("distance from 0N 179.5E to 0N 179.5W", 111.319491, "km"),
        ("distance from 10N 20E to 10N 20E", 0, "m"),
    ],
)
def test_the_geodesic(expression: str, value: float, unit: str) -> None:
    result = calculate(expression)
    assert result.value == pytest.approx(value, abs=2e-6)
    assert result.unit == unit
    assert "WGS84" in result.source


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("41°00.4'N in decimal degrees", "41.006667 deg"),
        ("66.24 W in degrees and minutes", "66°14.400'W"),
        ("41°00.4'N 66°14.4'W in decimal degrees", "41.006667, -66.240000"),
    ],
)
def test_a_position_is_written_in_the_other_spelling(expression: str, text: str) -> None:
    assert calculate(expression).text == text


def test_the_midpoint_is_a_position_with_decimals_in_the_working() -> None:
    result = calculate("midpoint between 41N 66W and 40N 65W")
    assert result.value == "40°30.066'N 65°29.777'W"
    assert "40.501103" in result.steps[0]


def test_all_cells_of_the_earth_add_up_to_its_surface() -> None:
    bands = [cell_area(south, south + 10, -180, 180) for south in range(-90, 90, 10)]
    assert sum(bands) == pytest.approx(510065621724089, rel=1e-9)
