"""What is missing, what only looks like data, and what is there twice."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from tools.netcdf import fixes, units
from tools.netcdf.access import Summary, Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Skip, show
from tools.netcdf.model import Finding
from tools.netcdf.names import base
from tools.netcdf.quantities import by_standard_name, by_variable_name

#: Sentinels that are believed wherever they stand apart, and those that also occur as honest numbers.
_LARGE = 1e9


def sentinels(context: Context) -> Iterator[Finding]:
    for var in context.data.variables.values():
        if not var.numeric or var.name in context.roles.helpers or var.size == 0:
            continue
        value = undeclared_sentinel(context, var)
        if value is None:
            continue
        summary = context.summary(var)
        count = summary.sentinels.get(value, 0) if summary is not None else 0
        total = summary.valid if summary is not None else 0
        coordinate = context.roles.coordinate(var)
        declared = [d for d in var.declared_missing if math.isfinite(d)]
        yield finding(
            "fill-undeclared",
            var.name,
            f"{count} of {total} values of {var.name} are exactly {show(value)}, far from all others, and "
            "no attribute "
            "declares that as missing" + (f" (_FillValue is {show(declared[0])})." if declared else "."),
            evidence={
                "text": f"{show(value)} occurs {count} times; the other values run {_others(summary, value)}",
                "values": [value],
                "index": list(summary.low_index if summary and value <= summary.low else summary.high_index)
                if summary
                else [],
                "count": count,
                "total": total,
            },
            ops=_declare(var, value, bool(declared)),
            note="A coordinate must not hold missing values at all: restore them." if coordinate else "",
        )


def _declare(var: Var, value: float, has_fill: bool) -> list[fixes.Op]:
    if has_fill:
        fill = var.declared_missing[0]
        low, high = (value + abs(value) * 1e-6, math.inf) if value < 0 else (-math.inf, value - abs(value) * 1e-6)
        return [fixes.Op("mask_outside", var.name, "", [low, high, fill])]
    return [fixes.Op("set_fill", var.name, "", value)]


def _others(summary: Summary | None, value: float) -> str:
    if summary is None:
        return "elsewhere"
    rest = summary.kept[np.abs(summary.kept - value) > abs(value) * 1e-5]
    return f"from {show(float(rest.min()))} to {show(float(rest.max()))}" if rest.size else "nowhere else"


def undeclared_sentinel(context: Context, var: Var) -> float | None:
    """The stored value that stands for missing without being declared so; None where there is none.

    It must be one of the usual markers, be the smallest or largest value, and stand apart from all others by more
    than their whole range, or be physically impossible.
    """
    summary = context.summary(var)
    if summary is None or not summary.valid or not summary.sentinels or var.name in context.roles.helpers:
        return None
    if units.is_time_unit(var.units) and var.dtype.kind != "f":
        return None
    for value, count in sorted(summary.sentinels.items(), key=lambda item: -abs(item[0])):
        if value in (0.0, -1.0) or (abs(value) == 99 and var.dtype.kind != "f"):
            continue
        shown = float(var.unpack(value))
        extreme = math.isclose(shown, summary.low, rel_tol=1e-6) or math.isclose(shown, summary.high, rel_tol=1e-6)
        if not extreme or (count == summary.valid and abs(value) < 999):
            continue
        rest = summary.kept[np.abs(summary.kept - shown) > abs(shown) * 1e-5]
        if _at_limit_of_type(var, value, count, rest):
            return value
        if _stands_apart(var, shown, count, rest):
            return value
    return None


def _at_limit_of_type(var: Var, value: float, count: int, rest: np.ndarray) -> bool:
    """The smallest or largest number of a packed type, with none of the others near it."""
    if var.dtype.kind not in "iu" or not var.packed or count < 3 or not rest.size:
        return False
    limits = np.iinfo(var.dtype)
    if value not in (float(limits.min), float(limits.max), float(limits.min) + 1):
        return False
    apart = float(np.abs(rest - var.unpack(value)).min()) / abs(var.number("scale_factor") or 1.0)
    return apart > 0.01 * (float(limits.max) - float(limits.min))


def _stands_apart(var: Var, value: float, count: int, rest: np.ndarray) -> bool:
    if abs(value) >= _LARGE and (not rest.size or abs(value) > 100 * np.abs(rest).max()):
        return True
    if not rest.size:
        return value < 0 and abs(value) >= 999
    spread = float(np.quantile(rest, 0.98) - np.quantile(rest, 0.02))
    distance = min(abs(value - float(rest.min())), abs(value - float(rest.max())))
    quantity = by_standard_name(var.standard_name) or by_variable_name(base(var.name))
    impossible = quantity is not None and _impossible(quantity.hard, quantity.unit, var, value)
    if impossible and distance > 0.5 * max(spread, 1e-9):
        return True
    name_range = var.standard_name in ("latitude", "longitude") and abs(value) > 360.5
    return name_range or (
        distance > 3.0 * max(spread, 1e-9) and distance > 0.6 * abs(value) and (count > 1 or abs(value) >= 999)
    )


def _impossible(hard: tuple[float, float], unit: str, var: Var, value: float) -> bool:
    change = units.factor(var.units, unit) if var.units else (1.0, 0.0)
    if change is None:
        change = (1.0, 0.0)
    converted = value * change[0] + change[1]
    return not hard[0] <= converted <= hard[1]


_DELAYED = re.compile(r"adjusted|error|calib|history|delayed|corrected", re.IGNORECASE)


def completeness(context: Context) -> Iterator[Finding]:
    if context.header_only:
        raise Skip("no data: every variable is empty or holds only fill values")
    empty: list[Var] = []
    for var in context.measured:
        if not var.shape or var.size < 2:
            continue
        summary = context.summary(var)
        if summary is None:
            continue
        if summary.valid == 0:
            if not _DELAYED.search(var.name):
                empty.append(var)
            continue
        share = summary.missing / summary.seen
        if share > 0.985 and summary.seen >= 100:
            yield finding(
                "mostly-missing",
                var.name,
                f"{share:.2%} of {var.name} is missing: {summary.valid} of {summary.seen} values are there.",
                evidence={
                    "text": f"{summary.valid} valid values from {show(summary.low)} to {show(summary.high)}",
                    "count": summary.missing,
                    "total": summary.seen,
                },
            )
    for var in empty:
        yield finding(
            "empty-variable",
            var.name,
            f"{var.name} has no value at all: {var.size} of {var.size} are missing.",
            evidence={"text": "every value is the fill value", "count": var.size, "total": var.size},
            ops=[fixes.Op("drop", var.name)],
        )


def repeats(context: Context) -> Iterator[Finding]:
    if context.header_only:
        raise Skip("no data: every variable is empty or holds only fill values")
    seen: dict[tuple[tuple[int, ...], str, str], Var] = {}
    for var in context.measured:
        summary = context.summary(var)
        if summary is None or summary.valid < 10 or not var.shape:
            continue
        if summary.low == summary.high:
            yield from _constant(context, var, summary)
            continue
        if units.is_time_unit(var.units) or var in context.roles.vertical or _DELAYED.search(var.name):
            continue
        if var.dims == (base(var.name),) or _companion(context, var):
            continue
        key = (var.shape, str(var.dtype), summary.digest)
        first = seen.setdefault(key, var)
        if first is var or summary.coverage < 1.0 or _level_number(var, summary):
            continue
        yield finding(
            "duplicate",
            f"{var.name}, {first.name}" if len(base(var.name)) > len(base(first.name)) else f"{first.name}, {var.name}",
            f"{var.name} and {first.name} hold the same {summary.total} values, bit for bit.",
            evidence={"text": f"equal checksum {summary.digest[:12]}", "count": summary.valid, "total": summary.total},
            ops=[fixes.Op("drop", var.name if len(base(var.name)) >= len(base(first.name)) else first.name)],
            note="Find out which of the two was meant before dropping one.",
        )


def _companion(context: Context, var: Var) -> bool:
    """`TEMP_dPRES` beside `TEMP`, unlike `sst_copy` beside `sst`, describes the other variable: it has other dimensions
    of meaning, and several such may well be equal."""
    stem = var.name.split("_")[0]
    other = context.data.find(stem, var.name)
    return other is not None and other is not var and var.units != other.units


def _level_number(var: Var, summary: Summary) -> bool:
    """Counters, masks and small integers are equal by nature."""
    return var.dtype.kind in "iu" and summary.high - summary.low <= 20


def _constant(context: Context, var: Var, summary: Summary) -> Iterator[Finding]:
    physical = var.dtype.kind == "f" or var.packed
    if not physical or summary.valid < 20 or var in context.roles.vertical or var in context.roles.pressure:
        return
    if summary.low == 0.0 and not (by_standard_name(var.standard_name) and "temperature" in var.standard_name):
        # Nothing fell, nothing flowed: zero is a value that quantities do rest at.
        return
    if not (var.standard_name or (var.units and var.units not in ("1", "count", "counts"))):
        return
    yield finding(
        "constant",
        var.name,
        f"All {summary.valid} values of {var.name} are {show(summary.low)}.",
        evidence={
            "text": f"minimum = maximum = {show(summary.low)}",
            "values": [summary.low],
            "count": summary.valid,
            "total": summary.total,
        },
    )
