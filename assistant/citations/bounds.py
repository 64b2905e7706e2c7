"""Where a quotation may begin and end: it tears no word and no number, leaves no sign and no denial behind."""

from __future__ import annotations

import re


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] tears no word and no number, and leaves no sign behind."""
    return bound_before(text, start) and _bound_after(text, end)


_DENIAL = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|without|n['’]t)\s*$", re.IGNORECASE)
_BROKEN_WORD = re.compile(r"[^\W\d_][-\u00ad\u2010\ufffe\x02][^\S\n]{0,4}\n\s{0,8}$")


def behind_denial(text: str, start: int) -> bool:
    """Whether the word before a quotation denies it: who quotes from behind a "not" turns the sentence round."""
    return bool(_DENIAL.search(text[max(0, start - 16) : start]))


def bound_before(text: str, start: int) -> bool:
    if start <= 0:
        return True
    first, before = text[start], text[start - 1]
    if before.isspace() and first.isalpha() and _BROKEN_WORD.search(text[max(0, start - 16) : start]):
        return False
    if first.isalnum() and before.isalnum():
        return False
    earlier = text[start - 2] if start > 1 else " "
    if first.isdigit():
        if before in ".,/:" and earlier.isdigit():
            return False
        if before in "-−–+" and not earlier.isalnum():
            return False  # the sign of a number belongs to it
        if before in "-−–" and earlier.isdigit():
            return False  # the far end of a range
        if before == "±":
            return False
    return not (first == "." and before.isdigit())


def _bound_after(text: str, end: int) -> bool:
    if end >= len(text):
        return True
    last, after = text[end - 1], text[end]
    if last.isalnum() and after.isalnum():
        return False
    if last.isdigit() and end + 1 < len(text):
        following = text[end + 1]
        if after in ".,/:-−–" and following.isdigit():
            return False
    return True


_DASH = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u2212\u2796\ufe31\ufe58\ufe63\uff0d\u02d7"
_RUN = re.compile(rf"[{_DASH}]{{2,9}}(?=\.?\d)")


def doubled_dashes(text: str) -> int:
    """How many numbers stand behind two dashes or more, of which the last is a sign: "10--4.5" is not "10-4.5".

    Folding makes one dash of a run, so that what was folded alike has to be asked for this again.
    """
    return sum(1 for _ in _RUN.finditer(text))


def tight(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
