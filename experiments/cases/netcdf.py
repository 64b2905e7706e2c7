"""Small NetCDF files for the tasks of checking: one in order, three with one known defect each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FILES = ("ctd_clean.nc", "ctd_units.nc", "ctd_spike.nc", "mooring_time.nc")


def write_files(folder: Path) -> list[Path]:
    """Write the files into a folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        _write(folder / name)
    return [folder / name for name in FILES]


def _write(path: Path) -> None:
    import numpy as np
    from netCDF4 import Dataset

    series = path.name.startswith("mooring")
    with Dataset(path, "w") as data:
        data.Conventions, data.title, data.institution = "CF-1.11", path.stem, "Leadline's tasks"
        data.featureType = "timeSeries" if series else "profile"
        dimension = "time" if series else "depth"
        data.createDimension(dimension, 40)
        places = np.arange(40.0)
        times = places * 3600.0
        if path.name == "mooring_time.nc":
            times[20:] -= 7200.0  # runs backwards once
        _variable(data, "time", (dimension,) if series else (), times if series else 0.0, "time", TIME, axis="T")
        depth = 100.0 if series else places * 25.0
        _variable(data, "depth", () if series else (dimension,), depth, "depth", "m", positive="down", axis="Z")
        _variable(data, "lat", (), 41.5, "latitude", "degrees_north", axis="Y")
        _variable(data, "lon", (), -52.25, "longitude", "degrees_east", axis="X")
        temperature = 18.0 - 0.35 * places
        if path.name == "ctd_spike.nc":
            temperature[17] = 31.0
        unit = "psu" if path.name == "ctd_units.nc" else "degree_Celsius"
        found = _variable(data, "temperature", (dimension,), temperature, "sea_water_temperature", unit)
        found.coordinates = "time lat lon" if not series else "lat lon depth"


TIME = "seconds since 2024-05-01T00:00:00Z"


def _variable(
    data: Any, name: str, dimensions: tuple[str, ...], values: Any, standard: str, units: str, **more: str
) -> Any:
    made = data.createVariable(name, "f8", dimensions)
    made.standard_name, made.units, made.long_name = standard, units, standard.replace("_", " ")
    for key, value in more.items():
        made.setncattr(key, value)
    if name == "time":
        made.calendar = "standard"
    made[...] = values
    return made
