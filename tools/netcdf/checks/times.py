"""Time: unit, epoch, calendar, order, gaps, and whether the dates can be true.

Dates are computed by cftime. A date is compared as fractional years, which is exact enough for every test here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tools.netcdf import fixes, units
from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Floats, Skip, show
from tools.netcdf.model import Finding
from tools.netcdf.names import base

CALENDARS = (
    "standard",
    "gregorian",
    "proleptic_gregorian",
    "julian",
    "noleap",
    "365_day",
    "360_day",
    "all_leap",
    "366_day",
    "none",
    "utc",
    "tai",
)
SECONDS = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0, "milliseconds": 1e-3}
#: Before this year no instrument measured what lies in netCDF files at a depth (HMS Challenger sailed in 1872).
FIRST_OBSERVATION = 1870
YEAR = 365.2425 * 86400.0


def parse(text: str, calendar: str) -> tuple[float, Any] | None:
    """(seconds of the unit, epoch as cftime) of `<unit> since <epoch>`; None where cftime refuses it."""
    import cftime

    word, _ = units.split_since(text)
    if not word:
        return None
    try:
        epoch = cftime.num2date(0, text, calendar=calendar or "standard")
    except (ValueError, OverflowError, TypeError, KeyError):
        return None
    parsed = units.unit(word)
    if parsed is None or not parsed.is_convertible(units.unit("s")):
        return None
    return float(parsed.convert(1.0, units.unit("s"))), epoch


def decode(values: Floats, text: str, calendar: str) -> list[Any]:
    """cftime dates of finite `values`; empty where they overflow."""
    import cftime

    try:
        return list(np.atleast_1d(cftime.num2date(values, text, calendar=calendar or "standard")))
    except (ValueError, OverflowError, TypeError):
        return []


def valid_calendar(var: Var) -> str:
    text = var.text("calendar").lower()
    return text if text in CALENDARS[:-3] else "standard"


def _epoch_year(epoch: Any) -> float:
    return float(epoch.year) + (epoch.timetuple()[7] - 1) / 366.0


def years(context: Context, var: Var) -> tuple[float, float] | None:
    """First and last valid date as fractional years, None where nothing can be decoded."""
    parsed, summary = parse(var.units, valid_calendar(var)), context.summary(var)
    if parsed is None or summary is None or not summary.valid:
        return None
    seconds, epoch = parsed
    start = _epoch_year(epoch)
    return start + summary.low * seconds / YEAR, start + summary.high * seconds / YEAR


def attributes(context: Context) -> Iterator[Finding]:
    timed = [v for v in context.data.variables.values() if v.numeric and v.name not in context.roles.helpers]
    for var in timed:
        is_time = var in context.roles.time
        if not is_time and not units.is_time_unit(var.units):
            continue
        if var.standard_name not in ("", "time", "forecast_reference_time", "forecast_period"):
            continue
        if is_time:
            yield from _unit(context, var)
        yield from _calendar(var, is_time)


def _by_coverage(context: Context, var: Var, word: str) -> list[fixes.Op]:
    """The reference date that makes the first value the file's time_coverage_start and the last one its end."""
    parsed, summary = units.unit(word), context.summary(var)
    claims = context.data.attrs.get("time_coverage_start"), context.data.attrs.get("time_coverage_end")
    if parsed is None or summary is None or not summary.valid or not parsed.is_convertible(units.unit("s")):
        return []
    try:
        start, end = (datetime.fromisoformat(str(c).strip().replace("Z", "")).replace(tzinfo=None) for c in claims)
        seconds = float(parsed.convert(1.0, units.unit("s")))
        epoch = start - timedelta(seconds=summary.low * seconds)
    except (ValueError, OverflowError):
        return []
    length = (end - start).total_seconds()
    if abs((summary.high - summary.low) * seconds - length) > 0.05 * max(length, seconds):
        return []
    midnight = datetime(epoch.year, epoch.month, epoch.day)
    if abs((epoch - midnight).total_seconds()) < min(3600.0, seconds):
        epoch = midnight
    return [fixes.set_attr(var.name, "units", f"{word} since {epoch.isoformat(sep=' ', timespec='seconds')}")]


def _unit(context: Context, var: Var) -> Iterator[Finding]:
    text = var.units
    if not text:
        yield finding(
            "time-units",
            var.name,
            f"The time {var.name} has no units: its values are no dates.",
            evidence={"text": "units absent"},
            note="Write `<unit> since <date>` as the source documents it.",
        )
        return
    word, epoch_text = units.split_since(text)
    if not word:
        if "%" in text or text.lower().startswith(("yyyy", "day as")):
            return
        yield finding(
            "time-units",
            var.name,
            f"The units of {var.name}, {text!r}, name no reference date.",
            evidence={"text": f"units = {text!r}"},
            ops=_by_coverage(context, var, text),
            note=f"Write {text} since the date that the source documents, for example {text} since 1970-01-01.",
        )
        return
    if parse(text, valid_calendar(var)) is None:
        year_zero = re.match(r"0{1,4}-", epoch_text)
        better = _near_epoch(word, epoch_text)
        yield finding(
            "time-units",
            var.name,
            f"The units of {var.name}, {text!r}, cannot be decoded"
            + (": there is no year 0 in this calendar, nor a month or day 0." if year_zero else "."),
            evidence={"text": f"units = {text!r}, calendar = {var.text('calendar') or 'absent'}"},
            ops=[fixes.set_attr(var.name, "units", better)] if better else _by_coverage(context, var, word),
            note="The date that is meant must be taken from the source." if not better else "",
            source="cftime",
        )
    elif re.match(r"(years?|months?|common_years?)$", word, re.IGNORECASE):
        yield finding(
            "time-units",
            var.name,
            f"The units of {var.name} count {word}, whose length is not fixed (udunits: 365.2425 days a year).",
            evidence={"text": f"units = {text!r}"},
            level="recommendation",
        )


def _near_epoch(word: str, epoch: str) -> str:
    """A decodable spelling of the same text: a misspelt unit put right, stray words left off."""
    import difflib

    found = difflib.get_close_matches(word.lower(), [*SECONDS, "day", "hour", "minute", "second"], n=1, cutoff=0.75)
    date = re.match(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?))?", epoch)
    if not found or not date or date[1] == "0000":
        return ""
    text = f"{found[0]} since {date[1]}-{int(date[2]):02d}-{int(date[3]):02d}" + (f" {date[4]}" if date[4] else "")
    return text if parse(text, "standard") is not None else ""


def _calendar(var: Var, is_time: bool) -> Iterator[Finding]:
    import difflib

    value = var.attrs.get("calendar")
    if value is None or (isinstance(value, str) and not value.strip()):
        if is_time and units.is_time_unit(var.units):
            yield finding(
                "calendar-missing",
                var.name,
                f"{var.name} has no calendar attribute; `standard` is assumed.",
                evidence={"text": f"units = {var.units!r}, calendar absent"},
                ops=[fixes.set_attr(var.name, "calendar", "standard")],
            )
        return
    text = str(value).strip().lower()
    if text in CALENDARS or any(a in var.attrs for a in ("month_lengths", "leap_year")):
        return
    near = difflib.get_close_matches(text, CALENDARS, n=1, cutoff=0.6)
    better = "standard" if near and near[0] == "gregorian" else (near[0] if near else "")
    yield finding(
        "calendar-invalid",
        var.name,
        f"The calendar of {var.name}, {value!r}, does not exist" + (f"; {near[0]!r} is meant." if near else "."),
        evidence={"text": f"calendar = {value!r}"},
        ops=[fixes.set_attr(var.name, "calendar", better)] if better else [],
    )


def values(context: Context) -> Iterator[Finding]:
    """Dates against what is possible, against time_coverage, and against other dates in the file."""
    if not context.roles.time:
        raise Skip("no time variable")
    for var in context.roles.time:
        if not units.is_time_unit(var.units):
            continue
        span = years(context, var)
        if span is None:
            continue
        if abs(span[0]) > 1e5 or abs(span[1]) > 1e5:
            span = (max(-1e5, min(1e5, span[0])), max(-1e5, min(1e5, span[1])))
        found = (
            _impossible(context, var, span)
            or _step_unit(context, var)
            or _coverage(context, var)
            or _other_dates(context, var, span)
        )
        if found is not None:
            yield found


def _now() -> float:
    today = datetime.now(UTC)
    return today.year + (today.timetuple().tm_yday - 1) / 366.0


def _claims(context: Context) -> list[tuple[str, float]]:
    """Dates that the global attributes give for the data."""
    found = []
    for name in ("time_coverage_start", "time_coverage_end"):
        year = _iso_year(context.data.attrs.get(name))
        if year is not None:
            found.append((name, year))
    return found


def _iso_year(value: Any) -> float | None:
    date = (
        re.match(r"\s*(\d{4})-?(\d{2})?-?(\d{2})?(?:[T ]?(\d{2}):?(\d{2}))?", str(value)) if value is not None else None
    )
    if date is None or not 1 <= int(date[2] or 1) <= 12:
        return None
    day = (
        (int(date[2] or 1) - 1) * 30.44 + int(date[3] or 1) - 1 + int(date[4] or 0) / 24.0 + int(date[5] or 0) / 1440.0
    )
    return int(date[1]) + day / 365.2425


def _alternatives(context: Context, var: Var) -> Iterator[tuple[str, tuple[float, float]]]:
    """The same numbers under each other unit and each usual epoch, as units text and fractional years."""
    summary, parsed = context.summary(var), parse(var.units, valid_calendar(var))
    if summary is None or parsed is None:
        return
    seconds, epoch = parsed
    word, epoch_text = units.split_since(var.units)
    for unit, length in SECONDS.items():
        if abs(length - seconds) > 1e-9:
            start = _epoch_year(epoch)
            yield (
                f"{unit} since {epoch_text}",
                (start + summary.low * length / YEAR, start + summary.high * length / YEAR),
            )
    for year in (1970, 1950, 1900, 1800, 1980, 1990, 2000, 1770, 1858, 1):
        if year != epoch.year:
            text = f"{word} since {year:04d}-{'11-17' if year == 1858 else '01-01'}"
            start = year + (0.88 if year == 1858 else 0.0)
            yield text, (start + summary.low * seconds / YEAR, start + summary.high * seconds / YEAR)


def _fits(context: Context, span: tuple[float, float], tolerance: float = 0.05) -> bool:
    claims = _claims(context)
    if claims:
        return all(abs(year - span[0 if "start" in name else 1]) < tolerance for name, year in claims)
    return FIRST_OBSERVATION + 30 <= span[0] <= span[1] <= _now() + 0.1


def _impossible(context: Context, var: Var, span: tuple[float, float]) -> Finding | None:
    claims = _claims(context)
    if claims and all(span[0] - 0.5 <= y <= span[1] + 0.5 for _, y in claims):
        return None
    calendar = var.text("calendar").lower()
    modelled = calendar in ("noleap", "365_day", "360_day", "all_leap", "366_day", "none")
    latest = _now() + 0.01 if context.observed else 2200.0 if not modelled else 20_000.0
    earliest = float(FIRST_OBSERVATION) if context.observed else (0.0 if modelled else -4000.0)
    if not claims and earliest <= span[0] and span[1] <= latest:
        return None
    if claims and span[1] <= latest and span[0] >= earliest:
        return None
    clue, ops = "", []
    middle = _middle(context, var)
    # Where the bulk of the dates is possible, the unit is right and single values are wrong.
    for text, other in () if middle is not None and earliest <= middle <= latest else _alternatives(context, var):
        if _fits(context, other):
            clue = f" They would be {_year_text(other)} if the units were {text!r}."
            ops = [fixes.set_attr(var.name, "units", text)]
            break
    wrong = span[1] if span[1] > latest else span[0]
    return finding(
        "time-range",
        var.name,
        f"The dates of {var.name} are {_year_text(span)}"
        + (", in the future" if wrong > latest else ", before anyone measured this")
        + f".{clue}",
        evidence={
            "text": f"units = {var.units!r}; dates {_year_text(span)}"
            + "".join(f"; {n} says {y:.2f}" for n, y in claims),
            "values": [round(span[0], 3), round(span[1], 3)],
        },
        ops=ops,
        confidence="high" if abs(wrong - _now()) > 50 else "medium",
    )


def _middle(context: Context, var: Var) -> float | None:
    """The median date as a fractional year, None for few values."""
    parsed, summary = parse(var.units, valid_calendar(var)), context.summary(var)
    if parsed is None or summary is None or summary.valid < 5:
        return None
    return _epoch_year(parsed[1]) + summary.quantile(0.5) * parsed[0] / YEAR


def _year_text(span: tuple[float, float]) -> str:
    return f"{span[0]:.1f}" if abs(span[1] - span[0]) < 0.05 else f"{span[0]:.1f} to {span[1]:.1f}"


def _step_unit(context: Context, var: Var) -> Finding | None:
    """Steps of 28, 29, 30 and 31 are months counted in days, whatever the unit says."""
    array, parsed = context.values(var), parse(var.units, valid_calendar(var))
    if array is None or parsed is None or array.ndim != 1 or array.size < 5 or abs(parsed[0] - 86400.0) < 1:
        return None
    steps = np.round(np.diff(array), 6)
    kinds = set(steps[np.isfinite(steps)].tolist())
    if not kinds <= {28.0, 29.0, 30.0, 31.0} or not {30.0, 31.0} <= kinds:
        return None
    _, epoch_text = units.split_since(var.units)
    better = f"days since {epoch_text}"
    return finding(
        "time-unit-values",
        var.name,
        f"{var.name} says {var.units!r}, but its steps are 28 to 31: month lengths in days.",
        evidence={"text": f"steps {sorted(kinds)}", "values": sorted(kinds), "count": int(steps.size)},
        ops=[fixes.set_attr(var.name, "units", better)],
    )


def _coverage(context: Context, var: Var) -> Finding | None:
    claims, span = dict(_claims(context)), years(context, var)
    summary = context.summary(var)
    if not claims or span is None or summary is None or summary.valid < 0.1 * summary.seen:
        return None
    off = max(abs(year - span[0 if "start" in name else 1]) for name, year in claims.items())
    length = max(abs(span[1] - span[0]), 1.0 / 365.0)
    if off < max(0.1 * length, 2.5 / 365.0) or (len(claims) == 2 and _inside(claims, span, length)):
        return None
    for text, other in _alternatives(context, var):
        if _fits(context, other, tolerance=max(0.02, 0.1 * abs(other[1] - other[0]))):
            return finding(
                "time-unit-values",
                var.name,
                f"{var.name} decodes to {_year_text(span)}, time_coverage says "
                f"{_year_text((min(claims.values()), max(claims.values())))}; "
                f"the values fit {text!r}.",
                evidence={"text": _claim_text(claims, span), "values": [*span, *claims.values()]},
                ops=[fixes.set_attr(var.name, "units", text)],
            )
    strong = off > 1.0
    return finding(
        "time-coverage",
        var.name,
        f"{var.name} runs over {_year_text(span)}, which is {show(off * 365.25)} days off what time_coverage says.",
        evidence={"text": _claim_text(claims, span), "values": [*span, *claims.values()]},
        level="suspicious" if strong else "recommendation",
        confidence="high" if strong else "medium",
    )


def _inside(claims: dict[str, float], span: tuple[float, float], length: float) -> bool:
    """Means and bounds: the data may start and end inside the covered time by less than a step or two."""
    start, end = claims["time_coverage_start"], claims["time_coverage_end"]
    return start <= span[0] + 1e-3 and span[1] <= end + 1e-3 and (end - start) < 1.5 * length + 0.1


def _claim_text(claims: dict[str, float], span: tuple[float, float]) -> str:
    return f"decoded {span[0]:.3f} to {span[1]:.3f}; " + ", ".join(f"{n} {y:.3f}" for n, y in claims.items())


def _other_dates(context: Context, var: Var, span: tuple[float, float]) -> Finding | None:
    """A YYYYMMDD variable beside the time, or a second variable that calls itself time."""
    for other in context.data.variables.values():
        if other is var or other.dims != var.dims:
            continue
        summary = context.summary(other)
        if summary is None or not summary.valid:
            continue
        if re.search(r"date", base(other.name), re.IGNORECASE) and 1.7e7 < summary.low <= summary.high < 2.2e7:
            year = _iso_year(str(int(summary.low)))
            if year is not None and abs(year - span[0]) > 0.1:
                return finding(
                    "time-disagree",
                    var.name,
                    f"{var.name} decodes to {_year_text(span)}, {other.name} says {int(summary.low)}.",
                    evidence={
                        "text": f"units = {var.units!r}; {other.name} = {int(summary.low)}",
                        "values": [span[0], summary.low],
                    },
                )
    return None
