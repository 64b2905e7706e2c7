"""The nearest chunks in meaning: the vector index over everything, the library's own vectors over a few documents."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from corpora.encoder import Vectors
from corpora.library import Library
from corpora.remembered import MOST_VECTORS, remembered

log = logging.getLogger(__name__)

#: Up to so many chunks are compared one by one, exactly: faster than the index with a filter (docs/search.md).
EXACT = 20_000


def by_meaning(library: Library, vector: Vectors, limit: int, documents: Sequence[str] | None) -> dict[int, float]:
    """Cosines of the nearest chunks (chunk id: cosine)."""
    if not library.exists:
        return {}
    known = remembered(library)
    if documents is not None:
        inside = sum(known.ranges[d][2] for d in documents if d in known.ranges)
        if inside <= EXACT:
            return exact(library, vector, limit, documents)
    if known.lagging is None:
        known.lagging = frozenset(library.unindexed())
    behind = known.lagging
    try:
        found = dict(library.index.query(vector, limit, documents))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the index, the library has the vectors
        log.warning("The vector index cannot be searched (%s); run `leadline reindex`.", error)
        return exact(library, vector, limit, documents)
    if behind:
        found |= exact(library, vector, limit, [d for d in behind if documents is None or d in documents])
    return found


def exact(library: Library, vector: Vectors, limit: int, documents: Sequence[str] | None) -> dict[int, float]:
    """The same from the vectors in the library, each compared."""
    ids, matrix = _matrix(library, documents)
    if not len(ids):
        return {}
    cosines = matrix @ vector
    best = np.argpartition(-cosines, limit)[:limit] if len(cosines) > limit else np.arange(len(cosines))
    return {int(ids[i]): float(cosines[i]) for i in best}


def _matrix(library: Library, documents: Sequence[str] | None) -> tuple[np.ndarray, np.ndarray]:
    """Chunk ids and vectors of documents; the last few sets are kept in memory, up to MOST_VECTORS."""
    known = remembered(library)
    key = tuple(sorted(documents)) if documents is not None else ("*",)
    held = known.matrices.get(key)
    if held is None:
        ids, matrix = library.vectors_of(documents)
        held = np.asarray(ids, np.int64), matrix
        if len(ids) > MOST_VECTORS:
            return held
        known.matrices[key] = held
        while sum(len(kept[0]) for kept in known.matrices.values()) > MOST_VECTORS:
            known.matrices.popitem(last=False)
    return held


def cosines(library: Library, vector: Vectors, identities: Sequence[int]) -> dict[int, float]:
    """Cosines of given chunks."""
    found: dict[int, float] = {}
    for first in range(0, len(identities), 500):
        part = identities[first : first + 500]
        rows = (
            library.connection()
            .execute(
                "SELECT chunk_id, vector FROM vectors WHERE encoder = ? AND chunk_id IN "
                f"({', '.join('?' * len(part))})",
                [library.encoder.name, *part],
            )
            .fetchall()
        )
        if rows:
            matrix = np.frombuffer(b"".join(row[1] for row in rows), "<f2").reshape(len(rows), -1).astype(np.float32)
            found |= dict(zip((row[0] for row in rows), map(float, matrix @ vector), strict=True))
    return found
