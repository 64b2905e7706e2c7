"""Groundedness statement by statement, as an addition to the deterministic verification of citations.

What a model says can take support away and never give it: a statement whose quotation was not found stays
unsupported, whatever the model thinks of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from guards.errors import GuardError

Support = Literal["supported", "partly", "unsupported", "uncited", "tool", "notice"]
_ORDER: tuple[Support, ...] = ("unsupported", "partly", "supported")


class SupportGuard(Protocol):
    """A guard that gives the probability that documents support a claim."""

    model: str

    def support(self, claim: str, documents: Sequence[str]) -> float: ...


@dataclass(frozen=True, slots=True)
class Groundedness:
    """What a model said of one statement. `score` is the probability of support, None where it was not
    checked.
    """

    state: Literal["supported", "unsupported", "not_checked"]
    score: float | None
    model: str
    reason: str = ""


def check_statement(
    guard: SupportGuard, statement: str, documents: Sequence[str], *, supported_at: float = 0.5
) -> Groundedness:
    """The guard's word on one statement; a failure is "not checked" and says why, never "supported"."""
    try:
        score = guard.support(statement, documents)
    except GuardError as error:
        return Groundedness("not_checked", None, guard.model, str(error))
    return Groundedness("supported" if score >= supported_at else "unsupported", score, guard.model)


def lowered(verified: Support, grounded: Groundedness) -> Support:
    """The support of a statement after a model has looked at it: as verified, or lower, never higher.

    >>> lowered("supported", Groundedness("unsupported", 0.1, "m"))
    'partly'
    >>> lowered("unsupported", Groundedness("supported", 0.99, "m"))
    'unsupported'
    """
    if verified not in _ORDER or grounded.state != "unsupported":
        return verified
    return _ORDER[max(0, _ORDER.index(verified) - 1)]
