"""The "data and quality control" paragraph for a paper: every number in it comes from the report, and says where."""

from __future__ import annotations

from typing import Any

from tools.netcdf.model import Finding, Report


def methods_paragraph(report: Report) -> str:
    """A paragraph with numbered sources below it: attributes (`attr:title`), facts (`fact:...`) and finding ids.

    Nothing is judged here that the report does not hold. A file that cannot be read gives one sentence that says so.
    """
    if report.verdict == "unreadable" or "variables" not in report.facts:
        reason = report.findings[0].id if report.findings else "no finding"
        return f"The file could not be read and was not used [{reason}]."
    sources: list[str] = []

    def cite(source: str) -> str:
        if source not in sources:
            sources.append(source)
        return f"[{sources.index(source) + 1}]"

    sentences = [_data(report, cite), _quality(report, cite), *_outcome(report, cite)]
    listing = "\n".join(f"{number}. {source}" for number, source in enumerate(sources, 1))
    return " ".join(s for s in sentences if s) + "\n\nSources:\n" + listing + "\n"


def _data(report: Report, cite: Any) -> str:
    attrs, facts = report.facts["attributes"], report.facts
    title = str(attrs.get("title", "")).strip()
    name = report.file.rstrip("/").rsplit("/", 1)[-1]
    text = f'The data set "{title}" {cite("attr:title")}' if title else f"The file {name} {cite('fact:file')}"
    if str(attrs.get("institution", "")).strip():
        text += f" of {str(attrs['institution']).strip()} {cite('attr:institution')}"
    rows = [r for r in facts["variables"] if r["role"] in ("measured", "pressure") and r.get("valid")]
    named = [
        f"{(r['standard_name'] or r['long_name'] or r['name']).replace('_', ' ')} ({r['units'] or 'no units'})"
        for r in rows[:5]
    ]
    more = f" and {len(rows) - 5} further variables" if len(rows) > 5 else ""
    text += f" was used as {facts['format']} {cite('fact:format')}"
    if named:
        text += f" with {', '.join(named)}{more} {cite('fact:variables')}"
    where = facts.get("positions") or {}
    if {"lat_min", "lat_max", "lon_min", "lon_max"} <= set(where):
        text += (
            f", at latitudes {where['lat_min']:.4g} to {where['lat_max']:.4g} and longitudes "
            f"{where['lon_min']:.4g} to "
            f"{where['lon_max']:.4g} {cite('fact:positions')}"
        )
    start, end = attrs.get("time_coverage_start"), attrs.get("time_coverage_end")
    if start and end:
        text += f", from {start} to {end} {cite('attr:time_coverage_start, attr:time_coverage_end')}"
    return text + "."


def _quality(report: Report, cite: Any) -> str:
    facts = report.facts
    rows = [r for r in facts["variables"] if r["role"] == "measured" and r.get("total")]
    valid, total = sum(r["valid"] for r in rows), sum(r["total"] for r in rows)
    checker = report.versions.get("compliance-checker", "")
    table = report.versions.get("CF standard name table", "")
    text = (
        f"It was checked with Leadline ({len(report.run)} checks run, {len(report.skipped)} not applicable, "
        f"{len(report.failed)} failed {cite('fact:checks')}), which uses compliance-checker {checker} with "
        "the CF standard name "
        f"table {table} {cite('fact:versions')}"
    )
    if facts.get("values_read", 1.0) < 1.0:
        text += f", on {facts['values_read']:.0%} of the values {cite('fact:values_read')}"
    if total:
        text += (
            f"; {valid} of {total} values of the measured variables ({valid / total:.1%}) "
            f"are present {cite('fact:variables')}"
        )
    return text + "."


def _outcome(report: Report, cite: Any) -> list[str]:
    sentences = []
    for level, word in (("violation", "violated its convention"), ("suspicious", "held suspicious values")):
        found = report.of_level(level)  # type: ignore[arg-type]
        if found:
            listed = "; ".join(f"{_short(f)} {cite('finding:' + f.id)}" for f in found[:5])
            more = f"; and {len(found) - 5} further findings" if len(found) > 5 else ""
            sentences.append(f"The file {word} in {len(found)} respect{'s' if len(found) > 1 else ''}: {listed}{more}.")
    if not sentences:
        sentences.append(f"No violation of its convention and no suspicious value was found {cite('fact:verdict')}.")
    return sentences


def _short(finding: Finding) -> str:
    return finding.message.rstrip(".")
