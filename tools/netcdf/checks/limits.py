"""Single values against nature's and the file's own limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.netcdf import fixes
from tools.netcdf.access import Summary, Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.attributes import declared_range
from tools.netcdf.checks.context import Context, Floats, show, where
from tools.netcdf.checks.missing import undeclared_sentinel
from tools.netcdf.checks.ranges import FEW, checked, in_unit, outside_typical
from tools.netcdf.model import Finding, Op
from tools.netcdf.quantities import Quantity

_ABSOLUTE_ZERO = -273.15


def impossible(context: Context) -> Iterator[Finding]:
    """Single values that nature does not allow. A whole variable out of range is a matter of units."""
    for var, quantity, certain, summary, sample in checked(context):
        own = in_unit(quantity, var, sample)
        ends = in_unit(quantity, var, np.array([summary.low, summary.high]))
        if own is None or ends is None or not certain:
            continue
        hard_low, hard_high = quantity.hard
        if var.size <= FEW and not outside_typical(quantity, (float(ends[0]), float(ends[1]))):
            continue
        if ends.min() >= hard_low and ends.max() <= hard_high:
            continue
        array = context.values(var)
        converted = None if array is None else in_unit(quantity, var, array)
        if converted is None or array is None:
            continue
        with np.errstate(invalid="ignore"):
            outside = (converted < hard_low) | (converted > hard_high)
        sentinel = undeclared_sentinel(context, var)
        if sentinel is not None:
            outside &= array != var.unpack(sentinel)
        outside &= ~context.flagged_bad(var, outside.shape) & (np.abs(converted) < 1e15)
        count = int(np.count_nonzero(outside))
        if not count and not var.whole:
            yield from _far_outlier(var, quantity, summary, ends)
            continue
        if not count or count > 0.5 * max(summary.valid, 1) + 2:
            continue
        yield _outliers(var, quantity, array, converted, outside, count, summary)
    yield from _infinite(context)


def _far_outlier(var: Var, quantity: Quantity, summary: Summary, ends: Floats) -> Iterator[Finding]:
    """The extremes of a variable too large to hold: known by value and place, not by number."""
    for value, shown, index in ((summary.low, ends[0], summary.low_index), (summary.high, ends[1], summary.high_index)):
        if quantity.hard[0] <= shown <= quantity.hard[1] or abs(shown) > 1e15:
            continue
        fill = var.declared_missing[0] if var.declared_missing else -9999.0
        yield finding(
            "impossible-values",
            var.name,
            f"{var.name} holds {show(value)} {var.units} at {where(index, var.dims)}, outside "
            f"{show(quantity.hard[0])} to {show(quantity.hard[1])} {quantity.unit}; the variable is too large to count "
            "how many more.",
            evidence={
                "text": f"{show(value)} at {where(index, var.dims)}",
                "values": [value],
                "index": [list(index)],
                "total": summary.valid,
            },
            ops=[Op("mask_at", var.name, "", [[list(index)], fill])],
        )


def _outliers(
    var: Var, quantity: Quantity, array: Floats, converted: Floats, outside: Any, count: int, summary: Summary
) -> Finding:
    places = np.argwhere(outside)
    first = [float(array[tuple(p)]) for p in places[:5]]
    cold = quantity.unit == "degC" and np.nanmin(converted[outside]) < _ABSOLUTE_ZERO
    few = places[:2000].tolist()
    fill = var.declared_missing[0] if var.declared_missing else (-9999.0 if var.dtype.kind == "f" else 0)
    return finding(
        "impossible-values",
        var.name,
        f"{count} of {summary.valid} values of {var.name} are outside {show(quantity.hard[0])} to "
        f"{show(quantity.hard[1])} "
        f"{quantity.unit}" + (", some below absolute zero." if cold else "."),
        evidence={
            "text": ", ".join(f"{show(v)} at {where(tuple(p), var.dims)}" for v, p in zip(first, places, strict=False)),
            "values": first,
            "index": few[:20],
            "count": count,
            "total": summary.valid,
        },
        ops=[Op("mask_at", var.name, "", [few, fill])] if count <= 2000 else [],
        note="" if count <= 2000 else "Too many to list: mask by the range in the evidence, or ask the producer.",
    )


def _infinite(context: Context) -> Iterator[Finding]:
    for var in context.measured:
        summary = context.summary(var) if var.dtype.kind == "f" else None
        if summary is not None and summary.valid and (np.isinf(summary.low) or np.isinf(summary.high)):
            yield finding(
                "infinite",
                var.name,
                f"{var.name} holds infinite values.",
                evidence={"text": f"first at {where(summary.high_index, var.dims)}", "index": list(summary.high_index)},
                ops=[Op("mask_infinite", var.name, "", var.declared_missing[0] if var.declared_missing else -9999.0)],
            )


def declared(context: Context) -> Iterator[Finding]:
    """valid_min, valid_max, valid_range and actual_range. CF compares the first three with the packed values."""
    for var in context.data.variables.values():
        if not var.numeric or var.size == 0:
            continue
        summary = context.summary(var)
        if summary is None or not summary.valid:
            continue
        yield from _valid_range(context, var, summary)
        yield from _actual_range(context, var, summary)


def _valid_range(context: Context, var: Var, summary: Summary) -> Iterator[Finding]:
    low, high = declared_range(var)
    if low is None and high is None:
        return
    if any(n in var.attrs and isinstance(var.attrs[n], str) for n in ("valid_min", "valid_max", "valid_range")):
        return
    low = -np.inf if low is None else low
    high = np.inf if high is None else high
    array = context.values(var)
    if array is None:
        return
    unpacked = var.packed
    if unpacked:
        scale, offset = var.number("scale_factor") or 1.0, var.number("add_offset") or 0.0
        ends = sorted((low * scale + offset, high * scale + offset))
        reading = low <= summary.low and summary.high <= high
        fits_packed = ends[0] <= summary.low and summary.high <= ends[1]
        if reading and not fits_packed:
            yield finding(
                "packing-range",
                var.name,
                f"The valid range of {var.name}, {show(low)} to {show(high)}, is written in unpacked "
                "values; CF compares it "
                "with the packed ones.",
                evidence={"text": f"packed by scale_factor {scale:g}, add_offset {offset:g}", "values": [low, high]},
            )
            return
        low, high = ends
    slack = 1e-6 * max(abs(x) for x in (low, high) if np.isfinite(x)) if var.dtype.kind == "f" else 0.0
    if summary.low >= low - slack and summary.high <= high + slack:
        return
    with np.errstate(invalid="ignore"):
        outside = (array < low - slack) | (array > high + slack)
    outside &= ~context.flagged_bad(var, outside.shape)
    sentinel = undeclared_sentinel(context, var)
    if sentinel is not None:
        outside &= array != var.unpack(sentinel)
    count = int(np.count_nonzero(outside))
    if not count:
        if not var.whole:
            yield _far_from_valid(var, summary, low, high)
        return
    places = np.argwhere(np.atleast_1d(outside))
    flat = np.atleast_1d(array)
    few = [float(flat[tuple(p)]) for p in places[:5]]
    span = high - low if np.isfinite(high - low) else max(abs(summary.low), abs(summary.high))
    beyond = float(np.nanmax(np.where(outside, np.maximum(low - array, array - high), 0.0)))
    slight = beyond <= 0.005 * span
    maskable = not unpacked and count < 0.5 * summary.valid and var.shape
    fill = var.declared_missing[0] if var.declared_missing else (-9999.0 if var.dtype.kind == "f" else 0)
    yield finding(
        "valid-range",
        var.name,
        f"{count} of {summary.valid} values of {var.name} are outside its own valid range {show(low)} to {show(high)}.",
        evidence={
            "text": ", ".join(f"{show(v)} at {where(tuple(p), var.dims)}" for v, p in zip(few, places, strict=False)),
            "values": few,
            "index": places[:20].tolist(),
            "count": count,
            "total": summary.valid,
        },
        ops=[Op("mask_outside", var.name, "", [float(low), float(high), fill])] if maskable else [],
        level="recommendation" if slight else None,
        note="" if maskable else "Either the attribute or the unit of the values is wrong.",
    )


def _far_from_valid(var: Var, summary: Summary, low: float, high: float) -> Finding:
    """As above for a variable too large to hold: the extreme is known by value and place, the number is not."""
    value, index = (summary.low, summary.low_index) if summary.low < low else (summary.high, summary.high_index)
    return finding(
        "valid-range",
        var.name,
        f"{var.name} holds {show(value)} at {where(index, var.dims)}, outside its own valid range "
        f"{show(low)} to {show(high)}.",
        evidence={
            "text": f"{show(value)} at {where(index, var.dims)}",
            "values": [value],
            "index": [list(index)],
            "total": summary.valid,
        },
    )


def _actual_range(context: Context, var: Var, summary: Summary) -> Iterator[Finding]:
    value = var.attrs.get("actual_range")
    if value is None or isinstance(value, str) or np.size(value) != 2 or summary.coverage < 1.0:
        return
    claim = sorted(float(x) for x in np.asarray(value))
    slack = 1e-5 * max(abs(summary.low), abs(summary.high), 1e-12) + (abs(var.number("scale_factor") or 0.0))
    if abs(claim[0] - summary.low) <= slack and abs(claim[1] - summary.high) <= slack:
        return
    dtype = var.dtype if not var.packed else np.dtype("f8")
    yield finding(
        "actual-range",
        var.name,
        f"actual_range of {var.name} is {show(claim[0])} to {show(claim[1])}, its values run from "
        f"{show(summary.low)} to "
        f"{show(summary.high)}.",
        evidence={"text": f"actual_range = {claim}", "values": [*claim, summary.low, summary.high]},
        ops=[fixes.set_attr(var.name, "actual_range", np.array([summary.low, summary.high], dtype=dtype))],
    )
