"""Memory while ingesting does not grow with the number of files, nor with the pages of one file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.pdfs import write_pdf

pytestmark = pytest.mark.nightly

RUN = """
import json, sys
from pathlib import Path
from corpora.library import Library
from ingest.pipeline import find_files, ingest


def resident():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


library = Library(Path(sys.argv[1]))
held, statuses, pages = [], {}, 0
for number, result in enumerate(ingest(library, find_files([Path(sys.argv[2])])), 1):
    statuses[result.status] = statuses.get(result.status, 0) + 1
    pages += result.pages
    if number % 100 == 0:
        held.append(resident())
peak = next(
    int(line.split()[1]) / 1024
    for line in Path("/proc/self/status").read_text().splitlines()
    if line.startswith("VmHWM")
)
print(json.dumps({"statuses": statuses, "pages": pages, "held": held, "peak": peak}))
"""


def run(home: Path, folder: Path) -> dict:
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(home), str(folder)], capture_output=True, text=True, timeout=1500, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout.splitlines()[-1])


def lines(number: int) -> list[str]:
    return [
        f"Station {number}, line {line}: the rosette was lowered to {37 * line + number} m and {line} bottles shut."
        for line in range(34)
    ]


def test_a_thousand_files_take_no_more_memory_than_a_hundred(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(1000):
        write_pdf(folder / f"report-{number:04}.pdf", lines(number)[:6], title=f"Report {number}")
    found = run(tmp_path / "home", folder)
    with capsys.disabled():
        sys.stdout.write(f"\n1,000 files: MiB after each hundred {[round(one) for one in found['held']]}\n")
    assert found["statuses"] == {"added": 1000}
    assert found["held"][-1] < found["held"][0] + 150
    assert found["peak"] < 1536


def test_a_file_of_500_pages_stays_within_its_bound(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    write_pdf(folder / "long.pdf", *[lines(number) for number in range(500)])
    found = run(tmp_path / "home", folder)
    with capsys.disabled():
        sys.stdout.write(f"\n500 pages: at most {found['peak']:.0f} MiB\n")
    assert (found["statuses"], found["pages"]) == ({"added": 1}, 500)
    assert found["peak"] < 1536
