"""Comparing the facts of a statement with those of a source: numbers, units, signs, dates, times, positions.

Every check returns complaints in words. A hard complaint is a contradiction: the statement is not supported, whatever
else agrees. A soft one means that the source does not say quite as much.
"""

from __future__ import annotations

from assistant.citations.circumstances import (
    as_bare_number,
    compare_date,
    compare_labels,
    compare_positions,
    compare_time,
    dates_agree,
    label_key,
    places_agree,
)
from assistant.citations.complaints import Complaint
from assistant.citations.numbers import Numbers, Pair, compare_number
from assistant.citations.reading import Reading


def compare_facts(
    statement: Reading, source: Reading, context: Reading | None = None, document: Reading | None = None
) -> tuple[list[Complaint], list[Pair]]:
    """Every fact of `statement` held against `source`.

    `context` may supply a year or the unit of a column, `document` (its title, its running head) a label.
    """
    complaints: list[Complaint] = []
    pairs: list[Pair] = []
    for quantity in statement.quantities:
        complaint, found = compare_number(quantity, statement, source, context)
        if complaint:
            complaints.append(complaint)
        if found:
            pairs.append(Pair(quantity, found))
    complaints += compare_positions(statement, source)
    complaints += [c for date in statement.dates if (c := compare_date(date, statement, source, context))]
    complaints += [c for time in statement.times if (c := compare_time(time, source))]
    complaints += compare_labels(statement, source, document)
    return complaints, pairs


class Matcher:
    """Gives the facts of a text keys under which they equal those of a source: 1.5 km and the source's 1500 m."""

    def __init__(self, source: Reading) -> None:
        self.source = source
        self._numbers = Numbers(source.quantities)

    def keys(self, reading: Reading) -> list[tuple[int, str, str]]:
        """(start, text, key) of every number, date, time, position and label of `reading`."""
        source = self.source
        found: list[tuple[int, str, str]] = []
        for number in reading.quantities:
            index = self._numbers.index_of(number)
            found.append((number.start, number.text, f"\0n{index}" if index is not None else f"\0?{number.text}"))
        for date in reading.dates:
            index = next((i for i, other in enumerate(source.dates) if dates_agree(date, other)), None)
            found.append((date.start, date.text, f"\0d{index}" if index is not None else f"\0?{date.text}"))
        found += [(time.start, time.text, f"\0t{time.hour}:{time.minute}") for time in reading.times]
        for place in reading.positions:
            index = next((i for i, other in enumerate(source.positions) if places_agree(place, other)), None)
            bare = None if index is not None else as_bare_number(place, source.quantities)
            key = f"\0p{index}" if index is not None else f"\0n{bare}" if bare is not None else f"\0?{place.text}"
            found.append((place.start, place.text, key))
        found += [(start, label, "\0l" + label_key(label)) for start, label in reading.label_places]
        return found
