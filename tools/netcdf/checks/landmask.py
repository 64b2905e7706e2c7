"""Land and sea at a position, from the 1 km mask of global-land-mask (GLOBE), which needs no network."""

from __future__ import annotations

from typing import Any

import numpy as np

from tools.netcdf.checks.context import Floats

Bools = np.ndarray[Any, np.dtype[np.bool_]]


def is_land(lat: Floats, lon: Floats) -> Bools:
    """Whether each position (degrees; any longitude convention) is land. Latitudes beyond the poles are clipped."""
    from global_land_mask import globe

    lat = np.clip(lat, -89.99, 89.99)
    lon = (lon + 180.0) % 360.0 - 180.0
    return np.asarray(globe.is_land(lat, np.clip(lon, -179.99, 179.99)), dtype=bool)


def is_inland(lat: Floats, lon: Floats, degrees: float = 0.12) -> Bools:
    """Whether each position is land all round within about 13 km: no coast, estuary or lake counts."""
    land = is_land(lat, lon)
    stretch = 1.0 / np.maximum(np.cos(np.deg2rad(np.clip(lat, -85, 85))), 0.1)
    for north in (-degrees, 0.0, degrees):
        for east in (-degrees, 0.0, degrees):
            if north or east:
                land &= is_land(np.asarray(lat + north), np.asarray(lon + east * stretch))
    return land


def agreement(missing: Bools, lat: Floats, lon: Floats) -> float:
    """Share of grid cells where "missing" and "land" say the same; `missing` has shape (lat, lon)."""
    grid_lat, grid_lon = np.meshgrid(lat, lon, indexing="ij")
    return float(np.mean(is_land(grid_lat, grid_lon) == missing))
