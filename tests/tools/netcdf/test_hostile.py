"""Files that are legal for the library and hostile to a reader: every one ends with a report, no check breaks."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import check_file, render_html, render_markdown


def _odd_attributes(ds: netCDF4.Dataset) -> None:
    ds.createDimension("time", 30)
    odd = {
        "units": np.int32(7), "standard_name": np.array([1.5, 2.5]), "valid_range": "low to high",
        "valid_min": np.array([1, 2, 3]), "scale_factor": "two", "add_offset": np.array([1.0, 2.0]),
        "missing_value": "none", "flag_values": "0 1", "flag_meanings": np.int16(3), "coordinates": np.int8(1),
        "calendar": np.float64(360), "positive": np.int32(1), "axis": np.int32(0), "cell_methods": np.array([1, 2]),
        "ancillary_variables": np.float32(1), "bounds": np.int32(5), "actual_range": np.float32(1.0),
        "long_name": "", "_Unsigned": "maybe",
    }  # fmt: skip
    for name in ("time", "lat", "temp", "temp_qc"):
        var = ds.createVariable(name, "f4", ("time",))
        var[:] = np.arange(30)
        for key, value in odd.items():
            var.setncattr(key, value)
    ds.setncattr("Conventions", np.int32(1))
    ds.setncattr("time_coverage_start", np.float64(3))
    ds.setncattr("geospatial_lat_min", "south")
    ds.setncattr("history", np.array([1, 2]))


def _empty_dimensions(ds: netCDF4.Dataset) -> None:
    ds.Conventions = "CF-1.8"
    ds.createDimension("time", None)
    ds.createDimension("lat", 0)
    for name, dims in (("time", ("time",)), ("lat", ("lat",)), ("sst", ("time", "lat"))):
        var = ds.createVariable(name, "f8", dims)
        var.units = {"time": "days since 2000-01-01", "lat": "degrees_north"}.get(name, "degC")
        var.standard_name = {"time": "time", "lat": "latitude"}.get(name, "sea_surface_temperature")


def _huge_and_unwritten(ds: netCDF4.Dataset) -> None:
    """Petabytes by its header, not one byte written."""
    for name, size in (("time", 1_000_000), ("lat", 30_000), ("lon", 60_000)):
        ds.createDimension(name, size)
    var = ds.createVariable("sst", "f8", ("time", "lat", "lon"), chunksizes=(1, 1000, 1000))
    var.standard_name, var.units = "sea_surface_temperature", "degC"


def _all_types(ds: netCDF4.Dataset) -> None:
    ds.createDimension("n", 25)
    for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "S1"):
        var = ds.createVariable(f"v_{kind}", kind, ("n",))
        var[:] = np.array([b"a"] * 25) if kind == "S1" else np.arange(25).astype(kind)
        var.units, var.standard_name = "degC", "sea_water_temperature"
    text = ds.createVariable("words", str, ("n",))
    text[:] = np.array(["x" * (i % 5) for i in range(25)], dtype=object)
    ragged = ds.createVariable("ragged", ds.createVLType("f4", "ragged_t"), ("n",))
    ragged[0] = np.arange(3, dtype="f4")
    pair = ds.createCompoundType(np.dtype([("a", "f4"), ("b", "i2")]), "pair_t")
    ds.createVariable("pairs", pair, ("n",))
    level = ds.createEnumType(np.int8, "level_t", {"good": 1, "bad": 4})
    ds.createVariable("level_qc", level, ("n",), fill_value=1)


def _extreme_values(ds: netCDF4.Dataset) -> None:
    ds.createDimension("time", 40)
    time = ds.createVariable("time", "f8", ("time",))
    time.units, time.standard_name = "seconds since 0001-01-01", "time"
    time[:] = np.logspace(0, 300, 40)
    for name, values in (
        ("lat", np.where(np.arange(40) % 2, 1e308, -1e308)),
        ("lon", np.full(40, np.nan)),
        ("temp", np.full(40, np.inf)),
        ("psal", np.linspace(-5e-324, 5e-324, 40)),
        ("depth", np.full(40, -np.inf)),
    ):
        var = ds.createVariable(name, "f8", ("time",))
        var.standard_name = {
            "lat": "latitude", "lon": "longitude", "temp": "sea_water_temperature",
            "psal": "sea_water_practical_salinity", "depth": "depth",
        }[name]  # fmt: skip
        var.units = {"lat": "degrees_north", "lon": "degrees_east", "depth": "m"}.get(name, "1")
        var[:] = values


def _names(ds: netCDF4.Dataset) -> None:
    ds.createDimension("a b", 20)
    for name in ("<script>alert(1)<script>", "'; import os", "größe μ", "%s{x}{0}", "-rf", "x" * 200, "[bold]red[/]"):
        var = ds.createVariable(f"a{name}".replace("/", "|"), "f4", ("a b",))
        var.units, var.standard_name = "{units} <b>", "sea_water_temperature %d"
        var[:] = np.arange(20) * 1000
    ds.title = "<img src=x onerror=alert(1)>"


def _zero_scale(ds: netCDF4.Dataset) -> None:
    ds.createDimension("time", 200)
    for name, scale, offset in (("a", 0.0, 0.0), ("b", np.nan, 1.0), ("c", -1e-3, 1e30), ("d", 1e300, 1e300)):
        var = ds.createVariable(name, "i2", ("time",), fill_value=-1)
        var.setncatts({"units": "degC", "standard_name": "sea_water_temperature"})
        var.set_auto_maskandscale(False)
        var[:] = np.arange(200) * 300 % 60000 - 30000
        var.setncatts({"scale_factor": scale, "add_offset": offset})


def _deep_groups(ds: netCDF4.Dataset) -> None:
    here = ds
    for level in range(25):
        here = here.createGroup(f"g{level}")
        here.createDimension("n", 3)
        here.createVariable("lat", "f4", ("n",)).units = "degrees_north"


HOSTILE: dict[str, Callable[[netCDF4.Dataset], None]] = {
    "odd_attributes": _odd_attributes,
    "empty_dimensions": _empty_dimensions,
    "huge_and_unwritten": _huge_and_unwritten,
    "all_types": _all_types,
    "extreme_values": _extreme_values,
    "names": _names,
    "zero_scale": _zero_scale,
    "deep_groups": _deep_groups,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_ends_with_a_report(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.nc"
    with netCDF4.Dataset(path, "w") as dataset:
        HOSTILE[kind](dataset)
    report = check_file(path, time_limit_s=20)
    own = [f"{c.name}: {c.reason}" for c in report.failed if not c.name.startswith("conformance")]
    assert own == []
    assert "Traceback" not in report.summary
    page = render_html(report)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert render_markdown(report)


def _many_variables(path: Path, count: int) -> None:
    """A classic file written by its format's description: the library needs minutes to define so many variables."""

    def text(word: str) -> bytes:
        return struct.pack(">i", len(word)) + word.encode() + b"\0" * (-len(word) % 4)

    def attribute(name: str, value: str) -> bytes:
        return struct.pack(">ii", 12, 1) + text(name) + struct.pack(">i", 2) + text(value)

    head = b"CDF\x02" + struct.pack(">i", 0) + struct.pack(">ii", 10, 1) + text("n") + struct.pack(">i", 2)
    head += attribute("Conventions", "CF-1.8")
    rows = [
        text(f"v{i}") + struct.pack(">ii", 1, 0) + attribute("units", ("m", "blob")[i % 2]) + struct.pack(">ii", 5, 8)
        for i in range(count)
    ]
    begin = len(head) + 8 + sum(len(row) + 8 for row in rows)
    body = b"".join(row + struct.pack(">q", begin + 8 * i) for i, row in enumerate(rows))
    path.write_bytes(head + struct.pack(">ii", 11, count) + body + struct.pack(">2f", 1, 2) * count)


@pytest.mark.parametrize("count", [1500, pytest.param(10_000, marks=pytest.mark.nightly)])
def test_thousands_of_variables_end_with_the_limit_and_the_report_says_what_was_left_out(
    count: int, tmp_path: Path
) -> None:
    _many_variables(tmp_path / "many.nc", count)
    limit = 15 if count < 5000 else 40
    report = check_file(tmp_path / "many.nc", time_limit_s=limit)
    assert report.seconds < limit * 1.1 + 6
    assert len(report.facts["variables"]) == count
    late = [check.name for check in (*report.skipped, *report.failed) if "time limit" in check.reason]
    assert (report.verdict == "incomplete") == any(name != "quick_look" for name in late)
    assert len(report.findings) < 60, "messages of one kind are folded"


@pytest.mark.parametrize("format_", ["NETCDF4", "NETCDF3_CLASSIC"])
def test_a_header_of_random_bytes_ends_with_a_report(format_: str, tmp_path: Path) -> None:
    path = write(MAKERS["cast"](), tmp_path / "whole.nc", format=format_)
    whole = path.read_bytes()
    rng = np.random.default_rng(11)
    for _ in range(12):
        broken = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 3000), 6):
            broken[place] = int(rng.integers(256))
        path.write_bytes(bytes(broken))
        assert check_file(path, time_limit_s=10).verdict
