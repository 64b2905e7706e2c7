"""Times written as text (ISO 8601, or compact digits as Argo has them): impossible, out of order, with gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tools.netcdf.access import Var
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, Skip, show
from tools.netcdf.model import Finding
from tools.netcdf.names import base
from tools.netcdf.variables import WHOLE

_NAMED = re.compile(r"^(date_?)?time(_?stamps?)?$|^date(_?times?)?$|^times$|iso_?time", re.IGNORECASE)
_ISO = re.compile(
    r"^(\d{4})-?(\d{2})-?(\d{2})(?:[T _]?(\d{2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?)?\s*(?:Z|UTC|\+00:?00)?$"
)


def texts(var: Var) -> list[str] | None:
    """The values of a text variable of one dimension (or of characters in two), None for any other."""
    if var.numeric or var.size == 0 or var.size > WHOLE:
        return None
    raw = var.raw()
    if raw.dtype.kind == "S" and raw.dtype.itemsize == 1 and raw.ndim == 2:
        joined = np.ascontiguousarray(raw).view(f"S{raw.shape[1]}").ravel()
        return [v.decode("latin-1").strip(" \x00") for v in joined.tolist()]
    if raw.ndim != 1 or raw.dtype.kind not in "OUS":
        return None
    return [v.decode("latin-1").strip() if isinstance(v, bytes) else str(v).strip() for v in raw.tolist()]


def _moment(text: str) -> float | None:
    """Days since 1970, None for what is no date."""
    match = _ISO.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups())
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() / 86400.0


def check(context: Context) -> Iterator[Finding]:
    found = False
    for var in context.data.variables.values():
        named = _NAMED.search(base(var.name)) or var.standard_name == "time"
        if var.numeric or not named or len(var.dims) not in (1, 2):
            continue
        words = texts(var)
        if words is None:
            continue
        filled = [(i, w) for i, w in enumerate(words) if w]
        moments = [(i, _moment(w)) for i, w in filled]
        good = [(i, m) for i, m in moments if m is not None]
        if len(good) < 0.5 * max(len(filled), 1) or not good:
            continue  # written in a way of its own
        found = True
        yield from _judge(context, var, dict(filled), moments, good)
    if not found:
        raise Skip("no times written as text")


def _judge(
    context: Context,
    var: Var,
    words: dict[int, str],
    moments: list[tuple[int, float | None]],
    good: list[tuple[int, float]],
) -> Iterator[Finding]:
    impossible = [i for i, m in moments if m is None]
    if impossible:
        yield _told(
            "time-text", var, impossible, len(moments), f"cannot be dates, the first is {words[impossible[0]]!r}"
        )
    now = datetime.now(UTC).timestamp() / 86400.0 + 2.0
    late = [i for i, m in good if m > now or m < -36525.0]
    if late and context.observed:
        yield _told("time-range", var, late, len(good), f"are no dates of a measurement, like {words[late[0]]!r}")
    places, days = np.array([i for i, _ in good]), np.array([m for _, m in good])
    if len(var.dims) == 0 or days.size < 3 or late:
        return
    step = np.diff(days)
    back, same = np.flatnonzero(step < 0), np.flatnonzero(step == 0)
    # Rows of many casts are in no order of time; a few that break the order are errors.
    if back.size and back.size <= max(2, 0.05 * days.size):
        yield _told("time-order", var, (places[back + 1]).tolist(), days.size, "go back in time", level="suspicious")
    elif same.size and not back.size and same.size <= max(2, 0.05 * days.size):
        yield _told("time-duplicate", var, places[same + 1].tolist(), days.size, "repeat the one before", "suspicious")
    elif not back.size and not same.size and days.size > 8:
        usual = float(np.median(step))
        large = np.flatnonzero(step > 2.5 * usual)
        if np.mean(np.abs(step - usual) <= 0.12 * usual) > 0.85 and 0 < large.size <= max(3, 0.05 * step.size):
            yield _told(
                "time-gap",
                var,
                places[large + 1].tolist(),
                days.size,
                f"come after a gap, the largest of {show(float(step[large].max() / usual))} usual steps",
            )


def _told(code: str, var: Var, places: list[Any], total: int, words: str, level: Any = None) -> Finding:
    return finding(
        code,
        var.name,
        f"{len(places)} of {total} times in the text variable {var.name} {words}.",
        evidence={
            "text": f"at index {', '.join(map(str, places[:5]))}",
            "index": [int(i) for i in places[:20]],
            "count": len(places),
            "total": total,
        },
        level=level,
        note="Correct the rows from the source; a numeric time with units is what CF asks for.",
    )
