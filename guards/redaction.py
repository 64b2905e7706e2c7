"""What was found where, and taking it out of a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["redact", "mask"]


@dataclass(frozen=True, slots=True)
class Match:
    """A secret or a piece of personal data: its risk code and its place, half open, in code points."""

    code: str
    start: int
    end: int
    score: float


def without(text: str, matches: Iterable[Match], mode: Mode = "redact") -> str:
    """The text with its matches replaced.

    `redact` leaves only the kind ("[secret: aws]"); `mask` keeps the last four characters of what is longer
    than eight, so that a person can tell two cards apart.

    >>> without("card 4111 1111 1111 1111", [Match("personal.card", 5, 24, 1.0)], "mask")
    'card ***************1111'
    """
    pieces: list[str] = []
    position = 0
    for match in sorted(matches, key=lambda one: one.start):
        if match.start < position:
            continue
        value = text[match.start : match.end]
        pieces.append(text[position : match.start])
        if mode == "mask":
            keep = 4 if len(value) > 8 else 0
            pieces.append("*" * (len(value) - keep) + value[len(value) - keep :])
        else:
            pieces.append(f"[{match.code.replace('.', ': ').replace('_', ' ')}]")
        position = match.end
    pieces.append(text[position:])
    return "".join(pieces)
