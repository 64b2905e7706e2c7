"""Statements made wrong, and true statements spelled otherwise: what the property tests feed to the verifier."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from assistant.citations.sources import source_units
from tests.citations.verify_cases import SOURCES

Change = Callable[[str, Random], str | None]

_UNITS = [
    ("m", "km"), ("m", "mm"), ("km", "m"), ("cm", "m"), ("L", "mL"), ("°C", "K"), ("ºC", "°F"), ("dbar", "bar"),
    ("kg", "g"), ("lbs", "kg"), ("hours", "minutes"), ("days", "hours"), ("minutes", "hours"), ("µmol/kg", "mmol/kg"),
    ("µmol/kg", "µmol/L"), ("m", "dbar"), ("%", "‰"), ("V", "mV"), ("knots", "m/s"), ("kHz", "Hz"), ("months", "years"),
    ("Torr", "bar"), ("Beaufort", "knots"), ("µmol kg-1", "nmol kg-1"), ("degrees C", "degrees F"), ("lbs", "tons"),
]  # fmt: skip
_STRANGERS = ["Hamburg", "Miller", "Atlantis", "Kowalski", "Bermuda", "Ivanova", "Poseidon", "Okeanos", "Knorr"]
_COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
_MONTHS = "January February March April May June July August September October November December".split()


def statements(extra: list[tuple[str, str]] | None = None) -> list[tuple[str, str]]:
    """(true statement, its source): every sentence of the real pieces with at least five words."""
    found = list(extra or [])
    for source in SOURCES.values():
        for start, end in source_units(source):
            # As a writer would copy it: the word that the line end broke is whole again.
            sentence = " ".join(re.sub(r"\xad|-\n", "", source[start:end]).split())
            if len(sentence.split()) >= 5:
                found.append((sentence, source))
    return found


def changed_digit(text: str, rng: Random) -> str | None:
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    # A zero behind a decimal point may be dropped without changing the number; every other digit counts.
    if not digits:
        return None
    at = rng.choice(digits)
    return text[:at] + rng.choice([d for d in "123456789" if d != text[at]]) + text[at + 1 :]


def changed_unit(text: str, rng: Random) -> str | None:
    places = [
        (match, new)
        for old, new in _UNITS
        for match in re.finditer(r"(?<=\d)(?<![^\d.]0)([ -]?)" + re.escape(old) + r"(?![\w/-])", text)
    ]
    if not places:
        return None
    match, new = rng.choice(places)
    return text[: match.start()] + match.group(1) + new + text[match.end() :]


def changed_sign(text: str, rng: Random) -> str | None:
    places = [
        match
        for match in re.finditer(r"(?<![\w.,/:°º'’±-])(?<!± )[-−]?\d+\.\d+(?![\d.:/]|\s?[°º'’NSEW])", text)
        if float(match.group().replace("−", "-"))
    ]
    if not places:
        return None
    match = rng.choice(places)
    number = match.group()
    return text[: match.start()] + (number[1:] if number[0] in "-−" else "-" + number) + text[match.end() :]


def changed_denial(text: str, rng: Random) -> str | None:
    denials = list(re.finditer(r"\b(?:not|never|[Nn]o) ", text))
    verbs = list(re.finditer(r"\b(?:was|were|is|are|has|have|can|could|did|will)\b(?! not)", text))
    if denials and (rng.random() < 0.5 or not verbs):
        match = rng.choice(denials)
        return text[: match.start()] + text[match.end() :]
    if not verbs:
        return None
    match = rng.choice(verbs)
    return text[: match.end()] + rng.choice([" not", " never"]) + text[match.end() :]


def changed_name(text: str, rng: Random) -> str | None:
    names = list(re.finditer(r"(?<=[\w,:] )[A-Z][A-Za-z]{2,}(?!\w)", text))
    strangers = [name for name in _STRANGERS if name.casefold() not in text.casefold()]
    if not names:
        return None
    match = rng.choice(names)
    return text[: match.start()] + rng.choice(strangers) + text[match.end() :]


def changed_label(text: str, rng: Random) -> str | None:
    labels = list(re.finditer(r"\b(?=\w*\d)[A-Z]\w*(?:-\d+)?\b", text))
    if not labels:
        return None
    match = rng.choice(labels)
    changed = changed_digit(match.group(), rng)
    return None if changed is None else text[: match.start()] + changed + text[match.end() :]


def changed_count(text: str, rng: Random) -> str | None:
    counts = list(re.finditer(r"\b(?:" + "|".join(_COUNTS[1:]) + r")\b", text))
    if not counts:
        return None
    match = rng.choice(counts)
    return text[: match.start()] + rng.choice([c for c in _COUNTS[1:] if c != match.group()]) + text[match.end() :]


def changed_month(text: str, rng: Random) -> str | None:
    months = list(re.finditer("|".join(_MONTHS), text))
    if not months:
        return None
    match = rng.choice(months)
    return text[: match.start()] + rng.choice([m for m in _MONTHS if m != match.group()]) + text[match.end() :]


def changed_hemisphere(text: str, rng: Random) -> str | None:
    places = list(re.finditer(r"(?<=[\d'’°º] )[NSEW]\b(?!/)", text))
    if not places:
        return None
    match = rng.choice(places)
    return text[: match.start()] + {"N": "S", "S": "N", "E": "W", "W": "E"}[match.group()] + text[match.end() :]


MUTATIONS: dict[str, Change] = {
    "number": changed_digit,
    "unit": changed_unit,
    "sign": changed_sign,
    "negation": changed_denial,
    "name": changed_name,
    "label": changed_label,
    "count": changed_count,
    "month": changed_month,
    "hemisphere": changed_hemisphere,
}


def _sub(pattern: str, change: Callable[[re.Match[str]], str], text: str) -> str | None:
    new = re.sub(pattern, change, text, count=1)
    return new if new != text else None


def plain_signs(text: str, rng: Random) -> str | None:
    new = text
    for old, sign in (("’", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("−", "-"), ("º", "°"), ("µ", "μ"), ("ﬂ", "fl")):
        new = new.replace(old, sign)
    return new if new != text else None


def kilometres(text: str, rng: Random) -> str | None:
    return _sub(r"(?<![\w.,/-])(\d{3,4}) ?m(?![\w/-])", lambda m: f"{int(m.group(1)) / 1000:g} km", text)


def thousands(text: str, rng: Random) -> str | None:
    return _sub(r"(?<![\w.,/:-])([1-9]\d{3})(?= ?(?:m|L|lbs|dbar)\b)", lambda m: f"{int(m.group(1)):,}", text)


def spelled_units(text: str, rng: Random) -> str | None:
    pairs = [(" m ", " metres "), (" L ", " litres "), ("µmol/kg", "umol kg-1"), ("µmol/kg", "µmol kg⁻¹"),
             ("°C", " degrees Celsius"), ("ºC", " °C"), (" cm ", " centimetres "), (" lbs ", " pounds "),
             (" km ", " kilometres "), ("degrees C", "°C")]  # fmt: skip
    rng.shuffle(pairs)
    for old, new in pairs:
        if re.search(r"\d\s?" + re.escape(old), text):
            return text.replace(old, new, 1)
    return None


def counted(text: str, rng: Random) -> str | None:
    words = "|".join(_COUNTS[1:])
    as_digits = _sub(rf"\b({words})\b", lambda m: str(_COUNTS.index(m.group(1)) + 1), text)
    as_words = _sub(r"(?<![\w.,/:#-])([2-9])(?= [a-z]{4,})", lambda m: _COUNTS[int(m.group(1)) - 1], text)
    return rng.choice([as_digits, as_words])


def respelled_date(text: str, rng: Random) -> str | None:
    months = "|".join(_MONTHS)
    return _sub(rf"\b0?(\d{{1,2}}) ({months})\b", lambda m: f"{m.group(2)} {m.group(1)}", text) or _sub(
        r"\b(\d\d)/(\d\d)/(\d{4})\b", lambda m: f"{m.group(3)}-{m.group(1)}-{m.group(2)}", text
    )


def decimal_position(text: str, rng: Random) -> str | None:
    return _sub(
        r"(\d{1,2})[º°] ?(\d{1,2}\.\d+)[’'] ?([NSEW])",
        lambda m: f"{int(m.group(1)) + float(m.group(2)) / 60:.4f}°{m.group(3)}",
        text,
    )


def plus_minus(text: str, rng: Random) -> str | None:
    return text.replace(" ± ", rng.choice(["±", " +/- ", " +- "])) if " ± " in text else None


def introduced(text: str, rng: Random) -> str | None:
    if not text.startswith(("The ", "This ", "We ", "Three ", "Five ", "No ")):
        return None
    return rng.choice(["The report states that ", "According to the report, "]) + text[0].lower() + text[1:]


def no_final_stop(text: str, rng: Random) -> str | None:
    return text[:-1] if text.endswith(".") else None


def spaced(text: str, rng: Random) -> str | None:
    return text.replace(" ", rng.choice(["  ", " \n", "\u00a0"]), 3)


SPELLINGS: dict[str, Change] = {
    "signs": plain_signs,
    "kilometres": kilometres,
    "thousands mark": thousands,
    "unit": spelled_units,
    "count": counted,
    "date": respelled_date,
    "position": decimal_position,
    "plus-minus": plus_minus,
    "introduction": introduced,
    "final stop": no_final_stop,
    "white space": spaced,
}


def letters(text: str) -> str:
    """A text without white space and marks, to tell whether a change made it true of another place."""
    return re.sub(r"[^\w.,:+°'%-]", "", text)
