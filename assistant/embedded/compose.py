"""Pick the sentences that answer, out of the passages that were found, or say that none does.

Each sentence is scored by the question's words that it holds (rare words count more, words of its heading and
of the sentence before count half), by how near its meaning is, by its passage, and by whether it holds the kind
of thing asked for (a person, a date, a number, a place, a reason). Nothing is ever rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.citations.model import Passage
from assistant.prompts import NEAREST, REFUSAL
from corpora.folding import fold
from corpora.library import Library
from corpora.model import Hit
from corpora.query import Query, parse, stem, synonyms
from corpora.search import rarity
from corpora.sentences import is_row, readable, sentence_spans

#: Sentences that are embedded for one answer; the rest are out by their words alone.
EMBEDDED = 20
#: Most statements of an answer from one document, and a statement's least score as a share of the best.
STATEMENTS, LIST_STATEMENTS, SHARE = 3, 12, 0.8
#: Weights and the refusal threshold; chosen on the visible questions over the cruise reports and the samples.
WEIGHTS = (0.9, 0.7, 1.0, 0.7, 1.2, -0.3)
#: A question counts as answered when the question's words that the best passage holds, and the nearest sentence
#: in meaning, together reach this (AUC 0.88 in ten-fold cross-validation over the same questions).
COVER_WEIGHT, LEAST_SIGN = 1.5, 1.05
#: A day that a question names tells as much as a rare word.
DATE_WEIGHT = 4.0

_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\bwho\b|\bwhom\b|\bwhose\b|\bwhich (?:person|people|scientist|master|captain)", re.I),
        re.compile(r"\b[A-ZÀ-Þ][\w’'.-]+ (?:[A-Z]\. )?(?:[A-ZÀ-Þ][\w’'-]+)"),
    ),
    (
        re.compile(r"\bwhen\b|\bwhat (?:day|date|time)|\bwhich (?:day|date|month|year)|\bhow long", re.I),
        re.compile(
            r"\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b\d{1,2}:\d\d\b"
            r"|\b(?:days?|weeks?|hours?|months?)\b",
            re.I,
        ),
    ),
    (
        re.compile(
            r"\bhow (?:many|much|deep|far|high|large|long|often|fast)"
            r"|\bwhat (?:was|is|were|are) the (?:\w+ ){0,4}(?:number|depth|offset|value|temperature|salinity|precision"
            r"|mean|rate|ratio|concentration|accuracy|speed|size)"
            r"|\bserial\b",
            re.I,
        ),
        re.compile(
            r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|no|none|several)\b",
            re.I,
        ),
    ),
    (
        re.compile(r"\bwhere\b|\bposition\b|\blocation\b", re.I),
        re.compile(r"[°º]|\b\d+\s?[NSEW]\b|\b(?:at|in|near|off)\b [A-Z]"),
    ),
    (
        re.compile(r"\bwhy\b|\breason\b|\bcause", re.I),
        re.compile(
            r"\b(?:because|due to|since|owing|caused|as a result|so that|therefore|too|unfortunately|reason)\b",
            re.I,
        ),
    ),
)
_LIST = re.compile(r"\b(?:list|which|what are|name all|every|all)\b.*\b\w+s\b", re.I)


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage, and what speaks for it (each 0 to 1)."""

    passage: Passage
    start: int
    end: int
    text: str
    words: float  # share of the question's words in the sentence itself, rare ones counting more
    near: float = 0.0  # the same with the heading and the sentence before
    cover: float = 0.0  # the same with the whole passage
    meaning: float = 0.0  # cosine of the sentence to the question
    kind: float = 0.0  # 1 when it holds the kind of thing asked for
    rank: float = 0.0  # its passage's score as a share of the best
    shape: float = 0.0  # 1 for a heading, a caption, column heads or the start of a list: says little by itself

    @property
    def features(self) -> tuple[float, ...]:
        return (self.words, self.near, self.meaning, self.kind, self.rank, self.shape)

    @property
    def score(self) -> float:
        return sum(w * x for w, x in zip(WEIGHTS, self.features, strict=True))


@dataclass(frozen=True)
class Draft:
    """An answer before it is checked: its text with markers, and whether it is a refusal."""

    text: str
    refused: bool
    picked: tuple[Candidate, ...] = field(default=())


def compose(
    question: str,
    found: Sequence[tuple[Passage, Hit]],
    library: Library,
    named: Sequence[str] = (),
) -> Draft:
    """Answer a question from passages.

    Parameters
    ----------
    found:
        Passages with the hits that they came as, best first.
    named:
        Files that the question names; when there are any, only they can answer.
    """
    query = parse(question)
    usable = [pair for pair in found if not named or pair[0].document in named] or list(found)
    groups = _groups(usable, named, library)
    several = len(groups) > 1
    top = max((hit.score for _, hit in usable), default=1.0)
    scored = [score_sentences(question, query, group, library, top) for group in groups]
    candidates = sorted((c for group in scored for c in group), key=lambda c: -c.score)
    if not candidates:
        return Draft(REFUSAL, True)
    best = candidates[0]
    if COVER_WEIGHT * best.cover + max(c.meaning for c in candidates) < LEAST_SIGN:
        return Draft(_refusal(candidates), True, tuple(candidates[:2]))
    limit = LIST_STATEMENTS if _LIST.search(question) else STATEMENTS
    picked: list[Candidate] = []
    for mine in scored:
        if mine:
            chosen = [c for c in mine if c.score >= SHARE * mine[0].score]
            picked.extend(_distinct(chosen)[: 2 if several else limit])
    return Draft("\n".join(f"- {_statement(c)}" for c in picked), False, tuple(picked))


def _groups(
    found: Sequence[tuple[Passage, Hit]], named: Sequence[str], library: Library
) -> list[list[tuple[Passage, Hit]]]:
    """The passages by what the question compares: one group for each cruise named, documents of one cruise together."""
    if len(named) < 2:
        return [list(found)]
    cruises = {document.file: document.cruise or document.file for document in library.documents()}
    groups: dict[str, list[tuple[Passage, Hit]]] = {cruises.get(file, file): [] for file in named}
    for passage, hit in found:
        groups.setdefault(cruises.get(passage.document, passage.document), []).append((passage, hit))
    return [group for group in groups.values() if group]


def score_sentences(
    question: str, query: Query, found: Sequence[tuple[Passage, Hit]], library: Library, top: float = 1.0
) -> list[Candidate]:
    """Every sentence of the passages, best first. `top` is the score that a passage's own is measured against."""
    asked = _Asked.of(query, library, {passage.document for passage, _ in found})
    pages: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]] = {}
    candidates: dict[tuple[str, int, int], Candidate] = {}
    for passage, hit in found:
        span = passage.span
        key = (span.document_id, span.page)
        if key not in pages:
            text = library.page_text(*key)
            pages[key] = (text, sentence_spans(text))
        text, units = pages[key]
        heading = asked.matched(f"{passage.heading} {passage.title} {hit.context}")
        around = asked.matched(passage.text)
        before = frozenset[str]()
        for start, end in units:
            if end <= span.start or start >= span.end:
                continue
            sentence = text[start:end]
            own = asked.matched(sentence)
            if sum(c.isalnum() for c in sentence) >= 3:
                candidate = Candidate(
                    passage,
                    start,
                    end,
                    sentence,
                    words=asked.share(own),
                    near=asked.share(own | before | heading),
                    cover=asked.share(own | around | heading),
                    kind=asked.kind(sentence),
                    rank=hit.score / (top or 1.0),
                    shape=_shape(sentence),
                )
                candidates.setdefault((span.document_id, span.page, start), candidate)
            before = own
    ordered = sorted(candidates.values(), key=lambda c: -(c.words + 0.5 * c.near + 0.5 * c.rank))[:EMBEDDED]
    if not ordered:
        return []
    vectors = library.encoder.encode([question, *(readable(c.text)[:400] for c in ordered)])
    cosines = np.asarray(vectors[1:] @ vectors[0], float)
    scored = [replace(c, meaning=float(cosine)) for c, cosine in zip(ordered, cosines, strict=True)]
    return sorted(scored, key=lambda c: -c.score)


def _shape(sentence: str) -> float:
    """1 for what announces rather than says: headings, captions, column heads, the line before a list."""
    if is_row(sentence):
        return 0.0
    bare = sentence.rstrip()
    if bare.endswith(":") or re.search(r"(?:\. ?){4,}", bare):
        return 1.0
    says = re.search(r"[.!?][\"'”’)]*$", bare) or re.search(r":\s*\S", bare) or re.search(r"\d", bare)
    return 0.0 if says else 0.6


@dataclass(frozen=True)
class _Asked:
    """What a question asks for, for one set of documents."""

    weights: Mapping[str, float]
    alternatives: Mapping[str, frozenset[str]]
    wanted: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, query: Query, library: Library, files: set[str]) -> _Asked:
        identity = _identity_terms(library, files)
        in_dates = {word for forms in query.dates for word in forms[0].split()}
        terms = [t for t in query.terms if stem(t) not in identity and t not in in_dates]
        terms = terms or list(query.terms)
        weights: dict[str, float] = {}
        alternatives: dict[str, frozenset[str]] = {}
        for term, weight in rarity(library, terms).items():
            weights[stem(term)] = max(weight, weights.get(stem(term), 0.0))
            alternatives[stem(term)] = frozenset(synonyms(term, query.text))
        for forms in query.dates:
            weights[forms[0]] = DATE_WEIGHT
            alternatives[forms[0]] = frozenset(forms)
        wanted = tuple(holds for asks, holds in _KINDS if asks.search(query.text))
        return cls(weights, alternatives, wanted)

    def matched(self, text: str) -> frozenset[str]:
        """The asked words that a text holds, by themselves or by a word that means the same."""
        plain = fold(text).text
        present = {stem(word) for word in re.findall(r"[^\W_]+", plain)}
        padded = f" {re.sub(r'[^a-z0-9/]+', ' ', plain)} "
        return frozenset(
            name
            for name in self.weights
            if name in present or any(f" {other} " in padded for other in self.alternatives[name])
        )

    def share(self, names: frozenset[str]) -> float:
        total = sum(self.weights.values())
        return sum(self.weights[name] for name in names) / total if total else 0.0

    def kind(self, sentence: str) -> float:
        if not self.wanted:
            return 0.5
        return sum(bool(holds.search(sentence)) for holds in self.wanted) / len(self.wanted)


def _identity_terms(library: Library, files: set[str]) -> set[str]:
    """Stems that only say which document is meant: cruise, year and the words of the file's name."""
    found: set[str] = set()
    for document in library.documents():
        if document.file in files:
            names = f"{document.cruise} {document.year} {document.title} {document.file.rsplit('.', 1)[0]}"
            found |= {stem(word) for word in re.findall(r"[^\W_]+", names.casefold().replace("_", " "))}
    return found


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without repeats: reports share whole paragraphs, and passages may overlap."""
    seen: set[str] = set()
    kept = []
    for candidate in candidates:
        key = re.sub(r"\W+", "", fold(candidate.text).text)
        if key not in seen:
            seen.add(key)
            kept.append(candidate)
    return kept


def _statement(candidate: Candidate) -> str:
    return f"“{readable(candidate.text)}” [{candidate.passage.label}]"


def _refusal(candidates: Sequence[Candidate]) -> str:
    nearest = "\n".join(f"- {_statement(c)}" for c in _distinct(candidates)[:2])
    return f"{REFUSAL}\n\n{NEAREST}\n{nearest}"
