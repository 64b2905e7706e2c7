"""What a question asks for: its parts, its telling words, and the kind of thing that would answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.embedded.conditions import condition, excluded
from corpora.folding import fold
from corpora.library import Library
from corpora.query import STOP_WORDS, Query, stem, synonyms
from corpora.search import rarity

#: A day that a question names tells as much as a rare word.
DATE_WEIGHT = 4.0
#: A word that is nowhere else tells no more than this, an identifier of several parts this much.
MOST, COMPOUND = 6.0, 4.0
#: Words that say what kind of thing is asked for, which an answer need not repeat, and what they count.
GENERAL = 0.5
#: What a word that means the same counts against the word itself.
SYNONYM = 0.85

_NUMBER = r"(?<![\w.])[-+−~]?\d[\d,]*(?:\.\d+)?"
_COUNT = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|no|none|both|half)"
)
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_LENGTH = r"(?:m|km|cm|mm|nm|nmi|metres?|meters?|kilomet(?:re|er)s?|miles?|fathoms?|feet|ft|inch(?:es)?|dbar|dbars|db)"


@dataclass(frozen=True)
class AnswerKind:
    """A kind of thing that a question can ask for, and how it looks in a text.

    `strict` kinds are so particular (a sum of money) that a text without one does not answer.
    """

    name: str
    asks: re.Pattern[str]
    looks: re.Pattern[str]
    strict: bool = False


def _kind(name: str, asks: str, looks: str, *, strict: bool = False, case: bool = False) -> AnswerKind:
    return AnswerKind(name, re.compile(asks, re.I), re.compile(looks, 0 if case else re.I), strict)


def _measured(units: str) -> str:
    return rf"{_NUMBER}\s?(?:±\s?[\d.]+\s?)?{units}(?![\w])"


KINDS: tuple[AnswerKind, ...] = (
    _kind(
        "money",
        r"\bcosts?\b|\bprice|\bbudget|\bin (?:us )?dollars|\bhow much (?:money|funding)|\bpaid\b|\beuros?\b",
        r"[$€£]\s?\d|\d\s?(?:\$|€|£|usd|eur|dollars?|euros?|pounds sterling|million|thousand dollars)",
        strict=True,
    ),
    _kind(
        "person",
        r"\bwho\b|\bwhom\b|\bwhose\b|\bwhich (?:person|people|scientists?|master|captain|participants?|students?)"
        r"|\bname of the (?:captain|master|chief|scientist|pi)\b|\bwer\b|\bqui\b|\bquién\b",
        r"\b[A-ZÀ-Þ][\w’'-]*[\w.] (?:[A-Z]\.? ?-?){0,2}(?:(?:van|von|de|der|del|la|le|di) )?[A-ZÀ-Þ][\w’'-]+",
        case=True,
    ),
    _kind(
        "duration",
        r"\bhow long\b|\bduration\b|\bhow many (?:days|hours|minutes|weeks|months|years|seconds)\b",
        rf"(?:{_NUMBER}|\b{_COUNT})[\s-](?:and a half )?(?:days?|weeks?|hours?|hrs?|h|months?|minutes?|min|years?"
        r"|seconds?|s)\b",
    ),
    _kind(
        "date",
        r"\bwhen\b|\b(?:what|which|on what|on which) (?:day|date|time|month|year)s?\b|\bdates?\b|\bwann\b|\bquand\b"
        r"|\bcuándo\b|\bbetween which times\b",
        rf"\b\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}\b|\b{_MONTHS}\.? \d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? "
        rf"{_MONTHS}\b|\b\d{{1,2}}:\d\d\b|\b(?:1[5-9]|20)\d\d\b|\b{_MONTHS},? (?:1[5-9]|20)\d\d",
    ),
    _kind(
        "position",
        r"\bwhere\b|\bposition|\blocation|\blatitude|\blongitude|\bcoordinates?\b|\bwhich (?:port|harbou?r|city|country"
        r"|area|region|basin|ocean|sea|place)|\bwo\b|\bdónde\b",
        r"\d\s?[°º]|[°º]\s?\d|\b\d+(?:\.\d+)?\s?[NSEW]\b|\b(?:[Aa]t|[Ii]n|[Nn]ear|[Oo]ff|[Ff]rom|[Tt]o|[Tt]owards?|[Ii]nto"
        r"|[Aa]round|[Oo]ver|[Aa]cross) (?:the )?[A-Z]\w+",
        case=True,
    ),
    _kind(
        "speed",
        r"\b(?:wind|current|ship|winch|lowering|sound|steaming|haul\w*|descent|ascent|sinking|rise|fall) ?(?:speeds?|"
        r"velocit\w+|rate)|\bhow fast\b|\bspeeds?\b|\bvelocit",
        _measured(r"(?:[mck]m\s?(?:/|per)\s?(?:s|h|min)\w*|m\s?s\s?[-−–]1|cm\s?s\s?[-−–]1|m/s|knots?|kts?|kn|mph)"),
        strict=True,
    ),
    _kind(
        "depth",
        r"\bhow (?:deep|far|high|tall|wide|thick|shallow)\b|\b(?:depths?|distances?|heights?|thickness|deepest|spacing"
        r"|altitude|radius|width)\b|\bdeeper\b|\bshallower\b",
        _measured(rf"-?{_LENGTH}") + rf"|{_NUMBER}-(?:m|meters?|metres?|km)\b",
    ),
    _kind(
        "temperature",
        r"\btemperatures?\b|\bhow (?:warm|cold|hot)\b",
        rf"{_NUMBER}\s?(?:±\s?[\d.]+\s?)?(?:[°º]\s?[CFK]?|deg(?:rees)?\.?\s?[CFK]?\b|m?K\b|mdeg)",
    ),
    _kind("percent", r"\bper ?cent\b|%|\bpercentage\b|\bproportion\b", r"\d\s?%|\bper ?cent\b"),
    _kind(
        "serial",
        r"\bserial\b|\bs/n\b|\bmodel\b|\bwhich (?:type|make|model|version|instrument|salinometer|sensor|winch|software)"
        r"|\bidentifier\b|\bwmo\b",
        r"\b[A-Z]{0,6}\d[\w./-]*\d[\w-]*\b|\b[A-Z]{2,}[-\s]?\d[\w-]*|\b[A-Z][\w-]+ \d[\w.]*",
        case=True,
    ),
    _kind(
        "ship",
        r"\b(?:which|what|name of the|aboard|on board) (?:\w+ )?(?:ships?|vessels?|r/?v)\b|\bwelches schiff\b",
        r"\b(?:R/?V|RRS|SSV|M/?V|FS|RSV|USCGC|NOAAS?|S/?V)\b|\b(?:[Ss]hip|[Vv]essel|VESSEL|SHIP)\b",
        case=True,
    ),
    _kind(
        "address",
        r"\be-?mail\b|\bweb ?site\b|\burl\b|\bweb address\b|\bftp\b|\bwhich address\b",
        r"\S@\S|https?://|\bwww\.|\bftp\b|\d+\.\d+\.\d+\.\d+",
    ),
    _kind(
        "reason",
        r"\bwhy\b|\breasons?\b|\bcause[ds]?\b|\bexplan|\bwhat (?:made|led|prevented|happened|source|problem)"
        r"|\bwarum\b|\bpourquoi\b|\bpor qué\b",
        r"\b(?:because|due to|since|owing|caused?|causing|result(?:ed|ing|s)?|so that|therefore|thus|too|unfortunately"
        r"|reasons?|likely|probably|suspect\w*|attributed|failed|failure|unable|could not|not possible|in order to"
        r"|explains?|prevent\w*|broke\w*|lost|problem\w*|issue\w*|error\w*)\b",
    ),
    _kind(
        "spread",
        r"\b(?:reproducibility|repeatability|precision|accuracy|uncertainty|offset|standard deviation|how (?:precise|accurate))"
        r"\b",
        r"±|\d\.\d|\d\s?%",
    ),
    _kind(
        "number",
        r"\bhow (?:many|much|often|large|big|precise|accurate|heavy|low|strong|old)\b"
        r"|\b(?:what|which) (?:was|is|were|are) the (?:[\w-]+ ){0,6}(?:number|offset|values?|salinity|precision|mean|rate"
        r"|ratio|concentrations?|accuracy|size|slope|difference|uncertainty|limit|threshold|pressure|density|volume|weight"
        r"|mass|frequency|resolution|interval|amplitude|constant|total|maximum|minimum|average|standard deviation|range)"
        r"|\bnumber of\b"
        r"|\bby how much\b|\bwhich (?:slope|offset|batch|stations?|casts?|number)\b|\bwieviele?\b|\bwie viele\b|\bcombien\b"
        r"|\bcuánt",
        rf"{_NUMBER}|\b{_COUNT}\b",
    ),
)
_LIST = re.compile(
    r"^\s*(?:please )?(?:list|name|enumerate|give|show|tabulate)\b"
    r"|\b(?:which|what|who)\b (?:(?:was|were|are|is|the|all|of|other|[\w-]+) ){0,6}?(?P<noun>[\w-]{3,}s|people|equipment)\b"
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
        "serial number date day time year month name position location latitude longitude depth deep deeper deepest value"
        " many list total kind type metres meters person people ship vessel reason problem used use measured measurement"
        " compare best different difference mean average given take took taken made make did happen happened detail"
    ).split()
)
_MONTH = re.compile(_MONTHS + r"\b", re.IGNORECASE)
_COCHIEF = re.compile(r"\bco[- ]?chief\b")
_NEGATIONS = frozenset("no not none never neither nor without cannot nobody nothing".split())
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?!\d)")
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
        for term, weight in rarity(library, terms).items():
            weight = min(weight, MOST) * (GENERAL if stem(term) in _GENERAL else 1.0)
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
        pairs = tuple(
            (a, b) for a, b in zip(names, names[1:], strict=False) if a in weights and b in weights and a != b
        )
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
            elif any(f" {other} " in padded for other in self.alternatives[name]):
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
        asked = {n for n in (*self.focus, *self.subject)}
        for place, word in enumerate(words):
            if word in _NEGATIONS:
                following = words[place + 1 : place + 6]
                if asked & set(following) or any(
                    f" {other} " in f" {' '.join(following)} " for n in asked for other in self.alternatives.get(n, ())
                ):
                    return True
        return False

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
    return [part for part in parts if len(part.split()) >= 2] or [question]


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
