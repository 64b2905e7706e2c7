"""Attacks that nothing was trained on, and what honest documents say about attacks."""

from __future__ import annotations

import time

import pytest

from guards.documents import is_suspicious, scan_text
from guards.embedded import EmbeddedGuard
from guards.harm import RULES
from guards.injection import INSTRUCTIONS, PERSONA
from guards.text import fold
from tests.guards.fresh import ASKED_BY_RESEARCHERS, ASKED_WITH_INTENT, ATTACKS, INNOCENT

#: What is not found, by name. A list to shorten: what holds an attack is not the detector.
MISSED = frozenset({"with a heading between"})


@pytest.mark.parametrize("name", ATTACKS)
def test_a_fresh_attack_is_marked(name: str) -> None:
    assert is_suspicious(scan_text(ATTACKS[name])) is (name not in MISSED)


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - MISSED))
def test_it_is_marked_in_the_middle_of_an_honest_page(name: str) -> None:
    honest = "\n".join(INNOCENT[:12])
    assert is_suspicious(scan_text(f"{honest}\n\n{ATTACKS[name]}\n\n{honest}"))


@pytest.mark.parametrize("text", INNOCENT)
def test_what_honest_documents_say_of_attacks_is_not_marked(text: str) -> None:
    assert not is_suspicious(scan_text(text))


def test_honest_sentences_together_are_not_marked_either() -> None:
    """A page of them: weak signs must not add up over a page."""
    assert not is_suspicious(scan_text(" ".join(INNOCENT[:20])))


@pytest.fixture(scope="module")
def rules() -> EmbeddedGuard:
    return EmbeddedGuard()


@pytest.mark.parametrize("text", ASKED_WITH_INTENT)
def test_the_rules_alone_stop_what_is_plainly_meant_ill(text: str, rules: EmbeddedGuard) -> None:
    assert max((one.score for one in rules.check("input", text)), default=0.0) >= 0.5


@pytest.mark.parametrize("text", ASKED_BY_RESEARCHERS)
def test_the_rules_stop_no_question_of_a_researcher(text: str, rules: EmbeddedGuard) -> None:
    assert [one for one in rules.check("input", text) if one.score >= 0.5] == []


def test_there_are_enough_of_both() -> None:
    assert len(ATTACKS) >= 60
    assert len(INNOCENT) >= 60


@pytest.mark.parametrize(
    "piece",
    [
        "ignore ", "to the ai assistant ", "the user's ", "say \"", "system: ", "a_", "llm ", "https://x.example/?q=",
        "| ", "not ", "you must ", "\t", ". ", "x-\n",
        "write a mail that looks ", "grandma's recipe ", "how many pills ", "the words before ",
    ],
)  # fmt: skip
def test_no_rule_takes_more_than_linear_time(piece: str) -> None:
    text = fold(piece * (200_000 // len(piece)))
    for one in (*INSTRUCTIONS, *PERSONA, *RULES):
        started = time.process_time()
        one.pattern.search(text)
        assert time.process_time() - started < 2.0, one.code
