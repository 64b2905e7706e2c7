"""Numbers with their units, signs, tolerances, ranges and bounds, read out of running text.

Values are exact fractions, so that 1.5 km and 1500 m are equal and 34.51 and 34.51000001 are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from assistant.citations.units import Unit, unit_at

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\u02d7\ufffe\x02\u00ad", "-"),
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

WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}

_DIGITS = r"\d+(?:[.,'\u2009]\d+)*"
_SCIENCE = (
    r"(?:[eE](?P<{0}e>[-+]?\d{{1,3}})(?!\w|\.\d)"
    r"|\s?[x·*]\s?10(?:\s?\^?\s?\{{?(?P<{0}p>[-+]?\d{{1,2}})\}}?(?![\d.])|(?P<{0}s>[⁻⁺]?[°¹²³⁴⁵⁶⁷⁸⁹]+)))?"
)
# A number may not begin inside a word, a number or an identifier ("CFC-11", "S/N"), but may follow a minus sign.
_NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>[-+](?=[\d.]))?"
    r"(?P<digits>" + _DIGITS + r"|\.\d+)" + _SCIENCE.format("m") + r"(?P<tail>(?:st|nd|rd|th)(?![A-Za-z]))?"
)
_POWER_OF_TEN = re.compile(r"(?<![\w.])(?P<sign>[-+])?10(?:\^\{?([-+]?\d{1,2})\}?|([⁻⁺]?[°¹²³⁴⁵⁶⁷⁸⁹]+))(?![\w.])")
_WORD = re.compile(
    r"(?<![\w-])(?:(?P<tens>" + "|".join(_TENS) + r")(?:[- ](?P<ones>" + "|".join(list(WORDS)[1:10]) + r"))?"
    r"|(?P<small>" + "|".join(WORDS) + r")|(?P<dozen>a\sdozen|half\sa\sdozen)|(?P<half>half)(?=\sa[n]?\s))"
    r"(?:[- ](?P<scale>hundred|thousand|million|billion|dozen))?(?![\w])",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?<![\w-])(?:" + "|".join(ORDINALS) + r")(?![\w])", re.IGNORECASE)
_SCALE = re.compile(r"\s?(hundred|thousand|million|billion)(?![\w])", re.IGNORECASE)
_PLUS_MINUS = re.compile(r"\+\s?/?\s?-(?=\s?[\d.])")
_TOLERANCE = re.compile(r"\s{0,2}±\s{0,4}(?=[\d.])")
_TO = re.compile(r"(?P<dash>-\s?(?=[\d.])|\s-\s(?=[-+\d.]))|\s(?P<word>to|and|through|until|till)\s(?=[-+~]?[\d.])")
_BEFORE = re.compile(r"(?:[^\s]+\s+){0,3}[^\s]*$")
_JOINED = re.compile(r"-(?=[A-Za-z])")
_MONEY = re.compile(r"(?:US\$|[$€£])\s?$")

_HEDGE = re.compile(
    r"(?:~|\bca?\.?|\bcirca|\babout|\bapprox(?:\.|imately)?|\baround|\broughly|\bnearly|\balmost|\bsome|\border\sof)"
    r"\s*(?:a\s)?$",
    re.IGNORECASE,
)
_BOUNDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(pattern + r"\s*(?:~|about\s|approximately\s|the\s|of\s|a\s)?$", re.IGNORECASE))
    for bound, pattern in (
        ("le", r"(?:\b(?:no|not)\s(?:more|greater|deeper|higher|larger|longer|later)\sthan"
               r"|\bat\s(?:the\s)?(?:most|maximum)"
               r"|\bup\sto|\bmaximum\sof|<=|≤|\bdoes\snot\sexceed|\bnot\sexceed(?:ing)?)"),
        ("ge", r"(?:\b(?:no|not)\s(?:less|fewer|smaller|lower|shallower)\sthan|\bat\s(?:the\s)?(?:least|minimum)"
               r"|\bminimum\sof|>=|≥)"),
        ("gt", r"(?:\b(?:more|greater|deeper|higher|larger|longer|older|heavier|faster|warmer|bigger|further|farther)"
               r"\sthan|\bover|\babove|\bexceed(?:s|ed|ing)?|>|\bin\sexcess\sof|\bbeyond)"),
        ("lt", r"(?:\b(?:less|fewer|smaller|shallower|lower|shorter|younger|lighter|slower|colder|cooler|better)\sthan"
               r"|\bunder|\bbelow|<|\bwithin|\bshort\sof)"),
    )
)  # fmt: skip
_AFTER_BOUND = re.compile(
    r"\s?(?:or|and)\s(?:(?P<ge>more|greater|above|higher|deeper|over|larger|longer)"
    r"|(?P<le>less|fewer|below|lower|under|smaller|shorter|shallower))\b",
    re.IGNORECASE,
)


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
    for match in _numbers(text):
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


def _numbers(text: str) -> list[re.Match[str]]:
    matches = [*_NUMBER.finditer(text), *_POWER_OF_TEN.finditer(text)]
    matches.sort(key=lambda match: (match.start(), -match.end()))
    return matches


def _word_end(text: str, position: int) -> int:
    while position < len(text) and (text[position].isalnum() or text[position] in "_-/."):
        position += 1
    return position


def _read(text: str, match: re.Match[str], comma: bool) -> Quantity | None:
    start, end = match.start(), match.end()
    if _in_identifier(text, start):
        return None
    first = _value(match, comma)
    if first is None:
        return None
    values, step = first
    if match.re is _NUMBER and match.group("tail"):
        return Quantity(values, start, end, text[start:end], ordinal=True)
    tolerance: Fraction | None = None
    upper: tuple[Fraction, ...] = ()
    units, unit_text, end = _unit(text, start, end)
    around = _TOLERANCE.match(text, end)
    if around:
        other = _NUMBER.match(text, around.end())
        read = _value(other, comma) if other else None
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
    bound, hedged = _bound(text, start, end)
    shown = " ".join(text[start:end].split())
    return Quantity(values, start, end, shown, upper, units, unit_text, tolerance, step, bound, hedged)


def _in_identifier(text: str, start: int) -> bool:
    """Whether the number goes on a word: "CFC-11", "pH/8"; the sign belongs to the match, so look before it."""
    if start == 0:
        return False
    before = text[start - 1]
    if before in "-/_" and start > 1 and (text[start - 2].isalnum() or text[start - 2] in "._"):
        return True
    if before == "'" and start > 1 and text[start - 2].isdigit():
        return True
    if text[start] in "-+" and (before.isalnum() or before in ")]"):
        return True
    return before == "," and start > 1 and text[start - 2].isdigit()


def _value(match: re.Match[str], comma: bool) -> tuple[tuple[Fraction, ...], Fraction] | None:
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


def _unit(text: str, start: int, end: int) -> tuple[tuple[Unit, ...], str, int]:
    """The unit after a number that ends at `end`; a currency sign before it counts too."""
    scale = _SCALE.match(text, end)
    position = scale.end() if scale else end
    factor = Fraction(_SCALES[scale.group(1).lower()]) if scale else Fraction(1)
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
    other = _NUMBER.match(text, joint.end()) or _NUMBER.match(text, joint.end() + 1)
    if other is None or other.start() > joint.end() + 1:
        return None
    read, near = _value(other, comma), _value(match, comma)
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
    if word is None and falling:
        # "55-54" joins two numbers of a name; "10 - 2" with spaces on both sides is a difference.
        return (None, stop, (), "") if " " not in joint.group() else None
    if word is None and _leading_zero(match):
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


def _leading_zero(match: re.Match[str]) -> bool:
    digits = match.group("digits")
    return len(digits) > 1 and digits[0] == "0" and digits.isdigit()


def _bound(text: str, start: int, end: int) -> tuple[str, bool]:
    before = text[max(0, start - 40) : start]
    before = before[:-1].rstrip() + " " if before.endswith(("(", "$")) else before
    hedge = _HEDGE.search(before)
    lead = before[: hedge.start()] if hedge else before
    for bound, pattern in _BOUNDS:
        if pattern.search(lead):
            return bound, bool(hedge)
    after = _AFTER_BOUND.match(text, end)
    if after:
        return ("ge" if after.group("ge") else "le"), bool(hedge)
    return "", bool(hedge)


def _spelled(text: str, taken: list[tuple[int, int]]) -> list[Quantity]:
    found: list[Quantity] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if not _free(start, end, taken) or _is_pronoun(text, match):
            continue
        if match.group("tens"):
            value = Fraction(_TENS[match.group("tens").lower()] + WORDS.get((match.group("ones") or "zero").lower(), 0))
        elif match.group("small"):
            value = Fraction(WORDS[match.group("small").lower()])
        elif match.group("dozen"):
            value = Fraction(12 if match.group("dozen")[0] in "aA" else 6)
        else:
            value = Fraction(1, 2)
        if match.group("scale"):
            value *= _SCALES[match.group("scale").lower()]
        units, unit_text, stop = _unit(text, start, end)
        bound, hedged = _bound(text, start, stop)
        found.append(
            Quantity((value,), start, stop, text[start:stop], (), units, unit_text, None, Fraction(1), bound, hedged,
                     spelled=True)
        )  # fmt: skip
    for match in _ORDINAL.finditer(text):
        start, end = match.span()
        if _free(start, end, taken) and not any(q.start <= start < q.end for q in found):
            value = Fraction(ORDINALS[match.group().lower()])
            found.append(Quantity((value,), start, end, text[start:end], ordinal=True, spelled=True))
    return found


_PRONOUN_AFTER = re.compile(r"\s(?:of|another|or|can|could|should|must|might|would|way)\b", re.IGNORECASE)
_PRONOUN_BEFORE = re.compile(r"\b(?:no|any|this|that|the|each|every|which|some|other|another)\s$", re.IGNORECASE)


def _is_pronoun(text: str, match: re.Match[str]) -> bool:
    """Whether "one" counts nothing: "one of the", "no one", "the one"."""
    if match.group("small") is None or match.group("small").lower() != "one" or match.group("scale"):
        return False
    before = text[max(0, match.start() - 9) : match.start()]
    return bool(_PRONOUN_AFTER.match(text, match.end()) or _PRONOUN_BEFORE.search(before))
