"""Killed in the middle: the server while it speaks, the program while it answers. Nothing finished is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.conversations import Conversations
from corpora.errors import ModelError
from corpora.library import Library
from tests.assistant.conftest import PLAIN
from tests.conftest import ROOT
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

QUESTION = "Who was the chief scientist of HF31?"
SEARCH = Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})])
ANSWER = "The chief scientist of HF31 was Dr Ilse Farrowmark [1]."
SERVE = """
import sys, threading
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model
with ScriptedOllama(models=[Model(sys.argv[1])]) as server:
    server.script(Reply("The chief scientist of HF31 was nobody at all", pause=0.2))
    print(server.url, flush=True)
    threading.Event().wait()
"""
ASK = """
import sys
from pathlib import Path
from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.conversations import Conversations
from corpora.library import Library
from tests.fakes import WordEncoder
home, kept, url, name, model = sys.argv[1:]
assistant = Assistant(Settings(home=Path(home), model=model, ollama_host=url), Library(Path(home), WordEncoder()))
assistant.conversations = Conversations(Path(kept))
for number in range(2):
    assistant.ask(f"What is {number} + 1?", conversation=name)
    print("done", flush=True)
print("asking", flush=True)
assistant.ask("Who was the chief scientist?", conversation=name)
"""


def started(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_server_is_killed_while_it_speaks(over: Callable[..., Assistant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.steps.PAUSE_S", 0.0)
    process = started(SERVE, PLAIN)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assistant = over(url)
    kept = assistant.conversations
    made = kept.create()
    assistant.ask("12 knots in m/s", model="embedded", conversation=made.id)
    threading.Timer(1.0, process.kill).start()
    with pytest.raises(ModelError) as caught:
        assistant.ask(QUESTION, conversation=made.id)
    process.wait()
    # Broken off, then asked again of a server that is gone.
    assert "does not answer" in caught.value.message
    assert "`ollama serve`" in caught.value.mend
    assert [turn.question for turn in kept.turns(made.id)] == ["12 knots in m/s"]
    with ScriptedOllama(models=[Model(PLAIN)]) as again:
        again.script(SEARCH, Reply(ANSWER))
        assistant.settings.ollama_host = again.url
        assert assistant.ask(QUESTION, conversation=made.id).answer == ANSWER
        asked = [one["content"] for one in again.asked("/api/chat")[0]["messages"][1:]]
        assert asked[0] == "12 knots in m/s"
        assert asked[-1] == QUESTION
    assert [turn.answer for turn in kept.turns(made.id)][-1] == ANSWER


def test_the_program_is_killed_while_it_answers(server: ScriptedOllama, samples: Library, tmp_path: Path) -> None:
    never = threading.Event()
    server.script(Reply("0 + 1 = 1"), Reply("1 + 1 = 2"), Reply("The chief scientist was", stall=never))
    made = Conversations(tmp_path).create()
    home = tmp_path / "home"
    process = started(ASK, str(home), str(tmp_path), server.url, made.id, PLAIN)
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(3)] == ["done", "done", "asking"]
    deadline = time.monotonic() + 30
    while len(server.asked("/api/chat")) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    never.set()
    again = Conversations(tmp_path)
    assert [turn.answer for turn in again.turns(made.id)] == ["0 + 1 = 1", "1 + 1 = 2"]
    assert again.told(made.id) == [("What is 0 + 1?", "0 + 1 = 1"), ("What is 1 + 1?", "1 + 1 = 2")]
    reopened = again.get(made.id)
    assert (reopened.turns, reopened.unfinished) == (2, "Who was the chief scientist?")


@pytest.mark.nightly
def test_memory_stays_flat_over_five_hundred_turns(
    server: ScriptedOllama, over: Callable[..., Assistant], capsys: pytest.CaptureFixture[str]
) -> None:
    import gc

    import psutil

    server.responder = lambda path, body: (
        Reply(ANSWER) if any(one["role"] == "tool" for one in body["messages"]) else SEARCH
    )
    assistant = over(server.url)
    made = assistant.conversations.create()
    seen: list[int] = []
    for number in range(500):
        assistant.ask(QUESTION, conversation=made.id)
        server.requests.clear()
        if number in (99, 199, 299, 399, 499):
            gc.collect()
            seen.append(psutil.Process().memory_info().rss)
    with capsys.disabled():
        print(f"\nresident MiB after 100 to 500 turns: {[round(one / 2**20) for one in seen]}")  # noqa: T201
    assert assistant.conversations.get(made.id).turns == 500
    assert seen[-1] - seen[0] < 40 * 2**20
    assert assistant.conversations.file.stat().st_size < 60 * 2**20
