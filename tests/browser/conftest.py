"""A served page and a real browser. Both are started once; nothing but the loopback is reachable from the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
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


@dataclass(frozen=True)
class Served:
    """A running page: where it is, where its library lies, and what it has said so far."""

    url: str
    home: Path
    log: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`leadline serve` with the sample documents, as a user starts it."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs a Chromium at {CHROMIUM} (apt install chromium, or LEADLINE_TEST_CHROMIUM)")
    place = tmp_path_factory.mktemp("served")
    log = place / "log"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEADLINE_") and k != "OLLAMA_HOST"}
    mine = {"LEADLINE_HOME": str(place / "home"), "LEADLINE_MODEL": "embedded", "LEADLINE_MAX_FILE_MIB": "5"}
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", "0"],
            cwd=ROOT,
            env=kept | mine,
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


# For one module only: while Playwright runs it holds an event loop, and other tests start loops of their own.
@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser, served: Served) -> Iterator[object]:
    """A visitor's page. The test fails when it asks another host for anything, or breaks."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    made = context.new_page()
    made.set_default_timeout(60_000)
    elsewhere: list[str] = []
    broken: list[str] = []
    home = urlparse(served.url).netloc

    def watch(request) -> None:
        where = urlparse(request.url)
        if where.scheme not in ("data", "blob") and where.netloc != home:
            elsewhere.append(request.url)

    made.on("request", watch)
    made.on("pageerror", lambda error: broken.append(str(error)))
    made.goto(served.url)
    made.wait_for_selector("#ll-question textarea, #ll-question input")
    yield made
    context.close()
    assert elsewhere == []
    assert broken == []
