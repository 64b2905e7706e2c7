"""Personal data: e-mail addresses, telephone numbers, payment cards (Luhn), bank accounts (ISO 13616), US
SSN.

Scientific text is full of digit groups, so a number counts only with its check digit, its international
form, or a word beside it that says what it is.
"""

from __future__ import annotations

import re

from guards.redaction import Match

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}"
    r"[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_EMAIL_SPELLED = re.compile(
    r"(?i)(?<![\w.])[a-z0-9][a-z0-9._-]{1,40} ?(?:\[at\]|\(at\)| at ) ?[a-z0-9-]{2,40} ?(?:\[dot\]"
    r"|\(dot\)| dot ) ?"
    r"(?:[a-z0-9-]{2,20} ?(?:\[dot\]|\(dot\)| dot ) ?)?(?:com|org|net|edu|gov|de|fr|uk|info|io|eu)\b"
)
_CARD = re.compile(r"(?<![\d.,-])(?:\d[ -]?){12,18}\d(?!\d|[.,-]\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![a-z0-9])")
_PHONE_INTERNATIONAL = re.compile(r"(?<![\w.+-])\+[1-9]\d{0,2}(?:[ .\-/]?\(?\d{1,4}\)?){2,6}(?![\w.]\d|\d)")
_PHONE_AMERICAN = re.compile(r"(?<![\d.\w-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])[2-9]\d{2}[-.]\d{4}(?![\d.\w-])")
_PHONE_NAMED = re.compile(
    r"(?i)(?<![a-z])(?:tel(?:ephone|efon|\.)?|phone(?: number)?|mobile|cell|fax|handy|call me (?:at|on)"
    r"|whatsapp)"
    r"[\s:.#]{1,4}(?:no\.? ?|number ?|is ?"
    r"|nr\.? ?)?[:\s]{0,2}(?P<number>\(?\+?\d(?:[ .\-/()]{0,2}\d){6,14})(?!\d)"
)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")

# Issuer ranges with the lengths that they use; a Luhn number outside them is somebody's sample id.
_ISSUERS = (
    (re.compile(r"4\d+"), (13, 16, 19)),
    (re.compile(r"(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))\d+"), (16,)),
    (re.compile(r"3[47]\d+"), (15,)),
    (re.compile(r"(?:6011|65|64[4-9]|622)\d+"), (16, 17, 18, 19)),
    (re.compile(r"(?:30[0-5]|36|38|39)\d+"), (14,)),
    (re.compile(r"(?:352[89]|35[3-8])\d+"), (16,)),
    (re.compile(r"(?:50|5[6-8]|6)\d+"), (16, 18, 19)),
)
# Lengths of an IBAN by country, from the registry of ISO 13616.
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK MN",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM TL SO",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTHS = {key: length for length, keys in _IBAN_COUNTRIES.items() for key in keys.split()}


def personal_data(text: str) -> list[Match]:
    """Every piece of personal data in the text, in order, none overlapping.

    >>> [match.code for match in personal_data("write to j.doe@example.org or +49 421 218 00")]
    ['personal.email', 'personal.phone']
    """
    found: list[Match] = []

    def add(code: str, start: int, end: int, score: float) -> None:
        if not any(old.start < end and start < old.end for old in found):
            found.append(Match(code, start, end, score))

    for pattern in (_EMAIL, _EMAIL_SPELLED):
        for match in pattern.finditer(text):
            add("personal.email", match.start(), match.end(), 0.95)
    for match in _IBAN.finditer(text):
        length = iban_length(match[0])
        if length:
            add("personal.iban", match.start(), match.start() + length, 0.97)
    for match in _CARD.finditer(text):
        if is_card(match[0]):
            add("personal.card", match.start(), match.end(), 0.97)
    for match in _SSN.finditer(text):
        add("personal.ssn", match.start(), match.end(), 0.8)
    for match in _PHONE_INTERNATIONAL.finditer(text):
        if 8 <= sum(c.isdigit() for c in match[0]) <= 15:
            add("personal.phone", match.start(), match.end(), 0.85)
    for match in _PHONE_AMERICAN.finditer(text):
        add("personal.phone", match.start(), match.end(), 0.75)
    for match in _PHONE_NAMED.finditer(text):
        add("personal.phone", match.start("number"), match.end("number"), 0.85)
    return sorted(found, key=lambda match: match.start)


def is_card(digits: str) -> bool:
    """Whether the digits have a card issuer's prefix and length and pass Luhn's check (ISO/IEC 7812-1)."""
    number = re.sub(r"[ -]", "", digits)
    if not any(pattern.fullmatch(number) and len(number) in lengths for pattern, lengths in _ISSUERS):
        return False
    if len(set(number)) < 2:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban_length(text: str) -> int:
    """How many characters of the text (spaces counted) are a valid IBAN from its start, or 0.

    The check is ISO 13616: the first four characters go to the end, letters become numbers, mod 97 is 1.
    """
    wanted = _IBAN_LENGTHS.get(text[:2])
    if wanted is None:
        return 0
    taken: list[str] = []
    for place, character in enumerate(text):
        if character != " ":
            taken.append(character)
        if len(taken) == wanted:
            rotated = "".join(taken[4:] + taken[:4])
            return place + 1 if int("".join(str(int(c, 36)) for c in rotated)) % 97 == 1 else 0
    return 0
