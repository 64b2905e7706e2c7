"""Renderings of a report: Markdown, self-contained HTML, the quality checklist, and the paragraph for a paper."""

from __future__ import annotations

import base64
import csv
import html
import io
import os
from collections.abc import Sequence
from typing import Any

from tools.netcdf import fixtext
from tools.netcdf.catalogue import KINDS
from tools.netcdf.model import LEVELS, Finding, Report

HEADINGS = {
    "violation": "Violations of the convention",
    "suspicious": "Suspicious values",
    "recommendation": "Recommendations",
}
VERDICT_WORDS = {
    "clean": "Nothing found",
    "recommendations": "Sound, with recommendations",
    "suspicious": "Suspicious values",
    "violations": "Violates its convention",
    "unreadable": "Cannot be read",
    "incomplete": "Not fully checked",
}


def _grouped(report: Report) -> bool:
    return any("/" in row["name"] for row in report.facts.get("variables", []))


def _name(report: Report) -> str:
    return os.path.basename(report.file.rstrip("/")) or report.file


def _cell(text: Any) -> str:
    """Text of a file, safe inside a Markdown table cell."""
    clean = " ".join(str(text).split())
    return html.escape(clean, quote=False).replace("|", "\\|").replace("`", "'")


def _fence(code: str) -> str:
    return "```" if "```" not in code else "~~~~"


def render_markdown(report: Report) -> str:
    """The whole report as Markdown. Text that comes from the file is escaped; nothing in it can become a link."""
    parts = [
        f"# NetCDF report: {_cell(_name(report))}",
        "",
        f"**{VERDICT_WORDS[report.verdict]}.** {_cell(report.summary)}",
        "",
    ]
    parts += _facts_markdown(report)
    for level in LEVELS:
        found = report.of_level(level)
        if found:
            parts += [f"## {HEADINGS[level]} ({len(found)})", ""]
            for finding in found:
                parts += _finding_markdown(finding)
    if any("xarray" in f.fix for f in report.findings):
        name = _name(report)
        stem = os.path.splitext(name)[0]
        parts += [
            "## How to apply a fix",
            "",
            "The xarray lines go between these two; ncatted is part of the NCO tools and changes the file in place.",
            "",
            "```python",
            fixtext.prelude(name, grouped=_grouped(report)),
            "# ... the lines of the fix ...",
            fixtext.epilogue(f"{stem}_fixed.nc", grouped=_grouped(report)),
            "```",
            "",
        ]
    parts += [
        "## Checks",
        "",
        f"{len(report.run)} run, {len(report.skipped)} skipped, {len(report.failed)} failed.",
        "",
    ]
    parts += ["| check | what it asks | result |", "|---|---|---|"]
    for word, rows in (("failed", report.failed), ("skipped", report.skipped), ("run", report.run)):
        parts += [
            f"| {_cell(c.name)} | {_cell(c.title)} | {word}{': ' + _cell(c.reason) if c.reason else ''} |" for c in rows
        ]
    parts += ["", "Versions: " + ", ".join(f"{k} {v}" for k, v in report.versions.items()) + ".", ""]
    return "\n".join(parts)


def _facts_markdown(report: Report) -> list[str]:
    facts = report.facts
    if "variables" not in facts:
        return []
    rows = [r for r in facts["variables"] if r.get("role") not in ("helper", "")]
    dims = ", ".join(f"{k} = {v}" for k, v in list(facts["dimensions"].items())[:12])
    parts = [
        f"{facts['format']}, {facts.get('bytes', 0):,} bytes; {dims}. {facts['values_read']:.0%} of the "
        "values were read.",
        "",
    ]
    parts += ["| variable | units | valid | smallest | largest |", "|---|---|---|---|---|"]
    for row in rows[:40]:
        low, high = (f"{row[k]:.6g}" if isinstance(row.get(k), int | float) else "" for k in ("min", "max"))
        parts.append(
            f"| {_cell(row['name'])} | {_cell(row['units']) or '—'} | {row.get('valid', '')} of "
            f"{row.get('total', '')} | {low} | {high} |"
        )
    if len(rows) > 40:
        parts.append(f"| and {len(rows) - 40} more | | | | |")
    return [*parts, ""]


def _finding_markdown(finding: Finding) -> list[str]:
    where = f" — {_cell(_few(finding.variables))}" if finding.variables else ""
    parts = [f"### {_cell(finding.id)}{where}", "", _cell(finding.message), ""]
    evidence = finding.evidence.get("text", "")
    rows = [
        ("Evidence", _cell(evidence) + _count(finding)),
        ("Why it matters", finding.why),
        ("Rule", _cell(finding.reference)),
        ("Said by", f"{finding.source}, confidence {finding.confidence}"),
        ("Note", _cell(finding.fix.get("note", ""))),
    ]
    parts += [f"- **{title}:** {text}" for title, text in rows if text]
    for language, key in (("python", "xarray"), ("sh", "ncatted")):
        if finding.fix.get(key):
            mark = _fence(finding.fix[key])
            parts += ["", f"{mark}{language}", finding.fix[key], mark]
    return [*parts, ""]


def _count(finding: Finding) -> str:
    count, total = finding.evidence.get("count"), finding.evidence.get("total")
    return f" ({count} of {total})" if count is not None and total is not None else ""


def _few(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


_STYLE = """
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7a;--line:#d5dde4;--paper:#fff;--code:#f2f5f8;--bad:#b3261e;
--odd:#8a5a00;--tip:#1f5a85;--good:#1d6b3a}
@media(prefers-color-scheme:dark){:root{--ink:#e3e9ef;--soft:#9fb0bf;--line:#33414e;--paper:#141b22;--code:#1d2731;
--bad:#ff8a80;--odd:#f0b95a;--tip:#8fc1e8;--good:#7fd3a0}img{background:#fff}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;
margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid var(--line)}
.verdict{font-weight:600;padding:.6rem .8rem;border-left:.35rem solid var(--soft);background:var(--code)}
.violations,.unreadable{border-color:var(--bad)}.suspicious,.incomplete{border-color:var(--odd)}
.recommendations{border-color:var(--tip)}.clean{border-color:var(--good)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}
.tag{font-size:.8rem;font-weight:600;margin-right:.5rem}.tag.violation{color:var(--bad)}.tag.suspicious{color:var(--odd)}
.tag.recommendation{color:var(--tip)}dl{display:grid;grid-template-columns:9rem 1fr;gap:.2rem .8rem;margin:.6rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}pre{background:var(--code);padding:.6rem;overflow-x:auto;font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.25rem .5rem;
border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td:first-child{min-width:9.5rem}figure{margin:1rem 0}img{max-width:100%;height:auto;border-radius:.3rem}
figcaption,.soft{color:var(--soft);font-size:.9rem}
"""


def render_html(report: Report) -> str:
    """One HTML page with style and plots inside: nothing is loaded from anywhere, no script runs."""
    from tools.netcdf.plots import draw

    e = html.escape
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        "'unsafe-inline'; img-src data:\">",
        f"<title>NetCDF report: {e(_name(report))}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{e(_name(report))}</h1>",
        f'<p class="verdict {report.verdict}">{VERDICT_WORDS[report.verdict]}. {e(report.summary)}</p>',
    ]
    for level in LEVELS:
        found = report.of_level(level)
        if found:
            parts.append(f"<h2>{HEADINGS[level]} ({len(found)})</h2>")
            parts += [_finding_html(f, opened=level == "suspicious" and len(found) <= 6) for f in found]
    if any("xarray" in f.fix for f in report.findings):
        name = _name(report)
        whole = "\n".join(
            (
                fixtext.prelude(name, grouped=_grouped(report)),
                "# ... the lines of the fix ...",
                fixtext.epilogue(f"{os.path.splitext(name)[0]}_fixed.nc", grouped=_grouped(report)),
            )
        )
        parts.append(f"<details><summary>How to apply a fix with xarray</summary><pre>{e(whole)}</pre></details>")
    plots = draw(report)
    if plots:
        parts.append("<h2>Quick look</h2>")
        for title, caption, pictures in plots:
            images = "".join(
                f'<img alt="{e(description)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
                for description, png in pictures
            )
            parts.append(f"<figure>{images}<figcaption><b>{e(title)}</b>: {e(caption)}</figcaption></figure>")
    parts += _variables_html(report)
    parts.append(
        "<h2>Checks</h2><table><thead><tr><th>check</th><th>what it asks</th><th>result</th></tr></thead><tbody>"
    )
    for word, checks in (("failed", report.failed), ("skipped", report.skipped), ("run", report.run)):
        for c in checks:
            reason = f": {e(c.reason)}" if c.reason else ""
            parts.append(f"<tr><td>{e(c.name)}</td><td>{e(c.title)}</td><td>{word}{reason}</td></tr>")
    versions = ", ".join(f"{e(k)} {e(v)}" for k, v in report.versions.items())
    parts.append(f'</tbody></table><p class="soft">{versions}. Checked in {report.seconds:g} s.</p></body></html>')
    return "".join(parts)


def _finding_html(finding: Finding, *, opened: bool) -> str:
    e = html.escape
    rows = [
        ("Evidence", finding.evidence.get("text", "") + _count(finding)),
        ("Why it matters", finding.why),
        ("Rule", finding.reference),
        ("Said by", f"{finding.source}, confidence {finding.confidence}"),
        ("Note", finding.fix.get("note", "")),
        ("Id", finding.id),
    ]
    body = "".join(f"<dt>{t}</dt><dd>{e(str(v))}</dd>" for t, v in rows if v)
    code = "".join(
        f"<p class=soft>{title}</p><pre>{e(finding.fix[key])}</pre>"
        for title, key in (("Fix with xarray", "xarray"), ("Fix with ncatted (NCO)", "ncatted"))
        if finding.fix.get(key)
    )
    # A message over many variables names them itself.
    where = f"<b>{e(finding.variables[0])}</b> " if len(finding.variables) == 1 else ""
    return (
        f"<details{' open' if opened else ''}><summary><span class='tag "
        f"{finding.level}'>{finding.cls}</span>{where}"
        f"{e(finding.message)}</summary><dl>{body}</dl>{code}</details>"
    )


def _variables_html(report: Report) -> list[str]:
    rows = [r for r in report.facts.get("variables", []) if r.get("role") not in ("helper", "")]
    if not rows:
        return []
    parts = ["<h2>Variables</h2><table><thead><tr>"]
    parts += [f"<th>{t}</th>" for t in ("variable", "standard name", "units", "valid", "smallest", "largest")]
    parts.append("</tr></thead><tbody>")
    for row in rows[:60]:
        low, high = (f"{row[k]:.6g}" if isinstance(row.get(k), int | float) else "" for k in ("min", "max"))
        cells = (
            row["name"],
            row["standard_name"],
            row["units"],
            f"{row.get('valid', '')} of {row.get('total', '')}",
            low,
            high,
        )
        parts.append("<tr>" + "".join(f"<td>{html.escape(str(c))}</td>" for c in cells) + "</tr>")
    return [*parts, "</tbody></table>"]


def checklist_rows(report: Report) -> list[dict[str, str]]:
    """One row for each thing that was asked of the file: passed, found, skipped or failed."""
    rows = [
        {
            "item": KINDS[f.code].title if f.code in KINDS else f"CF and ACDD: {f.cls}",
            "status": f.level,
            "variable": f.variable,
            "detail": f.message,
            "evidence": str(f.evidence.get("text", "")),
            "rule": f.reference,
            "finding": f.id,
            "done": "",
        }
        for f in report.findings
    ]
    for word, checks in (("failed", report.failed), ("skipped", report.skipped), ("checked", report.run)):
        rows += [
            {"item": c.title, "status": word, "variable": "", "detail": c.reason, "evidence": "", "rule": c.name}
            | {"finding": "", "done": ""}
            for c in checks
        ]
    return rows


def checklist_csv(report: Report) -> str:
    """The quality checklist for a spreadsheet. A cell that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    fields = ["item", "status", "variable", "detail", "evidence", "rule", "finding", "done"]
    writer = csv.DictWriter(out, fields, lineterminator="\n")
    writer.writeheader()
    for row in checklist_rows(report):
        writer.writerow({k: f"'{v}" if v[:1] in ("=", "+", "-", "@") else v for k, v in row.items()})
    return out.getvalue()


def checklist_markdown(report: Report) -> str:
    """The quality checklist to tick off."""
    lines = [f"# Quality checklist: {_cell(_name(report))}", ""]
    for row in checklist_rows(report):
        box = "x" if row["status"] == "checked" else " "
        about = f" ({_cell(row['variable'])})" if row["variable"] else ""
        detail = f": {_cell(row['detail'])}" if row["detail"] else ""
        lines.append(f"- [{box}] {_cell(row['item'])}{about} — {row['status']}{detail}")
    return "\n".join([*lines, ""])


def render_table(reports: Sequence[Report]) -> str:
    """Several files at a glance, as a Markdown table."""
    lines = ["| file | verdict | violations | suspicious | recommendations | first |", "|---|---|---|---|---|---|"]
    for r in reports:
        first = next((f for f in r.findings if f.level != "recommendation"), None)
        counts = " | ".join(str(len(r.of_level(level))) for level in ("violation", "suspicious", "recommendation"))
        lines.append(
            f"| {_cell(_name(r))} | {VERDICT_WORDS[r.verdict]} | {counts} | {_cell(first.message) if first else ''} |"
        )
    return "\n".join([*lines, ""])
