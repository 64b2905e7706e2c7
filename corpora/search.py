"""Search a library: words (BM25) and meaning (embeddings), fused, with the named documents first."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from corpora.encoder import Encoder, Vectors
from corpora.library import Library
from corpora.model import Hit, Span
from corpora.nearest import by_meaning, cosines
from corpora.query import Query, parse, stem, synonyms
from corpora.remembered import remembered
from corpora.routing import name_documents, surely_named
from corpora.words import by_words, rarity

#: How many candidates each of the two searches brings.
CANDIDATES = 150
#: Weights of the fused score; fitted on the visible questions and our own, see docs/search.md.
WEIGHTS = {
    "words": 1.0,
    "meaning": 1.3,
    "document": 2.4,
    "close": 2.0,
    "contents": -0.6,
    "headed": 0.25,
    "figures": 0.4,
}
#: How many of the best candidates get a second look, and how many words of a text belong together.
LOOKED_AT, WINDOW = 30, 40

_LEADERS = re.compile(r"(?:\. ?){4,}")
_NUMBERS = re.compile(r"\d[\d,.]*")
_QUANTITY = re.compile(
    r"\b(?:how (?:much|many)|ratio|margin|percent\w*|total|amount|average|growth|change in|rate|turnover|numbers?"
    r"|million|usd|cogs|income|revenue|capex|expenditures?|sales|debt|assets|list|casts?|table)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_vectors: WeakKeyDictionary[Encoder, OrderedDict[str, Vectors]] = WeakKeyDictionary()
_guard = threading.Lock()


def search(
    library: Library,
    question: str,
    *,
    k: int = 10,
    documents: Sequence[str] | None = None,
    offset: int = 0,
) -> list[Hit]:
    """The k chunks that answer a question best, each a span.

    Parameters
    ----------
    documents:
        Ids to search in; all when None.
    offset:
        How many of the best to pass over.

    Returns
    -------
    list of Hit
        Ranks count from 1. `scores` holds words (BM25 against the best, 0 to 1), meaning (cosine), document (how
        well the question names the document, 0 to 1) and, for the best, close (how much of the question stands close
        together in the chunk, 0 to 1) and contents (1 for a table of contents).
    """
    query = parse(question)
    if (documents is not None and not documents) or not query.text:
        return []
    named = name_documents(library, query, documents)
    sure, only = surely_named(library, query, named)
    # Inside the documents that the question names as well as everywhere: a name is no proof that they answer.
    scopes = [documents, sure] if sure and (documents is None or set(sure) < set(documents)) else [documents]
    words: dict[int, float] = {}
    meaning: dict[int, float] = {}
    vector = _vector(library, query.text)
    for scope in scopes:
        words |= by_words(library, query, CANDIDATES, scope, only)
        meaning |= by_meaning(library, vector, CANDIDATES, scope)
    identities = list(dict.fromkeys([*words, *meaning]))
    owners = remembered(library).owners(identities)
    meaning |= cosines(library, vector, [i for i in identities if i not in meaning])
    best = max(words.values(), default=0.0) or 1.0
    scored = []
    for identity in identities:
        if identity not in owners:
            # The vector index may still name a chunk whose document has just been removed.
            continue
        parts = {
            "words": words.get(identity, 0.0) / best,
            "meaning": meaning.get(identity, 0.0),
            "document": named.get(owners[identity], 0.0),
        }
        scored.append((_score(parts), identity, parts))
    scored.sort(key=lambda item: (-item[0], item[1]))
    # Texts are read of the best alone: reading all three hundred took longer than anything else.
    rows = _rows(library, [identity for _, identity, _ in scored[:LOOKED_AT]])
    scored = _second_look(library, query, only, scored, rows)
    hits: list[tuple[float, dict[str, Any], dict[str, float]]] = []
    seen: set[tuple[str, str]] = set()
    for place, (score, identity, parts) in enumerate(scored):
        if place >= LOOKED_AT and place % LOOKED_AT == 0:
            rows = _rows(library, [one for _, one, _ in scored[place : place + LOOKED_AT]])
        row = rows.get(identity)
        if row is None:
            # Its document has been removed since.
            continue
        key = (row["document_id"], re.sub(r"\W+", "", row["text"]).casefold())
        if key in seen:
            continue
        seen.add(key)
        hits.append((score, row, parts))
        if len(hits) >= offset + k:
            break
    return [
        Hit(
            rank=rank,
            score=round(score, 6),
            document=row["file"],
            span=Span(row["document_id"], row["page"], row["start"], row["end"]),
            text=row["text"],
            heading=row["heading"],
            title=row["title"],
            scores={name: round(value, 6) for name, value in parts.items()},
            context=row["context"],
        )
        for rank, (score, row, parts) in enumerate(hits[offset:], offset + 1)
    ]


def _score(parts: dict[str, float]) -> float:
    return sum(WEIGHTS[name] * max(0.0, value) for name, value in parts.items())


Scored = tuple[float, int, dict[str, float]]


def _second_look(
    library: Library, query: Query, ignored: frozenset[str], scored: list[Scored], rows: dict[int, dict[str, Any]]
) -> list[Scored]:
    """The best candidates again by how much of the question stands close together in each, best first."""
    weights: dict[str, float] = {}
    terms = [term for term in query.terms if term not in ignored and term.isalnum()]
    for term, weight in rarity(library, terms or list(query.terms)).items():
        weights[stem(term)] = max(min(weight, 6.0), weights.get(stem(term), 0.0))
    # What a table or a section is called stands at its head; a quantity that is asked for stands among figures.
    names = [f" {name} " for name in (*query.phrases, *query.alternatives) if " " in name]
    same = {stem(other): stem(term) for term in terms for other in synonyms(term, query.text) if other.isalnum()}
    named = _Named(weights, same)
    figures = bool(_QUANTITY.search(query.text))
    again = []
    for score, identity, parts in scored[:LOOKED_AT]:
        row = rows.get(identity)
        if row is None:
            again.append((score, identity, parts))
            continue
        opening = _opening(row) if names else ""
        looked = {
            **parts,
            "close": _closeness(row["text"], weights, named),
            "contents": float(row["text"].count(".") >= 12 and len(_LEADERS.findall(row["text"])) >= 3),
            "headed": float(any(name in opening for name in names)),
            "figures": float(figures and len(_NUMBERS.findall(row["text"])) >= 12),
        }
        again.append((_score(looked), identity, looked))
    again.sort(key=lambda item: (-item[0], item[1]))
    return again + scored[LOOKED_AT:]


def _opening(row: dict[str, Any]) -> str:
    opening = f"{row['heading']} {row['context']} {row['text'][:160]}"
    return f" {re.sub(r'[^a-z0-9/&]+', ' ', opening.casefold())} "


class _Named(dict[str, str]):
    """Which of the question's words a word of a text stands for, "" for none. Each word is looked at once."""

    def __init__(self, weights: Mapping[str, float], same: Mapping[str, str]) -> None:
        super().__init__()
        self._weights, self._same = weights, same

    def __missing__(self, word: str) -> str:
        root = stem(word)
        name = root if root in self._weights else self._same.get(root, "")
        self[word] = name if name in self._weights else ""
        return self[word]


def closeness(text: str, weights: Mapping[str, float], same: Mapping[str, str] | None = None) -> float:
    """The most of the question's words, by weight, that any WINDOW words of a text hold together, 0 to 1.

    `same` are stems of words that mean the same as one of the question's, and that one's.
    """
    return _closeness(text, weights, _Named(weights, same or {}))


def _closeness(text: str, weights: Mapping[str, float], named: _Named) -> float:
    total = sum(weights.values())
    if not total:
        return 0.0
    places = [(i, name) for i, word in enumerate(_WORD.findall(text.casefold())) if (name := named[word])]
    best = 0.0
    first = 0
    for last, (place, _) in enumerate(places):
        while place - places[first][0] >= WINDOW:
            first += 1
        best = max(best, sum(weights[name] for name in {name for _, name in places[first : last + 1]}))
    return best / total


def _vector(library: Library, text: str) -> Vectors:
    """The question's embedding; the same question is often searched in one document after the other."""
    with _guard:
        held = _vectors.setdefault(library.encoder, OrderedDict())
        if text in held:
            held.move_to_end(text)
            return held[text]
    vector = np.asarray(library.encoder.encode([text])[0], np.float32)
    with _guard:
        held[text] = vector
        while len(held) > 256:
            held.popitem(last=False)
    return vector


def _rows(library: Library, identities: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = {}
    connection = library.connection()
    for first in range(0, len(identities), 500):
        part = identities[first : first + 500]
        rows = connection.execute(
            'SELECT c.id, c.document_id, c.page, c.start, c."end", c.heading, c.context, d.file, d.title, '
            'substr(p.text, c.start + 1, c."end" - c.start) FROM chunks c '
            "JOIN documents d ON d.id = c.document_id "
            "JOIN pages p ON p.document_id = c.document_id AND p.number = c.page "
            f"WHERE c.id IN ({', '.join('?' * len(part))})",
            list(part),
        ).fetchall()
        names = ("document_id", "page", "start", "end", "heading", "context", "file", "title", "text")
        for row in rows:
            found[row[0]] = dict(zip(names, row[1:], strict=True))
    return found
