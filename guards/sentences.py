"""Claims of an answer: its sentences without citation labels, greetings and notices."""

from __future__ import annotations

import re

_LABEL = re.compile(r"\s*\[\d{1,3}(?:,\s*\d{1,3})*\]")
_ABBREVIATED = "".join(
    rf"(?<!\b{re.escape(word)})" for word in ("e.g.", "i.e.", "cf.", "al.", "ca.", "No.", "Fig.", "Dr.", "Eq.")
)
_END = re.compile(r"(?<=[.!?])" + _ABBREVIATED + r"\s+(?=[\"'(\[]?[A-Z0-9])|(?<=\])\s+(?=[A-Z])|\n+")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+")
_NOTICE = re.compile(
    r"(?i)^(?:hello|hi|dear|sure|certainly|of course|here (?:is|are)|i (?:hope|could not|cannot|can't"
    r"|did not|will not)"
    r"|sorry|thank|let me know|sources?:)"
)


def claims_in(text: str) -> list[str]:
    """The sentences of a text that say something about the world.

    >>> claims_in("Sure! The CTD failed at station 12 [1]. It was replaced [2].")
    ['The CTD failed at station 12.', 'It was replaced.']
    """
    found = []
    for part in _END.split(text):
        claim = " ".join(_LABEL.sub("", _BULLET.sub("", part)).split())
        if len(claim.split()) >= 3 and not _NOTICE.match(claim):
            found.append(claim)
    return found
