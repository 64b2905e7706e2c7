"""Comparing the facts of a statement with those of a source: numbers, units, signs, dates, times, positions.

Every check returns complaints in words. A hard complaint is a contradiction: the statement is not supported, whatever
else agrees. A soft one means that the source does not say quite as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assistant.citations.moments import Date, Time
from assistant.citations.places import Position
from assistant.citations.quantities import Quantity
from assistant.citations.reading import Reading, word_before
from assistant.citations.units import Unit, unit_at


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, in words, and whether it contradicts the statement."""

    reason: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Pair:
    """A fact of the statement and the fact of the source that it was matched with."""

    stated: Quantity
    found: Quantity


_TOLERANCE_WORDS = frozenset(
    "uncertainty uncertainties error errors precision accuracy accurate precise deviation std tolerance within "
    "reproducibility sd sigma standard".split()
)


def compare_facts(
    statement: Reading, source: Reading, context: Reading | None = None, document: Reading | None = None
) -> tuple[list[Complaint], list[Pair]]:
    """Every fact of `statement` held against `source`.

    `context` may supply a year or the unit of a column, `document` (its title, its running head) a label.
    """
    complaints: list[Complaint] = []
    pairs: list[Pair] = []
    for quantity in statement.quantities:
        complaint, found = _quantity(quantity, statement, source, context)
        if complaint:
            complaints.append(complaint)
        if found:
            pairs.append(Pair(quantity, found))
    complaints += _positions(statement, source)
    complaints += [c for date in statement.dates if (c := _date(date, statement, source, context))]
    complaints += [c for time in statement.times if (c := _time(time, source))]
    complaints += _labels(statement, source, document)
    return complaints, pairs


class Matcher:
    """Gives the facts of a text keys under which they equal those of a source: 1.5 km and the source's 1500 m."""

    def __init__(self, source: Reading) -> None:
        self.source = source

    def keys(self, reading: Reading) -> list[tuple[int, str, str]]:
        """(start, text, key) of every number, date, time, position and label of `reading`."""
        source = self.source
        found: list[tuple[int, str, str]] = []
        for number in reading.quantities:
            index = _index(number, source.quantities)
            found.append((number.start, number.text, f"\0n{index}" if index is not None else f"\0?{number.text}"))
        for date in reading.dates:
            index = next((i for i, other in enumerate(source.dates) if dates_agree(date, other)), None)
            found.append((date.start, date.text, f"\0d{index}" if index is not None else f"\0?{date.text}"))
        found += [(time.start, time.text, f"\0t{time.hour}:{time.minute}") for time in reading.times]
        for place in reading.positions:
            index = next((i for i, other in enumerate(source.positions) if _places_agree(place, other)), None)
            found.append((place.start, place.text, f"\0p{index}" if index is not None else f"\0?{place.text}"))
        found += [(start, label, "\0l" + _key(label)) for start, label in reading.label_places]
        return found


def _index(number: Quantity, others: Sequence[Quantity]) -> int | None:
    """The first of `others` that equals `number`; else one that differs in the unit only, or that it rounds."""
    best: tuple[int, int] | None = None
    for index, other in enumerate(others):
        if number.ordinal != other.ordinal or bool(number.upper) != bool(other.upper):
            continue
        ends = [_values_agree(number.values, number, other.values, other)]
        if number.upper:
            ends.append(_values_agree(number.upper, number, other.upper, other))
        if all(end is True for end in ends):
            rank = 0
        elif all(end is not None and end is not False for end in ends):
            rank = 1
        elif number.hedged and _rounds(number, other):
            rank = 2
        else:
            continue
        if best is None or rank < best[0]:
            best = (rank, index)
    return best[1] if best else None


def dates_agree(date: Date, other: Date) -> bool:
    return any(_partial(a, b) is not False for a in date.readings for b in other.readings)


def _places_agree(place: Position, other: Position) -> bool:
    mine, theirs = place.degrees, other.degrees
    if not place.axis or not other.axis:
        mine, theirs = abs(mine), abs(theirs)
    elif place.axis != other.axis:
        return False
    return abs(mine - theirs) <= (place.step / 2 if place.parts != other.parts else 0)


def _key(label: str) -> str:
    return label.translate(_SEPARATORS).casefold()


_SEPARATORS = str.maketrans("", "", "-_/# ")


# Numbers


def _quantity(
    stated: Quantity, statement: Reading, source: Reading, context: Reading | None
) -> tuple[Complaint | None, Quantity | None]:
    candidates = [other for other in source.quantities if other.ordinal == stated.ordinal]
    verdicts: list[tuple[int, Complaint | None, Quantity]] = []
    for other in candidates:
        complaint = _match(stated, other, context)
        if complaint is None:
            return None, other
        if complaint is not _DIFFERENT:
            verdicts.append((1 if complaint.hard else 0, complaint, other))
    if verdicts:
        _, complaint, other = min(verdicts, key=lambda verdict: verdict[0])
        return complaint, other
    if not stated.ordinal and not stated.upper and not stated.units and not stated.tolerance:
        # "17" of "17-20" or "180" of "S/N 69-180"; a number that belongs to a name: "SBE 35".
        if word_before(statement, stated) + _digits(stated) in source.identifiers:
            return None, None
        negative = any(other.values[0] == -stated.values[0] for other in candidates)
        if stated.text.isdigit() and len(stated.text) > 2 and stated.text in source.tokens and not negative:
            return None, None  # a serial number, which reads as a number in one text and as a name in the other
        if stated.values[0] == 1 and stated.spelled and source.forms & {"a", "an", "single", "1"}:
            return None, None
        if _as_position(stated, source):
            return None, None
    inside = [o for o in candidates if stated.tolerance is None and not o.upper and _equal_tolerance(stated, o)]
    if inside:
        said = {word.form for word in statement.words}
        if said & _TOLERANCE_WORDS or "±" in statement.text:
            return None, inside[0]
        return Complaint(f"{stated.text} is the uncertainty in the source, {inside[0].text}", False), inside[0]
    if not stated.ordinal and _in_date(stated, source):
        return None, None
    if stated.tolerance is None and not stated.upper:
        within = [o for o in candidates if o.upper and any(_same(stated, end) for end in _ends(o))]
        if within:
            return Complaint(f"the source gives a range, {within[0].text}, not {stated.text}", False), within[0]
    if stated.upper:
        parts = [next((o for o in candidates if not o.upper and _same(end, o)), None) for end in _ends(stated)]
        if all(parts):
            return None, None
    rounded = [o for o in candidates if _rounds(stated, o)]
    if rounded:
        if stated.hedged:
            return None, rounded[0]
        return Complaint(f"the source says {rounded[0].text}, the statement {stated.text}", False), rounded[0]
    return Complaint(_nearest(stated, candidates)), None


_DIFFERENT = Complaint("")


def _ends(quantity: Quantity) -> list[Quantity]:
    common = (quantity.start, quantity.end, quantity.text)
    return [
        Quantity(quantity.values, *common, units=quantity.units),
        Quantity(quantity.upper, *common, units=quantity.units),
    ]


def _same(stated: Quantity, other: Quantity) -> bool:
    return _values_agree(stated.values, stated, other.values, other) is True


def _match(stated: Quantity, other: Quantity, context: Reading | None) -> Complaint | None:
    """None where the two agree, `_DIFFERENT` where they are different numbers, else what differs."""
    if bool(stated.upper) != bool(other.upper):
        return _DIFFERENT
    low = _values_agree(stated.values, stated, other.values, other)
    if low is None or low is False:
        return _DIFFERENT
    if stated.upper:
        high = _values_agree(stated.upper, stated, other.upper, other)
        if high is None or high is False:
            return _DIFFERENT
        low = high if isinstance(high, Complaint) else low
    if isinstance(low, Complaint):
        if low.hard or not _header_unit(stated, context):
            return low
    if stated.tolerance is not None:
        if other.tolerance is None:
            return Complaint(f"the source gives no uncertainty with {other.text}, the statement {stated.text}", False)
        if _scaled(stated.tolerance, stated) != _scaled(other.tolerance, other):
            return Complaint(f"the source says {other.text}, the statement {stated.text}")
    return _bounds(stated, other)


_BOUND_WORDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def _bounds(stated: Quantity, other: Quantity) -> Complaint | None:
    if stated.bound == other.bound:
        return None
    said = f"{_BOUND_WORDS.get(stated.bound, '')} {stated.text}".strip()
    found = f"{_BOUND_WORDS.get(other.bound, '')} {other.text}".strip()
    reason = f"the source says {found}, the statement {said}"
    if stated.bound and other.bound:
        return Complaint(reason, stated.bound[0] != other.bound[0])
    return Complaint(reason, stated.bound in ("gt", "lt"))


def _values_agree(
    mine: Sequence[Fraction], stated: Quantity, theirs: Sequence[Fraction], other: Quantity
) -> bool | Complaint | None:
    """True, a complaint about the unit, or False/None for different numbers."""
    plain_equal = any(a == b for a in mine for b in theirs)
    if stated.units and other.units:
        if _units_agree(mine, stated, theirs, other):
            return True
        if plain_equal and not _any_same(stated.units, other.units):
            return Complaint(f"the source gives {other.text}, the statement {stated.text}")
        return None
    if not plain_equal:
        return None
    if stated.units and not other.units:
        return Complaint(f"the source gives {other.text} without the unit {stated.unit_text}", False)
    return True


def _any_same(mine: Iterable[Unit], theirs: Iterable[Unit]) -> bool:
    return any(a.dimension == b.dimension and a.factor == b.factor for a in mine for b in theirs)


def _units_agree(mine: Sequence[Fraction], stated: Quantity, theirs: Sequence[Fraction], other: Quantity) -> bool:
    for my_unit in stated.units:
        for their_unit in other.units:
            if my_unit.dimension != their_unit.dimension:
                continue
            for a in mine:
                for b in theirs:
                    left = a * my_unit.factor + my_unit.offset
                    right = b * their_unit.factor + their_unit.offset
                    if left == right:
                        return True
                    exact = my_unit.decadic and their_unit.decadic
                    if not exact and my_unit.factor != their_unit.factor and stated.step:
                        # A conversion that is no power of ten is rounded to the digits that are shown.
                        if abs(left - right) <= stated.step * abs(my_unit.factor) / 2:
                            return True
    return False


def _header_unit(stated: Quantity, context: Reading | None) -> bool:
    """Whether the context names the unit in brackets, as the head of a column does: "Depth [m]"."""
    if context is None or not stated.unit_text:
        return False
    return any(f"{left}{stated.unit_text}{right}" in context.text for left, right in ("[]", "()"))


def _scaled(value: Fraction, quantity: Quantity) -> Fraction:
    return value * quantity.units[0].factor if quantity.units else value


def _equal_tolerance(stated: Quantity, other: Quantity) -> bool:
    if other.tolerance is None:
        return False
    as_value = Quantity((other.tolerance,), 0, 0, "", units=other.units)
    return _same(stated, as_value)


def _rounds(stated: Quantity, other: Quantity) -> bool:
    """Whether the stated number is the other one with fewer digits; trailing zeros of an integer do not count."""
    if stated.upper or other.upper or not stated.values or stated.values == other.values or stated.ordinal:
        return False
    if stated.units and other.units and not any(a.dimension == b.dimension for a in stated.units for b in other.units):
        return False
    step = stated.step
    whole = stated.values[0]
    if step == 1 and whole:
        while whole % 10 == 0:
            whole, step = whole / 10, step * 10
    mine, theirs, width = stated.values[0], other.values[0], step
    if stated.units and other.units:
        mine = mine * stated.units[0].factor + stated.units[0].offset
        theirs = theirs * other.units[0].factor + other.units[0].offset
        width = step * stated.units[0].factor
    if stated.spelled or other.spelled or theirs == 0:
        return False
    return mine != theirs and abs(mine - theirs) <= width / 2 and abs(mine - theirs) <= abs(theirs) / 10


def _digits(quantity: Quantity) -> str:
    return quantity.text.casefold()


def _in_date(stated: Quantity, source: Reading) -> bool:
    if stated.values[0].denominator != 1 or stated.units:
        return False
    value = int(stated.values[0])
    return any(date.only_year and date.readings[0][0] == value for date in source.dates)


def _as_position(stated: Quantity, source: Reading) -> bool:
    """Whether a bare decimal is a coordinate that the source writes with a hemisphere."""
    if stated.step > Fraction(1, 100):
        return False
    return any(abs(stated.values[0] - place.degrees) <= stated.step / 2 for place in source.positions if place.axis)


def _nearest(stated: Quantity, candidates: list[Quantity]) -> str:
    """The words for a number that the source does not hold, naming the number that it was put in place of."""
    alike = [
        other
        for other in candidates
        if bool(other.units) == bool(stated.units)
        and (not stated.units or any(a.dimension == b.dimension for a in stated.units for b in other.units))
    ]
    if not alike:
        return f"{stated.text} is not in the source"
    target = _scaled(stated.values[0], stated)
    other = min(alike, key=lambda o: (abs(_scaled(o.values[0], o) - target), o.start))
    return f"the source says {other.text}, the statement {stated.text}"


# Positions, dates, times, labels


def _positions(statement: Reading, source: Reading) -> list[Complaint]:
    return [complaint for place in statement.positions if (complaint := _position(place, source))]


def _position(stated: Position, source: Reading) -> Complaint | None:
    soft: Complaint | None = None
    for other in source.positions:
        if stated.axis and other.axis and stated.axis != other.axis:
            continue
        mine, theirs = stated.degrees, other.degrees
        without = bool(stated.axis) != bool(other.axis)
        if without:
            mine, theirs = abs(mine), abs(theirs)
        width = stated.step / 2 if other.parts != stated.parts else Fraction(0)
        if abs(mine - theirs) <= width and stated.step <= 100 * other.step:
            if stated.axis and stated.text[0] == "-" and other.text[0] != "-":
                soft = Complaint(f"the source says {other.text}, the statement {stated.text}", False)
                continue
            if not without or not stated.axis:
                return None
            soft = Complaint(f"the source gives {other.text} without the hemisphere of {stated.text}", False)
    for number in source.quantities:
        if not number.units and number.step <= Fraction(1, 100) and stated.axis:
            if abs(number.values[0] - stated.degrees) <= (stated.step / 2 if stated.parts > 1 else 0):
                return None
    if soft:
        return soft
    alike = [other for other in source.positions if other.axis == stated.axis]
    if alike:
        nearest = min(alike, key=lambda other: abs(other.degrees - stated.degrees))
        return Complaint(f"the source says {nearest.text}, the statement {stated.text}")
    return Complaint(f"the position {stated.text} is not in the source")


def _date(stated: Date, statement: Reading, source: Reading, context: Reading | None) -> Complaint | None:
    soft: Complaint | None = None
    for other in source.dates:
        for mine in stated.readings:
            for theirs in other.readings:
                agreed = _partial(mine, theirs)
                if agreed is True:
                    return None
                if agreed is None:
                    year = mine[0]
                    known = [
                        d for r in (source, context) if r for d in r.dates if any(t[0] == year for t in d.readings)
                    ]
                    if year and (known or (context and str(year) in context.identifiers)):
                        return None
                    soft = Complaint(f"the source says {other.text}, the statement {stated.text}", False)
    if stated.only_year:
        year = stated.readings[0][0]
        if str(year) in source.identifiers or (context and str(year) in context.identifiers):
            return None
        if any(q.values[0] == year and not q.units for q in source.quantities):
            return None
    if soft:
        return soft
    if source.dates:
        alike = [d for d in source.dates if d.only_year == stated.only_year] or list(source.dates)
        return Complaint(f"the source says {alike[0].text}, the statement {stated.text}")
    return Complaint(f"the date {stated.text} is not in the source")


def _partial(
    mine: tuple[int | None, int | None, int | None], theirs: tuple[int | None, int | None, int | None]
) -> bool | None:
    """True where all that I say is there, None where only the year is left open, False where something differs."""
    open_year = False
    for index, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        if a is None:
            continue
        if b is None:
            if index == 0 and mine[1] is not None:
                open_year = True
                continue
            return False
        if a != b:
            return False
    return None if open_year else True


def _time(stated: Time, source: Reading) -> Complaint | None:
    for other in source.times:
        if (stated.hour, stated.minute) != (other.hour, other.minute):
            continue
        if stated.second is not None and other.second is not None and stated.second != other.second:
            continue
        if stated.zone and other.zone and stated.zone != other.zone:
            return Complaint(f"the source says {other.text}, the statement {stated.text}")
        return None
    if source.times:
        nearest = min(source.times, key=lambda t: abs((t.hour - stated.hour) * 60 + t.minute - stated.minute))
        return Complaint(f"the source says {nearest.text.strip()}, the statement {stated.text.strip()}")
    return Complaint(f"the time {stated.text.strip()} is not in the source")


def _labels(statement: Reading, source: Reading, context: Reading | None) -> list[Complaint]:
    complaints = []
    for label in statement.labels:
        key = _key(label)
        if key in source.identifiers or (context and key in context.identifiers):
            continue
        parts = [part for part in label.replace("/", "-").split("-") if part]
        lettered = any(character.isalpha() for character in parts[0]) if parts else False
        if lettered and len(parts) > 1 and all(len(p) > 2 and p.casefold() in source.identifiers for p in parts):
            continue  # "A20-2021" where the source says A20 and 2021
        complaints.append(Complaint(f"{label} is not in the source"))
    return complaints


# Tools


def from_tool(statement: Reading, tool: Reading, question: Reading) -> bool:
    """Whether every number, date, time, position and label of a statement comes from a tool's text.

    The statement may round a tool's number, and repeat what the question gave; at least one number is the tool's.
    """
    if not statement.quantities:
        return False
    own = [_given(quantity, tool, rounding=True) for quantity in statement.quantities]
    asked = [_given(quantity, question, rounding=False) for quantity in statement.quantities]
    if not any(own) or not all(a or b for a, b in zip(own, asked, strict=True)):
        return False
    for source in (tool, question):
        rest = _positions(statement, source)
        rest += [c for date in statement.dates if (c := _date(date, statement, source, question))]
        rest += [c for time in statement.times if (c := _time(time, source))]
        rest += _labels(statement, source, question)
        if not rest:
            return True
    return False


def _given(stated: Quantity, source: Reading, rounding: bool) -> bool:
    for other in source.quantities:
        if other.ordinal != stated.ordinal or bool(other.upper) != bool(stated.upper):
            continue
        agreed = _values_agree(stated.values, stated, other.values, other)
        if isinstance(agreed, Complaint):
            # A tool's result often carries its unit apart: {"value": 5, "unit": "m"}.
            agreed = not agreed.hard and _names_unit(source, stated)
        if agreed and (not stated.upper or _values_agree(stated.upper, stated, other.upper, other) is True):
            return True
        if rounding and _rounded_from(stated, other, source):
            return True
    return False


def _rounded_from(stated: Quantity, other: Quantity, source: Reading) -> bool:
    """Whether a tool's long result was shortened, to its shown digits exactly."""
    if stated.upper or other.upper or other.step >= stated.step:
        return False
    if abs(stated.values[0] - other.values[0]) > stated.step / 2:
        return False
    if not stated.units:
        return True
    if other.units:
        return _any_same(stated.units, other.units)
    return _names_unit(source, stated)


_UNIT_START = re.compile(r"(?<![\w.])[A-Za-z°%‰$]")


def _names_unit(source: Reading, stated: Quantity) -> bool:
    """Whether a text names the unit of a quantity anywhere."""
    return any(
        _any_same(stated.units, unit_at(source.text, found.start())[0]) for found in _UNIT_START.finditer(source.text)
    )
