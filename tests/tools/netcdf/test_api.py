"""The functions, the agent tool and the command: what goes in, what comes out, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from tests.tools.netcdf.big import write_big
from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import NetCDFError, check_file, check_paths, find_files, langchain_tool, process
from tools.netcdf.cli import netcdf
from tools.netcdf.model import FileNotFound, NetworkNotAllowed


def test_import_is_light() -> None:
    heavy = ("netCDF4", "xarray", "matplotlib", "scipy", "pandas")
    code = f"import sys, tools.netcdf; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_file_is_refused_with_a_mend() -> None:
    with pytest.raises(FileNotFound) as error:
        check_file("no/such.nc")
    assert error.value.mend


def test_an_address_needs_permission() -> None:
    with pytest.raises(NetworkNotAllowed):
        check_file("https://example.org/a.nc")


def test_a_time_limit_of_nothing_is_refused(good_files: dict[str, Path]) -> None:
    with pytest.raises(NetCDFError):
        check_file(good_files["cast"], time_limit_s=0)


def test_folders_and_globs_are_searched_and_each_file_comes_once(good_files: dict[str, Path]) -> None:
    folder = good_files["cast"].parent
    names = find_files([folder, folder / "*.nc", good_files["cast"]])
    assert sorted(names) == sorted(str(p) for p in good_files.values())
    with pytest.raises(FileNotFound):
        find_files([folder / "*.xyz"])


def test_a_zarr_folder_is_checked_like_a_file(tmp_path: Path) -> None:
    dataset = MAKERS["cast"]()
    dataset["temperature"].values[100] = 35.0
    for name in dataset.variables:
        dataset[name].attrs.pop("_FillValue", None)
    dataset.to_zarr(tmp_path / "cast.zarr", consolidated=False)
    report = check_file(tmp_path / "cast.zarr")
    assert "spike:temperature" in {f.id for f in report.findings}
    assert any(c.name == "conformance" and "netCDF files only" in c.reason for c in report.skipped)


def test_variables_in_groups_are_checked(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "g.nc", "w") as dataset:
        group = dataset.createGroup("ctd")
        group.createDimension("z", 50)
        var = group.createVariable("temp", "f4", ("z",))
        var.standard_name, var.units = "sea_water_temperature", "degC"
        var[:] = np.linspace(300, 275, 50)
    assert "units-values:/ctd/temp" in {f.id for f in check_file(tmp_path / "g.nc").findings}


def test_a_list_valued_instrument_attribute_breaks_one_check_and_not_the_report(tmp_path: Path) -> None:
    path = write(MAKERS["floats"](), tmp_path / "og.nc")
    with netCDF4.Dataset(path, "a") as dataset:
        dataset["TEMP"].setncattr("instrument", ["ctd", "optode"])
    report = check_file(path)
    assert report.verdict in ("clean", "recommendations")
    assert any("unhashable" in c.reason for c in report.failed)


def test_a_model_file_of_hundreds_of_variables_is_checked_in_seconds(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "roms.nc", "w") as dataset:
        dataset.Conventions = "CF-1.4"
        dataset.createDimension("ocean_time", 2)
        dataset.createDimension("eta_rho", 20)
        dataset.createDimension("xi_rho", 22)
        for name, unit, start in (("lon_rho", "degrees_east", -70), ("lat_rho", "degrees_north", 40)):
            var = dataset.createVariable(name, "f8", ("eta_rho", "xi_rho"))
            var.units = unit
            var[:] = start + np.random.default_rng(0).random((20, 22))
        time = dataset.createVariable("ocean_time", "f8", ("ocean_time",))
        time.units, time.calendar = "seconds since 2006-01-01", "standard"
        time[:] = [0, 3600]
        for number in range(200):
            var = dataset.createVariable(f"v{number}", "f4", ("ocean_time", "eta_rho", "xi_rho") if number % 2 else ())
            var.units, var.coordinates = "m s-1", "lon_rho lat_rho ocean_time"
            var[...] = np.random.default_rng(number).random(var.shape)
    process.warm_up()
    report = check_file(tmp_path / "roms.nc")
    assert report.seconds < 5
    assert len(report.findings) < 25, "messages of one kind are folded"


def test_warming_up_leaves_a_worker_that_the_first_check_uses(good_files: dict[str, Path]) -> None:
    process.warm_up()
    worker = process._worker()
    process.warm_up()
    check_file(good_files["cast"])
    assert process._worker() is worker


def test_a_crash_of_the_library_ends_in_a_report(good_files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    check_file(good_files["cast"])
    worker = process._worker()
    monkeypatch.setattr(worker, "ask", lambda request: worker.process.kill())
    report = check_file(good_files["cast"])
    assert report.verdict == "unreadable"
    assert "crashed" in report.summary
    assert check_file(good_files["cast"]).verdict != "unreadable", "the next file gets a new process"


def _big(path: Path, gibibytes: float, limit_s: float) -> None:
    write_big(path, gibibytes)
    report = check_file(path, time_limit_s=limit_s)
    assert report.seconds <= limit_s * 1.1
    assert 0.2 < report.facts["values_read"] <= 1.0
    if report.facts["values_read"] == 1.0:
        assert "impossible-values:sst" in {f.id for f in report.findings} or "spike" in {f.cls for f in report.findings}
    if sys.platform == "linux":
        status = Path(f"/proc/{process._worker().process.pid}/status").read_text()
        peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
        assert peak < 1024 * 1024


def test_a_file_larger_than_memory_allows_is_read_in_slabs(tmp_path: Path) -> None:
    _big(tmp_path / "big.nc", 0.15, 60.0)


@pytest.mark.nightly
def test_four_gigabytes_in_a_minute_and_a_gigabyte(tmp_path: Path) -> None:
    _big(tmp_path / "big.nc", 4.0, 60.0)


def test_the_agent_is_told_ids_and_can_ask_about_one(tmp_path: Path) -> None:
    dataset = MAKERS["cast"]()
    dataset["temperature"].values[100] = 35.0
    write(dataset, tmp_path / "cast.nc")
    tool = langchain_tool([tmp_path])
    answer = tool.invoke({"type": "tool_call", "id": "1", "name": "check_netcdf", "args": {"file": "cast.nc"}})
    assert "[spike:temperature] suspicious" in answer.content
    assert answer.artifact["verdict"] == "suspicious"
    more = tool.invoke({"file": "cast.nc", "finding": "spike:temperature"})
    assert "fix (xarray): v = ds['temperature']" in more
    assert "No finding is about 'nope'" in tool.invoke({"file": "cast.nc", "finding": "nope"})


@pytest.mark.parametrize("name", ["../secret.nc", "/etc/passwd", "link.nc", ""])
def test_the_agent_reads_nothing_outside_its_folders(name: str, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    write(MAKERS["cast"](), tmp_path / "secret.nc")
    (inside / "link.nc").symlink_to(tmp_path / "secret.nc")
    answer = langchain_tool([inside]).invoke({"file": name})
    assert "error" in answer


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(netcdf)
    return app


def test_the_command_prints_json_alone_on_standard_output(command: typer.Typer, good_files: dict[str, Path]) -> None:
    done = CliRunner().invoke(command, ["--json", str(good_files["cast"])])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["verdict"] == "recommendations"


def test_the_command_writes_reports_and_a_table(
    command: typer.Typer, good_files: dict[str, Path], tmp_path: Path
) -> None:
    files = [str(good_files["cast"]), str(good_files["mooring"])]
    done = CliRunner().invoke(command, [*files, "--out", str(tmp_path / "r"), "--format", "md,csv,methods"])
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == [
        "cast.md", "cast_checklist.csv", "cast_methods.md", "mooring.md", "mooring_checklist.csv", "mooring_methods.md",
        "summary.md",
    ]  # fmt: skip


def test_several_files_are_checked_in_order(good_files: dict[str, Path]) -> None:
    seen: list[str] = []
    reports = check_paths(
        [good_files["cast"], good_files["mooring"]], progress=lambda done, total, name: seen.append(f"{done}/{total}")
    )
    assert [Path(r.file).name for r in reports] == ["cast.nc", "mooring.nc"]
    assert seen == ["0/2", "1/2"]
