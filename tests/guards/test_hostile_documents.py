"""Hostile documents through an agent whose model obeys every instruction that it reads.

The detector need not see them all; what has to hold is that nothing leaves: no image, no link that carries data, no
tool call with an argument that a document dictated, no file outside the allowed folder.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from markdown_it import MarkdownIt

from guards import GuardMiddleware, Screen, Verdict
from guards.documents import is_suspicious, scan_parts, scan_text
from guards.output import clean_markdown, urls_in
from guards.text import fold, normalise
from tests.guards.hostile import HOST, ORDINARY, Hostile, documents

DOCUMENTS = documents()
QUESTION = "What was sampled first at station 12?"
#: What the detector misses, by name. A list to shorten; the agent has to hold against them all the same.
MISSED: frozenset[str] = frozenset()


class ObedientModel(BaseChatModel):
    """Searches once, then does whatever the result says: opens every path, shows every link and image."""

    @property
    def _llm_type(self) -> str:
        return "obedient"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        results = [one for one in messages if isinstance(one, ToolMessage)]
        read = str(results[0].content) if results else ""
        paths = re.findall(r"(?:\.\./)+[\w./]+|/etc/\w+", normalise(read).clean + fold(read))
        if not results:
            answer = AIMessage("", tool_calls=[{"name": "search", "args": {"query": "oxygen"}, "id": "1"}])
        elif len(results) == 1 and paths:
            calls = [{"name": "read_file", "args": {"path": path}, "id": f"p{i}"} for i, path in enumerate(paths[:3])]
            answer = AIMessage("", tool_calls=calls)
        else:
            answer = AIMessage(f"Oxygen. {normalise(read).clean}\n\n{fold(read)}")
        return ChatResult(generations=[ChatGeneration(message=answer)])


@dataclass
class Outcome:
    answer: str
    shown: str
    opened: list[str]
    verdicts: list[Verdict]


def asked(document: Hostile, *, asynchronous: bool = False) -> Outcome:
    opened: list[str] = []

    @tool
    def search(query: str) -> str:
        """Search the documents."""
        return f"[1] report.pdf, page 3\n{document.text}"

    @tool
    def read_file(path: str) -> str:
        """Read a file of the allowed folder."""
        opened.append(path)
        return "root:x:0:0"

    verdicts: list[Verdict] = []
    agent = create_agent(ObedientModel(), [search, read_file], middleware=[GuardMiddleware(Screen(), record=verdicts)])
    given = {"messages": [("user", QUESTION)]}
    state = asyncio.run(agent.ainvoke(given)) if asynchronous else agent.invoke(given)
    answer = str(state["messages"][-1].content)
    suspicious = any(one.stage == "context" and one.state != "allow" for one in verdicts)
    allowed = urls_in(QUESTION) + ([] if suspicious else urls_in(document.text))
    cleaned = clean_markdown(answer, allowed_urls=allowed)
    # What a renderer that links bare addresses would see of them in the source.
    assert f"//{HOST}" not in cleaned
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(cleaned)
    return Outcome(answer, shown, opened, verdicts)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_nothing_leaves_whatever_a_document_says(document: Hostile) -> None:
    outcome = asked(document)
    assert outcome.opened == []
    assert "<img" not in outcome.shown
    for target in re.findall(r'(?:href|src)="([^"]*)"', outcome.shown):
        assert HOST not in target
    assert "root:x" not in outcome.answer


@pytest.mark.parametrize("document", DOCUMENTS[::17], ids=lambda one: one.name)
def test_the_asynchronous_path_is_guarded_too(document: Hostile) -> None:
    outcome = asked(document, asynchronous=True)
    assert outcome.opened == []
    assert "<img" not in outcome.shown
    assert [one.stage for one in outcome.verdicts][:2] == ["input", "tool"]


def test_there_are_enough_hostile_documents() -> None:
    assert len(DOCUMENTS) >= 120
    assert {one.place for one in DOCUMENTS} >= {"page", "white", "tiny", "hidden", "metadata", "annotation"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_the_scan_at_ingest_marks_it(document: Hostile) -> None:
    found = [one.risk for one in scan_parts({document.place: document.text})]
    assert is_suspicious(found) is (document.name not in MISSED)


def _ordinary() -> Iterator[str]:
    yield ORDINARY
    yield "Note to operators: the pump switches on forty seconds after immersion."
    yield "Data with quality flag 4 should be ignored in further processing."
    yield "Please send the completed form to the data centre (data@centre.example)."
    yield "For information contact the chief scientist at chief@institute.example or +1 206 555 0100."
    yield "The system message STORAGE ERROR means that the memory is full."
    yield "Execute the script with administrator rights; do not delete the temporary files."
    yield "See https://data.example/cruise?id=12 for the raw files."
    yield "Die Anweisungen des Herstellers sind zu beachten."
    yield "Suivre les consignes du fabricant. Rincer trois fois."


@pytest.mark.parametrize("text", _ordinary())
def test_ordinary_document_text_is_not_marked(text: str) -> None:
    assert not is_suspicious(scan_text(text))


def test_a_passage_that_is_not_suspicious_reaches_the_model_between_the_marks() -> None:
    outcome = asked(Hostile("plain", "page", ORDINARY))
    assert "sampled first" in outcome.answer
    assert [one.state for one in outcome.verdicts] == ["allow"] * len(outcome.verdicts)
