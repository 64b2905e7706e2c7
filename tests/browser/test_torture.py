"""The Markdown torture set in a real browser: whatever an answer holds, no request leaves and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt

from guards.output import clean_markdown
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.guards.torture import CASES

pytestmark = pytest.mark.browser
#: A renderer that trusts what it is given: HTML stays HTML, and what looks like an address becomes a link.
_TRUSTING = MarkdownIt("commonmark", {"html": True}).enable("table")
_TITLE = "<title>quiet</title><meta charset=utf-8>"


class Watched:
    """A browser that shows each text on a page of its own and notes what that asks for."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def shows(self, html: str, ask: str = "0") -> tuple[list[str], Any]:
        """What a page asks another host for when everything on it gets the focus, and what it says to `ask`."""
        page = self._context.new_page()
        asked: list[str] = []
        # Noted and refused: nothing of it leaves this machine, and no late answer disturbs the next page.
        page.route("**/*", lambda route: (asked.append(route.request.url), route.abort()))
        page.on("dialog", lambda dialog: (asked.append("dialog"), dialog.dismiss()))
        page.set_content(_TITLE + html, wait_until="load")
        page.evaluate("document.querySelectorAll('*').forEach(one => one.focus && one.focus())")
        # Two frames: what is painted has been asked for by then.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        said = page.evaluate(ask)
        page.close()
        return asked, said


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield Watched(browser.new_context())
        browser.close()


def test_the_set_is_large_and_would_reach_out_if_it_were_trusted(watched: Watched) -> None:
    assert len(CASES) >= 80
    some = ("image inline", "image reference", "image in table", "html img quoted", "html style attribute")
    reached = [name for name in some if watched.shows(_TRUSTING.render(CASES[name]))[0]]
    # Trusted, they do ask another host: the test can see it.
    assert reached == list(some)


def test_nothing_leaves_once_it_is_cleaned(watched: Watched) -> None:
    links = "[...document.links].map(one => one.href)"
    reached = {name: watched.shows(_TRUSTING.render(clean_markdown(text)), links) for name, text in CASES.items()}
    assert {name: found for name, found in reached.items() if found != ([], [])} == {}


def test_nothing_leaves_from_an_answer_as_the_page_shows_it(watched: Watched) -> None:
    from assistant.citations import check_answer
    from assistant.turn import Timings, Turn
    from assistant.ui.render import answer_html

    loaded = "document.images.length + document.scripts.length + document.links.length"
    reached = {}
    for name, text in CASES.items():
        checked = check_answer(text, (), lambda document, page: "", tool_texts=[], question=text, refusal="No.")
        turn = Turn(text, text, False, checked, (), (), (), "m", Timings(0, 0, 0), notes=(text,))
        reached[name] = watched.shows(answer_html(turn, 0), loaded)
    assert {name: found for name, found in reached.items() if found != ([], 0)} == {}
