"""Latitude, longitude and other coordinates: possible, complete, in order, and where the data says they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.netcdf import fixes, units
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, Skip, show
from tools.netcdf.checks.landmask import Bools, agreement, is_inland
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base

_MOST_POINTS = 20_000


def coordinate_values(context: Context) -> Iterator[Finding]:
    """CF coordinate variables: no missing values, strictly monotonic. Time has its own order check."""
    for var in context.data.variables.values():
        if not var.numeric or var.dims != (base(var.name),) or var.name in context.roles.helpers or var.size == 0:
            continue
        summary = context.summary(var)
        if summary is None or summary.valid == 0:
            continue
        if summary.missing:
            values = context.values(var)
            gone = np.flatnonzero(np.isnan(values)) if values is not None else np.empty(0, int)
            fill = var.declared_missing[0] if var.declared_missing else float("nan")
            yield finding(
                "missing-coordinate",
                var.name,
                f"The coordinate {var.name} has {summary.missing} missing of {summary.total} values.",
                evidence={
                    "text": f"missing at {', '.join(map(str, gone[:5]))}{' ...' if gone.size > 5 else ''}",
                    "index": gone[:20].tolist(),
                    "count": summary.missing,
                    "total": summary.total,
                },
                ops=[Op("drop_missing", var.name, var.dims[0], fill)],
                note="Better: restore the values; the step only drops those rows.",
            )
        elif var not in context.roles.time:
            yield from _monotonic(context, var)


def _monotonic(context: Context, var: Var) -> Iterator[Finding]:
    values = context.values(var)
    if values is None or values.size < 2:
        return
    steps = np.diff(values)
    if (steps > 0).all() or (steps < 0).all():
        return
    direction = 1.0 if np.count_nonzero(steps > 0) >= np.count_nonzero(steps < 0) else -1.0
    wrong = np.flatnonzero(steps * direction <= 0)
    wraps = (
        var in context.roles.longitude
        and wrong.size == 1
        and abs(abs(steps[wrong[0]]) - 360) < 20 + abs(np.median(steps))
    )
    yield finding(
        "not-monotonic",
        var.name,
        f"The coordinate {var.name} is not strictly monotonic: {wrong.size} of {steps.size} steps break "
        "the order" + (", where the longitude wraps by 360 degrees." if wraps else "."),
        evidence={
            "text": f"first at index {wrong[0]}: {show(values[wrong[0]])} is followed by {show(values[wrong[0] + 1])}",
            "index": wrong[:20].tolist(),
            "values": [float(values[wrong[0]]), float(values[wrong[0] + 1])],
            "count": int(wrong.size),
            "total": int(steps.size),
        },
        ops=[Op("sort_unique", var.name, var.dims[0])],
    )


def _degrees(var: Var) -> bool:
    key = var.units.lower().replace(" ", "")
    return key in units.LATITUDE_UNITS | units.LONGITUDE_UNITS | {"degree", "degrees", "deg", ""}


def ranges(context: Context) -> Iterator[Finding]:
    roles = context.roles
    swapped: set[str] = set()
    for lat in roles.latitude:
        for lon in (v for v in roles.longitude if _pair(lat, v)):
            found = _swapped_by_range(context, lat, lon)
            if found is not None:
                swapped |= {lat.name, lon.name}
                yield found
                break
    for lat in roles.latitude:
        if lat.name not in swapped and _degrees(lat):
            yield from _latitude_range(context, lat)
    for lon in roles.longitude:
        if lon.name not in swapped and _degrees(lon):
            yield from _longitude_range(context, lon)
    yield from _swapped_metadata(context)
    yield from _null_island(context)
    yield from _jumps(context)


def _pair(lat: Var, lon: Var) -> bool:
    """Whether two coordinates are of one grid or track: same group, and the same or each its own dimension."""
    same_group = lat.name.rsplit("/", 1)[:-1] == lon.name.rsplit("/", 1)[:-1]
    own = lat.dims == (base(lat.name),) and lon.dims == (base(lon.name),)
    suffix = base(lat.name).lower().replace("latitude", "").replace("lat", "") == base(lon.name).lower().replace(
        "longitude", ""
    ).replace("long", "").replace("lon", "")
    return same_group and (own or (lat.dims == lon.dims)) and (suffix or own or lat.dims == lon.dims)


def _swapped_by_range(context: Context, lat: Var, lon: Var) -> Finding | None:
    a, b = context.summary(lat), context.summary(lon)
    if a is None or b is None or not a.valid or not b.valid:
        return None
    beyond = max(abs(a.low), abs(a.high)) > 90.0
    # One bad value among good ones is a range finding; exchanged values are beyond as a whole.
    mostly = (np.abs(a.kept) > 90).mean() > 0.2 or abs(a.quantile(0.5)) > 90
    if a.valid == 1:
        return None  # one wrong value is as likely as an exchange; the range finding names both
    if not (beyond and mostly and a.low >= -180 and a.high <= 360 and b.low >= -90 and b.high <= 90):
        return None
    return finding(
        "swapped-latlon",
        f"{lat.name}, {lon.name}",
        f"{lat.name} runs from {show(a.low)} to {show(a.high)} and {lon.name} from {show(b.low)} to "
        f"{show(b.high)}: "
        "each has the range of the other.",
        evidence={
            "text": f"{lat.name} {show(a.low)}..{show(a.high)}, {lon.name} {show(b.low)}..{show(b.high)}",
            "values": [a.low, a.high, b.low, b.high],
            "index": list(a.high_index),
        },
        ops=_swap_ops(lat, lon),
    )


def _swap_ops(lat: Var, lon: Var) -> list[Op]:
    """Exchange by values where the shapes allow it, else by names and attributes."""
    if lat.shape == lon.shape and lat.dims != (base(lat.name),):
        return [Op("swap_values", lat.name, "", lon.name)]
    return [Op("rename_swap", lat.name, "", lon.name)]


def _latitude_range(context: Context, lat: Var) -> Iterator[Finding]:
    values, summary = context.values(lat), context.summary(lat)
    if values is None or summary is None or not summary.valid or max(abs(summary.low), abs(summary.high)) <= 90.0001:
        return
    bad = np.argwhere(np.abs(values) > 90.0001)
    yield finding(
        "lat-range",
        lat.name,
        f"{lat.name} has {len(bad)} of {summary.valid} values beyond 90 degrees, to "
        f"{show(_far(summary.low, summary.high))}" + (", as if it were a longitude." if summary.valid == 1 else "."),
        evidence={
            "text": f"first at {bad[0].tolist()}: {show(float(values[tuple(bad[0])]))}" if len(bad) else "",
            "values": [float(values[tuple(i)]) for i in bad[:5]],
            "index": bad[:20].tolist(),
            "count": len(bad),
            "total": summary.total,
        },
    )


def _longitude_range(context: Context, lon: Var) -> Iterator[Finding]:
    values, summary = context.values(lon), context.summary(lon)
    if values is None or summary is None or not summary.valid:
        return
    outside = (values < -180.51) | (values > 360.51)
    span = summary.high - summary.low
    if not outside.any() and span <= 361.0:
        return
    bad = np.argwhere(outside)
    yield finding(
        "lon-range",
        lon.name,
        f"{lon.name} runs from {show(summary.low)} to {show(summary.high)}: "
        + ("no longitude convention has such values." if len(bad) else "more than once round the Earth."),
        evidence={
            "text": f"{len(bad)} of {summary.valid} values outside -180..360, span {show(span)}",
            "values": [summary.low, summary.high],
            "index": bad[:20].tolist(),
            "count": len(bad),
            "total": summary.total,
        },
        level="violation" if summary.high > 720 or summary.low < -360 else None,
        ops=[Op("lon180", lon.name, "")] if lon.dims != (base(lon.name),) and span <= 361 else [],
    )


def _far(low: float, high: float) -> float:
    return low if abs(low) > abs(high) else high


def _swapped_metadata(context: Context) -> Iterator[Finding]:
    """A variable called lat that says it is a longitude, and the reverse."""
    words = {"latitude": ("lat", "latitude", "nav_lat"), "longitude": ("lon", "longitude", "nav_lon", "long")}
    wrong = []
    for role, other in (("latitude", "longitude"), ("longitude", "latitude")):
        wrong += [v for v in getattr(context.roles, role) if base(v.name).lower() in words[other]]
    for var in context.data.variables.values():
        key = var.units.lower().replace(" ", "")
        if (var.standard_name == "latitude" and key in units.LONGITUDE_UNITS) or (
            var.standard_name == "longitude" and key in units.LATITUDE_UNITS
        ):
            wrong.append(var)
    if not wrong:
        return
    names = list(dict.fromkeys(v.name for v in wrong))
    ops = []
    for var in {v.name: v for v in wrong}.values():
        short = base(var.name).lower()
        to = "latitude" if short in words["latitude"] else "longitude" if short in words["longitude"] else ""
        if to:
            ops += [
                fixes.set_attr(var.name, "standard_name", to),
                fixes.set_attr(var.name, "units", "degrees_north" if to == "latitude" else "degrees_east"),
                *([fixes.set_attr(var.name, "axis", "Y" if to == "latitude" else "X")] if "axis" in var.attrs else []),
                *([fixes.set_attr(var.name, "long_name", to)] if "long_name" in var.attrs else []),
            ]
    yield finding(
        "swapped-latlon-metadata",
        ", ".join(names),
        f"{' and '.join(names)}: name, standard name and units contradict each other about latitude and longitude.",
        evidence={
            "text": "; ".join(
                f"{v.name}: standard_name {v.standard_name or 'absent'}, units {v.units or 'absent'}" for v in wrong[:4]
            )
        },
        ops=ops,
    )


def _null_island(context: Context) -> Iterator[Finding]:
    for lat in context.roles.latitude:
        for lon in context.roles.longitude:
            if lat.dims != lon.dims or not _pair(lat, lon) or (lat.dims == (base(lat.name),) and lat.size > 1):
                continue
            a, b = context.values(lat), context.values(lon)
            if a is None or b is None:
                continue
            zero = (a == 0.0) & (b == 0.0)
            count = int(np.count_nonzero(zero))
            if not count:
                continue
            places = np.argwhere(np.atleast_1d(zero))
            yield finding(
                "null-island",
                f"{lat.name}, {lon.name}",
                f"{count} of {zero.size} positions are exactly 0 N 0 E.",
                evidence={
                    "text": f"{lat.name} = 0 and {lon.name} = 0",
                    "values": [0.0, 0.0],
                    "index": places[:20].tolist(),
                    "count": count,
                    "total": int(zero.size),
                },
                note="Look up the true position in the log; until then declare it missing.",
            )


def _jumps(context: Context) -> Iterator[Finding]:
    """A single position of a track far from both neighbours, by ioos_qc's Argo speed test where time allows."""
    for lat in context.roles.latitude:
        for lon in context.roles.longitude:
            if lat.dims != lon.dims or len(lat.dims) != 1 or lat.size < 5 or not _pair(lat, lon) or lat.size > 200_000:
                continue
            a, b = context.values(lat), context.values(lon)
            if a is None or b is None:
                continue
            ok = np.flatnonzero(np.isfinite(a) & np.isfinite(b) & (np.abs(a) <= 90) & ~((a == 0) & (b == 0)))
            if ok.size < 5:
                continue
            step = _distance_km(a[ok][:-1], b[ok][:-1], a[ok][1:], b[ok][1:])
            skip = _distance_km(a[ok][:-2], b[ok][:-2], a[ok][2:], b[ok][2:])
            alone = (step[:-1] > 200) & (step[1:] > 200) & (skip < 0.1 * np.minimum(step[:-1], step[1:]))
            usual = float(np.median(step))
            alone &= np.minimum(step[:-1], step[1:]) > 20 * max(usual, 1.0)
            bad = ok[1:-1][alone]
            if not bad.size or bad.size > 0.05 * ok.size + 1:
                continue
            yield finding(
                "position-jump",
                f"{lat.name}, {lon.name}",
                f"{bad.size} of {ok.size} positions jump away from the track and back, "
                f"{show(float(step[:-1][alone][0]))} km at first.",
                evidence={
                    "text": f"at index {bad[0]}: {show(a[bad[0]])} N {show(b[bad[0]])} E; usual step {show(usual)} km",
                    "index": bad[:20].tolist(),
                    "values": [float(a[bad[0]]), float(b[bad[0]])],
                    "count": int(bad.size),
                    "total": int(ok.size),
                },
            )


def _distance_km(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great circle on a sphere of 6371 km (haversine)."""
    p1, p2 = np.deg2rad(lat1), np.deg2rad(lat2)
    half = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(np.deg2rad(lon2 - lon1) / 2) ** 2
    return np.asarray(12742.0 * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


@dataclass(frozen=True)
class _Way:
    """One way to read two coordinates, and the finding that it would mean."""

    code: str
    words: str
    lat: Callable[[Floats, Floats], Floats]
    lon: Callable[[Floats, Floats], Floats]
    #: Whether the axes change places too: the one called latitude holds longitudes of its own length.
    turned: bool = False


_WAYS = (
    _Way("swapped-latlon", "latitude and longitude are exchanged", lambda a, b: b, lambda a, b: a, turned=True),
    _Way("swapped-latlon", "the values of latitude and longitude are exchanged", lambda a, b: b, lambda a, b: a),
    _Way("inverted-latitude", "latitude runs the other way", lambda a, b: a[::-1], lambda a, b: b),
    _Way("inverted-latitude", "the sign of the latitude is turned", lambda a, b: -a, lambda a, b: b),
    _Way("shifted-longitude", "longitude is turned by 180 degrees", lambda a, b: a, lambda a, b: b + 180.0),
    _Way("shifted-longitude", "longitude runs the other way", lambda a, b: a, lambda a, b: b[::-1]),
    _Way("shifted-longitude", "the sign of the longitude is turned", lambda a, b: a, lambda a, b: -b),
)


def land(context: Context) -> Iterator[Finding]:
    """Grids by their mask, single positions by the land itself."""
    if not context.roles.latitude or not context.roles.longitude:
        raise Skip("no latitude and longitude")
    if context.gridded:
        yield from _grid_mask(context)
    elif context.marine:
        yield from _points_on_land(context)
    else:
        raise Skip("the data is not marine, so land is no contradiction")


def _grid_mask(context: Context) -> Iterator[Finding]:
    for lat in (v for v in context.roles.latitude if v.dims == (base(v.name),) and v.size > 3):
        for lon in (v for v in context.roles.longitude if v.dims == (base(v.name),) and v.size > 3):
            for var in context.measured:
                if not {lat.dims[0], lon.dims[0]} <= set(var.dims):
                    continue
                found = _mask_of(context, var, lat, lon)
                if found is not None:
                    yield found
                    return


def _mask_of(context: Context, var: Var, lat: Var, lon: Var) -> Finding | None:
    a, b = context.values(lat), context.values(lon)
    if a is None or b is None or np.nanmax(np.abs(a), initial=0) > 90.5 or np.isnan(a).any() or np.isnan(b).any():
        return None
    missing = _missing_field(context, var, lat.dims[0], lon.dims[0])
    if missing is None or not 0.04 < missing.mean() < 0.96:
        return None
    thin_a, thin_b = max(1, a.size // 240), max(1, b.size // 480)
    field, a, b = missing[::thin_a, ::thin_b], a[::thin_a], b[::thin_b]
    as_given = agreement(field, a, b)
    if as_given >= 0.85:
        return None
    best: tuple[float, _Way] | None = None
    for way in _WAYS:
        try_lat, try_lon = way.lat(a, b), way.lon(a, b)
        if np.abs(try_lat).max() > 90.5:
            continue
        turned = field.T if way.turned else field
        if turned.shape != (try_lat.size, try_lon.size):
            continue
        score = agreement(turned, try_lat, try_lon)
        if best is None or score > best[0] + 1e-9:
            best = (score, way)
    if best is None or best[0] < 0.88 or best[0] < as_given + 0.12:
        return None
    score, way = best
    ops = {
        "swapped-latlon": _swap_ops(lat, lon) if way.turned else [Op("swap_values", lat.name, "", lon.name)],
        "inverted-latitude": [Op("reverse", lat.name)],
    }.get(way.code, [])
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
        ops=ops,
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
    if gone.shape != (context.data.dims.get(lat_dim, -1), context.data.dims.get(lon_dim, -1)):
        gone = gone.T
    return gone if gone.shape == (context.data.dims.get(lat_dim), context.data.dims.get(lon_dim)) else None


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
            if lat.dims != lon.dims or (not _pair(lat, lon) and lat.size > 1):
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


def extents(context: Context) -> Iterator[Finding]:
    """geospatial_lat/lon/vertical_min/max against the values."""
    for key, group in (
        ("lat", context.roles.latitude),
        ("lon", context.roles.longitude),
        ("vertical", context.roles.vertical),
    ):
        claim = []
        for end in ("min", "max"):
            value = context.data.attrs.get(f"geospatial_{key}_{end}")
            try:
                claim.append(float(np.ravel(value)[0]) if value is not None else float("nan"))
            except (TypeError, ValueError):
                claim.append(float("nan"))
        summaries = [s for v in group if (s := context.summary(v)) is not None and s.valid]
        if not np.isfinite(claim).all() or not summaries:
            continue
        pairs = list(zip(group, (context.summary(v) for v in group), strict=True))
        yield from _extent(context, key, claim, [(v, s.low, s.high) for v, s in pairs if s is not None and s.valid])


def _extent(context: Context, key: str, claim: list[float], data: list[tuple[Var, float, float]]) -> Iterator[Finding]:
    low, high = min(d[1] for d in data), max(d[2] for d in data)
    var = data[0][0]
    values = context.values(var)
    cell = 0.0
    if values is not None and values.ndim == 1 and values.size > 1:
        cell = float(np.nanmedian(np.abs(np.diff(values))))
    tolerance = max(1e-3 * max(abs(low), abs(high), 1.0), 0.01)
    if key == "vertical":
        tolerance = max(1.0, 0.02 * max(abs(low), abs(high)))
        if {round(abs(c)) for c in claim} == {round(abs(low)), round(abs(high))}:
            return
    off = max(abs(claim[0] - low), abs(claim[1] - high))
    if off <= tolerance:
        return
    attrs = f"geospatial_{key}_min/max = {show(claim[0])}, {show(claim[1])}; values {show(low)} to {show(high)}"
    ops = [
        fixes.set_attr("", f"geospatial_{key}_min", float(low)),
        fixes.set_attr("", f"geospatial_{key}_max", float(high)),
    ]
    evidence = {"text": attrs, "values": [claim[0], claim[1], low, high]}
    convention = key == "lon" and ((claim[0] < -20 and high > 200) or (claim[1] > 200 and low < -20))
    if convention:
        yield finding(
            "lon-convention",
            var.name,
            f"The attributes give longitudes {show(claim[0])} to {show(claim[1])}, {var.name} runs from "
            f"{show(low)} to {show(high)}.",
            evidence=evidence,
            ops=ops,
            note="Or convert the values: lon = (lon + 180) % 360 - 180, then sort.",
        )
        return
    edges = (cell > 0 and abs(off - cell / 2) < 0.1 * cell) or off <= cell * 1.01 > 0
    yield finding(
        "extents",
        var.name,
        f"geospatial_{key}_min and _max differ from the values of {var.name} by up to {show(off)}"
        + (": they may be meant as cell edges." if edges else "."),
        evidence=evidence,
        ops=ops,
        level="recommendation" if edges or key == "vertical" else "suspicious",
        confidence="medium" if edges else "high",
    )
