"""A served page and a real browser. Both are started once; nothing but the loopback is reachable from the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

import pytest

from tests.conftest import ROOT

CHROMIUM = Path(os.environ.get("LEADLINE_TEST_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
QUESTION = "#ll-question textarea, #ll-question input"


@dataclass(frozen=True)
class Served:
    """A running page: where it is, where its library lies, and what it has said so far."""

    url: str
    home: Path
    log: Path


@contextmanager
def serving(place: Path, **environment: str) -> Iterator[Served]:
    """`leadline serve` as a user starts it, with a data folder in `place`; skipped where there is no browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs a Chromium at {CHROMIUM} (apt install chromium, or LEADLINE_TEST_CHROMIUM)")
    place.mkdir(parents=True, exist_ok=True)
    log = place / "log"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEADLINE_") and k != "OLLAMA_HOST"}
    mine = {"LEADLINE_HOME": str(place / "home"), "LEADLINE_MODEL": "embedded", "LEADLINE_MAX_FILE_MIB": "5"}
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", "0"],
            cwd=ROOT,
            env=kept | mine | environment,
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            said = ""
            while (line := process.stderr.readline()) and "is ready at" not in line:
                said += line
            found = re.search(r"http://\S+", line)
            assert found, said
            yield Served(found.group().rstrip("/"), place / "home", log)
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page with the sample documents and the embedded model."""
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


# For one module only: while Playwright runs it holds an event loop, and other tests start loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.skip(f"needs a Chromium at {CHROMIUM} (apt install chromium, or LEADLINE_TEST_CHROMIUM)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@contextmanager
def visiting(browser, url: str, width: int = 1440, height: int = 900, **more: object) -> Iterator[object]:
    """A visitor's page. The test fails when it asks another host for anything, or breaks."""
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    made = context.new_page()
    made.set_default_timeout(20_000)
    elsewhere: list[str] = []
    broken: list[str] = []
    home = urlparse(url).netloc

    def watch(request) -> None:
        where = urlparse(request.url)
        if where.scheme not in ("data", "blob") and where.netloc != home:
            elsewhere.append(request.url)

    made.on("request", watch)
    made.on("pageerror", lambda error: broken.append(str(error)))
    made.on("dialog", lambda dialog: dialog.accept())
    made.goto(url)
    yield made
    context.close()
    assert elsewhere == []
    assert broken == []


@pytest.fixture
def page(browser, served: Served) -> Iterator[object]:
    """A page of the served library that is ready for a question."""
    with visiting(browser, served.url) as made:
        ready(made)
        yield made


def ready(page) -> None:
    """Wait until the page can be used and the samples are there."""
    page.wait_for_selector("#ll-ask:not([disabled])")
    page.wait_for_function(
        "(line => /(^|[^0-9])[1-9][0-9]* document/.test(line.innerText) && !line.querySelector('.ll-busy'))"
        "(document.querySelector('#ll-status'))",
        timeout=90_000,
    )


def ask(page, question: str, seconds: float = 120) -> object:
    """Ask, and wait for the checked answer."""
    before = page.locator(".ll-answer").count()
    page.locator(QUESTION).first.fill(question)
    page.locator("#ll-ask").click()
    page.wait_for_function(
        "n => document.querySelectorAll('.ll-answer').length > n", arg=before, timeout=1000 * seconds
    )
    return page.locator(".ll-answer").last


def open_citation(page, button) -> str:
    """Choose a citation, and wait for its page. Returns the quotation that is shown."""
    wanted = button.get_attribute("data-quote")
    button.click()
    page.wait_for_function(
        """wanted => {
            const viewer = document.querySelector("#ll-evidence-viewer");
            const quote = viewer.querySelector(".ll-quote");
            const image = viewer.querySelector(".ll-page img");
            return viewer.querySelector(".ll-mark") && image && image.complete && quote.textContent === wanted;
        }""",
        arg=wanted,
    )
    return page.locator("#ll-evidence .ll-quote").inner_text()


def open_tab(page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
