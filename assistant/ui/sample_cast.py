"""A small NetCDF file for the first run: an invented CTD cast with four mistakes for the checker to find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NAME = "sample-cast.nc"
LEVELS = 120


def write_sample_cast(path: Path) -> None:
    """Write the cast. Its mistakes: salinity with a spike, temperature whose unit says kelvin and whose values are
    degrees Celsius, a longitude of 388 degrees, a fill value in oxygen that no attribute declares."""
    import netCDF4
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    pressure = np.arange(1, LEVELS + 1, dtype="f4") * 10
    temperature = 4 + 11 * np.exp(-pressure / 300)
    salinity = 34.9 + 0.6 * np.exp(-pressure / 400)
    salinity[57] += 2.5
    oxygen = 240 - 40 * np.exp(-(((pressure - 700) / 250) ** 2))
    oxygen[100:104] = -999.0
    with netCDF4.Dataset(path, "w") as file:
        file.setncatts(
            {
                "Conventions": "CF-1.8",
                "title": "Invented CTD cast for trying the checker",
                "institution": "Leadline sample",
                "source": "invented",
                "comment": "No such cast was made; four mistakes were put in.",
            }
        )
        file.createDimension("pressure", LEVELS)
        rows: tuple[tuple[str, Any, dict[str, str]], ...] = (
            ("pressure", pressure, {"standard_name": "sea_water_pressure", "units": "dbar", "positive": "down"}),
            ("temperature", temperature, {"standard_name": "sea_water_temperature", "units": "K"}),
            ("salinity", salinity, {"standard_name": "sea_water_practical_salinity", "units": "1"}),
            (
                "oxygen",
                oxygen,
                {"standard_name": "moles_of_oxygen_per_unit_mass_in_sea_water", "units": "umol kg-1"},
            ),
        )
        for name, values, attributes in rows:
            variable = file.createVariable(name, "f4", ("pressure",))
            variable.setncatts({"long_name": name, **attributes})
            variable[:] = values
            if name != "pressure":
                variable.coordinates = "latitude longitude"
        for name, value, unit in (("latitude", 57.4, "degrees_north"), ("longitude", 388.2, "degrees_east")):
            variable = file.createVariable(name, "f4")
            variable.setncatts({"standard_name": name, "units": unit})
            variable[...] = value
