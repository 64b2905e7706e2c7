"""A model chosen or got on the page: loaded ahead, and downloaded with progress that a reader sees."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from assistant.models import warm_chosen
from assistant.settings import Settings
from assistant.ui.panes.pulling import progress_html
from corpora.errors import ModelError
from tests.assistant.conftest import PLAIN
from tests.servers.ollama import ScriptedOllama


def test_the_chosen_model_is_loaded_behind_with_the_context_that_a_turn_sends(server, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url, model=PLAIN, num_ctx=6000, keep_alive="5m")
    assert warm_chosen(settings) == f"{PLAIN} is being loaded."
    deadline = time.monotonic() + 10
    while not server.asked("/api/chat") and time.monotonic() < deadline:
        time.sleep(0.01)
    (body,) = server.asked("/api/chat")
    assert (body["messages"], body["options"]["num_ctx"], body["keep_alive"]) == ([], 6000, "5m")


def test_nothing_is_loaded_for_the_embedded_model_or_one_that_runs_elsewhere(server, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url, model="embedded", remote=True)
    assert warm_chosen(settings) == ""
    assert warm_chosen(settings.model_copy(update={"model": "gpt-oss:120b-cloud"})) == ""
    assert server.asked("/api/chat") == []
    with pytest.raises(ModelError, match="leadline models pull nope"):
        warm_chosen(settings.model_copy(update={"model": "nope"}))


def test_a_download_is_shown_step_by_step_and_ends_in_words(server: ScriptedOllama, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ollama_host=server.url)
    ticks = iter(range(1000))
    shown = list(progress_html(settings, "qwen3:8b", clock=lambda: next(ticks)))
    assert [line for line in shown if "50 %" in line]
    assert shown[-1].endswith("qwen3:8b is ready: choose it above.</p>")
    assert "There is no model &#x27;missing&#x27; to pull." in list(progress_html(settings, "missing"))[-1]
    assert "<b>" not in "".join(progress_html(settings, "missing<b>"))
