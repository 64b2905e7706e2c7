"""What a text says, taken apart for comparison: words, names, numbers, dates, times, positions, denials."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.citations.languages import small_words
from assistant.citations.moments import Date, Time, dates, times
from assistant.citations.places import Position, positions
from assistant.citations.quantities import Quantity, plain, quantities
from assistant.citations.units import unit_at
from assistant.citations.words import (
    CLAUSE_WORDS,
    LIGHT_STEMS,
    MEASURED,
    MODALS,
    NEGATIONS,
    PHRASES,
    QUANTIFIERS,
    SOFT_NEGATIONS,
    STOP,
    canonical,
    stem,
)
from corpora.folding import fold

_TOKEN = re.compile(r"[^\W_]+(?:'[a-z]{1,2}\b)?|[.,;:()\[\]?!|]")
_FIELD = re.compile(r"\n(?=[A-Z][^:\n.]{0,38}:\s)")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010\ufffe\x02][ \t]*\n\s*(?=[a-zà-ÿ])")
# Subscripts that a PDF reader set on a line of their own, or apart: "SF\n6\n and", "N2 O".
_SOFT_HYPHEN = re.compile(r"(?<=[^\W\d_])[\u00ad\ufffe\x02](?=[^\W\d_])")
_RUN_OF_SPACE = re.compile(r"\s{2,}")
_SUBSCRIPT = re.compile(r"(?<=[A-Za-z)])[^\S\n]?\n(\d{1,2})[^\S\n]?\n(?=([A-Z])?)")
_FORMULA = re.compile(r"\b(N2|[pfxT]?CO|SF|NO|PO|H2|CH|SO|NH|CF|SiO|CCl|SiOH) (O|\d)\b(?![.,]\d)")
_OXIDE = re.compile(r"\b(N|H) (2) ?(O)\b")
_SWALLOWED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_IDENTIFIER = re.compile(r"[^\W_]+(?:[-_/.#+][^\W_]+)*\+?")
_DASHED = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?:-[^\W\d_]+)+")
_SEPARATORS = str.maketrans("", "", "-_/# ")
_CLAUSE_MARKS = frozenset(".,;()[]?!|")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its folded form, its canonical stem, its place, its clause, and whether it is a name."""

    text: str
    form: str
    root: str
    start: int
    end: int
    clause: int
    name: bool = False
    content: bool = False
    fact: bool = False  # part of a number, date, time or position


@dataclass(frozen=True)
class Reading:
    """A text taken apart. Offsets refer to `text`, the plain form, not to the source."""

    text: str
    positions: tuple[Position, ...]
    dates: tuple[Date, ...]
    times: tuple[Time, ...]
    quantities: tuple[Quantity, ...]
    words: tuple[Word, ...]

    @cached_property
    def roots(self) -> frozenset[str]:
        """Canonical stems of all words, of the parts of compounds, and of compounds as one word."""
        found = set()
        for word in self.words:
            found.add(word.root)
            parts = _SWALLOWED.split(word.text)
            if len(parts) > 1:
                found.update(canonical(part) for part in parts)
        for compound in _DASHED.finditer(self.text):
            found.add(canonical(compound.group().replace("-", "").lower()))
        return frozenset(found)

    @cached_property
    def forms(self) -> frozenset[str]:
        return frozenset(word.form for word in self.words)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every token without its separators, and neighbouring tokens joined ("N2 O", "SBE 35")."""
        found_tokens = [token.group() for token in _IDENTIFIER.finditer(self.text)]
        tokens = [token.translate(_SEPARATORS).casefold() for token in found_tokens]
        found = set(tokens)
        found.update(a + b for a, b in pairwise(tokens))
        found.update(a + b + c for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False))
        for token in found_tokens:
            found.update(part.casefold() for part in re.split(r"[-_/.#+]", token) if part)
            found.update(part.translate(_SEPARATORS).casefold() for part in _SWALLOWED.split(token))
        return frozenset(found)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The tokens as they stand, folded: "0914", "sbe9+"."""
        return frozenset(token.group().casefold() for token in _IDENTIFIER.finditer(self.text))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Tokens of the text with a digit that are no number, date, time or position: "CFC-11", "8400B"."""
        return tuple(dict.fromkeys(label for _, label in self.label_places))

    @cached_property
    def label_places(self) -> tuple[tuple[int, str], ...]:
        """Every label with its place, repeated ones too."""
        taken = sorted(
            (fact.start, fact.end)
            for facts in (self.positions, self.dates, self.times, self.quantities)
            for fact in facts
        )
        starts = [start for start, _ in taken]
        found = []
        for token in _IDENTIFIER.finditer(self.text):
            if not any(character.isdigit() for character in token.group()):
                continue
            last = bisect_left(starts, token.end())
            near = taken[max(0, last - 4) : last]
            if all(
                any(left <= token.start() + at < right for left, right in near)
                for at, character in enumerate(token.group())
                if character.isdigit()
            ):
                continue
            found.append((token.start(), token.group()))
        return tuple(found)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that carry what is said, numbers and labels apart."""
        return tuple(word for word in self.words if word.content)

    @cached_property
    def names(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.name)

    @cached_property
    def _measuring(self) -> frozenset[int]:
        """Where words stand that only name what the unit of the number behind them measures."""
        found = set()
        for quantity in self.quantities:
            before = [word for word in self.words if quantity.start - 40 <= word.start and word.end <= quantity.start]
            named = [word for word in before if word.content][-1:]
            for word in named:
                if any(unit.dimension == MEASURED.get(word.root) for unit in quantity.units):
                    found.add(word.start)
        return frozenset(found)

    def is_light(self, word: Word) -> bool:
        """Whether a content word says nothing that the rest of its sentence does not say: "a temperature of 23 °C"."""
        return word.root in LIGHT_STEMS or word.start in self._measuring

    def clause_words(self, clause: int) -> list[Word]:
        return [word for word in self.words if word.clause == clause]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        grouped: dict[int, list[Word]] = {}
        for word in self.words:
            grouped.setdefault(word.clause, []).append(word)
        return tuple(_clause(words) for _, words in sorted(grouped.items()))


@dataclass(frozen=True, slots=True)
class Clause:
    """What denies, hedges and quantifies in one clause, and the roots of its content."""

    roots: frozenset[str]
    negations: int
    soft_negations: frozenset[str]
    modal: bool
    quantifiers: frozenset[str]


def _clause(words: list[Word]) -> Clause:
    words = [word for word in words if not word.fact]
    forms = [word.form for word in words]
    # "Most noticeable" is a superlative, "most samples" a quantity.
    superlative = any(a.form == "most" and b.form.endswith(_ADJECTIVES) for a, b in pairwise(words))
    return Clause(
        frozenset(word.root for word in words if word.content),
        sum(form in NEGATIONS or form.endswith("n't") for form in forms),
        frozenset(stem(form) for form in forms if form in SOFT_NEGATIONS),
        any(form in MODALS for form in forms),
        frozenset(QUANTIFIERS[form] for form in forms if form in QUANTIFIERS and not (form == "most" and superlative)),
    )


_ADJECTIVES = ("able", "ible", "al", "ive", "ful", "ous", "ly", "ant", "ent", "mon")


@lru_cache(maxsize=2048)
def read(text: str) -> Reading:
    """Take `text` apart. Linear in its length but for the number of facts, which is small."""
    # A line "Captain: ..." begins a clause of its own.
    joined = _FIELD.sub("|", _LINE_HYPHEN.sub("", _SOFT_HYPHEN.sub("", text)))
    joined = _SUBSCRIPT.sub(lambda found: found.group(1) + ("" if found.group(2) else " "), joined)
    joined = _FORMULA.sub(r"\1\2", _OXIDE.sub(r"\1\2\3", joined))
    flat = plain(_RUN_OF_SPACE.sub(" ", joined))
    places = positions(flat)
    taken = [(place.start, place.end) for place in places]
    days = [day for day in dates(flat, taken) if not (day.only_year and _has_unit(flat, day.end))]
    taken += [(day.start, day.end) for day in days]
    hours = times(flat, taken)
    taken += [(hour.start, hour.end) for hour in hours]
    numbers = quantities(flat, taken)
    taken += [(number.start, number.end) for number in numbers]
    return Reading(flat, tuple(places), tuple(days), tuple(hours), tuple(numbers), tuple(_words(flat, taken)))


def _has_unit(text: str, end: int) -> bool:
    units, stop = unit_at(text, end + text[end : end + 1].isspace())
    return bool(units) and text[end + 1 : stop].strip() not in ("A", "S", "N", "W", "C", "K", "M")


def _words(text: str, taken: list[tuple[int, int]]) -> list[Word]:
    taken = sorted(taken)
    found: list[Word] = []
    clause = 0
    opens = True  # at the start of a sentence a capital says nothing
    block = 0
    tokens = list(_TOKEN.finditer(text))
    english = small_words(match.group().casefold() for match in tokens)
    for match in tokens:
        start, end = match.span()
        token = match.group()
        while block < len(taken) and taken[block][1] <= start:
            block += 1
        inside = block < len(taken) and taken[block][0] <= start
        if token in _CLAUSE_MARKS:
            if inside:
                continue
            if found and found[-1].clause == clause and not (token == "," and _only_opens(found, clause)):
                clause += 1
            opens = opens or token in ".?!:;|"
            continue
        folded = fold(token).text
        form = folded.replace("'s", "") if folded.endswith("'s") else folded
        form = english.get(form, form)
        if form in CLAUSE_WORDS and found and found[-1].clause == clause:
            clause += 1
        # "CTDS" is a name, "CTDs" a plural.
        root = form if len(token) > 2 and token.isupper() and token[-1] == "S" else canonical(form)
        digit = any(character.isdigit() for character in token)
        stop = (
            (form in STOP and token not in _NO_STOP) or form.endswith("n't") or (len(form) == 1 and not token.isupper())
        )
        name = (
            not inside
            and not digit
            and token[0].isupper()
            and (len(token) > 1 or not opens)
            and not stop
            and (not opens or token[1:] != token[1:].lower() or not _common(form))
        )
        lone = len(form) == 1 and (opens or not token.isupper() or text[end : end + 1] == "-")
        content = not inside and not digit and not stop and not lone
        found.append(Word(token, form, root, start, end, clause, name, content, inside))
        opens = False
    return _phrased(found)


_OPENERS = frozenset("in on at during after before since until from within by for over under between".split())
_VERB = re.compile(r"(?:was|were|is|are|has|have|had|did|does|will|can|could|\w{2,20}(?:ed|ing))$")


def _only_opens(words: list[Word], clause: int) -> bool:
    """Whether a clause is a phrase that opens a sentence, such as "At the first station": no clause of its own."""
    own = [word for word in reversed(words[-8:]) if word.clause == clause]
    whole = len(words) == len(own) or len(own) < 8
    return whole and own[-1].form in _OPENERS and not any(_VERB.match(word.form) for word in own)


#: Dissolved oxygen, the country, information technology.
_NO_STOP = frozenset(["DO", "US", "IT"])
_FIRST_OF_PHRASE = frozenset(phrase[0] for phrase in PHRASES)
_LONGEST_PHRASE = max(map(len, PHRASES))


def _phrased(words: list[Word]) -> list[Word]:
    """The words with those that belong together as one: "no longer", "instead of"."""
    found: list[Word] = []
    index = 0
    while index < len(words):
        word = words[index]
        size = 1
        if word.form in _FIRST_OF_PHRASE:
            for length in range(_LONGEST_PHRASE, 1, -1):
                run = words[index : index + length]
                if tuple(w.form for w in run) in PHRASES and not any(w.fact for w in run):
                    size = length
                    form = " ".join(w.form for w in run)
                    text = " ".join(w.text for w in run)
                    word = Word(text, form, form, word.start, run[-1].end, word.clause)
                    break
        found.append(word)
        index += size
    return found


def _common(form: str) -> bool:
    """Whether a capitalised word at the start of a sentence may be an ordinary word."""
    return form in STOP or stem(form) in LIGHT_STEMS


def same_facts(one: str, other: str) -> bool:
    """Whether two texts hold the same numbers, units, dates, times and positions, in the same order.

    A subscript that was split off ("SF 6") is no number where the other text has the label ("SF6").

    >>> same_facts("N2O at 5 m", "N2 O at 5 m"), same_facts("at 5 m", "at -5 m"), same_facts("SF6", "SF 6")
    (True, False, True)
    """
    a, b = read(one), read(other)
    return _signature(a, b) == _signature(b, a)


def _signature(reading: Reading, other: Reading) -> list[tuple[object, ...]]:
    facts: list[tuple[int, tuple[object, ...]]] = []
    for quantity in reading.quantities:
        subscript = word_before(reading, quantity) + quantity.text
        if not quantity.units and any(label.casefold().startswith(subscript) for label in other.labels):
            continue
        units = tuple((unit.dimension, unit.factor) for unit in quantity.units)
        facts.append((quantity.start, (quantity.values, quantity.upper, units, quantity.tolerance, quantity.ordinal)))
    facts += [(place.start, (place.degrees, place.axis)) for place in reading.positions]
    facts += [(date.start, date.readings) for date in reading.dates]
    facts += [(time.start, (time.hour, time.minute, time.second)) for time in reading.times]
    return [fact for _, fact in sorted(facts, key=lambda item: item[0])]


def word_before(reading: Reading, quantity: Quantity) -> str:
    """The name directly before a number, folded, as in "SBE 35" or "SF 6"; else a word that matches nothing."""
    words = [word for word in reading.words if word.end <= quantity.start]
    if not words or reading.text[words[-1].end : quantity.start].strip(" -/#"):
        return "\0"
    if words[-1].fact or words[-1].text.islower() or words[-1].text.isdigit():
        return "\0"
    return words[-1].form
