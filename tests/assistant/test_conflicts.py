"""A document that gives two values for one thing is said to; two things that merely look alike are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.citations.model import Passage
from assistant.embedded.asked import Asked
from assistant.embedded.conflicts import contradicting
from assistant.embedded.pick import Candidate
from assistant.embedded.units import Unit
from assistant.prompts import CONTRADICTS
from assistant.settings import Settings
from assistant.turn import Turn
from corpora.encoder import SentenceEncoder
from corpora.library import Library
from corpora.model import Span
from corpora.query import parse
from ingest.pipeline import find_files, ingest

QUESTION = "How deep did the deepest cast reach?"


def found(samples: Library, one: str, two: str, question: str = QUESTION, other_document: str = "d") -> bool:
    asked = Asked.of(parse(question), samples, set())
    first, second = (
        Candidate(
            Passage(label, document, Span(document, label, 0, len(text)), text),
            Unit(0, len(text), text),
            label,
            {},
            asked.matched(text),
        )
        for label, document, text in ((1, "d", one), (2, other_document, two))
    )
    there = contradicting(asked, first, [second]) is second
    assert there == (contradicting(asked, second, [first]) is first)
    return there


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("The deepest cast reached 4,612 m.", "Deepest cast: 4,621 m"),
        ("The deepest cast went down to 4612 m.", "The deepest cast of the cruise reached 4621 m."),
        ("The deepest cast reached 4.612 m.", "The deepest cast reached 4.621 m."),
    ],
)
def test_two_values_for_one_thing_contradict_each_other(samples: Library, one: str, two: str) -> None:
    assert found(samples, one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 4612 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 4.612 km."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 4,600 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached about 4,650 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 4,650 ± 50 m."),
        ("The deepest cast reached 4,612 m.", "The deepest casts reached 4,621-4,650 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached more than 4,700 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast should reach 4,700 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast was planned to reach 4,700 m."),
        ("The deepest cast reached 4,612 m.", "The second deepest cast reached 4,501 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast did not reach 4,700 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 4,700 dbar."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 5 m."),
        ("The deepest cast reached 4,612 m.", "The deepest cast reached 4,621 m in 4,700 m of water."),
        ("The deepest cast at station 12 reached 4,612 m.", "The deepest cast at station 14 reached 4,621 m."),
        ("The deepest cast at station 12 reached 4,612 m.", "The deepest cast reached 4,621 m."),
        ("The deepest cast on 3 May 2019 reached 4,612 m.", "The deepest cast on 4 May 2019 reached 4,621 m."),
        ("The deepest cast of HF31-012 reached 4,612 m.", "The deepest cast of HF31-014 reached 4,621 m."),
        (
            "The deepest cast in the Fram Strait reached 4,612 m.",
            "The deepest cast in the Boreas Basin reached 4,621 m.",
        ),
        ("The deepest cast reached 4,612 m.", "The winch was serviced after 4,621 m."),
    ],
)
def test_what_agrees_or_speaks_of_something_else_is_no_contradiction(samples: Library, one: str, two: str) -> None:
    assert not found(samples, one, two)


def test_two_documents_may_differ(samples: Library) -> None:
    assert not found(samples, "The deepest cast reached 4,612 m.", "Deepest cast: 4,621 m", other_document="e")


@pytest.fixture
def ask_report(tmp_path: Path, encoder: SentenceEncoder) -> Iterator[Callable[[str, str], Turn]]:
    """Asks the embedded model a question of a report with this text, the only document there is."""
    library = Library(tmp_path / "home", encoder)

    def ask(text: str, question: str) -> Turn:
        (tmp_path / "report.md").write_text(f"# Report of cruise QX12\n\n{text}")
        assert [r.status for r in ingest(library, find_files([tmp_path / "report.md"]))] == ["added"]
        return Assistant(Settings(home=tmp_path / "home", model="embedded"), library).ask(question)

    yield ask
    library.close()


def test_the_answer_quotes_both_and_says_so(ask_report: Callable[[str, str], Turn]) -> None:
    turn = ask_report(
        "## Summary\n\nThe deepest cast of the cruise reached 4,612 m. Weather was fair.\n\n"
        "## Instruments\n\nThe winch was greased every morning by the crew and gave no trouble at all.\n\n"
        "## Profiles\n\nThe deepest cast reached 4,621 m. Samples were drawn on deck.\n",
        QUESTION,
    )
    assert "4,612 m" in turn.answer
    assert "4,621 m" in turn.answer
    assert turn.answer.count(CONTRADICTS) == 1
    assert [str(s.support) for s in turn.checked.statements] == ["supported", "supported", "notice"]


def test_a_refusal_shows_the_sentence_that_denies_what_is_asked_for(ask_report: Callable[[str, str], Turn]) -> None:
    turn = ask_report(
        "## Measures\n\nBecause of COVID-19 the party was smaller, with twenty members. As part of the COVID-19 "
        "protocol all members were tested several times and wore masks. All eleven members were negative for COVID-19 "
        "and came on board. Everybody kept to it, and no COVID case was registered.\n",
        "Which participants fell ill with COVID-19?",
    )
    assert turn.refused
    quoted = [s.citations[0].quote for s in turn.checked.statements if s.citations]
    assert quoted[0] == "Everybody kept to it, and no COVID case was registered."
