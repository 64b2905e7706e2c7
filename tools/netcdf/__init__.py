"""The NetCDF checker: what conformance checkers see, and what they cannot.

    from tools.netcdf import check_file, render_markdown
    report = check_file("cast.nc")
    print(report.summary)

Nothing heavy is imported until a file is checked, and then in a process of its own.
"""

from __future__ import annotations

from tools.netcdf.adapters import langchain_tool
from tools.netcdf.api import check_file, check_paths, find_files
from tools.netcdf.cleaned import cleaned_copy
from tools.netcdf.methods import methods_paragraph
from tools.netcdf.model import CheckRun, Finding, NetCDFError, Report
from tools.netcdf.process import warm_up
from tools.netcdf.render import checklist_csv, checklist_markdown, render_html, render_markdown, render_table

__all__ = [
    "CheckRun",
    "Finding",
    "NetCDFError",
    "Report",
    "check_file",
    "check_paths",
    "checklist_csv",
    "checklist_markdown",
    "cleaned_copy",
    "find_files",
    "langchain_tool",
    "methods_paragraph",
    "render_html",
    "render_markdown",
    "render_table",
    "warm_up",
]
