"""Comparing dates, times of day, positions and labels of a statement with those of a source."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from assistant.citations.complaints import Complaint
from assistant.citations.moments import Date, Time
from assistant.citations.places import Position
from assistant.citations.quantities import Quantity
from assistant.citations.reading import Reading


def dates_agree(date: Date, other: Date) -> bool:
    return any(_partial(a, b) is not False for a in date.readings for b in other.readings)


def places_agree(place: Position, other: Position) -> bool:
    mine, theirs = place.degrees, other.degrees
    if not place.axis or not other.axis:
        mine, theirs = abs(mine), abs(theirs)
    elif place.axis != other.axis:
        return False
    return abs(mine - theirs) <= (place.step / 2 if place.parts != other.parts else 0)


def label_key(label: str) -> str:
    return label.translate(_SEPARATORS).casefold()


_SEPARATORS = str.maketrans("", "", "-_/# ")


def as_bare_number(stated: Position, numbers: Sequence[Quantity]) -> int | None:
    """The number that gives a coordinate with its hemisphere as a signed decimal: "-69.6996" for 69.6996 W."""
    if not stated.axis:
        return None
    width = stated.step / 2 if stated.parts > 1 else 0
    for index, number in enumerate(numbers):
        if not number.units and number.step <= Fraction(1, 100) and abs(number.values[0] - stated.degrees) <= width:
            return index
    return None


def compare_positions(statement: Reading, source: Reading) -> list[Complaint]:
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
    if as_bare_number(stated, source.quantities) is not None:
        return None
    if soft:
        return soft
    alike = [other for other in source.positions if other.axis == stated.axis]
    if alike:
        nearest = min(alike, key=lambda other: abs(other.degrees - stated.degrees))
        return Complaint(f"the source says {nearest.text}, the statement {stated.text}")
    return Complaint(f"the position {stated.text} is not in the source")


def compare_date(stated: Date, statement: Reading, source: Reading, context: Reading | None) -> Complaint | None:
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


def compare_time(stated: Time, source: Reading) -> Complaint | None:
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


def compare_labels(statement: Reading, source: Reading, context: Reading | None) -> list[Complaint]:
    complaints = []
    for label in statement.labels:
        key = label_key(label)
        if key in source.identifiers or (context and key in context.identifiers):
            continue
        parts = [part for part in label.replace("/", "-").split("-") if part]
        lettered = any(character.isalpha() for character in parts[0]) if parts else False
        if lettered and len(parts) > 1 and all(len(p) > 2 and p.casefold() in source.identifiers for p in parts):
            continue  # "A20-2021" where the source says A20 and 2021
        complaints.append(Complaint(f"{label} is not in the source"))
    return complaints
