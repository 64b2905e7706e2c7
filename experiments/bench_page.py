"""The page under use, in a real browser and with ten people at once: `python -m experiments.bench_page [PDFS]`.

From a click on a citation to the page with its words marked, on a report of about 170 pages (the nearest of the
folder that is given, else the samples' pages one after the other); from pressing Ask to the first sign of work; the
slowest frame while typing under 200 messages; ten visitors who ask three questions each at the same moment.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = tuple[str, str, str, str]
CHROMIUM = os.environ.get("LEADLINE_TEST_CHROMIUM", "/usr/bin/chromium")
PAGES = 170
PEOPLE, EACH = 10, 3
QUESTIONS = (
    "Who was the chief scientist?",
    "Which instruments were used for the salinity measurements?",
    "How many stations were occupied?",
    "What was the weather like?",
    "Which data were collected and where are they kept?",
    "Who took part in the cruise?",
)
_ASKED = (
    "Who was the chief scientist of HF31?",
    "Compare the number of profiling floats of HF31 and ML09.",
    "What is 1000 dbar in m at 60N?",
)


@contextmanager
def _serving(home: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """The page's address and its process."""
    given = {**os.environ, "LEADLINE_HOME": str(home), "LEADLINE_MODEL": "embedded", **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "serve", "--port", "0"], env=given, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        address = ""
        while not address and (line := process.stderr.readline()):
            found = re.search(r"ready at (http://\S+)/", line)
            address = found.group(1) if found else ""
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(30)


def long_report(folder: Path | None, made: Path) -> Path:
    """The PDF of the folder whose length is nearest to 170 pages, else the samples' pages until there are as many."""
    import pypdfium2

    from corpora.samples import sample_files

    def length(path: Path) -> int:
        try:
            with pypdfium2.PdfDocument(path) as document:
                return len(document)
        except pypdfium2.PdfiumError:
            return 0

    found = sorted(folder.glob("*.pdf")) if folder and folder.is_dir() else []
    if found:
        nearest = min(found, key=lambda path: abs(length(path) - PAGES))
        if abs(length(nearest) - PAGES) < 30:
            return nearest
    report = pypdfium2.PdfDocument.new()
    while len(report) < PAGES:
        for path in sample_files():
            with pypdfium2.PdfDocument(path) as source:
                report.import_pages(source)
    report.save(made)
    return made


def in_the_browser(pdfs: Path | None = None) -> list[Row]:
    """Rows measured on a page with one visitor."""
    import httpx
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place:
        report = long_report(pdfs, Path(place) / "report.pdf")
        with _serving(Path(place) / "home", LEADLINE_SAMPLES="0") as (address, _), sync_playwright() as playwright:
            with httpx.Client(base_url=address, timeout=600) as client:
                client.put("/ll/uploads", params={"name": report.name}, content=report.read_bytes())
                while any(not u["pages"] and u["state"] != "failed" for u in client.get("/ll/uploads").json()):
                    time.sleep(0.5)
                pages = client.get("/ll/documents").json()["documents"][0]["pages"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)
            page.goto(address)
            page.wait_for_selector("#ll-ask:not([disabled])")
            signs, clicks = [], []
            for question in QUESTIONS:
                signs.append(page.evaluate(_SIGN, question))
                page.wait_for_function(
                    "n => document.querySelectorAll('.ll-answer').length > n", arg=len(signs) - 1, timeout=120_000
                )
                count = page.locator(".ll-answer").last.locator(".ll-cite").count()
                clicks += [page.evaluate(_CLICK, number) for number in range(count)]
            jumps = [page.evaluate(_JUMP, number) for number in range(5, pages, max(pages // 20, 1))]
            frames = page.evaluate(_TYPE)
            browser.close()
    p50, worst = statistics.median(clicks), max(clicks)
    return [
        (f"click on a citation to the marked page, {pages} pages",
         f"p50 {p50:.0f} ms, max {worst:.0f} ms ({len(clicks)})", "p50 under 400 ms", ""),
        ("jump to a page never shown before", f"p50 {statistics.median(jumps):.0f} ms ({len(jumps)})", "", ""),
        ("Ask to the first sign of work", f"p50 {statistics.median(signs):.0f} ms", "under 200 ms", ""),
        ("slowest frame of 120 keys under 200 messages",
         f"{max(frames):.0f} ms, p50 {statistics.median(frames):.0f} ms", "", ""),
    ]  # fmt: skip


#: Each resolves to milliseconds, after the frame in which the thing can be seen.
_SIGN = """async question => {
    const field = document.querySelector("#ll-question-text");
    field.value = question;
    const start = performance.now();
    document.querySelector("#ll-ask").click();
    while (!document.querySelector("#ll-live .ll-steps li")) await new Promise(r => setTimeout(r, 1));
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
_SHOWN = """
    const viewer = document.querySelector("#ll-evidence-viewer");
    const old = viewer.querySelector(".ll-page");
    const start = performance.now();
    act();
    for (;;) {
        const page = viewer.querySelector(".ll-page");
        const there = page && page !== old && page.querySelector("img").complete;
        if (there && (!marked || page.querySelector(".ll-mark"))) break;
        if (performance.now() - start > 20000) break;
        await new Promise(r => setTimeout(r, 2));
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
"""
_CLICK = (
    """async number => {
    const buttons = [...document.querySelectorAll(".ll-answer")].at(-1).querySelectorAll(".ll-cite");
    const marked = true, act = () => buttons[number].click();"""
    + _SHOWN
    + "}"
)
_JUMP = (
    """async number => {
    const field = document.querySelector("#ll-evidence-viewer [data-part=number]");
    const marked = false, act = () => { field.value = number; field.dispatchEvent(new Event("change")); };"""
    + _SHOWN
    + "}"
)
_TYPE = """async () => {
    const place = document.querySelector("#ll-turns");
    const html = place.innerHTML;
    while (place.children.length < 100) place.insertAdjacentHTML("beforeend", html);
    const field = document.querySelector("#ll-question-text");
    field.focus();
    // What was put in above is laid out first; only the typing is measured.
    await new Promise(r => setTimeout(r, 1500));
    await new Promise(requestAnimationFrame);
    const frames = [];
    let last = performance.now();
    for (let n = 0; n < 120; n++) {
        field.value += "x";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    return frames;
}"""


def many_at_once() -> list[Row]:
    """Rows measured with ten visitors who ask at the same moment, each with an own library."""
    import httpx
    import psutil

    with (
        tempfile.TemporaryDirectory() as place,
        _serving(Path(place) / "home", LEADLINE_PUBLIC="1", LEADLINE_TURNS_AT_ONCE="0") as (address, pid),
    ):
        clients = [httpx.Client(base_url=address, timeout=600) for _ in range(PEOPLE)]
        for client in clients:
            client.get("/ll/documents")
        took: list[list[float]] = [[] for _ in clients]
        failed: list[str] = []
        barrier = threading.Barrier(PEOPLE)
        peak = [0.0]
        done = threading.Event()

        def watch() -> None:
            process = psutil.Process(pid)
            while not done.wait(0.1):
                family = [process, *process.children(recursive=True)]
                peak[0] = max(peak[0], sum(p.memory_info().rss for p in family) / 2**30)

        def work(number: int) -> None:
            barrier.wait()
            started = time.perf_counter()
            for question in _ASKED[:EACH]:
                try:
                    answer = clients[number].post("/ll/ask", json={"question": question})
                    last: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
                    if last.get("kind") != "answer":
                        failed.append(answer.text[:200])
                except (httpx.HTTPError, ValueError, IndexError) as error:
                    failed.append(f"{type(error).__name__}: {error}")
                took[number].append(time.perf_counter() - started)

        watcher = threading.Thread(target=watch)
        watcher.start()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        watcher.join()
    firsts = [times[0] for times in took if times]
    ends = [times[-1] for times in took if times]
    # Served fairly, nobody's last answer comes much later than another's.
    return [
        (
            f"{PEOPLE} people, {EACH} questions each",
            f"{len(failed)} of {PEOPLE * EACH} failed",
            "none fails",
            "",
        ),
        ("their first answers", f"p50 {statistics.median(firsts):.1f} s, last {max(firsts):.1f} s", "", ""),
        ("the first and the last to be done", f"{min(ends):.1f} s and {max(ends):.1f} s", "a fair line", ""),
        ("memory of the server meanwhile", f"{peak[0]:.2f} GiB", "under 2.5 GiB", ""),
    ]


def rows(pdfs: Path | None = None) -> list[Row]:
    """Every row: what, the figure, its target, and a baseline where there is one."""
    return [*in_the_browser(pdfs), *many_at_once()]


if __name__ == "__main__":
    for row in rows(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        sys.stdout.write(" | ".join(part for part in row if part) + "\n")
