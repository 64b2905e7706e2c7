"""Other writers, damaged files, full and read-only disks: one clear sentence, and nothing lost."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpora.encoder import SentenceEncoder
from corpora.errors import LeadlineError, LibraryDamaged, LibraryError, LibraryLocked, LibraryReadOnly
from corpora.library import Library
from corpora.search import search
from corpora.vectors import VectorIndex
from ingest.pipeline import Progress, find_files, ingest
from ingest.reindex import reindex
from tests.conftest import ROOT
from tests.corpora.states import assert_whole
from tests.fakes import WordEncoder
from tests.pdfs import report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "papers").mkdir()
    report(tmp_path / "papers" / "a.pdf", "AA11", "The anchor was lost at station 4.", pages=3)
    report(tmp_path / "papers" / "b.pdf", "BB22", "The winch failed at station 9.", pages=2)
    return tmp_path / "papers"


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    made = Library(tmp_path / "home", WordEncoder())
    assert [r.status for r in ingest(made, find_files([folder]))] == ["added", "added"]
    yield made
    made.close()


def again(library: Library) -> Library:
    """The same folder as another process would open it."""
    library.close()
    return Library(library.home, WordEncoder(library.encoder.name))


def meanings(library: Library, question: str) -> dict[str, float]:
    return {hit.document: hit.scores["meaning"] for hit in reversed(search(library, question, k=50))}


def one_sentence(error: LeadlineError) -> bool:
    return "\n" not in str(error) and error.message.endswith(".") and error.mend.endswith(".")


HOLD = """
import sys
from pathlib import Path
from corpora.library import Library
with Library(Path(sys.argv[1])).writer():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_writer(library: Library) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(library.home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()


# Several processes and threads


def test_a_second_process_that_wants_to_write_is_refused_in_one_sentence(library, folder, other_writer) -> None:
    with pytest.raises(LibraryLocked, match="Another process is writing") as caught:
        list(ingest(library, find_files([folder])))
    assert one_sentence(caught.value)
    with pytest.raises(LibraryLocked):
        library.remove(library.document("a").document_id)
    assert {d.file for d in library.documents()} == {"a.pdf", "b.pdf"}


def test_readers_do_not_wait_for_a_writer(library: Library, other_writer) -> None:
    reader = Library(library.home, WordEncoder())
    assert search(reader, "Where was the anchor lost?", k=1)[0].document == "a.pdf"
    assert reader.page(reader.document("b").document_id, 2).number == 2
    reader.close()


def test_the_lock_of_a_writer_that_was_killed_does_not_outlive_it(library, folder, other_writer) -> None:
    other_writer.kill()
    other_writer.wait()
    assert [r.status for r in ingest(library, find_files([folder]))] == ["unchanged", "unchanged"]


ADD = """
import sys
from pathlib import Path
from corpora.library import Library
from ingest.pipeline import find_files, ingest
from tests.fakes import WordEncoder
print([r.status for r in ingest(Library(Path(sys.argv[1]), WordEncoder()), find_files([Path(sys.argv[2])]))])
"""


def test_a_running_reader_finds_by_meaning_what_another_process_adds(library: Library, tmp_path: Path) -> None:
    assert "c.pdf" not in meanings(library, "compass repaired")
    path = report(tmp_path / "c.pdf", "CC33", "The compass was repaired in Bergen.")
    done = subprocess.run(
        [sys.executable, "-c", ADD, str(library.home), str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['added']\n"
    assert library.unindexed() == []
    vector = library.encoder.encode(["The compass was repaired in Bergen."])[0]
    best, cosine = library.index.query(vector, 1)[0]
    row = library.connection().execute("SELECT document_id FROM chunks WHERE id = ?", (best,)).fetchone()
    assert row == (library.document("c.pdf").document_id,)
    assert cosine > 0.5
    assert_whole(library)


def test_results_may_be_taken_on_one_thread_after_another(library: Library, folder: Path, tmp_path: Path) -> None:
    for n in range(4):
        report(folder / f"more{n}.pdf", f"MM{n}1", f"Buoy {n} was set adrift.")
    results = ingest(library, find_files([folder]))
    taken: list[str] = []

    def take() -> None:
        taken.append(next(results).status)

    for _ in range(6):
        thread = threading.Thread(target=take)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
    assert taken == ["unchanged", "unchanged", "added", "added", "added", "added"]
    assert list(results) == []
    assert len(assert_whole(library)) == 6


def test_closing_the_results_ends_the_run_and_frees_the_library(library: Library, folder: Path) -> None:
    for n in range(8):
        report(folder / f"more{n}.pdf", f"MM{n}1", f"Buoy {n} was set adrift.", pages=3)
    results = ingest(library, find_files([folder]))
    next(results)
    results.close()
    assert_whole(library)
    assert len(library.documents()) < 10
    assert {r.status for r in ingest(again(library), find_files([folder]))} == {"unchanged", "added"}


def test_a_cancelled_run_gives_each_remaining_file_as_cancelled(library: Library, folder: Path) -> None:
    for n in range(4):
        report(folder / f"more{n}.pdf", f"MM{n}1", f"Buoy {n} was set adrift.")
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        # Told on the run's own thread: it may be further on than the results that have been taken.
        if progress.stage == "storing":
            stop.set()

    statuses = [result.status for result in ingest(library, find_files([folder]), progress=watch, cancelled=stop)]
    assert statuses == ["unchanged", "unchanged", "added", "cancelled", "cancelled", "cancelled"]
    assert len(assert_whole(library)) == 3


def test_a_connection_does_not_outlive_its_thread(library: Library) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(40):
        thread = threading.Thread(target=library.documents)
        thread.start()
        thread.join()
    assert len(os.listdir("/proc/self/fd")) <= before + 6


def test_many_threads_search_while_one_writes(library: Library, folder: Path) -> None:
    wrong: list[str] = []

    def ask() -> None:
        for _ in range(15):
            try:
                found = search(library, "Where was the anchor lost?", k=1)[0].document
                if found != "a.pdf":
                    wrong.append(found)
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                wrong.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(4):
        report(folder / f"more{n}.pdf", f"MM{n}1", f"Buoy {n} was set adrift.")
    assert [r.status for r in ingest(library, find_files([folder]))].count("added") == 4
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(assert_whole(library)) == 6


# Folders and disks


def test_a_data_folder_that_cannot_be_written_says_so(monkeypatch, tmp_path: Path, folder: Path) -> None:
    real = os.access
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode, **k: Path(path) != home and real(path, mode, **k))
    with pytest.raises(LibraryReadOnly, match="cannot be written") as caught:
        list(ingest(Library(home, WordEncoder()), find_files([folder])))
    assert one_sentence(caught.value)
    assert "LEADLINE_HOME" in caught.value.mend


@pytest.mark.parametrize("kind", ["a file", "under a file", "nowhere"])
def test_a_data_folder_that_cannot_be_made_says_so(tmp_path: Path, folder: Path, kind: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    home = {"a file": tmp_path / "file", "under a file": tmp_path / "file" / "x", "nowhere": Path("/proc/x/leadline")}
    with pytest.raises(LibraryReadOnly) as caught:
        list(ingest(Library(home[kind], WordEncoder()), find_files([folder])))
    assert one_sentence(caught.value)


def test_a_library_in_a_folder_that_cannot_be_written_can_still_be_read(monkeypatch, library: Library) -> None:
    reader = again(library)
    monkeypatch.setattr(os, "access", lambda path, mode, **k: mode != os.W_OK)
    assert search(reader, "Where was the anchor lost?", k=1)[0].document == "a.pdf"
    with pytest.raises(LibraryReadOnly):
        reader.remove(reader.document("a").document_id)


@pytest.mark.parametrize("data", [b"", b"not a database at all" * 200, b"SQLite format 3\x00" + bytes(5000)])
def test_a_file_that_is_no_library_says_so(library: Library, data: bytes) -> None:
    library.close()
    for file in library.home.glob("library.sqlite3*"):
        file.unlink()
    library.database.write_bytes(data)
    with pytest.raises(LibraryDamaged, match="cannot be read") as caught:
        again(library).documents()
    assert one_sentence(caught.value)


def test_damage_inside_the_file_says_so_where_it_is_met(library: Library) -> None:
    library.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    library.close()
    data = bytearray(library.database.read_bytes())
    for page in range(4096 * 2, len(data) - 4096, 4096):
        data[page : page + 4096] = os.urandom(4096)
    library.database.write_bytes(data)
    broken = again(library)

    def use() -> None:
        broken.documents()
        search(broken, "anchor")
        broken.chunks(broken.documents()[0].document_id)

    with pytest.raises(LibraryDamaged, match="cannot be read") as caught:
        use()
    assert one_sentence(caught.value)


def test_a_library_of_a_newer_version_is_not_touched(library: Library) -> None:
    with library.connection() as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(LibraryDamaged, match="is of version 99") as caught:
        again(library).documents()
    assert "Update Leadline" in caught.value.mend


def test_a_library_from_before_paths_were_kept_apart_is_completed(library: Library, folder: Path) -> None:
    with library.connection() as connection:
        connection.execute("DROP TABLE origins")
    older = again(library)
    report(folder / "a.pdf", "AA11", "The anchor was found again.")
    assert [r.status for r in ingest(older, find_files([folder]))] == ["replaced", "unchanged"]
    assert assert_whole(older) == {"a.pdf", "b.pdf"}


def test_copies_are_set_aside_when_a_damaged_library_was_moved_away(library: Library, folder: Path) -> None:
    """The message about a damaged library sends users there: nothing may sweep the copies away."""
    copies = {file.name: file.read_bytes() for file in library.files.iterdir()}
    library.close()
    library.database.rename(library.home / "damaged")
    fresh = again(library)
    (folder / "b.pdf").unlink()
    assert [r.status for r in ingest(fresh, find_files([folder]))] == ["added"]
    assert assert_whole(fresh) == {"a.pdf"}
    aside = library.home / "files-kept-1"
    assert {file.name: file.read_bytes() for file in aside.iterdir()} == copies


def test_a_full_disk_fails_the_file_and_keeps_the_library(monkeypatch, library: Library, folder: Path) -> None:
    path = report(folder / "c.pdf", "CC33", "The compass was repaired.")
    limit = library.connection().execute("PRAGMA page_count").fetchone()[0]
    real = Library.connection

    def small(self: Library) -> sqlite3.Connection:
        connection = real(self)
        connection.execute(f"PRAGMA max_page_count = {limit}")
        return connection

    big = report(folder / "c.pdf", "CC33", *["The compass was repaired and the binnacle oiled."] * 20, pages=120)
    monkeypatch.setattr(Library, "connection", small)
    (result,) = ingest(library, find_files([big]))
    monkeypatch.undo()
    assert result.status == "failed"
    assert "is full; nothing was changed. Free some space." in result.reason
    assert assert_whole(again(library), index=False) == {"a.pdf", "b.pdf"}
    assert path == big


def test_a_copy_that_cannot_be_kept_fails_the_file_alone(monkeypatch, library: Library, folder: Path) -> None:
    report(folder / "c.pdf", "CC33", "The compass was repaired.")
    real = os.replace

    def refuse(source, target) -> None:
        if Path(target).parent.name == "files":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    results = list(ingest(library, find_files([folder])))
    assert [r.status for r in results] == ["unchanged", "unchanged", "failed"]
    assert "a copy could not be kept" in results[2].reason
    assert "No space left on device" in results[2].reason
    assert assert_whole(library) == {"a.pdf", "b.pdf"}


# The vector index


def spoil_delete(chroma: Path) -> None:
    shutil.rmtree(chroma)


def spoil_garbage(chroma: Path) -> None:
    for file in chroma.rglob("*"):
        if file.is_file():
            file.write_bytes(os.urandom(3000))


def spoil_empty(chroma: Path) -> None:
    for file in chroma.rglob("*"):
        if file.is_file():
            file.write_bytes(b"")


def spoil_file(chroma: Path) -> None:
    shutil.rmtree(chroma)
    chroma.write_text("a file where a folder was")


@pytest.mark.parametrize("spoil", [spoil_delete, spoil_garbage, spoil_empty, spoil_file])
def test_search_goes_on_without_its_index_and_reindex_mends_it(library: Library, folder: Path, spoil) -> None:
    expected = [(h.document, h.span, h.scores) for h in search(library, "Where was the anchor lost?", k=20)]
    library.close()
    spoil(library.home / "chroma")
    spoilt = again(library)
    found = [(h.document, h.span, h.scores) for h in search(spoilt, "Where was the anchor lost?", k=20)]
    assert [f[:2] for f in found] == [e[:2] for e in expected]
    for (_, _, scores), (_, _, before) in zip(found, expected, strict=True):
        assert scores == pytest.approx(before, abs=2e-3)
    report(folder / "c.pdf", "CC33", "The compass was repaired.")
    assert [r.status for r in ingest(spoilt, find_files([folder]))] == ["unchanged", "unchanged", "added"]
    assert search(spoilt, "Who repaired the compass?", k=1)[0].document == "c.pdf"
    mended = again(spoilt)
    done = reindex(mended)
    assert done["documents"] == 3
    assert done["embedded"] == 0
    assert assert_whole(mended) == {"a.pdf", "b.pdf", "c.pdf"}


def test_two_encoders_keep_two_collections(library: Library) -> None:
    other = Library(library.home, WordEncoder("other words", 24))
    assert meanings(other, "anchor lost at station").get("a.pdf", 0.0) == 0.0
    done = reindex(other)
    assert done["embedded"] == done["vectors"] == library.stats()["chunks"]
    assert other.index.name != library.index.name
    assert len(other.vectors_of()[1][0]) == 24
    assert search(other, "Where was the anchor lost?", k=1)[0].scores["meaning"] > 0.1
    other.close()
    first = again(library)
    assert search(first, "Where was the anchor lost?", k=1)[0].document == "a.pdf"
    assert len(first.vectors_of()[1][0]) == 48
    assert reindex(first)["embedded"] == 0
    assert_whole(first)


def test_a_document_is_forgotten_by_the_collections_of_all_encoders(library: Library, folder: Path) -> None:
    other = Library(library.home, WordEncoder("other words", 24))
    reindex(other)
    other.remove(other.document("a").document_id)
    first = again(library)
    with first.writer():
        pass
    assert assert_whole(first) == {"b.pdf"}
    assert other.index.count() == other.stats()["chunks"]
    other.close()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("BAAI/bge-small", "BAAI-bge-small"),
        (
            "x" * 30 + "-with-a-long-name-that-is-cut-off-at-forty",
            "y" * 30 + "-with-a-long-name-that-is-cut-off-at-forty",
        ),
        ("модель", "другая"),
        ("a/", "a"),
    ],
)
def test_encoders_with_names_alike_have_collections_of_their_own(tmp_path: Path, one: str, two: str) -> None:
    names = [VectorIndex(tmp_path, name).name for name in (one, two)]
    assert names[0] != names[1]
    for name in names:
        assert name.replace("-", "").isalnum()
        assert name.isascii()
        assert name[-1].isalnum()
        assert 3 <= len(name) <= 63


def test_the_default_encoders_collection_keeps_its_plain_name(tmp_path: Path) -> None:
    assert VectorIndex(tmp_path, SentenceEncoder().name).name == "leadline-all-MiniLM-L6-v2"


def test_an_encoder_that_fails_fails_the_file_with_its_reason(library: Library, folder: Path) -> None:
    from corpora.errors import EncoderError

    report(folder / "c.pdf", "CC33", "The compass was repaired.")

    class Broken(WordEncoder):
        def encode(self, texts):
            raise EncoderError("The encoder 'broken' could not be loaded.", "Install it.")

    broken = Library(library.home, Broken())
    results = list(ingest(broken, find_files([folder])))
    assert [r.status for r in results] == ["unchanged", "unchanged", "failed"]
    assert results[2].reason == "The encoder 'broken' could not be loaded. Install it."
    assert isinstance(LibraryError("x"), LeadlineError)
    assert assert_whole(again(library)) == {"a.pdf", "b.pdf"}


CLOSED_WHILE_READ = """
import sys, threading, time
from pathlib import Path
from corpora.library import Library
from tests.fakes import WordEncoder

library = Library(Path(sys.argv[1]), WordEncoder())
failures = []
until = time.monotonic() + 4


def read():
    while time.monotonic() < until:
        try:
            assert library.stats()["documents"] == 2
            assert len(library.documents()) == 2
        except BaseException as error:
            failures.append(error)
            return


threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
while time.monotonic() < until:
    library.close()
for thread in threads:
    thread.join()
print("failures:", failures)
"""


def test_a_library_closed_under_its_readers_does_them_no_harm(library: Library) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CLOSED_WHILE_READ, str(library.home)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "failures: []"), ran.stderr


def _handles() -> list[str]:
    return [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]


def test_a_thread_that_lets_go_of_a_closed_library_frees_its_file(library: Library) -> None:
    def open_files() -> int:
        return sum(os.path.exists(f) and str(library.database) in os.readlink(f) for f in _handles())

    opened, closed = threading.Event(), threading.Event()

    def read() -> None:
        library.stats()
        opened.set()
        closed.wait()

    library.close()
    thread = threading.Thread(target=read)
    thread.start()
    opened.wait()
    assert open_files() > 0
    library.close()
    closed.set()
    thread.join()
    gc.collect()  # a connection and its cache of statements hold each other
    assert open_files() == 0
