"""Whether the facts of a statement belong to the same things in the source.

Both "2350 lbs" and "without water" may stand in a sentence that says 1500 lbs without water and 2350 lbs with it.
A fact is compared by the words around it with the facts of its kind that the source holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.citations.circumstances import dates_agree
from assistant.citations.complaints import Complaint
from assistant.citations.numbers import Pair
from assistant.citations.quantities import Quantity
from assistant.citations.reading import Reading, Word
from assistant.citations.words import OPPOSITES

#: What a word of an earlier clause of the same sentence counts: subjects carry over, but weakly.
INHERITED = 0.6
#: A rival must fit better by this much before it is believed.
MARGIN = 0.35
_CUES = frozenset("with without in out before after above below first last from to into per by".split())


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int


def misplaced(statement: Reading, source: Reading, pairs: list[Pair]) -> list[Complaint]:
    """Facts that the source gives of something else."""
    complaints: list[Complaint] = []
    for pair in pairs:
        complaint = _number(pair, statement, source)
        if complaint:
            complaints.append(complaint)
    complaints += _dates(statement, source)
    complaints += _names(statement, source)
    return complaints


def _dates(statement: Reading, source: Reading) -> list[Complaint]:
    """A date that the source gives of something else in the same sentence."""
    complaints = []
    for date in statement.dates:
        own = [other for other in source.dates if dates_agree(date, other)]
        rivals = [other for other in source.dates if not dates_agree(date, other)]
        around = _around(statement, date.start, date.end)
        if not own or not rivals or not around:
            continue
        fit = max(_fit(around, source, other.start, other.end) for other in own)
        best = max(rivals, key=lambda other: _fit(around, source, other.start, other.end))
        if _fit(around, source, best.start, best.end) > fit + MARGIN:
            complaints.append(Complaint(f"the source says this of {best.text}, not of {date.text}", hard=False))
    return complaints


def _number(pair: Pair, statement: Reading, source: Reading) -> Complaint | None:
    stated = pair.stated
    if not stated.units and not stated.ordinal:
        counted = _counted(pair, statement, source)
        if counted is not None:
            return counted[0]
    own = [other for other in source.quantities if _twin(pair.found, other)]
    rivals = [other for other in source.quantities if _rival(stated, pair.found, other)]
    mine = _around(statement, stated.start, stated.end)
    if not rivals or not mine or not own:
        return None
    fit = max(_fit(mine, source, other.start, other.end) for other in own)
    best = max(rivals, key=lambda other: _fit(mine, source, other.start, other.end))
    if _fit(mine, source, best.start, best.end) > fit + MARGIN:
        return Complaint(f"in the source {best.text} stands there, not {stated.text}", hard=False)
    return None


def _counted(pair: Pair, statement: Reading, source: Reading) -> tuple[Complaint | None] | None:
    """Whether a bare number stands with the same word in the source: "36 bottles", "station 73".

    None where neither word beside it is in the source, so that nothing can be said.
    """
    index = sum(word.start < pair.stated.start for word in statement.words)
    after = next((word for word in statement.words[index:] if word.start >= pair.stated.end), None)
    before = statement.words[index - 1] if index else None
    for thing, follows in ((after, True), (before, False)):
        if thing is None or not thing.content or thing.root not in source.roots:
            continue
        between = statement.text[pair.stated.end : thing.start] if follows else ""
        if any(mark in between for mark in "(,;"):
            continue
        numbers = [
            number
            for word in source.words
            if word.root == thing.root
            for number in [_number_of(word, follows, source)]
            if number is not None
        ]
        if not numbers:
            continue
        if any(_twin(pair.found, number) for number in numbers):
            return (None,)
        reason = f"the source gives {numbers[0].text} for “{thing.text}”, not {pair.stated.text}"
        return (Complaint(reason, hard=thing.root not in _LOOSE),)
    return None


#: Words that stand beside numbers of many kinds.
_LOOSE = frozenset("total number day time value average mean".split())


def _number_of(word: Word, follows: bool, source: Reading) -> Quantity | None:
    """The number that a word of the source goes with: the nearest on the side where it is expected, else beyond."""
    index = source.words.index(word)
    left = source.words[max(0, index - 4)].start if index else 0
    right = source.words[min(len(source.words) - 1, index + 4)].end
    before = [q for q in source.quantities if left <= q.start and q.end <= word.start and not q.ordinal]
    after = [q for q in source.quantities if q.start >= word.end and q.end <= right and not q.ordinal]
    first, second = (before[-1:], after[:1]) if follows else (after[:1], before[-1:])
    return next(iter([*first, *second]), None)


def _twin(found: Quantity, other: Quantity) -> bool:
    return found.values == other.values and found.upper == other.upper and found.ordinal == other.ordinal


def _rival(stated: Quantity, found: Quantity, other: Quantity) -> bool:
    """Another number of the same kind, with which the stated one may have been confused."""
    if other.ordinal != stated.ordinal or _twin(found, other):
        return False
    if bool(other.units) != bool(found.units):
        return False
    return not found.units or any(a.dimension == b.dimension for a in found.units for b in other.units)


def _around(reading: Reading, start: int, end: int) -> frozenset[str]:
    """The words of the clause that a fact stands in."""
    clauses = {word.clause for word in reading.words if start <= word.start < end}
    if not clauses:
        before = [word.clause for word in reading.words if word.end <= start]
        after = [word.clause for word in reading.words if word.start >= end]
        clauses = {before[-1]} if before else {after[0]} if after else set()
    return frozenset(_telling(word for word in reading.words if word.clause in clauses))


def _telling(words: Iterable[Word]) -> list[str]:
    return [word.root for word in words if word.content or word.form in _CUES]


def _fit(mine: frozenset[str], source: Reading, start: int, end: int) -> float:
    """How well the words around a fact of the source fit those around a fact of the statement."""
    own = _around(source, start, end)
    earlier = frozenset(_telling(word for word in source.words if word.end <= start)) - own
    opposed = sum(bool(OPPOSITES.get(word, frozenset()) & mine) for word in own - mine)
    return len(mine & own) + INHERITED * len(mine & earlier) - opposed


def _names(statement: Reading, source: Reading) -> list[Complaint]:
    """Names of which each has the other's words around it in the source."""
    mine = _groups(statement)
    theirs = _groups(source)
    complaints = []
    for name, places in mine.items():
        if name not in theirs:
            continue
        rivals = [other for other in theirs if other != name]
        around = frozenset().union(*(_around(statement, p.start, p.end) for p in places)) - {name}
        around -= set(theirs)
        if not rivals or not around:
            continue
        fit = max(_fit(around, source, p.start, p.end) for p in theirs[name])
        best = max(rivals, key=lambda other: max(_fit(around, source, p.start, p.end) for p in theirs[other]))
        rival_fit = max(_fit(around, source, p.start, p.end) for p in theirs[best])
        # An acronym is rarely the subject; it is held against those that the statement names too.
        lone = best in mine or not any(word.text.isupper() for word in source.names if word.root in (name, best))
        if lone and rival_fit > fit + (MARGIN if best in mine else 2 * MARGIN):
            complaints.append(Complaint(f"the source says this of {best.title()}, not of {name.title()}", False))
    return complaints


def _groups(reading: Reading) -> dict[str, list[_Place]]:
    """The last word of every run of names, with its places."""
    found: dict[str, list[_Place]] = {}
    names = list(reading.names)
    for index, word in enumerate(names):
        following = names[index + 1] if index + 1 < len(names) else None
        if following and reading.text[word.end : following.start].strip(" .-") == "":
            continue
        found.setdefault(word.root, []).append(_Place(word.start, word.end))
    return found
