"""The README's picture of the page, taken from the running app: `python -m assistant.ui.picture [docs/page.png]`.

Needs Chromium and Playwright, as the browser tests do. The data folder is a new one with the samples.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

QUESTION = "Compare the number of profiling floats of HF31 and ML09."
WIDTH, HEIGHT = 1440, 900


def take(target: Path, chromium: str = "/usr/bin/chromium") -> None:
    """Serve, ask, open the first citation, and take the picture."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "LEADLINE_HOME": home, "LEADLINE_MODEL": "embedded"}
        server = subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", "serve", "--port", "0"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stderr is not None
            address = ""
            while not address and (line := server.stderr.readline()):
                found = re.search(r"ready at (http://\S+)", line)
                address = found.group(1) if found else ""
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
                page.goto(address)
                page.wait_for_selector("#ll-ask:not([disabled])")
                page.fill("#ll-question-text", QUESTION)
                page.click("#ll-ask")
                page.wait_for_selector(".ll-answer", timeout=120_000)
                page.locator(".ll-answer .ll-cite").first.click()
                page.wait_for_selector("#ll-evidence .ll-mark")
                page.mouse.move(WIDTH / 2, HEIGHT - 5)
                page.wait_for_timeout(800)
                page.screenshot(path=str(target))
                browser.close()
        finally:
            server.terminate()
            server.wait(20)
    _shrink(target)


def _shrink(target: Path) -> None:
    from PIL import Image

    with Image.open(target) as picture:
        picture.convert("RGB").quantize(256).save(target, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/page.png"))
