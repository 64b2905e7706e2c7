"""Good files of each shape that researchers have, made from formulas: grid, cast, mooring, float, glider, model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tools.netcdf.checks.landmask import is_land

ACDD = {
    "Conventions": "CF-1.8, ACDD-1.3",
    "title": "Made for tests",
    "summary": "Values from formulas that look like the sea",
    "keywords": "Oceans > Ocean Temperature",
    "history": "2024-01-01T00:00:00Z made",
    "institution": "none",
    "source": "formula",
    "license": "CC0",
}
FILL = np.float32(-999.0)


def _coordinate(name: str, **more: Any) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "lat": {"standard_name": "latitude", "long_name": "latitude", "units": "degrees_north", "axis": "Y"},
        "lon": {"standard_name": "longitude", "long_name": "longitude", "units": "degrees_east", "axis": "X"},
        "depth": {"standard_name": "depth", "long_name": "depth", "units": "m", "positive": "down", "axis": "Z"},
        "time": {
            "standard_name": "time",
            "long_name": "time",
            "units": "days since 1950-01-01",
            "calendar": "standard",
            "axis": "T",
        },
    }
    return known[name] | more


def _sea(standard_name: str, units: str, coordinates: str = "") -> dict[str, Any]:
    attrs = {
        "standard_name": standard_name,
        "long_name": standard_name.replace("_", " "),
        "units": units,
        "_FillValue": FILL,
        "coverage_content_type": "physicalMeasurement",
    }
    return attrs | ({"coordinates": coordinates} if coordinates else {})


def grid(step: float = 4.0, months: int = 14, seed: int = 0) -> xr.Dataset:
    """A global monthly sea surface temperature with land missing, latitude descending as is legal."""
    rng = np.random.default_rng(seed)
    lat = np.arange(88.0, -88.1, -step)
    lon = np.arange(0.0, 360.0, step)
    month = np.arange(months)
    days = np.array([(np.datetime64("2009-01", "M") + m).astype("M8[D]").astype(int) for m in month]) + 7305.0
    sst = 29.0 * np.cos(np.deg2rad(lat))[None, :, None] ** 2 - 1.5 + 1.5 * np.sin(month / 6 * np.pi)[:, None, None]
    sst = sst + rng.normal(0, 0.3, (months, lat.size, lon.size))
    land = is_land(*np.meshgrid(lat, lon, indexing="ij"))
    sst = np.where(land, FILL, np.maximum(sst, -1.8)).astype("f4")
    return xr.Dataset(
        {"sst": (("time", "lat", "lon"), sst, _sea("sea_surface_temperature", "degC"))},
        {
            "time": ("time", days, _coordinate("time")),
            "lat": ("lat", lat, _coordinate("lat")),
            "lon": ("lon", lon, _coordinate("lon")),
        },
        ACDD
        | {
            "geospatial_lat_min": -88.0,
            "geospatial_lat_max": 88.0,
            "geospatial_lon_min": 0.0,
            "geospatial_lon_max": float(lon.max()),
            "time_coverage_start": "2009-01-01T00:00:00Z",
            "time_coverage_end": "2010-02-01T00:00:00Z",
        },
    )


def cast(levels: int = 200, seed: int = 0) -> xr.Dataset:
    """A CTD cast in the North Atlantic to 4000 m with pressure, temperature, salinity and oxygen."""
    rng = np.random.default_rng(seed)
    depth = np.linspace(5.0, 4000.0, levels)
    t = 2.4 + 15.5 * np.exp(-depth / 650.0) + rng.normal(0, 0.004, levels)
    s = 34.9 + 1.0 * np.exp(-depth / 800.0) + rng.normal(0, 0.0008, levels)
    o2 = 240 - 60 * np.exp(-(((depth - 900) / 400) ** 2)) + rng.normal(0, 0.3, levels)
    where = "time lat lon"
    return xr.Dataset(
        {
            "temperature": ("depth", t.astype("f4"), _sea("sea_water_temperature", "degC", where)),
            "salinity": ("depth", s.astype("f4"), _sea("sea_water_practical_salinity", "1", where)),
            "pressure": (
                "depth",
                (depth * 1.0075 + depth**2 * 2.3e-6).astype("f4"),
                _sea("sea_water_pressure", "dbar", where),
            ),
            "oxygen": (
                "depth",
                o2.astype("f4"),
                _sea("moles_of_oxygen_per_unit_mass_in_sea_water", "umol kg-1", where),
            ),
            "profile": ((), np.int32(1), {"cf_role": "profile_id", "long_name": "profile"}),
            "time": ((), 19902.25, _coordinate("time")),
            "lat": ((), 44.7, _coordinate("lat")),
            "lon": ((), -18.2, _coordinate("lon")),
        },
        {"depth": ("depth", depth, _coordinate("depth"))},
        ACDD | {"featureType": "profile"},
    )


def mooring(hours: int = 1200, seed: int = 0) -> xr.Dataset:
    """A mooring off Lisbon, hourly: temperature, salinity, pressure of the instrument, current."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    tide = np.sin(2 * np.pi * hour / 12.42)
    walk = np.cumsum(rng.normal(0, 0.02, hours))
    t = 14.0 + 0.4 * tide + walk - np.linspace(0, walk[-1], hours) + rng.normal(0, 0.01, hours)
    s = 35.9 + 0.05 * tide + rng.normal(0, 0.004, hours)
    u = 0.2 * tide + rng.normal(0, 0.02, hours)
    where = "time lat lon depth"
    return xr.Dataset(
        {
            "TEMP": ("time", t.astype("f4"), _sea("sea_water_temperature", "degree_Celsius", where)),
            "PSAL": ("time", s.astype("f4"), _sea("sea_water_practical_salinity", "1", where)),
            "PRES": (
                "time",
                (101.0 + 0.8 * tide + rng.normal(0, 0.02, hours)).astype("f4"),
                _sea("sea_water_pressure", "dbar", where),
            ),
            "UCUR": ("time", u.astype("f4"), _sea("eastward_sea_water_velocity", "m s-1", where)),
            "station": ((), np.int32(7), {"cf_role": "timeseries_id", "long_name": "station"}),
            "lat": ((), 38.2, _coordinate("lat")),
            "lon": ((), -9.9, _coordinate("lon")),
            "depth": ((), 100.0, _coordinate("depth")),
        },
        {"time": ("time", 25000.0 + hour / 24.0, _coordinate("time"))},
        ACDD | {"featureType": "timeSeries"},
    )


def floats(profiles: int = 12, levels: int = 70, seed: int = 0) -> xr.Dataset:
    """Profiles of a float: (N_PROF, N_LEVELS), a 2-D pressure, quality flags."""
    rng = np.random.default_rng(seed)
    pres = np.linspace(5, 2000, levels)[None, :] + rng.uniform(-2, 2, (profiles, levels))
    t = 3.5 + 17 * np.exp(-pres / 500) + rng.normal(0, 0.01, pres.shape)
    s = 34.6 + 1.2 * np.exp(-pres / 700) + rng.normal(0, 0.001, pres.shape)
    dims = ("N_PROF", "N_LEVELS")
    where = "JULD LATITUDE LONGITUDE PRES"
    flag = {
        "flag_values": np.array([1, 2, 3, 4], "i1"),
        "flag_meanings": "good probably_good probably_bad bad",
        "long_name": "flag",
    }
    return xr.Dataset(
        {
            "PRES": (dims, pres.astype("f4"), _sea("sea_water_pressure", "dbar") | {"axis": "Z", "positive": "down"}),
            "TEMP": (
                dims,
                t.astype("f4"),
                _sea("sea_water_temperature", "degree_Celsius", where) | {"ancillary_variables": "TEMP_QC"},
            ),
            "TEMP_QC": (dims, np.ones(pres.shape, "i1"), flag),
            "PSAL": (dims, s.astype("f4"), _sea("sea_water_practical_salinity", "1", where)),
            "JULD": ("N_PROF", 24000.0 + 10.0 * np.arange(profiles), _coordinate("time")),
            "LATITUDE": ("N_PROF", -30.0 + 0.1 * np.arange(profiles), _coordinate("lat")),
            "LONGITUDE": ("N_PROF", 165.0 + 0.15 * np.arange(profiles), _coordinate("lon")),
            "CYCLE_NUMBER": (
                "N_PROF",
                np.arange(1, profiles + 1, dtype="i4"),
                {"cf_role": "profile_id", "long_name": "cycle"},
            ),
        },
        attrs=ACDD | {"featureType": "profile", "title": "Argo float profiles made for tests"},
    )


def model(seed: int = 0) -> xr.Dataset:
    """A regional ocean model with levels: temperature, salinity and sea level, land missing, longitudes -180..180."""
    rng = np.random.default_rng(seed)
    lat, lon = np.arange(30.0, 62.1, 1.0), np.arange(-30.0, 12.1, 1.0)
    depth = np.array([0.0, 10, 30, 60, 100, 200, 400, 800])
    land = is_land(*np.meshgrid(lat, lon, indexing="ij"))
    shape = (3, depth.size, lat.size, lon.size)
    t = 22 - 0.25 * (lat[None, None, :, None] - 30) - 10 * (1 - np.exp(-depth / 300))[None, :, None, None]
    s = 36 - 0.02 * (lat[None, None, :, None] - 30) - 0.4 * (1 - np.exp(-depth / 300))[None, :, None, None]
    t = np.where(land, FILL, t + rng.normal(0, 0.1, shape)).astype("f4")
    s = np.where(land, FILL, s + rng.normal(0, 0.01, shape)).astype("f4")
    ssh = np.where(land, FILL, rng.normal(0, 0.2, (3, lat.size, lon.size))).astype("f4")
    dims = ("time", "depth", "lat", "lon")
    return xr.Dataset(
        {
            "thetao": (dims, t, _sea("sea_water_potential_temperature", "degC")),
            "so": (dims, s, _sea("sea_water_salinity", "1e-3")),
            "zos": (("time", "lat", "lon"), ssh, _sea("sea_surface_height_above_geoid", "m")),
        },
        {
            "time": ("time", np.array([25567.5, 25568.5, 25569.5]), _coordinate("time")),
            "depth": ("depth", depth, _coordinate("depth")),
            "lat": ("lat", lat, _coordinate("lat")),
            "lon": ("lon", lon, _coordinate("lon")),
        },
        ACDD,
    )


def weather(hours: int = 800, seed: int = 0) -> xr.Dataset:
    """A weather station at sea: air temperature in kelvin, air pressure in hPa, humidity, wind."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    day = np.sin(2 * np.pi * hour / 24)
    where = "time lat lon"
    return xr.Dataset(
        {
            "tair": (
                "time",
                (285 + 4 * day + rng.normal(0, 0.3, hours)).astype("f4"),
                _sea("air_temperature", "K", where),
            ),
            "slp": (
                "time",
                (1013 + 8 * np.sin(hour / 90) + rng.normal(0, 0.2, hours)).astype("f4"),
                _sea("air_pressure_at_mean_sea_level", "hPa", where),
            ),
            "rh": (
                "time",
                np.clip(75 + 12 * day + rng.normal(0, 2, hours), 0, 100).astype("f4"),
                _sea("relative_humidity", "percent", where),
            ),
            "wspd": ("time", np.abs(7 + rng.normal(0, 2, hours)).astype("f4"), _sea("wind_speed", "m s-1", where)),
            "station": ((), np.int32(3), {"cf_role": "timeseries_id", "long_name": "station"}),
            "lat": ((), 54.2, _coordinate("lat")),
            "lon": ((), 7.9, _coordinate("lon")),
        },
        {"time": ("time", 26000.0 + hour / 24.0, _coordinate("time"))},
        ACDD | {"featureType": "timeSeries", "keywords": "Atmosphere", "title": "Weather at a platform"},
    )


MAKERS: dict[str, Callable[..., xr.Dataset]] = {
    "grid": grid,
    "cast": cast,
    "mooring": mooring,
    "floats": floats,
    "model": model,
    "weather": weather,
}


def write(dataset: xr.Dataset, path: Path, **how: Any) -> Path:
    """Writes attributes exactly as they stand: no fill value is added."""
    for name in dataset.variables:
        if "_FillValue" not in dataset[name].attrs:
            dataset[name].encoding["_FillValue"] = None
    dataset.to_netcdf(path, **how)
    return path
