"""Depth, height and pressure: their sign, their unit, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.netcdf import fixes, units
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, show
from tools.netcdf.model import Finding
from tools.netcdf.names import base

DOWN = {"depth", "depth_below_geoid", "depth_below_sea_floor"}
UP = {"altitude", "height", "height_above_mean_sea_level", "height_above_geopotential_datum"}

#: pressure in dbar per depth as written: 1.00 to 1.03 when depth is in metres (TEOS-10), and what else it can be.
_RATIOS: tuple[tuple[float, str, str], ...] = (
    (1e3, "depth", "km"),
    (1e-2, "depth", "cm"),
    (1e-3, "depth", "mm"),
    (0.3048, "depth", "ft"),
    (1.8288, "depth", "fathom"),
    (1e4, "pressure", "Pa"),
    (1e2, "pressure", "hPa"),
    (1e1, "pressure", "kPa"),
    (1e-1, "pressure", "bar"),
    (1.450377, "pressure", "psi"),
)


def _is_axis(context: Context, var: Var) -> bool:
    return (
        var.dims == (base(var.name),)
        or var.text("axis") == "Z"
        or not var.shape
        or any(base(var.name) in v.text("coordinates").split() for v in context.data.variables.values())
    )


def attributes(context: Context) -> Iterator[Finding]:
    for var in context.roles.vertical:
        positive, name = var.text("positive").lower(), var.standard_name
        expected = "down" if name in DOWN else ("up" if name in UP else "")
        axis = _is_axis(context, var)
        is_pressure = units.convertible(var.units, "dbar")
        is_length = units.convertible(var.units, "m")
        if positive not in ("up", "down"):
            if axis and not is_pressure and (is_length or name) and var.size != 0:
                guess = expected or ("down" if base(var.name).lower().startswith(("dep", "bathy")) else "")
                yield finding(
                    "positive-missing",
                    var.name,
                    f"{var.name} is a vertical coordinate and has no `positive` attribute"
                    + (f" (it says {positive!r})." if positive else "."),
                    evidence={"text": f"standard_name {name or 'absent'}, units {var.units or 'absent'}"},
                    ops=[fixes.set_attr(var.name, "positive", guess)] if guess else [],
                    level="violation" if var.dims == (base(var.name),) or var.text("axis") == "Z" else "recommendation",
                )
        elif expected and positive != expected:
            yield from _contradiction(context, var, positive, expected)
        if var.text("axis") == "Z" and not var.units and not var.text("positive"):
            yield finding(
                "vertical-units",
                var.name,
                f"{var.name} is called a vertical axis and has neither units nor `positive`.",
                evidence={"text": "axis = 'Z'"},
            )


def _contradiction(context: Context, var: Var, positive: str, expected: str) -> Iterator[Finding]:
    summary = context.summary(var)
    deep = summary is not None and summary.valid > 0 and summary.high > abs(min(summary.low, 0.0))
    if var.standard_name in UP:
        # Values that grow downwards are a depth under a wrong name.
        marine = context.marine or bool(context.roles.pressure)
        op = (
            fixes.set_attr(var.name, "standard_name", "depth") if marine else fixes.set_attr(var.name, "positive", "up")
        )
        note = "" if marine else "Or the name is wrong: then use depth."
    elif deep or summary is None or summary.valid == 0:
        op, note = fixes.set_attr(var.name, "positive", "down"), ""
    else:
        op, note = fixes.set_attr(var.name, "standard_name", "height"), "Or turn the sign of the values round."
    told = f", and its values run from {show(summary.low)} to {show(summary.high)}" if summary and summary.valid else ""
    yield finding(
        "positive-contradiction",
        var.name,
        f"{var.name} is called {var.standard_name}, which grows "
        f"{'downwards' if expected == 'down' else 'upwards'}, "
        f"and says positive = {positive!r}.",
        evidence={
            "text": f"standard_name = {var.standard_name!r}, positive = {positive!r}{told}",
            "values": [summary.low, summary.high] if summary and summary.valid else [],
        },
        ops=[op],
        note=note,
    )


def values(context: Context) -> Iterator[Finding]:
    reported: set[str] = set()
    for found in (*_signs(context), *_against_pressure(context), *_alone(context)):
        if found.variable not in reported:
            reported.add(found.variable)
            yield found


def _signs(context: Context) -> Iterator[Finding]:
    for var in context.roles.vertical:
        summary = context.summary(var)
        if summary is None or summary.valid == 0 or units.convertible(var.units, "dbar"):
            continue
        positive = var.text("positive").lower()
        downward = positive == "down" or (not positive and var.standard_name in DOWN)
        upward = positive == "up" or (not positive and var.standard_name in UP)
        mostly_negative = summary.quantile(0.9) < 0 and summary.low < -2
        evidence = {
            "text": f"values run from {show(summary.low)} to {show(summary.high)}; positive = {positive or 'absent'!r}",
            "values": [summary.low, summary.high],
            "count": summary.valid,
            "total": summary.total,
        }
        if downward and mostly_negative and var.standard_name not in UP:
            yield finding(
                "depth-sign",
                var.name,
                f"{var.name} grows downwards and its values are negative: they would lie above the surface.",
                evidence=evidence,
                ops=[_scale(context, var, -1.0)],
            )
        elif upward and var.standard_name not in DOWN and summary.quantile(0.5) > 0 and _in_water(context, var):
            yield finding(
                "depth-sign",
                var.name,
                f"{var.name} grows upwards and its values are positive, but the measurements are in the water.",
                evidence=evidence,
                ops=[
                    fixes.set_attr(var.name, "positive", "down"),
                    *([fixes.set_attr(var.name, "standard_name", "depth")] if var.standard_name in UP else []),
                ],
            )


def _in_water(context: Context, var: Var) -> bool:
    """Whether quantities of the water itself are given along this coordinate."""
    return any(
        (v.standard_name.startswith("sea_water_") or v.standard_name.endswith("_in_sea_water"))
        and (set(v.dims) & set(var.dims) or base(var.name) in v.text("coordinates").split())
        for v in context.measured
        if v is not var
    )


def _scale(context: Context, var: Var, scale: float) -> fixes.Op:
    return fixes.Op("scale", var.name, "", [scale, 0.0])


def _metres(var: Var, array: Floats) -> Floats | None:
    change = units.factor(var.units, "m") if var.units else (1.0, 0.0)
    return None if change is None else np.abs(array * change[0] + change[1])


def _against_pressure(context: Context) -> Iterator[Finding]:
    for depth in context.roles.vertical:
        if depth.standard_name == "depth_below_sea_floor" or not depth.shape:
            continue
        for pressure in context.roles.pressure:
            if pressure.dims != depth.dims or pressure is depth or not units.convertible(pressure.units, "dbar"):
                continue
            z, p = context.values(depth), context.values(pressure)
            metres = None if z is None else _metres(depth, z)
            change = units.factor(pressure.units, "dbar")
            if metres is None or p is None or change is None:
                continue
            decibars = p * change[0]
            use = np.isfinite(metres) & np.isfinite(decibars) & (metres > 0) & (decibars > 0)
            use &= (metres > 0.05 * np.nanmax(np.where(use, metres, np.nan), initial=0.0)) & (np.abs(decibars) > 0.02)
            if use.sum() < 3:
                continue
            ratio = float(np.median(decibars[use] / metres[use]))
            if 0.9 < ratio < 1.12:
                continue
            yield from _ratio_finding(depth, pressure, ratio, int(use.sum()))


def _ratio_finding(depth: Var, pressure: Var, ratio: float, count: int) -> Iterator[Finding]:
    near = [(w, which, unit) for w, which, unit in _RATIOS if 0.97 < ratio / (w * 1.01) < 1.04]
    evidence = {
        "text": f"median of pressure in dbar per metre of depth is {show(ratio)} over {count} levels; "
        "1.00 to 1.03 is sea water",
        "values": [ratio],
        "count": count,
    }
    if not near:
        yield finding(
            "depth-pressure",
            depth.name,
            f"{pressure.name} and {depth.name} disagree: {show(ratio)} dbar per metre instead of about 1.01.",
            evidence=evidence,
            source="Leadline (TEOS-10 ratio)",
            confidence="medium",
        )
        return
    _, which, unit = near[0]
    var = depth if which == "depth" else pressure
    if which == "pressure" and unit == var.units:
        return
    yield finding(
        "depth-unit" if which == "depth" else "units-values",
        var.name,
        f"The values of {var.name} say {var.units or 'no unit'} and fit {unit}: against "
        f"{(pressure if which == 'depth' else depth).name} they are off by the factor {show(ratio / 1.01)}.",
        evidence=evidence,
        ops=[fixes.set_attr(var.name, "units", unit)],
        source="Leadline (TEOS-10 ratio)",
    )


def _alone(context: Context) -> Iterator[Finding]:
    """Depths that cannot be metres by themselves, or by the temperature along them."""
    for var in context.roles.vertical:
        summary = context.summary(var)
        if summary is None or summary.valid < 2 or not units.convertible(var.units, "m"):
            continue
        if var.standard_name in UP and not _in_water(context, var):
            continue
        change = units.factor(var.units, "m") or (1.0, 0.0)
        deepest = max(abs(summary.low), abs(summary.high)) * change[0]
        if deepest > 12_000 and _in_water(context, var):
            for unit in ("m", "cm", "mm"):
                if (
                    unit != var.units
                    and max(abs(summary.low), abs(summary.high)) * (units.factor(unit, "m") or (1, 0))[0] < 11_000
                ):
                    yield finding(
                        "depth-unit",
                        var.name,
                        f"{var.name} reaches {show(deepest)} m, deeper than the ocean; the values fit {unit}.",
                        evidence={"text": f"largest value {show(summary.high)} {var.units}", "values": [summary.high]},
                        ops=[fixes.set_attr(var.name, "units", unit)],
                    )
                    break
        elif 0.3 < deepest <= 11.1 and var.size >= 15 and _cools_like_kilometres(context, var, deepest):
            yield finding(
                "depth-unit",
                var.name,
                f"{var.name} ends at {show(deepest)} m, yet the water cools along it as it does over "
                "kilometres; "
                "the values fit km.",
                evidence={"text": f"largest value {show(summary.high)} {var.units}", "values": [summary.high]},
                ops=[fixes.set_attr(var.name, "units", "km")],
                confidence="medium",
            )


def _cools_like_kilometres(context: Context, var: Var, deepest: float) -> bool:
    """Temperature falls by more than 5 K to below 6 degC, far steeper than any shallow thermocline holds it."""
    z = context.values(var)
    for other in context.measured:
        if not other.standard_name.startswith("sea_water") or "temperature" not in other.standard_name:
            continue
        t = context.values(other)
        change = units.factor(other.units, "degC")
        if t is None or z is None or t.shape != z.shape or z.ndim != 1 or change is None:
            continue
        t = t * change[0] + change[1]
        use = np.isfinite(t) & np.isfinite(z)
        if use.sum() < 15:
            continue
        order = np.argsort(np.abs(z[use]))
        sorted_t = t[use][order]
        if np.median(sorted_t[:3]) - np.median(sorted_t[-3:]) > 5 and np.median(sorted_t[-3:]) < 6 and deepest > 1:
            return True
    return False
