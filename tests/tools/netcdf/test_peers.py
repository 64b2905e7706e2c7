"""The comparison with other checkers: their reports are read rightly, and a missing program is said to be missing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from experiments import netcdf_peers, netcdf_recall
from experiments.netcdf_peers import Heard, Said
from tests.tools.netcdf.makers import MAKERS, write

CFCHECKS = """Checking variable: sal
ERROR: (3.1): Invalid units: PSU
WARN: (2.5.1): missing_value and _FillValue set to differing values
------------------
Checking variable: time
ERROR: (5): co-ordinate variable not monotonic
ERROR: (3.1): Units are not consistent with those given in the standard_name table.
"""


def test_the_report_of_cfchecks_becomes_classes_and_variables() -> None:
    said = netcdf_peers._read_cfchecks(CFCHECKS)
    assert [(s.cls, s.variable, s.serious) for s in said] == [
        ("units", "sal", True),
        ("fill", "sal", False),
        ("nonmonotonic", "time", True),
        ("units_stdname", "time", True),
    ]


def test_a_message_of_xrlint_has_the_variable_of_its_node() -> None:
    message = {"rule_id": "var-units", "message": "Missing units", "node_path": "ds.data_vars['sst']", "severity": 1}
    assert netcdf_peers._read_xrlint(message) == Said("units", "sst", False, "Missing units")
    assert netcdf_peers._read_xrlint({"message": "no backend", "node_path": "ds", "fatal": True}).cls == "corrupt"


def test_a_program_that_is_not_installed_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netcdf_peers.shutil, "which", lambda name, path=None: None)
    assert netcdf_peers.listen("xrlint", Path("any.nc"), []).absent == "not installed"
    assert netcdf_peers.listen("cfchecks", Path("any.nc"), []).absent == "not installed"


def test_what_the_good_twin_is_told_too_is_no_sight_of_the_defect() -> None:
    old = Said("units", "a", True, "x")
    mark = netcdf_recall._mark(Heard((old,)), (old,), {"units"}, {"a"})
    assert (mark.reacts, mark.cls, mark.variable) == (False, False, False)
    mark = netcdf_recall._mark(Heard((old, Said("units", "b", True, "x"))), (old,), {"units"}, {"a"})
    assert (mark.reacts, mark.cls, mark.variable) == (True, True, False)


def test_the_table_over_a_small_folder_names_the_broken_variable(tmp_path: Path) -> None:
    for name in ("known_good/derived/ctd_good.nc", "known_bad/derived/c01_x.nc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        dataset = MAKERS["cast"]()
        if "bad" in name:
            dataset["salinity"].attrs["units"] = "PSU"
        write(dataset, tmp_path / name)
    with (tmp_path / "manifest.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["file", "kind", "defect_classes", "assertion", "has_data"])
        writer.writerow(["known_good/derived/ctd_good.nc", "known_good", "", "clean", "full"])
        writer.writerow(["known_bad/derived/c01_x.nc", "known_bad", "units", "units PSU", "full"])
    result = netcdf_recall.score(tmp_path)
    assert result.rows[1]["variable"] == "salinity"
    assert result.count(netcdf_recall.OURS, "variable") == (1, 1)
    assert "| units | 1 | 1 |" in netcdf_recall.table(result)
