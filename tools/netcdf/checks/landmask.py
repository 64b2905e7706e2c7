"""Land and sea at a position, from the 1 km mask of the package global-land-mask (GLOBE), which needs no network.

The package's own module unpacks 0.9 GB when it is imported. Here the same file is read as a stream and kept as two
grids of 1/30 degree (3.7 km at the equator), 7 MB each: cells that are mostly land, and cells that are land
throughout. The first reading takes some seconds, so the grids are kept in the user's cache folder.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tools.netcdf.checks.context import Floats
from tools.netcdf.model import NetCDFError

Bools = np.ndarray[Any, np.dtype[np.bool_]]

#: Cells of the mask that make one of ours, along each axis.
_COARSE = 4
_ROWS, _COLUMNS = 21_600 // _COARSE, 43_200 // _COARSE


def _read_package() -> tuple[Any, Any]:
    """(mostly land, wholly land) as packed bits of shape (5400, 1350), row 0 at the North Pole."""
    from importlib.util import find_spec

    # The package is located without importing it, which would unpack everything.
    spec = find_spec("global_land_mask")
    if spec is None or spec.origin is None:
        raise NetCDFError("The package global-land-mask is not installed.", "Run `make install`.")
    path = Path(spec.origin).with_name("globe_combined_mask_compressed.npz")
    mostly = np.empty((_ROWS, _COLUMNS // 8), np.uint8)
    wholly = np.empty((_ROWS, _COLUMNS // 8), np.uint8)
    with zipfile.ZipFile(path) as archive:
        latitudes = np.load(archive.open("lat.npy"))
        with archive.open("mask.npy") as stream:
            np.lib.format.read_magic(stream)
            np.lib.format.read_array_header_1_0(stream)
            for start in range(0, _ROWS, 60):
                # Four cells of a row are one number whose bytes are 0 (land) or 1; four rows are added at once,
                # and the multiplication gathers the four bytes in the highest.
                words = np.frombuffer(stream.read(60 * _COARSE * 43_200), "<u4").reshape(60, _COARSE, _COLUMNS)
                ocean = ((words[:, 0] + words[:, 1] + words[:, 2] + words[:, 3]) * np.uint32(0x01010101)) >> 24
                mostly[start : start + 60] = np.packbits(ocean < _COARSE * _COARSE // 2, axis=1)
                wholly[start : start + 60] = np.packbits(ocean == 0, axis=1)
    return (mostly, wholly) if latitudes[0] > 0 else (mostly[::-1], wholly[::-1])


@lru_cache(maxsize=1)
def _grids() -> tuple[Any, Any]:
    from platformdirs import user_cache_path

    kept = Path(user_cache_path("leadline")) / f"land-{version('global-land-mask')}.npz"
    try:
        with np.load(kept) as stored:
            return stored["mostly"], stored["wholly"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        grids = _read_package()
    _keep(kept, grids)
    return grids


def _keep(path: Path, grids: tuple[Any, Any]) -> None:
    """Writes the grids beside and moves them into place; a folder that cannot be written only costs time again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".npz")
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, mostly=grids[0], wholly=grids[1])
        os.replace(temporary, path)
    except OSError:
        return


def warm() -> None:
    """Reads the mask now rather than at the first position."""
    _grids()


def _look(grid: Any, lat: Floats, lon: Floats) -> Bools:
    lat, lon = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
    row = np.clip(((90.0 - lat) * (_ROWS / 180.0)).astype(int), 0, _ROWS - 1)
    column = np.clip((((lon + 180.0) % 360.0) * (_COLUMNS / 360.0)).astype(int), 0, _COLUMNS - 1)
    return np.asarray((grid[row, column // 8] >> (7 - column % 8)) & 1, dtype=bool)


def is_land(lat: Floats, lon: Floats) -> Bools:
    """Whether the cell at each position (degrees; any longitude convention) is mostly land."""
    return _look(_grids()[0], lat, lon)


def is_inland(lat: Floats, lon: Floats, degrees: float = 0.12) -> Bools:
    """Whether each position is land all round within about 13 km: no coast, estuary or lake counts."""
    wholly = _grids()[1]
    land = _look(wholly, lat, lon)
    stretch = 1.0 / np.maximum(np.cos(np.deg2rad(np.clip(lat, -85, 85))), 0.1)
    for north in (-degrees, 0.0, degrees):
        for east in (-degrees, 0.0, degrees):
            if north or east:
                land &= _look(wholly, np.clip(lat + north, -90, 90), lon + east * stretch)
    return land


def agreement(missing: Bools, lat: Floats, lon: Floats) -> float:
    """Share of grid cells where "missing" and "land" say the same; `missing` has shape (lat, lon)."""
    grid_lat, grid_lon = np.meshgrid(lat, lon, indexing="ij")
    return float(np.mean(is_land(grid_lat, grid_lon) == missing))
