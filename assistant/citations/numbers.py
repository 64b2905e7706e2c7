"""Comparing the numbers of a statement with those of a source: values, units, signs, uncertainties, ranges, bounds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assistant.citations.complaints import Complaint
from assistant.citations.quantities import Quantity
from assistant.citations.reading import Reading, word_before
from assistant.citations.units import Dimension, Unit


@dataclass(frozen=True, slots=True)
class Pair:
    """A fact of the statement and the fact of the source that it was matched with."""

    stated: Quantity
    found: Quantity


_TOLERANCE_WORDS = frozenset(
    "uncertainty uncertainties error errors precision accuracy accurate precise deviation std tolerance within "
    "reproducibility sd sigma standard".split()
)


class Numbers:
    """The numbers of a source, found by value: comparing each number of a text with each of a source is quadratic."""

    def __init__(self, quantities: Sequence[Quantity]) -> None:
        self._quantities = quantities
        self._by_value: dict[Fraction, list[int]] = {}
        for index, quantity in enumerate(quantities):
            for value in quantity.values:
                self._by_value.setdefault(value, []).append(index)
        measured: dict[Dimension, list[tuple[Fraction, int]]] = {}
        for index, quantity in enumerate(quantities):
            for unit in quantity.units:
                bases = measured.setdefault(unit.dimension, [])
                bases += [(value * unit.factor + unit.offset, index) for value in quantity.values]
        self._measured = {dimension: sorted(bases) for dimension, bases in measured.items()}

    def index_of(self, number: Quantity) -> int | None:
        """The first number of the source that equals `number`; else one of another unit, or that it rounds."""
        best: tuple[int, int] | None = None
        for index in self._candidates(number):
            rank = _rank(number, self._quantities[index])
            if rank == 0:
                return index
            if rank is not None and (best is None or rank < best[0]):
                best = (rank, index)
        return best[1] if best else None

    def _candidates(self, number: Quantity) -> Iterable[int]:
        if number.hedged:
            return range(len(self._quantities))
        found = {index for value in number.values for index in self._by_value.get(value, ())}
        for unit in number.units:
            bases = self._measured.get(unit.dimension, [])
            width = abs(number.step * unit.factor) / 2
            for value in number.values:
                base = value * unit.factor + unit.offset
                # Equal after a conversion, or as near to it as the last digit shows.
                for place in range(bisect_left(bases, (base - width, -1)), len(bases)):
                    if bases[place][0] > base + width:
                        break
                    found.add(bases[place][1])
        return sorted(found)


def _rank(number: Quantity, other: Quantity) -> int | None:
    """0 where the two are equal, 1 where only the unit differs, 2 where one rounds the other, else None."""
    if number.ordinal != other.ordinal or bool(number.upper) != bool(other.upper):
        return None
    ends = [values_agree(number.values, number, other.values, other)]
    if number.upper:
        ends.append(values_agree(number.upper, number, other.upper, other))
    if all(end is True for end in ends):
        return 0
    if all(end is not None and end is not False for end in ends):
        return 1
    return 2 if number.hedged and _rounds(number, other) else None


def compare_number(
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
    return values_agree(stated.values, stated, other.values, other) is True


def _match(stated: Quantity, other: Quantity, context: Reading | None) -> Complaint | None:
    """None where the two agree, `_DIFFERENT` where they are different numbers, else what differs."""
    if bool(stated.upper) != bool(other.upper):
        return _DIFFERENT
    low = values_agree(stated.values, stated, other.values, other)
    if low is None or low is False:
        return _DIFFERENT
    if stated.upper:
        high = values_agree(stated.upper, stated, other.upper, other)
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


def values_agree(
    mine: Sequence[Fraction], stated: Quantity, theirs: Sequence[Fraction], other: Quantity
) -> bool | Complaint | None:
    """True, a complaint about the unit, or False/None for different numbers."""
    plain_equal = any(a == b for a in mine for b in theirs)
    if stated.units and other.units:
        if _units_agree(mine, stated, theirs, other):
            return True
        if plain_equal and not any_same_unit(stated.units, other.units):
            return Complaint(f"the source gives {other.text}, the statement {stated.text}")
        return None
    if not plain_equal:
        return None
    if stated.units and not other.units:
        return Complaint(f"the source gives {other.text} without the unit {stated.unit_text}", False)
    return True


def any_same_unit(mine: Iterable[Unit], theirs: Iterable[Unit]) -> bool:
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
