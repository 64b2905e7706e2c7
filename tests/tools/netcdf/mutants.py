"""One defect at a time, put into any good file that has what it takes.

A mutation is given the dataset as stored (nothing decoded) and returns the name of the variable that it broke, or
None where the file has nothing of the kind. `wanted` are the classes under which a finding of it counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tests.tools.netcdf.makers import write

Mutate = Callable[[xr.Dataset, np.random.Generator], str | None]


@dataclass(frozen=True)
class Mutation:
    name: str
    wanted: frozenset[str]
    mutate: Mutate
    #: Whether the bytes are broken after writing instead.
    on_bytes: bool = False


MUTATIONS: list[Mutation] = []


def _mutation(wanted: str) -> Callable[[Mutate], Mutate]:
    def register(function: Mutate) -> Mutate:
        MUTATIONS.append(Mutation(function.__name__, frozenset(wanted.split()), function))
        return function

    return register


def _valid(var: xr.DataArray) -> Any:
    raw = var.values
    ok = np.isfinite(raw) if raw.dtype.kind == "f" else np.ones(raw.shape, bool)
    for name in ("_FillValue", "missing_value"):
        if isinstance(var.attrs.get(name), np.generic | float | int):
            ok = ok & (raw != var.attrs[name])
    return ok


def _named(ds: xr.Dataset, *parts: str, least: int = 1, ends: tuple[str, ...] = ()) -> str | None:
    """The first float variable whose standard name holds one of `parts` and that has `least` valid values."""
    for name, var in ds.variables.items():
        standard = str(var.attrs.get("standard_name", "")).split(" ")
        hit = len(standard) == 1 and (
            any(p in standard[0] for p in parts) or (standard[0].endswith(ends) and bool(ends))
        )
        if hit and var.dtype.kind == "f" and int(_valid(ds[name]).sum()) >= least:
            return str(name)
    return None


def _exactly(ds: xr.Dataset, standard_name: str) -> str | None:
    for name, var in ds.variables.items():
        if var.attrs.get("standard_name") == standard_name and var.dtype.kind == "f" and _valid(ds[name]).any():
            return str(name)
    return None


def _sea_temperature(ds: xr.Dataset, least: int = 1) -> str | None:
    return _named(
        ds, "sea_water_temperature", "sea_surface_temperature", "sea_water_potential_temperature", least=least
    )


def _salinity(ds: xr.Dataset, least: int = 1) -> str | None:
    return _named(ds, least=least, ends=("salinity",))


def _time_axis(ds: xr.Dataset, least: int = 2) -> str | None:
    name = _exactly(ds, "time")
    return name if name is not None and ds[name].dims == (name,) and ds[name].size >= least else None


def _put(ds: xr.Dataset, name: str, values: Any) -> None:
    ds[name] = (ds[name].dims, values, ds[name].attrs)


def _change(ds: xr.Dataset, name: str, function: Callable[[Any], Any]) -> None:
    values = ds[name].values.copy()
    ok = _valid(ds[name])
    values[ok] = function(values[ok].astype("f8")).astype(values.dtype)
    for attribute in ("valid_min", "valid_max", "valid_range", "actual_range"):
        ds[name].attrs.pop(attribute, None)
    _put(ds, name, values)


def _is_celsius(ds: xr.Dataset, name: str | None) -> bool:
    return name is not None and "c" in str(ds[name].attrs.get("units", "")).lower()


def _grid_pair(ds: xr.Dataset) -> tuple[str, str] | None:
    lat, lon = _exactly(ds, "latitude"), _exactly(ds, "longitude")
    if lat and lon and ds[lat].dims == (lat,) and ds[lon].dims == (lon,) and ds[lat].size > 3 and ds[lon].size > 3:
        return lat, lon
    return None


def _masked(ds: xr.Dataset) -> bool:
    """Whether a variable of the sea is missing over land: the mask can then be compared."""
    name = _sea_temperature(ds)
    return name is not None and 0.05 < 1 - _valid(ds[name]).mean() < 0.95 and _grid_pair(ds) is not None


def _positions(ds: xr.Dataset) -> tuple[str, str] | None:
    lat, lon = _exactly(ds, "latitude"), _exactly(ds, "longitude")
    return (lat, lon) if lat and lon and ds[lat].dims == ds[lon].dims and (lat,) != ds[lat].dims else None


# Units against values ------------------------------------------------------------------------------------------------


@_mutation("units_values")
def kelvin_as_celsius(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds)
    if not _is_celsius(ds, name):
        return None
    _change(ds, str(name), lambda v: v + 273.15)
    return name


@_mutation("units_values")
def celsius_as_kelvin(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds)
    if not _is_celsius(ds, name):
        return None
    ds[name].attrs["units"] = "K"
    return name


@_mutation("units_values")
def fahrenheit_as_celsius(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds)
    if not _is_celsius(ds, name):
        return None
    _change(ds, str(name), lambda v: v * 1.8 + 32)
    return name


@_mutation("units_values")
def air_kelvin_as_celsius(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "air_temperature")
    if name is None:
        return None
    ds[name].attrs["units"] = "degC"
    return name


@_mutation("units_values")
def salinity_as_mass_fraction(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salinity(ds)
    if name is None:
        return None
    _change(ds, name, lambda v: v / 1000)
    return name


@_mutation("units_values")
def pascal_as_decibar(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _named(ds, "sea_water_pressure", least=3)
    if name is None or np.max(ds[name].values[_valid(ds[name])]) < 5:
        return None
    _change(ds, name, lambda v: v * 1e4)
    return name


@_mutation("units_values")
def hectopascal_as_pascal(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _named(ds, "air_pressure")
    if name is None or ds[name].attrs.get("units") != "hPa":
        return None
    ds[name].attrs["units"] = "Pa"
    return name


@_mutation("units_values")
def humidity_fraction_as_percent(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "relative_humidity")
    if name is None:
        return None
    _change(ds, name, lambda v: v / 100)
    return name


@_mutation("units_values")
def oxygen_in_mol(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "moles_of_oxygen_per_unit_mass_in_sea_water")
    if name is None:
        return None
    ds[name].attrs["units"] = "mol kg-1"
    return name


@_mutation("units_values")
def current_in_centimetres(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _named(ds, "sea_water_velocity")
    if name is None:
        return None
    _change(ds, name, lambda v: v * 100)
    return name


@_mutation("depth units_values")
def depth_in_kilometres(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "depth")
    if (
        name is None
        or ds[name].size < 15
        or _exactly(ds, "sea_water_pressure") is None
        or "z" in ds[name].attrs.get("positive", "")
    ):
        return None
    if ds[_exactly(ds, "sea_water_pressure")].dims != ds[name].dims:
        return None
    _change(ds, name, lambda v: v / 1000)
    return name


@_mutation("units_values depth")
def depth_in_feet(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name, pressure = _exactly(ds, "depth"), _exactly(ds, "sea_water_pressure")
    if name is None or pressure is None or ds[pressure].dims != ds[name].dims or ds[name].size < 15:
        return None
    _change(ds, name, lambda v: v / 0.3048)
    return name


# Units and names as text ---------------------------------------------------------------------------------------------


@_mutation("units")
def units_misspelt(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds)
    if not _is_celsius(ds, name):
        return None
    ds[name].attrs["units"] = str(rng.choice(["celcius", "deg C", "degrees_C_", "Centigrad", "degC/"]))
    return name


@_mutation("units")
def units_psu(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salinity(ds)
    if name is None or str(ds[name].attrs.get("units", "")).lower() == "psu":
        return None
    ds[name].attrs["units"] = str(rng.choice(["PSU", "psu", "PSS-78"]))
    return name


@_mutation("units")
def units_missing(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds) or _exactly(ds, "air_temperature")
    if name is None or "units" not in ds[name].attrs:
        return None
    del ds[name].attrs["units"]
    return name


@_mutation("units_stdname")
def units_of_another_quantity(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds) or _exactly(ds, "air_temperature")
    if name is None:
        return None
    ds[name].attrs["units"] = str(rng.choice(["m s-1", "dbar", "kg m-3", "C"]))
    return name


@_mutation("standard_name")
def standard_name_misspelt(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds) or _exactly(ds, "air_temperature")
    if name is None:
        return None
    text = ds[name].attrs["standard_name"]
    ds[name].attrs["standard_name"] = str(
        rng.choice([text.replace("temperature", "temprature"), text.replace("_", " "), text.title()])
    )
    return name


@_mutation("standard_name units_values")
def temperature_called_salinity(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds, least=20)
    if not _is_celsius(ds, name) or float(ds[name].values[_valid(ds[name])].min()) > -1.0:
        return None
    ds[name].attrs.update(standard_name="sea_water_practical_salinity", units="1")
    return name


@_mutation("variable_swap")
def temperature_and_salinity_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    t, s = _sea_temperature(ds, least=10), _salinity(ds, least=10)
    if not _is_celsius(ds, t) or s is None or ds[t].dims != ds[s].dims or np.ptp(ds[t].values[_valid(ds[t])]) < 3:
        return None
    if (ds[t].attrs.get("_FillValue") != ds[s].attrs.get("_FillValue")) or float(
        np.median(ds[s].values[_valid(ds[s])])
    ) < 28:
        return None
    a, b = ds[t].values.copy(), ds[s].values.copy()
    _put(ds, t, b)
    _put(ds, s, a)
    for name in (t, s):
        for attribute in ("valid_min", "valid_max"):
            ds[name].attrs.pop(attribute, None)
    return t


# Position ------------------------------------------------------------------------------------------------------------


@_mutation("swapped_latlon latlon_range")
def grid_values_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _grid_pair(ds)
    if pair is None or not _masked(ds):
        return None
    lat, lon = pair
    a, b = ds[lat].values.copy(), ds[lon].values.copy()
    if a.size == b.size or np.abs(b).max() > 90:
        _put(ds, lat, np.linspace(b[0], b[-1], a.size))
        _put(ds, lon, np.linspace(a[0], a[-1], b.size))
        return lat
    return None


@_mutation("swapped_latlon latlon_range")
def positions_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _positions(ds)
    if pair is None or np.nanmax(np.abs(ds[pair[1]].values[_valid(ds[pair[1]])])) < 91:
        return None
    a, b = (ds[n].values.copy() for n in pair)
    _put(ds, pair[0], b)
    _put(ds, pair[1], a)
    return pair[0]


@_mutation("inverted_latitude")
def latitude_inverted(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _grid_pair(ds)
    if pair is None or not _masked(ds):
        return None
    _put(ds, pair[0], ds[pair[0]].values[::-1].copy())
    return pair[0]


@_mutation("lon_convention")
def longitude_turned(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    """The data was written from -180 on, the coordinate says 0 to 360."""
    pair = _grid_pair(ds)
    if pair is None or not _masked(ds) or np.ptp(ds[pair[1]].values) < 300:
        return None
    name = _sea_temperature(ds)
    axis = ds[name].dims.index(pair[1])
    _put(ds, str(name), np.roll(ds[name].values, ds[pair[1]].size // 2, axis=axis))
    return pair[1]


@_mutation("lon_convention acdd_vs_data")
def longitude_attributes_of_the_other_convention(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _grid_pair(ds)
    if pair is None or ds[pair[1]].values.max() < 200:
        return None
    ds.attrs.update(geospatial_lon_min=-180.0, geospatial_lon_max=180.0)
    return pair[1]


@_mutation("acdd_vs_data")
def extent_attributes_wrong(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "latitude")
    if name is None:
        return None
    ds.attrs.update(geospatial_lat_min=-12.0, geospatial_lat_max=-3.0)
    return name


@_mutation("latlon_range")
def latitude_beyond_the_pole(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "latitude")
    if name is None:
        return None
    values = np.atleast_1d(ds[name].values).copy()
    values.flat[int(np.argmax(values))] = 98.5
    _put(ds, name, values.reshape(ds[name].shape))
    return name


@_mutation("latlon_range")
def null_island(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _positions(ds)
    if pair is None:
        return None
    for name in pair:
        values = ds[name].values.copy()
        values[(-1,) * values.ndim] = 0.0
        _put(ds, name, values)
    return pair[0]


@_mutation("latlon_range")
def on_land(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _positions(ds)
    if pair is None or _sea_temperature(ds) is None:
        return None
    place = [(48.0, 8.0), (-25.0, 135.0), (40.0, -100.0), (55.0, 60.0)][int(rng.integers(4))]
    for name, value in zip(pair, place, strict=True):
        _put(ds, name, np.full_like(ds[name].values, value))
    return pair[0]


@_mutation("latlon_range")
def position_jump(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _positions(ds)
    if pair is None or ds[pair[0]].size < 8 or ds[pair[0]].ndim != 1:
        return None
    values = ds[pair[0]].values.copy()
    place = int(np.flatnonzero(_valid(ds[pair[0]]))[int(_valid(ds[pair[0]]).sum()) // 2])
    values[place] += -25.0 if values[place] > 0 else 25.0
    _put(ds, pair[0], values)
    return pair[0]


@_mutation("swapped_latlon")
def latitude_metadata_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    lat, lon = _exactly(ds, "latitude"), _exactly(ds, "longitude")
    if lat is None or lon is None:
        return None
    a, b = dict(ds[lat].attrs), dict(ds[lon].attrs)
    ds[lat].attrs, ds[lon].attrs = b, a
    return lat


@_mutation("nonmonotonic")
def latitude_out_of_order(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _grid_pair(ds)
    if pair is None:
        return None
    values = ds[pair[0]].values.copy()
    values[2], values[3] = values[3], values[2]
    _put(ds, pair[0], values)
    return pair[0]


@_mutation("coords fill")
def missing_in_coordinate(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _time_axis(ds, least=5) or next(
        (str(n) for n in ds.dims if n in ds.variables and ds[n].dtype.kind == "f" and ds[n].size > 4), None
    )
    if name is None or ds[name].dtype.kind != "f":
        return None
    values = ds[name].values.copy()
    values[2] = np.nan
    _put(ds, name, values)
    return name


# Depth ---------------------------------------------------------------------------------------------------------------


def _depth(ds: xr.Dataset) -> str | None:
    name = _exactly(ds, "depth")
    return name if name is not None and ds[name].attrs.get("positive") == "down" else None


@_mutation("depth")
def depth_negative(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _depth(ds)
    if name is None or ds[name].size < 1 or float(np.max(ds[name].values)) < 5:
        return None
    _put(ds, name, -ds[name].values)
    return name


@_mutation("depth")
def positive_missing(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _depth(ds)
    if name is None:
        return None
    del ds[name].attrs["positive"]
    return name


@_mutation("depth")
def positive_up(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _depth(ds)
    if name is None:
        return None
    ds[name].attrs["positive"] = "up"
    return name


@_mutation("depth")
def depth_called_altitude(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _depth(ds)
    if name is None:
        return None
    ds[name].attrs["standard_name"] = str(rng.choice(["altitude", "height"]))
    return name


# Time ----------------------------------------------------------------------------------------------------------------


def _calendar_time(ds: xr.Dataset) -> str | None:
    name = _exactly(ds, "time")
    return name if name is not None and " since " in str(ds[name].attrs.get("units", "")) else None


@_mutation("calendar")
def calendar_missing(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _calendar_time(ds)
    if name is None or "calendar" not in ds[name].attrs:
        return None
    del ds[name].attrs["calendar"]
    return name


@_mutation("calendar")
def calendar_misspelt(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _calendar_time(ds)
    if name is None:
        return None
    ds[name].attrs["calendar"] = str(rng.choice(["gregorain", "standart", "360day", "no_leap", "julien"]))
    return name


@_mutation("calendar")
def calendar_of_360_days(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _time_axis(ds, least=8)
    if name is None or not set(np.diff(ds[name].values)) <= {28.0, 29.0, 30.0, 31.0}:
        return None
    ds[name].attrs["calendar"] = "360_day"
    return name


@_mutation("time")
def time_without_reference(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _calendar_time(ds)
    if name is None:
        return None
    ds[name].attrs["units"] = ds[name].attrs["units"].split(" since ")[0]
    return name


@_mutation("time")
def time_since_year_zero(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _calendar_time(ds)
    if name is None:
        return None
    ds[name].attrs["units"] = ds[name].attrs["units"].split(" since ")[0] + " since 0000-00-00"
    return name


@_mutation("time")
def time_in_the_future(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _calendar_time(ds)
    if name is None:
        return None
    ds[name].attrs["units"] = ds[name].attrs["units"].split(" since ")[0] + " since 2950-01-01"
    return name


@_mutation("time")
def hours_for_days(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _calendar_time(ds)
    if name is None or not ds[name].attrs["units"].startswith("days"):
        return None
    epoch = int(ds[name].attrs["units"].split(" since ")[1][:4])
    monthly = ds[name].size > 5 and set(np.diff(ds[name].values)) <= {28.0, 29.0, 30.0, 31.0}
    if not (monthly or "time_coverage_start" in ds.attrs or epoch < 1860):
        return None  # an early but possible date: nothing in the file contradicts it
    ds[name].attrs["units"] = ds[name].attrs["units"].replace("days", "hours")
    return name


@_mutation("time")
def seconds_for_days(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    """The values are seconds, the unit says days: the year is in the ten-thousands."""
    name = _calendar_time(ds)
    if name is None or not ds[name].attrs["units"].startswith("days"):
        return None
    _put(ds, name, ds[name].values * 86400.0)
    return name


@_mutation("time nonmonotonic")
def time_goes_back(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _time_axis(ds, least=5)
    if name is None:
        return None
    values = ds[name].values.copy()
    place = int(rng.integers(1, values.size - 2))
    values[place], values[place + 1] = values[place + 1], values[place]
    _put(ds, name, values)
    return name


@_mutation("time nonmonotonic")
def time_repeated(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _time_axis(ds, least=5)
    if name is None:
        return None
    values = ds[name].values.copy()
    place = int(rng.integers(1, values.size - 1))
    values[place] = values[place - 1]
    _put(ds, name, values)
    return name


@_mutation("gap time")
def time_gap(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _time_axis(ds, least=12)
    if name is None:
        return None
    steps = np.diff(ds[name].values)
    if np.mean(np.abs(steps - np.median(steps)) < 0.1 * np.median(steps)) < 0.97:
        return None
    values = ds[name].values.copy()
    values[values.size // 2 :] += 5 * np.median(steps) if not set(steps) <= {28.0, 29.0, 30.0, 31.0} else 153.0
    _put(ds, name, values)
    return name


# Values --------------------------------------------------------------------------------------------------------------


def _any_float(ds: xr.Dataset, least: int = 50) -> str | None:
    return _sea_temperature(ds, least) or _salinity(ds, least) or _exactly(ds, "air_temperature")


@_mutation("fill")
def fill_as_data(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None:
        return None
    marker = float(rng.choice([-9999.0, 1e20, -999.0, 99999.0, -99.99]))
    values, ok = ds[name].values.copy(), _valid(ds[name])
    values[~ok] = marker
    spots = np.flatnonzero(ok.ravel())
    values.ravel()[rng.choice(spots, max(3, spots.size // 50), replace=False)] = marker
    for attribute in ("_FillValue", "missing_value", "valid_min", "valid_max", "valid_range", "actual_range"):
        ds[name].attrs.pop(attribute, None)
    _put(ds, name, values)
    return name


@_mutation("fill")
def fill_values_differ(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None or "_FillValue" not in ds[name].attrs:
        return None
    ds[name].attrs["missing_value"] = ds[name].dtype.type(-1e34)
    return name


@_mutation("missing")
def nearly_all_missing(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds, least=400)
    if name is None:
        return None
    fill = ds[name].attrs.get("_FillValue", np.nan)
    values, ok = ds[name].values.copy(), _valid(ds[name])
    kept = rng.choice(np.flatnonzero(ok.ravel()), max(1, values.size // 1000), replace=False)
    keep = np.zeros(values.size, bool)
    keep[kept] = True
    values.ravel()[~keep] = fill
    ds[name].attrs.setdefault("_FillValue", ds[name].dtype.type(fill))
    _put(ds, name, values)
    return name


@_mutation("constant")
def constant(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None:
        return None
    middle = float(np.median(ds[name].values[_valid(ds[name])]))
    _change(ds, name, lambda v: np.full_like(v, middle))
    return name


@_mutation("duplicate")
def copied(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None:
        return None
    ds[f"{name}_copy"] = ds[name].copy()
    return f"{name}_copy"


@_mutation("range")
def outside_valid_range(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None:
        return None
    values = ds[name].values[_valid(ds[name])]
    low, high = float(values.min()), float(np.quantile(values, 0.9))
    for attribute in ("valid_range", "actual_range"):
        ds[name].attrs.pop(attribute, None)
    ds[name].attrs["valid_min"] = ds[name].dtype.type(low)
    ds[name].attrs["valid_max"] = ds[name].dtype.type(low + 0.8 * (high - low))
    return name


@_mutation("range")
def impossible_value(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds, least=50)
    if not _is_celsius(ds, name):
        return None
    values, ok = ds[name].values.copy(), np.flatnonzero(_valid(ds[name]).ravel())
    for attribute in ("valid_min", "valid_max", "valid_range", "actual_range"):
        ds[name].attrs.pop(attribute, None)
    values.ravel()[rng.choice(ok, 2, replace=False)] = float(rng.choice([-300.0, 450.0, 77.0]))
    _put(ds, str(name), values)
    return name


@_mutation("range")
def infinite(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None:
        return None
    values, ok = ds[name].values.copy(), np.flatnonzero(_valid(ds[name]).ravel())
    values.ravel()[rng.choice(ok, 2, replace=False)] = np.inf
    _put(ds, name, values)
    return name


def _line(ds: xr.Dataset, name: str) -> Any:
    """Flat positions of the longest stretch along the last axis of a profile or series."""
    values = ds[name].values
    ok = _valid(ds[name]).reshape(-1, values.shape[-1])
    row = int(np.argmax(ok.sum(axis=1)))
    return row * values.shape[-1] + np.flatnonzero(ok[row])


def _is_series(ds: xr.Dataset, name: str | None) -> bool:
    return name is not None and _grid_pair(ds) is None and ds[name].ndim in (1, 2) and _line(ds, name).size >= 60


@_mutation("spike range")
def spike(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds, least=60)
    if not _is_series(ds, name) or not _is_celsius(ds, name):
        return None
    line = _line(ds, str(name))
    values = ds[name].values.copy()
    place = line[int(rng.integers(line.size // 3, 2 * line.size // 3))]
    values.ravel()[place] += max(8.0, 1.2 * float(np.ptp(values.ravel()[line])))
    _put(ds, str(name), values)
    return name


@_mutation("flat")
def stuck(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds, least=60)
    if not _is_series(ds, name):
        return None
    line = _line(ds, str(name))
    if np.unique(ds[name].values.ravel()[line]).size < 0.7 * line.size:
        return None
    values = ds[name].values.copy()
    start = line.size // 4
    values.ravel()[line[start : start + max(20, line.size // 4)]] = values.ravel()[line[start]]
    _put(ds, str(name), values)
    return name


@_mutation("density")
def density_inversion(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    t, s = _exactly(ds, "sea_water_temperature"), _salinity(ds, least=60)
    if t is None or s is None or _exactly(ds, "sea_water_pressure") is None or not _is_series(ds, s) or _time_axis(ds):
        return None
    line = _line(ds, s)
    values = ds[s].values.copy()
    values.ravel()[line[line.size // 2 : line.size // 2 + 3]] -= 0.5
    _put(ds, s, values)
    return s


@_mutation("packing")
def packing_overflow(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _sea_temperature(ds, least=2000)
    if name is None or ds[name].ndim < 2 or ds[name].attrs.get("scale_factor") is not None:
        return None
    values = ds[name].values.astype("f8")
    span = np.ptp(values[_valid(ds[name])])
    scale = span / 65536 / 2.5
    packed = np.round(values / scale).astype("i8")
    wrapped = ((packed + 32768) % 65536 - 32768).astype("i2")
    wrapped[~_valid(ds[name])] = -32768
    attrs = dict(ds[name].attrs) | {"_FillValue": np.int16(-32768), "scale_factor": scale, "add_offset": 0.0}
    for attribute in ("missing_value", "valid_range", "valid_min", "valid_max", "actual_range"):
        attrs.pop(attribute, None)
    ds[name] = (ds[name].dims, wrapped, attrs)
    return name


@_mutation("packing")
def packing_types_differ(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds)
    if name is None or ds[name].attrs.get("scale_factor") is not None:
        return None
    ok = _valid(ds[name])
    values = np.where(ok, np.round(np.where(ok, ds[name].values, 0) * 100), -32768).astype("i2")
    attrs = {k: v for k, v in ds[name].attrs.items() if k in ("standard_name", "units", "long_name")}
    attrs |= {"_FillValue": np.int16(-32768), "scale_factor": np.float32(0.01), "add_offset": np.float64(0.0)}
    ds[name] = (ds[name].dims, values, attrs)
    return name


@_mutation("chunking")
def tiny_chunks(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds, least=8000)
    if name is None or ds[name].size < 8000:
        return None
    shape = ds[name].shape
    ds[name].encoding = {"chunksizes": (*[1] * (len(shape) - 1), min(4, shape[-1])), "zlib": True, "complevel": 9}
    return name


# Structure -----------------------------------------------------------------------------------------------------------


@_mutation("cf_version")
def no_conventions(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    if "Conventions" not in ds.attrs:
        return None
    del ds.attrs["Conventions"]
    return ""


@_mutation("acdd attrs")
def no_description(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    kept = {k: v for k, v in ds.attrs.items() if k in ("Conventions", "featureType")}
    if len(kept) == len(ds.attrs) or not {"title", "summary"} & set(ds.attrs):
        return None
    ds.attrs = kept
    return ""


@_mutation("ancillary coords")
def reference_lost(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _any_float(ds, least=1)
    if name is None:
        return None
    ds[name].attrs["ancillary_variables"] = f"{name}_quality_that_is_not_there"
    return name


# Bytes ---------------------------------------------------------------------------------------------------------------


def truncate(path: Path, rng: np.random.Generator) -> None:
    size = path.stat().st_size
    data = path.read_bytes()
    path.write_bytes(data[: int(size * rng.uniform(0.3, 0.9))])


def rot(path: Path, rng: np.random.Generator) -> None:
    """Overwrites 64 bytes in the last third, where the chunks are."""
    data = bytearray(path.read_bytes())
    start = int(len(data) * rng.uniform(0.6, 0.9))
    data[start : start + 64] = rng.integers(0, 256, 64, dtype=np.uint8).tobytes()
    path.write_bytes(bytes(data))


def empty(path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(b"")


def html(path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>")


def random_bytes(path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(rng.integers(0, 256, 4000, dtype=np.uint8).tobytes())


BYTES: dict[str, Callable[[Path, np.random.Generator], None]] = {
    "truncate": truncate,
    "empty": empty,
    "html": html,
    "random_bytes": random_bytes,
}


def make(source: xr.Dataset, mutation: Mutation, path: Path, seed: int, **how: Any) -> str | None:
    """Writes a mutant of `source` to `path`; returns the broken variable's name, None where it does not apply."""
    ds = source.copy(deep=True)
    for name in ds.variables:
        ds[name].encoding = {}
    target = mutation.mutate(ds, np.random.default_rng(seed))
    if target is None:
        return None
    write(ds, path, **how)
    return target
