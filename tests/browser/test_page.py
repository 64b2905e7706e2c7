"""The page in a real browser: ask, open the citation, look where the mark lies; upload, and be told what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
import pytest

from corpora.library import Library
from corpora.samples import FOLDER
from tests.browser.conftest import Served, ask, open_citation, open_tab
from tests.fakes import WordEncoder
from tests.pdfs import report

pytestmark = pytest.mark.browser

#: How far, in pixels of the screen, a mark may lie from the words that it marks.
NEAR = 2.0


@pytest.fixture
def library(served: Served) -> Iterator[Library]:
    """The served library, as another process reads it."""
    opened = Library(served.home, WordEncoder())
    yield opened
    opened.close()


def rectangle(locator) -> tuple[float, float, float, float]:
    box = locator.bounding_box()
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def glyphs(path: Path, number: int) -> list[tuple[str, float, float, float, float]]:
    """Every visible character of a page with its box, by pdfium alone, as shares of the page from its top left."""
    with pypdfium2.PdfDocument(path) as document:
        sheet = document[number - 1]
        width, height = sheet.get_size()
        text = sheet.get_textpage()
        found = []
        for index in range(text.count_chars()):
            character = chr(raw.FPDFText_GetUnicode(text.raw, index))
            left, bottom, right, top = text.get_charbox(index)
            if character > " " and right > left and top > bottom:
                found.append((character, left / width, 1 - top / height, right / width, 1 - bottom / height))
        return found


def expected_boxes(path: Path, number: int, quote: str) -> list[tuple[float, float, float, float]]:
    """The boxes of the only place on a page where the letters of `quote` stand one after the other."""
    letters = [g for g in glyphs(path, number) if g[0].isalnum()]
    wanted = "".join(c for c in quote if c.isalnum())
    text = "".join(g[0] for g in letters)
    assert text.count(wanted) == 1, f"{wanted!r} stands {text.count(wanted)} times on the page"
    start = text.index(wanted)
    return [g[1:] for g in letters[start : start + len(wanted)]]


def assert_marked(page, path: Path, number: int, quote: str) -> None:
    """The marks cover every letter of the quotation, end where it ends, and touch no letter beside it."""
    x0, y0, x1, y1 = rectangle(page.locator("#ll-evidence .ll-page img"))
    marks = [rectangle(mark) for mark in page.locator("#ll-evidence .ll-mark").all()]
    on_screen = [
        (x0 + a * (x1 - x0), y0 + b * (y1 - y0), x0 + c * (x1 - x0), y0 + d * (y1 - y0))
        for a, b, c, d in expected_boxes(path, number, quote)
    ]
    for left, top, right, bottom in on_screen:
        assert any(
            m[0] - NEAR <= left and m[1] - NEAR <= top and m[2] + NEAR >= right and m[3] + NEAR >= bottom for m in marks
        ), f"no mark over ({left:.0f}, {top:.0f})"
    # Marks without letters under their ends would mark something else: each is as wide as what it covers.
    for mark in marks:
        inside = [g for g in on_screen if g[0] >= mark[0] - NEAR and g[2] <= mark[2] + NEAR and _meet(g, mark)]
        assert inside, f"a mark over nothing at {mark}"
        assert min(g[0] for g in inside) - mark[0] <= NEAR + 4, "the mark begins before the quotation"
        assert mark[2] - max(g[2] for g in inside) <= NEAR + 4, "the mark ends after the quotation"


def _meet(glyph: tuple[float, ...], mark: tuple[float, ...]) -> bool:
    return min(glyph[3], mark[3]) - max(glyph[1], mark[1]) > 0.5 * (glyph[3] - glyph[1])


def test_the_mark_of_a_citation_lies_over_the_quoted_words(page, library: Library) -> None:
    answer = ask(page, "Who was the captain of ML09?")
    assert "Greycoat" in answer.inner_text()
    quote = open_citation(page, answer.locator(".ll-cite").first)
    assert "Greycoat" in quote
    document = library.document("cruise-report-ml09.pdf")
    number = int(page.locator("#ll-evidence .ll-page").get_attribute("data-page"))
    assert_marked(page, FOLDER / document.file, number, quote)


def test_the_marks_of_a_quotation_over_several_lines_lie_over_each_line(page, library: Library) -> None:
    answer = ask(page, "Compare the number of profiling floats of HF31 and ML09.")
    buttons = answer.locator(".ll-cite")
    several = 0
    for index in range(buttons.count()):
        quote = open_citation(page, buttons.nth(index))
        number = int(page.locator("#ll-evidence .ll-page").get_attribute("data-page"))
        file = page.locator("#ll-evidence .ll-where").inner_text().split(",")[0]
        assert_marked(page, FOLDER / file, number, quote)
        several += page.locator("#ll-evidence .ll-mark").count() > 1
    assert several >= 1


def test_the_marks_scale_with_the_window_and_with_the_zoom(page) -> None:
    answer = ask(page, "Who was the captain of ML09?")
    page.set_viewport_size({"width": 760, "height": 900})
    quote = open_citation(page, answer.locator(".ll-cite").first)
    number = int(page.locator("#ll-evidence .ll-page").get_attribute("data-page"))
    time.sleep(0.4)  # on a narrow window the evidence slides in
    assert_marked(page, FOLDER / "cruise-report-ml09.pdf", number, quote)
    page.get_by_role("button", name="Zoom in").first.click()
    assert_marked(page, FOLDER / "cruise-report-ml09.pdf", number, quote)


def test_an_uploaded_document_is_asked_about_and_shown(page, library: Library, tmp_path: Path) -> None:
    path = report(tmp_path / "gull rock <b>.pdf", "GR77", "The tide gauge at Gull Rock was replaced on 3 May.", pages=2)
    open_tab(page, "Library")
    page.locator("#ll-upload input[type=file] >> nth=0").set_input_files(str(path))
    page.wait_for_selector("#ll-outcome .ll-added")
    assert "2 pages" in page.locator("#ll-outcome .ll-added").first.inner_text()
    page.wait_for_function("document.querySelector('#ll-documents').innerText.includes('GR77')")
    assert "Cruise report GR77" in page.locator("#ll-documents").inner_text()
    open_tab(page, "Chat")
    answer = ask(page, "When was the tide gauge at Gull Rock replaced?")
    assert "3 May" in answer.inner_text()
    quote = open_citation(page, answer.locator(".ll-cite").first)
    document = library.document("GR77")
    assert document.file.startswith("gull rock")
    assert page.locator("#ll-right b:not(.ll-go b)").count() == 0, "a file's name was taken for markup"
    assert_marked(page, path, 1, quote)


def test_a_file_that_is_no_document_is_refused_with_its_reason(page, library: Library, tmp_path: Path) -> None:
    before = len(library.documents())
    nonsense = tmp_path / "nonsense.pdf"
    nonsense.write_bytes(b"\x00\x01\x02 no PDF at all")
    open_tab(page, "Library")
    page.locator("#ll-upload input[type=file] >> nth=0").set_input_files(str(nonsense))
    page.wait_for_selector("#ll-outcome .ll-failed")
    assert "nonsense.pdf: this is not a PDF" in page.locator("#ll-outcome").inner_text()
    assert len(library.documents()) == before


def test_an_answer_is_limited_to_the_documents_that_were_chosen(page) -> None:
    page.locator("#ll-scope summary").click()
    page.get_by_label("local-models-guide.pdf").check()
    page.locator("#ll-scope summary").click()
    assert page.locator("#ll-scope summary").inner_text() == "Answers only from local-models-guide.pdf"
    answer = ask(page, "Who was the captain of ML09?")
    assert "Greycoat" not in answer.inner_text()
    for button in answer.locator(".ll-cite").all():
        assert "local-models-guide.pdf" in button.get_attribute("aria-label")


def test_markup_in_a_question_stays_text(page) -> None:
    page.evaluate("() => { window.hit = 0 }")
    ask(page, "<img src=x onerror='window.hit=1'><script>window.hit=1</script> Who was the captain of ML09?")
    time.sleep(0.5)
    assert page.evaluate("() => window.hit") == 0


def test_the_line_on_top_says_who_answers_and_what_there_is(page) -> None:
    ask(page, "12 knots in m/s")
    status = page.locator(".ll-status").first.inner_text()
    assert "embedded model" in status
    assert "Everything stays on this machine." in status


def test_a_calculation_shows_its_working(page) -> None:
    answer = ask(page, "What is 1000 dbar in metres at 60N?")
    assert "988.19 m" in answer.inner_text()
    assert answer.locator(".ll-working li").count() >= 1
    assert answer.locator(".ll-cite").count() == 0


def test_a_stopped_question_leaves_the_page_ready_for_the_next(page) -> None:
    page.locator("#ll-question textarea, #ll-question input").first.fill("Compare the floats of HF31 and ML09. " * 100)
    page.locator("#ll-ask").click()
    page.get_by_text("Searched: 8 passages").first.wait_for()
    stopped = time.monotonic()
    page.locator("#ll-stop").click()
    page.get_by_text("Nothing of this turn was kept").wait_for()
    assert time.monotonic() - stopped < 2
    answer = ask(page, "Who was the captain of ML09?", seconds=15)
    assert "Greycoat" in answer.inner_text()
