"""Values in their order: spikes, stuck values and density inversions in profiles and time series.

Spike flags are made by ioos_qc's QARTOD spike test, with thresholds from Argo's quality control manual for
temperature and salinity and from the series' own noise for everything else. Values that the file's flags already
call bad are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from tools.netcdf import units
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, Skip, show, where
from tools.netcdf.checks.ranges import quantity_of
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base

#: Smallest spikes worth a word, in the quantity's unit (Argo real-time test 9, deep-water thresholds doubled).
_LEAST_SPIKE = {"sea_temperature": 3.0, "salinity": 0.6, "air_temperature": 8.0, "sea_pressure": 20.0, "depth": 20.0}
#: Signals that are spiky by nature: particles, plankton, rain.
_SPIKY = re.compile(
    r"chlorophyll|chl|fluor|backscatter|scatter|cdom|turbid|particle|precip|rain|velocity|\bu\b|\bv\b|acceler|gust|flux",
    re.IGNORECASE,
)
#: Largest variable that is walked value by value.
_MOST = 2_000_000
_MOST_PROFILES = 400


def series_at(context: Context) -> list[Var]:
    """Variables along time or depth at one place or platform: no maps."""
    if context.header_only:
        raise Skip("no data: every variable is empty or holds only fill values")
    horizontal = {
        v.dims[0] for v in context.roles.latitude + context.roles.longitude if v.dims == (base(v.name),) and v.size > 1
    }
    found = [v for v in context.measured if _is_series(context, v, horizontal)]
    if not found:
        raise Skip("no profile or time series at a place")
    return found


def _is_series(context: Context, var: Var, horizontal: set[str]) -> bool:
    if (var.dtype.kind != "f" and not var.packed) or not 1 <= len(var.dims) <= 4 or not 12 <= var.size <= _MOST:
        return False
    if set(var.dims) & horizontal or var in context.roles.vertical:
        return False
    maps = [v for v in context.roles.latitude if len(v.dims) == 2 and set(v.dims) <= set(var.dims)]
    projected = any(d.lower() in ("x", "y", "xc", "yc", "ni", "nj", "rlat", "rlon") for d in var.dims)
    known = bool(var.standard_name) or quantity_of(var)[0] is not None or bool(var.units)
    return not maps and not projected and known and var.shape[line_axis(context, var)] >= 12


def line_axis(context: Context, var: Var) -> int:
    """The dimension along which neighbours are neighbours: depth before time before the longest."""
    levels = context.roles.vertical + context.roles.pressure
    if len(var.dims) > 1 and any(v.dims == var.dims for v in levels):
        # Depth or pressure of its own at each level: what is no time or position of whole profiles is the level.
        whole = {v.dims[0] for v in context.roles.time + context.roles.latitude if len(v.dims) == 1}
        return next((i for i in reversed(range(len(var.dims))) if var.dims[i] not in whole), len(var.dims) - 1)
    for group in (levels, context.roles.time):
        for coordinate in group:
            # A depth for each station is no axis of levels.
            of_places = any(v.dims == coordinate.dims and v.dims != (base(v.name),) for v in context.roles.latitude)
            if of_places and len(var.dims) > 1:
                continue
            if len(coordinate.dims) == 1 and coordinate.size > 1 and coordinate.dims[0] in var.dims:
                return var.dims.index(coordinate.dims[0])
    # A 2-D pressure beside (N_PROF, N_LEVELS) data runs along the last dimension.
    return len(var.dims) - 1 if var.shape[-1] > 1 else int(np.argmax(var.shape))


def lines(context: Context, var: Var) -> Iterator[tuple[tuple[int, ...], Floats]]:
    """(index of the line with -1 in place of its axis, values along it without missing and flagged ones)."""
    values = context.values(var)
    if values is None:
        return
    values = np.where(context.flagged_bad(var, values.shape), np.nan, values)
    axis = line_axis(context, var)
    moved = np.moveaxis(values, axis, -1)
    others = moved.shape[:-1]
    total = int(np.prod(others)) if others else 1
    for number in np.unique(np.linspace(0, total - 1, min(total, _MOST_PROFILES)).astype(int)):
        index = tuple(int(i) for i in np.unravel_index(number, others)) if others else ()
        yield (*index[:axis], -1, *index[axis:]), moved[index]


def _at(index: tuple[int, ...], place: int) -> tuple[int, ...]:
    return tuple(place if i == -1 else i for i in index)


def spikes(context: Context) -> Iterator[Finding]:
    from ioos_qc import qartod

    for var in series_at(context):
        if _SPIKY.search(f"{base(var.name)} {var.standard_name}"):
            continue
        hits: list[tuple[tuple[int, ...], float, float]] = []
        looked = 0
        for index, line in lines(context, var):
            good = np.flatnonzero(np.isfinite(line) & (np.abs(line) < 1e15))
            if good.size < 12:
                continue
            threshold = _threshold(context, var, line[good])
            looked += int(good.size)
            if threshold is None:
                continue
            flags = np.asarray(qartod.spike_test(line[good], threshold, 2 * threshold, method="differential"))
            for place in np.flatnonzero((flags == 3) | (flags == 4)):
                if 0 < place < good.size - 1:
                    usual = float((line[good[place - 1]] + line[good[place + 1]]) / 2)
                    hits.append((_at(index, int(good[place])), float(line[good[place]]), usual))
        # Noise has many spikes; an error has few.
        if not hits or len(hits) > (max(3, 0.004 * looked) if quantity_of(var)[0] is not None else 2):
            continue
        hits.sort(key=lambda hit: -abs(hit[1] - hit[2]))
        fill = var.declared_missing[0] if var.declared_missing else -9999.0
        yield finding(
            "spike",
            var.name,
            f"{var.name} has {len(hits)} spike{'s' if len(hits) > 1 else ''}; the largest is "
            f"{show(hits[0][1])} at "
            f"{where(hits[0][0], var.dims)} where its neighbours have {show(hits[0][2])}.",
            evidence={
                "text": ", ".join(f"{show(v)} at {where(i, var.dims)}, neighbours {show(u)}" for i, v, u in hits[:5]),
                "values": [v for _, v, _ in hits[:20]],
                "index": [list(i) for i, _, _ in hits[:20]],
                "count": len(hits),
                "total": looked,
            },
            ops=[Op("mask_at", var.name, "", [[list(i) for i, _, _ in hits[:200]], fill])],
            source="ioos_qc (QARTOD spike test)",
            confidence="high" if len(hits) <= 3 else "medium",
        )


def _threshold(context: Context, var: Var, line: Floats) -> float | None:
    """How far one value must leave both neighbours: far beyond the noise and a good part of the range."""
    change = np.diff(line)
    noise = 1.4826 * float(np.median(np.abs(change - np.median(change))))
    spread = float(np.quantile(line, 0.98) - np.quantile(line, 0.02))
    if spread <= 0 and noise <= 0:
        return None
    largest = float(np.quantile(np.abs(change), 0.9))
    quantity, _ = quantity_of(var)
    least = _LEAST_SPIKE.get(quantity.key, 0.0) if quantity is not None else 0.0
    factor = units.factor(quantity.unit, var.units) if quantity is not None and var.units else None
    least *= abs(factor[0]) if factor is not None else 1.0
    return max(least, 12 * noise, 4 * largest, (0.25 if least else 0.8 if quantity is not None else 2.0) * spread)


def flat_lines(context: Context) -> Iterator[Finding]:
    for var in series_at(context):
        if quantity_of(var)[0] is not None and quantity_of(var)[0].key in ("precipitation", "radiation", "fraction"):  # type: ignore[union-attr]
            continue
        best: tuple[int, tuple[int, ...], float, int] | None = None
        for index, line in lines(context, var):
            good = np.flatnonzero(np.isfinite(line))
            if good.size < 40:
                continue
            found = _stuck(line[good])
            if found is not None and (best is None or found[1] > best[0]):
                start, length = found
                best = (length, _at(index, int(good[start])), float(line[good[start]]), int(good.size))
        if best is None:
            continue
        length, start_index, value, total = best
        yield finding(
            "flat-line",
            var.name,
            f"{var.name} repeats {show(value)} {length} times in a row from {where(start_index, var.dims)} "
            "on, where it "
            "varies everywhere else.",
            evidence={
                "text": f"{length} of {total} values along the line",
                "values": [value],
                "index": [list(start_index)],
                "count": length,
                "total": total,
            },
            ops=_unstick(context, var, start_index, value, length),
            confidence="high" if length > 30 else "medium",
        )


def _unstick(context: Context, var: Var, start: tuple[int, ...], value: float, length: int) -> list[Op]:
    """Declares the repeats after the first value missing."""
    values = context.values(var)
    if length > 2000 or values is None:
        return []
    axis = line_axis(context, var)
    places: list[list[int]] = []
    place = start[axis] + 1
    while place < var.shape[axis] and len(places) < length:
        index = (*start[:axis], place, *start[axis + 1 :])
        if values[index] == value:
            places.append(list(index))
        elif np.isfinite(values[index]):
            break
        place += 1
    fill = var.declared_missing[0] if var.declared_missing else -9999.0
    return [Op("mask_at", var.name, "", [places, fill])] if places else []


def _stuck(line: Floats) -> tuple[int, int] | None:
    """(start, length) of a run far longer than all others; None where repeats are usual or the value is zero."""
    edges = np.flatnonzero(np.diff(line) != 0)
    starts = np.concatenate(([0], edges + 1))
    lengths = np.diff(np.concatenate((starts, [line.size])))
    if lengths.size < 8:
        return None
    order = np.argsort(lengths)
    longest, rest = int(order[-1]), np.delete(lengths, order[-1])
    length, start = int(lengths[longest]), int(starts[longest])
    if (
        length < max(12, 0.03 * min(line.size, 2000))
        or length < 6 * float(np.quantile(rest, 0.99))
        or length < 3 * int(rest.max())
    ):
        return None
    at_edge = start == 0 or start + length == line.size
    if line[start] == 0.0 or (
        at_edge and line[start] in (float(line.min()), float(line.max())) and length < 0.1 * line.size
    ):
        return None
    return start, length


def density(context: Context) -> Iterator[Finding]:
    """Potential density (TEOS-10, referred to the surface) must not fall by more than 0.05 kg m-3 downwards."""
    trio = _trio(context)
    if trio is None:
        raise Skip("no temperature, salinity and pressure or depth along one profile")
    import gsw

    t_var, s_var, z_var = trio
    axis = line_axis(context, t_var)
    hits: list[tuple[tuple[int, ...], float, float]] = []
    looked = 0
    for (index, t), (_, s), z in zip(
        lines(context, t_var), lines(context, s_var), _levels(context, z_var, t_var, axis), strict=False
    ):
        t, s = _celsius(t_var, t), s * 1000.0 if s_var.units in ("kg kg-1", "kg/kg") else s
        good = np.flatnonzero(
            np.isfinite(t) & np.isfinite(s) & np.isfinite(z) & (s > 0.5) & (s < 45) & (t > -3) & (t < 42)
        )
        if good.size < 5:
            continue
        order = good[np.argsort(z[good], kind="stable")]
        if not (np.diff(order) > 0).all() and not (np.diff(order) < 0).all():
            continue  # a sawtooth track, not one profile
        p, lat = z[order], 45.0
        absolute = gsw.SA_from_SP(s[order], p, 0.0, lat)
        sigma = gsw.sigma0(absolute, gsw.CT_from_t(absolute, t[order], p))
        looked += int(order.size)
        drop = -np.diff(sigma)
        step = np.diff(p)
        # Closer than a metre is heave of the ship; at the top is air and rinsing water.
        for place in np.flatnonzero((drop > 0.05) & (step > 0) & (p[1:] > 5)):
            below, above = sigma[place + 1 : place + 3].max(), sigma[max(0, place - 1) : place + 1].min()
            if below < sigma[place] - 0.05 or sigma[place + 1] < above - 0.05:
                hits.append((_at(index, int(order[place + 1])), float(drop[place]), float(p[place + 1])))
    if not hits or (len(hits) > 0.1 * looked and len(hits) > 20):
        return
    hits.sort(key=lambda hit: -hit[1])
    yield finding(
        "density-inversion",
        f"{t_var.name}, {s_var.name}",
        f"Density falls downwards at {len(hits)} of {looked} levels, most by {show(hits[0][1])} kg m-3 at "
        f"{where(hits[0][0], t_var.dims)} ({show(hits[0][2])} dbar).",
        evidence={
            "text": ", ".join(f"-{show(d)} kg m-3 at {where(i, t_var.dims)}" for i, d, _ in hits[:5]),
            "values": [d for _, d, _ in hits[:20]],
            "index": [list(i) for i, _, _ in hits[:20]],
            "count": len(hits),
            "total": looked,
        },
        source="gsw (TEOS-10)",
        confidence="high" if hits[0][1] > 0.2 else "medium",
    )


def _celsius(var: Var, array: Floats) -> Floats:
    change = units.factor(var.units, "degC") if var.units else None
    return array * change[0] + change[1] if change is not None else array


def _trio(context: Context) -> tuple[Var, Var, Var] | None:
    if context.header_only:
        raise Skip("no data: every variable is empty or holds only fill values")
    by_key: dict[str, list[Var]] = {}
    for var in context.measured:
        quantity, _ = quantity_of(var)
        if quantity is not None and context.filled(var) and var.size <= _MOST:
            by_key.setdefault(quantity.key, []).append(var)
    levels = [v for v in context.roles.pressure if context.filled(v)] + [
        v for v in context.roles.vertical if context.filled(v)
    ]
    horizontal = {v.dims[0] for v in context.roles.latitude if v.dims == (base(v.name),) and v.size > 1}
    for t in by_key.get("sea_temperature", []):
        if "conservative" in t.standard_name or "potential" in t.standard_name or set(t.dims) & horizontal:
            continue
        for s in by_key.get("salinity", []):
            for z in levels:
                same = z.dims == t.dims or (len(z.dims) == 1 and z.dims[0] == t.dims[line_axis(context, t)])
                if t.dims == s.dims and t.dims and same and z.size >= 5:
                    return t, s, z
    return None


def _levels(context: Context, z_var: Var, t_var: Var, axis: int) -> Iterator[Floats]:
    """Pressure (or depth, which serves as well) along each line of `t_var`, growing downwards."""
    values = context.values(z_var)
    if values is None:
        return
    pressure = z_var in context.roles.pressure
    change = units.factor(z_var.units, "dbar" if pressure else "m") if z_var.units else (1.0, 0.0)
    values = np.abs(values * (change or (1.0, 0.0))[0]) if not pressure else values * (change or (1.0, 0.0))[0]
    if z_var.dims == t_var.dims:
        values = np.where(context.flagged_bad(z_var, values.shape), np.nan, values)
        for index, _ in lines(context, t_var):
            yield np.moveaxis(values, axis, -1)[tuple(i for i in index if i != -1)]
    else:
        for _ in lines(context, t_var):
            yield values
