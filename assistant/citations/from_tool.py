"""Whether a statement stands on the result of a tool: every fact of it must come from there."""

from __future__ import annotations

import re

from assistant.citations.circumstances import compare_date, compare_labels, compare_positions, compare_time
from assistant.citations.complaints import Complaint
from assistant.citations.numbers import any_same_unit, values_agree
from assistant.citations.quantities import Quantity
from assistant.citations.reading import Reading
from assistant.citations.units import unit_at


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
        rest = compare_positions(statement, source)
        rest += [c for date in statement.dates if (c := compare_date(date, statement, source, question))]
        rest += [c for time in statement.times if (c := compare_time(time, source))]
        rest += compare_labels(statement, source, question)
        if not rest:
            return True
    return False


def _given(stated: Quantity, source: Reading, rounding: bool) -> bool:
    for other in source.quantities:
        if other.ordinal != stated.ordinal or bool(other.upper) != bool(stated.upper):
            continue
        agreed = values_agree(stated.values, stated, other.values, other)
        if isinstance(agreed, Complaint):
            # A tool's result often carries its unit apart: {"value": 5, "unit": "m"}.
            agreed = not agreed.hard and _names_unit(source, stated)
        if agreed and (not stated.upper or values_agree(stated.upper, stated, other.upper, other) is True):
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
        return any_same_unit(stated.units, other.units)
    return _names_unit(source, stated)


_UNIT_START = re.compile(r"(?<![\w.])[A-Za-z°%‰$]")


def _names_unit(source: Reading, stated: Quantity) -> bool:
    """Whether a text names the unit of a quantity anywhere."""
    return any(
        any_same_unit(stated.units, unit_at(source.text, found.start())[0])
        for found in _UNIT_START.finditer(source.text)
    )
