"""One defect at a time: the broken file is found out, its good twin stays quiet."""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.conftest import SHARED
from tests.tools.netcdf.makers import MAKERS, write
from tests.tools.netcdf.mutants import BYTES, MUTATIONS, Mutation, make, rot
from tools.netcdf import Finding, Report, check_file

REAL = (
    "real/argo_13857_prof.nc", "real/argo_D2900313_000.nc", "real/argo_2902746_Sprof.nc", "real/glider_dfo-eva035.nc",
    "real/sst.mnmean.nc", "real/ctd_wod_002.nc", "known_bad/imos_am_co2.nc", "known_bad/imos_raw_fv00.nc",
    "known_good/derived/grid_good.nc", "known_good/derived/grid_good_lon180.nc", "known_good/derived/ctd_good.nc",
)  # fmt: skip


def _new(report: Report, clean: Report) -> list[Finding]:
    before = {(f.cls, v, f.message) for f in clean.findings for v in (f.variables or ("",))}
    return [f for f in report.findings if any((f.cls, v, f.message) not in before for v in (f.variables or ("",)))]


def _found(report: Report, clean: Report, mutation: Mutation, target: str) -> bool:
    """With the right class and on the right variable, where the defect has one."""
    return any(
        f.cls in mutation.wanted and (not target or not f.variables or target in f.variables)
        for f in _new(report, clean)
    )


def _first_base(mutation: Mutation, path: Path) -> tuple[str, str] | None:
    """The first good file that the mutation applies to, and the variable that it broke."""
    for name, maker in MAKERS.items():
        target = make(maker(), mutation, path, seed=zlib.crc32(mutation.name.encode()))
        if target is not None:
            return name, target
    return None


def test_good_files_have_nothing_suspicious_and_no_violation(good_reports: dict[str, Report]) -> None:
    told = {name: [f.id for f in r.findings if f.level != "recommendation"] for name, r in good_reports.items()}
    assert told == {name: [] for name in MAKERS}


def test_no_check_fails_on_good_files(good_reports: dict[str, Report]) -> None:
    assert [c for r in good_reports.values() for c in r.failed] == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_each_defect_is_found_with_its_class_and_variable(
    mutation: Mutation, tmp_path: Path, good_reports: dict[str, Report]
) -> None:
    path = tmp_path / "mutant.nc"
    base = _first_base(mutation, path)
    assert base is not None, "no good file has what this mutation needs"
    name, target = base
    report = check_file(path)
    assert _found(report, good_reports[name], mutation, target), [f.id for f in _new(report, good_reports[name])]
    assert report.failed == () or all(c.name.startswith("conformance") for c in report.failed)


def test_at_least_25_kinds_of_defect_are_injected() -> None:
    assert len({m.name for m in MUTATIONS}) >= 60
    assert len({c for m in MUTATIONS for c in m.wanted}) >= 20


@pytest.mark.parametrize("kind", BYTES)
@pytest.mark.parametrize("format_", ["NETCDF4", "NETCDF3_CLASSIC"])
def test_broken_bytes_end_in_a_report(kind: str, format_: str, tmp_path: Path) -> None:
    path = write(MAKERS["cast"](), tmp_path / "broken.nc", format=format_)
    BYTES[kind](path, np.random.default_rng(3))
    report = check_file(path)
    assert "corrupt" in {f.cls for f in report.findings}
    assert report.verdict in ("unreadable", "violations")


def test_bit_rot_in_a_checksummed_chunk_is_found_and_named(tmp_path: Path) -> None:
    dataset = MAKERS["grid"]()
    dataset["sst"].encoding = {"zlib": True, "fletcher32": True, "chunksizes": (1, 45, 90)}
    path = write(dataset, tmp_path / "rot.nc")
    rot(path, np.random.default_rng(1))
    report = check_file(path)
    assert [f.variable for f in report.findings if f.cls == "corrupt"] == ["sst"]


@pytest.mark.nightly
def test_90_percent_of_at_least_400_mutants_are_found_and_the_twins_stay_quiet(tmp_path: Path) -> None:
    bases: dict[str, xr.Dataset] = {name: maker(seed=1) for name, maker in MAKERS.items()}
    for name in REAL:
        path = SHARED / "netcdf" / name
        if path.exists():
            bases[name] = xr.open_dataset(path, decode_cf=False).load()
    total, found = Counter[str](), Counter[str]()
    missed = []
    for name, dataset in bases.items():
        clean = check_file(write(dataset.copy(deep=True), tmp_path / "twin.nc"))
        assert len(clean.of_level("suspicious")) <= 1, (name, [f.id for f in clean.of_level("suspicious")])
        for number, mutation in enumerate(MUTATIONS):
            for seed in (number, number + 1000) if name in MAKERS else (number,):
                path = tmp_path / f"m{number}.nc"
                target = make(dataset, mutation, path, seed)
                if target is None:
                    continue
                total[mutation.name] += 1
                if _found(check_file(path), clean, mutation, target):
                    found[mutation.name] += 1
                else:
                    missed.append((name, mutation.name))
                path.unlink()
    assert total.total() >= 400
    assert found.total() / total.total() >= 0.9, missed
    assert min(found[m] / total[m] for m in total) >= 0.5, missed
