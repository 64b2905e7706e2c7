"""Time as a series: order, repeats, gaps, and the calendar in which its dates are regular."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tools.netcdf import fixes
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, Skip, show
from tools.netcdf.checks.times import CALENDARS, decode, parse, valid_calendar
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base


def steps(context: Context) -> Iterator[Finding]:
    """Order, repeats and gaps of every time that is an axis."""
    axes = [v for v in context.roles.time if v.dims == (base(v.name),) or (len(v.dims) == 1 and v.text("axis") == "T")]
    axes = [v for v in axes if v.size > 1]
    if not axes:
        raise Skip("no time axis with more than one value")
    for var in axes:
        array = context.values(var)
        if array is None or array.ndim != 1:
            continue
        good = np.flatnonzero(np.isfinite(array))
        if good.size < 2:
            continue
        times = array[good]
        change = np.diff(times)
        spacing = change / np.diff(good)
        strict = var.dims == (base(var.name),)
        if strict:
            yield from _order(var, times, change, good)
        if (change > 0).all():
            yield from _gap(context, var, times, spacing, good)


def _order(var: Var, times: Floats, change: Floats, good: np.ndarray) -> Iterator[Finding]:
    if (change > 0).all() or (change < 0).all():
        return
    same, back = np.flatnonzero(change == 0), np.flatnonzero(change < 0)
    if back.size > change.size / 2:
        back = np.flatnonzero(change > 0)
    code, places, words = (
        ("time-order", back, "go back") if back.size else ("time-duplicate", same, "repeat the one before")
    )
    repeats = times.size - np.unique(times).size
    first = int(places[0])
    yield finding(
        code,
        var.name,
        f"{places.size} of {times.size} time stamps of {var.name} {words}"
        + (f", and {repeats} occur more than once." if back.size and repeats else "."),
        evidence={
            "text": f"at index {good[first + 1]}: {show_long(times[first])} "
            f"is followed by {show_long(times[first + 1])}",
            "index": good[places + 1][:20].tolist(),
            "values": [float(times[first]), float(times[first + 1])],
            "count": int(places.size),
            "total": int(times.size),
        },
        ops=[Op("sort_unique", var.name, var.dims[0])],
        note="The step sorts the rows and keeps the first of each repeated time.",
    )


def show_long(value: float) -> str:
    return f"{value:.12g}"


def _gap(context: Context, var: Var, times: Floats, change: Floats, good: np.ndarray) -> Iterator[Finding]:
    if change.size < 7:
        return
    usual = float(np.median(change))
    monthly = _monthly(var, times)
    if monthly is not None:
        change, usual = monthly, 1.0
    regular = float(np.mean(np.abs(change - usual) <= 0.12 * usual))
    large = np.flatnonzero(change > (1.5 if regular > 0.97 else 2.5) * usual + 1e-9)
    if regular < 0.85 or not large.size or large.size > max(3, 0.05 * change.size):
        return
    first = int(large[np.argmax(change[large])])
    lost = round(float(change[large].sum() / usual)) - int(large.size)
    yield finding(
        "time-gap",
        var.name,
        f"{var.name} is regular in {regular:.0%} of its steps and has {large.size} "
        f"gap{'s' if large.size > 1 else ''}, "
        f"about {lost} missing steps in all.",
        evidence={
            "text": f"largest after index {good[first]}: {show(float(change[first] / usual))} usual steps",
            "index": good[large][:20].tolist(),
            "values": [float(change[first]), usual],
            "count": int(large.size),
            "total": int(change.size),
        },
    )


def _monthly(var: Var, times: Floats) -> Floats | None:
    """Steps in months, where every date falls on the same day and hour of its month."""
    if times.size > 20_000:
        return None
    dates = decode(times, var.units, valid_calendar(var))
    if len(dates) < 5 or len({(d.day, d.hour) for d in dates}) > 1:
        return None
    month = np.array([d.year * 12 + d.month for d in dates], dtype=float)
    return np.diff(month) if (np.diff(month) > 0).all() and np.median(np.diff(month)) < 12 else None


def calendar_values(context: Context) -> Iterator[Finding]:
    """Dates that are regular (always the first of a month) in another calendar than the declared one."""
    for var in context.roles.time:
        declared = var.text("calendar").lower()
        if declared not in CALENDARS or len(var.dims) != 1 or not 6 <= var.size <= 200_000:
            continue
        array = context.values(var)
        if array is None:
            continue
        sample = array[np.isfinite(array)][:2000]
        if sample.size < 6 or parse(var.units, declared) is None:
            continue
        own = _same_day(sample, var.units, declared)
        if own is None or own > 0.5:
            continue
        scores = {c: _same_day(sample, var.units, c) or 0.0 for c in ("standard", "noleap", "360_day")}
        best = max(scores, key=lambda c: scores[c])
        if scores[best] < 0.95 or scores[best] < own + 0.3:
            continue
        yield finding(
            "calendar-values",
            var.name,
            f"{var.name} says calendar {declared!r}, but its values fall on one day of the month only in {best!r}.",
            evidence={
                "text": f"same day of the month: {own:.0%} of the dates in {declared}, {scores[best]:.0%} in {best}",
                "values": [round(own, 3), round(scores[best], 3)],
                "count": int(sample.size),
            },
            ops=[fixes.set_attr(var.name, "calendar", best)],
            source="cftime",
        )


def _same_day(sample: Floats, text: str, calendar: str) -> float | None:
    """Share of the dates that fall on the commonest day of a month; None where they are not about monthly."""
    dates = decode(sample, text, calendar)
    if not dates:
        return None
    days = [d.day for d in dates]
    months = [d.year * 12 + d.month for d in dates]
    distinct = len(set(months)) / len(months)
    if distinct < 0.9 or math.isclose(max(months) - min(months), 0):
        return None if calendar == "standard" and distinct < 0.5 else 0.0
    return max(days.count(d) for d in set(days)) / len(days)
