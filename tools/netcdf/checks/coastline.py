"""Positions against land and sea: grids by the missing values in them, single positions by the land itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, Skip, show
from tools.netcdf.checks.landmask import Bools, agreement, is_inland, is_land
from tools.netcdf.checks.position import pair, swap_ops
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base

_MOST_POINTS = 20_000


@dataclass(frozen=True)
class _Way:
    """One way to read two coordinates, and the finding that it would mean. `steps` makes the file be read so."""

    code: str
    words: str
    lat: Callable[[Floats, Floats], Floats]
    lon: Callable[[Floats, Floats], Floats]
    steps: Callable[[Var, Var, Floats], list[Op]]
    #: Whether the axes change places too: the one called latitude holds longitudes of its own length.
    turned: bool = False


def _scale(var: Var, factor: float, offset: float = 0.0) -> list[Op]:
    return [Op("scale", var.name, "", [factor, offset])]


def _half_turn(lat: Var, lon: Var, values: Floats) -> list[Op]:
    """Adds or takes 180 degrees, whichever stays within -180 to 360, so that the order is kept."""
    return _scale(lon, 1.0, 180.0 if np.nanmax(values) <= 180.0 else -180.0)


_WAYS = (
    _Way(
        "swapped-latlon",
        "latitude and longitude are exchanged",
        lambda a, b: b,
        lambda a, b: a,
        lambda lat, lon, values: swap_ops(lat, lon),
        turned=True,
    ),
    _Way(
        "swapped-latlon",
        "the values of latitude and longitude are exchanged",
        lambda a, b: b,
        lambda a, b: a,
        lambda lat, lon, values: [Op("swap_values", lat.name, "", lon.name)],
    ),
    _Way(
        "inverted-latitude",
        "latitude runs the other way",
        lambda a, b: np.flip(a, axis=0),
        lambda a, b: b,
        lambda lat, lon, values: [Op("reverse", lat.name)],
    ),
    _Way(
        "inverted-latitude",
        "the sign of the latitude is turned",
        lambda a, b: -a,
        lambda a, b: b,
        lambda lat, lon, values: _scale(lat, -1.0),
    ),
    _Way("shifted-longitude", "longitude is turned by 180 degrees", lambda a, b: a, lambda a, b: b + 180.0, _half_turn),
    _Way(
        "shifted-longitude",
        "longitude runs the other way",
        lambda a, b: a,
        lambda a, b: np.flip(b, axis=-1),
        lambda lat, lon, values: [Op("reverse", lon.name, "", -1)],
    ),
    _Way(
        "shifted-longitude",
        "the sign of the longitude is turned",
        lambda a, b: a,
        lambda a, b: -b,
        lambda lat, lon, values: _scale(lon, -1.0),
    ),
)


def land(context: Context) -> Iterator[Finding]:
    """Grids by their mask, single positions by the land itself."""
    if not context.roles.latitude or not context.roles.longitude:
        raise Skip("no latitude and longitude")
    if context.gridded or any(curved(v) for v in context.roles.latitude):
        yield from _grid_mask(context)
    elif context.marine:
        yield from _points_on_land(context)
    else:
        raise Skip("the data is not marine, so land is no contradiction")


def curved(var: Var) -> bool:
    """Whether a coordinate has two dimensions, as on a turned or curvilinear grid."""
    return len(var.dims) == 2 and min(var.shape) > 3


def _grid_mask(context: Context) -> Iterator[Finding]:
    for lat in (v for v in context.roles.latitude if curved(v) or (v.dims == (base(v.name),) and v.size > 3)):
        for lon in (v for v in context.roles.longitude if curved(v) or (v.dims == (base(v.name),) and v.size > 3)):
            if curved(lat) != curved(lon) or (curved(lat) and (lat.dims != lon.dims or not pair(lat, lon))):
                continue
            for var in context.measured:
                if not {*lat.dims, *lon.dims} <= set(var.dims):
                    continue
                found = _mask_of(context, var, lat, lon)
                if found is not None:
                    yield found
                    return


def _agreement(field: Bools, lat: Floats, lon: Floats) -> float:
    return agreement(field, lat, lon) if lat.ndim == 1 else float(np.mean(is_land(lat, lon) == field))


def _mask_of(context: Context, var: Var, lat: Var, lon: Var) -> Finding | None:
    a, b = context.values(lat), context.values(lon)
    if a is None or b is None or np.nanmax(np.abs(a), initial=0) > 90.5 or np.isnan(a).any() or np.isnan(b).any():
        return None
    rows, columns = lat.dims if curved(lat) else (lat.dims[0], lon.dims[0])
    missing = _missing_field(context, var, rows, columns)
    if missing is None or not 0.04 < missing.mean() < 0.96:
        return None
    thin = tuple(slice(None, None, max(1, n // most)) for n, most in zip(missing.shape, (240, 480), strict=True))
    field = missing[thin]
    given = b
    a, b = (a[thin], b[thin]) if curved(lat) else (a[thin[0]], b[thin[1]])
    as_given = _agreement(field, a, b)
    if as_given >= 0.85:
        return None
    best: tuple[float, _Way] | None = None
    for way in _WAYS:
        if way.turned and curved(lat):
            continue
        try_lat, try_lon = way.lat(a, b), way.lon(a, b)
        if np.abs(try_lat).max() > 90.5:
            continue
        turned = field.T if way.turned else field
        if turned.shape != (try_lat.shape if try_lat.ndim == 2 else (try_lat.size, try_lon.size)):
            continue
        score = _agreement(turned, try_lat, try_lon)
        if best is None or score > best[0] + 1e-9:
            best = (score, way)
    if best is None or best[0] < 0.88 or best[0] < as_given + 0.12:
        return None
    score, way = best
    variable = (
        f"{lat.name}, {lon.name}" if way.code == "swapped-latlon" else lat.name if "lat" in way.code else lon.name
    )
    return finding(
        way.code,
        variable,
        f"The coastline in {var.name} does not fit its positions; it does if {way.words}.",
        evidence={
            "text": f"missing values and land agree in {as_given:.1%} of the cells as given, "
            f"in {score:.1%} if {way.words}",
            "values": [round(as_given, 4), round(score, 4)],
            "count": int(field.size),
        },
        ops=way.steps(lat, lon, given),
        source="Leadline (global-land-mask)",
    )


def _missing_field(context: Context, var: Var, lat_dim: str, lon_dim: str) -> Bools | None:
    """Where `var` is missing at every time and level that was looked at, as (lat, lon)."""
    values = context.values(var)
    if values is None or values.ndim != len(var.dims):
        return None
    axes = [i for i, d in enumerate(var.dims) if d not in (lat_dim, lon_dim)]
    level = values
    # The surface is enough where there are levels: deep levels are missing over shallow sea.
    gone: Any = np.isnan(level)
    for axis in sorted(axes, reverse=True):
        vertical = any(v.dims == (var.dims[axis],) for v in context.roles.vertical + context.roles.pressure)
        gone = gone.take(_surface(context, var.dims[axis]), axis=axis) if vertical else gone.all(axis=axis)
    # What is left are the two horizontal axes, in the order in which the variable has them.
    return gone if var.dims.index(lat_dim) < var.dims.index(lon_dim) else gone.T


def _surface(context: Context, dim: str) -> int:
    for var in context.roles.vertical + context.roles.pressure:
        if var.dims == (dim,):
            values = context.values(var)
            if values is not None and np.isfinite(values).any():
                return int(np.nanargmin(np.abs(values)))
    return 0


def _points_on_land(context: Context) -> Iterator[Finding]:
    for lat in context.roles.latitude:
        for lon in context.roles.longitude:
            if curved(lat) or lat.dims != lon.dims or (not pair(lat, lon) and lat.size > 1):
                if not (lat.size == 1 and lon.size == 1):
                    continue
            a, b = context.values(lat), context.values(lon)
            if a is None or b is None:
                continue
            a, b = np.ravel(a), np.ravel(b)
            ok = np.flatnonzero(np.isfinite(a) & np.isfinite(b) & (np.abs(a) <= 90) & (np.abs(b) <= 360))
            ok = ok[:: max(1, ok.size // _MOST_POINTS)]
            if not ok.size:
                continue
            inland = is_inland(a[ok], b[ok])
            count = int(inland.sum())
            if count == 0 or (count < 3 and count < 0.02 * ok.size):
                continue
            yield _on_land(context, lat, lon, a[ok], b[ok], ok[inland], count)
            return


def _on_land(context: Context, lat: Var, lon: Var, a: Floats, b: Floats, bad: np.ndarray, count: int) -> Finding:
    clue, ops = "", []
    for words, try_a, try_b, steps in (
        ("the sign of the longitude were turned", a, -b, [Op("scale", lon.name, "", [-1.0, 0.0])]),
        ("the sign of the latitude were turned", -a, b, [Op("scale", lat.name, "", [-1.0, 0.0])]),
        ("latitude and longitude were exchanged", b, a, [Op("swap_values", lat.name, "", lon.name)]),
    ):
        if np.abs(try_a).max() <= 90 and not is_inland(try_a, try_b).any():
            clue, ops = f" They would lie at sea if {words}.", steps if count > 0.5 * a.size else []
            break
    full_a, full_b = context.values(lat), context.values(lon)
    first = int(bad[0])
    position = (
        (float(np.ravel(full_a)[first]), float(np.ravel(full_b)[first]))
        if full_a is not None and full_b is not None
        else (float(a[0]), float(b[0]))
    )
    return finding(
        "on-land",
        f"{lat.name}, {lon.name}",
        f"{count} of {a.size} positions of marine data lie more than 13 km inland, the first at "
        f"{show(position[0])} N {show(position[1])} E.{clue}",
        evidence={
            "text": f"land all round {show(position[0])} N {show(position[1])} E",
            "values": list(position),
            "index": bad[:20].tolist(),
            "count": count,
            "total": int(a.size),
        },
        ops=ops,
        source="Leadline (global-land-mask)",
        confidence="medium" if clue else "high",
    )
