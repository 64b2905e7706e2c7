"""A report as one page that needs nothing else: styles and plots are in it, no script, nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from experiments.report.plots import Plot, plots
from experiments.report.sections import Section, sections
from experiments.suite import Table

#: Failed results that a page lists for each model.
MOST_LISTED = 200

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color: #1a1a1a; background: #fff;
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; font-size: .92rem; }
.wide { overflow-x: auto; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #ccc; text-align: right; vertical-align: top;
  font-variant-numeric: tabular-nums; }
th { border-bottom: 2px solid #1a1a1a; } th:first-child, td:first-child { text-align: left; }
ul.named { margin: .3rem 0 1rem; padding-left: 1.2rem; color: #444; font-size: .92rem; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption { color: #444; font-size: .78rem; }
details { margin: .5rem 0; } summary { cursor: pointer; }
details td { text-align: left; }
section + section { border-top: 3px double #1a1a1a; margin-top: 3rem; padding-top: 2rem; }
@media print { body { margin: 0; max-width: none; } figure, table { break-inside: avoid; } }
"""


def page(paths: Sequence[Path]) -> str:
    """The report on result files as a page."""
    parts = sections(paths)
    title = "; ".join(section.title for section in parts)
    body = "\n".join(_section(number, section) for number, section in enumerate(parts, 1))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def write_html(paths: Sequence[Path], target: Path) -> None:
    """Write the page, making its folder where it is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(paths), encoding="utf-8")


def _section(number: int, section: Section) -> str:
    drawn = {plot.title: _figure(number, plot, section.caption) for plot in plots(section.series, section.pairs)}
    named = "".join(f"<li>{escape(line)}</li>" for line in section.named)
    tables = "".join(
        f"<h2>{escape(table.title)}</h2>{drawn.get(table.title, '')}{_table(table)}" for table in section.tables
    )
    return (
        f'<section><h1>{escape(section.title)}</h1><ul class="named">{named}</ul>{tables}{_failed(section)}</section>'
    )


def _figure(number: int, plot: Plot, caption: str) -> str:
    # Each drawing's ids are made its own once more: two suites in one page have plots of the same kind.
    svg = re.sub(r'(id="|xlink:href="#|url\(#)', rf"\g<1>s{number}-", plot.svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.told, quote=True)}" ', 1)
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _failed(section: Section) -> str:
    """Every result that went wrong, folded, with its reason."""
    made = []
    for one in section.series:
        failed = [row for row in one.rows if row["failure"]]
        if not failed:
            continue
        rows = "".join(
            f"<tr><td>{escape(str(row['case']))}</td><td>{escape(str(row['category']))}</td>"
            f"<td>{escape(str(row['failure']).replace('_', ' '))}</td><td>{escape(str(row['reason'])[:300])}</td></tr>"
            for row in failed[:MOST_LISTED]
        )
        more = f"<p>and {len(failed) - MOST_LISTED} more</p>" if len(failed) > MOST_LISTED else ""
        made.append(
            f"<details><summary>{escape(one.label)}: {len(failed)} results that went wrong</summary>"
            f'<div class="wide"><table><thead><tr><th scope="col">case</th><th scope="col">category</th>'
            f'<th scope="col">failure</th><th scope="col">reason</th></tr></thead><tbody>{rows}</tbody></table></div>'
            f"{more}</details>"
        )
    return f"<h2>Result by result</h2>{''.join(made)}" if made else ""
