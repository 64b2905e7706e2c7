"""Where a unit begins and ends in a text: "5 kg m-3 * 2" holds kg m-3, "5 m / 2 s" holds m and then s."""

from __future__ import annotations

import re

from tools.calculator import units
from tools.calculator.constants import CONSTANTS
from tools.calculator.functions import FUNCTIONS

_UNIT_WORD = re.compile(r"[A-Za-z_]+|°[CFK]?|%")
_EXPONENT = re.compile(r"\s*(?:\^|\*\*)\s*(?:\(\s*[+-]?\d{1,3}(?:[./]\d{1,3})?\s*\)|[+-]?\d{1,3}(?![\d.]))")
_TIGHT = re.compile(r"[+-]?\d{1,2}(?![\d.\w])")
#: Words that are never a unit inside an expression, though pint knows some of them.
KEYWORDS = {"in", "to", "into", "as", "at", "and", "of", "from", "between", "with", "for", "or", "is", "the", "mod"}
GEODESY = ("distance", "bearing", "midpoint")


def unit_end(text: str, start: int) -> int:
    """Where the unit that follows `start` ends; `start` itself when there is none."""
    end = at = start
    while True:
        skipped = skip(text, at)
        word = _UNIT_WORD.match(text, skipped)
        if word is None or not _is_unit_here(text, word, first=end == start):
            return end
        at = word.end()
        if word.group() == "%":
            return end if end > start else at
        if (power := _EXPONENT.match(text, at)) or (power := _TIGHT.match(text, at)):
            negative = "-" in power.group() or "+" in power.group()
            follow = _UNIT_WORD.match(text, skip(text, power.end()))
            spelled = "^" in power.group() or "*" in power.group()
            if spelled or not negative or follow is None or follow.group() != word.group():
                at = power.end()
        end = at
        joint = skip(text, at)
        if text.startswith("/", joint) and not text.startswith("//", joint):
            inner = skip(text, joint + 1)
            if text.startswith("(", inner) and (closed := _unit_bracket(text, inner)):
                return closed
            if not _unit_follows(text, inner):
                return end
            at = inner
        elif text.startswith("*", joint) and not text.startswith("**", joint):
            if not _unit_follows(text, skip(text, joint + 1)):
                return end
            at = skip(text, joint + 1)
        else:
            at = joint


def _unit_bracket(text: str, opened: int) -> int:
    closing = text.find(")", opened)
    inner = text[opened + 1 : closing]
    words = re.findall(r"[A-Za-z_]+", inner)
    plain = re.fullmatch(r"[A-Za-z_ *0-9^-]+", inner) is not None
    return closing + 1 if closing > 0 and plain and words and all(map(units.is_unit_word, words)) else 0


def _unit_follows(text: str, at: int) -> bool:
    word = _UNIT_WORD.match(text, at)
    return word is not None and _is_unit_here(text, word, first=False)


def _is_unit_here(text: str, word: re.Match[str], *, first: bool) -> bool:
    name = word.group()
    if name == "%":
        rest = text[word.end() :].lstrip()
        follows_operand = re.match(r"[\d(.]", rest) or (re.match(r"[A-Za-z]", rest) and not _stops(rest))
        return first and not follows_operand
    if name == "in":
        rest = text[word.end() :].lstrip()
        return first and (not rest or rest[0] in "+-*/)^," or _stops(rest))
    if name.lower() in KEYWORDS and name != "AS":
        return False
    if name in CONSTANTS and name not in ("G",):
        return False
    if re.match(r"\s*\(", text[word.end() :]) and (name in FUNCTIONS or name in GEODESY):
        return False
    if name in ("x", "X") and re.match(r"\s*[\d(]", text[word.end() :]):
        return False
    if re.match(r"\s*=", text[word.end() :]):
        return False
    return units.is_unit_word(name)


def skip(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _stops(rest: str) -> bool:
    return re.match(r"(?:in|to|into|as|of|at|and|or|plus|minus|times)\b|->", rest) is not None
