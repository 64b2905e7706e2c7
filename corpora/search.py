"""Search a library: words (BM25) and meaning (embeddings), fused, with the named documents first."""

from __future__ import annotations

import logging
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpora.library import Library
from corpora.model import Hit, Span
from corpora.query import Query, match_expression, parse

log = logging.getLogger(__name__)

#: How many candidates each of the two searches brings.
CANDIDATES = 150
#: Weights of the fused score; chosen on the visible questions over the cruise reports, see docs/search.md.
WEIGHT_WORDS = 1.0
WEIGHT_MEANING = 0.9
WEIGHT_DOCUMENT = 0.55
#: What a word of a document's first lines counts against one of its title, cruise or file name.
WEAK = 0.35


@dataclass(frozen=True)
class _Candidate:
    chunk_id: int
    words: float = 0.0
    meaning: float = 0.0


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
        Ranks count from 1. `scores` holds words (BM25 against the best, 0 to 1), meaning (cosine) and
        document (how well the question names the document, 0 to 1).
    """
    query = parse(question)
    if documents is not None and not documents:
        return []
    words = _by_words(library, query, documents)
    meaning = _by_meaning(library, query, documents)
    if not words and not meaning:
        return []
    named = name_documents(library, query, documents)
    identities = list(dict.fromkeys([*words, *meaning]))
    rows = _rows(library, identities)
    missing = [i for i in identities if i not in meaning]
    meaning = meaning | _cosines(library, query, missing)
    scored = []
    for identity in identities:
        row = rows.get(identity)
        if row is None:
            # Chroma may still name a chunk whose document has just been removed.
            continue
        parts = {
            "words": words.get(identity, 0.0),
            "meaning": meaning.get(identity, 0.0),
            "document": named.get(row["document_id"], 0.0),
        }
        score = (
            WEIGHT_WORDS * parts["words"]
            + WEIGHT_MEANING * max(0.0, parts["meaning"])
            + WEIGHT_DOCUMENT * parts["document"]
        )
        scored.append((score, identity, parts))
    scored.sort(key=lambda item: (-item[0], item[1]))
    hits = []
    seen: set[tuple[str, str]] = set()
    for score, identity, parts in scored:
        row = rows[identity]
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


def name_documents(library: Library, query: Query, documents: Sequence[str] | None = None) -> dict[str, float]:
    """How well a question names each document: 1 for the best named, absent for one it does not name.

    A word counts by how few documents carry it in their identity: `SO279` decides, `cruise` does not.
    """
    rows = library.connection().execute("SELECT id, words, title, cruise, year, file FROM documents").fetchall()
    if not rows:
        return {}
    strong, bags = {}, {}
    for document_id, words, title, cruise, year, file in rows:
        strong[document_id] = _tokens(f"{title} {cruise} {year} {file}")
        bags[document_id] = _tokens(words) | strong[document_id]
    asked = [t for t in query.terms if t in query.identifiers or len(t) > 2 or t.isdigit()]
    counts = {t: sum(t in bag for bag in bags.values()) for t in asked}
    scores: dict[str, float] = defaultdict(float)
    total = len(bags)
    for term, count in counts.items():
        if count > 0:
            weight = math.log((total + 1) / count) * (2.0 if any(c.isdigit() for c in term) else 0.7)
            for document_id, bag in bags.items():
                if term in bag:
                    # A first page mentions much; a title and a file name say what the document is.
                    scores[document_id] += weight * (1.0 if term in strong[document_id] else WEAK)
    if not scores:
        return {}
    best = max(scores.values())
    # Without an identifier the words that match are mostly of the topic: they hint, they do not decide.
    everything = set().union(*strong.values())
    firm = any(t in everything and t in query.identifiers for t in asked)
    ceiling = 1.0 if firm else min(1.0, best / 8.0)
    return {d: ceiling * (s / best) ** 2 for d, s in scores.items() if s > 0 and (documents is None or d in documents)}


def _tokens(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold().replace("_", " ")))


def _by_words(library: Library, query: Query, documents: Sequence[str] | None) -> dict[int, float]:
    """BM25 over the word index, as a share of the best score."""
    expression = match_expression(query)
    if not expression:
        return {}
    where, values = "", [expression]
    if documents is not None:
        where = f"AND rowid IN (SELECT id FROM chunks WHERE document_id IN ({', '.join('?' * len(documents))}))"
        values += list(documents)
    rows = (
        library.connection()
        .execute(
            f"SELECT rowid, bm25(chunk_words, 1.0, 0.6) FROM chunk_words WHERE chunk_words MATCH ? {where} "
            f"ORDER BY 2 LIMIT {CANDIDATES}",
            values,
        )
        .fetchall()
    )
    if not rows:
        return {}
    best = min(score for _, score in rows) or -1.0
    return {identity: score / best for identity, score in rows}


def _by_meaning(library: Library, query: Query, documents: Sequence[str] | None) -> dict[int, float]:
    """Cosines of the nearest chunks, from the vector index, or from the library itself where it lags."""
    if not query.text or not library.exists:
        return {}
    vector = library.encoder.encode([query.text])[0]
    behind = set(library.unindexed())
    found: dict[int, float] = {}
    try:
        found = dict(library.index.query(vector, CANDIDATES, documents))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the index, the library has the vectors
        log.warning("The vector index cannot be searched (%s); run `leadline reindex`.", error)
        behind = set()
        found = _exact(library, vector, documents)
    if behind:
        wanted = [d for d in behind if documents is None or d in documents]
        found |= _exact(library, vector, wanted)
    return found


def _exact(library: Library, vector: np.ndarray, documents: Sequence[str] | None) -> dict[int, float]:
    ids, matrix = library.vectors_of(documents)
    if not ids:
        return {}
    cosines = matrix @ vector
    order = np.argsort(-cosines)[:CANDIDATES]
    return {ids[i]: float(cosines[i]) for i in order}


def _cosines(library: Library, query: Query, identities: Sequence[int]) -> dict[int, float]:
    """Cosines of chunks that only the words found."""
    if not identities:
        return {}
    vector = library.encoder.encode([query.text])[0]
    rows = library.connection().execute(
        f"SELECT chunk_id, vector FROM vectors WHERE encoder = ? AND chunk_id IN ({', '.join('?' * len(identities))})",
        [library.encoder.name, *identities],
    )
    return {identity: float(np.frombuffer(packed, "<f2").astype(np.float32) @ vector) for identity, packed in rows}


def _rows(library: Library, identities: Sequence[int]) -> dict[int, dict]:
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
        )
        names = ("document_id", "page", "start", "end", "heading", "context", "file", "title", "text")
        for row in rows:
            found[row[0]] = dict(zip(names, row[1:], strict=True))
    return found


def rarity(library: Library, terms: Sequence[str]) -> dict[str, float]:
    """How much each term tells: the logarithm of all chunks over those that hold it, at least 0.1."""
    connection = library.connection()
    total = max(library.stats()["chunks"], 1)
    found = {}
    for term in terms:
        count = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT 5000)",
            (f'"{term}"',),
        ).fetchone()[0]
        found[term] = max(math.log((total + 1) / (count + 0.5)), 0.1)
    return found
