"""`leadline netcdf`: files, folders, globs in; a verdict, a table, JSON or report files out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from corpora.errors import LeadlineError, UsageError
from tools.netcdf.api import TIME_LIMIT_S, check_paths
from tools.netcdf.model import LEVELS, Report, is_remote

FORMATS = ("json", "md", "html", "csv", "checklist", "methods")


def netcdf(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, globs, or (with --allow-network) addresses.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output: one object, or a list.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for report files.")] = None,
    formats: Annotated[
        str, typer.Option("--format", help=f"Report files to write: {', '.join(FORMATS)}; several with commas.")
    ] = "html",
    fix: Annotated[bool, typer.Option(help="Write a cleaned copy beside each file; the original stays.")] = False,
    time_limit: Annotated[float, typer.Option(help="Seconds for one file.")] = TIME_LIMIT_S,
    allow_network: Annotated[bool, typer.Option(help="Allow OPeNDAP addresses.")] = False,
) -> None:
    """Check NetCDF files: conventions, coordinates, time, units and the values themselves."""
    wanted = [w.strip() for w in formats.split(",") if w.strip()]
    if set(wanted) - set(FORMATS):
        raise UsageError(
            f"--format does not know {', '.join(sorted(set(wanted) - set(FORMATS)))}.",
            f"Choose from {', '.join(FORMATS)}.",
        )

    def progress(done: int, total: int, name: str) -> None:
        if total > 1:
            typer.echo(f"[{done + 1}/{total}] {name}", err=True)

    reports = check_paths(paths, time_limit_s=time_limit, fix=fix, allow_network=allow_network, progress=progress)
    if out is not None:
        for name in write_reports(reports, out, wanted):
            typer.echo(f"wrote {name}", err=True)
    if as_json:
        rows = [r.to_json() for r in reports]
        typer.echo(json.dumps(rows[0] if len(rows) == 1 and len(paths) == 1 else rows, ensure_ascii=False))
        return
    if len(reports) == 1:
        _print_one(reports[0])
    else:
        _print_table(reports)


def write_reports(reports: list[Report], folder: Path, formats: list[str]) -> list[Path]:
    """Writes each report in each format to `folder`; files of one name are told apart by a number."""
    from tools.netcdf import render
    from tools.netcdf.methods import methods_paragraph

    makers = {
        "json": (".json", lambda r: json.dumps(r.to_json(), ensure_ascii=False, indent=1)),
        "md": (".md", render.render_markdown),
        "html": (".html", render.render_html),
        "csv": ("_checklist.csv", render.checklist_csv),
        "checklist": ("_checklist.md", render.checklist_markdown),
        "methods": ("_methods.md", methods_paragraph),
    }
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        used: dict[str, int] = {}
        for report in reports:
            stem = Path(report.file.rstrip("/")).stem or "report"
            if is_remote(report.file):
                # What an address asks for after its "?" is no file's name.
                stem = re.sub(r"[^\w.+-]", "_", stem.split("?")[0]).strip("._")[:80] or "report"
            used[stem] = used.get(stem, 0) + 1
            stem += f"_{used[stem]}" if used[stem] > 1 else ""
            for name in formats:
                ending, make = makers[name]
                target = folder / f"{stem}{ending}"
                target.write_text(make(report), encoding="utf-8")
                written.append(target)
        if len(reports) > 1:
            target = folder / "summary.md"
            target.write_text(render.render_table(reports), encoding="utf-8")
            written.append(target)
    except OSError as error:
        raise LeadlineError(
            f"The reports could not be written to {folder}: {error}.", "Give another folder with --out."
        ) from error
    return written


def _print_one(report: Report) -> None:
    typer.echo(f"{report.file}\n{report.verdict}: {report.summary}\n")
    for level in LEVELS:
        for found in report.of_level(level):
            typer.echo(f"  {level:14s} {found.id}\n      {found.message}")
            if level != "recommendation" and found.evidence.get("text"):
                typer.echo(f"      evidence: {found.evidence['text']}")
            first = found.fix.get("xarray", "").split("\n")
            if level != "recommendation" and first[0]:
                typer.echo(f"      fix: {first[0]}" + (" ..." if len(first) > 1 else ""))
    typer.echo(
        f"\nchecks: {len(report.run)} run, {len(report.skipped)} skipped, {len(report.failed)} failed; "
        f"{report.seconds:g} s"
    )
    for check in report.failed:
        typer.echo(f"  failed: {check.name}: {check.reason}")


def _print_table(reports: list[Report]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("file", "verdict", "viol.", "susp.", "rec.", "first", expand=True)
    for report in reports:
        first = next((f.message for f in report.findings if f.level != "recommendation"), "")
        counts = [str(len(report.of_level(level))) for level in ("violation", "suspicious", "recommendation")]
        table.add_row(Text(Path(report.file).name), report.verdict, *counts, Text(first))
    Console().print(table)
