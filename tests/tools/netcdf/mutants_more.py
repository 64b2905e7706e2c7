"""Defects that hit only a part: one profile, one station, the last rows, a few values; and defects of flags, text
times, two-dimensional coordinates and bounds.

Written after the detectors, against shapes and storage forms that they were not written for. As in `mutants`, each
returns the variable that it broke, or None where the file has nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from tests.tools.netcdf.mutants import (
    Mutate,
    Mutation,
    _exactly,
    _grid_pair,
    _is_series,
    _line,
    _salinity,
    _time_axis,
    _valid,
)

MORE: list[Mutation] = []


def _mutation(wanted: str) -> Callable[[Mutate], Mutate]:
    def register(function: Mutate) -> Mutate:
        MORE.append(Mutation(function.__name__, frozenset(wanted.split()), function))
        return function

    return register


# Physical values, packed or not ---------------------------------------------------------------------------------------


def _float_or_packed(ds: xr.Dataset, test: Callable[[str], bool], least: int = 40) -> str | None:
    for name, var in ds.variables.items():
        standard = str(var.attrs.get("standard_name", ""))
        if test(standard) and (var.dtype.kind == "f" or "scale_factor" in var.attrs):
            if int(_valid(ds[name]).sum()) >= least:
                return str(name)
    return None


def _temperature(ds: xr.Dataset, least: int = 40) -> str | None:
    names = {"sea_water_temperature", "sea_surface_temperature", "sea_water_potential_temperature"}
    return _float_or_packed(ds, names.__contains__, least)


def _salt(ds: xr.Dataset, least: int = 40) -> str | None:
    return _float_or_packed(ds, lambda n: n.endswith("salinity") and " " not in n, least)


def _physical(ds: xr.Dataset, name: str) -> Any:
    attrs = ds[name].attrs
    return ds[name].values.astype("f8") * attrs.get("scale_factor", 1.0) + attrs.get("add_offset", 0.0)


def _store(ds: xr.Dataset, name: str, values: Any, where: Any) -> None:
    """Puts physical `values` where `where`; a packed variable gets a scale that holds them all."""
    attrs = dict(ds[name].attrs)
    for attribute in ("valid_min", "valid_max", "valid_range", "actual_range"):
        attrs.pop(attribute, None)
    ok = _valid(ds[name])
    full = np.where(where & ok, values, _physical(ds, name))
    if "scale_factor" in attrs:
        low, high = float(full[ok].min()), float(full[ok].max())
        scale, offset = max(high - low, 1e-3) / 64000.0, (low + high) / 2
        raw = np.where(ok, np.round((full - offset) / scale), attrs["_FillValue"]).astype(ds[name].dtype)
        attrs |= {"scale_factor": scale, "add_offset": offset}
    else:
        raw = np.where(ok, full, ds[name].values).astype(ds[name].dtype)
    ds[name] = (ds[name].dims, raw, attrs)


def _celsius(ds: xr.Dataset, name: str | None) -> bool:
    return name is not None and "c" in str(ds[name].attrs.get("units", "")).lower()


def _rows(ds: xr.Dataset, name: str, start: int, stop: int, axis: int = 0) -> Any:
    """True in some rows of the first dimension."""
    mask = np.zeros(ds[name].shape, bool)
    index = [slice(None)] * ds[name].ndim
    index[axis] = slice(start, stop)
    mask[tuple(index)] = True
    return mask


def _several(ds: xr.Dataset, name: str | None, least: int = 4) -> bool:
    """Whether there are several profiles, stations or times in the first dimension, each of many values."""
    return name is not None and ds[name].ndim >= 2 and ds[name].shape[0] >= least and ds[name][0].size >= 20


@_mutation("units_values range")
def one_row_in_kelvin(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds)
    if not _celsius(ds, name) or not _several(ds, name):
        return None
    row = int(rng.integers(ds[name].shape[0]))
    _store(ds, str(name), _physical(ds, str(name)) + 273.15, _rows(ds, str(name), row, row + 1))
    return name


@_mutation("units_values range")
def last_tenth_in_kelvin(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds, least=100)
    if not _celsius(ds, name) or ds[name].shape[0] < 20:
        return None
    length = ds[name].shape[0]
    _store(ds, str(name), _physical(ds, str(name)) + 273.15, _rows(ds, str(name), length - length // 10, length))
    return name


@_mutation("units_values range")
def one_row_of_pressure_in_pascal(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _float_or_packed(ds, lambda n: n == "sea_water_pressure")
    if name is None or not _several(ds, name):
        return None
    row = int(rng.integers(ds[name].shape[0]))
    _store(ds, name, _physical(ds, name) * 1e4, _rows(ds, name, row, row + 1))
    return name


@_mutation("range units_values")
def one_in_twenty_salinities_negative(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds, least=100)
    if name is None:
        return None
    _store(ds, name, -_physical(ds, name), rng.random(ds[name].shape) < 0.05)
    return name


@_mutation("range units_values spike")
def one_in_ten_temperatures_hot(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds, least=100)
    if not _celsius(ds, name):
        return None
    _store(ds, str(name), _physical(ds, str(name)) + 90.0, rng.random(ds[name].shape) < 0.1)
    return name


@_mutation("units_values range")
def salinity_row_in_kg_per_kg(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds)
    if name is None or not _several(ds, name):
        return None
    row = int(rng.integers(ds[name].shape[0]))
    _store(ds, name, _physical(ds, name) / 1000.0, _rows(ds, name, row, row + 1))
    return name


@_mutation("packing units_values range standard_name variable_swap density")
def scale_factor_lost(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds)
    if name is None or "scale_factor" not in ds[name].attrs:
        return None
    del ds[name].attrs["scale_factor"], ds[name].attrs["add_offset"]
    return name


@_mutation("fill")
def undeclared_fill_in_one_row(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds) or _temperature(ds)
    if name is None or not _several(ds, name) or ds[name].dtype.kind != "f":
        return None
    row = int(rng.integers(ds[name].shape[0]))
    mask = _rows(ds, name, row, row + 1) & (rng.random(ds[name].shape) < 0.5)
    _store(ds, name, np.full(ds[name].shape, -9999.0), mask)
    return name


@_mutation("fill range flat constant")
def zeros_in_the_last_rows(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    """A writer that stopped: what was never written reads as zero."""
    name = _salt(ds, least=150)
    if name is None:
        return None
    values = _physical(ds, name)
    length = ds[name].shape[0]
    _store(ds, name, np.zeros_like(values), _rows(ds, name, length - max(1, length // 8), length))
    return name


@_mutation("fill")
def declaration_of_fill_lost(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    for name in (_temperature(ds), _salt(ds)):
        if name is None or "_FillValue" not in ds[name].attrs:
            continue
        if 0.01 < 1 - _valid(ds[name]).mean() < 0.98:
            del ds[name].attrs["_FillValue"]
            ds[name].attrs.pop("missing_value", None)
            return name
    return None


@_mutation("flat constant")
def one_row_stuck(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds) or _temperature(ds)
    if name is None or not _several(ds, name) or ds[name].ndim != 2:
        return None
    row = int(rng.integers(ds[name].shape[0]))
    values = _physical(ds, name)
    values[row] = values[row][_valid(ds[name])[row]][0]
    _store(ds, name, values, _rows(ds, name, row, row + 1))
    return name


@_mutation("duplicate")
def one_row_written_twice(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds)
    if name is None or not _several(ds, name) or ds[name].ndim != 2:
        return None
    row = int(rng.integers(1, ds[name].shape[0]))
    values = ds[name].values.copy()
    values[row] = values[row - 1]
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("spike range")
def spike_in_one_line(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds, least=30)
    if name is None or ds[name].ndim > 2 or _grid_pair(ds) is not None or {"y", "x"} <= set(ds[name].dims):
        return None
    if ds[name].shape[-1] < 30:
        return None
    values = _physical(ds, name)
    line = values if values.ndim == 1 else values[int(rng.integers(values.shape[0]))]
    place = int(rng.integers(5, line.size - 5))
    line[place] += 4.0
    _store(ds, name, values, np.ones(values.shape, bool))
    return name


@_mutation("density")
def inversion_in_one_profile(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    t, s = _exactly(ds, "sea_water_temperature"), _salinity(ds, least=60)
    if t is None or s is None or _exactly(ds, "sea_water_pressure") is None or not _is_series(ds, s) or _time_axis(ds):
        return None
    if "record" in ds.dims:
        return None
    values = ds[s].values.copy()
    line = _line(ds, s)
    values.ravel()[line[line.size // 3 : line.size // 3 + 4]] -= 0.6
    ds[s] = (ds[s].dims, values, ds[s].attrs)
    return s


# Positions ------------------------------------------------------------------------------------------------------------


def _station_pair(ds: xr.Dataset) -> tuple[str, str] | None:
    lat, lon = _exactly(ds, "latitude"), _exactly(ds, "longitude")
    if lat and lon and ds[lat].dims == ds[lon].dims and ds[lat].ndim == 1 and (lat,) != ds[lat].dims:
        return (lat, lon) if ds[lat].size >= 5 else None
    return None


def _set(ds: xr.Dataset, name: str, index: Any, value: Any) -> None:
    values = ds[name].values.copy()
    values[index] = value
    ds[name] = (ds[name].dims, values, ds[name].attrs)


@_mutation("latlon_range swapped_latlon")
def one_position_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _station_pair(ds)
    if pair is None:
        return None
    row = int(rng.integers(1, ds[pair[0]].size - 1))
    lat, lon = float(ds[pair[0]].values[row]), float(ds[pair[1]].values[row])
    _set(ds, pair[0], row, lon)
    _set(ds, pair[1], row, lat)
    return pair[0]


@_mutation("latlon_range")
def one_position_never_set(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _station_pair(ds)
    if pair is None:
        return None
    row = int(rng.integers(ds[pair[0]].size))
    for name in pair:
        _set(ds, name, row, 0.0)
    return pair[0]


@_mutation("latlon_range fill coords")
def one_position_is_fill(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _station_pair(ds)
    if pair is None:
        return None
    _set(ds, pair[1], int(rng.integers(ds[pair[1]].size)), -999.0)
    return pair[1]


@_mutation("latlon_range")
def degrees_and_minutes(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    """4512.30 for 45 degrees 12.3 minutes, as NMEA writes it."""
    pair = _station_pair(ds)
    if pair is None:
        return None
    for name in pair:
        v = np.abs(ds[name].values)
        ds[name] = (
            ds[name].dims,
            np.sign(ds[name].values) * (np.floor(v) * 100 + (v - np.floor(v)) * 60),
            ds[name].attrs,
        )
    return pair[0]


def _curved(ds: xr.Dataset) -> tuple[str, str] | None:
    lat, lon = _exactly(ds, "latitude"), _exactly(ds, "longitude")
    return (lat, lon) if lat and lon and ds[lat].ndim == 2 and ds[lon].ndim == 2 else None


@_mutation("inverted_latitude")
def curved_latitude_upside_down(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _curved(ds)
    if pair is None:
        return None
    ds[pair[0]] = (ds[pair[0]].dims, ds[pair[0]].values[::-1].copy(), ds[pair[0]].attrs)
    return pair[0]


@_mutation("lon_convention")
def curved_longitude_sign_lost(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _curved(ds)
    if pair is None:
        return None
    ds[pair[1]] = (ds[pair[1]].dims, -ds[pair[1]].values, ds[pair[1]].attrs)
    return pair[1]


@_mutation("swapped_latlon latlon_range")
def curved_pair_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _curved(ds)
    if pair is None:
        return None
    lat, lon = ds[pair[0]].values.copy(), ds[pair[1]].values.copy()
    ds[pair[0]] = (ds[pair[0]].dims, lon, ds[pair[0]].attrs)
    ds[pair[1]] = (ds[pair[1]].dims, lat, ds[pair[1]].attrs)
    return pair[0]


# Depth ----------------------------------------------------------------------------------------------------------------


@_mutation("depth")
def height_without_its_sign(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "height")
    if name is None or float(ds[name].values.max()) > 0:
        return None
    ds[name] = (ds[name].dims, -ds[name].values, ds[name].attrs)
    return name


@_mutation("depth range units_values")
def pressure_negative(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _float_or_packed(ds, lambda n: n == "sea_water_pressure")
    if name is None:
        return None
    _store(ds, name, -_physical(ds, name), np.ones(ds[name].shape, bool))
    return name


@_mutation("depth units_values range")
def depth_in_centimetres(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "depth")
    if name is None or ds[name].size < 10 or _exactly(ds, "sea_water_pressure") is None:
        return None
    ds[name] = (ds[name].dims, ds[name].values * 100.0, ds[name].attrs)
    return name


# Time -----------------------------------------------------------------------------------------------------------------


def _text_time(ds: xr.Dataset) -> str | None:
    for name in ("time", "date_time"):
        if name in ds.variables and ds[name].dtype.kind in "OSU" and ds[name].ndim == 1 and ds[name].size > 20:
            return name
    return None


@_mutation("time")
def text_time_goes_back(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _text_time(ds)
    if name is None:
        return None
    values = ds[name].values.copy()
    place = int(rng.integers(5, values.size - 6))
    values[place], values[place + 3] = values[place + 3], values[place]
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("time")
def text_time_repeated(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _text_time(ds)
    if name is None:
        return None
    values = ds[name].values.copy()
    place = int(rng.integers(5, values.size - 6))
    values[place] = values[place - 1]
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("time")
def text_time_impossible(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _text_time(ds)
    if name is None:
        return None
    values = ds[name].values.copy()
    values[int(rng.integers(values.size))] = "2018-02-30T00:00:00Z"
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("gap")
def text_time_gap(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _text_time(ds)
    if name is None:
        return None
    start = np.datetime64("2018-06-12T00:00:00")
    hours = np.arange(ds[name].size)
    hours[ds[name].size // 2 :] += 60
    values = np.array([str(start + np.timedelta64(int(h), "h")) + "Z" for h in hours], dtype=object)
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


def _numeric_time(ds: xr.Dataset, least: int = 20) -> str | None:
    name = _exactly(ds, "time")
    return name if name is not None and ds[name].dims == (name,) and ds[name].size >= least else None


@_mutation("time gap")
def last_hundredth_a_century_late(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _numeric_time(ds, least=100)
    if name is None or "days" not in ds[name].attrs["units"]:
        return None
    values = ds[name].values.copy()
    values[-max(1, values.size // 100) :] += 36525.0
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("time coords fill")
def some_times_zero(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _numeric_time(ds)
    if name is None:
        return None
    values = ds[name].values.copy()
    values[values.size // 2 : values.size // 2 + 2] = 0.0
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("calendar time")
def calendar_standard_for_360_days(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "time")
    if name is None or ds[name].attrs.get("calendar") != "360_day":
        return None
    ds[name].attrs["calendar"] = "standard"
    return name


@_mutation("bounds")
def bounds_of_another_step(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _exactly(ds, "time")
    if name is None or "bounds" not in ds[name].attrs:
        return None
    bounds = str(ds[name].attrs["bounds"])
    ds[bounds] = (ds[bounds].dims, ds[bounds].values + 60.0, ds[bounds].attrs)
    return bounds


# Flags ----------------------------------------------------------------------------------------------------------------


def _flags(ds: xr.Dataset) -> str | None:
    for name in ds.variables:
        if str(name).lower().endswith("_qc") and ds[name].size > 20:
            return str(name)
    return None


@_mutation("qc_convention flags")
def flags_of_no_meaning(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _flags(ds)
    if name is None:
        return None
    values = ds[name].values.copy()
    values[rng.random(values.shape) < 0.05] = b"X" if values.dtype.kind == "S" else 77
    ds[name] = (ds[name].dims, values, ds[name].attrs)
    return name


@_mutation("qc_convention flags")
def flags_of_another_convention(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    """QARTOD is named and 4 is called good, 1 bad."""
    name = _flags(ds)
    if name is None or "QARTOD" not in str(ds[name].attrs.get("references", "")):
        return None
    ds[name].attrs["flag_meanings"] = "fail not_evaluated suspect pass missing"
    return name


@_mutation("flags qc_convention")
def a_flag_meaning_lost(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _flags(ds)
    if name is None or "flag_meanings" not in ds[name].attrs:
        return None
    ds[name].attrs["flag_meanings"] = " ".join(str(ds[name].attrs["flag_meanings"]).split()[:-1])
    return name


# Attributes -----------------------------------------------------------------------------------------------------------


@_mutation("range fill")
def valid_range_upside_down(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds)
    if name is None:
        return None
    kind = ds[name].dtype.type
    ds[name].attrs["valid_min"], ds[name].attrs["valid_max"] = kind(42), kind(0)
    return name


@_mutation("axis coords swapped_latlon")
def axis_letters_exchanged(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    pair = _grid_pair(ds)
    if pair is None or "axis" not in ds[pair[0]].attrs:
        return None
    ds[pair[0]].attrs["axis"], ds[pair[1]].attrs["axis"] = "X", "Y"
    return pair[0]


@_mutation("units")
def units_with_a_word(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds)
    if name is None:
        return None
    ds[name].attrs["units"] = "degrees Celsius (ITS-90)"
    return name


@_mutation("standard_name")
def standard_name_in_capitals(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _salt(ds)
    if name is None:
        return None
    ds[name].attrs["standard_name"] = str(ds[name].attrs["standard_name"]).replace("_", " ").title()
    return name


@_mutation("range")
def actual_range_of_another_file(ds: xr.Dataset, rng: np.random.Generator) -> str | None:
    name = _temperature(ds)
    if name is None or "scale_factor" in ds[name].attrs:
        return None
    ds[name].attrs["actual_range"] = np.array([1.0, 2.0], ds[name].dtype)
    return name
