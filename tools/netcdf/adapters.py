"""The checker for an agent: one LangChain tool, limited to given folders, that answers with finding ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpora.errors import LeadlineError
from tools.netcdf.api import check_file
from tools.netcdf.model import LEVELS, Finding, NetCDFError, Report

NAME = "check_netcdf"
DESCRIPTION = (
    "Checks a NetCDF file for wrong units, swapped or inverted coordinates, broken time, fill values used "
    "as data, spikes "
    "and violations of the CF convention. Give the file's name. Without `finding` it lists all findings "
    "with their ids; "
    "with the id of one it tells its evidence and how to fix it. Cite the ids in the answer."
)
#: Findings told to the model at once: the most serious, and how many more there are.
_MOST_TOLD = 12


def allowed_file(name: str, folders: Sequence[str | Path]) -> Path:
    """The file that `name` means inside `folders`; raises NetCDFError for one outside or absent.

    Links are followed before the folder is compared, so that none leads out.
    """
    if not name.strip():
        raise NetCDFError("No file was named.", "Give the file's name.")
    roots = [Path(folder).resolve() for folder in folders]
    for root in roots:
        candidate = (root / name).resolve()
        if candidate.exists() and any(candidate.is_relative_to(r) for r in roots):
            return candidate
        # A model often drops the folder of a name it has read.
        inside = [p for p in sorted(root.rglob(Path(name).name)) if p.resolve().is_relative_to(root)]
        if len(inside) == 1:
            return inside[0].resolve()
    raise NetCDFError(
        f"There is no file {name!r} in the folders that may be read.", "Upload it, or name its folder in the settings."
    )


def for_model(report: Report, finding: str = "") -> str:
    """What the chat model reads: the verdict and the findings, or all about one finding."""
    if finding:
        found = next((f for f in report.findings if f.id == finding), None)
        if found is None:
            ids = ", ".join(f.id for f in report.findings) or "none"
            return f"check_netcdf: there is no finding {finding}; the ids are: {ids}"
        return _one(found)
    lines = [f"check_netcdf: {Path(report.file).name}: {report.verdict}. {report.summary}"]
    told = [f for level in LEVELS for f in report.of_level(level)]
    lines += [f"[{f.id}] {f.level}, {f.cls}: {f.message}" for f in told[:_MOST_TOLD]]
    if len(told) > _MOST_TOLD:
        lines.append(f"and {len(told) - _MOST_TOLD} more")
    lines.append(f"checks: {len(report.run)} run, {len(report.skipped)} skipped, {len(report.failed)} failed")
    return "\n".join(lines)


def _one(found: Finding) -> str:
    lines = [f"[{found.id}] {found.level}, {found.cls}: {found.message}"]
    lines += [f"evidence: {found.evidence.get('text', '')}", f"why: {found.why}", f"rule: {found.reference}"]
    lines += [f"fix ({key}): {text}" for key, text in found.fix.items()]
    return "\n".join(lines)


def langchain_tool(allowed_folders: Sequence[str | Path], *, time_limit_s: float = 60.0) -> Any:
    """A LangChain tool named "check_netcdf"; its artifact is the report as a dictionary, or {"error": ...}.

    A file that has not changed is checked once: follow-up questions about a finding are answered at once.
    """
    from langchain_core.tools import StructuredTool

    kept: dict[tuple[str, int, int], Report] = {}

    def run(file: str, finding: str = "") -> tuple[str, dict[str, Any]]:
        try:
            path = allowed_file(file, allowed_folders)
            stat = path.stat()
            key = (str(path), stat.st_mtime_ns, stat.st_size)
            if key not in kept:
                if len(kept) >= 16:
                    kept.pop(next(iter(kept)))
                kept[key] = check_file(path, time_limit_s=time_limit_s)
            report = kept[key]
        except (LeadlineError, OSError) as error:
            return f"check_netcdf: error: {error}", {"error": str(error), "file": file}
        return for_model(report, finding), report.to_json()

    return StructuredTool.from_function(
        func=run, name=NAME, description=DESCRIPTION, response_format="content_and_artifact"
    )
