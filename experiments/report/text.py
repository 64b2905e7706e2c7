"""Reports in the terminal and as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.report.sections import Section, sections
from experiments.suite import Table


def terminal(paths: Sequence[Path]) -> None:
    """Print a report: tables on standard output, plain text in every cell."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    for section in sections(paths):
        console.print(Text(f"\n{section.title}", style="bold"))
        for line in section.named:
            console.print(Text(line, style="dim"))
        for table in section.tables:
            drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=False, title=table.title, title_justify="left")
            for place, column in enumerate(table.columns):
                drawn.add_column(column, justify="right" if place else "left", overflow="fold")
            for row in table.rows:
                drawn.add_row(*(Text(cell) for cell in row))
            console.print(drawn)


def markdown(paths: Sequence[Path]) -> str:
    """The report as Markdown."""
    return "\n".join(_section(section) for section in sections(paths))


def write_markdown(paths: Sequence[Path], target: Path) -> None:
    """Write the report as Markdown, making its folder where it is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(markdown(paths), encoding="utf-8")


def _section(section: Section) -> str:
    lines = [f"# {section.title}", "", *(f"- {_cell(line)}" for line in section.named), ""]
    for table in section.tables:
        lines += [f"## {table.title}", "", *_table(table), ""]
    return "\n".join(lines)


def _table(table: Table) -> list[str]:
    return [
        _line(table.columns),
        "|---|" + "---:|" * (len(table.columns) - 1),
        *(_line(row) for row in table.rows),
    ]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
