"""What a question demands of an answer beside its words: a bound on a number, something left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpora.query import stem

_CONDITION = re.compile(
    r"\b(?P<more>deeper|greater|more|above|over|exceed\w*|larger|higher|at least|warmer|longer|heavier)?"
    r"(?P<less>shallower|less|fewer|below|under|smaller|lower|at most|colder|shorter)?"
    r"(?: in \w+)?(?: than| of)? (?P<value>[-−]?\d[\d,]*(?:\.\d+)?)(?! ?(?:january|february|march|april|june"
    r"|july|august"
    r"|september|october|november|december))(?: ?(?P<unit>[a-zµ°%/]+))?",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:not|except|excluding|without|other than|but not)\s+(?:for |the |on )?(\w[\w-]*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Condition:
    """What a question asks of a number: at least, or at most, a value."""

    value: float
    more: bool
    written: str = ""

    def holds(self, number: float) -> bool:
        return number > self.value if self.more else number < self.value


def condition(question: str) -> Condition | None:
    """The condition that a question sets.

    >>> condition("Which casts were deeper than 900 m?")
    Condition(value=900.0, more=True, written='900')
    """
    for match in _CONDITION.finditer(question):
        if match["more"] or match["less"]:
            return Condition(
                float(match["value"].replace(",", "").replace("−", "-")), bool(match["more"]), match["value"]
            )
    return None


def excluded(question: str) -> frozenset[str]:
    """Stems that a question leaves out: "not RBR".

    >>> sorted(excluded("Which casts (not RBR) were deep?"))
    ['rbr']
    """
    return frozenset(stem(m.group(1).casefold()) for m in _WITHOUT.finditer(question))
