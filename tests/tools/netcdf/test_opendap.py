"""OPeNDAP addresses: only with permission, read as a file would be, and clear when the server does not answer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.servers.dap import serve
from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import check_file
from tools.netcdf.model import NetworkNotAllowed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dataset = MAKERS["floats"]()
    dataset["TEMP"].values[4, 30] += 25.0
    write(dataset, tmp_path / "float.nc")
    return tmp_path


def test_without_permission_no_server_is_asked(folder: Path) -> None:
    with serve(folder) as server:
        with pytest.raises(NetworkNotAllowed) as error:
            check_file(f"{server.address}/float.nc")
        assert server.asked == []
    assert "--allow-network" in error.value.mend


def test_an_address_gives_the_findings_of_the_file(folder: Path) -> None:
    with serve(folder) as server:
        report = check_file(f"{server.address}/float.nc", allow_network=True)
        assert any(path.endswith(".dods") for path in server.asked)
    assert report.facts["format"] == "OPeNDAP"
    local = check_file(folder / "float.nc")
    suspicious = [f.id for f in report.of_level("suspicious")]
    assert suspicious == [f.id for f in local.of_level("suspicious")] == ["spike:TEMP"]


def test_an_address_that_is_not_there_says_what_to_try(folder: Path) -> None:
    with serve(folder) as server:
        report = check_file(f"{server.address}/other.nc", allow_network=True)
    assert report.verdict == "unreadable"
    assert "The address cannot be read" in report.summary
    assert ".dds" in report.findings[0].fix["note"]


def test_a_server_that_does_not_answer_costs_no_more_than_the_time_limit(folder: Path) -> None:
    with serve(folder) as server:
        server.delay_s = 60.0
        started = time.monotonic()
        report = check_file(f"{server.address}/float.nc", allow_network=True, time_limit_s=2.0)
    assert time.monotonic() - started < 15
    assert "time limit of 2 s" in report.summary
    assert "longer --time-limit" in report.findings[0].fix["note"]
