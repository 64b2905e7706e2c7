"""What a report says, before it is drawn: one section for each suite, the same for every format."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from experiments.machine import machine_line
from experiments.report.figures import (
    LABELS,
    Comparison,
    Series,
    clock_label,
    clocks,
    comparisons,
    load,
    percentiles,
    told_settings,
)
from experiments.stats import Interval
from experiments.suite import Table
from experiments.suites import SUITES, suite


@dataclass(frozen=True)
class Section:
    """One suite: `named` says who judged, with which settings, on which machine; every figure carries it."""

    title: str
    named: Sequence[str]
    tables: Sequence[Table]
    series: Sequence[Series]
    pairs: Sequence[Comparison] = field(default_factory=tuple)

    @property
    def caption(self) -> str:
        return " ".join(self.named)


def sections(paths: Sequence[Path]) -> list[Section]:
    """The sections of a report on result files. Raises FileMissing, UsageError."""
    return [_section(name, series) for name, series in load(paths).items()]


def _section(name: str, series: Sequence[Series]) -> Section:
    pairs = comparisons(series)
    tables = [_overview(series)]
    if len({row["category"] for one in series for row in one.judged}) > 1:
        tables.append(_categories(series))
    if any(one.metrics() for one in series):
        tables.append(_metrics(series))
    if pairs:
        tables.append(_pairs(pairs))
    if any(one.failures() for one in series):
        tables.append(_failures(series))
    tables.append(_times(series))
    if name in SUITES:
        tables.extend(suite(name).tables([{**row, "model": one.label} for one in series for row in one.judged]))
    return Section(series[0].head["title"] if series else name, _named(series), tables, series, pairs)


def _named(series: Sequence[Series]) -> list[str]:
    judges = dict.fromkeys(f"Judge: {one.head['judge']}." for one in series)
    machines = dict.fromkeys(f"Machine: {machine_line(one.head['machine'])}." for one in series)
    models = [f"{one.label}: {told_settings(one.settings)}." for one in series]
    return [*judges, *models, *machines]


def percent(interval: Interval) -> str:
    """A share with its interval.

    >>> percent(Interval(0.5, 0.25, 0.75))
    '50.0 % (25.0 to 75.0)'
    """
    if math.isnan(interval.value):
        return ""
    return f"{100 * interval.value:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def _overview(series: Sequence[Series]) -> Table:
    rows = []
    for one in series:
        read, written = one.tokens()
        cost = "" if one.cost is None else f"{one.cost:.4f}"
        tokens = f"{read:,} / {written:,}" if read or written else ""
        rows.append(
            (one.label, str(len(one.scores())), _repeats(one), percent(one.share()), str(one.errors), tokens, cost)
        )
    columns = ("model", "cases", "repeats", "score (95 %)", "errors left out", "tokens read / written", "cost")
    return Table("Score", columns, rows)


def _repeats(series: Series) -> str:
    return str(max((int(row["repeat"]) for row in series.rows), default=0))


def _categories(series: Sequence[Series]) -> Table:
    found = {one.label: one.categories() for one in series}
    names = dict.fromkeys(name for categories in found.values() for name in categories)
    rows = []
    for name in names:
        count = max(len({r["case"] for r in one.judged if r["category"] == name}) for one in series)
        rows.append(
            (name, str(count), *(percent(found[one.label][name]) if name in found[one.label] else "" for one in series))
        )
    return Table("By category", ("category", "cases", *(one.label for one in series)), rows)


def _metrics(series: Sequence[Series]) -> Table:
    found = {one.label: one.metrics() for one in series}
    names = dict.fromkeys(name for metrics in found.values() for name in metrics)
    rows = [(LABELS.get(name, name), *(_number(found[one.label].get(name)) for one in series)) for name in names]
    return Table("Figures (95 %)", ("figure", *(one.label for one in series)), rows)


def _number(interval: Interval | None) -> str:
    if interval is None or math.isnan(interval.value):
        return ""
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _pairs(pairs: Sequence[Comparison]) -> Table:
    rows = [
        (
            f"{pair.first} less {pair.second}",
            str(pair.paired.cases),
            f"{100 * pair.paired.difference.value:+.1f} ({100 * pair.paired.difference.low:+.1f} to "
            f"{100 * pair.paired.difference.high:+.1f})",
            f"{pair.paired.only_first} / {pair.paired.only_second}",
            _p(pair.paired.p),
            _p(pair.adjusted),
        )
        for pair in pairs
    ]
    columns = (
        "pair",
        "cases in common",
        "difference in points (95 %, paired bootstrap)",
        "passed by the first / the second alone",
        "p (McNemar, exact)",
        "p adjusted (Holm)",
    )
    return Table("In pairs", columns, rows)


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "< 0.0001"


def _failures(series: Sequence[Series]) -> Table:
    found = {one.label: one.failures() for one in series}
    total: dict[str, int] = {}
    for counted in found.values():
        for name, count in counted.items():
            total[name] = total.get(name, 0) + count
    rows = [
        (name.replace("_", " "), *(str(found[one.label].get(name, 0)) for one in series))
        for name in sorted(total, key=lambda name: (-total[name], name))
    ]
    return Table("What went wrong, results", ("failure", *(one.label for one in series)), rows)


def _times(series: Sequence[Series]) -> Table:
    rows = []
    for name in clocks(series):
        cells = []
        for one in series:
            values = one.clock(name)
            told = percentiles(values) if values else None
            cells.append(f"{told['p50']:.3g} / {told['p95']:.3g}" if told else "")
        rows.append((clock_label(name), *cells))
    return Table("Times, median / 95th percentile", ("time", *(one.label for one in series)), rows)
