"""Good files of the less usual shapes, and ways to store any good file differently without making it worse.

Two-dimensional latitudes, a station dimension, a calendar of 360 days, depths that are negative upwards, pressure that
descends, times as text, flags as letters: all of it is legal, and a checker must neither stumble nor complain.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from tests.tools.netcdf import makers
from tests.tools.netcdf.makers import ACDD, FILL, _coordinate, _sea, write
from tools.netcdf.checks.landmask import is_land

_WHERE = "time lat lon"


def curvilinear(seed: int = 0) -> xr.Dataset:
    """A regional model on a turned grid: latitude and longitude have two dimensions, land is missing."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(64.0), np.arange(48.0))
    lat, lon = 36.0 + 0.45 * y + 0.1 * x, -24.0 + 0.5 * x - 0.12 * y
    land = is_land(lat, lon)
    sst = 24 - 0.35 * (lat - 30) + rng.normal(0, 0.2, (4, *lat.shape))
    sst = np.where(land, FILL, sst).astype("f4")
    sal = np.where(land, FILL, 36.2 - 0.03 * (lat - 36) + rng.normal(0, 0.03, (4, *lat.shape))).astype("f4")
    dims = ("time", "y", "x")
    lat_attrs, lon_attrs = _coordinate("lat"), _coordinate("lon")
    del lat_attrs["axis"], lon_attrs["axis"]
    return xr.Dataset(
        {
            "sst": (dims, sst, _sea("sea_surface_temperature", "degC", "lat lon")),
            "sss": (dims, sal, _sea("sea_surface_salinity", "1e-3", "lat lon")),
            "lat": (("y", "x"), lat, lat_attrs),
            "lon": (("y", "x"), lon, lon_attrs),
        },
        {"time": ("time", 25000.0 + np.arange(4), _coordinate("time"))},
        ACDD | {"title": "Ocean model on a turned grid"},
    )


def stations(count: int = 8, hours: int = 240, seed: int = 0) -> xr.Dataset:
    """Moorings of one array: (station, time), a position and a depth for each station."""
    rng = np.random.default_rng(seed)
    tide = np.sin(2 * np.pi * np.arange(hours) / 12.42)
    shape = (count, hours)
    t = 8.0 + 0.5 * np.arange(count)[:, None] + 0.4 * tide + np.cumsum(rng.normal(0, 0.01, shape), axis=1)
    s = 35.1 + 0.02 * np.arange(count)[:, None] + 0.03 * tide + rng.normal(0, 0.003, shape)
    where = "time lat lon depth"
    dims = ("station", "time")
    lat_attrs, lon_attrs, depth_attrs = _coordinate("lat"), _coordinate("lon"), _coordinate("depth")
    for attrs in (lat_attrs, lon_attrs, depth_attrs):
        del attrs["axis"]
    return xr.Dataset(
        {
            "temp": (dims, t.astype("f4"), _sea("sea_water_temperature", "degC", where)),
            "psal": (dims, s.astype("f4"), _sea("sea_water_practical_salinity", "1", where)),
            "station_id": (
                "station",
                np.arange(1, count + 1, dtype="i4"),
                {"cf_role": "timeseries_id", "long_name": "station"},
            ),
            "lat": ("station", 59.0 + 0.05 * np.arange(count), lat_attrs),
            "lon": ("station", -19.5 + 0.1 * np.arange(count), lon_attrs),
            "depth": ("station", 200.0 + 10 * np.arange(count), depth_attrs),
        },
        {"time": ("time", 26100.0 + np.arange(hours) / 24.0, _coordinate("time"))},
        ACDD | {"featureType": "timeSeries", "title": "Mooring array"},
    )


def climate(months: int = 36, seed: int = 0) -> xr.Dataset:
    """A climate model of 360-day years with bounds, sea ice temperature range included."""
    rng = np.random.default_rng(seed)
    lat, lon = np.arange(-87.5, 88, 5.0), np.arange(2.5, 360, 5.0)
    land = is_land(*np.meshgrid(lat, lon, indexing="ij"))
    tos = 300 - 28 * np.sin(np.deg2rad(lat))[None, :, None] ** 2 + rng.normal(0, 0.3, (months, lat.size, lon.size))
    tos = np.where(land, FILL, np.maximum(tos, 271.3)).astype("f4")
    time = 15.0 + 30.0 * np.arange(months)
    attrs = _coordinate("time", units="days since 1850-01-01", calendar="360_day", bounds="time_bnds")
    return xr.Dataset(
        {
            "tos": (
                ("time", "lat", "lon"),
                tos,
                _sea("sea_surface_temperature", "K") | {"cell_methods": "time: mean"},
            ),
            "time_bnds": (("time", "bnds"), np.stack([time - 15, time + 15], axis=1)),
        },
        {
            "time": ("time", time, attrs),
            "lat": ("lat", lat, _coordinate("lat")),
            "lon": ("lon", lon, _coordinate("lon")),
        },
        ACDD | {"title": "Ocean surface of a climate model", "source": "model"},
    )


def _casts(seed: int, profiles: int, levels: int, descending: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    pres = np.linspace(4, 1900, levels)[None, :] + rng.uniform(-2, 2, (profiles, levels))
    if descending:
        pres = pres[:, ::-1].copy()
    t = 3.0 + 15 * np.exp(-pres / 450) + rng.normal(0, 0.008, pres.shape)
    s = 34.7 + 1.0 * np.exp(-pres / 650) + rng.normal(0, 0.0008, pres.shape)
    return pres, t, s


def section(
    profiles: int = 9, levels: int = 60, seed: int = 0, flags: str = "argo", descending: bool = True
) -> xr.Dataset:
    """A section of casts with flags of one of the usual conventions for each value; pressure descends as on the wire.

    `flags` is "argo" (letters, reference table 2), "qartod" (1, 2, 3, 4, 9) or "sdn" (SeaDataNet L20).
    """
    pres, t, s = _casts(seed, profiles, levels, descending)
    dims = ("profile", "level")
    where = "time lat lon pressure"
    known = {
        "argo": (np.full(pres.shape, b"1", "S1"), {"conventions": "Argo reference table 2"}),
        "qartod": (
            np.ones(pres.shape, "i1"),
            {
                "flag_values": np.array([1, 2, 3, 4, 9], "i1"),
                "flag_meanings": "pass not_evaluated suspect fail missing",
                "references": "QARTOD manual",
            },
        ),
        "sdn": (
            np.full(pres.shape, 49, "i1"),
            {
                "flag_values": np.array([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 65, 66, 81], "i1"),
                "flag_meanings": "no_quality_control good_value probably_good_value probably_bad_value bad_value "
                "changed_value value_below_detection value_in_excess interpolated_value missing_value "
                "value_phenomenon_uncertain nominal_value value_below_limit_of_quantification",
                "Conventions": "SeaDataNet measurand qualifier flags",
            },
        ),
    }
    values, attrs = known[flags]
    flag = {"long_name": "quality flag of temperature"} | attrs
    return xr.Dataset(
        {
            "pressure": (dims, pres.astype("f4"), _sea("sea_water_pressure", "dbar") | {"positive": "down"}),
            "temperature": (
                dims,
                t.astype("f4"),
                _sea("sea_water_temperature", "degC", where) | {"ancillary_variables": "temperature_qc"},
            ),
            "temperature_qc": (dims, values, flag),
            "salinity": (dims, s.astype("f4"), _sea("sea_water_practical_salinity", "1", where)),
            "time": ("profile", 25500.0 + 0.3 * np.arange(profiles), _coordinate("time")),
            "lat": ("profile", 45.0 + 0.25 * np.arange(profiles), _coordinate("lat")),
            "lon": ("profile", -30.0 + 0.3 * np.arange(profiles), _coordinate("lon")),
            "cast": ("profile", np.arange(1, profiles + 1, dtype="i4"), {"cf_role": "profile_id", "long_name": "cast"}),
        },
        attrs=ACDD | {"featureType": "profile", "title": "CTD section of a cruise"},
    )


def current_meter(levels: int = 30, hours: int = 100, seed: int = 0) -> xr.Dataset:
    """An upward-looking instrument: heights are negative below the surface, positive is up."""
    rng = np.random.default_rng(seed)
    z = -np.linspace(180, 10, levels)
    tide = np.sin(2 * np.pi * np.arange(hours) / 12.42)
    u = 0.3 * tide[:, None] * np.linspace(0.6, 1, levels) + rng.normal(0, 0.03, (hours, levels))
    t = 9 + 0.02 * z[None, :] + 0.2 * tide[:, None] + rng.normal(0, 0.01, (hours, levels))
    attrs = _coordinate("depth") | {"standard_name": "height", "positive": "up", "long_name": "height above surface"}
    dims = ("time", "z")
    return xr.Dataset(
        {
            "u": (dims, u.astype("f4"), _sea("eastward_sea_water_velocity", "m s-1", "lat lon")),
            "temp": (dims, t.astype("f4"), _sea("sea_water_temperature", "degC", "lat lon")),
            "lat": ((), 61.2, _coordinate("lat")),
            "lon": ((), -8.1, _coordinate("lon")),
            "station": ((), np.int32(1), {"cf_role": "timeseries_id", "long_name": "station"}),
        },
        {
            "z": ("z", z, attrs),
            "time": ("time", 25200.0 + np.arange(hours) / 24.0, _coordinate("time")),
        },
        ACDD | {"featureType": "timeSeriesProfile", "title": "Current profiler on a mooring"},
    )


def text_times(hours: int = 300, seed: int = 0) -> xr.Dataset:
    """A series whose times are text beside a record number; nothing numeric tells the date."""
    dataset = makers.mooring(hours=hours, seed=seed)
    start = np.datetime64("2018-06-12T00:00:00")
    stamps = np.array([str(start + np.timedelta64(h, "h")) + "Z" for h in range(hours)], dtype=object)
    dataset = dataset.rename({"time": "record"})
    dataset["record"] = ("record", np.arange(hours, dtype="i4"), {"long_name": "record number"})
    dataset["time"] = ("record", stamps, {"long_name": "time, ISO 8601"})
    return dataset


MORE: dict[str, Callable[..., xr.Dataset]] = {
    "curvilinear": curvilinear,
    "stations": stations,
    "climate": climate,
    "section_argo": lambda seed=0: section(seed=seed, flags="argo"),
    "section_qartod": lambda seed=0: section(seed=seed, flags="qartod", descending=False),
    "section_sdn": lambda seed=0: section(seed=seed, flags="sdn", descending=False),
    "current_meter": current_meter,
    "text_times": text_times,
}
ALL: dict[str, Callable[..., xr.Dataset]] = {**makers.MAKERS, **MORE}


# Other ways to store the same -----------------------------------------------------------------------------------------


def _measured(ds: xr.Dataset) -> list[str]:
    return [str(n) for n, v in ds.variables.items() if v.dtype.kind == "f" and "_FillValue" in v.attrs and v.size > 20]


def packed(ds: xr.Dataset) -> xr.Dataset:
    """Measured variables as 16-bit integers with scale_factor and add_offset."""
    for name in _measured(ds):
        var = ds[name]
        ok = var.values != var.attrs["_FillValue"]
        low, high = float(var.values[ok].min()), float(var.values[ok].max())
        scale, offset = max(high - low, 1e-3) * 2.0 / 64000, (low + high) / 2
        raw = np.where(ok, np.round((var.values.astype("f8") - offset) / scale), -32768).astype("i2")
        attrs = dict(var.attrs) | {"_FillValue": np.int16(-32768), "scale_factor": scale, "add_offset": offset}
        ds[name] = (var.dims, raw, attrs)
    return ds


def nan_without_fill(ds: xr.Dataset) -> xr.Dataset:
    """No _FillValue at all: missing values are NaN."""
    for name in _measured(ds):
        var = ds[name]
        values = np.where(var.values == var.attrs["_FillValue"], np.nan, var.values).astype(var.dtype)
        attrs = {k: v for k, v in var.attrs.items() if k != "_FillValue"}
        ds[name] = (var.dims, values, attrs)
    return ds


def doubles(ds: xr.Dataset) -> xr.Dataset:
    for name in _measured(ds):
        attrs = dict(ds[name].attrs) | {"_FillValue": np.float64(-999.0)}
        ds[name] = (ds[name].dims, ds[name].values.astype("f8"), attrs)
    return ds


def plain(ds: xr.Dataset) -> xr.Dataset:
    return ds


STORAGE: dict[str, Callable[[xr.Dataset], xr.Dataset]] = {
    "plain": plain,
    "packed": packed,
    "nan": nan_without_fill,
    "doubles": doubles,
    "netcdf3": plain,
    "group": plain,
}


def store(ds: xr.Dataset, path: Path, storage: str) -> Path:
    """Writes `ds` (already transformed by STORAGE) in the file form that `storage` names."""
    if storage == "netcdf3":
        return write(ds, path, format="NETCDF3_64BIT")
    write(ds, path)
    if storage == "group":
        moved = path.with_suffix(".moved.nc")
        _into_group(path, moved)
        moved.replace(path)
    return path


def _into_group(source: Path, target: Path) -> None:
    """The same variables inside a group `data`; the global attributes stay at the root."""
    with netCDF4.Dataset(source) as old, netCDF4.Dataset(target, "w") as new:
        new.setncatts(old.__dict__)
        group = new.createGroup("data")
        for name, dim in old.dimensions.items():
            group.createDimension(name, len(dim))
        for name, var in old.variables.items():
            var.set_auto_maskandscale(False)
            var.set_auto_chartostring(False)
            fill = var.__dict__.get("_FillValue", False)
            made = group.createVariable(name, var.dtype, var.dimensions, fill_value=fill)
            made.set_auto_maskandscale(False)
            made.set_auto_chartostring(False)
            made.setncatts({k: v for k, v in var.__dict__.items() if k != "_FillValue"})
            made[...] = var[...]
