"""Markdown, text, HTML and DOCX become documents with pages, exact spans, and pictures whose boxes fit."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import docx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from corpora.boxes import unpack
from corpora.errors import FileDamaged, FileEmpty, FileTooLarge, NotADocument
from corpora.library import Library, Prepared
from corpora.model import Span
from corpora.search import search
from ingest.blocks import FULL, Block, paginate
from ingest.pipeline import find_files, ingest
from ingest.prepare import prepare
from ingest.render import render_page
from ingest.typeset import set_page
from tests.fakes import WordEncoder

MARKDOWN = """---
title: "Notes of cruise TT12"
author: A. Sailor
---
# Notes of TT12

The ship left *Tromsø* on 3 May and reached **4425.5 m** at [station 7](http://example.org/7)
after a long wait.

<!-- a comment that nobody reads -->

## Casts

| Cast | Depth (m) | Time |
|------|----------:|------|
| 041  | 3105      | 04:12 |
| 042  | 4425      | 09:32 |

1. First `item`
2. Second item
   - nested
"""
HTML = """<!doctype html><html><head><meta charset="iso-8859-1"><title>Log of TT12</title>
<style>.x {display:none} .y {color: red}</style><script>var hidden = "script text"</script></head><body>
<nav><a href="/">Home</a></nav><h1>Log of TT12</h1><p>Salinit\xe9 was 35.12 &mdash; fine.<br>Next line, <b>bold</b>.</p>
<p class="x">hidden by a class</p><p hidden>hidden by an attribute</p><p style="Display : NONE">hidden by a style</p>
<p class="y">red and seen</p><!-- a comment that nobody reads -->
<table><tr><th>Cast</th><th>Depth</th></tr><tr><td>042</td><td>4425 <i style="display:none">9999</i></td></tr></table>
<ul><li>one<li>two</ul></body></html>"""


def write(path: Path, data: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    return path


def word(path: Path) -> Path:
    made = docx.Document()
    made.add_heading("Notes of TT12", 0)
    made.add_heading("Casts", 1)
    sentence = made.add_paragraph("The deepest cast ")
    sentence.add_run("never mind the rules").font.hidden = True
    sentence.add_run("reached 4425 m at station 7.")
    table = made.add_table(rows=3, cols=3)
    for row, cells in enumerate((("Cast", "Depth (m)", "Time"), ("041", "3105", "04:12"), ("042", "4425", "09:32"))):
        for column, value in enumerate(cells):
            table.cell(row, column).text = value
    made.add_paragraph("bring the ropes", style="List Bullet")
    made.add_page_break()
    made.add_paragraph("The second page is about the weather.")
    made.core_properties.author = "A. Sailor"
    made.save(str(path))
    return path


def texts(document: Prepared) -> list[str]:
    return [page.text for page in document.pages]


def assert_spans_hold(document: Prepared) -> None:
    """Every chunk is what its span says, and every visible character lies in exactly one chunk and has a box."""
    for page, packed in zip(document.pages, document.boxes, strict=True):
        covered = np.zeros(len(page.text), int)
        for chunk in document.chunks:
            if chunk.span.page == page.number:
                assert page.text[chunk.span.start : chunk.span.end] == chunk.text
                covered[chunk.span.start : chunk.span.end] += 1
        visible = np.array([not c.isspace() for c in page.text], bool)
        assert (covered[visible] == 1).all()
        assert not np.isnan(unpack(packed)[visible]).any()


def test_markdown_is_read_without_its_marks(tmp_path: Path) -> None:
    document = prepare(write(tmp_path / "a.md", MARKDOWN))
    (text,) = texts(document)
    assert "The ship left Tromsø on 3 May and reached 4425.5 m at station 7 after a long wait." in text
    assert "Cast\tDepth (m)\tTime\n041\t3105\t04:12\n042\t4425\t09:32" in text
    assert "1. First item\n2. Second item\n• nested" in text
    assert (document.title, document.author) == ("Notes of cruise TT12", "A. Sailor")
    assert ("hidden text", "a comment that nobody reads") in [
        (place, words.strip()) for place, words in document.unseen
    ]
    assert "comment" not in text
    assert {chunk.heading for chunk in document.chunks} == {"Notes of TT12", "Notes of TT12 > Casts"}
    assert_spans_hold(document)


def test_html_is_read_as_a_browser_shows_it_and_what_it_hides_is_screened(tmp_path: Path) -> None:
    document = prepare(write(tmp_path / "a.html", HTML, "iso-8859-1"))
    (text,) = texts(document)
    assert "Salinité was 35.12 — fine.\nNext line, bold." in text
    assert "red and seen" in text
    assert "Cast\tDepth\n042\t4425\n" in text
    assert "• one\n• two" in text
    assert "hidden" not in text
    assert "9999" not in text
    hidden = " ".join(words for place, words in document.unseen if place == "hidden text")
    for word in ("by a class", "by an attribute", "by a style", "a comment", "9999"):
        assert word in hidden
    assert "script text" not in hidden
    assert document.title == "Log of TT12"
    assert [chunk.text for chunk in document.chunks if chunk.kind == "furniture"] == ["Home"]
    assert_spans_hold(document)


def test_a_word_document_keeps_its_headings_tables_and_page_ends(tmp_path: Path) -> None:
    document = prepare(word(tmp_path / "a.docx"))
    first, second = texts(document)
    assert "The deepest cast reached 4425 m at station 7." in first
    assert "Cast\tDepth (m)\tTime\n041\t3105\t04:12\n042\t4425\t09:32" in first
    assert "• bring the ropes" in first
    assert second == "The second page is about the weather."
    assert ("hidden text", "never mind the rules") in document.unseen
    assert (document.title, document.author, document.text_reader) == ("Notes of TT12", "A. Sailor", "python-docx")
    assert_spans_hold(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_text_is_read_in_the_encoding_that_it_is_in(tmp_path: Path, encoding: str) -> None:
    document = prepare(write(tmp_path / "a.txt", "Überfahrt nach Tromsø: 42 °C im Schatten.\r\nEnde.", encoding))
    assert texts(document) == ["Überfahrt nach Tromsø: 42 °C im Schatten.\nEnde."]


def test_form_feeds_end_the_pages_of_a_text(tmp_path: Path) -> None:
    document = prepare(write(tmp_path / "rfc.txt", "Page one.\n\fPage two.\n\f\fPage three."))
    assert texts(document) == ["Page one.", "Page two.", "Page three."]


def test_a_long_text_gets_pages_of_its_own_and_loses_nothing(tmp_path: Path) -> None:
    words = [f"word{n}" for n in range(9000)]
    lines = [" ".join(words[first : first + 9]) for first in range(0, 9000, 9)]
    document = prepare(write(tmp_path / "long.txt", "\n\n".join(lines)))
    assert len(document.pages) > 20
    assert " ".join(texts(document)).split() == words
    assert_spans_hold(document)


def test_one_endless_line_is_cut_at_spaces_and_wrapped(tmp_path: Path) -> None:
    document = prepare(write(tmp_path / "line.txt", "salt water " * 5000 + "x" * 9000))
    assert max(len(text) for text in texts(document)) <= FULL
    for page, packed in zip(document.pages, document.boxes, strict=True):
        assert np.nanmax(unpack(packed)[:, 2]) <= page.width
        assert np.nanmax(unpack(packed)[:, 3]) <= page.height
    assert_spans_hold(document)


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.docx", "a.txt"])
def test_the_letters_of_a_page_are_drawn_where_their_boxes_are(tmp_path: Path, name: str) -> None:
    made = {
        "a.md": lambda path: write(path, MARKDOWN),
        "a.html": lambda path: write(path, HTML, "iso-8859-1"),
        "a.docx": word,
        "a.txt": lambda path: write(path, "One line of text.\n\nAnother one, below it."),
    }
    path = made[name](tmp_path / name)
    document = prepare(path)
    picture = render_page(path, 1, 2.0)
    assert (picture.width, picture.height) == (document.pages[0].width, document.pages[0].height)
    ink = np.asarray(Image.open(io.BytesIO(picture.data)).convert("L")) < 128
    text, boxes = document.pages[0].text, unpack(document.boxes[0])
    inside = np.zeros_like(ink)
    for index in range(len(text)):
        if not np.isnan(boxes[index]).any():
            x0, y0, x1, y1 = np.round(boxes[index] * 2).astype(int)
            inside[max(y0 - 2, 0) : y1 + 2, max(x0 - 2, 0) : x1 + 2] = True
            if text[index].isalnum():
                assert ink[y0:y1, x0:x1].any(), text[index]
    assert ink[inside].sum() > 0.99 * ink.sum()


def test_the_row_of_a_cast_is_found_and_marked_on_its_page(tmp_path: Path) -> None:
    rows = "\n".join(
        f"| {n:03} | {3000 + 7 * n} | 2021-05-{1 + n % 28:02} | calm sea and a long swell |" for n in range(1, 90)
    )
    path = write(tmp_path / "casts.md", f"# Casts\n\n| Cast | Depth (m) | Date | Remark |\n|--|--|--|--|\n{rows}\n")
    library = Library(tmp_path / "home", WordEncoder())
    (result,) = ingest(library, find_files([tmp_path]))
    assert result.status == "added"
    chunks = [chunk for chunk in library.chunks(result.document_id) if chunk.kind == "table"]
    assert len(chunks) > 5
    assert all(line.count("\t") == 3 for chunk in chunks for line in chunk.text.split("\n") if line != "Casts" and line)
    assert all("Depth (m)" in chunk.context or "Depth (m)" in chunk.text for chunk in chunks)
    hit = next(hit for hit in search(library, "depth of cast 042", k=5) if "042\t3294" in hit.text)
    page = library.page_text(result.document_id, hit.span.page)
    start = page.index("042\t3294")
    boxes = library.boxes(Span(result.document_id, hit.span.page, start, start + 8))
    assert max(box.y1 for box in boxes) - min(box.y0 for box in boxes) < 15
    kept = library.file_of(result.document_id)
    assert kept is not None
    assert render_page(kept, hit.span.page).width == 595
    assert path.read_bytes() == kept.read_bytes()
    library.close()


def test_a_folder_of_mixed_kinds_is_taken_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.md", MARKDOWN)
    write(tmp_path / "b.html", HTML, "iso-8859-1")
    word(tmp_path / "c.docx")
    write(tmp_path / "d.txt", "Some words.")
    write(tmp_path / "e.nc", b"CDF\x01")
    write(tmp_path / "f.csv", "a,b")
    assert [source.file for source in find_files([tmp_path])] == ["a.md", "b.html", "c.docx", "d.txt"]


def bomb(path: Path) -> Path:
    word(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/zeros.bin", bytes(60 * 2**20))
    return path


def entities(path: Path) -> Path:
    """A billion laughs in Word's own text."""
    word(path)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    body = parts["word/document.xml"].decode()
    head, rest = body.split("?>", 1)
    bomb = f'{head}?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>{rest}'.replace("<w:t>Casts", "<w:t>&l9;Casts")
    parts["word/document.xml"] = bomb.encode()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def test_a_package_that_unpacks_to_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge, match=r"a.docx: it unpacks to \d+ MiB from 0.1 MiB, which no Word document does"):
        prepare(bomb(tmp_path / "a.docx"))


def test_entities_that_multiply_are_not_expanded(tmp_path: Path) -> None:
    with pytest.raises(FileDamaged, match="does not parse"):
        prepare(entities(tmp_path / "a.docx"))


REFUSED = [
    ("cut.docx", b"PK\x03\x04" + bytes(80), FileDamaged, "truncated or damaged"),
    ("plain.docx", b"just words", NotADocument, "this is not a DOCX file (plain text)"),
    ("empty.html", "<html><body><script>x()</script><!-- c --></body></html>", FileEmpty, "there are no words"),
    ("blank.txt", " \n\t\n ", FileEmpty, "there are no words"),
    ("only.md", "<!-- nothing to see here -->", FileEmpty, "there are no words"),
    ("noise.txt", bytes(range(256)) * 8, NotADocument, "not a text file"),
    ("letter.txt", b"{\\rtf1 hello}", NotADocument, "an RTF document"),
    ("page.pdf", "<!doctype html><p>404", NotADocument, "this is not a PDF file (an HTML page)"),
]


@pytest.mark.parametrize(("name", "data", "error", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_each_file_that_holds_no_words_has_a_reason(
    tmp_path: Path, name: str, data: str | bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        prepare(write(tmp_path / name, data))
    assert str(caught.value).startswith(f"{name}: ")
    assert words in str(caught.value)


def test_a_workbook_is_called_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(NotADocument, match="this is an Excel workbook"):
        prepare(tmp_path / "a.docx")


def test_html_of_a_hundred_thousand_nested_elements_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "deep.html", "<p>Outer words are here.</p>" + "<div>" * 100_000 + "deep words")
    assert "Outer words are here." in texts(prepare(path))[0]


def test_markdown_of_deep_nesting_ends(tmp_path: Path) -> None:
    path = write(
        tmp_path / "deep.md", "Outer words are here.\n\n" + "> " * 5000 + "x\n\n" + "[" * 20_000 + "\n\n" + "*" * 9999
    )
    assert "Outer words are here." in texts(prepare(path))[0]


blocks = st.lists(
    st.builds(
        Block,
        st.sampled_from(["prose", "heading", "row", "head", "caption", "footnote", "item", "code", "break"]),
        st.text(st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\n\t"), max_size=400),
        st.integers(0, 6),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(blocks)
def test_whatever_the_blocks_each_visible_character_is_kept_in_order_and_has_a_box(given_blocks: list[Block]) -> None:
    pages = [set_page(page) for page in paginate(given_blocks)]
    kept = "".join("".join(page.text.split()) for page in pages)
    assert kept == "".join("".join(block.text.split()) for block in given_blocks if block.kind != "break")
    for page in pages:
        visible = np.array([not c.isspace() for c in page.text], bool)
        assert not np.isnan(page.boxes[visible]).any()
        assert all(0 <= start <= end <= len(page.text) for start, end, _, _ in page.marks)


def test_random_bytes_called_by_any_name_end_in_a_document_or_a_reason(tmp_path: Path) -> None:
    source = random.Random(5)
    heads = [b"", b"PK\x03\x04", b"<html>", b"# T\n", b"\xff\xfe", b"{\\rtf"]
    for trial in range(60):
        name = f"r{trial}{source.choice(['.txt', '.md', '.html', '.docx', '.htm', ''])}"
        path = write(tmp_path / name, source.choice(heads) + source.randbytes(source.choice([3, 60, 3000])))
        reasons = []
        try:
            assert_spans_hold(prepare(path))
        except (NotADocument, FileEmpty, FileDamaged) as error:
            reasons.append((error.message.startswith(name), bool(error.mend)))
        assert reasons in ([], [(True, True)])
