"""Reasons in plain words. They say which rule applied and never repeat the text that was judged."""

from __future__ import annotations

from collections.abc import Sequence

from guards.errors import GuardError
from guards.verdict import Risk, Stage, State

_WORDS: dict[str, str] = {
    "input": "the question",
    "context": "a passage",
    "tool": "a tool call",
    "output": "the answer",
}


_CRISIS = (
    " If this is about you: please talk to someone you trust or to a crisis line; findahelpline.com lists one near you."
)


def stage_words(stage: Stage) -> str:
    """What is judged at a stage, for a sentence."""
    return _WORDS[stage]


def decided_reason(stage: Stage, state: State, risks: Sequence[Risk]) -> str:
    """Why a text was blocked or flagged: the rules that applied, the most specific first."""
    specific = [risk for risk in risks if not any(other.code.startswith(risk.code + ".") for other in risks)]
    named = "; ".join(f"{risk.name} ({risk.code})" for risk in specific[:3])
    more = f", and {len(specific) - 3} more" if len(specific) > 3 else ""
    did = "Blocked" if state == "block" else "Marked"
    help_line = ""
    if any(risk.code in ("harm.self_harm", "S11") for risk in risks) and stage == "input":
        help_line = _CRISIS
    return f"{did}: {stage_words(stage)} matches the rule: {named}{more}.{help_line}"


def allowed_reason(stage: Stage, guard: object) -> str:
    """Why a text passed, saying so where only part of the guard could look."""
    model = str(getattr(guard, "model", ""))
    partly = ""
    if model == "rules":
        partly = f" Only the rules looked. {getattr(guard, 'note', '')}".rstrip()
    elif "no sentence encoder" in model:
        partly = " Only the deterministic part looked: there is no sentence encoder."
    return f"Nothing found in {stage_words(stage)}.{partly}"


def failed_reason(name: str, error: Exception) -> str:
    """What went wrong with a guard, with what mends it where that is known."""
    if isinstance(error, GuardError):
        return f"{name}: {error}"
    return f"{name} failed with {type(error).__name__}."
