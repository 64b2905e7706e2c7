"""Nothing of a blocked answer gets out: not in the stream, the record, the kept conversation, a log or any file."""

from __future__ import annotations

import json
import logging
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from corpora.library import Library
from guards import Screen, Verdict
from tests.guards.fakes import ScriptedGuard
from tests.guards.leaks import BEHAVIOURS, CHAT, GUARD, POLICY, QUESTION, Behaviour, Liar, found_in, found_under
from tests.servers.ollama import ScriptedOllama


@pytest.fixture(scope="module")
def liar() -> Liar:
    return Liar()


@pytest.fixture(scope="module")
def server(liar: Liar) -> Iterator[ScriptedOllama]:
    with liar.server() as running:
        yield running


@pytest.fixture
def assistant(server: ScriptedOllama, samples: Library, tmp_path: Path) -> Iterator[Assistant]:
    home = tmp_path / "home"
    shutil.copytree(samples.home, home, ignore=shutil.ignore_patterns("*.lock"))
    settings = Settings(
        home=home, model=CHAT, ollama_host=server.url, thinking=True, guards=tomllib.loads(POLICY)["guards"]
    )
    made = Assistant(settings, Library(home, samples.encoder))
    yield made
    made.library.close()


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_not_a_word_of_a_blocked_answer_gets_out_when_the_guard(
    behaviour: Behaviour, assistant: Assistant, liar: Liar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    liar.behaviour = behaviour
    if behaviour.embedded_fails:
        broken = ScriptedGuard("embedded", error=RuntimeError("the weights are gone"))
        # The question still has to get in: only its answers cannot be judged.
        assistant.screen = _FailsAtOutput(assistant.screen, broken, assistant.settings)
    conversation = assistant.conversations.create()
    streamed: list[Any] = list(assistant.stream(QUESTION, conversation=conversation.id))
    turn = streamed[-1].turn
    assert turn is not None
    assert any(event.kind == "started" and event.name == "search_documents" for event in streamed)
    assert found_in("".join(repr(event) for event in streamed)) == []
    record = json.dumps(turn.to_json(), ensure_ascii=False)
    assert found_in(record) == []
    assert found_in(repr(asdict(turn))) == []
    kept = assistant.conversations.turns(conversation.id)
    assert [one.question for one in kept] == [QUESTION]
    assistant.library.close()
    assert found_under(assistant.settings.home) == {}
    assert found_in(caplog.text) == []
    # It was held back, it says so, and the record says which guard failed.
    assert turn.refused
    assert turn.answer.startswith("The answer was held back.")
    states = {verdict.guard: verdict.state for verdict in turn.verdicts if verdict.stage == "output"}
    if behaviour.name not in ("finds it", "calls it safe"):
        assert states[GUARD] == "error"
    assert "block" in states.values() or behaviour.embedded_fails


def test_an_answer_that_no_guard_minds_gets_out_whole(assistant: Assistant, liar: Liar) -> None:
    liar.behaviour = Behaviour("passes", BEHAVIOURS[1].reply, "Ilse Farrowmark was the chief scientist of HF31 [1].")
    turn = assistant.ask(QUESTION)
    assert not turn.refused
    assert "Farrowmark" in turn.answer
    # What the tool was asked is in the record then, and progress tells of it the user's words alone.
    assert turn.tools[0].arguments["query"].endswith("mirkwatt yorvane")
    started = next(event for event in assistant.stream(QUESTION) if event.kind == "started")
    assert started.arguments["query"] == "chief scientist HF31 …"


def test_a_tool_that_breaks_over_a_model_s_words_logs_where_and_not_what(
    assistant: Assistant, liar: Liar, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    liar.behaviour = BEHAVIOURS[1]

    def broken(library: Library, query: str, *more: Any) -> Any:
        raise RuntimeError(f"no index for {query}")

    monkeypatch.setattr("tools.documents.search_documents", broken)
    turn = assistant.ask(QUESTION)
    assert turn.refused
    assert "the tool search_documents failed: RuntimeError" in caplog.text
    assert "test_no_leak.py" in caplog.text
    assert found_in(caplog.text) == []


class _FailsAtOutput(Screen):
    """The screen of an assistant whose embedded guard breaks once an answer is judged."""

    def __init__(self, screen: Screen, broken: ScriptedGuard, settings: Settings) -> None:
        super().__init__(screen.policy, host=settings.ollama_host, guards={"embedded": broken})
        self._whole = screen

    def screen(self, stage: Any, text: str, **more: Any) -> list[Verdict]:
        return super().screen(stage, text, **more) if stage == "output" else self._whole.screen(stage, text, **more)
