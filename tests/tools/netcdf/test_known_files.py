"""The real material by its manifest: known defects are found, good files stay quiet, every file gets a report."""

from __future__ import annotations

import csv

import pytest

from experiments.netcdf_recall import score
from tests.conftest import shared_data
from tools.netcdf import check_file


def test_recall_and_quiet_by_the_manifest() -> None:
    folder = shared_data("netcdf")
    result = score(folder)
    assert result.found / result.known >= 0.9, result.missed
    assert result.noisy == {}, "more than one suspicious finding in a good or real file"
    assert result.median_seconds <= 1.5
    assert result.slowest_seconds <= 5.0


def test_every_file_of_the_manifest_has_a_verdict() -> None:
    folder = shared_data("netcdf")
    with (folder / "manifest.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    unreadable = {row["file"] for row in rows if row["has_data"] == "unreadable"}
    for name in unreadable:
        assert check_file(folder / name).verdict in ("unreadable", "violations"), name


@pytest.mark.nightly
def test_no_document_of_another_kind_breaks_the_checker() -> None:
    for path in sorted(shared_data("pdfs", "hard").glob("*")):
        assert check_file(path).verdict == "unreadable", path.name
