"""The fix that a report proposes makes its finding go away, pasted or applied, and leaves the original alone."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.tools.netcdf.makers import MAKERS, write
from tests.tools.netcdf.mutants import MUTATIONS, Mutation, make
from tools.netcdf import Report, check_file, cleaned_copy, fixes, fixtext
from tools.netcdf.model import CannotClean, Op

#: Defects whose cure nobody can know from the file alone.
_INCURABLE = {
    "units_missing", "units_of_another_quantity", "temperature_called_salinity", "latitude_beyond_the_pole",
    "null_island", "on_land", "position_jump", "time_without_reference", "time_since_year_zero", "time_gap",
    "nearly_all_missing", "constant", "infinite", "density_inversion", "packing_overflow", "no_description",
    "hours_for_days", "time_in_the_future", "seconds_for_days", "longitude_turned",
}  # fmt: skip


def _mutant(mutation: Mutation, path: Path) -> None:
    for maker in MAKERS.values():
        if make(maker(), mutation, path, seed=zlib.crc32(mutation.name.encode())) is not None:
            return
    pytest.fail("no good file has what this mutation needs")


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.name not in _INCURABLE], ids=lambda m: m.name)
def test_the_pasted_fix_removes_the_finding(mutation: Mutation, tmp_path: Path) -> None:
    path, fixed = tmp_path / "broken.nc", tmp_path / "fixed.nc"
    _mutant(mutation, path)
    report = check_file(path)
    targets = [f for f in report.findings if f.cls in mutation.wanted and f.ops]
    assert targets, [f.id for f in report.findings]
    script = fixtext.pasted([op for f in targets for op in f.ops], str(path), str(fixed))
    exec(compile(script, "pasted", "exec"), {})
    left = {f.id for f in check_file(fixed).findings}
    assert not left & {f.id for f in targets}


def test_pasted_and_applied_fixes_give_the_same_file(tmp_path: Path) -> None:
    path = write(MAKERS["mooring"](), tmp_path / "m.nc")
    ops = [
        fixes.set_attr("TEMP", "units", "K"),
        Op("scale", "depth", "", [-1.0, 0.0]),
        Op("mask_at", "TEMP", "", [[[3], [5]], -999.0]),
        Op("mask_outside", "PSAL", "", [35.8, 36.0, -999.0]),
        Op("scale_valid", "UCUR", "", 0.01),
        Op("sort_unique", "time", "time"),
        Op("swap_values", "TEMP", "", "PSAL"),
        Op("lon180", "lon", ""),
        Op("drop", "PRES"),
    ]
    pasted = tmp_path / "pasted.nc"
    exec(compile(fixtext.pasted(ops, str(path), str(pasted)), "pasted", "exec"), {})
    applied = fixes.apply(xr.open_dataset(path, decode_cf=False).load(), ops)
    with xr.open_dataset(pasted, decode_cf=False) as other:
        xr.testing.assert_identical(applied, other.load())


def test_cleaned_copy_says_in_its_history_what_was_done_and_leaves_the_original(tmp_path: Path) -> None:
    dataset = MAKERS["cast"]()
    dataset["salinity"].attrs["units"] = "PSU"
    path = write(dataset, tmp_path / "cast.nc")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    report = check_file(path, fix=True)
    copy = Path(report.facts["cleaned_copy"])
    assert copy.name == "cast_cleaned.nc"
    with xr.open_dataset(copy, decode_cf=False) as cleaned:
        assert cleaned["salinity"].attrs["units"] == "1"
        assert "leadline netcdf: fixed units-invalid:salinity" in cleaned.attrs["history"]
        assert cleaned.attrs["history"].endswith("2024-01-01T00:00:00Z made")
        np.testing.assert_array_equal(cleaned["temperature"].values, dataset["temperature"].values)
        assert "_FillValue" not in cleaned["depth"].attrs
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_cleaned_copy_never_replaces_the_original(good_files: dict[str, Path], good_reports: dict[str, Report]) -> None:
    with pytest.raises(CannotClean, match="replace the original"):
        cleaned_copy(good_files["cast"], good_files["cast"], good_reports["cast"])


def test_a_name_that_is_python_stays_a_name() -> None:
    line = fixtext.xarray_lines([fixes.set_attr("x'] + __import__('os')", "units", "m'; import os")])
    assert line == """ds["x'] + __import__('os')"].attrs['units'] = "m'; import os\""""


def test_ncatted_is_offered_for_attributes_only_and_quotes_its_words() -> None:
    line = fixtext.ncatted_line([fixes.set_attr("t", "units", "m s-1")], "my file.nc")
    assert line == "ncatted -h -a 'units,t,o,c,m s-1' 'my file.nc'"
    assert fixtext.ncatted_line([Op("drop", "t")], "f.nc") == ""
