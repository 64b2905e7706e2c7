"""Differences and sums: which two or more values a question sets against each other, and the sum to compute."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.embedded.asked import Asked, plain
from assistant.embedded.pick import Candidate
from corpora.query import stem

_DIFFERENCE = re.compile(
    r"\bby how (?:much|many)\b|\bhow (?:much|many)(?: \w+){0,3}? (?:deeper|shallower|more|less|fewer|larger|smaller"
    r"|higher|lower|warmer|colder|longer|shorter|further|farther|greater|saltier|fresher|heavier|faster|slower|older)\b"
    r"|\bdifference (?:between|in|of)\b|\bminus\b|\boffset\b.{0,60}\bfrom\b|\bsaves?\b.{0,30}\b(?:from|going)\b"
    r"|\bhow (?:much|many)\b.{0,80}\b(?:than|save)\b",
    re.IGNORECASE,
)
_SUM = re.compile(r"\b(?:in total|altogether|together|combined|sum of|total (?:number|of)|in all)\b", re.IGNORECASE)
_SIDES = (
    re.compile(r"\b(?P<a>[\w-]+(?: [\w-]+){0,3}?) minus (?:the )?(?P<b>[\w-]+(?: [\w-]+){0,2})", re.IGNORECASE),
    re.compile(r"\bof (?:the )?(?P<a>[\w-]+) (?:value )?from (?:the )?(?P<b>[\w-]+)", re.IGNORECASE),
    re.compile(r"\bbetween (?P<a>.{3,80}?) and (?P<b>.{3,80}?)(?:$|[?,;(])", re.IGNORECASE),
    re.compile(r"(?P<a>.{3,120}?)\bthan (?P<b>.{3,120}?)(?:$|[?;(])", re.IGNORECASE),
    re.compile(r"\bfrom (?P<a>.{2,60}?) to (?P<b>.{2,60}?)(?:$|[?,;(]| save| for | on )", re.IGNORECASE),
)
_RISES = re.compile(r"\b(?:rise|rose|risen|increase\w*|grow|grew|gain\w*|warm(?:ed)?)\b", re.IGNORECASE)
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
).split()
_UNIT = (
    r"(?:[µμ]mol/?\s?kg|[µμ]mol\s?kg\s?[-−–]1|dbar|km|cm|mm|m|°C|degC|mS/cm|S/m|GiB|GB|MiB|MB|hours?|days?|%|knots?"
    r"|m/s)"
)
_QUANTITY = re.compile(
    # No part of a date, a time or a range.
    rf"(?<![\w.])(?<!\d[-–/:])(?P<number>[-+−]?\d[\d,]*(?:\.\d+)?)(?!\d|[,.\-–/:]\d)(?:\s?±\s?[\d.]+)?(?:\s?(?P<unit>{_UNIT})(?![\w/]))?"
)


def is_difference(question: str) -> bool:
    """Whether a question asks for a difference.

    >>> is_difference("By how much did it fall?"), is_difference("How deep was it?")
    (True, False)
    """
    return bool(_DIFFERENCE.search(question))


def is_sum(question: str) -> bool:
    return bool(_SUM.search(question)) and not is_difference(question)


def sides(question: str, asked: Asked) -> tuple[frozenset[str], frozenset[str]] | None:
    """The words that only the first, and only the second, of two things has; None where nothing sets them apart."""
    for pattern in _SIDES:
        match = pattern.search(question)
        if match is None:
            continue
        first, second = asked.matched(match["a"]), asked.matched(match["b"])
        a, b = frozenset(first) - frozenset(second), frozenset(second) - frozenset(first)
        if b and (a or pattern is _SIDES[0]):
            keyed = frozenset(a & asked.keys), frozenset(b & asked.keys)
            return keyed if all(keyed) else (a, b)
    return None


def best_of_side(candidates: Sequence[Candidate], own: frozenset[str], other: frozenset[str]) -> Candidate | None:
    """The candidate that belongs to one side and not to the other, best first; None where there is none."""

    def belongs(candidate: Candidate) -> float:
        # Synonyms count here as in `matched`; the announcing line says of list items which side they are of.
        held, lead = candidate.matched, candidate.around
        mine = sum((name in held) + 0.6 * (name in lead and name not in held) for name in own) / max(len(own), 1)
        not_mine = sum(name in held for name in other) / max(len(other), 1)
        return mine - not_mine

    ranked = [(belongs(c), c) for c in candidates if quantities(c.text)]
    ranked = [(fit, c) for fit, c in ranked if fit >= 0.5]
    return max(ranked, key=lambda pair: pair[0] * 3 + pair[1].score)[1] if ranked else None


@dataclass(frozen=True)
class Amount:
    """A number of a text, as written for the calculator, with its unit where it has one."""

    number: str
    unit: str
    start: int
    decimals: int

    def __str__(self) -> str:
        return f"{self.number} {self.unit}".strip()


def quantities(text: str) -> list[Amount]:
    """The numbers of a text with their units; numbers in words count.

    >>> [str(a) for a in quantities("Batch 187 2204.98 ± 0.37 µmol/kg")]
    ['187', '2204.98 µmol/kg']
    """
    found = []
    for match in _QUANTITY.finditer(text):
        number = match["number"].replace(",", "").replace("−", "-").lstrip("+")
        unit = re.sub(r"[μµ]mol/?\s?kg.*", "µmol/kg", match["unit"] or "")
        found.append(Amount(number, unit, match.start(), len(number.partition(".")[2])))
    for match in re.finditer(r"[A-Za-z]+", text):
        word = match.group().casefold()
        if word in _WORDS[2:]:
            found.append(Amount(str(_WORDS.index(word)), "", match.start(), 0))
    return sorted(found, key=lambda amount: amount.start)


def measured(text: str, asked: Asked) -> Amount | None:
    """The number of a text that answers: with a unit or decimals, and not one that the question holds already."""
    known = set(re.findall(r"\d+(?:\.\d+)?", plain(asked.text)))
    fresh = [a for a in quantities(text) if a.number not in known]
    if not fresh:
        return None
    best = max(fresh, key=lambda a: (bool(a.unit), a.decimals > 0, -a.start))
    return best if best.unit or best.decimals else None


def counted(text: str, asked: Asked) -> tuple[float, Amount] | None:
    """The number that counts what is asked for: "8 biogeochemical (BGC) Argo floats were deployed" for floats, and how
    well it fits. What is asked of them has to stand in the number's own clause: in "floats deployed here are among the
    first of a program that will grow to 500 floats" nothing says how many were deployed.
    """
    if not asked.focus:
        return None
    words = [(m.group(), m.start()) for m in re.finditer(r"[^\W_]+", text)]
    best: tuple[float, Amount] | None = None
    for amount in quantities(text):
        if amount.unit or re.match(r"0\d", amount.number) or _told(_clause(text, amount.start), asked) < _IN_CLAUSE:
            continue  # a measure, a serial number, or said of something else
        end = amount.start + len(_WRITTEN.match(text, amount.start).group())  # type: ignore[union-attr]
        before = [w for w, start in words if start < amount.start]
        if before and len(before) < 6 and not text[end:].strip(" .") and stem(before[-1].casefold()) in asked.focus:
            return 2.0 * len(before), amount  # a row of a table: "CTD casts 24"
        after = [w for w, start in words if start >= end][:7]
        for distance, word in enumerate(after):
            if word[0].isdigit():
                break  # between a count and what it counts stands no other number
            if stem(word.casefold()) in asked.focus:
                held = sum(stem(w.casefold()) in asked.weights for w in after[: distance + 1])
                fit = 2 * held - distance
                if best is None or fit > best[0]:
                    best = (fit, amount)
    return best


#: An amount as it stands in a text, in digits or as a word.
_WRITTEN = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?|[A-Za-z]+")
#: How much of what is asked the clause of a number must hold for the number to be added up.
_IN_CLAUSE = 0.5


def _told(clause: str, asked: Asked) -> float:
    """The share of the asked words that a clause holds, 0 to 1; names with digits are of the documents compared."""
    weights = {n: w for n, w in asked.weights.items() if not any(c.isdigit() for c in n) and n not in _SUMMED}
    held = asked.matched(clause)
    return sum(w for n, w in weights.items() if n in held) / (sum(weights.values()) or 1.0)


_SUMMED = frozenset(stem(word) for word in ("total", "altogether", "together", "combined", "sum", "number", "all"))
_CLAUSE_END = re.compile(
    r"[;:()]|,(?!\d)|\s(?:which|that|who|while|whereas|although|because|but)\s|\s(?:and|to) (?=will|would|grow)",
    re.IGNORECASE,
)


def _clause(text: str, place: int) -> str:
    """The clause of `text` that holds the character at `place`; brackets inside it are left out."""
    bare = re.sub(r"\([^()]*\)", lambda m: " " * len(m.group()), text)
    if bare[place : place + 1].isspace():
        bare = text
    ends = list(_CLAUSE_END.finditer(bare))
    start = max((match.end() for match in ends if match.end() <= place), default=0)
    end = min((match.start() for match in ends if match.start() > place), default=len(bare))
    return bare[start:end]


def difference(question: str, first: Amount, second: Amount) -> str:
    """The expression for the calculator: later less earlier for what rises, else the first less the second."""
    a, b = (second, first) if _RISES.search(question) else (first, second)
    unit = first.unit if first.unit == second.unit else ""
    return f"{a.number} {unit} - {b.number} {unit}".replace("  ", " ").strip() if unit else f"{a.number} - {b.number}"


def total(amounts: Sequence[Amount]) -> str:
    return " + ".join(amount.number for amount in amounts)
