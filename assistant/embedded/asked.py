"""What a question asks for: its parts, its telling words, and the kind of thing that would answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.embedded.conditions import condition, excluded
from assistant.embedded.kinds import COUNT, KINDS, MONTHS, AnswerKind
from corpora.folding import fold
from corpora.library import Library
from corpora.query import STOP_WORDS, Query, stem, synonyms
from corpora.words import rarity

#: A day that a question names tells as much as a rare word.
DATE_WEIGHT = 4.0
#: A word that is nowhere else tells no more than this, an identifier of several parts this much.
MOST, COMPOUND = 6.0, 4.0
#: Words that say what kind of thing is asked for, which an answer need not repeat, and what they count.
GENERAL = 0.5
#: What a word that means the same counts against the word itself.
SYNONYM = 0.85

_LIST = re.compile(
    r"^\s*(?:please )?(?:list|name|enumerate|give|show|tabulate)\b"
    r"|\b(?:which|what|who)\b (?:(?:was|were|are|is|the|all|of|other|[\w-]+) ){0,6}?(?P<noun>[\w-]{3,}s|people"
    r"|equipment)\b"
    r"|\bwhat are\b|\bwho (?:were|are|took|participated)\b|\bevery\b|\ball (?:the|of|its)\b",
    re.IGNORECASE,
)
_NOT_PLURAL = re.compile(r"(?:ss|us|is|was|has|does|this|gps|status|basis|analysis|series)$", re.IGNORECASE)
_PARTS = re.compile(
    r"(?:,\s*)?\band (?=(?:(?:at|in|on|from|to|by|with|for|aboard|of|during|under|over|near) )?"
    r"(?:which|what|who|whom|when|where|why|how)\b)",
    re.IGNORECASE,
)
_FOCUS = re.compile(r"\b(?:which|what|how many|how much|whose|list|name|every|all)\b(?P<rest>.*)", re.IGNORECASE)
_GENERAL = frozenset(
    stem(word)
    for word in (
        "serial number date day time year month name position location latitude longitude depth deep deeper deepest"
        " value many list total kind type metres meters person people ship vessel reason problem used use measured"
        " measurement compare best different difference mean average given take took taken made make did happen"
        " happened detail"
    ).split()
)
_MONTH = re.compile(MONTHS + r"\b", re.IGNORECASE)
_COCHIEF = re.compile(r"\bco[- ]?chief\b")
_HOW_MANY = re.compile(
    r"\bhow many\b|(?<!serial )(?<!batch )(?<!station )(?<!cruise )(?<!model )\bnumber of\b"
    r"|\bwie viele\b|\bcombien\b|\bcu[aá]nt[oa]s\b",
    re.IGNORECASE,
)
_COUNTS = frozenset(stem(word) for word in COUNT.strip("(?:)").split("|"))
_NEGATIONS = frozenset("no not none never neither nor without cannot nobody nothing".split())
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?!\d)")
#: What a question says in brackets explains: "the second (unused) salinometer". An answer need not repeat it.
_ASIDE = re.compile(r"\(([^()]{3,80})\)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
_VERB = re.compile(
    r"\b(?:was|were|is|are|did|does|do|had|has|have|can|could|will|would|should|must|may|made|used|took|went|on|in|of"
    r"|at|for|during|from|by|with|to|that|which|lack|lacks|show|shows)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """What a question asks for, for one set of documents.

    weights:
        How much each stem (or date) tells: the logarithm of how rare it is.
    keys:
        Stems with digits and dates: what names one row or one thing.
    kinds:
        What would answer, the particular kinds first.
    """

    text: str
    weights: Mapping[str, float]
    alternatives: Mapping[str, frozenset[str]]
    pairs: tuple[tuple[str, str], ...]
    keys: frozenset[str]
    focus: frozenset[str]
    subject: frozenset[str]
    kinds: tuple[AnswerKind, ...]
    listed: bool

    @classmethod
    def of(cls, query: Query, library: Library, files: set[str]) -> Asked:
        identity = identity_stems(library, files)
        in_dates = {word for forms in query.dates for word in forms[0].split()}
        years = {word for forms in query.dates for form in forms for word in form.split() if len(word) == 4}
        everything = _terms(query.text)
        terms = [t for t in everything if stem(t) not in identity and t not in in_dates and t not in years]
        bound = condition(query.text)
        # What is left out, and what a number is only held against, an answer does not repeat.
        dropped = excluded(query.text) | ({bound.written.replace(",", "")} if bound else set())
        terms = [t for t in terms if stem(t) not in dropped] or terms or everything
        weights: dict[str, float] = {}
        alternatives: dict[str, frozenset[str]] = {}
        aside = {stem(term) for part in _ASIDE.findall(query.text) for term in _terms(part)}
        for term, weight in rarity(library, terms).items():
            weight = min(weight, MOST) * (GENERAL if stem(term) in _GENERAL or stem(term) in aside else 1.0)
            weights[stem(term)] = max(weight, weights.get(stem(term), 0.0))
            alternatives[stem(term)] = frozenset(synonyms(term, query.text))
        keys = {name for name in weights if _digit(name)}
        for compound in _compounds(query.text):
            if not set(compound.split()) <= in_dates | years | identity:
                weights[compound] = COMPOUND
                alternatives[compound] = frozenset((compound,))
                keys.add(compound)
        for forms in query.dates:
            weights[forms[0]] = DATE_WEIGHT
            alternatives[forms[0]] = frozenset(forms)
            keys.add(forms[0])
        names = [stem(t) for t in everything]
        pairs = tuple((a, b) for a, b in pairwise(names) if a in weights and b in weights and a != b)
        focus = frozenset(_focus(query.text)) & frozenset(weights)
        subject = frozenset(n for n in weights if n not in focus and n not in _GENERAL and n not in keys)
        return cls(
            query.text,
            weights,
            alternatives,
            pairs,
            frozenset(keys),
            focus,
            subject or focus,
            tuple(kind for kind in KINDS if kind.asks.search(query.text)),
            is_list(query.text),
        )

    def matched(self, text: str) -> dict[str, float]:
        """The asked words that a text holds: 1 by themselves, less by a word that means the same."""
        words, padded = bag(text)
        found: dict[str, float] = {}
        for name in self.weights:
            if name in words:
                found[name] = 1.0
            elif any(f" {other} " in padded or f" {other}s " in padded for other in self.alternatives[name]):
                found[name] = SYNONYM if name not in self.keys else 1.0
        return found

    def share(self, *parts: Mapping[str, float]) -> float:
        """How much of what is asked the parts hold together, 0 to 1."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        names = set().union(*parts) if parts else set()
        return sum(w * max(part.get(n, 0.0) for part in parts) for n, w in self.weights.items() if n in names) / total

    def adjacent(self, text: str) -> float:
        """The share of the question's pairs of neighbours that stand near each other in a text too."""
        if not self.pairs:
            return 0.0
        places: dict[str, list[int]] = {}
        for place, word in enumerate(_words(text)):
            places.setdefault(word, []).append(place)
        near = sum(
            any(0 < b - a <= 3 for a in places.get(first, ()) for b in places.get(second, ()))
            for first, second in self.pairs
        )
        return near / len(self.pairs)

    def part(self, names: frozenset[str], held: Mapping[str, float]) -> float:
        """How much of some of the asked words is held, 0 to 1, rare ones counting more; 0.5 where there are none."""
        total = sum(self.weights[n] for n in names)
        return sum(self.weights[n] * held.get(n, 0.0) for n in names) / total if total else 0.5

    def denied(self, text: str) -> bool:
        """Whether a text says no or not of something that is asked about: "No moorings were set"."""
        words = _words(text)
        asked = self.focus | self.subject
        for place, word in enumerate(words):
            if word in _NEGATIONS:
                following = words[place + 1 : place + 6]
                if asked & set(following) or any(
                    f" {other} " in f" {' '.join(following)} " for n in asked for other in self.alternatives.get(n, ())
                ):
                    return True
        return False

    def counted(self, text: str) -> float:
        """1 where a number stands right before the thing to be counted: "eight floats" for "How many floats"."""
        # "Compare the number of floats" has no asking word that a focus follows.
        things = self.focus or self.subject
        if not _HOW_MANY.search(self.text) or not things:
            return 0.0
        words = _words(text)
        for place, word in enumerate(words):
            if word.isdigit() or word in _COUNTS:
                for after in words[place + 1 : place + 5]:
                    if after in things or any(after in other.split() for n in things for other in self.alternatives[n]):
                        return 1.0
        return 0.0

    def answers(self, text: str) -> float:
        """1 where a text holds the kind of thing asked for that the question does not hold already."""
        if not self.kinds:
            return 0.5
        asked = _plain(self.text)
        best = 0.0
        for place, kind in enumerate(self.kinds):
            fresh = any(_plain(m.group()).strip() not in asked for m in kind.looks.finditer(text))
            if fresh:
                best = max(best, 1.0 if place == 0 or kind.name != "number" else 0.6)
        return best

    @property
    def strict(self) -> tuple[AnswerKind, ...]:
        return tuple(kind for kind in self.kinds if kind.strict)


def _terms(text: str) -> list[str]:
    """The question's words as a text is cut into them, without the common ones."""
    return [w for w in dict.fromkeys(_raw(text)) if w not in STOP_WORDS and (len(w) > 1 or w.isdigit())]


def _compounds(text: str) -> list[str]:
    """What names one thing by more than a word: "S275-001", "batch 187", "station 73", as it stands between blanks."""
    padded = _padded(text)
    found = [_padded(m.group()).strip() for m in re.finditer(r"[\w]+(?:[-/]\w+)+", _plain(text)) if _digit(m.group())]
    found += [m.group().strip() for m in re.finditer(r" [a-z]{3,} \d[\w.]*(?= )", padded)]
    return [one for one in dict.fromkeys(found) if one.split()[0] not in STOP_WORDS and not _MONTH.match(one)]


def _digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def parts_of(question: str) -> list[str]:
    """The questions in a question that asks two things.

    >>> parts_of("Which ship carried out JC41 and when did it reach the moorings?")
    ['Which ship carried out JC41', 'when did it reach the moorings?']
    """
    parts = [part.strip(" ,") for part in _PARTS.split(question)]
    # "Where and when was it?" is one question: half of it would be no question.
    return parts if all(len(part.split()) >= 2 for part in parts) else [question]


def is_list(question: str) -> bool:
    """Whether a question asks for all of several things.

    >>> is_list("Which floats were deployed?"), is_list("Which person was ill?"), is_list("List the casts.")
    (True, False, True)
    """
    for match in _LIST.finditer(question):
        noun = match.group("noun")
        if noun is None or not _NOT_PLURAL.search(noun):
            return True
    return False


def identity_stems(library: Library, files: set[str]) -> set[str]:
    """Stems that only say which document is meant: cruise, year and the words of the file's name."""
    found: set[str] = set()
    for document in library.documents():
        if document.file in files:
            names = f"{document.cruise} {document.year} {document.title} {document.file.rsplit('.', 1)[0]}"
            names = names if len(files) <= 3 else f"{document.cruise} {document.year}"
            found |= {stem(word) for word in re.findall(r"[^\W_]+", names.casefold().replace("_", " "))}
    return found


def _focus(question: str) -> list[str]:
    """Stems of the thing asked for: what stands between the asking word and the first verb."""
    match = _FOCUS.search(question)
    if match is None:
        return []
    rest = match["rest"]
    # "What is the serial number of the CTD": the thing stands behind the verb.
    rest = re.sub(r"^\s*(?:was|were|is|are)\s+(?:the|a|an)?", " ", rest)
    verb = _VERB.search(rest)
    head = rest[: verb.start()] if verb else rest
    return [stem(term) for term in _terms(head)]


def bag(text: str) -> tuple[frozenset[str], str]:
    """The stems of a text, and its words with blanks around them."""
    return _bag(text)


@lru_cache(maxsize=20_000)
def _bag(text: str) -> tuple[frozenset[str], str]:
    return frozenset(_words(text)), _padded(text)


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _raw(text))


def _raw(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _padded(text: str) -> str:
    dated = _NUMERIC_DATE.sub(r" \1 \2 \3 ", _plain(text))
    return f" {re.sub(r'[^a-z0-9/.]+|[.](?![0-9])|(?<![0-9])[.]', ' ', dated)} "


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    # A thousand is one number, however it is written; a co-chief is no chief.
    return _COCHIEF.sub("cochief", _THOUSANDS.sub("", fold(text, compounds=False).text))


def plain(text: str) -> str:
    """A text as it is compared: folded, compounds kept apart."""
    return _plain(text)
