"""The verdict of a guard: four states, the risks it measured, and a reason in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from guards.errors import UnknownGuard

State = Literal["allow", "flag", "block", "error"]
Stage = Literal["input", "context", "tool", "output"]

STATES: tuple[State, ...] = ("allow", "flag", "block", "error")
STAGES: tuple[Stage, ...] = ("input", "context", "tool", "output")


def stage_named(name: str) -> Stage:
    """The stage of that name, or UnknownGuard naming the four that exist."""
    if name not in STAGES:
        raise UnknownGuard(f"There is no stage {name!r}.", f"Use one of {', '.join(STAGES)}.")
    return name


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk as a guard measured it.

    `score` is between 0 and 1; a risk is *found* from the policy's threshold on (0.5 unless changed). Risks
    under it are listed too, so that a reader sees how near the text came.
    """

    code: str
    name: str
    score: float

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "name": self.name, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one guard said of one text at one stage.

    `seconds` is wall-clock time. `reason` is plain words and never repeats the text that was judged. `label` is that
    of the passage that was judged, None where it was something else.
    """

    state: State
    stage: Stage
    risks: tuple[Risk, ...] = ()
    guard: str = ""
    model: str = ""
    seconds: float = 0.0
    reason: str = ""
    label: int | None = None

    @property
    def stops(self) -> bool:
        """Whether the text must not go further."""
        return self.state == "block"

    def to_json(self) -> dict[str, Any]:
        """The verdict as the command line and the turn's record print it."""
        return {
            "verdict": self.state,
            "risks": [risk.to_json() for risk in self.risks],
            "guard": self.guard,
            "model": self.model,
            "seconds": round(self.seconds, 6),
            "reason": self.reason,
            "stage": self.stage,
        } | ({"passage": self.label} if self.label is not None else {})


def strongest(risks: list[Risk]) -> tuple[Risk, ...]:
    """The risks with each code once, at its highest score, the strongest first."""
    best: dict[str, Risk] = {}
    for risk in risks:
        if risk.code not in best or risk.score > best[risk.code].score:
            best[risk.code] = risk
    return tuple(sorted(best.values(), key=lambda risk: (-risk.score, risk.code)))
