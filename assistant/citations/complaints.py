"""What is wrong with a statement, in words: the one currency that every comparison of this package pays in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, in words, and whether it contradicts the statement."""

    reason: str
    hard: bool = True
