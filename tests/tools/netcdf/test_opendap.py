"""OPeNDAP addresses: only with permission, read as a file would be, and clear when the server does not answer."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.dap import serve
from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import check_file
from tools.netcdf.cli import write_reports
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
    assert "allow_network in the settings" in error.value.mend


@pytest.mark.parametrize(("words", "setting", "asked"), [
    ([], "0", False), ([], "1", True), (["--no-allow-network"], "1", False), (["--allow-network"], "0", True),
])  # fmt: skip
def test_the_command_asks_an_address_by_its_flag_or_else_by_the_setting(
    words: list[str], setting: str, asked: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from assistant.cli import app

    monkeypatch.setenv("LEADLINE_ALLOW_NETWORK", setting)
    monkeypatch.setenv("LEADLINE_HOME", str(folder))
    with serve(folder) as server:
        done = CliRunner().invoke(app, ["netcdf", f"{server.address}/float.nc", *words])
        assert bool(server.asked) == asked
    assert ("spike:TEMP" in done.output) == asked


def test_reports_on_an_address_get_a_plain_name(folder: Path, tmp_path: Path) -> None:
    report = replace(check_file(folder / "float.nc"), file="https://server/dodsC/float.nc?TEMP[0:1],time&x=<b>")
    (written,) = write_reports([report], tmp_path / "reports", ["json"])
    assert written.name == "float.json"


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
