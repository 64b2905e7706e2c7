"""Quick-look plots drawn from a report: where, the profile or series with suspicious values marked, the distribution.

matplotlib draws without a display (Agg); each picture is a PNG of about 20 kB. A variable has two, its values and their
distribution, so that they can stand below each other on a phone and stay legible.
"""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from tools.netcdf.model import Report

#: Colours that stay apart for colour-blind readers and in grey.
_LINE, _MARK, _BAR, _LAND = "#1f5a85", "#c8322b", "#8fb3cf", "#b9b4a8"


class Picture(NamedTuple):
    """A PNG, and what it shows for those who cannot see it."""

    description: str
    png: bytes


def draw(report: Report) -> list[tuple[str, str, list[Picture]]]:
    """(title, caption, its pictures) of each plot, none for a file without values."""
    plots = report.facts.get("plots") or {}
    found = []
    if plots.get("positions"):
        found.append(_positions(plots["positions"]))
    return found + [_variable(plot) for plot in plots.get("variables", [])]


def _figure(wide: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, 3.2), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _numbers(values: list[Any]) -> Any:
    import numpy as np

    return np.array([np.nan if v is None else v for v in values], dtype=float)


def _positions(data: dict[str, Any]) -> tuple[str, str, list[Picture]]:
    import numpy as np

    from tools.netcdf.checks.landmask import is_land

    lat, lon = _numbers(data["lat"]), _numbers(data["lon"])
    ok = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90)
    figure, axes = _figure(5.4)
    if ok.any():
        spread = max(8.0, 1.4 * float(np.ptp(lat[ok])), 1.4 * float(np.ptp(lon[ok])) / 1.6)
        middle = (float(lat[ok].min() + lat[ok].max()) / 2, float(lon[ok].min() + lon[ok].max()) / 2)
        south, north = max(-90.0, middle[0] - spread / 2), min(90.0, middle[0] + spread / 2)
        west, east = middle[1] - 0.8 * spread, middle[1] + 0.8 * spread
        grid_lat, grid_lon = np.linspace(south, north, 240), np.linspace(west, east, 360)
        land = is_land(*np.meshgrid(grid_lat, grid_lon, indexing="ij"))
        axes.contourf(grid_lon, grid_lat, land.astype(float), levels=[0.5, 1.5], colors=[_LAND])
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
    colour = _MARK if data["suspicious"] and not data["marked"] else _LINE
    axes.plot(lon[ok], lat[ok], ".-" if ok.sum() < 200 else ".", color=colour, ms=5, lw=0.6)
    marked = [(y, x) for y, x in data["marked"] if y is not None and x is not None and abs(y) <= 90]
    if marked:
        axes.plot([x for _, x in marked], [y for y, _ in marked], "o", mfc="none", mec=_MARK, ms=9, mew=1.6)
    axes.set_xlabel("longitude")
    axes.set_ylabel("latitude")
    axes.set_title("Positions (land in grey)", fontsize=10)
    text = f"Map of {_counted(int(ok.sum()), 'position')}" + (
        f", {len(marked)} of them marked as suspicious." if marked else "."
    )
    return "Positions", text, [Picture(text, _png(figure))]


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _variable(plot: dict[str, Any]) -> tuple[str, str, list[Picture]]:
    figure, left = _figure(5.4)
    units = _shortened(plot["units"] or "no units", 24)
    label = f"{_shortened(plot['name'], 28)} ({units})"
    marked = [(a, v) for a, v in plot.get("marked", []) if a is not None and v is not None]
    if plot["kind"] == "map":
        mesh = left.pcolormesh(
            _numbers(plot["lon"]),
            _numbers(plot["lat"]),
            [_numbers(row) for row in plot["field"]],
            shading="nearest",
            cmap="viridis",
        )
        figure.colorbar(mesh, ax=left, label=label)
        left.set_xlabel("longitude")
        left.set_ylabel("latitude")
    else:
        along, values, dated = _numbers(plot["along"]), _numbers(plot["values"]), bool(plot.get("along_dated"))
        profile = plot["kind"] == "profile"
        x, y = (values, along) if profile else (along, values)
        left.plot(x, y, ".-" if len(along) < 300 else "-", color=_LINE, lw=0.9, ms=3)
        if marked:
            points = [(v, a) if profile else (a, v) for a, v in marked]
            left.plot([p[0] for p in points], [p[1] for p in points], "o", mfc="none", mec=_MARK, ms=9, mew=1.6)
        left.set_xlabel(label if profile else plot["along_label"])
        left.set_ylabel(plot["along_label"] if profile else label)
        if profile:
            left.invert_yaxis()
        elif dated:
            _date_axis(left)
    left.set_title(_shortened(plot["title"]), fontsize=10)
    about = f"; findings: {', '.join(plot['findings'])}" if plot["findings"] else ""
    circled = f", {_counted(len(marked), 'value')} circled" if marked else ""
    kind = plot["kind"].capitalize()
    pictures = [Picture(f"{kind} of {plot['name']}{circled}{about}.", _png(figure))]
    histogram = plot.get("histogram") or {}
    if histogram:
        pictures.append(_distribution(plot["name"], units, histogram, [value for _, value in marked]))
    with_it = " and distribution" if histogram else ""
    return plot["name"], f"{kind}{with_it}{circled}{about}.", pictures


def _distribution(name: str, units: str, histogram: dict[str, Any], marked: list[float]) -> Picture:
    figure, axes = _figure(3.0)
    counts = histogram["counts"]
    axes.stairs(counts, _numbers(histogram["edges"]), fill=True, color=_BAR)
    # Few outliers beside many values are seen on a logarithmic axis only; for the rest plain numbers are read faster.
    if max(counts) > 50 * min(count for count in counts if count):
        from matplotlib.ticker import NullFormatter

        axes.set_yscale("log")
        axes.set_ylim(bottom=0.5)
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.yaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.get_major_locator().set_params(nbins=4)
    axes.set_xlabel("dimensionless" if units == "1" else units)
    axes.set_ylabel("number of values")
    for value in marked[:20]:
        axes.axvline(value, color=_MARK, lw=1.0)
    axes.set_title("distribution", fontsize=10)
    return Picture(f"Distribution of {name}.", _png(figure))


def _date_axis(axes: Any) -> None:
    """Ticks that read as dates; the values are days since 1970-01-01."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
