"""A file of gigabytes, written slab by slab, with one defect deep inside."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np


def write_big(path: Path, gibibytes: float) -> None:
    """Hourly sea surface temperature on a grid, uncompressed; one value of 500 degC in the last quarter."""
    rows, columns = 512, 1024
    steps = int(gibibytes * 2**30 / (rows * columns * 4))
    with netCDF4.Dataset(path, "w") as dataset:
        dataset.Conventions = "CF-1.8"
        for name, size in (("time", steps), ("lat", rows), ("lon", columns)):
            dataset.createDimension(name, size)
        for name, standard, unit, values in (
            ("time", "time", "hours since 2000-01-01", np.arange(steps)),
            ("lat", "latitude", "degrees_north", np.linspace(-59.9, 59.9, rows)),
            ("lon", "longitude", "degrees_east", np.linspace(0, 359.6, columns)),
        ):
            var = dataset.createVariable(name, "f8", (name,))
            var.standard_name, var.units = standard, unit
            var[:] = values
        dataset["time"].calendar = "standard"
        sst = dataset.createVariable("sst", "f4", ("time", "lat", "lon"), chunksizes=(1, rows, columns))
        sst.standard_name, sst.units = "sea_surface_temperature", "degC"
        field = np.random.default_rng(0).normal(15, 5, (rows, columns)).clip(-1.8, 33).astype("f4")
        for step in range(steps):
            sst[step] = np.roll(field, step, axis=1)
        sst[steps * 7 // 8, 5, 5] = 500.0
