"""Which of a report's findings somebody means: by id, by number, by level, or by words of theirs."""

from __future__ import annotations

import re

from tools.netcdf.model import LEVELS, Finding, Level, Report

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_NUMBER = re.compile(
    r"(?:\b(?:finding|number|no\.?|issue|problem)\s*|#)\s*[NF]?(\d{1,3})\b|^\W*[NF]?(\d{1,3})\W*$|\b[NF](\d{1,3})\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\b(?: (?:one|finding|issue|problem))?\W*$", re.IGNORECASE)
_LEVELS: tuple[tuple[Level, str], ...] = (
    ("violation", r"\bviolat\w+|\berrors?\b"),
    ("suspicious", r"\bsuspic\w+"),
    ("recommendation", r"\brecommend\w+|\badvice\b"),
)
#: Words of researchers for what the ids call otherwise.
_SAME = {
    "outlier": "spike", "outliers": "spike", "jump": "spike", "epoch": "time", "date": "time", "dates": "time",
    "times": "time", "timestamps": "time", "timestamp": "time", "lat": "latitude", "lon": "longitude",
    "position": "latitude", "positions": "latitude", "metadata": "acdd", "discovery": "acdd", "temp": "temperature",
    "fillvalue": "fill", "sentinel": "fill", "missing": "fill", "hole": "gap", "qc": "flags", "flag": "flags",
    "inversion": "density", "stuck": "flat", "swapped": "swap",
}  # fmt: skip
#: Words that every report holds, and those of asking: they choose nothing.
_EMPTY = frozenset(
    "a about all also an and any anything are at attribute attributes be by can check checked checks correct "
    "could do does evidence explain file files finding findings fix fixed for from give have how i if in is issue "
    "issues it its look looks me mean mend more my netcdf of on one ones please problem problems repair right "
    "rule say says see should show so tell that the their them there these this those to value values variable "
    "variables was were what whats where which why with would wrong you your".split()
)


def in_order(report: Report) -> list[Finding]:
    """The findings as they are told and counted: the most serious first."""
    return [found for level in LEVELS for found in report.of_level(level)]


def choose(report: Report, wanted: str) -> list[Finding]:
    """The findings that `wanted` means, none where it means none of them.

    `wanted` is an id (`spike:temperature`), a number (`3`, `N3`, `the third one`), a level, or words: those findings
    are meant that share most of the words with their id and class, or failing that with their message.
    """
    told = in_order(report)
    plain = wanted.strip().strip("[]").casefold()
    exact = [found for found in told if found.id.casefold() == plain]
    exact = exact or [found for found in told if f"[{found.id.casefold()}]" in wanted.casefold()]
    if exact:
        return exact
    number = _number(wanted)
    if number:
        return told[number - 1 : number] if number > 0 else told[-1:]
    words = _words(wanted)
    named = [(len(words & _words(f"{found.id} {found.cls}")), found) for found in told]
    best = max((score for score, _ in named), default=0)
    if best:
        return [found for score, found in named if score == best]
    for level, pattern in _LEVELS:
        if re.search(pattern, wanted, re.IGNORECASE):
            return list(report.of_level(level))
    shared = [(len(words & _words(found.message)), found) for found in told]
    best = max((score for score, _ in shared), default=0)
    return [found for score, found in shared if best and score == best]


def telling(text: str) -> list[str]:
    """The words of a question that may choose a finding."""
    return [word for word in re.findall(r"[A-Za-z]\w{2,}", text) if word.casefold() not in _EMPTY]


def _number(wanted: str) -> int:
    found = _NUMBER.search(wanted)
    if found:
        return int(next(group for group in found.groups() if group))
    ordinal = _ORDINAL.search(wanted)
    return _ORDINALS[ordinal[1].casefold()] if ordinal else 0


def _words(text: str) -> set[str]:
    words: set[str] = set()
    for word in re.findall(r"[^\W_]+", text.casefold()):
        if word in _EMPTY or len(word) < 2:
            continue
        word = _SAME.get(word, word)
        words.add(word if len(word) < 5 or word.endswith("ss") else word.removesuffix("s"))
    return words
