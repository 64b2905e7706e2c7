"""From what the checks yield to what the report says: de-duplicated, folded, ranked, with ids, fixes and a verdict."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tools.netcdf import conformance, fixtext
from tools.netcdf.model import LEVELS, CheckRun, Finding


def finished(findings: list[Finding], file: str, convention: str, grouped: bool = False) -> list[Finding]:
    """De-duplicated, folded, ranked, with ids and the text of their fixes."""
    folded = conformance.fold(distinct(findings))
    folded.sort(
        key=lambda f: (
            LEVELS.index(f.level),
            f.code.startswith("cc-"),
            {"high": 0, "medium": 1, "low": 2}[f.confidence],
        )
    )
    used: dict[str, int] = {}
    finished = []
    for found in folded:
        stem = f"{found.code}:{found.variables[0]}" if found.variables else found.code
        used[stem] = used.get(stem, 0) + 1
        identity = stem if used[stem] == 1 else f"{stem}:{used[stem]}"
        finished.append(
            replace(
                found,
                id=identity,
                reference=found.reference.replace("{cf}", convention),
                fix=_fix(found, file, grouped),
            )
        )
    return finished


#: What to do where nothing can be changed safely from the file alone, by code or class; "" for all others.
NO_SAFE_FIX = {
    "": "No safe fix from the file alone: correct it at the source by the rule named here, or ask the producer.",
    "time-gap": "No safe fix: the missing steps are not in the file. Ask the producer whether they exist; for methods "
    "that need a complete series, reindex to the regular times and leave the gap missing.",
    "time-coverage": "No safe fix: either the attribute or the time is wrong. Ask the producer for the true dates.",
    "mostly-missing": "No safe fix: ask the producer for the complete variable, or leave it out of the analysis.",
    "constant": "No safe fix: ask the producer whether the sensor worked; until then leave the variable out.",
    "density-inversion": "No safe fix: temperature, salinity or pressure is wrong there and the file does not tell "
    "which. Flag these levels as suspect and look at the raw cast.",
    "acdd": "Write the attributes: only the producer knows title, summary, keywords and licence.",
    "acdd-essential": "Write them, for example ds.attrs['title'] = '...': only the producer knows what to say.",
    "on-land": "No safe fix: look up the position in the log or ask the producer.",
    "swapped_latlon": "No safe fix from the file alone: compare with the log of the cruise before exchanging anything.",
}


def _fix(found: Finding, file: str, grouped: bool) -> dict[str, str]:
    fix = dict(found.fix)
    if found.ops:
        fix["xarray"] = fixtext.xarray_lines(found.ops, grouped=grouped)
        line = fixtext.ncatted_line(found.ops, os.path.basename(file))
        if line:
            fix["ncatted"] = line
    elif "note" not in fix:
        fix["note"] = NO_SAFE_FIX.get(found.code, NO_SAFE_FIX.get(found.cls, NO_SAFE_FIX[""]))
    return fix


def distinct(findings: list[Finding]) -> list[Finding]:
    """Without what is said twice and without what another finding explains."""
    return list(_without_consequences(list(_without_repeats(findings))))


#: Where our own finding says what a conformance message says too, theirs is dropped: (their class, our classes).
_SAME = {
    "units": {"units", "units_stdname", "time", "depth"},
    "units_stdname": {"units", "units_stdname"},
    "standard_name": {"standard_name"},
    "fill": {"fill", "range"},
    "range": {"range", "fill"},
    "depth": {"depth", "units"},
    "time": {"time", "calendar"},
    "calendar": {"calendar", "time"},
    "coords": {"swapped_latlon", "coords", "nonmonotonic", "axis"},
    "packing": {"packing"},
    "nonmonotonic": {"nonmonotonic", "time", "coords"},
    "ancillary": {"ancillary"},
    "flags": {"flags"},
    "bounds": {"bounds"},
    "axis": {"axis", "coords"},
    "grid_mapping": {"grid_mapping"},
    "cf_version": {"cf_version"},
}


def _without_repeats(findings: list[Finding]) -> Iterator[Finding]:
    own = {(f.cls, name) for f in findings if not f.code.startswith("cc-") for name in (f.variables or ("",))}
    said: set[tuple[str, str, str]] = set()
    for found in findings:
        key = (found.code, found.variable, found.message)
        if key in said:
            continue
        said.add(key)
        theirs = found.code.startswith("cc-")
        names = found.variables or ("",)
        if theirs and all(any((cls, n) in own for cls in _SAME.get(found.cls, ())) for n in names):
            continue
        yield found


#: A finding of the key's class explains one of the codes beside it on the same variable.
_EXPLAINS = {
    "spike": {"density-inversion"},
    "flat": {"density-inversion"},
    "range": {"density-inversion", "spike"},
    "constant": {"density-inversion"},
    "coords": {"time-gap", "time-order", "time-duplicate"},
    "time": {"valid-range"},
    "depth": {"valid-range", "impossible-values", "density-inversion"},
    "axis": {"swapped-latlon-metadata"},
    "duplicate": {"density-inversion"},
    "fill": {
        "flat-line",
        "constant",
        "units-values",
        "standard-name-values",
        "density-inversion",
        "spike",
        "mostly-missing",
        "valid-range",
        "impossible-values",
    },
    "variable_swap": {"density-inversion", "units-values", "standard-name-values"},
    "units_values": {
        "density-inversion",
        "spike",
        "flat-line",
        "impossible-values",
        "valid-range",
        "units-values",
        "standard-name-values",
    },
    "standard_name": {"valid-range", "impossible-values"},
    "packing": {"density-inversion", "standard-name-values", "units-values", "impossible-values", "valid-range"},
    "corrupt": {"constant", "mostly-missing", "duplicate", "not-monotonic", "time-order", "time-duplicate"},
    "swapped_latlon": {"lat-range", "lon-range", "valid-range", "on-land", "extents", "lon-convention"},
    "latlon_range": {"valid-range", "extents", "position-jump"},
}


def _without_consequences(findings: list[Finding]) -> Iterator[Finding]:
    """Leaves out what another finding on the same variable explains: one defect, one finding."""
    for place, found in enumerate(findings):
        explained = any(
            found.code in _EXPLAINS.get(other.cls, ())
            and other.level != "recommendation"
            and set(found.variables) & set(other.variables)
            and (other.code != found.code or earlier < place)
            for earlier, other in enumerate(findings)
            if earlier != place
        )
        # A pressure in the wrong unit makes every density wrong, whichever variable it is.
        far = found.code == "density-inversion" and any(o.code in ("units-values", "depth-unit") for o in findings)
        if not explained and not far:
            yield found


def verdict(findings: list[Finding], unreadable: bool, done: bool) -> str:
    if unreadable:
        return "unreadable"
    if not done:
        return "incomplete"
    levels = {f.level for f in findings}
    if "violation" in levels:
        return "violations"
    return "suspicious" if "suspicious" in levels else "recommendations" if levels else "clean"


def summary_line(
    verdict: str, findings: list[Finding], failed: list[CheckRun], facts: dict[str, Any], late: Sequence[str] = ()
) -> str:
    counts = {level: sum(f.level == level for f in findings) for level in LEVELS}

    def number(count: int, word: str) -> str:
        return f"{count} {word}{'s' if count != 1 else ''}"

    if verdict == "unreadable":
        return findings[0].message if findings else "The file cannot be read."
    parts = []
    if counts["violation"]:
        parts.append(number(counts["violation"], "violation") + " of the convention")
    if counts["suspicious"]:
        parts.append(number(counts["suspicious"], "suspicious finding") + " in the values")
    if counts["recommendation"]:
        parts.append(number(counts["recommendation"], "recommendation"))
    text = ", ".join(parts) or "Nothing found"
    worst = next((f for f in findings if f.level != "recommendation"), None)
    if worst is not None:
        text += f"; first: {worst.message.rstrip('.')}"
    if facts.get("header_only"):
        text += "; there is no data in the file, so only its header was judged"
    elif not math.isclose(facts.get("values_read", 1.0), 1.0):
        text += f"; {facts['values_read']:.0%} of the values were read"
    if failed:
        text += f"; {number(len(failed), 'check')} could not be run"
    if verdict == "incomplete":
        text += "; the time limit was reached"
        if late:
            text += f" before {number(len(late), 'check')}: {', '.join(late[:3])}"
            text += f" and {len(late) - 3} more" if len(late) > 3 else ""
    return text + "."
