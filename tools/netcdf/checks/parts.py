"""Defects of a part: some values in another unit, zeros where writing stopped, one profile stuck or written twice."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, show, where
from tools.netcdf.checks.missing import undeclared_sentinel
from tools.netcdf.checks.ranges import checked, in_unit
from tools.netcdf.checks.series import lines, series_at
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base
from tools.netcdf.quantities import Quantity

#: Zero is a value that these rest at.
_REST = ("precipitation", "radiation", "fraction", "sea_velocity", "wind", "depth", "sea_pressure")
_LEAST_LINE = 20


def some_in_another_unit(context: Context) -> Iterator[Finding]:
    """Most values are typical, and the others would lie among them in a sibling unit."""
    for var, quantity, certain, summary, _ in checked(context):
        if not certain or var.size < 20 or not quantity.siblings or var in context.roles.vertical:
            continue
        array = context.values(var)
        own = None if array is None else in_unit(quantity, var, array)
        if own is None or array is None:
            continue
        sentinel = undeclared_sentinel(context, var)
        usable = np.isfinite(own) & (np.abs(own) < 1e15) & ~context.flagged_bad(var, own.shape)
        if sentinel is not None:
            usable &= array != var.unpack(sentinel)
        typical = usable & (own >= quantity.typical[0]) & (own <= quantity.typical[1])
        others = usable & ~typical
        count, body = int(others.sum()), own[typical]
        if count < 3 or body.size <= count:
            continue
        unit = _unit_of_others(quantity, var, array[others], body)
        if unit:
            yield _partly(var, quantity, unit, array, others, summary.valid, body)


def _unit_of_others(quantity: Quantity, var: Var, others: Floats, body: Floats) -> str:
    """The sibling unit in which nearly all of the others lie among the rest, empty where none does it."""
    low, high = (float(q) for q in np.quantile(body, (0.01, 0.99)))
    margin = 0.25 * (high - low)
    for unit in quantity.siblings:
        if unit == var.units or (unit in quantity.same and (var.units in quantity.same or not var.units)):
            continue
        other = in_unit(quantity, var, others, unit)
        if other is not None and np.mean((other >= low - margin) & (other <= high + margin)) > 0.95:
            return unit
    return ""


def _partly(var: Var, quantity: Quantity, unit: str, array: Floats, others: Any, total: int, body: Floats) -> Finding:
    places = np.argwhere(others)
    count = len(places)
    first, last = places.min(axis=0), places.max(axis=0)
    fixed = [
        f"{base(d)} {a}" if a == b else f"{base(d)} {a} to {b}"
        for d, a, b, n in zip(var.dims, first, last, var.shape, strict=True)
        if b - a + 1 < n
    ]
    place = f" ({', '.join(fixed)})" if fixed else ""
    values = [float(array[tuple(p)]) for p in places[:5]]
    return finding(
        "units-values-partly",
        var.name,
        f"{count} of {total} values of {var.name} fit {unit!r} and the others {var.units or 'no unit'!r}{place}.",
        evidence={
            "text": f"{', '.join(map(show, values))} among values of {show(float(body.min()))} to "
            f"{show(float(body.max()))} {quantity.unit}",
            "values": values,
            "index": places[:20].tolist(),
            "count": count,
            "total": total,
        },
        ops=_conversion(quantity, var, unit, array[others], array[~others & np.isfinite(array)]),
    )


def _conversion(quantity: Quantity, var: Var, unit: str, others: Floats, rest: Floats) -> list[Op]:
    """Converts what lies beyond the rest, where a threshold separates the two and the values are stored as floats."""
    if var.packed or var.dtype.kind != "f":
        return []
    back = in_unit(quantity, var, np.array([0.0, 1.0]))
    to = in_unit(quantity, var, np.array([0.0, 1.0]), unit)
    if back is None or to is None or back[1] == back[0]:
        return []
    # quantity = own * a + b = other * c + d, so own = (other * c + d - b) / a.
    a, c = float(back[1] - back[0]), float(to[1] - to[0])
    scale, offset = c / a, float(to[0] - back[0]) / a
    if others.min() > rest.max():
        limits = [-math.inf, float(others.min() + rest.max()) / 2]
    elif others.max() < rest.min():
        limits = [float(others.max() + rest.min()) / 2, math.inf]
    else:
        return []
    return [Op("convert_outside", var.name, "", [*limits, scale, offset])]


def zeros(context: Context) -> Iterator[Finding]:
    """Exact zeros of a quantity whose other values all keep far away from zero."""
    for var, quantity, certain, summary, _ in checked(context):
        if not certain or quantity.key in _REST or var.size < 20 or summary.low > 0 or summary.high < 0:
            continue
        array = context.values(var)
        if array is None:
            continue
        near = abs(var.number("scale_factor") or 0.0) * 0.51
        finite = np.isfinite(array)
        zero = finite & (np.abs(array) <= near) & ~context.flagged_bad(var, array.shape)
        rest = array[finite & ~zero]
        sentinel = undeclared_sentinel(context, var)
        if sentinel is not None:
            rest = rest[rest != var.unpack(sentinel)]
        count = int(zero.sum())
        if count < 3 or rest.size < 10 or count > 20 * rest.size:
            continue
        low, high = float(np.quantile(rest, 0.005)), float(np.quantile(rest, 0.995))
        distance, spread = min(abs(low), abs(high)), high - low
        if low * high <= 0 or distance < max(2.0 * spread, 0.4 * float(np.abs(np.median(rest)))):
            continue
        yield _zeros_finding(var, zero, count, summary.valid, low, high)


def _zeros_finding(var: Var, zero: Any, count: int, total: int, low: float, high: float) -> Finding:
    places = np.argwhere(zero)
    at_end = zero.ravel()[-1] and (~zero.ravel()[::-1][:count]).sum() == 0
    fill = var.declared_missing[0] if var.declared_missing else (-9999.0 if var.dtype.kind == "f" else -32768)
    few = [[int(i) for i in p] for p in places[:2000]]
    return finding(
        "zeros",
        var.name,
        f"{count} of {total} values of {var.name} are 0, and all others lie from {show(low)} to {show(high)}"
        + (": the end of it seems never to have been written." if at_end else "."),
        evidence={
            "text": f"first zero at {where(tuple(int(i) for i in places[0]), var.dims)}",
            "values": [0.0],
            "index": places[:20].tolist(),
            "count": count,
            "total": total,
        },
        ops=[Op("mask_at", var.name, "", [few, fill])] if count <= 2000 else [],
    )


def rows(context: Context) -> Iterator[Finding]:
    """One profile or series among several that never changes, or is another one again."""
    for var in series_at(context):
        if len(var.dims) < 2:
            continue
        known: dict[bytes, tuple[int, ...]] = {}
        stuck: list[tuple[int, ...]] = []
        twice: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        varying = 0
        for index, line in lines(context, var):
            good = line[np.isfinite(line)]
            if good.size < _LEAST_LINE:
                continue
            if good.min() == good.max():
                if good[0] != 0.0:
                    stuck.append(index)
                continue
            varying += 1
            if np.unique(good).size < 10:
                continue
            first = known.setdefault(line.tobytes(), index)
            if first != index:
                twice.append((first, index))
        if stuck and varying >= 3 and len(stuck) <= 0.2 * varying + 1:
            yield _stuck_row(context, var, stuck, varying)
        if twice and len(twice) <= 0.2 * varying + 1:
            yield _row_twice(var, twice, varying)


def _named(index: tuple[int, ...], var: Var) -> str:
    return ", ".join(f"{base(d)} {i}" for d, i in zip(var.dims, index, strict=True) if i != -1)


def _stuck_row(context: Context, var: Var, stuck: list[tuple[int, ...]], varying: int) -> Finding:
    values = context.values(var)
    first = stuck[0]
    selected = tuple(slice(None) if i == -1 else i for i in first)
    line = values[selected] if values is not None else np.empty(0)
    value = float(line[np.isfinite(line)][0]) if np.isfinite(line).any() else math.nan
    fill = var.declared_missing[0] if var.declared_missing else -9999.0
    places = [[p if i == -1 else i for i in index] for index in stuck for p in range(var.shape[index.index(-1)])]
    return finding(
        "flat-line",
        var.name,
        f"{var.name} is {show(value)} all along {_named(first, var)}"
        + (f" and {len(stuck) - 1} more" if len(stuck) > 1 else "")
        + f", where it varies in {varying} others.",
        evidence={
            "text": f"one value at {_named(first, var)}",
            "values": [value],
            "index": [[0 if i == -1 else i for i in index] for index in stuck[:20]],
            "count": len(stuck),
            "total": varying + len(stuck),
        },
        ops=[Op("mask_at", var.name, "", [places, fill])] if len(places) <= 2000 else [],
    )


def _row_twice(var: Var, twice: list[tuple[tuple[int, ...], tuple[int, ...]]], varying: int) -> Finding:
    first, second = twice[0]
    return finding(
        "duplicate-rows",
        var.name,
        f"{var.name} holds the same values at {_named(first, var)} and at {_named(second, var)}"
        + (f", and {len(twice) - 1} more are repeated" if len(twice) > 1 else "")
        + ".",
        evidence={
            "text": "equal bit for bit along the whole line",
            "index": [[0 if i == -1 else i for i in second] for _, second in twice[:20]],
            "count": len(twice),
            "total": varying,
        },
        note="Find out from the source which of the two is the true one; nothing in the file tells it.",
    )
