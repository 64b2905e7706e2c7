"""Kill -9 at any moment of an ingest: every document is wholly in or wholly out, and the next run completes it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from corpora.library import Library
from corpora.search import search
from ingest.pipeline import find_files, ingest
from tests.conftest import ROOT
from tests.corpora.states import assert_whole
from tests.fakes import WordEncoder
from tests.pdfs import write_pdf

KILLS = 50
FILES = 6
SEED = 20240101


def write_files(folder: Path, version: int) -> None:
    """Six reports; every other one differs between versions, so that a run adds, replaces and leaves alone."""
    for n in range(FILES):
        changed = version if n % 2 else 0
        pages = [
            [f"Buoy {n} drifted past mark {page}{i} in version {changed}, {'very ' * i}slowly." for i in range(12)]
            for page in range(1, 5)
        ]
        write_pdf(folder / f"report{n}.pdf", *pages, title=f"Cruise report XX{n}{changed:02d}")


class Runs:
    """Starts runs of the pipeline in processes of their own, each forked from one that has imported everything."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.killed"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def start(self, home: Path, folder: Path) -> int:
        """The process id of a run that has begun."""
        home.with_suffix(".done").unlink(missing_ok=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{home}\t{folder}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def kill(process: int) -> None:
    # A run that ends on its own may do so at any moment, also after one has looked whether it is there.
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    while alive(process):
        time.sleep(0.005)


def wait_for(process: int, home: Path, documents: int) -> None:
    """Wait until the run is done with so many documents, or over."""
    done = home.with_suffix(".done")
    while alive(process) and (done.stat().st_size if done.exists() else 0) < documents:
        time.sleep(0.001)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    made = Runs()
    yield made
    made.close()


@pytest.fixture(scope="module")
def seconds(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a whole run takes here and now."""
    place = tmp_path_factory.mktemp("timing")
    write_files(place, 1)
    process = runs.start(place / "home", place)
    began = time.monotonic()
    while alive(process):
        time.sleep(0.01)
    took = time.monotonic() - began
    assert len(Library(place / "home", WordEncoder()).documents()) == FILES
    return took


def test_fifty_kills_at_random_moments_never_leave_half_a_document(tmp_path: Path, runs: Runs, seconds: float) -> None:
    """Each kill meets a new version of the files, or (one time in five) no library yet.

    Half of the time the run before is not completed, so that a kill may meet what an earlier one left. Which document
    a kill meets is drawn, and where in it: waiting by the clock alone would put all of them before the first
    document, or after the last, on a machine whose speed has changed since it was measured.
    """
    chance = random.Random(SEED)
    folder, home = tmp_path / "papers", tmp_path / "home"
    folder.mkdir()
    inside: set[int] = set()
    number = 0
    # Fifty, and more where the machine stood still between the moment and the kill too often.
    while number < KILLS or (len(inside) < 4 and number < 4 * KILLS):
        number += 1
        if chance.random() < 0.2:
            shutil.rmtree(home, ignore_errors=True)
        write_files(folder, number)
        process = runs.start(home, folder)
        wait_for(process, home, chance.randrange(FILES))
        time.sleep(chance.uniform(0, seconds / FILES))
        kill(process)

        library = Library(home, WordEncoder())
        if library.exists:
            files = assert_whole(library, index=False)
            inside.add(len(files))
            assert len(search(library, "Which buoy drifted past mark 31?", k=3)) == (3 if files else 0)
        if chance.random() < 0.5:
            statuses = [result.status for result in ingest(library, find_files([folder]))]
            assert set(statuses) <= {"added", "replaced", "unchanged"}
            assert assert_whole(library) == {f"report{n}.pdf" for n in range(FILES)}
            assert search(library, f"buoy 5 version {number}", k=1)[0].document == "report5.pdf"
        library.close()
    # The moments were spread over the run: some kills came before the first document, some after several.
    assert len(inside) >= 4
