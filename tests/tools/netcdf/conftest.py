"""Good files, each written once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import Report, check_file


@pytest.fixture(scope="session")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("good")
    return {name: write(maker(), folder / f"{name}.nc") for name, maker in MAKERS.items()}


@pytest.fixture(scope="session")
def good_reports(good_files: dict[str, Path]) -> dict[str, Report]:
    return {name: check_file(path) for name, path in good_files.items()}
