"""Values against their quantity: the right unit, the right name, and within nature's and the file's own limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.netcdf import fixes, units
from tools.netcdf.access import Summary, Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, show
from tools.netcdf.checks.missing import undeclared_sentinel
from tools.netcdf.model import Finding, Op
from tools.netcdf.names import base
from tools.netcdf.quantities import Quantity, by_standard_name, by_variable_name

#: Fewer valid values than this are judged by `hard` limits only.
FEW = 3


def quantity_of(var: Var) -> tuple[Quantity | None, bool]:
    """The quantity of `var`, and whether its standard name says so (a variable name is only a guess)."""
    if len(var.text("standard_name").split()) > 1:
        return None, False
    by_name = by_standard_name(var.standard_name)
    if by_name is not None or var.standard_name:
        return by_name, by_name is not None
    return by_variable_name(base(var.name)), False


def in_unit(quantity: Quantity, var: Var, array: Floats, unit: str | None = None) -> Floats | None:
    """`array` converted from `unit` (default: the variable's own) to the quantity's; None where that cannot be done."""
    source = unit if unit is not None else var.units
    if source in quantity.same or (not source and quantity.same):
        return array
    if quantity.same and source == "%":
        return array * 10.0
    if quantity.same and unit is not None and source == "kg kg-1":
        return array * 1000.0
    if quantity.same and source in ("kg kg-1", "kg/kg"):
        return array * 1000.0
    if not source:
        return None
    change = units.factor(units.meant(source) if units.unit(source) is None else source, quantity.unit)
    return None if change is None else array * change[0] + change[1]


def _bulk(array: Floats) -> tuple[float, float]:
    array = array[np.isfinite(array)]
    return float(np.quantile(array, 0.02)), float(np.quantile(array, 0.98))


def _fits(quantity: Quantity, array: Floats) -> bool:
    """Whether the bulk is typical and hardly any value impossible."""
    low, high = _bulk(array)
    inside = quantity.typical[0] <= low and high <= quantity.typical[1]
    possible = np.mean((array >= quantity.hard[0]) & (array <= quantity.hard[1]))
    return bool(inside and possible > 0.995 and (quantity.reaches is None or high >= quantity.reaches))


def _clean(context: Context, var: Var, summary: Summary) -> Floats:
    """The kept sample without an undeclared fill value, which has its own finding."""
    sentinel = undeclared_sentinel(context, var)
    kept = summary.kept
    if sentinel is not None:
        kept = kept[kept != var.unpack(sentinel)]
    return kept[np.abs(kept) < 1e15]


def checked(context: Context) -> Iterator[tuple[Var, Quantity, bool, Summary, Floats]]:
    for var in context.measured:
        quantity, certain = quantity_of(var)
        if quantity is None:
            continue
        summary = context.summary(var)
        if summary is None or summary.valid == 0 or _header_flags(var):
            continue
        sample = _clean(context, var, summary)
        if sample.size:
            yield var, quantity, certain, summary, sample


def _header_flags(var: Var) -> bool:
    """Anomalies, differences, errors and standard deviations have other ranges than their quantity."""
    words = f"{base(var.name)} {var.text('long_name')} {var.text('cell_methods')}".lower()
    return any(
        w in words
        for w in (
            "anomal",
            "difference",
            "deviation",
            "variance",
            "error",
            "trend",
            "tendency",
            "gradient",
            "increment",
            "bias",
            "range",
            "uncertainty",
            "_sd",
            "_std",
            "stdev",
            "adjustment",
            "offset",
        )
    )


def value_units(context: Context) -> Iterator[Finding]:
    """Tries the sibling units wherever the declared one makes no sense; else says that the name does not fit."""
    for var, quantity, certain, summary, sample in checked(context):
        if var in context.roles.vertical:
            continue
        own = in_unit(quantity, var, sample)
        if own is None or not own.size or _fits(quantity, own):
            continue
        bulk = _bulk(own)
        bad = (own < quantity.hard[0]) | (own > quantity.hard[1])
        typical = (own >= quantity.typical[0]) & (own <= quantity.typical[1])
        if not _misfit(quantity, own, bulk, float(bad.mean()), float(typical.mean())):
            continue
        found = _sibling(var, quantity, summary, sample, certain)
        if found is not None:
            yield found
        elif certain and (outside_typical(quantity, bulk) or _another_quantity(quantity, own, bad)):
            yield from _wrong_name(var, quantity, summary, sample, float(bad.mean()))


def _another_quantity(quantity: Quantity, own: Floats, bad: Any) -> bool:
    """Whether impossible values are so many, or pass into the possible ones so evenly, that the name must be wrong.

    Errors stand apart from the values that they were put among.
    """
    share = float(bad.mean())
    if share <= max(0.05, 3.5 / bad.size):
        return False
    if share > 0.5:
        return True
    ordered = np.sort(own[np.isfinite(own)])
    steps = np.diff(ordered)
    across = [
        float(steps[place - 1])
        for place in (np.searchsorted(ordered, limit) for limit in quantity.hard)
        if 0 < place < ordered.size
    ]
    return bool(across) and max(across) < 0.02 * float(ordered[-1] - ordered[0])


def outside_typical(quantity: Quantity, bulk: tuple[float, float]) -> bool:
    low, high = bulk
    return high < quantity.typical[0] or low > quantity.typical[1]


def _misfit(quantity: Quantity, own: Floats, bulk: tuple[float, float], bad: float, typical: float) -> bool:
    if own.size < FEW:
        return bad > 0.5 or (quantity.key in ("salinity",) and 0 < bulk[1] < 0.06)
    if quantity.reaches is not None and bulk[1] < quantity.reaches:
        return bulk[1] > 0.2 * quantity.reaches or bad > 0.02
    return bad > 0.02 or typical < 0.5 or (quantity.key == "sea_temperature" and bulk[1] > 40.0)


def _sibling(var: Var, quantity: Quantity, summary: Summary, sample: Floats, certain: bool) -> Finding | None:
    for unit in quantity.siblings:
        if unit == var.units or (unit in quantity.same and (var.units in quantity.same or not var.units)):
            continue
        if not quantity.same and units.factor(unit, var.units or "") == (1.0, 0.0):
            continue
        other = in_unit(quantity, var, sample, unit)
        if (
            other is None
            or not _fits(quantity, other)
            or (quantity.key == "salinity" and np.quantile(other, 0.5) < 2.0)
        ):
            continue
        own = in_unit(quantity, var, sample)
        own_text = "" if own is None else f" ({show(float(own.min()))} to {show(float(own.max()))} {quantity.unit})"
        return finding(
            "units-values",
            var.name,
            f"{var.name} says {var.units!r}, but its values fit {unit!r}: {quantity.title} from "
            f"{show(summary.low)} to "
            f"{show(summary.high)} is impossible in {var.units or 'no unit'}{own_text}.",
            evidence={
                "text": f"as {unit}: {show(float(other.min()))} to {show(float(other.max()))} {quantity.unit}; "
                "typical is "
                f"{show(quantity.typical[0])} to {show(quantity.typical[1])}",
                "values": [summary.low, summary.high],
                "index": list(summary.high_index),
                "count": summary.valid,
                "total": summary.total,
            },
            ops=[fixes.set_attr(var.name, "units", unit)]
            if unit != "kg kg-1"
            else [Op("scale_valid", var.name, "", 1000.0)],
            confidence="high" if certain else "medium",
        )
    return None


#: The name to give where a variable's own name and its values both say what it holds.
_NAMES = {
    "sea_temperature": "sea_water_temperature",
    "salinity": "sea_water_practical_salinity",
    "air_temperature": "air_temperature",
    "sea_pressure": "sea_water_pressure",
}


def _has_unit(quantity: Quantity, var: Var) -> bool:
    return var.units == quantity.unit or var.units in quantity.same or units.convertible(var.units, quantity.unit)


def only_unit_that_fits(quantity: Quantity, var: Var, sample: Floats) -> str:
    """The one sibling unit in which `sample` is typical of the quantity, empty where none or several are."""
    if not quantity.siblings or sample.size < FEW:
        return ""
    read = {u: in_unit(quantity, var, sample, u) for u in quantity.siblings}
    fitting = [u for u, values in read.items() if values is not None and _fits(quantity, values)]
    return fitting[0] if len(fitting) == 1 else ""


def _wrong_name(var: Var, quantity: Quantity, summary: Summary, sample: Floats, bad: float) -> Iterator[Finding]:
    """Many values outside the quantity and no unit that saves them: another quantity, perhaps the one of its name."""
    guess = by_variable_name(base(var.name))
    fits = guess is not None and guess is not quantity and _fits(guess, sample)
    yield finding(
        "standard-name-values",
        var.name,
        f"{var.name} is called {var.standard_name}, but {show(summary.low)} to {show(summary.high)} "
        f"{var.units} is not "
        f"{quantity.title}"
        + (f"; name and values fit {guess.title} in {guess.unit}." if fits and guess is not None else "."),
        evidence={
            "text": f"{bad:.1%} of the values are outside {show(quantity.hard[0])} to {show(quantity.hard[1])} "
            f"{quantity.unit}",
            "values": [summary.low, summary.high],
            "index": list(summary.low_index),
            "count": round(bad * summary.valid),
            "total": summary.valid,
        },
        ops=[fixes.set_attr(var.name, "standard_name", _NAMES[guess.key])]
        if fits and guess is not None and guess.key in _NAMES and _has_unit(guess, var)
        else [],
        confidence="medium",
        note="Look up what the variable really holds before renaming it.",
    )


def swapped_variables(context: Context) -> Iterator[Finding]:
    """Temperature and salinity of one shape whose values are each other's."""
    known = list(checked(context))
    for temperature in (c for c in known if c[1].key == "sea_temperature"):
        for salt in (c for c in known if c[1].key == "salinity"):
            t_var, s_var = temperature[0], salt[0]
            if t_var.dims != s_var.dims or t_var.name.rsplit("/", 1)[:-1] != s_var.name.rsplit("/", 1)[:-1]:
                continue
            t, s = in_unit(temperature[1], t_var, temperature[4]), in_unit(salt[1], s_var, salt[4])
            if t is None or s is None or t.size < 5 or s.size < 5:
                continue
            reason = _looks_swapped(context, t_var, t, s)
            if reason:
                yield finding(
                    "variable-swap",
                    f"{t_var.name}, {s_var.name}",
                    f"{t_var.name} and {s_var.name} look exchanged: {reason}.",
                    evidence={
                        "text": f"{t_var.name} {show(float(t.min()))} to {show(float(t.max()))}, {s_var.name} "
                        f"{show(float(s.min()))} to {show(float(s.max()))}",
                        "values": [float(t.min()), float(t.max()), float(s.min()), float(s.max())],
                        "count": int(t.size),
                    },
                    ops=[Op("swap_values", t_var.name, "", s_var.name)],
                )


def _looks_swapped(context: Context, t_var: Var, t: Floats, s: Floats) -> str:
    """Why the two look exchanged, empty where they do not: salinity is narrow and high, temperature wide and lower."""
    t_low, t_high = _bulk(t)
    s_low, s_high = _bulk(s)
    could = t_low >= 28.0 and t_high <= 42.0 and s_low >= -2.6 and s_high <= 34.0 and np.median(s) < np.median(t)
    if not could:
        return ""
    cold = float(np.mean(s < 2.0))
    if t_high - t_low < 0.6 * (s_high - s_low) and (s_high - s_low > 2.0 or s_high < 25.0):
        return "the temperature is as narrow and high as salinity is, the salinity as wide as temperature is"
    if s.min() < -0.05 and cold > 0.0:
        return "the salinity is negative as only temperature can be"
    if s_high < 26.0 and t_low > 31.0 and _deep(context, t_var):
        return "water this warm does not exist at that depth, nor water this fresh"
    return ""


def _deep(context: Context, var: Var) -> bool:
    for other in context.roles.vertical + context.roles.pressure:
        summary = context.summary(other)
        if set(other.dims) <= set(var.dims) and summary is not None and summary.valid and abs(summary.high) > 300:
            return True
    return False
