"""Distance, bearing and midpoint on the WGS84 ellipsoid (Karney 2013, geographiclib)."""

from __future__ import annotations

from typing import NamedTuple

from tools.calculator.model import CalculatorError
from tools.calculator.positions import Position

SOURCE = "geodesic on WGS84 (Karney 2013, geographiclib)"


class Geodesic(NamedTuple):
    """The shortest way between two positions: metres, and bearings in degrees from north at both ends."""

    distance: float
    initial_bearing: float
    final_bearing: float


def inverse(start: Position, end: Position) -> Geodesic:
    """The geodesic from start to end; bearings are 0 to 360 degrees, clockwise from true north."""
    from geographiclib.geodesic import Geodesic as Solver

    found = Solver.WGS84.Inverse(*start, *end)
    return Geodesic(float(found["s12"]), float(found["azi1"]) % 360.0, float(found["azi2"]) % 360.0)


def midpoint(start: Position, end: Position) -> Position:
    """The point halfway along the geodesic from start to end."""
    from geographiclib.geodesic import Geodesic as Solver

    line = Solver.WGS84.InverseLine(*start, *end)
    return _position(line.Position(line.s13 / 2))


def destination(start: Position, bearing: float, distance: float) -> Position:
    """Where a geodesic of `distance` metres ends that leaves `start` at `bearing` degrees."""
    from geographiclib.geodesic import Geodesic as Solver

    if not 0 <= distance <= 20_100_000:
        raise CalculatorError(f"A distance of {distance:g} m is outside 0 to 20100 km.", understood=True)
    return _position(Solver.WGS84.Direct(*start, bearing, distance))


def _position(found: dict[str, float]) -> Position:
    longitude = (float(found["lon2"]) + 180.0) % 360.0 - 180.0
    return Position(float(found["lat2"]), longitude)


def cell_area(south: float, north: float, west: float, east: float) -> float:
    """The area in m2 of a cell bounded by two parallels and two meridians on WGS84.

    Exact for the ellipsoid: b^2/2 * dlon * [sin/(1 - e2 sin2) + atanh(e sin)/e] between the latitudes.
    """
    import math

    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    e = math.sqrt(e2)
    b = a * (1 - f)

    def strip(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return s / (1 - e2 * s * s) + math.atanh(e * s) / e

    width = math.radians((east - west) % 360.0 or (360.0 if east != west else 0.0))
    return abs(b * b / 2 * width * (strip(north) - strip(south)))
