"""A statement cut where it makes two claims, each of which then has to be shown by itself."""

from __future__ import annotations

import re

from assistant.citations.reading import read

_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|does|do|will|can|could|may|might|should|would|must"
    r"|began|took|left|ran|went|came|rose|fell|lost|found|held|made|broke|sank|led|gave|met|got|saw|set"
    r"|[a-z]{2,20}ed)\b"
)
_JOINT = re.compile(r";\s|,\s(?:and|while|whereas|but)\s|\s(?:and|while|whereas|but)\s")
#: Words whose reach goes over both halves: such a statement is judged as a whole.
_WHOLE = re.compile(
    r"\b(?:respectively|both|neither|either|nor|if|unless|between|than|because|whether|not only|respective)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"(?:In|On|At|During|After|Before|Since|Until|Between|From|Within|By|For|With|Without|Under|Over)\b")
_REPORTED = re.compile(
    r"(?:According to|The (?:report|document|source|text|paper|authors?))\b[^,]{0,60}?(?:,|\bthat\b)\s?", re.I
)
#: A half with fewer words and facts is no claim of its own.
_LEAST = 2
_MOST_CLAIMS = 4


def clauses(statement: str) -> list[str]:
    """The claims of a statement, at most four; one where it cannot be cut without losing what belongs to both halves.

    A half without a subject of its own takes that of the first, and a phrase that opens the statement ("In 2012, ...")
    opens every claim: what is said of nobody could be shown by anything.

    >>> clauses("The rosette was lost and returned with samples; the crew was happy with the cable.")
    ['The rosette was lost', 'The rosette returned with samples', 'the crew was happy with the cable.']
    """
    reported = _REPORTED.match(statement)
    body = statement[reported.end() :] if reported else statement
    lead, body = _opened(body)
    if lead is None or _WHOLE.search(body):
        return [statement]
    parts = _cut(body, _MOST_CLAIMS)
    if len(parts) < 2:
        return [statement]
    return [f"{lead}{part}" for part in parts]


def _opened(text: str) -> tuple[str | None, str]:
    """The phrase that opens a statement and goes for all of it, and the rest; None where its end is not marked."""
    if not _LEAD.match(text):
        return "", text
    end = text.find(", ")
    if end < 0 or _VERB.search(text[:end]):
        return None, text
    return text[: end + 2], text[end + 2 :]


def _cut(text: str, most: int) -> list[str]:
    for joint in _JOINT.finditer(text):
        left, right = text[: joint.start()].strip(), text[joint.end() :].strip()
        verb, own = _VERB.search(left), _VERB.search(right)
        if verb is None or own is None or _weight(left) < _LEAST or _weight(right) < _LEAST:
            continue
        subject = right[: own.start()]
        if not _names_something(subject):
            if not _names_something(left[: verb.start()]) or _tells_more(subject):
                continue
            right = f"{left[: verb.start()]}{right}"
        rest = _cut(right, most - 1) if most > 2 else [right]
        return [left, *rest]
    return [text]


def _names_something(text: str) -> bool:
    reading = read(text)
    return bool(reading.content or reading.labels or reading.quantities)


def _tells_more(text: str) -> bool:
    """Whether what stands before the verb of a half points back to something that is not the subject: "which"."""
    return bool(re.search(r"\b(?:which|that|who|it|they|this|these|there|then|he|she)\b", text, re.IGNORECASE))


def _weight(text: str) -> int:
    reading = read(text)
    facts = (reading.quantities, reading.labels, reading.dates, reading.times, reading.positions)
    return len(reading.content) + sum(map(len, facts))
