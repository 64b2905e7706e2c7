"""A scripted Ollama, and an assistant over the sample documents that talks to it over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.conversations import Conversations
from assistant.settings import Settings
from corpora.library import Library
from tests.servers.ollama import ScriptedOllama
from tests.servers.ollama_models import Model

THINKER, PLAIN, TOOLLESS = "qwen3:4b", "llama3.2:3b", "gemma2:2b"


@pytest.fixture
def server() -> Iterator[ScriptedOllama]:
    models = [
        Model(THINKER, capabilities=("completion", "tools", "thinking")),
        Model(PLAIN),
        Model(TOOLLESS, capabilities=("completion",)),
        Model("nomic-embed-text", capabilities=("embedding",)),
        Model("gpt-oss:120b-cloud", remote_host="https://ollama.com"),
    ]
    with ScriptedOllama(models=models) as running:
        yield running


@pytest.fixture
def over(samples: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Assistant]:
    """An assistant over the samples with these settings; what it keeps goes into a folder of the test."""
    monkeypatch.setattr("assistant.steps.PAUSE_S", 0.0)

    def make(host: str = "http://127.0.0.1:9", model: str = PLAIN, **settings: Any) -> Assistant:
        made = Assistant(Settings(home=samples.home, model=model, ollama_host=host, **settings), samples)
        made.conversations = Conversations(tmp_path)
        return made

    return make
