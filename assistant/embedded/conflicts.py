"""A source that contradicts itself: two sentences of one document that answer alike with different values.

Silence is the rule: two sentences count only where each gives one plain value of one dimension, both hold what is
asked, and nothing in either (a station, a date, an ordinal, a name, a qualifier) says that they speak of two things.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.citations.numbers import any_same_unit, compare_number
from assistant.citations.quantities import Quantity
from assistant.citations.reading import Reading, read
from assistant.embedded.asked import Asked
from assistant.embedded.pick import Candidate

#: The least number of the question's words that both sentences hold, and their least share by weight: "how deep" and
#: the verb need not stand in either.
COMMON, HELD = 2, 1 / 3
#: Most content words of a sentence that the question and the other sentence do not hold.
OWN_WORDS = 4
#: Values further apart than this factor measure two things sooner than one.
APART = 2
_SECTION = re.compile(r"^\s*\d+(?:\.\d+)*\.?\s")
_QUALIFIED = re.compile(
    r"\b(?:plan\w*|target\w*|nominal\w*|intend\w*|expect\w*|predict\w*|estimat\w*|average|mean|median|minim\w*|maxim\w*"
    r"|min|max|total|first|second|third|last|next|previous\w*|earlier|later|former|latter|before|after|initial\w*|final\w*"
    r"|upper|lower|port|starboard|primary|secondary|corrected|uncorrected|raw|other|another|each|every|most|some"
    r"|start\w*|end|begin\w*|day|night|north\w*|south\w*|east\w*|west\w*|least|shallow\w*|bottom|water|wire|cable|instead"
    r"|not|no|never|than|if|would|could|should|may|might|usual\w*|typical\w*|normal\w*)\b",
    re.IGNORECASE,
)


def contradicting(asked: Asked, best: Candidate, others: Sequence[Candidate]) -> Candidate | None:
    """The first of `others` that gives another value than `best` for the same thing; None where none surely does."""
    one = read(best.text)
    value = _value(one)
    if asked.listed or best.unit.row or value is None:
        return None
    for other in others:
        if other.passage.span.document_id != best.passage.span.document_id or other.unit.row or other.key == best.key:
            continue
        two = read(other.text)
        theirs = _value(two)
        if theirs is None or not any_dimension(value, theirs) or not _differ(value, one, theirs, two):
            continue
        if _same_thing(asked, best, one, other, two):
            return other
    return None


def _value(reading: Reading) -> Quantity | None:
    """The one quantity with a unit of a sentence; None for several, ranges, bounds, tolerances and guesses."""
    measured = [quantity for quantity in reading.quantities if quantity.units]
    if len(measured) != 1:
        return None
    only = measured[0]
    vague = only.upper or only.bound or only.hedged or only.ordinal or only.tolerance is not None
    return None if vague or 0 in only.values else only


def any_dimension(one: Quantity, other: Quantity) -> bool:
    return any(a.dimension == b.dimension for a in one.units for b in other.units)


def _differ(one: Quantity, first: Reading, other: Quantity, second: Reading) -> bool:
    """Whether neither is the other, converted or rounded."""
    for stated, statement, source in ((one, first, second), (other, second, first)):
        complaint, _ = compare_number(stated, statement, source, None)
        if complaint is None or not complaint.hard:
            return False
    if not any_same_unit(one.units, other.units):
        # A conversion is rounded in ways that no one can tell from an error.
        return False
    ratio = one.values[0] / other.values[0]
    return 1 / APART < ratio < APART


def _same_thing(asked: Asked, best: Candidate, one: Reading, other: Candidate, two: Reading) -> bool:
    mine, theirs = asked.matched(best.text), asked.matched(other.text)
    both = {name: value for name, value in mine.items() if name in theirs}
    if len(both) < COMMON or asked.share(both) < HELD or not asked.keys <= set(both):
        return False
    if _marks(best, one) != _marks(other, two) or _qualifiers(best) != _qualifiers(other):
        return False
    question = read(asked.text).roots
    a, b = (_own(reading) for reading in (one, two))
    return len(a - b - question) <= OWN_WORDS and len(b - a - question) <= OWN_WORDS


def _own(reading: Reading) -> frozenset[str]:
    return frozenset(word.root for word in reading.content if not word.fact and not reading.is_light(word))


def _qualifiers(candidate: Candidate) -> frozenset[str]:
    return frozenset(word.casefold() for word in _QUALIFIED.findall(candidate.text))


def _marks(candidate: Candidate, reading: Reading) -> frozenset[object]:
    """What tells two things of a kind apart, of the sentence and of its heading: names, numbers, days, places."""
    marks: set[object] = set()
    for text in (reading, read(_SECTION.sub("", candidate.passage.heading)), read(candidate.unit.lead)):
        marks |= {label.casefold() for label in text.labels}
        marks |= {("number", q.values, q.ordinal) for q in text.quantities if not q.units}
        marks |= {("day", date.readings) for date in text.dates}
        marks |= {("time", time.hour, time.minute) for time in text.times}
        marks |= {("place", place.degrees, place.axis) for place in text.positions}
        # The first word has its capital of the sentence.
        marks |= {("name", word.root) for word in text.names if text is reading and word is not text.words[0]}
    return frozenset(marks)
