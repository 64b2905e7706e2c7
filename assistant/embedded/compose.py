"""Pick the sentences that answer, out of the passages that were found, or say that none does.

Each sentence is scored by the question's words that it holds (rare words count more, words of its heading and
of the sentence before count half), by how near its meaning is, by its passage, and by whether it holds the kind
of thing asked for (a person, a date, a number, a place, a reason). Nothing is ever rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.citations.model import Passage
from assistant.prompts import NEAREST, REFUSAL
from corpora.folding import fold
from corpora.library import Library
from corpora.model import Hit
from corpora.query import Query, parse, stem
from corpora.search import rarity
from corpora.sentences import readable, sentence_spans

#: Sentences that are embedded for one answer; the rest are out by their words alone.
EMBEDDED = 36
#: Most statements of an answer from one document, and a statement's least score as a share of the best.
STATEMENTS, LIST_STATEMENTS, SHARE = 3, 12, 0.8
#: Weights and the refusal threshold; chosen on the visible questions over the cruise reports and the samples.
W_WORDS, W_MEANING, W_PASSAGE, W_KIND = 1.0, 0.7, 0.35, 0.25
LEAST_COVER = 0.52

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
            r"\bhow (?:many|much|deep|far|high|large|long|often|fast)|\bwhat (?:was|is|were|are) the (?:\w+ ){0,4}(?:number|"
            r"depth|offset|value|temperature|salinity|precision|mean|rate|ratio|concentration|accuracy|speed|size)"
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
    words: float
    meaning: float = 0.0
    cover: float = 0.0
    kind: float = 0.0
    rank: float = 0.0

    @property
    def score(self) -> float:
        return W_WORDS * self.words + W_MEANING * max(0.0, self.meaning) + W_PASSAGE * self.rank + W_KIND * self.kind


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
    candidates = score_sentences(question, query, usable, library)
    if not candidates:
        return Draft(REFUSAL, True)
    several = len(named) > 1
    best = candidates[0]
    if best.cover < LEAST_COVER:
        return Draft(_refusal(candidates), True, tuple(candidates[:2]))
    limit = LIST_STATEMENTS if _LIST.search(question) else STATEMENTS
    picked: list[Candidate] = []
    groups = list(named) if several else [""]
    for group in groups:
        mine = [c for c in candidates if not group or c.passage.document == group]
        if not mine:
            continue
        top = mine[0]
        chosen = [c for c in mine if c.score >= SHARE * top.score and c.cover >= 0.75 * LEAST_COVER]
        picked.extend(_distinct(chosen or mine[:1])[: 2 if several else limit])
    return Draft("\n".join(f"- {_statement(c)}" for c in picked), False, tuple(picked))


def score_sentences(
    question: str, query: Query, found: Sequence[tuple[Passage, Hit]], library: Library
) -> list[Candidate]:
    """Every sentence of the passages, best first."""
    identity = _identity_terms(library, {passage.document for passage, _ in found})
    asked = [t for t in query.terms if stem(t) not in identity] or list(query.terms)
    weights = rarity(library, asked)
    stems: dict[str, float] = {}
    for term, weight in weights.items():
        stems[stem(term)] = max(weight, stems.get(stem(term), 0.0))
    alternatives = _alternative_stems(query, stems)
    total = sum(stems.values()) or 1.0
    wanted = [holds for asks, holds in _KINDS if asks.search(question)]
    top = max((hit.score for _, hit in found), default=1.0) or 1.0
    pages: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]] = {}
    candidates: dict[tuple[str, int, int], Candidate] = {}
    for passage, hit in found:
        span = passage.span
        key = (span.document_id, span.page)
        if key not in pages:
            text = library.page_text(*key)
            pages[key] = (text, sentence_spans(text))
        text, units = pages[key]
        heading = _matched(f"{passage.heading} {passage.title}", stems, alternatives)
        around = _matched(passage.text, stems, alternatives)
        before: Mapping[str, float] = {}
        for start, end in units:
            if end <= span.start or start >= span.end:
                continue
            sentence = text[start:end]
            own = _matched(sentence, stems, alternatives)
            near = {
                name: max(own.get(name, 0.0), 0.5 * before.get(name, 0.0), 0.5 * heading.get(name, 0.0))
                for name in stems
            }
            cover = {
                name: max(own.get(name, 0.0), around.get(name, 0.0), 0.9 * heading.get(name, 0.0)) for name in stems
            }
            before = own
            if len(sentence) < 4 or not any(c.isalnum() for c in sentence):
                continue
            candidates[(span.document_id, span.page, start)] = Candidate(
                passage,
                start,
                end,
                sentence,
                words=sum(stems[n] * share for n, share in near.items()) / total,
                cover=sum(stems[n] * share for n, share in cover.items()) / total,
                kind=float(bool(wanted) and all(holds.search(sentence) for holds in wanted)),
                rank=hit.score / top,
            )
    ordered = sorted(candidates.values(), key=lambda c: -(c.words + 0.3 * c.rank + 0.2 * c.kind))[:EMBEDDED]
    if not ordered:
        return []
    vectors = library.encoder.encode([question, *(readable(c.text)[:600] for c in ordered)])
    cosines = np.asarray(vectors[1:] @ vectors[0], float)
    scored = [_with(c, meaning=float(cosine)) for c, cosine in zip(ordered, cosines, strict=True)]
    return sorted(scored, key=lambda c: -c.score)


def _with(candidate: Candidate, **changes: Any) -> Candidate:
    from dataclasses import replace

    return replace(candidate, **changes)


def _matched(text: str, stems: Mapping[str, float], alternatives: Mapping[str, set[str]]) -> dict[str, float]:
    """Which of the question's stems a text holds: 1 for the word itself, 0.7 for one that means the same."""
    plain = fold(text).text
    present = {stem(word) for word in re.findall(r"[^\W_]+", plain)}
    padded = f" {re.sub(r'[^a-z0-9/]+', ' ', plain)} "
    found = {}
    for name in stems:
        if name in present:
            found[name] = 1.0
        elif any(f" {other} " in padded for other in alternatives.get(name, ())):
            found[name] = 0.7
    return found


def _alternative_stems(query: Query, stems: Mapping[str, float]) -> dict[str, set[str]]:
    """For each stem, the words that mean the same as the term of the question that it comes from."""
    from corpora.query import synonyms

    return {stem(term): synonyms(term, query.text) for term in query.terms if stem(term) in stems}


def _identity_terms(library: Library, files: set[str]) -> set[str]:
    """Stems that only say which document is meant: cruise, year and the words of the file's name."""
    found: set[str] = set()
    for document in library.documents():
        if document.file in files:
            names = f"{document.cruise} {document.year} {document.file.rsplit('.', 1)[0]}"
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
