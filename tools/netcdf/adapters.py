"""The checker for an agent: one LangChain tool, limited to given folders, that answers with finding ids."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpora.errors import LeadlineError
from tools.netcdf.api import check_file
from tools.netcdf.chosen import choose, in_order, telling
from tools.netcdf.model import Finding, NetCDFError, Report

NAME = "check_netcdf"
DESCRIPTION = (
    "Checks a NetCDF file for wrong units, swapped or inverted coordinates, broken time, fill values used "
    "as data, spikes "
    "and violations of the CF convention. Give the file's name. Without `finding` it lists all findings "
    "with their ids; "
    "with the id of one it tells its evidence and how to fix it. Cite the ids in the answer."
)
#: Findings told to the model at once: the most serious, and how many more there are; those told with everything.
_MOST_TOLD, _MOST_WHOLE = 12, 3
#: Endings of files that are taken for NetCDF where no name was given.
SUFFIXES = (".nc", ".nc4", ".nc3", ".cdf", ".netcdf", ".zarr")
#: Files of a folder that are looked at for their names, and names that a message shows.
_MOST_WALKED, _MOST_FILES = 5000, 10
#: Before the files' names in the description; at most so many are told, without spaces so that they are no sentence.
FILES, _MOST_SHOWN, _PLAIN = "\nFiles: ", 20, re.compile(r"[\w./+-]{1,60}")
_CHECKS = re.compile(r"\bchecks?\b|\bskipped\b|\bfailed\b", re.IGNORECASE)
_FIX = re.compile(
    r"^(?:fix(?:es|ed)?|mend\w*|repair\w*|correct\w*|solve\w*|cure\w*)$|\b(?:fix(?:es)?|mend|repair)\b", re.IGNORECASE
)
_KEPT: dict[tuple[str, int, int, float], Report] = {}
_LOCK = threading.Lock()


def files_in(folders: Sequence[str | Path]) -> list[str]:
    """Names of the NetCDF files in `folders`, as `allowed_file` takes them; a large folder is not walked to its end."""
    names: list[str] = []
    seen = 0
    for root in (Path(folder) for folder in folders):
        for here, below, files in os.walk(root):
            stores = [name for name in below if name.casefold().endswith(".zarr")]
            below[:] = sorted(name for name in below if name not in stores and not name.startswith("."))
            found = sorted(name for name in [*files, *stores] if name.casefold().endswith(SUFFIXES))
            names += [(Path(here) / name).relative_to(root).as_posix() for name in found]
            seen += len(files) + len(below)
            if seen > _MOST_WALKED:
                return names
    return list(dict.fromkeys(names))


def with_files(description: str, folders: Sequence[str | Path]) -> str:
    """The tool's description with the names of the files, so that a model knows what "the cast file" is.

    Only plain names are shown: a file's name must not be able to speak to the model.
    """
    names = [name for name in files_in(folders) if _PLAIN.fullmatch(name)]
    return f"{description}{FILES}{', '.join(names[:_MOST_SHOWN])}" if names else description


def names_in(description: str) -> list[str]:
    """The files that `with_files` wrote into a description."""
    _, _, names = description.partition(FILES)
    return names.split(", ") if names else []


def allowed_file(name: str, folders: Sequence[str | Path]) -> Path:
    """The file that `name` means inside `folders`; raises NetCDFError for one outside or absent.

    A name may lack its folder or its ending, and with one file there it may be empty. Links are followed before the
    folder is compared, so that none leads out.
    """
    roots = [Path(folder).resolve() for folder in folders]
    if name.strip():
        for root in roots:
            candidate = (root / name).resolve()
            if _readable(candidate) and any(candidate.is_relative_to(r) for r in roots):
                return candidate
    there = files_in(roots)
    meant = [one for one in there if _same_file(name, one)] if name.strip() else there
    found = {
        path
        for path in ((root / one).resolve() for root in roots for one in meant)
        if _readable(path) and any(path.is_relative_to(root) for root in roots)
    }
    if len(found) == 1:
        return found.pop()
    shown = ", ".join(there[:_MOST_FILES])
    if len(there) > _MOST_FILES:
        shown += f" and {len(there) - _MOST_FILES} more"
    if len(found) > 1:
        what = f"{name!r} may be several files." if name.strip() else "There are several NetCDF files."
        raise NetCDFError(what, f"Name one of: {shown}.")
    what = f"There is no file {name!r}" if name.strip() else "There is no NetCDF file"
    raise NetCDFError(
        f"{what} in the folders that may be read.",
        (f"These are there: {shown}. " if there else "") + "Upload it, or name its folder in the settings.",
    )


def _readable(path: Path) -> bool:
    """A file, or a folder that is a Zarr store."""
    return (
        path.is_file()
        or (path.is_dir() and path.suffix == ".zarr")
        or any((path / mark).exists() for mark in (".zgroup", "zarr.json"))
    )


def _same_file(wanted: str, there: str) -> bool:
    """Whether `wanted` is `there` without its folder, its ending, or the way it is written."""
    wanted, there = Path(wanted.strip()).name.casefold(), Path(there).name.casefold()
    plain = re.sub(r"[\W_]+", " ", wanted).strip()
    return plain in {re.sub(r"[\W_]+", " ", one).strip() for one in (there, there.rsplit(".", 1)[0])}


def checked(path: Path, *, time_limit_s: float = 60.0) -> Report:
    """The report on a file; one that has not changed since is not checked again, so that follow-ups are quick."""
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size, time_limit_s)
    with _LOCK:
        kept = _KEPT.get(key)
    if kept is not None:
        return kept
    report = check_file(path, time_limit_s=time_limit_s)
    # A folder (Zarr) may change without its own date changing; a check that ended early may fare better.
    if path.is_file() and report.verdict != "incomplete":
        with _LOCK:
            while len(_KEPT) >= 16:
                _KEPT.pop(next(iter(_KEPT)))
            _KEPT[key] = report
    return report


def for_model(report: Report, finding: str = "") -> str:
    """What the chat model reads: the verdict and the findings, or all about those that `finding` means."""
    name = Path(report.file).name
    told = in_order(report)
    if not finding.strip():
        return "\n".join(_overview(report))
    chosen = choose(report, finding)
    checks = bool(_CHECKS.search(finding))
    fixes = bool(_FIX.search(finding))
    if checks and not telling(finding.replace("failed", "").replace("skipped", "").replace("run", "")):
        return "\n".join(_checks(report))
    if not chosen and fixes and not [w for w in telling(finding) if not _FIX.search(w)]:
        chosen = told
    if not chosen and (":" in finding or re.search(r"\d", finding)):
        ids = ", ".join(f"[{found.id}]" for found in told[:_MOST_TOLD]) or "none"
        more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
        return f"check_netcdf: {name}: there is no finding {finding}; the ids are: {ids}{more}"
    if not chosen:
        return "\n".join([*_overview(report), f"No finding is about {finding!r}."])
    if len(chosen) > _MOST_WHOLE and not fixes:
        return "\n".join([f"{name}: {len(chosen)} findings.", *(_line(found) for found in chosen[:_MOST_TOLD])])
    parts = [
        line for found in chosen[:_MOST_TOLD] for line in (_one(found) if len(chosen) <= _MOST_WHOLE else _cure(found))
    ]
    return "\n".join([f"{name}:", *parts])


def _overview(report: Report) -> list[str]:
    told = in_order(report)
    lines = [f"check_netcdf: {Path(report.file).name}: {report.verdict}. {report.summary}"]
    lines += [_line(found) for found in told[:_MOST_TOLD]]
    if len(told) > _MOST_TOLD:
        lines.append(f"and {len(told) - _MOST_TOLD} more")
    lines.append(f"checks: {len(report.run)} run, {len(report.skipped)} skipped, {len(report.failed)} failed")
    return lines


def _checks(report: Report) -> list[str]:
    """Which checks were run, skipped and failed, with the reasons."""
    lines = [
        f"{Path(report.file).name}: {len(report.run)} checks run, {len(report.skipped)} skipped, "
        f"{len(report.failed)} failed to run; {len(report.findings)} findings."
    ]
    lines += [f"failed: {check.title or check.name}: {check.reason}" for check in report.failed]
    lines += [f"skipped: {check.title or check.name}: {check.reason}" for check in report.skipped]
    lines += [_line(found) for found in in_order(report)[:_MOST_TOLD]]
    return lines


def _line(found: Finding) -> str:
    return f"[{found.id}] {found.level}, {found.cls}: {found.message}"


def _one(found: Finding) -> list[str]:
    lines = [
        _line(found),
        f"evidence: {found.evidence.get('text', '')}",
        f"why: {found.why}",
        f"rule: {found.reference}",
    ]
    return lines + [f"fix ({key}): {text}" for key, text in found.fix.items()]


def _cure(found: Finding) -> list[str]:
    return [_line(found), *(f"fix ({key}): {text}" for key, text in found.fix.items())]


def langchain_tool(allowed_folders: Sequence[str | Path], *, time_limit_s: float = 60.0) -> Any:
    """A LangChain tool named "check_netcdf"; its artifact is the report as a dictionary, or {"error": ...}.

    A file that has not changed is checked once: follow-up questions about a finding are answered at once.
    """
    from langchain_core.tools import StructuredTool

    def run(file: str = "", finding: str = "") -> tuple[str, dict[str, Any]]:
        try:
            report = checked(allowed_file(file, allowed_folders), time_limit_s=time_limit_s)
        except (LeadlineError, OSError) as error:
            return f"check_netcdf: error: {error}", {"error": str(error), "file": file}
        return for_model(report, finding), report.to_json()

    return StructuredTool.from_function(
        func=run, name=NAME, description=DESCRIPTION, response_format="content_and_artifact"
    )
