"""What people come to do, from the first look to the file they take away; and what they meet on the way."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.browser.conftest import Served, ask, open_citation, open_tab, ready, visiting

pytestmark = pytest.mark.browser


def test_a_first_run_offers_six_questions_and_says_what_stays_here(page) -> None:
    page.wait_for_function("document.querySelector('#ll-privacy').textContent.length > 0")
    assert page.locator(".ll-example").count() == 6
    assert page.locator("#ll-privacy").inner_text() == (
        "Everything stays on this machine: documents, questions and answers."
    )
    explained = page.locator("#ll-explained").inner_text()
    assert "does not write prose" in explained
    assert "ollama serve" in explained
    assert "pull qwen3:4b" in explained


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("A single fact", "Farrowmark"),
        ("A comparison", "six profiling floats"),
        ("A list", "CR-East"),
        ("A calculation", "988.19 m"),
        ("Not in the documents", "do not answer this question"),
        ("A data file", "longitude"),
    ],
)
def test_each_example_question_shows_what_it_promises(page, kind: str, expected: str) -> None:
    page.locator(".ll-example", has_text=kind).click()
    page.wait_for_selector(".ll-answer")
    assert expected in page.locator(".ll-answer").inner_text()


def test_a_conversation_is_checked_noted_and_taken_away(page) -> None:
    answer = ask(page, "Compare the number of profiling floats of HF31 and ML09.")
    badges = answer.locator(".ll-badges").inner_text()
    assert "quoted by the embedded model" in badges
    assert "checked by the embedded guard" in badges
    first = open_citation(page, answer.locator(".ll-cite").first)
    assert first
    page.locator("#ll-citations summary").click()
    listed = page.locator("#ll-citations li")
    assert listed.count() == answer.locator(".ll-cite").count()
    assert "✓" in listed.first.inner_text()
    listed.last.locator("button").click()
    last = answer.locator(".ll-cite").last.get_attribute("data-quote")
    page.wait_for_function("w => document.querySelector('#ll-evidence .ll-quote').textContent === w", arg=last)

    answer.get_by_role("button", name="Useful", exact=True).click()
    page.wait_for_selector('.ll-thumb[data-thumb="up"][aria-pressed="true"]')
    answer.get_by_role("button", name="Note").click()
    answer.locator(".ll-note-box textarea").fill("compared by hand")
    answer.get_by_role("button", name="Keep the note").click()
    page.wait_for_selector(".ll-note-box", state="hidden")

    with page.expect_download() as taken:
        page.locator("#ll-export").select_option("markdown")
    text = Path(taken.value.path()).read_text()
    assert "## References" in text
    assert "cruise-report-ml09.pdf" in text

    page.reload()
    page.wait_for_selector(".ll-answer")
    assert page.locator('.ll-thumb[data-thumb="up"]').get_attribute("aria-pressed") == "true"
    assert page.locator(".ll-note-box textarea").input_value() == "compared by hand"


def test_hovering_a_citation_shows_its_quotation(page) -> None:
    button = ask(page, "Who was the captain of ML09?").locator(".ll-cite").first
    button.hover()
    tip = page.locator("#ll-tip")
    assert "Anselm Greycoat" in tip.inner_text()
    assert "✓ normalised" in tip.inner_text()
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden")


def test_the_keys_go_from_citation_to_citation_and_to_the_question(page) -> None:
    answer = ask(page, "Compare the number of profiling floats of HF31 and ML09.")
    page.locator("#ll-log").focus()
    pressed = []
    for key in ("n", "n", "p"):
        page.keyboard.press(key)
        pressed.append(answer.locator('.ll-cite[aria-pressed="true"]').get_attribute("data-cite"))
    assert pressed[0] == pressed[2] != pressed[1]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "ll-question-text"
    page.keyboard.type("n/p")
    assert page.locator("#ll-question-text").input_value() == "n/p"


def test_pages_are_turned_jumped_to_and_enlarged(page) -> None:
    open_citation(page, ask(page, "Who was the captain of ML09?").locator(".ll-cite").first)
    viewer = page.locator("#ll-evidence-viewer")
    shown = viewer.locator(".ll-page")
    start = int(shown.get_attribute("data-page"))
    viewer.get_by_role("button", name="Next page").click()
    page.wait_for_selector(f'#ll-evidence-viewer .ll-page[data-page="{start + 1}"]')
    viewer.get_by_label("Go to page").fill("99")
    viewer.get_by_label("Go to page").press("Enter")
    page.wait_for_selector('#ll-evidence-viewer .ll-page[data-page="4"]')
    viewer.get_by_role("button", name="Back to the quotation").click()
    page.wait_for_selector("#ll-evidence-viewer .ll-mark")
    before = shown.bounding_box()["width"]
    viewer.get_by_role("button", name="Zoom in").click()
    assert shown.bounding_box()["width"] > 1.2 * before


def test_an_earlier_question_is_changed_and_asked_again(page) -> None:
    answer = ask(page, "Who was the captain of ML09?")
    answer.get_by_role("button", name="Edit and ask again").click()
    page.locator(".ll-editing textarea").fill("Who was the chief scientist of ML09?")
    page.get_by_role("button", name="Ask again", exact=True).click()
    page.wait_for_function("[...document.querySelectorAll('.ll-answer')].some(a => a.innerText.includes('Vashti'))")
    assert page.locator(".ll-answer").count() == 1


def test_conversations_are_found_renamed_and_deleted(page) -> None:
    ask(page, "Who was the captain of ML09?")
    page.locator("#ll-new").click()
    ask(page, "What is 17.5 knots in m/s?")
    page.locator("#ll-find").fill("17.5 knots")
    page.wait_for_function("document.querySelectorAll('#ll-conversations li').length === 1")
    page.locator("#ll-conversations .ll-open").click()
    page.wait_for_function("document.querySelector('.ll-answer').innerText.includes('9.0')")
    count = page.locator("#ll-conversations li").count()
    page.locator("#ll-conversations li").first.get_by_role("button", name=re.compile("^Delete")).click()
    page.wait_for_function("n => document.querySelectorAll('#ll-conversations li[data-id]').length < n", arg=count)
    assert page.locator("#ll-title").inner_text() == "New conversation"


def test_a_page_loaded_again_in_the_middle_still_gets_its_answer(page) -> None:
    page.locator("#ll-question-text").fill("Compare the floats of HF31 and ML09. " * 60)
    page.locator("#ll-ask").click()
    page.get_by_text("Searched:").first.wait_for()
    page.reload()
    page.wait_for_selector(".ll-answer", timeout=90_000)
    assert page.locator(".ll-turn").count() == 1


def test_files_folders_duplicates_and_failures_are_told_apart(page, tmp_path: Path) -> None:
    from tests.pdfs import report

    folder = tmp_path / "reports"
    folder.mkdir()
    first = report(folder / "one.pdf", "QA11", "The winch was repaired on 7 June.", pages=1)
    (folder / "twin.pdf").write_bytes(first.read_bytes())
    (folder / "notes.xyz").write_text("left alone")
    open_tab(page, "Library")
    page.locator("#ll-upload input[webkitdirectory]").set_input_files(str(folder))
    page.wait_for_function("document.querySelectorAll('#ll-outcome .ll-added, #ll-outcome .ll-unchanged').length >= 2")
    told = page.locator("#ll-outcome").inner_text()
    assert "already there" in told
    assert "notes.xyz" not in told
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 and nothing else")
    page.locator("#ll-upload input[type=file] >> nth=0").set_input_files(str(broken))
    page.wait_for_selector("#ll-outcome .ll-failed .ll-why")
    page.get_by_role("button", name="Clear the list").click()
    page.wait_for_function("document.querySelectorAll('#ll-outcome li').length === 0")


def test_documents_are_searched_collected_asked_alone_and_removed(page, tmp_path: Path) -> None:
    from tests.pdfs import report

    path = report(tmp_path / "gone.pdf", "ZZ99", "The anchor weighed 812 kg on Zephyr Bank.", pages=2)
    open_tab(page, "Library")
    page.locator("#ll-upload input[type=file] >> nth=0").set_input_files(str(path))
    page.wait_for_function("document.querySelector('#ll-documents').innerText.includes('gone.pdf')")
    page.locator("#ll-find-document").fill("anchor Zephyr Bank")
    page.wait_for_selector("#ll-found .ll-go")
    page.locator("#ll-found .ll-go").first.click()
    page.wait_for_selector("#ll-reader-viewer .ll-mark")
    page.locator("#ll-find-document").fill("gone.pdf")
    page.wait_for_function("document.querySelectorAll('#ll-documents tbody tr').length === 1")
    page.get_by_label("Select gone.pdf").check()
    page.get_by_label("Name of the collection").fill("anchors")
    page.get_by_role("button", name="Add to it").click()
    page.wait_for_selector(".ll-tag")
    page.get_by_role("button", name="Ask these only").click()
    assert page.locator("#ll-scope-words").inner_text() == "Answers only from gone.pdf"
    assert "812 kg" in ask(page, "How much did the anchor weigh?").inner_text()
    assert "Greycoat" not in ask(page, "Who was the captain of ML09?").inner_text()
    open_tab(page, "Library")
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_function("!document.querySelector('#ll-documents').innerText.includes('gone.pdf')")


def test_a_data_file_is_checked_and_asked_about(page) -> None:
    open_tab(page, "NetCDF")
    page.wait_for_function("document.querySelector('#ll-data-files').value === 'sample-cast.nc'")
    page.get_by_role("button", name="Check it").click()
    page.wait_for_selector("#ll-netcdf-report iframe")
    told = page.locator("#ll-netcdf-report .ll-result").first.inner_text()
    assert "suspicious" in told
    frame = page.frame_locator("#ll-netcdf-report iframe")
    assert frame.get_by_text("salinity").first.inner_text()
    assert frame.locator("img").count() >= 1
    page.get_by_role("button", name="Send to the chat").click()
    assert "sample-cast.nc" in page.locator("#ll-question-text").input_value()
    page.locator("#ll-ask").click()
    page.wait_for_selector(".ll-answer")
    assert "longitude" in page.locator(".ll-answer").inner_text()


def test_the_calculator_and_the_estimator_show_their_working(page) -> None:
    open_tab(page, "Calculator")
    page.get_by_label("Expression").fill("1000 dbar to m at 60N")
    page.locator("#ll-compute").click()
    page.wait_for_selector("#ll-calc-result .ll-result")
    page.get_by_label("Expression").fill("20 degC in K")
    page.locator("#ll-compute").click()
    page.wait_for_function("document.querySelectorAll('#ll-calc-result .ll-result').length === 2")
    told = page.locator("#ll-calc-result").inner_text()
    assert told.index("293.15") < told.index("988.19")
    open_tab(page, "Memory")
    page.locator("#ll-estimate").click()
    page.wait_for_selector("#ll-memory-result .ll-chart svg")
    page.get_by_role("tab", name="To train it").click()
    page.locator("#ll-estimate-training").click()
    page.wait_for_selector("#ll-training-result .ll-bars")


def test_settings_are_kept_and_the_installation_is_examined(page, served: Served) -> None:
    ask(page, "What is 12 knots in m/s?")
    open_tab(page, "Settings")
    page.wait_for_selector("#ll-figures .ll-turn-bars")
    page.locator("#ll-keep-settings").click()
    page.wait_for_selector("#ll-settings-told .ll-done")
    assert json.loads((served.home / "page.json").read_text())["model"] == "embedded"
    page.locator("#ll-examine").click()
    page.wait_for_selector("#ll-doctor .ll-fine")
    assert "encoder" in page.locator("#ll-doctor").inner_text()


def test_a_long_conversation_stays_smooth_to_type_in(page) -> None:
    answer = ask(page, "Who was the captain of ML09?")
    html = answer.evaluate("node => node.closest('.ll-turn').outerHTML")
    page.evaluate(
        "html => { const place = document.querySelector('#ll-turns');"
        " for (let n = 0; n < 199; n++) place.insertAdjacentHTML('beforeend', html); }",
        html,
    )
    page.locator("#ll-question-text").focus()
    worst = page.evaluate(
        """async () => {
            const field = document.querySelector("#ll-question-text");
            let worst = 0, last = performance.now();
            for (let n = 0; n < 60; n++) {
                field.value += "x";
                field.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise(requestAnimationFrame);
                const now = performance.now();
                worst = Math.max(worst, now - last);
                last = now;
            }
            return worst;
        }"""
    )
    assert worst < 150, f"a frame took {worst:.0f} ms"


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (390, 844)])
def test_on_a_small_screen_the_evidence_comes_over_the_chat_and_goes(
    browser, served: Served, width: int, height: int
) -> None:
    with visiting(browser, served.url, width, height) as page:
        ready(page)
        answer = ask(page, "Who was the captain of ML09?")
        open_citation(page, answer.locator(".ll-cite").first)
        # It slides in.
        page.wait_for_function(
            "document.querySelector('#ll-right').getBoundingClientRect().right <= innerWidth"
            " && document.querySelector('#ll-right').getAnimations().length === 0"
        )
        assert page.locator("#ll-right").is_visible()
        box = page.locator("#ll-evidence .ll-mark").first.bounding_box()
        assert 0 <= box["x"] < width
        assert 0 <= box["y"] < height
        page.get_by_role("button", name="Close the evidence").click()
        page.wait_for_function("getComputedStyle(document.querySelector('#ll-right')).visibility === 'hidden'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_says_that_it_works_before_the_server_does(page) -> None:
    page.evaluate(
        """() => { window.said = 0; const start = [];
            document.querySelector('#ll-ask').addEventListener('click', () => { start.push(performance.now()); }, true);
            new MutationObserver(() => { if (!window.said && document.querySelector('.ll-steps li'))
                window.said = performance.now() - start[0]; }).observe(document.querySelector('#ll-live'),
                { childList: true, subtree: true }); }"""
    )
    ask(page, "Who was the captain of ML09?")
    assert 0 < page.evaluate("window.said") < 200


def test_a_click_shows_the_marked_page_within_four_tenths_of_a_second(page) -> None:
    answer = ask(page, "Compare the number of profiling floats of HF31 and ML09.")
    time.sleep(1.5)
    took = []
    for button in answer.locator(".ll-cite").all():
        open_citation(page, button)
        took.append(page.evaluate("performance.getEntriesByName('ll-show').at(-1).duration"))
    assert sorted(took)[len(took) // 2] < 400
