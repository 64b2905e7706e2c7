"""The axis attribute and the bounds of coordinates, against what the coordinate is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.netcdf import fixes
from tools.netcdf.catalogue import finding
from tools.netcdf.checks.context import Context, show
from tools.netcdf.model import Finding


def axes(context: Context) -> Iterator[Finding]:
    roles = context.roles
    for group, letter, word in (
        (roles.latitude, "Y", "latitude"),
        (roles.longitude, "X", "longitude"),
        (roles.time, "T", "time"),
        (roles.vertical, "Z", "vertical coordinate"),
    ):
        for var in group:
            said = var.text("axis").upper()
            if said in ("", letter) or (not var.standard_name and not var.units):
                continue
            yield finding(
                "axis-wrong",
                var.name,
                f"{var.name} is a {word} and says axis = {said!r}.",
                evidence={"text": f"standard_name {var.standard_name or 'absent'}, units {var.units or 'absent'}"},
                ops=[fixes.set_attr(var.name, "axis", letter)],
            )


def bounds(context: Context) -> Iterator[Finding]:
    """Each value lies between the edges of its own cell. Longitudes may be off by whole turns."""
    for var in context.data.variables.values():
        edges = context.data.find(var.text("bounds"), var.name) if var.text("bounds") else None
        if edges is None or not var.numeric or not edges.numeric or len(var.dims) != 1 or edges.dims[:1] != var.dims:
            continue
        if len(edges.shape) != 2 or edges.shape[1] != 2 or edges.units not in ("", var.units):
            continue
        values, cell = context.values(var), context.values(edges)
        if values is None or cell is None or not np.isfinite(cell).any():
            continue
        low, high = cell.min(axis=1), cell.max(axis=1)
        slack = 1e-6 * np.maximum(1.0, np.abs(values)) + 1e-3 * np.abs(high - low)
        with np.errstate(invalid="ignore"):
            outside = (values < low - slack) | (values > high + slack)
            if var in context.roles.longitude:
                turned = (values - low) % 360.0 <= (high - low) + slack
                outside &= ~turned
        places = np.flatnonzero(outside)
        if not places.size:
            continue
        first = int(places[0])
        yield finding(
            "bounds-values",
            f"{var.name}, {edges.name}",
            f"{places.size} of {values.size} values of {var.name} lie outside their cell in {edges.name}.",
            evidence={
                "text": f"at index {first}: {show(float(values[first]))} is not in {show(float(low[first]))} to "
                f"{show(float(high[first]))}",
                "index": places[:20].tolist(),
                "values": [float(values[first]), float(low[first]), float(high[first])],
                "count": int(places.size),
                "total": int(values.size),
            },
            note="Make the bounds anew from the source's cells; midpoints of the coordinate are a guess.",
        )
