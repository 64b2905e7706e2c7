"""Units and names as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import names, units
from tools.netcdf.conformance import versions_for
from tools.netcdf.sniff import sniff
from tools.netcdf.variables import _spread


@pytest.mark.parametrize(
    ("written", "meant"),
    [("PSU", "1"), ("celcius", "degree_Celsius"), ("deg C", "degree_Celsius"), ("ºC", "degree_Celsius"),
     ("decibars", "dbar"), ("unitless", "1"), ("microatmospheres", "microatm")],
)  # fmt: skip
def test_common_misspellings_are_understood(written: str, meant: str) -> None:
    assert units.meant(written) == meant or units.unit(units.meant(written)) == units.unit(meant)


def test_conversion_is_scale_and_offset() -> None:
    assert units.factor("degC", "K") == pytest.approx((1.0, 273.15))
    assert units.factor("degF", "degC") == pytest.approx((5 / 9, -160 / 9))
    assert units.factor("m", "K") is None


def test_the_name_table_is_the_bundled_one() -> None:
    table = names.table()
    assert len(table) > 4500
    assert table["sea_water_temperature"] == "K"
    assert names.closest("sea_water_temprature") == "sea_water_temperature"
    assert names.closest("nothing of the kind at all") == ""


def test_the_checked_version_is_the_files_own_or_the_nearest() -> None:
    assert versions_for("CF-1.8, ACDD-1.3") == ("1.8", "")
    assert versions_for("CF-1.12")[0] == "1.11"
    assert versions_for("CF-1.0")[0] == "1.6"
    assert "names no CF version" in versions_for("COARDS")[1]


def test_slabs_cover_everything_once_and_evenly() -> None:
    assert sorted(_spread(13)) == list(range(13))
    assert max(list(_spread(16))[:4]) >= 12


@pytest.mark.parametrize("format_", ["NETCDF3_CLASSIC", "NETCDF3_64BIT", "NETCDF4"])
def test_whole_files_lack_no_byte_and_cut_ones_do(format_: str, tmp_path: Path) -> None:
    path = write(MAKERS["cast"](), tmp_path / "a.nc", format=format_)
    assert sniff(path).defect == ""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    assert "truncated" in sniff(path).defect


def test_record_variables_are_counted_in_the_expected_size(tmp_path: Path) -> None:
    path = write(MAKERS["mooring"](hours=30), tmp_path / "r.nc", format="NETCDF3_CLASSIC", unlimited_dims=["time"])
    found = sniff(path)
    assert found.defect == ""
    path.write_bytes(path.read_bytes()[: found.expected_bytes - 10])
    assert sniff(path).cut_variables


@pytest.mark.parametrize(
    ("head", "word"),
    [(b"<html>", "HTML"), (b"%PDF-1.4", "PDF"), (b"PK\x03\x04", "zip"), (b"\x1f\x8b\x08", "gzip"), (b"GRIB", "GRIB")],
)
def test_other_files_are_named(head: bytes, word: str, tmp_path: Path) -> None:
    (tmp_path / "x.nc").write_bytes(head + b" and more")
    assert word in sniff(tmp_path / "x.nc").defect
