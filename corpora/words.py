"""The word index: BM25 over chunks, and how rare a word is."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from corpora.library import Library
from corpora.query import Query, match_parts
from corpora.remembered import Remembered, remembered

#: A word in more than this share of the chunks tells next to nothing and costs the most to look up.
COMMON = 0.08
#: Counting stops here: how many hold a word that stands in more chunks is judged by how soon so many were found.
_COUNTED = 5_000
#: The rarest words are looked up, until so many chunks hold them together; at least the first few are.
_READ, _LEAST = 4_000, 3


def by_words(
    library: Library, query: Query, limit: int, documents: Sequence[str] | None, ignored: Collection[str] = ()
) -> dict[int, float]:
    """BM25 of the best chunks (chunk id: score, the higher the better), common words left out where rarer ones remain.

    Parameters
    ----------
    ignored:
        Words of the question that only name a document.
    """
    parts = match_parts(query, ignored) or match_parts(query)
    if not parts:
        return {}
    known = remembered(library)
    most = max(COMMON * known.chunks, 200)
    counts = {part: _count(library, known, part) for part in parts}
    rare = [part for part in parts if counts[part] <= most]
    # Inside documents only their own range of chunks is read.
    kept = _rarest(rare or parts, counts) if documents is None else set(parts)
    expression = " OR ".join(f'"{part}"' for part in (rare or parts) if part in kept)
    where = ""
    values: list[Any] = [expression]
    if documents is not None:
        where, more = _within(known.ranges, documents)
        values += more
    sql = (
        f"SELECT rowid, bm25(chunk_words, 1.0, 0.6) FROM chunk_words WHERE chunk_words MATCH ? {where} "
        f"ORDER BY 2 LIMIT {limit}"
    )
    return {identity: -score for identity, score in library.connection().execute(sql, values).fetchall()}


def _rarest(parts: Sequence[str], counts: dict[str, int]) -> set[str]:
    """The rarest parts that can be read quickly together."""
    kept: set[str] = set()
    read = 0
    for part in sorted(parts, key=lambda part: counts[part]):
        read += counts[part]
        if len(kept) >= _LEAST and read > _READ:
            break
        kept.add(part)
    return kept


def _within(ranges: dict[str, tuple[int, int, int]], documents: Sequence[str]) -> tuple[str, list[Any]]:
    """Conditions on rowid: the index walks a range of chunks far faster than it looks each up in a list."""
    known = [ranges[d] for d in documents if d in ranges]
    if not known:
        return "AND 0", []
    first, last = min(one[0] for one in known), max(one[1] for one in known)
    where = "AND rowid BETWEEN ? AND ?"
    values: list[Any] = [first, last]
    if sum(one[2] for one in known) < last - first + 1:
        marks = ", ".join("?" * len(documents))
        where += f" AND rowid IN (SELECT id FROM chunks WHERE document_id IN ({marks}))"
        values += list(documents)
    return where, values


def _count(library: Library, known: Remembered, part: str) -> int:
    def look(term: str) -> int:
        found, last = (
            library.connection()
            .execute(
                "SELECT count(*), max(rowid) FROM "
                f"(SELECT rowid FROM chunk_words WHERE chunk_words MATCH ? ORDER BY rowid LIMIT {_COUNTED})",
                (f'"{term}"',),
            )
            .fetchone()
        )
        if found < _COUNTED:
            return int(found)
        first, end = min(one[0] for one in known.ranges.values()), max(one[1] for one in known.ranges.values())
        return min(known.chunks, round(found * (end - first + 1) / (last - first + 1)))

    return known.count(part, look)


def rarity(library: Library, terms: Sequence[str]) -> dict[str, float]:
    """How much each term tells: the logarithm of all chunks over those that hold it, at least 0.1."""
    known = remembered(library)
    total = max(known.chunks, 1)
    return {term: max(math.log((total + 1) / (_count(library, known, term) + 0.5)), 0.1) for term in terms}
