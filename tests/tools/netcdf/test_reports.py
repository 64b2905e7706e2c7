"""Reports in every form, from the same JSON; nothing in them comes alive."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.tools.netcdf.makers import MAKERS, write
from tools.netcdf import (
    Report,
    check_file,
    checklist_csv,
    checklist_markdown,
    methods_paragraph,
    render_html,
    render_markdown,
    render_table,
)

NASTY = "<script>alert(1)</script> [x](http://evil.example) | `a` =1+1"


@pytest.fixture(scope="module")
def spiky(tmp_path_factory: pytest.TempPathFactory) -> Report:
    dataset = MAKERS["cast"]()
    dataset["temperature"].values[100] = 35.0
    dataset.attrs["title"] = NASTY
    dataset["oxygen"].attrs["units"] = NASTY
    return check_file(write(dataset, tmp_path_factory.mktemp("spiky") / "spiky.nc"))


def test_json_goes_there_and_back(spiky: Report) -> None:
    data = json.loads(json.dumps(spiky.to_json(), allow_nan=False))
    assert Report.from_json(data).to_json() == data
    assert set(data) >= {"file", "verdict", "summary", "findings", "checks", "versions"}
    spike = next(f for f in data["findings"] if f["class"] == "spike")
    assert set(spike) >= {
        "id", "level", "class", "variable", "message", "evidence", "reference", "fix", "source", "confidence", "why",
    }  # fmt: skip
    assert spike["evidence"]["values"] == [35.0]
    assert spike["evidence"]["index"] == [[100]]
    assert (spike["evidence"]["count"], spike["evidence"]["total"]) == (1, 200)
    assert spike["level"] == "suspicious"
    assert "QARTOD" in spike["reference"]


def test_every_finding_has_reason_rule_source_and_unique_id(spiky: Report) -> None:
    for f in spiky.findings:
        assert f.why
        assert f.reference
        assert f.source
        assert f.evidence.get("text")
    assert len({f.id for f in spiky.findings}) == len(spiky.findings)


def test_run_skipped_and_failed_checks_are_listed_with_reasons(spiky: Report) -> None:
    assert {"integrity", "spikes", "density", "conformance cf:1.8"} <= {c.name for c in spiky.run}
    assert all(c.reason for c in spiky.skipped)
    assert "CF standard name table" in spiky.versions


def test_markdown_holds_the_finding_its_fix_and_no_live_markup(spiky: Report) -> None:
    text = render_markdown(spiky)
    assert "### spike:temperature" in text
    assert "v.values[[100],] = v.attrs['_FillValue']" in text
    assert "<script>" not in text
    assert "xr.open_dataset('spiky.nc', decode_cf=False)" in text


def test_html_is_self_contained_and_inert(spiky: Report) -> None:
    page = render_html(spiky)
    assert page.count("data:image/png;base64,") >= 2
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=[\"'](?!data:)", page)
    assert "default-src 'none'" in page
    assert all(re.findall(r'<img alt="([^"]*)"', page)), "each picture is described"


def test_checklist_has_a_row_for_every_finding_and_check_and_no_formula(spiky: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(checklist_csv(spiky))))
    checks = len(spiky.run) + len(spiky.skipped) + len(spiky.failed)
    assert len(rows) == len(spiky.findings) + checks
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    assert "- [ ] Spike (temperature)" in checklist_markdown(spiky)


def test_every_number_of_the_paragraph_has_a_source(spiky: Report) -> None:
    text = methods_paragraph(spiky)
    body, sources = text.split("\n\nSources:\n")
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", body)}
    assert cited == set(range(1, len(sources.strip().splitlines()) + 1))
    assert "finding:spike:temperature" in sources
    assert "35" in body


def test_paragraph_about_an_unreadable_file_claims_nothing(tmp_path: Path) -> None:
    (tmp_path / "e.nc").write_bytes(b"")
    assert methods_paragraph(check_file(tmp_path / "e.nc")).startswith("The file could not be read")


def test_table_over_files_has_a_line_for_each(spiky: Report, good_reports: dict[str, Report]) -> None:
    lines = render_table([spiky, *good_reports.values()]).strip().splitlines()
    assert len(lines) == 2 + 1 + len(good_reports)
    assert "Suspicious" in lines[2] or "Violates" in lines[2]


def test_header_only_files_say_that_there_is_no_data(tmp_path: Path) -> None:
    dataset = MAKERS["cast"]()
    for name in ("temperature", "salinity", "pressure", "oxygen", "depth"):
        dataset[name] = (dataset[name].dims, np.full_like(dataset[name].values, -999.0), dataset[name].attrs)
        dataset[name].attrs["_FillValue"] = dataset[name].dtype.type(-999.0)
    report = check_file(write(dataset, tmp_path / "empty.nc"))
    assert report.of_level("suspicious") == ()
    assert "no data" in report.summary
    assert sum("no data" in c.reason for c in report.skipped) > 10


def test_similar_findings_are_folded_into_one(tmp_path: Path) -> None:
    dataset = MAKERS["mooring"](hours=60)
    for number in range(8):
        dataset[f"extra{number}"] = ("time", np.random.default_rng(number).normal(size=60), {"units": "celcius"})
    report = check_file(write(dataset, tmp_path / "many.nc"))
    found = [f for f in report.findings if f.code == "units-invalid"]
    assert len(found) == 1
    assert len(found[0].variables) == 8


def test_a_series_is_drawn_along_dates_that_tell_an_hour_from_the_next(tmp_path: Path) -> None:
    dataset = MAKERS["mooring"](hours=48)
    dataset["time"] = (
        "time",
        3.9e9 + 3600.0 * np.arange(48),
        {"units": "seconds since 1900-01-01", "standard_name": "time", "calendar": "standard", "axis": "T"},
    )
    plots = check_file(write(dataset, tmp_path / "hours.nc")).facts["plots"]["variables"]
    series = next(plot for plot in plots if plot["kind"] == "series")
    assert series["along_dated"]
    assert series["along_label"] == "time"
    np.testing.assert_allclose(np.diff(series["along"]) * 24, 1.0, atol=1e-3)
    # 3.9e9 s after 1900-01-01 is 2023-08-02 21:20.
    np.testing.assert_allclose(series["along"][0], 19571 + (21 + 20 / 60) / 24, atol=1e-4)


def test_on_a_phone_nothing_is_wider_than_the_page_and_long_words_break(spiky: Report) -> None:
    page = render_html(spiky)
    assert "overflow-wrap:anywhere}" in page.split("h1{")[0]
    # The values and their distribution are two pictures, which stand below each other where there is no room.
    assert re.search(
        r'<figure><img alt="Profile of temperature, 1 value circled[^>]*><img alt="Distribution of temp', page
    )
