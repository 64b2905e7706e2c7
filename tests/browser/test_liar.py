"""A model that lies, seen in the browser: every lie is flagged, the true sentence is verified.

The model is a scripted server that speaks Ollama's protocol; everything else is the real thing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ANSWER = (
    "Dr Ilse Farrowmark was the chief scientist of HF31 [1]. "
    "The section had 99 stations [1]. "
    'The ship sank "in a terrible storm off Ireland" [2]. '
    "The duplicates were excellent [17]. "
    "![pixel](http://203.0.113.9/steal.png) See http://203.0.113.9/more for details."
)


@pytest.fixture(scope="module")
def liar() -> Iterator[ScriptedOllama]:
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Debian's chromium")
    model = Model("qwen3:4b", capabilities=("completion", "tools", "thinking"))
    with ScriptedOllama(models=[model]) as server:
        yield server


@pytest.fixture(scope="module")
def address(liar: ScriptedOllama, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "LEADLINE_HOME": str(tmp_path_factory.mktemp("home")), "OLLAMA_HOST": liar.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_every_lie_is_flagged_and_nothing_leaves_the_machine(liar: ScriptedOllama, address: str) -> None:
    from playwright.sync_api import sync_playwright

    liar.script(Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})]), Reply(ANSWER))
    elsewhere: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on(
            "request",
            lambda request: (
                elsewhere.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None
            ),
        )
        page.goto(address)
        page.wait_for_selector("#ll-question textarea", timeout=60_000)
        page.wait_for_function("document.querySelector('.ll-status').innerText.includes('qwen3:4b')", timeout=60_000)
        page.fill("#ll-question textarea", "Who was the chief scientist of HF31?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".ll-answer", timeout=180_000)
        states = page.eval_on_selector_all(
            ".ll-statement", "nodes => nodes.map(n => [n.className.split('ll-').pop(), n.innerText])"
        )
        summary = page.inner_text(".ll-summary")
        images = page.eval_on_selector_all(".ll-answer img", "nodes => nodes.length")
        links = page.eval_on_selector_all(".ll-answer a", "nodes => nodes.map(n => n.href)")
        page.click(".ll-answer button.ll-cite >> nth=0")
        page.wait_for_selector("#ll-evidence .ll-mark", timeout=60_000)
        quote = page.inner_text("#ll-evidence .ll-quote")
        browser.close()

    def state_of(words: str) -> str:
        return next(state for state, text in states if words in text)

    assert state_of("Farrowmark was the chief scientist") == "verified"
    assert state_of("99 stations") == "unsupported"
    assert state_of("terrible storm") == "unsupported"
    assert state_of("duplicates were excellent") == "uncited"
    assert "[17]" in summary
    assert "1 quotation not found" in summary
    assert "Farrowmark" in quote
    assert images == 0
    assert links == []
    assert elsewhere == []
