"""The points of the plots, taken while the file is open, so that a report can be drawn from its JSON alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tools.netcdf.access import Var
from tools.netcdf.checks.context import Context, Floats
from tools.netcdf.checks.ranges import quantity_of
from tools.netcdf.checks.series import line_axis
from tools.netcdf.model import Finding
from tools.netcdf.names import base

#: Plots of variables in one report, points in one line, cells of one map along each side.
_MOST_PLOTS = 6
_MOST_POINTS = 600
_MAP_SIDE = 90
#: Significant digits along a line: seconds since 1900 need ten to tell an hour from the next.
_ALONG_DIGITS = 10


def collect(context: Context, findings: Sequence[Finding]) -> dict[str, Any]:
    """`positions` (lat, lon, marked) and `variables`: lines, maps and histograms with their marked values."""
    plots: list[dict[str, Any]] = []
    if not context.header_only:
        for var in _chosen(context, findings):
            about = [f for f in findings if var.name in f.variables and f.level != "recommendation"]
            plot = _plot(context, var, about)
            if plot is not None:
                plots.append(plot)
            if len(plots) >= _MOST_PLOTS:
                break
    return {"positions": _positions(context, findings), "variables": plots}


def _chosen(context: Context, findings: Sequence[Finding]) -> list[Var]:
    """Variables with findings on their values first, then the rest by how well they are named."""
    named = [n for f in findings if f.level == "suspicious" for n in f.variables]
    first = [context.data.variables[n] for n in dict.fromkeys(named) if n in context.data.variables]
    rest = sorted(
        (v for v in context.measured if v.standard_name or v.units),
        key=lambda v: (
            v in context.roles.vertical + context.roles.pressure,
            quantity_of(v)[0] is None,
            not v.standard_name,
        ),
    )
    together = [*first, *rest]
    return [
        v
        for v in dict.fromkeys(together)
        if v.shape
        and v.size > 2
        and v not in context.roles.latitude
        and v not in context.roles.longitude
        and context.filled(v)
    ]


def _rounded(values: Any, digits: int = 5) -> list[float | None]:
    """So many significant digits; None for missing, which JSON has."""
    return [float(f"{v:.{digits}g}") if np.isfinite(v) else None for v in np.ravel(values)]


def _marks(findings: Sequence[Finding], shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    places = []
    for found in findings:
        for index in found.evidence.get("index", []):
            place = tuple(index) if isinstance(index, list | tuple) else (index,)
            if len(place) == len(shape) and all(0 <= i < n for i, n in zip(place, shape, strict=True)):
                places.append(place)
    return places


def _plot(context: Context, var: Var, findings: Sequence[Finding]) -> dict[str, Any] | None:
    values = context.values(var)
    if values is None or not np.isfinite(values).any():
        return None
    plot: dict[str, Any] = {
        "name": var.name,
        "units": var.units,
        "title": var.text("long_name") or var.standard_name or var.name,
        "findings": [f.code for f in findings],
        "histogram": _histogram(values),
    }
    marks = _marks(findings, values.shape)
    grid = _map(context, var, values)
    if grid is not None:
        return plot | {"kind": "map"} | grid
    axis = line_axis(context, var)
    others = tuple(i for n, i in enumerate(marks[0]) if n != axis) if marks else _fullest(values, axis)
    line = np.moveaxis(values, axis, -1)[others]
    along, label, down, dated = _along(context, var, axis, others, line.size)
    thin = max(1, line.size // _MOST_POINTS)
    here = [m[axis] for m in marks if tuple(i for n, i in enumerate(m) if n != axis) == others]
    keep = np.unique(np.concatenate((np.arange(0, line.size, thin), np.array(here, dtype=int))))
    return plot | {
        "kind": "profile" if down else "series",
        "along": _rounded(along[keep], _ALONG_DIGITS),
        "along_label": label,
        "along_dated": dated,
        "values": _rounded(line[keep]),
        "marked": [[a, v] for a, v in zip(_rounded(along[here], _ALONG_DIGITS), _rounded(line[here]), strict=True)],
    }


def _fullest(values: Floats, axis: int) -> tuple[int, ...]:
    counts = np.isfinite(values).sum(axis=axis)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(counts)), counts.shape)) if counts.shape else ()


def _along(context: Context, var: Var, axis: int, others: tuple[int, ...], size: int) -> tuple[Floats, str, bool, bool]:
    """The coordinate along the line, its label, whether it is a depth, and whether it is days since 1970-01-01."""
    for group, down in ((context.roles.vertical + context.roles.pressure, True), (context.roles.time, False)):
        for coordinate in group:
            values = context.values(coordinate) if coordinate is not var else None
            if values is None:
                continue
            if coordinate.dims == (var.dims[axis],) and values.size == size:
                found = values
            elif coordinate.dims == var.dims and values.ndim > 1:
                found = np.moveaxis(values, axis, -1)[others]
            else:
                continue
            if np.isfinite(found).sum() > 1:
                days = None if down else _days(coordinate, found)
                if days is not None:
                    return days, base(coordinate.name), False, True
                return found, f"{base(coordinate.name)} ({coordinate.units or '1'})", down, False
    return np.arange(size, dtype=float), f"index along {base(var.dims[axis])}", False, False


def _days(coordinate: Var, values: Floats) -> Floats | None:
    """Days since 1970-01-01, or None where the unit or the calendar gives no dates that a plot can show."""
    import cftime

    calendar = coordinate.text("calendar").lower() or "standard"
    if calendar not in ("standard", "gregorian", "proleptic_gregorian"):
        return None
    try:
        # Two dates are enough: all units but months and years, which are refused, are even.
        ends = [cftime.num2date(number, coordinate.units, calendar) for number in (0, 1)]
        start, after = cftime.date2num(ends, "seconds since 1970-01-01", calendar)
    except (ValueError, TypeError, OverflowError, AttributeError):
        return None
    days = np.asarray((start + values * (after - start)) / 86400.0, dtype=float)
    finite = days[np.isfinite(days)]
    # The years 1 to 9999 are those that matplotlib has; a wrong epoch may lead out of them.
    return days if finite.size and finite.min() > -719_000 and finite.max() < 2_932_000 else None


def _map(context: Context, var: Var, values: Floats) -> dict[str, Any] | None:
    """The first slice over latitude and longitude, thinned."""
    lat = next(
        (v for v in context.roles.latitude if v.dims == (base(v.name),) and v.size > 3 and v.dims[0] in var.dims), None
    )
    lon = next(
        (v for v in context.roles.longitude if v.dims == (base(v.name),) and v.size > 3 and v.dims[0] in var.dims), None
    )
    if lat is None or lon is None:
        return None
    a, b = context.values(lat), context.values(lon)
    if a is None or b is None:
        return None
    order = (var.dims.index(lat.dims[0]), var.dims.index(lon.dims[0]))
    field = np.moveaxis(values, order, (-2, -1))
    field = field[(0,) * (field.ndim - 2)]
    rows, columns = max(1, a.size // _MAP_SIDE), max(1, b.size // (2 * _MAP_SIDE))
    field = field[::rows, ::columns]
    return {
        "lat": _rounded(a[::rows]),
        "lon": _rounded(b[::columns]),
        "field": [_rounded(row) for row in field],
    }


def _histogram(values: Floats) -> dict[str, Any]:
    finite = values[np.isfinite(values) & (np.abs(values) < 1e30)]
    if finite.size < 2:
        return {}
    if finite.min() == finite.max() or not np.isfinite(np.ptp(finite)) or np.ptp(finite) < 1e-300:
        return {}
    counts, edges = np.histogram(finite, bins=40)
    return {"counts": counts.tolist(), "edges": _rounded(edges)}


def _positions(context: Context, findings: Sequence[Finding]) -> dict[str, Any]:
    for lat in context.roles.latitude:
        for lon in context.roles.longitude:
            if lat.dims != lon.dims or len(lat.dims) > 1:
                continue
            a, b = context.values(lat), context.values(lon)
            if a is None or b is None or not (np.isfinite(a) & np.isfinite(b)).any():
                continue
            a, b = np.atleast_1d(a), np.atleast_1d(b)
            thin = max(1, a.size // _MOST_POINTS)
            bad = any(lat.name in f.variables and f.level != "recommendation" for f in findings)
            marks = [m[0] if m else 0 for m in _marks([f for f in findings if lat.name in f.variables], a.shape)]
            return {
                "lat": _rounded(a[::thin]),
                "lon": _rounded(b[::thin]),
                "marked": [[y, x] for y, x in zip(_rounded(a[marks]), _rounded(b[marks]), strict=True)]
                if marks
                else [],
                "suspicious": bad,
            }
    return {}
