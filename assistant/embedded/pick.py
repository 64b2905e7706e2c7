"""Score every span of the passages by what speaks for it as the answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.citations.model import Passage
from assistant.embedded.asked import Asked, plain
from assistant.embedded.units import Unit, units_of
from corpora.library import Library
from corpora.model import Hit
from corpora.sentences import readable

#: Spans that are embedded for one answer; the rest are out by their words alone.
EMBEDDED = 24
#: How far beyond a passage its page is looked at, in characters.
AROUND = 250

FEATURES = (
    "words", "context", "cover", "meaning", "kind", "rank", "announces", "adjacent", "keys", "focus", "length",
    "fragment", "echo", "negates", "role", "subject",
    "counted",
)  # fmt: skip
#: Set by hand, then drawn towards a listwise fit on the question sets that docs/search.md names, over the candidates as
#: they were then. `python -m experiments.picker` fits anew, with these as its prior, and prints other numbers.
WEIGHTS: Mapping[str, float] = {
    "words": 4.3,
    "context": 2.8,
    "cover": 2.2,
    "meaning": 3.3,
    "kind": 1.6,
    "rank": 3.3,
    "announces": -1.0,
    "adjacent": 0.2,
    "keys": 1.15,
    "focus": 0.75,
    "length": -0.26,
    "fragment": 0.0,
    "echo": -1.0,
    "negates": 0.8,
    "role": 1.4,
    "subject": 0.5,
    "counted": 1.25,
}

_NAME = (
    r"(?:(?:Dr|Prof|Professor|Captain|Capt|Mr|Ms|Mrs)\.? )?[A-ZÀ-Þ][\w’'-]*[\w.] (?:[A-Z]\.? ?){0,2}[A-ZÀ-Þ][\w’'-]+"
)
_TOKEN = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")


@dataclass(frozen=True)
class Candidate:
    """A span of a passage, and what speaks for it."""

    passage: Passage
    unit: Unit
    page: int
    values: Mapping[str, float] = field(default_factory=dict)
    matched: Mapping[str, float] = field(default_factory=dict)
    around: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.unit.text

    @property
    def score(self) -> float:
        return sum(weight * self.values[name] for name, weight in WEIGHTS.items())

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.passage.span.document_id, self.page, self.unit.start)


def candidates(
    asked: Asked, found: Sequence[tuple[Passage, Hit]], library: Library, top: float = 1.0, limit: int = EMBEDDED
) -> list[Candidate]:
    """Every span of the passages that shares something with the question, best first.

    Parameters
    ----------
    top:
        The score that a passage's own is measured against.
    limit:
        How many are looked at for their meaning; the rest are left out.
    """
    made: dict[tuple[str, int, int], Candidate] = {}
    for passage, hit in found:
        span = passage.span
        page = library.page_text(span.document_id, span.page)
        heading = asked.matched(f"{passage.heading} {passage.title}")
        around = asked.matched(f"{hit.context} {passage.text} {passage.heading}")
        for unit in units_of(page, furniture(library, span.document_id, span.page)):
            if unit.end <= span.start - AROUND or unit.start >= span.end + AROUND:
                continue
            if sum(c.isalnum() for c in unit.text) < 3:
                continue
            inside = unit.start >= span.start - 2 and unit.end <= span.end + 2
            candidate = _look(asked, passage, hit, unit, heading, around, top, inside)
            known = made.get(candidate.key)
            if known is None or candidate.values["rank"] > known.values["rank"]:
                made[candidate.key] = candidate
    ordered = sorted(made.values(), key=lambda c: (-c.score, c.key))[:limit]
    return with_meaning(asked.text, ordered, library)


def furniture(library: Library, document_id: str, page: int) -> tuple[tuple[int, int], ...]:
    """(start, end) of the running heads and page numbers of a page."""
    rows = library.connection().execute(
        "SELECT start, \"end\" FROM chunks WHERE document_id = ? AND page = ? AND kind = 'furniture' ORDER BY start",
        (document_id, page),
    )
    return tuple((start, end) for start, end in rows)


def with_meaning(question: str, chosen: Sequence[Candidate], library: Library) -> list[Candidate]:
    """The candidates with the cosine of each to the question, best first."""
    if not chosen:
        return []
    vectors = library.encoder.encode([question, *(_embedded_text(c.unit) for c in chosen)])
    cosines = np.asarray(vectors[1:] @ vectors[0], float)
    scored = [
        replace(c, values={**c.values, "meaning": float(cosine)}) for c, cosine in zip(chosen, cosines, strict=True)
    ]
    return sorted(scored, key=lambda c: (-c.score, c.key))


def _embedded_text(unit: Unit) -> str:
    """A short span is read with what announces it; of a long one the start says what it is about."""
    text = readable(unit.text)
    if len(text) < 60 and unit.lead.rstrip().endswith(":"):
        text = f"{readable(unit.lead)[-160:]} {text}"
    elif unit.row and unit.head:
        text = f"{readable(unit.head)[-120:]} {text}"
    return text[:400]


def _look(
    asked: Asked,
    passage: Passage,
    hit: Hit,
    unit: Unit,
    heading: Mapping[str, float],
    around: Mapping[str, float],
    top: float,
    inside: bool,
) -> Candidate:
    text = unit.text
    own = asked.matched(text)
    context = asked.matched(f"{unit.lead} {unit.head} {hit.context if unit.row else ''}")
    words = asked.share(own)
    tokens = _TOKEN.findall(plain(text))
    content = [t for t in tokens if len(t) > 2]
    fresh = sum(t not in plain(asked.text) for t in content) / len(content) if content else 0.0
    values = {
        "words": words,
        "context": asked.share(own, context, heading) - words,
        "cover": asked.share(own, context, heading, around),
        "meaning": 0.35 if words else 0.2,
        "kind": asked.answers(text),
        "rank": hit.score / (top or 1.0) - (0.0 if inside else 0.15),
        "announces": announces(text, unit.row),
        "adjacent": asked.adjacent(text),
        "keys": _part(asked.keys, own),
        "focus": _part(asked.focus, {**context, **own}),
        "length": max(0.0, math.log(max(len(tokens), 1) / 30)),
        "fragment": 1.0 if len(tokens) < 4 else 0.0,
        "echo": 1.0 if fresh < 0.25 and not any(t.isdigit() for t in tokens) else 0.0,
        "negates": float(words > 0 and asked.denied(text)),
        "role": role(asked, text, own),
        "counted": asked.counted(text),
        "subject": asked.part(asked.subject, {**context, **own}),
    }
    return Candidate(passage, unit, passage.span.page, values, own, {**around, **heading, **context, **own})


def _part(wanted: frozenset[str], held: Mapping[str, float]) -> float:
    return sum(name in held for name in wanted) / len(wanted) if wanted else 0.5


def announces(text: str, row: bool = False) -> float:
    """1 for what announces rather than says: headings, captions, column heads, the line before a list."""
    if row:
        return 0.0
    bare = text.rstrip()
    if bare.endswith(":") or re.search(r"(?:\. ?){4,}", bare):
        return 1.0
    if re.match(r"(?:chapter )?(?:\d{1,2}\.?)+ [A-Z][^.]{0,70}$", bare):
        return 1.0
    says = re.search(r"[.!?][\"'”’)]*$", bare) or re.search(r":\s*\S", bare) or re.search(r"\d", bare)
    return 0.0 if says else 0.6


def role(asked: Asked, text: str, own: Mapping[str, float]) -> float:
    """1 where a person's name stands right beside the role that is asked for: "Captain: Lutz Mallon"."""
    if not asked.kinds or asked.kinds[0].name != "person" or not own:
        return 0.0
    for match in re.finditer(_NAME, text):
        beside = f"{text[max(0, match.start() - 40) : match.end() + 40]}"
        if len(asked.matched(beside)) >= min(2, len(own)):
            return 1.0
    return 0.0
