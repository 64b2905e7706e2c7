"""The digits of a number: decimal and thousands marks, powers of ten, signs."""

from __future__ import annotations

import re
from fractions import Fraction

_DIGITS = r"\d+(?:[.,'\u2009]\d+)*"
_SCIENCE = (
    r"(?:[eE](?P<{0}e>[-+]?\d{{1,3}})(?!\w|\.\d)"
    r"|\s?[x·*]\s?10(?:\s?\^?\s?\{{?(?P<{0}p>[-+]?\d{{1,2}})\}}?(?![\d.])|(?P<{0}s>[⁻⁺]?[°¹²³⁴⁵⁶⁷⁸⁹]+)))?"
)
# A number may not begin inside a word, a number or an identifier ("CFC-11", "S/N"), but may follow a minus sign.
NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>[-+](?=[\d.]))?"
    r"(?P<digits>" + _DIGITS + r"|\.\d+)" + _SCIENCE.format("m") + r"(?P<tail>(?:st|nd|rd|th)(?![A-Za-z]))?"
)
_POWER_OF_TEN = re.compile(r"(?<![\w.])(?P<sign>[-+])?10(?:\^\{?([-+]?\d{1,2})\}?|([⁻⁺]?[°¹²³⁴⁵⁶⁷⁸⁹]+))(?![\w.])")


def numerals(text: str) -> list[re.Match[str]]:
    matches = [*NUMBER.finditer(text), *_POWER_OF_TEN.finditer(text)]
    matches.sort(key=lambda match: (match.start(), -match.end()))
    return matches


def in_identifier(text: str, start: int) -> bool:
    """Whether the number goes on a word: "CFC-11", "pH/8"; the sign belongs to the match, so look before it."""
    if start == 0:
        return False
    before = text[start - 1]
    if before == "-" and text[start] in "-+":
        return False  # of two dashes the second is a sign: "10--4.5"
    if before in "-/_" and start > 1 and (text[start - 2].isalnum() or text[start - 2] in "._"):
        return True
    if before == "'" and start > 1 and text[start - 2].isdigit():
        return True
    if text[start] in "-+" and (before.isalnum() or before in ")]"):
        return True
    return before == "," and start > 1 and text[start - 2].isdigit()


def value_of(match: re.Match[str], comma: bool) -> tuple[tuple[Fraction, ...], Fraction] | None:
    if match.re is _POWER_OF_TEN:
        power = int((match.group(2) or match.group(3)).translate(_FLAT))
        value = Fraction(10) ** power
        return ((-value if match.group("sign") == "-" else value),), value
    readings = _decimal(match.group("digits"), comma)
    if not readings:
        return None
    power_text = match.group("me") or match.group("mp") or match.group("ms")
    scale = Fraction(10) ** int(power_text.translate(_FLAT)) if power_text else Fraction(1)
    sign = -1 if match.group("sign") == "-" else 1
    return tuple(sign * value * scale for value, _ in readings), readings[0][1] * scale


_FLAT = str.maketrans("°¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def _decimal(digits: str, comma: bool) -> list[tuple[Fraction, Fraction]]:
    """The readings of a string of digits and marks, each with the place value of its last digit."""
    if len(digits) > 60:
        return []
    bare = digits.replace("'", "\u2009")
    groups = re.split(r"[.,\u2009]", bare)
    marks = [character for character in bare if character in ".,\u2009"]
    if not marks:
        return [_point(bare)]
    last = marks[-1]
    grouped = all(len(group) == 3 for group in groups[1:-1]) and 1 <= len(groups[0]) <= 3
    if len(set(marks)) == 1:
        if len(marks) == 1:
            if last == ".":
                return [_point(bare)]
            thousands = len(groups[1]) == 3 and groups[0] != "0" and len(groups[0]) <= 3
            if last == "\u2009":
                return [_point("".join(groups))] if thousands else []
            if thousands:
                readings = [_point("".join(groups))]
                return [*readings, _point(".".join(groups))] if comma else readings
            return [_point(".".join(groups))]
        return [_point("".join(groups))] if grouped and len(groups[-1]) == 3 else []
    if marks.count(last) == 1 and len(set(marks[:-1])) == 1 and grouped and last != "\u2009":
        return [_point("".join(groups[:-1]) + "." + groups[-1])]
    return []


def _point(text: str) -> tuple[Fraction, Fraction]:
    decimals = len(text.partition(".")[2])
    return Fraction(text if text[0] != "." else "0" + text), Fraction(1, 10**decimals)


def leading_zero(match: re.Match[str]) -> bool:
    digits = match.group("digits")
    return len(digits) > 1 and digits[0] == "0" and digits.isdigit()
