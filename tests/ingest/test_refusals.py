"""Each kind of file that is no document has a reason of its own, and leaves nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from corpora.errors import (
    FileDamaged,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    NotADocument,
    NoTextLayer,
    PasswordNeeded,
    ReadError,
)
from corpora.library import Library
from ingest.pipeline import find_files, ingest
from ingest.prepare import prepare
from tests.fakes import WordEncoder
from tests.pdfs import encrypt, pdf_bytes, report, write_pdf


def missing(folder: Path) -> Path:
    return folder / "nowhere.pdf"


def folder_called_pdf(folder: Path) -> Path:
    (folder / "folder.pdf").mkdir()
    return folder / "folder.pdf"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.pdf")
    return folder / "pipe.pdf"


def long_name(folder: Path) -> Path:
    return folder / ("n" * 300 + ".pdf")


def written(name: str, data: bytes):
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    make.__name__ = name
    return make


def truncated(folder: Path) -> Path:
    whole = pdf_bytes([["A page that will be cut off before its objects are complete."]] * 3)
    return written("truncated.pdf", whole[:120])(folder)


def locked(folder: Path) -> Path:
    return encrypt(report(folder / "open.pdf", "XX1", "A secret."), folder / "locked.pdf", user="sesame")


def scanned(folder: Path) -> Path:
    Image.new("RGB", (300, 400), "grey").save(folder / "scan.pdf")
    return folder / "scan.pdf"


def blank(folder: Path) -> Path:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_blank_page(200, 200)
    with (folder / "blank.pdf").open("wb") as stream:
        writer.write(stream)
    return folder / "blank.pdf"


def sparse(folder: Path) -> Path:
    return write_pdf(folder / "sparse.pdf", ["Page", "12"])


def huge(folder: Path) -> Path:
    path = folder / "huge.pdf"
    with path.open("wb") as stream:
        stream.write(b"%PDF-1.4\n")
        stream.truncate(2**30 + 1)  # a file with a hole: it takes no space
    return path


NOTHING_BUT_A_HEAD = b"%PDF-1.7\n"
CASES = [
    (missing, FileMissing, "there is no such file"),
    (folder_called_pdf, FileMissing, "this is a folder"),
    (pipe, FileMissing, "this is not a file"),
    (long_name, FileMissing, "cannot be opened (File name too long)"),
    (written("empty.pdf", b""), FileEmpty, "the file is empty (0 bytes)"),
    (written("notes.pdf", "Überall ist Wasser".encode()), NotADocument, "plain text"),
    (written("paper.docx", b"PK\x03\x04" + bytes(60)), FileDamaged, "truncated or damaged"),
    (written("picture.pdf", b"\x89PNG\r\n\x1a\n" + bytes(60)), NotADocument, "a PNG image"),
    (written("page.pdf", b"  <!doctype html><p>404"), NotADocument, "an HTML page"),
    (written("cast.nc", b"CDF\x01" + bytes(60)), NotADocument, "a netCDF file"),
    (written("noise.pdf", bytes(range(128, 256))), NotADocument, "bytes of no known kind"),
    (truncated, FileDamaged, "truncated or damaged"),
    (written("head.pdf", NOTHING_BUT_A_HEAD), FileDamaged, "truncated or damaged"),
    (locked, PasswordNeeded, "opens only with a password"),
    (scanned, NoTextLayer, "its one page has no text layer"),
    (blank, NoTextLayer, "its 2 pages have no text layer"),
    (sparse, NoTextLayer, "its one page has no text but 6 characters"),
    (huge, FileTooLarge, "the limit is 1,024.0 MiB"),
]


@pytest.mark.parametrize(("make", "kind", "words"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_file_that_is_no_document_says_why(tmp_path: Path, make, kind: type[ReadError], words: str) -> None:
    path = make(tmp_path)
    with pytest.raises(ReadError) as caught:
        prepare(path)
    assert type(caught.value) is kind
    assert words in caught.value.message
    assert caught.value.message.startswith(path.name)
    assert caught.value.message.endswith(".")
    assert caught.value.mend.endswith(".")
    assert "\n" not in str(caught.value)


def test_none_of_them_leaves_anything_in_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    paths = [make(folder) for make, _, _ in CASES if make not in (folder_called_pdf,)]
    library = Library(tmp_path / "home", WordEncoder())
    results = list(ingest(library, find_files(paths)))
    assert [r.status for r in results] == ["failed"] * len(paths)
    assert len({r.reason for r in results}) == len(paths)
    for name in ("documents", "pages", "chunks", "chunk_words", "document_words", "vectors", "indexed", "origins"):
        assert library.connection().execute(f"SELECT count(*) FROM {name}").fetchone() == (0,), name
    assert list(library.files.iterdir()) == []
    assert library.index.count() == 0


def test_a_failed_file_does_not_end_the_run(tmp_path: Path) -> None:
    paths = [report(tmp_path / "a.pdf", "AA1", "One."), truncated(tmp_path), report(tmp_path / "b.pdf", "BB2", "Two.")]
    library = Library(tmp_path / "home", WordEncoder())
    assert [r.status for r in ingest(library, find_files(paths))] == ["added", "failed", "added"]


def test_an_encrypted_file_that_opens_without_a_password_is_read_and_says_so(tmp_path: Path) -> None:
    source = report(tmp_path / "plain.pdf", "XX1", "The cast reached 5381 dbar.")
    document = prepare(encrypt(source, tmp_path / "open.pdf", user=""))
    assert "The cast reached 5381 dbar." in document.pages[0].text
    assert document.notes == ("encrypted, opens without a password",)
    assert document.title == "Cruise report XX1"


def test_a_lower_limit_of_the_settings_is_kept_by_the_pipeline(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "long.pdf", *[["A line of text that takes its room."] * 40] * 30)
    library = Library(tmp_path / "home", WordEncoder())
    (result,) = ingest(library, find_files([path]), max_bytes=20_000)
    assert result.status == "failed"
    assert "the limit is 0.0 MiB" in result.reason


def test_pages_without_text_among_others_are_named_in_a_note(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", ["The first page has words enough."], [], [], ["And so has the fourth."], [])
    document = prepare(path)
    assert document.notes == ("no text on pages 2 to 3, 5 of 5 pages",)
    assert len(document.pages) == 5


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="there is nothing to read in this folder"):
        find_files([tmp_path])


def test_a_folder_gives_its_documents_to_the_bottom_each_once(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("b.pdf", "a.PDF", "deep/er/c.pdf", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    found = find_files([tmp_path, tmp_path / "b.pdf"])
    assert [source.file for source in found] == ["a.PDF", "b.pdf", "c.pdf", "notes.txt"]


ODD_NAMES = {
    "quotes": 'it\'s "quoted".pdf',
    "markup": "<script>alert(1)<|script>.pdf",
    "emoji": "🌊 cruise №7.pdf",
    "option": "--json.pdf",
    "percent": "100%s {x} %00.pdf",
    "sql": "x'; DROP TABLE documents; --.pdf",
    "long ending": "report." + "e" * 150,
    "part": "report.part",
    "dots": "...pdf",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_odd_file_names_are_taken_and_found_again_as_they_are(tmp_path: Path, name: str) -> None:
    library = Library(tmp_path / "home", WordEncoder())
    (result,) = ingest(library, find_files([report(tmp_path / name, "XX1", "One.")]))
    assert (result.status, result.file, result.reason) == ("added", name, "")
    assert library.document(name).document_id == result.document_id
    kept = library.file_of(result.document_id)
    assert kept is not None
    assert kept.read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", [b"line\nbreak.pdf", b"bell\x07.pdf", b"latin-1 \xe9t\xe9.pdf", b"\x1b[31mred.pdf"])
def test_a_name_that_is_no_line_of_text_is_shown_and_stored_as_one(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    library = Library(tmp_path / "home", WordEncoder())
    (result,) = ingest(library, find_files([report(path, "XX1", "One.")]))
    assert result.status == "added"
    assert result.file.isprintable()
    assert "\ufffd" in result.file
    assert json.dumps(result.to_json(), ensure_ascii=False).encode("utf-8")
    path.write_bytes(b"no longer a PDF")
    (failed,) = ingest(library, find_files([path]))
    assert failed.status == "failed"
    assert failed.reason.isprintable()
