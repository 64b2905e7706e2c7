"""`leadline models` and `leadline conversations`, and `ask` with a model and a conversation, as a user runs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

SEARCH = Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})])
ANSWER = Reply("The chief scientist of HF31 was Dr Ilse Farrowmark [1].")
QUESTION = "Who was the chief scientist of HF31?"


@pytest.fixture
def server() -> Iterator[ScriptedOllama]:
    models = [
        Model("qwen3:4b"),
        Model("cloudy:cloud", remote_host="ollama.com"),
        Model("e", capabilities=("embedding",)),
    ]
    with ScriptedOllama(models=models) as running:
        yield running


@pytest.fixture
def served(inside, server: ScriptedOllama, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_home: Path):
    """Run a command with the scripted server and the sample documents; conversations go into a folder of the test."""

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr("assistant.conversations.store.FILE", str(tmp_path / "conversations.sqlite3"))
        return inside(sample_home, *arguments, ollama=server.url)

    return run


def test_models_are_listed_with_what_each_is(served, server: ScriptedOllama) -> None:
    rows = served("models", "list", "--json").json
    assert [(row["name"], row["remote"], row["capabilities"]) for row in rows] == [
        ("qwen3:4b", False, ["completion", "tools"]),
        ("cloudy:cloud", True, ["completion", "tools"]),
        ("e:latest", False, ["embedding"]),
    ]
    assert (rows[0]["size"], rows[0]["context_length"], rows[0]["quantisation"]) == (2019393189, 131072, "Q4_K_M")
    shown = served("models")
    assert re.search(r"qwen3:4b +1\.9 GiB +3\.2B +Q4_K_M +131,072 +tools", shown.out)
    assert "runs elsewhere: off" in shown.out
    assert "'auto' means qwen3:4b now." in shown.err


def test_one_model_is_shown_with_the_context_that_it_gets(served) -> None:
    row = served("models", "show", "qwen3:4b", "--json").json
    assert 4096 <= row["num_ctx"] <= 32768
    assert row["num_ctx_reason"]
    assert row["local"] is True
    missing = served("models", "show", "nope")
    assert missing.code == 1
    assert missing.complaint == "Ollama has no model 'nope'; it has qwen3:4b. Pull it: leadline models pull nope"


def test_a_model_is_pulled_with_progress_and_can_be_asked_at_once(served, server: ScriptedOllama) -> None:
    ran = served("models", "pull", "llama3.2:3b")
    assert ran.code == 0
    assert [line for line in ran.err.splitlines() if "%" in line] == [
        f"{line} {percent} %" for line in {ran.err.splitlines()[1].rsplit(" ", 2)[0]} for percent in (0, 50, 100)
    ]
    assert ran.err.splitlines()[-1] == "llama3.2:3b is ready. Ask it: leadline ask --model llama3.2:3b QUESTION"
    assert served("models", "pull", "llama3.2:3b", "--json").json == {"name": "llama3.2:3b", "status": "success"}
    assert "There is no model 'missing' to pull." in served("models", "pull", "missing").err


def test_a_conversation_is_begun_gone_on_with_shown_exported_and_deleted(
    served, server: ScriptedOllama, tmp_path
) -> None:
    server.script(SEARCH, ANSWER, SEARCH, Reply("The documents do not answer."))
    first = served("ask", QUESTION, "-m", "qwen3:4b", "-c", "new", "--json").json
    name = first["conversation"]
    second = served("ask", "And its master?", "-m", "qwen3:4b", "-c", name[:6], "--json").json
    assert second["notes"][0] == "Read as: Who was the master of HF31?"
    (listed,) = served("conversations", "--json").json
    assert (listed["id"], listed["title"], listed["turns"]) == (name, QUESTION, 2)
    assert served("conversations", "list", "-s", "farrowmark", "--json").json == [listed]
    assert served("conversations", "list", "-s", "nowhere").err == "No conversation holds these words.\n"
    shown = served("conversations", "show", name)
    assert "> And its master?" in shown.out
    assert "Farrowmark" in shown.out
    assert len(served("conversations", "show", name, "--json").json["turns"]) == 2
    file = tmp_path / "out.md"
    assert served("conversations", "export", name, "--out", str(file)).code == 0
    assert file.read_text(encoding="utf-8").startswith(f"# {QUESTION}\n")
    assert json.loads(served("conversations", "export", name, "-f", "json").out)["conversation"]["id"] == name
    assert served("conversations", "rename", name, "Two cruises").code == 0
    assert served("conversations", "delete", name, "--json").json == {"id": name, "deleted": True}
    assert served("conversations", "show", name).complaint.startswith(f"There is no conversation '{name}'.")
    assert served("conversations", "--json").json == []


def test_a_conversation_whose_first_question_failed_is_not_kept(served, server: ScriptedOllama) -> None:
    server.script(Reply(status=404, error="gone"))
    assert served("ask", QUESTION, "-m", "qwen3:4b", "-c", "new").code == 1
    assert served("conversations", "--json").json == []


def test_notes_and_figures_are_said_beside_the_answer(served, server: ScriptedOllama) -> None:
    server.script(SEARCH, Reply("The chief scientist of HF31 was Dr Ilse", done_reason="length"))
    ran = served("ask", QUESTION, "-m", "qwen3:4b")
    assert "is cut off. Raise max_tokens in the settings." in ran.err
    assert re.search(r"\d+ tokens read, \d+ written; \d+ a second; context \d+ % full", ran.err)
