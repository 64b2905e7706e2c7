"""Collections, limits, the audit log, preferences: what the page keeps and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.ui.audit import Audit
from assistant.ui.collections import Collections
from assistant.ui.limits import Limits
from assistant.ui.preferences import Preferences
from corpora.errors import LibraryDamaged, LimitReached, SettingsError, UsageError
from corpora.library import Library
from tests.fakes import WordEncoder


def test_a_collection_holds_documents_once_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    held = Collections(tmp_path / "collections.json")
    held.put("  deep   sea ", ["b", "a"])
    held.put("deep sea", ["a", "c"])
    assert held.all() == {"deep sea": ["b", "a", "c"]}
    assert held.members(["deep sea", "unknown"]) == ["b", "a", "c"]


def test_an_emptied_collection_goes_and_a_removed_document_leaves_all(tmp_path: Path) -> None:
    held = Collections(tmp_path / "collections.json")
    held.put("one", ["a"])
    held.put("two", ["a", "b"])
    held.forget("a")
    assert held.all() == {"two": ["b"]}
    assert held.put("two", ["b"], member=False) == {}


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_collection_without_a_usable_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        Collections(tmp_path / "collections.json").put(name, ["a"])


def test_a_damaged_file_of_collections_says_so(tmp_path: Path) -> None:
    (tmp_path / "collections.json").write_text("{broken")
    with pytest.raises(LibraryDamaged, match="cannot be read"):
        Collections(tmp_path / "collections.json").all()


def test_questions_a_minute_are_counted_for_each_person() -> None:
    now = [100.0]
    limits = Limits(Settings(questions_a_minute=2), clock=lambda: now[0])
    limits.question("ada", 0)
    limits.question("ada", 0)
    limits.question("ben", 0)
    now[0] = 130.0
    with pytest.raises(LimitReached, match=r"2 questions a minute.*30 s"):
        limits.question("ada", 0)
    now[0] = 161.0
    limits.question("ada", 0)


def test_a_second_question_at_once_is_refused_where_one_is_the_limit() -> None:
    with pytest.raises(LimitReached, match="1 question being answered; 1 at once"):
        Limits(Settings(turns_at_once=1)).question("ada", 1)


def test_uploads_are_refused_by_number_size_and_room(tmp_path: Path) -> None:
    library = Library(tmp_path, WordEncoder())
    limits = Limits(Settings(max_documents=2, max_file_mib=1, max_library_mib=2))
    limits.upload(library, 1000, 1, 1000)
    with pytest.raises(LimitReached, match="at most 2 documents"):
        limits.upload(library, 1000, 2, 0)
    with pytest.raises(LimitReached, match=r"1\.5 MiB; 1 MiB is the limit"):
        limits.upload(library, 3 * 2**19)
    with pytest.raises(LimitReached, match="at most 2 MiB"):
        limits.upload(library, 2**19, 1, 2**21)


def test_the_audit_log_has_a_line_for_each_act_and_is_put_aside_when_it_grows(tmp_path: Path, monkeypatch) -> None:
    audit = Audit(tmp_path / "audit.log")
    audit.note("ada", "ask", characters=12)
    audit.note("", "upload", bytes=5)
    rows = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert [(row["who"], row["act"]) for row in rows] == [("ada", "ask"), ("local", "upload")]
    monkeypatch.setattr("assistant.ui.audit.LARGEST_BYTES", 10)
    audit.note("ada", "ask")
    assert len(audit.path.read_text().splitlines()) == 1
    assert audit.path.with_name("audit.log.1").exists()


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    settings = Settings(home=tmp_path, model="embedded")
    return Assistant(settings, Library(tmp_path, WordEncoder()))


def test_a_preference_holds_at_once_and_after_a_restart(assistant: Assistant, tmp_path: Path) -> None:
    Preferences(tmp_path / "page.json", assistant).choose(passages=3, guards={"input": {"flag": ["harm"], "block": []}})
    assert assistant.settings.passages == 3
    assert assistant.screen.policy.input.block == ()
    again = Assistant(Settings(home=tmp_path, model="embedded"), assistant.library)
    Preferences(tmp_path / "page.json", again)
    assert again.settings.passages == 3


def test_a_preference_that_cannot_be_changes_nothing(assistant: Assistant, tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "page.json", assistant)
    with pytest.raises(SettingsError, match="passages"):
        preferences.choose(passages=4000)
    assert assistant.settings.passages == 8
    assert not (tmp_path / "page.json").exists()


def test_a_user_of_a_shared_page_chooses_neither_folder_nor_guards(assistant: Assistant, tmp_path: Path) -> None:
    before = assistant.settings
    Preferences(tmp_path / "page.json", assistant, shared=True).choose(
        home="/etc", guards={"input": {"block": []}}, ollama_host="http://203.0.113.5", passages=4
    )
    assert (assistant.settings.home, assistant.settings.guards) == (before.home, before.guards)
    assert assistant.settings.ollama_host == before.ollama_host
    assert assistant.settings.passages == 4


def test_a_broken_file_of_preferences_is_said_and_stops_nothing(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text("{broken")
    assert "cannot be read" in Preferences(tmp_path / "page.json", assistant).problem
