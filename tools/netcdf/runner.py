"""One file from bytes to report. Everything that can go wrong with the file ends in a finding or a failed check."""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tools.netcdf import conformance, outcome, quicklook
from tools.netcdf.access import Data, ValuesUnreadable, open_data
from tools.netcdf.catalogue import finding
from tools.netcdf.checks import CHECKS, Check, Context, Skip
from tools.netcdf.model import NETWORK_MEND, CheckRun, Finding, NetworkNotAllowed, Report, is_remote, plain
from tools.netcdf.names import find_roles, measured, table_version
from tools.netcdf.sniff import Sniffed, sniff

LIBRARIES = ("compliance-checker", "cf-units", "cftime", "netCDF4", "ioos_qc", "gsw", "global-land-mask", "numpy")
#: Share of the time limit after which no further values are read.
_VALUES_SHARE = 0.6
_TOO_LATE = "the time limit was reached before it"


@dataclass
class _Work:
    """What has been found so far; `report` can be asked for at any moment."""

    file: str
    started: float
    findings: list[Finding] = field(default_factory=list)
    run: list[CheckRun] = field(default_factory=list)
    skipped: list[CheckRun] = field(default_factory=list)
    failed: list[CheckRun] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    unreadable: bool = False
    done: bool = False

    def report(self) -> Report:
        grouped = any("/" in row["name"] for row in self.facts.get("variables", []))
        findings = outcome.finished(self.findings, self.file, self.facts.get("convention", "CF"), grouped)
        # A check that the limit left out might have found something: nothing is then called clean.
        late = [check_.title for check_ in self.skipped if check_.reason == _TOO_LATE and check_.name != "quick_look"]
        verdict = outcome.verdict(findings, self.unreadable, self.done and not late)
        return Report(
            file=self.file,
            verdict=verdict,
            summary=outcome.summary_line(verdict, findings, self.failed, self.facts, late),
            findings=tuple(findings),
            run=tuple(self.run),
            skipped=tuple(self.skipped),
            failed=tuple(self.failed),
            versions=versions(),
            facts=self.facts,
            seconds=round(time.monotonic() - self.started, 3),
        )


def versions() -> dict[str, str]:
    """The libraries behind the checks; the table's version is added once it has been read."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    found["CF standard name table"] = table_version()
    return found


def check(
    path: str, *, time_limit_s: float, allow_network: bool, progress: Callable[[Report], None] | None = None
) -> Report:
    """Checks one file, Zarr folder or OPeNDAP address.

    `progress` is given the report as it stands before the slow last step, so that a caller who must break off has one.
    Raises NetworkNotAllowed for an address without permission; OSError only where the disk fails.
    """
    work = _Work(path, time.monotonic())
    deadline = work.started + time_limit_s
    if is_remote(path):
        if not allow_network:
            raise NetworkNotAllowed(f"{path} is an address on the network, and the network has not been allowed.")
        sniffed = Sniffed("remote")
    else:
        sniffed = sniff(Path(path))
        size = sniffed.actual_bytes or (os.path.getsize(path) if os.path.isfile(path) else 0)
        work.facts.update(kind=sniffed.kind, bytes=size)
    if not sniffed.readable:
        _unreadable(work, sniffed.defect, "Leadline (file header)")
        return work.report()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            data = open_data(path, sniffed.kind)
        except (OSError, RuntimeError, ValueError, KeyError, UnicodeDecodeError, AttributeError) as error:
            reason = sniffed.defect or f"the library cannot open it: {error}"
            _unreadable(work, reason, "Leadline (file header)" if sniffed.defect else "netCDF library")
            return work.report()
        try:
            _check_open(work, data, sniffed, deadline, progress)
        finally:
            data.close()
    work.done = True
    return work.report()


def _unreadable(work: _Work, reason: str, source: str) -> None:
    work.unreadable = work.done = True
    truncated = "truncated" in reason
    remote = is_remote(work.file)
    work.findings.append(
        finding(
            "truncated" if truncated else "corrupt-file",
            "",
            f"The {'address' if remote else 'file'} cannot be read: {reason}.",
            evidence={"text": reason},
            source=source,
            note=NETWORK_MEND
            if remote
            else "Fetch or copy the file again and compare its size and checksum with the source.",
        )
    )
    work.run.append(CheckRun("integrity", CHECKS[0].title))
    for check_ in CHECKS[1:]:
        work.skipped.append(CheckRun(check_.name, check_.title, "the file cannot be read"))
    work.skipped.append(CheckRun("conformance", "CF and ACDD by compliance-checker", "the file cannot be read"))


def _check_open(
    work: _Work, data: Data, sniffed: Sniffed, deadline: float, progress: Callable[[Report], None] | None
) -> None:
    roles = find_roles(data)
    values_deadline = work.started + (deadline - work.started) * _VALUES_SHARE
    for var in data.variables.values():
        var.deadline = values_deadline
    context = Context(data, roles, measured(data, roles), sniffed, work.file, deadline)
    work.facts["convention"] = context.convention
    for check_ in CHECKS:
        _run_one(work, check_, context)
    work.facts.update(_facts(context))
    _run_one(work, Check("quick_look", "plots of the values", lambda c: _quick_look(work, c)), context)
    if progress is not None:
        progress(work.report())
    _conformance(work, context, sniffed)


def _run_one(work: _Work, check_: Check, context: Context) -> None:
    started = time.monotonic()

    def row(reason: str = "") -> CheckRun:
        return CheckRun(check_.name, check_.title, reason, round(time.monotonic() - started, 4))

    if started > context.deadline:
        work.skipped.append(row(_TOO_LATE))
        return
    if check_.values and check_.name != "integrity" and context.header_only:
        work.skipped.append(row("no data: every variable is empty or holds only fill values"))
        return
    found: list[Finding] = []
    # What was found before a check broke still counts.
    try:
        found.extend(check_.run(context))
        work.run.append(row())
    except Skip as skip:
        work.skipped.append(row(str(skip)))
    except ValuesUnreadable as error:
        work.failed.append(row(f"values cannot be read: {error}"))
    except Exception as error:  # noqa: BLE001 - one detector that breaks must not cost the user the others
        work.failed.append(row(f"{type(error).__name__}: {error}"))
    work.findings += found


def _quick_look(work: _Work, context: Context) -> Iterator[Finding]:
    """Keeps the points of the plots in the facts; finds nothing itself."""
    work.facts["plots"] = quicklook.collect(context, outcome.distinct(work.findings))
    yield from ()


def _conformance(work: _Work, context: Context, sniffed: Sniffed) -> None:
    title = "CF and ACDD by compliance-checker"
    if sniffed.kind not in ("netcdf3", "hdf5"):
        work.skipped.append(CheckRun("conformance", title, "it reads netCDF files only"))
        return
    if time.monotonic() > context.deadline:
        work.skipped.append(CheckRun("conformance", title, _TOO_LATE))
        return
    started = time.monotonic()
    conventions = str(context.data.attrs.get("Conventions", ""))
    try:
        said = conformance.run(work.file, conventions, list(context.data.variables))
    except Exception as error:  # noqa: BLE001 - a foreign checker may break in any way; the report says so
        work.failed.append(CheckRun("conformance", title, f"{type(error).__name__}: {error}"))
        return
    seconds = round(time.monotonic() - started, 4)
    _, remark = conformance.versions_for(conventions)
    for name in said.ran:
        work.run.append(CheckRun(f"conformance {name}", title, remark if name.startswith("cf") else "", seconds))
    for name, reason in said.failed:
        work.failed.append(CheckRun(f"conformance {name}", title, reason))
    work.findings += said.findings


def _facts(context: Context) -> dict[str, Any]:
    """What the renderings quote about the file itself."""
    data = context.data
    rows, roles = [], _roles(context)
    for var in data.variables.values():
        row: dict[str, Any] = {
            "name": var.name,
            "dims": list(var.dims),
            "shape": list(var.shape),
            "dtype": str(var.dtype),
            "units": var.units,
            "standard_name": var.text("standard_name"),
            "long_name": var.text("long_name"),
            "role": roles.get(var.name, ""),
        }
        summary = context.summary(var)
        if summary is not None:
            row |= {
                "valid": summary.valid,
                "missing": summary.missing,
                "total": summary.total,
                "coverage": round(summary.coverage, 4),
                "min": summary.low,
                "max": summary.high,
                "mean": summary.mean,
            }
        rows.append(row)
    read = [r for r in rows if "coverage" in r]
    # What the limit left unread counts as unread.
    unread = [v for v, r in zip(data.variables.values(), rows, strict=True) if "coverage" not in r and v.numeric]
    total = sum(r["total"] for r in read)
    total += sum(math.prod(v.shape) for v in unread if v.name not in context.unreadable)
    seen = sum(r["total"] * r["coverage"] for r in read)
    return {
        "format": data.format,
        "dimensions": dict(data.dims),
        "attributes": {k: plain(v) for k, v in data.attrs.items()},
        "variables": rows,
        "observed": context.observed,
        "header_only": context.header_only,
        "values_read": round(seen / total, 4) if total else 1.0,
        "positions": _positions(context),
    }


def _roles(context: Context) -> dict[str, str]:
    """What each variable is, by its name."""
    found = dict.fromkeys((v.name for v in context.measured), "measured")
    found |= dict.fromkeys(context.roles.helpers, "helper")
    for role in ("pressure", "vertical", "time", "longitude", "latitude"):
        found |= dict.fromkeys((v.name for v in getattr(context.roles, role)), role)
    return found


def _positions(context: Context) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, group in (("lat", context.roles.latitude), ("lon", context.roles.longitude)):
        summaries = [s for v in group if (s := context.summary(v)) is not None and s.valid]
        if summaries:
            found[f"{key}_min"] = min(s.low for s in summaries)
            found[f"{key}_max"] = max(s.high for s in summaries)
    return found
