"""Groundedness models in a whole turn: they take support away, never give it, and say when they did not look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.citations.model import Support
from assistant.settings import Settings
from assistant.turn import Turn
from corpora.library import Library
from tests.servers.ollama import Reply, ScriptedOllama
from tests.servers.ollama_models import Model

CHAT = "qwen3:4b"
MINICHECK, GRANITE = "bespoke-minicheck:7b", "ibm/granite3.3-guardian:8b#groundedness"
TRUE = "Dr Ilse Farrowmark was the chief scientist of HF31 [1]."
FALSE = "The chief scientist of HF31 was Dr Olaf Brandt [1]."
QUESTION = "Who was the chief scientist of HF31?"
#: What each model says of a claim that it finds in the document, and of one that it does not. The poles differ.
WORDS = {MINICHECK: ("Yes", "No"), GRANITE: ("<score> no </score>", "<score> yes </score>")}


class Models:
    """A chat model that gives one answer, and a groundedness model that says the same of every claim."""

    def __init__(self) -> None:
        self.answer = TRUE
        self.judged: Callable[[], Reply] = lambda: Reply("Yes")
        self.claims: list[str] = []

    def __call__(self, path: str, body: dict[str, Any]) -> Reply:
        if body["model"] != CHAT:
            self.claims.append(json.dumps(body, ensure_ascii=False))
            return self.judged()
        if any(message.get("role") == "tool" for message in body["messages"]):
            return Reply(self.answer)
        return Reply(tool_calls=[("search_documents", {"query": "chief scientist HF31"})])


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def server(models: Models) -> Iterator[ScriptedOllama]:
    kinds = [
        Model(CHAT, capabilities=("completion", "tools")),
        Model(MINICHECK, capabilities=("completion",)),
        Model("ibm/granite3.3-guardian:8b", capabilities=("completion", "thinking")),
    ]
    with ScriptedOllama(kinds, responder=models) as running:
        yield running


def asked(samples: Library, server: ScriptedOllama, guard: str = "", seconds: float = 20.0) -> Turn:
    row = {"output": {"guards": ["embedded", *([guard] if guard else [])], "seconds": seconds}}
    settings = Settings(home=samples.home, model=CHAT, ollama_host=server.url, guards=row)
    return Assistant(settings, samples).ask(QUESTION)


def only(turn: Turn) -> tuple[Support, str]:
    (statement,) = [one for one in turn.checked.statements if one.support is not Support.NOTICE]
    return statement.support, statement.reason


def by_statement(turn: Turn, guard: str) -> Any:
    """The verdict on the statements, which comes after the one on the whole answer."""
    return [one for one in turn.verdicts if one.guard == guard and one.stage == "output"][-1]


@pytest.mark.parametrize("guard", [MINICHECK, GRANITE])
def test_a_model_that_does_not_find_a_verified_statement_lowers_it_and_is_named(
    guard: str, samples: Library, server: ScriptedOllama, models: Models
) -> None:
    models.answer, models.judged = TRUE, lambda: Reply(WORDS[guard][1])
    assert only(asked(samples, server))[0] is Support.SUPPORTED
    models.claims.clear()
    turn = asked(samples, server, guard)
    support, reason = only(turn)
    assert support is Support.PARTLY
    assert f"{guard} does not find it there." in reason
    assert turn.checked.counts["partly"] == 1
    assert turn.checked.counts["supported"] == 0
    verdict = by_statement(turn, guard)
    assert (verdict.state, verdict.reason) == ("flag", "1 of 1 statements are not found in their passages.")
    # It was asked about the statement and shown the passage.
    assert "Ilse Farrowmark was the chief scientist" in models.claims[-1]


@pytest.mark.parametrize("guard", [MINICHECK, GRANITE])
def test_a_model_that_likes_a_wrong_name_raises_nothing(
    guard: str, samples: Library, server: ScriptedOllama, models: Models
) -> None:
    models.answer, models.judged = FALSE, lambda: Reply(WORDS[guard][0])
    before, _ = only(asked(samples, server))
    assert before in (Support.UNSUPPORTED, Support.PARTLY)
    turn = asked(samples, server, guard)
    assert only(turn)[0] is before
    assert by_statement(turn, guard).state == "allow"


@pytest.mark.parametrize(
    ("name", "judged"),
    [
        ("prose", lambda: Reply("I think it is supported.")),
        ("down", lambda: Reply(status=500, error="gone")),
        ("hangs up", lambda: Reply(failure="drop")),
    ],
)
def test_a_model_that_fails_leaves_the_check_of_citations_as_it_is_and_says_so(
    name: str, judged: Callable[[], Reply], samples: Library, server: ScriptedOllama, models: Models
) -> None:
    models.answer, models.judged = TRUE, judged
    turn = asked(samples, server, MINICHECK)
    assert not turn.refused
    support, reason = only(turn)
    assert support is Support.SUPPORTED
    assert f"Not checked by {MINICHECK}." in reason
    assert any(f"not checked by {MINICHECK}" in note for note in turn.notes)
    verdict = by_statement(turn, MINICHECK)
    assert (verdict.state, verdict.risks[0].score) == ("error", 0.0)


def test_a_model_that_is_slow_costs_the_turn_no_more_than_its_time(
    samples: Library, server: ScriptedOllama, models: Models
) -> None:
    import threading

    held = threading.Event()
    models.answer, models.judged = TRUE, lambda: Reply("Yes", wait=held)
    try:
        turn = asked(samples, server, MINICHECK, seconds=0.5)
    finally:
        held.set()
    assert turn.timings.total_s < 8
    assert only(turn)[0] is Support.SUPPORTED
    assert "Not checked" in only(turn)[1]


def test_the_record_with_its_verdicts_reopens_equal(samples: Library, server: ScriptedOllama, models: Models) -> None:
    models.answer, models.judged = TRUE, lambda: Reply("No")
    turn = asked(samples, server, MINICHECK)
    assert Turn.from_json(json.loads(json.dumps(turn.to_json()))) == turn
