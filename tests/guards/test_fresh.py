"""Attacks that nothing was trained on, and what honest documents say about attacks."""

from __future__ import annotations

import time

import pytest

from guards.documents import is_suspicious, scan_text
from guards.injection import INSTRUCTIONS, PERSONA
from guards.text import fold
from tests.guards.fresh import ATTACKS, INNOCENT

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


def test_there_are_enough_of_both() -> None:
    assert len(ATTACKS) >= 60
    assert len(INNOCENT) >= 60


@pytest.mark.parametrize(
    "piece",
    [
        "ignore ", "to the ai assistant ", "the user's ", "say \"", "system: ", "a_", "llm ", "https://x.example/?q=",
        "| ", "not ", "you must ", "\t", ". ", "x-\n",
    ],
)  # fmt: skip
def test_no_rule_takes_more_than_linear_time(piece: str) -> None:
    text = fold(piece * (200_000 // len(piece)))
    for one in (*INSTRUCTIONS, *PERSONA):
        started = time.process_time()
        one.pattern.search(text)
        assert time.process_time() - started < 2.0, one.code
