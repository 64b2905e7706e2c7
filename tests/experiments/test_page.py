"""The tab of experiments in a real browser, on a page of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from assistant.settings import Settings
from corpora.errors import UsageError
from experiments.runner import Finished, Options, Progress
from experiments.suite import Setup
from experiments.watch import Runs, State, result_files

CHROMIUM = Path(os.environ.get("LEADLINE_TEST_CHROMIUM", "/usr/bin/chromium"))


@pytest.mark.browser
def test_a_run_is_started_watched_and_compared(tmp_path: Path, sample_home: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"needs a Chromium at {CHROMIUM} (apt install chromium, or LEADLINE_TEST_CHROMIUM)")
    import gradio as gr
    from playwright.sync_api import sync_playwright

    from assistant.assistant import Assistant
    from experiments.page import tab

    shutil.copytree(sample_home, tmp_path / "experiments" / "samples")
    with gr.Blocks(analytics_enabled=False) as blocks, gr.Tab("Experiments"):
        tab(Assistant(Settings(home=tmp_path, ollama_host="http://127.0.0.1:9")))
    blocks.queue().launch(server_name="127.0.0.1", server_port=None, quiet=True, prevent_thread_lock=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(blocks.local_url)
            suites = page.locator("#ll-exp-suite input")
            suites.click()
            page.get_by_role("option", name="Function calling, own cases (calls)").click()
            page.locator("#ll-exp-limit input").fill("12")
            page.locator("#ll-exp-start").click()
            page.locator("#ll-exp-state", has_text="12 of 12 results of calls").wait_for(timeout=60_000)
            page.locator("#ll-exp-compare").click()
            report = page.frame_locator("#ll-exp-report iframe")
            report.get_by_role("heading", name="Function calling, own cases").wait_for(timeout=60_000)
            assert report.locator("figure svg").count() >= 3
            assert "Machine:" in report.locator("figcaption").first.inner_text()
            if target := os.environ.get("LEADLINE_TEST_PICTURES"):
                page.screenshot(path=f"{target}/experiments.png", full_page=True)
            browser.close()
    finally:
        blocks.close()
    assert len(result_files(tmp_path / "experiments")) == 1


def test_only_one_run_is_under_way_at_a_time(tmp_path: Path) -> None:
    setup, runs = Setup(Settings(home=tmp_path, ollama_host="http://127.0.0.1:9")), Runs()
    runs.start("calls", setup, Options(("embedded",), tmp_path / "r.jsonl"))
    with pytest.raises(UsageError, match="under way"):
        runs.start("calls", setup, Options(("embedded",), tmp_path / "s.jsonl"))
    for _ in range(200):
        state = runs.wait(0.2)
        if state is not None and not state.running:
            break
    assert state is not None
    assert state.finished is not None
    assert (state.finished.done, state.error) == (36, "")


def test_a_run_that_cannot_begin_says_why(tmp_path: Path) -> None:
    runs = Runs()
    setup = Setup(Settings(home=tmp_path, ollama_host="http://127.0.0.1:9"))
    runs.start("calls", setup, Options(("ollama:gone",), tmp_path / "r.jsonl"))
    for _ in range(100):
        state = runs.wait(0.2)
        if state is not None and not state.running:
            break
    assert state is not None
    assert "Ollama does not answer" in state.error


def test_what_is_shown_of_a_run_is_escaped_and_says_how_it_ended(tmp_path: Path) -> None:
    from experiments.page import state_html

    going = state_html(State("calls", Progress("<m>", 3, 9, 0.5, 12.0)))
    assert "3 of 9, &lt;m&gt;, score so far 50 %, about 12 s left" in going
    assert 'max="9" value="3"' in going
    ended = state_html(State("calls", None, Finished(tmp_path / "r.jsonl", 3, 9, 1, "stopped by the user")))
    assert "3 of 9 results of calls in r.jsonl; stopped by the user; 1 failed" in ended
    assert "&lt;script&gt;" in state_html(State("calls", error="<script>"))
