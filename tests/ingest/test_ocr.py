"""Scanned pages are read, whichever way they lie, and their words stand where the page shows them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from corpora.boxes import rectangles, unpack
from corpora.errors import NoTextLayer, OcrMissing
from corpora.library import Library
from corpora.model import Span
from corpora.samples import sample_files
from corpora.search import search
from ingest import ocr
from ingest.pages import ReadPage
from ingest.pdf import PdfFile
from ingest.pipeline import find_files, ingest
from ingest.prepare import prepare
from ingest.scanned import broken
from tests.fakes import WordEncoder
from tests.pdfs import write_pdf

pytest.importorskip("rapidocr", reason="needs leadline[ocr]")

SOURCE = {path.name: path for path in sample_files()}["cruise-report-hf31.pdf"]
#: The part of a sample's page that is scanned: a running head, a caption, a table, no figure.
PAGE, TOP_PT, SCALE = 2, 300, 2.0


def scan(path: Path, turn: int = 0, *, above: Path | None = None, noise: bool = False) -> Path:
    """A sample's page as a scanner gives it: one picture, no text, turned counter-clockwise by `turn` degrees."""
    document = pypdfium2.PdfDocument(SOURCE)
    picture = document[PAGE - 1].render(scale=SCALE).to_pil().convert("L")
    document.close()
    picture = picture.crop((0, 0, picture.width, int(TOP_PT * SCALE)))
    if noise:
        grain = np.random.default_rng(7).normal(0, 18, (picture.height, picture.width))
        picture = Image.fromarray(np.clip(np.asarray(picture, float) * 0.85 + 20 + grain, 0, 255).astype("uint8"))
    picture.rotate(turn, expand=True).save(path, resolution=72 * SCALE, quality=80)
    if above is not None:
        writer = pypdf.PdfWriter()
        writer.append(above)
        writer.append(path)
        writer.write(path)
    return path


@pytest.fixture(scope="module")
def truth() -> ReadPage:
    """The same page with the text and the boxes that its file has."""
    with PdfFile(SOURCE) as pdf:
        return pdf.page(PAGE)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def upper_words(page: ReadPage) -> list[str]:
    """The words of the part that is scanned."""
    spots = re.finditer(r"\w+", page.text)
    return [word.group() for word in spots if np.nanmax(page.boxes[word.start() : word.end(), 3]) < TOP_PT]


def as_it_lay(box: np.ndarray, turn: int, width: float, height: float) -> np.ndarray:
    """A box of the upright page as a box of the page turned counter-clockwise; `width`, `height` of the upright."""
    x0, y0, x1, y1 = box
    return np.array(
        {
            0: (x0, y0, x1, y1),
            90: (y0, width - x1, y1, width - x0),
            180: (width - x1, height - y1, width - x0, height - y0),
            270: (height - y1, x0, height - y0, x1),
        }[turn]
    )


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scan_is_read_whichever_way_it_lies_and_its_words_keep_their_places(
    tmp_path: Path, truth: ReadPage, turn: int
) -> None:
    document = prepare(scan(tmp_path / "scan.pdf", turn))
    page, boxes = document.pages[0], unpack(document.boxes[0])
    expected = upper_words(truth)
    assert words(page.text) == pytest.approx(expected) or _agreement(words(page.text), expected) > 0.97
    assert page.ocr
    assert page.ocr_confidence is not None
    assert page.ocr_confidence > 0.95
    compared = 0
    for word in set(expected):
        here, there = _only(page.text, word), _only(truth.text, word)
        if len(word) < 4 or here is None or there is None:
            continue
        mine = _around(boxes[here : here + len(word)])
        real = as_it_lay(_around(truth.boxes[there : there + len(word)]), turn, truth.width, TOP_PT)
        assert np.abs((mine[:2] + mine[2:]) / 2 - (real[:2] + real[2:]) / 2).max() < 6, word
        compared += 1
    assert compared > 25


def _agreement(found: list[str], expected: list[str]) -> float:
    left = list(found)
    return sum(word in left and not left.remove(word) for word in expected) / len(expected)  # type: ignore[func-returns-value]


def _only(text: str, word: str) -> int | None:
    places = [match.start() for match in re.finditer(rf"\b{word}\b", text)]
    return places[0] if len(places) == 1 else None


def _around(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)])


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A typed page, then a grainy scan."""
    folder = tmp_path_factory.mktemp("mixed")
    typed = write_pdf(folder / "typed.pdf", ["The winch was repaired in port on 3 May.", "All casts were repeated."])
    return scan(folder / "mixed.pdf", above=typed, noise=True)


def test_only_the_pages_without_text_are_read_by_ocr_and_the_record_says_which(mixed: Path) -> None:
    document = prepare(mixed)
    assert [page.ocr for page in document.pages] == [False, True]
    assert "The winch was repaired in port" in document.pages[0].text
    assert "Halcyon" in document.pages[1].text or "Farrowmark" in document.pages[1].text
    assert document.notes[0].startswith("page 2 read by OCR (9")
    assert document.text_reader == "pypdfium2+rapidocr"


def test_a_scanned_row_is_found_quoted_and_marked_like_any_other(mixed: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "home", WordEncoder())
    (result,) = ingest(library, find_files([mixed]))
    assert result.status == "added"
    assert list(library.ocr_pages(result.document_id)) == [2]
    hit = search(library, "Junko Amberley inorganic carbon", k=1)[0]
    assert hit.span.page == 2
    assert library.quote(hit.span) == hit.text
    start = library.page_text(result.document_id, 2).index("Amberley")
    (box,) = library.boxes(Span(result.document_id, 2, start, start + 8))
    assert 20 < box.x1 - box.x0 < 60
    assert library.page(result.document_id, 2).ocr_confidence == pytest.approx(0.98, abs=0.03)
    assert library.page(result.document_id, 1).ocr_confidence is None
    library.close()


def test_forced_ocr_reads_a_held_file_anew_and_takes_its_place(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", ["The anchor was lost at station four.", "Nobody was hurt by it."])
    library = Library(tmp_path / "home", WordEncoder())
    (first,) = ingest(library, find_files([path]))
    assert library.ocr_pages(first.document_id) == {}
    (second,) = ingest(library, find_files([path]), ocr="force")
    assert (second.status, second.document_id) == ("replaced", first.document_id)
    assert list(library.ocr_pages(first.document_id)) == [1]
    assert "The anchor was lost at station four." in library.page_text(first.document_id, 1)
    assert search(library, "Where was the anchor lost?", k=1)[0].text.startswith("The anchor")
    assert [result.status for result in ingest(library, find_files([path]))] == ["unchanged"]
    library.close()


def test_a_figure_drawn_in_lines_among_pages_of_text_is_not_read(tmp_path: Path) -> None:
    picture = Image.new("RGB", (600, 800), "white")
    drawing = ImageDraw.Draw(picture)
    for x in range(50, 550, 50):
        drawing.line((x, 100, 600 - x, 700), fill="black", width=3)
    path = tmp_path / "figure.pdf"
    picture.save(path, resolution=72)
    typed = write_pdf(tmp_path / "typed.pdf", *[["A page of text with words enough for it."]] * 3)
    writer = pypdf.PdfWriter()
    writer.append(typed)
    writer.append(path)
    writer.write(path)
    document = prepare(path)
    assert [page.ocr for page in document.pages] == [False] * 4
    assert document.notes == ("no text on page 4 of 4 pages",)


def garbled(path: Path) -> Path:
    """A page whose font says that its letters are characters for private use."""
    mapping = "\n".join(f"<{code:02x}> <{0xE000 + code:04x}>" for code in range(32, 127))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n95 beginbfchar\n{mapping}\nendbfchar\n"
        "endcmap end end"
    )
    write_pdf(path, ["Absolute salinity of seawater", "The anomaly is tabulated here."])
    writer = pypdf.PdfWriter(clone_from=path)
    stream = pypdf.generic.DecodedStreamObject()
    stream.set_data(cmap.encode())
    reference = writer._add_object(stream)
    for page in writer.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font.get_object()[pypdf.generic.NameObject("/ToUnicode")] = reference
    writer.write(path)
    return path


def test_a_text_layer_of_meaningless_characters_is_read_from_the_page_instead(tmp_path: Path) -> None:
    path = garbled(tmp_path / "garbled.pdf")
    with PdfFile(path) as pdf:
        assert broken(pdf.page(1).text)
    document = prepare(path)
    assert "Absolute salinity of seawater" in document.pages[0].text
    assert document.pages[0].ocr


def test_without_the_engine_the_file_says_what_is_missing_and_how_to_get_it(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    document = prepare(mixed)
    assert document.notes == (
        "page 2 not read: no usable text layer, and OCR is not installed (pip install 'leadline[ocr]', then ingest "
        "again with --ocr force)",
    )
    with pytest.raises(OcrMissing, match=r"mixed.pdf: OCR is asked for, and is not installed. Install it with pip"):
        prepare(mixed, ocr="on")
    with pytest.raises(NoTextLayer, match=r"pip install 'leadline\[ocr\]'"):
        prepare(scan(tmp_path / "scan.pdf"))


def test_switched_off_it_reads_nothing(mixed: Path) -> None:
    document = prepare(mixed, ocr="off")
    assert document.notes == ("no text on page 2 of 2 pages",)


def test_a_page_that_ocr_was_unsure_of_is_named(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "LOW_CONFIDENCE", 0.999)
    assert prepare(mixed).notes[1] == "OCR was unsure of page 2: compare quotations with the page"


def test_two_columns_of_a_scan_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"Left column line number {n} goes on" for n in range(1, 9)]
    right = [f"Right column line number {n} goes on" for n in range(1, 9)]
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(600, 400)
    font = pypdfium2.raw.FPDFText_LoadStandardFont(document.raw, b"Helvetica")
    for x, lines in ((40, left), (320, right)):
        for index, line in enumerate(lines):
            text = pypdfium2.raw.FPDFPageObj_CreateTextObj(document.raw, font, 12.0)
            encoded = (line + "\0").encode("utf-16-le")
            buffer = (pypdfium2.raw.FPDF_WCHAR * (len(encoded) // 2)).from_buffer_copy(encoded)
            pypdfium2.raw.FPDFText_SetText(text, buffer)
            pypdfium2.raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, x, 360 - 22 * index)
            pypdfium2.raw.FPDFPage_InsertObject(page.raw, text)
    page.gen_content()
    document.save(tmp_path / "columns.pdf")
    text = prepare(tmp_path / "columns.pdf", ocr="force").pages[0].text
    assert [line for line in text.split("\n") if line] == left + right


def test_a_line_of_a_scan_has_one_rectangle(mixed: Path) -> None:
    document = prepare(mixed)
    text, boxes = document.pages[1].text, unpack(document.boxes[1])
    start = text.index("Dr Ilse")
    end = text.index("\n", start)
    assert len(rectangles(boxes[start : start + len("Dr Ilse Farrowmark")])) == 1
    assert end > start


def test_an_engine_without_models_asks_no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import rapidocr

    monkeypatch.setattr(rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(OSError, match="holds no models"):
        ocr.Engine().lines(np.zeros((40, 40, 3), np.uint8))
