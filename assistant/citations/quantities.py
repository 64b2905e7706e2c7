"""Numbers with their units, signs, tolerances, ranges and bounds, read out of running text.

Values are exact fractions, so that 1.5 km and 1500 m are equal and 34.51 and 34.51000001 are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from assistant.citations.limits import bound_of
from assistant.citations.number_words import ORDINAL, ORDINALS, SCALES, TENS, WORD, WORDS, is_pronoun
from assistant.citations.numerals import NUMBER, in_identifier, leading_zero, numerals, value_of
from assistant.citations.units import Unit, unit_at

_PLAIN = str.maketrans(
    {
        **dict.fromkeys(
            "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2796\ufe58\ufe63\uff0d\u02d7\ufffe\x02\u00ad", "-"
        ),
        **dict.fromkeys("\u00b5\u03bc", "u"),
        **dict.fromkeys("\u00ba\u02da\u2070", "°"),
        **dict.fromkeys("\u2018\u2019\u2032\u00b4\u02bc\u201b`", "'"),
        **dict.fromkeys("\u201c\u201d\u2033\u00a8\u201e", '"'),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008", "\u2009"),
        **dict.fromkeys("\n\r\t\f\v", " "),
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},  # subscripts
        "\u00d7": "x",
        "\u22c5": "·",
        "\u2219": "·",
        "\u2044": "/",
        "\u223c": "~",
        "\u2248": "~",
        "\u2243": "~",
    }
)


_SCALE = re.compile(r"\s?(hundred|thousand|million|billion)(?![\w])", re.IGNORECASE)
_PLUS_MINUS = re.compile(r"\+\s?/?\s?-(?=\s?[\d.])")
_TOLERANCE = re.compile(r"\s{0,2}±\s{0,4}(?=[\d.])")
_TO = re.compile(
    r"(?P<dash>-\s?(?=[-+]?[\d.])|\s-\s(?=[-+\d.]))|\s(?P<word>to|and|through|until|till)\s(?=[-+~]?[\d.])"
)
_BEFORE = re.compile(r"(?:[^\s]+\s+){0,3}[^\s]*$")
_JOINED = re.compile(r"-(?=[A-Za-z])")
_MONEY = re.compile(r"(?:US\$|[$€£])\s?$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a text, with what belongs to it.

    values: its readings; more than one where a comma may be a decimal or a thousands mark.
    upper: the readings of the far end of a range, else empty.
    units: readings of its unit, empty where it has none.
    step: the place value of its last digit, 1 for an integer.
    bound: "", "ge", "gt", "le" or "lt"; hedged: whether the text says "about".
    ordinal: "first", "7th".
    """

    values: tuple[Fraction, ...]
    start: int
    end: int
    text: str
    upper: tuple[Fraction, ...] = ()
    units: tuple[Unit, ...] = ()
    unit_text: str = ""
    tolerance: Fraction | None = None
    step: Fraction = Fraction(1)
    bound: str = ""
    hedged: bool = False
    ordinal: bool = False
    spelled: bool = False


def plain(text: str) -> str:
    """`text` with one sign for each kind of minus, micro, degree, quote and space. The length stays the same."""
    flat = text.translate(_PLAIN)
    return _PLUS_MINUS.sub(lambda sign: "±".ljust(len(sign.group())), flat)


def quantities(text: str, taken: list[tuple[int, int]] | None = None) -> list[Quantity]:
    """The quantities of a plain text, in order. `taken` are stretches that are something else (dates, positions).

    >>> [(str(q.values[0]), q.unit_text) for q in quantities("from 1,500 m to 2 km, 35.41")]
    [('1500', 'km'), ('3541/100', '')]
    """
    return sorted([*_digits(text, taken or []), *_spelled(text, taken or [])], key=lambda q: q.start)


def _free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return all(end <= left or right <= start for left, right in taken)


def _digits(text: str, taken: list[tuple[int, int]]) -> list[Quantity]:
    comma = bool(re.search(r"\d\.\d{3},\d|(?<![\d,])\d+,\d{1,2}(?![\d,])", text))
    found: list[Quantity] = []
    position = 0
    blocked = iter(sorted(taken))
    block = next(blocked, None)
    for match in numerals(text):
        while block and block[1] <= match.start():
            block = next(blocked, None)
        if match.start() < position or (block and match.end() > block[0]):
            continue
        quantity = _read(text, match, comma)
        if quantity is None:
            position = max(position, _word_end(text, match.end()))
            continue
        found.append(quantity)
        position = quantity.end
    return found


def _word_end(text: str, position: int) -> int:
    while position < len(text) and (text[position].isalnum() or text[position] in "_-/."):
        position += 1
    return position


def _read(text: str, match: re.Match[str], comma: bool) -> Quantity | None:
    start, end = match.start(), match.end()
    if in_identifier(text, start):
        return None
    first = value_of(match, comma)
    if first is None:
        return None
    values, step = first
    if match.re is NUMBER and match.group("tail"):
        return Quantity(values, start, end, text[start:end], ordinal=True)
    tolerance: Fraction | None = None
    upper: tuple[Fraction, ...] = ()
    units, unit_text, end = _unit(text, start, end)
    around = _TOLERANCE.match(text, end)
    if around:
        other = NUMBER.match(text, around.end())
        read = value_of(other, comma) if other else None
        if other and read:
            tolerance, end = read[0][0], other.end()
            later = _unit(text, start, end)
            if later[0]:
                units, unit_text, end = later
    else:
        ranged = _range(text, match, end, comma)
        if ranged and not (units and ranged[2] and units[0].dimension != ranged[2][0].dimension):
            far, end, far_units, far_text = ranged
            if units and far_units:
                values = _in_unit(values, units[0], far_units[0])
            if far is not None:
                upper = far
                units, unit_text = (far_units, far_text) if far_units else (units, unit_text)
            else:
                # "69-180" downwards, "2-4-6": an identifier made of numbers.
                return None
    if not units and _goes_on(text, end):
        return None
    bound, hedged = bound_of(text, start, end)
    shown = " ".join(text[start:end].split())
    return Quantity(values, start, end, shown, upper, units, unit_text, tolerance, step, bound, hedged)


def _unit(text: str, start: int, end: int) -> tuple[tuple[Unit, ...], str, int]:
    """The unit after a number that ends at `end`; a currency sign before it counts too."""
    scale = _SCALE.match(text, end)
    position = scale.end() if scale else end
    factor = Fraction(SCALES[scale.group(1).lower()]) if scale else Fraction(1)
    for skipped in ("", " ", "\u2009", "-", " - "):
        if not text.startswith(skipped, position):
            continue
        at = position + len(skipped)
        units, stop = unit_at(text, at)
        if units and not (skipped == "" and text[at] in "CF" and text[at + 1 : at + 2] == "-"):
            scaled = tuple(Unit(u.dimension, u.factor * factor, u.offset, u.decadic) for u in units)
            return scaled, text[end:stop].strip(" -\u2009"), stop
    money = _MONEY.search(text[max(0, start - 4) : start])
    if money:
        units, _ = unit_at(money.group().strip(), 0)
        scaled = tuple(Unit(u.dimension, u.factor * factor, u.offset, u.decadic) for u in units)
        return scaled, money.group().strip(), position
    if scale:
        return (Unit((("count", 1),), factor),), scale.group().strip(), position
    return (), "", end


def _range(
    text: str, match: re.Match[str], end: int, comma: bool
) -> tuple[tuple[Fraction, ...] | None, int, tuple[Unit, ...], str] | None:
    """The far end of a range that begins with `match`, or None where there is no range.

    The far end is None for a run of numbers that is an identifier.
    """
    joint = _TO.match(text, end)
    if joint is None:
        return None
    word = joint.group("word")
    before = text[max(0, match.start() - 10) : match.start()].lower().rstrip()
    if word == "and" and not before.endswith("between"):
        return None
    other = NUMBER.match(text, joint.end()) or NUMBER.match(text, joint.end() + 1)
    if other is None or other.start() > joint.end() + 1:
        return None
    read, near = value_of(other, comma), value_of(match, comma)
    if read is None or near is None or other.group("tail"):
        return None
    stop = other.end()
    units, unit_text, after = _unit(text, other.start(), stop)
    if units:
        stop = after
    elif _goes_on(text, stop):
        # "0914 - 901-90" are two cells of a row; "12-13a" is one name.
        return (None, _word_end(text, stop), (), "") if " " not in joint.group() else None
    falling = read[0][0] <= near[0][0]
    if word is None and falling and other.group("sign"):
        return None  # "10--4.5": two numbers, and the second has a sign of its own
    if word is None and falling:
        # "55-54" joins two numbers of a name; "10 - 2" with spaces on both sides is a difference.
        return (None, stop, (), "") if " " not in joint.group() else None
    if word is None and leading_zero(match):
        return None, stop, (), ""
    return read[0], stop, units, unit_text


def _goes_on(text: str, stop: int) -> bool:
    """Whether what looked like a number is the beginning of a name: "12ab", "12-3"."""
    following = text[stop : stop + 2]
    return following[:1].isalpha() or following[:1] == "_" or (following[:1] == "-" and following[1:].isdigit())


def _in_unit(values: tuple[Fraction, ...], near: Unit, far: Unit) -> tuple[Fraction, ...]:
    """The near end of a range in the unit of its far end: "200 m to 1 km"."""
    if near.dimension != far.dimension or near.offset or far.offset:
        return values
    return tuple(value * near.factor / far.factor for value in values)


def _spelled(text: str, taken: list[tuple[int, int]]) -> list[Quantity]:
    found: list[Quantity] = []
    for match in WORD.finditer(text):
        start, end = match.span()
        if not _free(start, end, taken) or is_pronoun(text, match):
            continue
        if match.group("tens"):
            value = Fraction(TENS[match.group("tens").lower()] + WORDS.get((match.group("ones") or "zero").lower(), 0))
        elif match.group("small"):
            value = Fraction(WORDS[match.group("small").lower()])
        elif match.group("dozen"):
            value = Fraction(12 if match.group("dozen")[0] in "aA" else 6)
        else:
            value = Fraction(1, 2)
        if match.group("scale"):
            value *= SCALES[match.group("scale").lower()]
        units, unit_text, stop = _unit(text, start, end)
        bound, hedged = bound_of(text, start, stop)
        found.append(
            Quantity((value,), start, stop, text[start:stop], (), units, unit_text, None, Fraction(1), bound, hedged,
                     spelled=True)
        )  # fmt: skip
    for match in ORDINAL.finditer(text):
        start, end = match.span()
        if _free(start, end, taken) and not any(q.start <= start < q.end for q in found):
            value = Fraction(ORDINALS[match.group().lower()])
            found.append(Quantity((value,), start, end, text[start:end], ordinal=True, spelled=True))
    return found
