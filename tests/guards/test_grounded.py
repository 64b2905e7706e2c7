"""Groundedness: a model may take support away and never gives it, and a failure is "not checked"."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Sequence

import pytest

from guards.errors import GuardUnavailable
from guards.grounded import Groundedness, Support, check_statement, lowered
from guards.sentences import claims_in


class Supporting:
    model = "fake"

    def __init__(self, score: float | None) -> None:
        self.score = score

    def support(self, claim: str, documents: Sequence[str]) -> float:
        if self.score is None:
            raise GuardUnavailable("Down.", "Start it.")
        return self.score


def test_a_statement_is_supported_from_the_threshold_on() -> None:
    assert check_statement(Supporting(0.5), "x", ["x"]).state == "supported"
    assert check_statement(Supporting(0.49), "x", ["x"]).state == "unsupported"
    assert check_statement(Supporting(0.6), "x", ["x"], supported_at=0.7).state == "unsupported"


def test_a_failure_is_not_checked_and_says_why() -> None:
    assert check_statement(Supporting(None), "x", ["x"]) == Groundedness("not_checked", None, "fake", "Down. Start it.")


@pytest.mark.parametrize(
    ("verified", "said", "after"),
    [
        ("supported", "supported", "supported"),
        ("supported", "unsupported", "partly"),
        ("supported", "not_checked", "supported"),
        ("partly", "unsupported", "unsupported"),
        ("partly", "supported", "partly"),
        ("unsupported", "supported", "unsupported"),
        ("unsupported", "unsupported", "unsupported"),
        ("uncited", "supported", "uncited"),
        ("tool", "unsupported", "tool"),
        ("notice", "unsupported", "notice"),
    ],
)
def test_a_model_never_overrules_the_verification_upwards(verified: Support, said: str, after: Support) -> None:
    assert lowered(verified, Groundedness(said, 0.5, "m")) == after  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Hello! Sure, here it is: ok.", []),
        ("The CTD failed [1]. It was replaced [2][3].", ["The CTD failed.", "It was replaced."]),
        ("- One two three\n- four five six", ["One two three", "four five six"]),
        ("Depth was 3.5 m, see Fig. 3 of Smith et al. 2001.", ["Depth was 3.5 m, see Fig. 3 of Smith et al. 2001."]),
        ("", []),
    ],
)
def test_claims_are_the_sentences_that_say_something(text: str, claims: list[str]) -> None:
    assert claims_in(text) == claims


@pytest.mark.parametrize(
    "name",
    [
        "guards.arguments", "guards.credentials", "guards.documents", "guards.encodings", "guards.frame",
        "guards.grounded", "guards.marking", "guards.ollama_client", "guards.output", "guards.personal",
        "guards.redaction", "guards.screen", "guards.sentences", "guards.text", "guards.windows", "experiments.guards",
    ],
)  # fmt: skip
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
