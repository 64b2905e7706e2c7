"""Latitude, longitude and other coordinates: possible, complete, in order, and where the data says they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.netcdf import fixes, units
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, show
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base


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
        for lon in (v for v in roles.longitude if pair(lat, v)):
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


def pair(lat: Var, lon: Var) -> bool:
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
        ops=swap_ops(lat, lon),
    )


def swap_ops(lat: Var, lon: Var) -> list[Op]:
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
        ops=mask_positions((lat,), bad.tolist(), summary.total),
        note=_minutes_note(values) or "Better than missing is the true position: look it up in the log.",
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
        ops=_turn_back(lon, summary.low, summary.high),
        note=_minutes_note(values),
    )


def _turn_back(lon: Var, low: float, high: float) -> list[Op]:
    """Whole turns can be taken off; numbers far beyond one turn mean something else."""
    return [Op("lon180", lon.name, "")] if lon.dims != (base(lon.name),) and low > -540 and high < 720 else []


def _minutes_note(values: Floats) -> str:
    """4512.3 for 45 degrees 12.3 minutes, as NMEA sentences have it."""
    finite = np.abs(values[np.isfinite(values)])
    if finite.size and finite.max() > 720 and (finite % 100 < 60).all() and finite.max() <= 18_000:
        return "The numbers read like degrees and minutes (DDMM.mm): degrees = value // 100 + value % 100 / 60."
    return ""


def mask_positions(variables: tuple[Var, ...], places: list[list[int]], total: int) -> list[Op]:
    """Declares few positions of a track or of stations missing; a coordinate variable must not be missing anywhere."""
    if not places or len(places) > min(2000, 0.5 * total) or any(v.dims == (base(v.name),) for v in variables):
        return []
    return [
        Op("mask_at", v.name, "", [places, v.declared_missing[0] if v.declared_missing else -99999.0])
        for v in variables
        if v.dtype.kind == "f"
    ]


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
            if lat.dims != lon.dims or not pair(lat, lon) or (lat.dims == (base(lat.name),) and lat.size > 1):
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
                ops=mask_positions((lat, lon), places.tolist(), int(zero.size)) if zero.ndim else [],
                note="Look up the true position in the log; until then declare it missing.",
            )


def _jumps(context: Context) -> Iterator[Finding]:
    """A single position of a track far from both neighbours, by ioos_qc's Argo speed test where time allows."""
    for lat in context.roles.latitude:
        for lon in context.roles.longitude:
            if lat.dims != lon.dims or len(lat.dims) != 1 or lat.size < 5 or not pair(lat, lon) or lat.size > 200_000:
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
                ops=mask_positions((lat, lon), [[int(i)] for i in bad], int(ok.size)),
                note="Better than missing is the true position: look it up in the log.",
            )


def _distance_km(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great circle on a sphere of 6371 km (haversine)."""
    p1, p2 = np.deg2rad(lat1), np.deg2rad(lat2)
    half = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(np.deg2rad(lon2 - lon1) / 2) ** 2
    return np.asarray(12742.0 * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


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
