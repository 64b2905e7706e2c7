"""A blocked answer in a real browser: none of its words in the page, on the wire, in a log, or in the data folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.wire import Wire
from tests.conftest import ROOT
from tests.guards.leaks import BEHAVIOURS, CHAT, POLICY, QUESTION, Liar, found_in, found_under

pytestmark = pytest.mark.browser
#: The wire to a page, and the folder that the page works in.
Running = tuple[Wire, Path]
#: Every word that stood in the page at any moment, however short.
_WATCH = """
window.seen = [];
const note = () => { if (document.body) window.seen.push(document.documentElement.outerHTML); };
new MutationObserver(note).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
"""
_SHOWN = [one for one in BEHAVIOURS if one.name in ("finds it", "says both", "is slow", "is down")]


@pytest.fixture(scope="module")
def liar() -> Liar:
    return Liar()


@pytest.fixture(scope="module")
def served(liar: Liar, sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The wire to a page whose answers are written and judged by the scripted server, and the page's folder."""
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    place = tmp_path_factory.mktemp("leak")
    shutil.copytree(sample_home, place / "home", ignore=shutil.ignore_patterns("*.lock"))
    (place / "leadline.toml").write_text(POLICY)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEADLINE_")}
    with liar.server() as server, (place / "log").open("w") as log:
        mine = {
            "LEADLINE_HOME": str(place / "home"),
            "LEADLINE_CONFIG": str(place / "leadline.toml"),
            "LEADLINE_MODEL": CHAT,
            "OLLAMA_HOST": server.url,
        }
        command = [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, env=kept | mine, stdout=log, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stderr is not None
            said = []
            found = None
            while found is None and (line := process.stderr.readline()):
                said.append(line)
                found = re.search(r"is ready at http://[^\s:]+:(\d+)", line)
            assert found, "".join(said)
            with Wire(int(found.group(1))) as wire:
                yield wire, place
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_not_a_word_of_a_blocked_answer_reaches_the_browser_or_the_disk(served: Running, liar: Liar) -> None:
    from playwright.sync_api import sync_playwright

    wire, place = served
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        page.add_init_script(_WATCH)
        page.goto(wire.url)
        page.wait_for_selector("#ll-question textarea")
        for number, behaviour in enumerate(_SHOWN, 1):
            liar.behaviour = behaviour
            page.wait_for_selector("#ll-ask:not([disabled])")
            page.fill("#ll-question textarea", QUESTION)
            page.keyboard.press("Enter")
            page.wait_for_function(f"document.querySelectorAll('.ll-answer').length >= {number}")
        text = page.inner_text("body")
        moments = page.evaluate("window.seen.length")
        seen = page.evaluate("[...new Set(window.seen)].join('\\n')")
        browser.close()
    # It was watched while it worked, and it says what happened and by which rule.
    assert moments > 20
    assert text.count("The answer was held back.") == len(_SHOWN)
    assert "Violent Crimes" in text
    assert found_in(seen) == []
    assert b"The answer was held back." in wire.sent
    assert found_in(wire.sent) == []
    assert found_under(place) == {}
