"""The fix that a report proposes makes its finding go away, pasted or applied, and leaves the original alone."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
import zlib
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from _pytest.mark.structures import ParameterSet

from tests.tools.netcdf.makers import MAKERS, write
from tests.tools.netcdf.makers_more import ALL, STORAGE, store
from tests.tools.netcdf.mutants import MUTATIONS, Mutation, make
from tests.tools.netcdf.mutants_more import MORE
from tools.netcdf import Report, check_file, cleaned_copy, fixes, fixtext
from tools.netcdf.model import CannotClean, Op

EVERY = (*MUTATIONS, *MORE)
#: Defects whose cure nobody can know from the file alone; the report then says whom to ask for what.
NO_SAFE_FIX = {
    "on_land", "time_gap", "nearly_all_missing", "constant", "density_inversion", "packing_overflow",
    "no_description", "inversion_in_one_profile", "one_row_written_twice", "text_time_goes_back", "text_time_repeated",
    "text_time_impossible", "text_time_gap", "bounds_of_another_step", "flags_of_no_meaning",
    "flags_of_another_convention", "a_flag_meaning_lost", "valid_range_upside_down", "scale_factor_lost",
    "one_in_ten_temperatures_hot", "null_island", "degrees_and_minutes", "latitude_beyond_the_pole",
    "last_hundredth_a_century_late", "units_of_another_quantity", "temperature_called_salinity",
}  # fmt: skip


def _daily_and_nightly() -> list[ParameterSet]:
    """One mutation for each class of finding in every run; the others, which tell the same class again, by night."""
    seen: set[str] = set()
    cases = []
    for mutation in EVERY:
        again = set(mutation.wanted) <= seen
        seen |= set(mutation.wanted)
        cases.append(pytest.param(mutation, id=mutation.name, marks=[pytest.mark.nightly] if again else []))
    return cases


def _mutant(mutation: Mutation, path: Path) -> None:
    storage = "packed" if mutation.name == "scale_factor_lost" else "plain"
    for maker in ALL.values():
        dataset = STORAGE[storage](maker(seed=5).copy(deep=True))
        if make(dataset, mutation, path, seed=zlib.crc32(mutation.name.encode())) is not None:
            return
    pytest.fail("no good file has what this mutation needs")


@pytest.mark.parametrize("mutation", _daily_and_nightly())
def test_the_pasted_fix_removes_the_finding_or_the_report_says_that_none_is_safe(
    mutation: Mutation, tmp_path: Path
) -> None:
    path, fixed = tmp_path / "broken.nc", tmp_path / "fixed.nc"
    _mutant(mutation, path)
    report = check_file(path)
    targets = [f for f in report.findings if f.cls in mutation.wanted]
    assert targets, [f.id for f in report.findings]
    for finding in targets:
        assert finding.fix.get("xarray") or finding.fix.get("note"), finding.id
    mended = [f for f in targets if f.ops]
    assert mended or mutation.name in NO_SAFE_FIX, [f.id for f in targets]
    if not mended:
        return
    exec(compile(fixtext.pasted([op for f in mended for op in f.ops], str(path), str(fixed)), "pasted", "exec"), {})
    left = {f.id for f in check_file(fixed).findings}
    assert not left & {f.id for f in mended}


def _ncatted(line: str, path: Path) -> None:
    """Runs the command of the report on `path`: by NCO where it is installed, else by what NCO documents."""
    words = shlex.split(line)
    if shutil.which("ncatted"):
        subprocess.run([*words[:-1], str(path)], check=True, capture_output=True)
        return
    kinds = {"b": "i1", "s": "i2", "l": "i4", "ll": "i8", "f": "f4", "d": "f8", "ub": "u1", "us": "u2", "ul": "u4"}
    with netCDF4.Dataset(path, "a") as dataset:
        for word in words[words.index("-a") + 1 : -1 : 2]:
            name, holder, mode, kind, value = word.split(",", 4)
            target = dataset if holder == "global" else dataset[holder]
            if mode == "d":
                target.delncattr(name)
            else:
                target.setncattr(name, value if kind == "c" else np.array(value.split(","), kinds[kind]))


@pytest.mark.parametrize(
    "name",
    [
        "celsius_as_kelvin", "units_misspelt", "units_psu", "standard_name_misspelt", "positive_missing",
        "depth_called_altitude", "calendar_missing", "calendar_misspelt", "fill_values_differ", "no_conventions",
        "reference_lost", "extent_attributes_wrong", "axis_letters_exchanged", "packing_types_differ",
    ],
)  # fmt: skip
def test_the_ncatted_command_removes_the_finding_too(name: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.nc"
    _mutant(next(m for m in EVERY if m.name == name), path)
    wanted = next(m.wanted for m in EVERY if m.name == name)
    targets = [f for f in check_file(path).findings if f.cls in wanted and "ncatted" in f.fix]
    assert targets
    for finding in targets:
        _ncatted(finding.fix["ncatted"], path)
    assert not {f.id for f in check_file(path).findings} & {f.id for f in targets}


def test_a_fix_inside_a_group_keeps_the_other_groups(tmp_path: Path) -> None:
    dataset = MAKERS["cast"]()
    dataset["salinity"].attrs["units"] = "PSU"
    path = store(dataset, tmp_path / "g.nc", "group")
    report = check_file(path, fix=True)
    finding = next(f for f in report.findings if f.id == "units-invalid:/data/salinity")
    assert finding.fix["xarray"].startswith("ds = groups['/data']")
    fixed = tmp_path / "fixed.nc"
    exec(compile(fixtext.pasted(finding.ops, str(path), str(fixed), grouped=True), "pasted", "exec"), {})
    for name in (str(fixed), report.facts["cleaned_copy"]):
        with netCDF4.Dataset(name) as copy:
            assert copy["/data/salinity"].units == "1"
            assert copy["/data/temperature"].shape == (200,)
            assert copy.title == "Made for tests"


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
