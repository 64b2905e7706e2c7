"""A document is added, replaced and removed everywhere at once, whatever path its bytes came by."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpora.errors import DocumentNotFound, PageNotFound
from corpora.library import Library
from corpora.model import Span
from corpora.search import search
from ingest.pipeline import find_files, ingest
from tests.corpora.states import assert_whole
from tests.fakes import WordEncoder
from tests.pdfs import report


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "home", WordEncoder())
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "papers").mkdir()
    return tmp_path / "papers"


def run(library: Library, *paths: Path) -> list[str]:
    return [result.status for result in ingest(library, find_files(paths))]


def asked(library: Library) -> list[str]:
    """Every text that was embedded so far; forgotten then, so that the next look sees what came after."""
    encoder = library.encoder
    assert isinstance(encoder, WordEncoder)
    seen, encoder.seen = encoder.seen, []
    return seen


def first(library: Library, question: str) -> str:
    return search(library, question, k=1)[0].document


def test_a_new_file_is_added_to_every_store(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.", pages=3)
    assert run(library, folder) == ["added"]
    assert assert_whole(library) == {"a.pdf"}
    assert first(library, "Where was the anchor lost?") == "a.pdf"


def test_the_same_file_again_is_unchanged_and_nothing_is_embedded(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    run(library, folder)
    assert len(asked(library)) > 0
    assert run(library, folder) == ["unchanged"]
    assert asked(library) == []


def test_the_same_bytes_under_another_name_are_one_document_embedded_once(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    shutil.copy(folder / "a.pdf", folder / "b.pdf")
    results = list(ingest(library, find_files([folder])))
    assert [r.status for r in results] == ["added", "unchanged"]
    assert results[1].reason == "The same bytes are already there as a.pdf."
    assert results[0].document_id == results[1].document_id
    texts = asked(library)
    assert len(texts) == len(set(texts)) == results[0].chunks
    assert assert_whole(library) == {"a.pdf"}


def test_a_paragraph_that_two_documents_share_is_embedded_once(library: Library, folder: Path) -> None:
    for name in ("a", "b"):
        # The same cruise and heading: what the encoder sees is the same text, in files that differ.
        report(folder / f"{name}.pdf", "AA11", "The anchor was lost at station 4.", pages=2 if name == "a" else 3)
    assert run(library, folder) == ["added", "added"]
    texts = asked(library)
    assert len(texts) == len(set(texts))
    assert assert_whole(library) == {"a.pdf", "b.pdf"}


def test_a_changed_file_replaces_its_old_version_in_every_store(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.", pages=4)
    run(library, folder)
    (old,) = library.documents()
    report(folder / "a.pdf", "AA11", "The winch failed at station 9.")
    assert run(library, folder) == ["replaced"]
    (new,) = library.documents()
    assert new.document_id != old.document_id
    assert assert_whole(library) == {"a.pdf"}
    assert not any("anchor" in hit.text for hit in search(library, "anchor lost", k=50))
    assert library.file_of(old.document_id) is None


@pytest.mark.parametrize("step", ["_keep_copy", "_insert", "_point", "_delete", "_after", "_follow"])
def test_readers_see_the_old_version_or_the_new_one_and_never_both_or_neither(
    monkeypatch, library, folder, step
) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    run(library, folder)
    counts = []
    real = getattr(Library, step)

    def watched(self: Library, *arguments):
        counts.append(_count(library))
        done = real(self, *arguments)
        counts.append(_count(library))
        return done

    monkeypatch.setattr(Library, step, watched)
    report(folder / "a.pdf", "AA11", "The winch failed at station 9.")
    assert run(library, folder) == ["replaced"]
    assert len(counts) >= 2
    assert set(counts) == {1}


def _count(library: Library) -> int:
    other = Library(library.home, library.encoder)
    try:
        return len(other.documents())
    finally:
        other.close()


def test_removal_removes_everywhere(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    report(folder / "b.pdf", "BB22", "The winch failed at station 9.")
    run(library, folder)
    library.remove(library.document("a.pdf").document_id)
    assert assert_whole(library) == {"b.pdf"}
    assert all(hit.document == "b.pdf" for hit in search(library, "anchor lost station", k=50))
    library.remove(library.document("b.pdf").document_id)
    assert assert_whole(library) == set()
    assert search(library, "winch", k=5) == []


def test_a_removed_document_can_be_added_again(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    run(library, folder)
    library.remove(library.document("a").document_id)
    assert run(library, folder) == ["added"]
    assert assert_whole(library) == {"a.pdf"}


# Files that trade their contents


def test_a_path_that_changes_to_what_another_document_holds_drops_its_own_old_version(library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    report(folder / "b.pdf", "BB22", "The winch failed at station 9.")
    run(library, folder)
    shutil.copy(folder / "b.pdf", folder / "a.pdf")
    asked(library)
    assert run(library, folder) == ["replaced", "unchanged"]
    assert asked(library) == []
    assert assert_whole(library) == {"b.pdf"}


def test_two_files_that_swap_their_contents_are_both_kept(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    report(folder / "b.pdf", "BB22", "The winch failed at station 9.")
    run(library, folder)
    (folder / "a.pdf").rename(folder / "c")
    (folder / "b.pdf").rename(folder / "a.pdf")
    (folder / "c").rename(folder / "b.pdf")
    run(library, folder)
    assert len(assert_whole(library)) == 2
    assert {d.cruise for d in library.documents()} == {"AA11", "BB22"}
    assert run(library, folder) == ["unchanged", "unchanged"]


def test_a_document_stays_while_another_path_still_holds_its_bytes(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    shutil.copy(folder / "a.pdf", folder / "b.pdf")
    run(library, folder)
    report(folder / "a.pdf", "CC33", "The compass was repaired.")
    assert run(library, folder / "a.pdf") == ["replaced"]
    assert assert_whole(library) == {"a.pdf", "b.pdf"}
    assert library.document("b.pdf").cruise == "AA11"


def test_a_later_file_of_the_same_run_may_hold_what_an_earlier_one_gave_up(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    run(library, folder)
    shutil.move(folder / "a.pdf", folder / "b.pdf")
    report(folder / "a.pdf", "CC33", "The compass was repaired.")
    run(library, folder)
    assert assert_whole(library) == {"a.pdf", "b.pdf"}
    assert {d.cruise for d in library.documents()} == {"AA11", "CC33"}


def test_a_file_that_changes_while_it_is_read_is_not_added(library: Library, folder: Path) -> None:
    path = report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")

    def rewrite(state) -> None:
        if state.stage == "embedding":
            report(path, "AA11", "The winch failed at station 9.")

    (result,) = ingest(library, find_files([path]), progress=rewrite)
    assert result.status == "failed"
    assert "changed while it was being read" in result.reason
    assert assert_whole(library) == set()


# Reading


def test_a_document_is_found_by_name_stem_id_start_of_id_cruise_and_part_of_its_name(library, folder: Path) -> None:
    report(folder / "GOSHIP_a20.pdf", "AA11", "The anchor was lost.")
    report(folder / "other.pdf", "BB22", "The winch failed.")
    run(library, folder)
    wanted = next(d for d in library.documents() if d.cruise == "AA11")
    for name in (wanted.file, "GOSHIP_a20", "goship_A20", wanted.document_id, wanted.document_id[:8], "aa11", "ship_a"):
        assert library.document(name) == wanted, name


def test_a_name_that_two_documents_have_asks_for_the_id(library: Library, folder: Path) -> None:
    for place in ("x", "y"):
        (folder / place).mkdir()
        report(folder / place / "same.pdf", f"{place.upper()}A11", "The anchor was lost.")
    run(library, folder)
    with pytest.raises(DocumentNotFound, match="could be any of 2 documents") as caught:
        library.document("same.pdf")
    assert caught.value.mend == "Give the id instead."


@pytest.mark.parametrize("name", ["nothing", "", "   ", "%", "*", "' OR 1=1 --", "a" * 5000, "\x00"])
def test_a_name_that_no_document_has_is_not_found(library: Library, folder: Path, name: str) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost.")
    run(library, folder)
    with pytest.raises(DocumentNotFound):
        library.document(name)


@pytest.mark.parametrize("number", [0, -1, 3, 10**12])
def test_a_page_that_is_not_there_is_said_so_with_how_many_there_are(library, folder: Path, number: int) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost.", pages=2)
    run(library, folder)
    with pytest.raises(PageNotFound, match=f"a.pdf has 2 pages, there is no page {number}"):
        library.page(library.document("a").document_id, number)


def test_the_boxes_of_a_span_lie_where_its_words_stand(library: Library, folder: Path) -> None:
    report(folder / "a.pdf", "AA11", "The anchor was lost at station 4.")
    run(library, folder)
    document = library.document("a")
    text = library.page_text(document.document_id, 1)
    start = text.index("anchor")
    (box,) = library.boxes(Span(document.document_id, 1, start, start + 6))
    # The third line of the page: 72 points in, 720 - 2 * 16 up from the bottom of 792.
    assert box.x0 == pytest.approx(72 + 23.8, abs=2)
    assert (box.y0, box.y1) == (pytest.approx(792 - 688 - 9, abs=1), pytest.approx(792 - 688, abs=1))
    assert library.boxes(Span("nothing", 1, 0, 5)) == []


def test_a_library_that_does_not_exist_reads_as_an_empty_one_and_makes_no_file(tmp_path: Path) -> None:
    library = Library(tmp_path / "nowhere", WordEncoder())
    assert library.documents() == []
    assert search(library, "anything") == []
    assert library.stats() == {"documents": 0, "pages": 0, "chunks": 0, "bytes": 0}
    assert not (tmp_path / "nowhere").exists()


def test_a_reader_that_came_before_the_library_sees_it_once_it_is_there(library: Library, folder: Path) -> None:
    early = Library(library.home, library.encoder)
    assert early.documents() == []
    report(folder / "a.pdf", "AA11", "The anchor was lost.")
    run(library, folder)
    assert [d.file for d in early.documents()] == ["a.pdf"]
    early.close()
