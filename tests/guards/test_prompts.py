"""The prompt of each guard model, pinned by a golden file that matches the template published with the model.

The files under `golden/` were compared by hand with the model cards and published chat templates when they were
written. A test that fails here means that a prompt changed, and with it the model's published figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from guards import granite, llama_guard, minicheck, shield_gemma
from guards.errors import UnknownGuard
from guards.granite_risks import HARMS, definition

GOLDEN = Path(__file__).parent / "golden"
QUESTION = "How deep is the trench?"
ANSWER = "It is 10,920 m deep."
PASSAGE = "The trench is 10,920 m deep at its deepest point."


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def passage(text: str) -> dict[str, str]:
    return {"role": "context", "content": text}


PROMPTS = {
    "llama_guard_1b_user": llama_guard.prompt([("User", QUESTION)], llama_guard.known_categories("llama-guard3:1b")),
    "llama_guard_8b_agent": llama_guard.prompt(
        [("User", QUESTION), ("Agent", ANSWER)], llama_guard.known_categories("llama-guard3:8b")
    ),
    "llama_guard_some_categories": llama_guard.prompt([("User", QUESTION)], ("S1", "S9")),
    **{f"shieldgemma_{policy}_prompt": shield_gemma.prompt(policy, QUESTION) for policy in shield_gemma.POLICIES},
    **{
        f"shieldgemma_{policy}_response": shield_gemma.prompt(policy, ANSWER, QUESTION)
        for policy in shield_gemma.POLICIES
    },
    **{f"granite30_{risk}_user": granite.prompt(risk, [user(QUESTION)]) for risk in HARMS},
    **{f"granite30_{risk}_assistant": granite.prompt(risk, [user(QUESTION), assistant(ANSWER)]) for risk in HARMS},
    "granite30_groundedness": granite.prompt("groundedness", [passage(PASSAGE), assistant(ANSWER)]),
    "granite30_context_relevance": granite.prompt("context_relevance", [user(QUESTION), passage(PASSAGE)]),
    "granite30_answer_relevance": granite.prompt("answer_relevance", [user(QUESTION), assistant(ANSWER)]),
    "minicheck": "\n---\n".join(f"{one['role']}\n{one['content']}" for one in minicheck.messages(ANSWER, PASSAGE)),
}


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_the_prompt_is_the_published_one(name: str) -> None:
    assert PROMPTS[name] == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(PROMPTS)


def test_the_last_line_asks_about_the_role_that_is_judged() -> None:
    """Ollama's stock template asks about the user's message even where the answer was meant."""
    assert "ONLY THE LAST User message" in PROMPTS["llama_guard_1b_user"]
    assert "ONLY THE LAST Agent message" in PROMPTS["llama_guard_8b_agent"]
    assert "'Agent' messages in conversations" in PROMPTS["llama_guard_8b_agent"]


def test_the_small_model_is_not_asked_about_what_it_was_not_trained_on() -> None:
    assert "S14" not in PROMPTS["llama_guard_1b_user"]
    assert "S14: Code Interpreter Abuse." in PROMPTS["llama_guard_8b_agent"]


def test_a_category_that_is_switched_off_has_no_line() -> None:
    listed = PROMPTS["llama_guard_some_categories"].split("CATEGORIES>")[1]
    assert listed.strip().splitlines()[:2] == ["S1: Violent Crimes.", "S9: Indiscriminate Weapons."]
    assert "S2" not in listed


def test_a_jailbreak_in_an_answer_has_its_own_definition() -> None:
    assert "Manipulating self-safety alignment" in definition("jailbreak", "assistant")
    assert "crafting specific prompts" in definition("jailbreak", "user")


def test_a_misspelt_risk_is_an_error_and_not_harm() -> None:
    with pytest.raises(UnknownGuard, match="social_bais"):
        definition("social_bais", "user")
    with pytest.raises(UnknownGuard, match="harmm"):
        granite.GraniteGuardian("granite3-guardian:2b", risks=("harmm",))
    with pytest.raises(UnknownGuard, match="function_call"):
        granite.GraniteGuardian("granite3-guardian:2b", risks=("function_call",))
    with pytest.raises(UnknownGuard, match="S14"):
        llama_guard.LlamaGuard("llama-guard3:1b", categories=("S14",))
    with pytest.raises(UnknownGuard, match="fraud"):
        shield_gemma.ShieldGemma(policies=("fraud",))


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("granite3-guardian:2b", (3, 0)),
        ("ibm/granite3.2-guardian:5b", (3, 2)),
        ("ibm/granite3.3-guardian:8b", (3, 3)),
        ("granite4.1-guardian:8b", (4, 1)),
    ],
)
def test_the_version_is_read_from_the_name(model: str, version: tuple[int, int]) -> None:
    assert granite.version_of(model) == version
