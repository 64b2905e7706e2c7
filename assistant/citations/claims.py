"""A statement cut where it makes two claims."""

from __future__ import annotations

import re

from assistant.citations.reading import read


def _weight(text: str) -> int:
    reading = read(text)
    return len(reading.content) + len(reading.quantities) + len(reading.labels) + len(reading.dates)


_VERB = re.compile(r"\b(?:was|were|is|are|has|have|had|did|does|do|will|can|could|[a-z]{2,20}ed)\b")


def clauses(statement: str) -> list[str]:
    """A statement cut where it makes two claims: at semicolons, and at commas or "and" between long halves."""
    parts: list[str] = []
    pieces = statement.split(";")
    for piece in pieces if all(_weight(piece) >= 3 for piece in pieces) else [statement]:
        for mark in (", and ", ", while ", ", whereas ", ", but ", " and "):
            halves = piece.split(mark)
            if len(halves) == 2 and all(_weight(half) >= 3 and _VERB.search(half) for half in halves):
                parts.extend(halves)
                break
        else:
            parts.append(piece)
    return [part.strip() for part in parts if part.strip(" .")]
