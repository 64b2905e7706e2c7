"""The plots of a report, as SVG. Models are told apart by hatching and markers, so that they can be read in black
and white; colours only help.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.report.figures import Comparison, Series
from experiments.stats import Interval

HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++", "oooo", "----")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 2)), (0, (3, 1)))
#: Okabe and Ito's colours, in an order whose greys differ.
COLOURS = ("#56b4e9", "#e69f00", "#f0e442", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#bbbbbb")
#: More series than can be told apart are left to the tables.
MOST_SERIES = len(HATCHES)
_WIDTH = 8.6


@dataclass(frozen=True)
class Plot:
    """A drawn plot. It stands above the table of its title; `told` says what it shows for those who do not see it."""

    title: str
    told: str
    svg: str


def plots(series: Sequence[Series], pairs: Sequence[Comparison]) -> list[Plot]:
    """The plots of one suite."""
    shown = list(series)[:MOST_SERIES]
    made = [_scores(shown)]
    if len({row["category"] for one in shown for row in one.judged}) > 1:
        made.append(_categories(shown))
    if pairs:
        made.append(_pairs(pairs[:20]))
    if any(one.failures() for one in shown):
        made.append(_failures(shown))
    if any(one.clock("seconds") for one in shown):
        made.append(_times(shown))
    return made


def _scores(series: Sequence[Series]) -> Plot:
    shares = [one.share() for one in series]
    figure, axes = _canvas(0.9 + 0.5 * len(series))
    for place, share in enumerate(shares):
        axes.barh(place, _percent(share.value), height=0.62, **_style(place))
        _whisker(axes, place, share)
        _value(axes, place, share)
    _rows(axes, [one.label for one in series])
    axes.set_xlim(0, 112)
    axes.set_xlabel("score, % (95 % interval)")
    told = "; ".join(f"{one.label} {_say(share)}" for one, share in zip(series, shares, strict=True))
    return Plot("Score", f"Score of each model: {told}.", _svg(figure, "scores"))


def _categories(series: Sequence[Series]) -> Plot:
    found = [one.categories() for one in series]
    names = list(dict.fromkeys(name for categories in found for name in categories))
    height = 0.8 / len(series)
    figure, axes = _canvas(1.3 + len(names) * max(0.34, 0.19 * len(series)))
    for place, (one, categories) in enumerate(zip(series, found, strict=True)):
        for row, name in enumerate(names):
            if name in categories:
                where = row - 0.4 + height * (place + 0.5)
                label = one.label if row == next(i for i, n in enumerate(names) if n in categories) else None
                axes.barh(where, _percent(categories[name].value), height=height * 0.92, label=label, **_style(place))
                _whisker(axes, where, categories[name])
    _rows(axes, [name.replace("_", " ") for name in names])
    axes.set_xlim(0, 105)
    axes.set_xlabel("score, % (95 % interval)")
    _legend(axes, len(series))
    told = "; ".join(
        f"{name}: "
        + ", ".join(f"{one.label} {_say(c[name])}" for one, c in zip(series, found, strict=True) if name in c)
        for name in names
    )
    return Plot("By category", f"{told}.", _svg(figure, "categories"))


def _pairs(pairs: Sequence[Comparison]) -> Plot:
    figure, axes = _canvas(1.0 + 0.42 * len(pairs))
    for place, pair in enumerate(pairs):
        difference = pair.paired.difference
        low, high = 100 * difference.low, 100 * difference.high
        axes.plot([low, high], [place, place], color="black", linewidth=1.6)
        # A filled mark is a difference that the exact test calls one after adjusting for the number of pairs.
        axes.plot(
            100 * difference.value,
            place,
            marker="D",
            markersize=7,
            color="black",
            markerfacecolor="black" if pair.adjusted < 0.05 else "white",
        )
    axes.axvline(0, color="black", linewidth=0.8, linestyle="--")
    _rows(axes, [f"{pair.first} less {pair.second}" for pair in pairs])
    reach = max(5.0, *(abs(100 * v) for p in pairs for v in (p.paired.difference.low, p.paired.difference.high)))
    axes.set_xlim(-1.1 * reach, 1.1 * reach)
    axes.set_xlabel(
        "difference in points (95 %, paired bootstrap)\nfilled: p < 0.05, exact McNemar, adjusted after Holm"
    )
    told = "; ".join(f"{p.first} less {p.second}: {_say(p.paired.difference)}, p {p.adjusted:.4f}" for p in pairs)
    return Plot("In pairs", f"{told}.", _svg(figure, "pairs"))


def _failures(series: Sequence[Series]) -> Plot:
    found = [one.failures() for one in series]
    total: dict[str, int] = {}
    for counted in found:
        for name, count in counted.items():
            total[name] = total.get(name, 0) + count
    ranked = sorted(total, key=lambda name: (-total[name], name))
    names = ranked[: MOST_SERIES - 1]
    figure, axes = _canvas(1.5 + 0.5 * len(series))
    for place, (one, counted) in enumerate(zip(series, found, strict=True)):
        results, start = max(1, len(one.judged)), 0.0
        rest = sum(counted[name] for name in ranked if name not in names)
        for index, (name, count) in enumerate([*((n, counted[n]) for n in names), ("other", rest)]):
            width = 100 * count / results
            label = name.replace("_", " ") if place == 0 and (name != "other" or any_rest(found, names)) else None
            axes.barh(place, width, left=start, height=0.62, label=label, **_style(index))
            start += width
    _rows(axes, [one.label for one in series])
    axes.set_xlim(0, 105)
    axes.set_xlabel("results that went wrong, %")
    _legend(axes, min(len(names) + 1, 4))
    told = "; ".join(
        f"{one.label}: " + (", ".join(f"{n.replace('_', ' ')} {c}" for n, c in counted.most_common()) or "none")
        for one, counted in zip(series, found, strict=True)
    )
    return Plot("What went wrong, results", f"{told}.", _svg(figure, "failures"))


def any_rest(found: Sequence[Any], names: Sequence[str]) -> bool:
    """Whether any failure is left beside the named ones."""
    return any(name not in names for counted in found for name in counted)


def _times(series: Sequence[Series]) -> Plot:
    figure, axes = _canvas(3.2)
    told = []
    for place, one in enumerate(series):
        values = one.clock("seconds")
        if not values:
            continue
        shares = [100 * (index + 1) / len(values) for index in range(len(values))]
        axes.step(
            [max(value, 1e-4) for value in values],
            shares,
            where="post",
            color="black",
            linestyle=LINES[place],
            marker=MARKERS[place],
            markevery=max(1, len(values) // 8),
            markersize=5,
            markerfacecolor=COLOURS[place],
            linewidth=1.3,
            label=one.label,
        )
        told.append(f"{one.label}: median {values[len(values) // 2]:.3g} s")
    axes.set_xscale("log")
    axes.set_ylim(0, 101)
    axes.set_xlabel("seconds a case")
    axes.set_ylabel("results done, %")
    axes.grid(True, color="#dddddd", linewidth=0.6)
    _legend(axes, len(told))
    return Plot(
        "Times, median / 95th percentile", f"Share of results done by time. {'; '.join(told)}.", _svg(figure, "times")
    )


def _canvas(height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(True, axis="x", color="#dddddd", linewidth=0.6)
    return figure, axes


def _style(place: int) -> dict[str, Any]:
    return {
        "color": COLOURS[place % MOST_SERIES],
        "hatch": HATCHES[place % MOST_SERIES],
        "edgecolor": "black",
        "linewidth": 0.7,
    }


def _whisker(axes: Any, place: float, share: Interval) -> None:
    if not math.isnan(share.low):
        ends, line = [_percent(share.low), _percent(share.high)], [place, place]
        # On a ground of white, so that it is seen over the darkest hatching.
        axes.plot(ends, line, color="white", linewidth=3.6, solid_capstyle="butt")
        axes.plot(ends, line, color="black", linewidth=1.4, marker="|")


def _value(axes: Any, place: float, share: Interval) -> None:
    if not math.isnan(share.value):
        right = max(share.value, share.high if not math.isnan(share.high) else 0)
        axes.text(_percent(right) + 1.2, place, f"{_percent(share.value):.1f}", va="center", fontsize=9)


def _rows(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [name if len(name) <= 44 else f"{name[:42]}…" for name in names])
    axes.invert_yaxis()


def _legend(axes: Any, columns: int) -> None:
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=max(1, min(columns, 4)), frameon=False, fontsize=9)


def _percent(value: float) -> float:
    return 0.0 if math.isnan(value) else 100 * value


def _say(interval: Interval) -> str:
    return f"{100 * interval.value:.1f} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def _svg(figure: Any, salt: str) -> str:
    """The drawing as an SVG element; ids start with the plot's name, so that several stand in one page."""
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "hatch.linewidth": 0.7}):
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    svg = target.getvalue()
    svg = svg[svg.index("<svg") :]
    return re.sub(r'(id="|xlink:href="#|url\(#)', rf"\g<1>{salt}-", svg)
