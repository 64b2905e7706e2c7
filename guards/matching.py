"""Weighted patterns over matching text, and how their weights combine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guards.risks import risk
from guards.verdict import Risk


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern: the risk it speaks for and how strongly, between 0 and 1."""

    code: str
    weight: float
    pattern: re.Pattern[str]


def rule(code: str, weight: float, *patterns: str) -> Rule:
    """A rule that fires once however often its alternatives match. Patterns see lower-case matching text."""
    return Rule(code, weight, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))


def matched(rules: Iterable[Rule], text: str) -> list[Risk]:
    """The risks of the rules that fire, each code with its combined score.

    Weights of independent rules combine as 1 - (1 - w1)(1 - w2)...: two weak signs are stronger than one.
    """
    missing: dict[str, float] = {}
    for one in rules:
        if one.pattern.search(text):
            missing[one.code] = missing.get(one.code, 1.0) * (1.0 - one.weight)
    return [risk(code, 1.0 - rest) for code, rest in missing.items()]


def combined(risks: Iterable[Risk]) -> float:
    """The score of a family of risks taken together."""
    rest = 1.0
    for one in risks:
        rest *= 1.0 - one.score
    return 1.0 - rest
