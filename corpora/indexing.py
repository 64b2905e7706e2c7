"""The vectors of a library, and the index that follows them.

The vectors lie in the library's own file, which is the truth; the index is caught up when a writer opens, and
a reader who finds it lacking looks the rest through by itself.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpora.encoder import Encoder, SentenceEncoder, Vectors
from corpora.errors import LeadlineError
from corpora.model import Chunk, Span
from corpora.reading import Reading
from corpora.reranking import Reranker
from corpora.vectors import VectorIndex

log = logging.getLogger(__name__)


class Indexing(Reading):
    """A library with the vectors of one encoder."""

    def __init__(self, home: Path, encoder: Encoder | None = None) -> None:
        super().__init__(home)
        self.encoder: Encoder = encoder or SentenceEncoder()
        #: Reads the best hits again where one is set; None leaves them as search found them.
        self.reranker: Reranker | None = None
        self._held = 0
        self._index: VectorIndex | None = None
        self._generation = ""
        self._index_failed = False

    def close(self) -> None:
        super().close()
        if self._index is not None:
            self._index.close()
            self._index = None

    @property
    def index(self) -> VectorIndex:
        if not self._held:
            self._refresh_index()
        return self._own_index()

    def _own_index(self) -> VectorIndex:
        with self._guard:
            if self._index is None:
                self._index = VectorIndex(self.home / "chroma", self.encoder.name)
            return self._index

    def _refresh_index(self) -> None:
        """Open the index anew when another process has written to it: Chroma itself would not notice."""
        row = self.connection().execute("SELECT value FROM meta WHERE key = ?", (self._generation_key,)).fetchone()
        now = row[0] if row else ""
        index = self._own_index()
        with self._guard:
            if now != self._generation:
                self._generation = now
                index.close()

    @property
    def _generation_key(self) -> str:
        return f"index {self.encoder.name}"

    def _index_changed(self, connection: sqlite3.Connection) -> None:
        """Count one more change of the index, so that readers in other processes open it anew."""
        self._generation = str(int(self._generation or 0) + 1)
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (self._generation_key, self._generation))

    def _follow(self) -> None:
        """Let the index follow the library. Where it cannot, search looks the vectors through by itself."""
        if self._index_failed:
            return
        try:
            self.sync_vectors()
        except LeadlineError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the index, the library is whole
            self._index_failed = True
            log.warning("The vector index cannot be written (%s); mend it with `leadline reindex`.", error)

    def sync_vectors(self) -> None:
        """Bring the vector index up to the library: what it lacks is added, what is gone is forgotten."""
        connection = self.connection()
        name = self.encoder.name
        gone = connection.execute("SELECT document_id FROM forgotten WHERE encoder = ?", (name,)).fetchall()
        for (document_id,) in gone:
            self._own_index().forget(document_id)
            with connection:
                connection.execute("DELETE FROM forgotten WHERE document_id = ? AND encoder = ?", (document_id, name))
                self._index_changed(connection)
        for document_id in self._lagging():
            ids, matrix = self.vectors_of([document_id])
            self._own_index().add(document_id, ids, matrix)
            with connection:
                connection.execute("INSERT OR IGNORE INTO indexed VALUES (?, ?)", (document_id, name))
                self._index_changed(connection)

    def vectors_of(self, document_ids: Sequence[str] | None = None) -> tuple[list[int], Vectors]:
        """Chunk ids and their vectors, shape (n, dimension), straight from the library."""
        where, values = "", [self.encoder.name]
        if document_ids is not None:
            where = f"AND c.document_id IN ({', '.join('?' * len(document_ids))})"
            values += list(document_ids)
        rows = (
            self.connection()
            .execute(
                # Chunks first: left to itself, SQLite walks all vectors of the encoder.
                "SELECT v.chunk_id, v.vector FROM chunks c CROSS JOIN vectors v ON v.chunk_id = c.id "
                f"WHERE v.encoder = ? {where} ORDER BY v.chunk_id",
                values,
            )
            .fetchall()
        )
        if not rows:
            return [], np.zeros((0, self.encoder.dimension), np.float32)
        matrix = np.frombuffer(b"".join(row[1] for row in rows), "<f2").reshape(len(rows), -1)
        return [row[0] for row in rows], matrix.astype(np.float32)

    def unindexed(self) -> list[str]:
        """Documents whose vectors the index does not hold: search looks them through itself."""
        return self._lagging() if self._index_whole() else self._lagging(indexed=True)

    def _lagging(self, *, indexed: bool = False) -> list[str]:
        """Documents with vectors that the index has not taken in yet; with `indexed`, those that it has too."""
        name = self.encoder.name
        rows = self.connection().execute(
            "SELECT DISTINCT c.document_id FROM vectors v JOIN chunks c ON c.id = v.chunk_id WHERE v.encoder = ? "
            "AND (? OR c.document_id NOT IN (SELECT document_id FROM indexed WHERE encoder = ?))",
            (name, indexed, name),
        )
        return [row[0] for row in rows]

    def _index_whole(self) -> bool:
        """Whether the index holds at least what it has been given; not so when its files were deleted."""
        row = self.connection().execute(
            "SELECT coalesce(sum(d.chunks), 0) FROM documents d JOIN indexed i ON i.document_id = d.id "
            "WHERE i.encoder = ?",
            (self.encoder.name,),
        )
        given = row.fetchone()[0]
        if not given:
            return True
        try:
            return self.index.count() >= int(given)
        except LeadlineError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the index, the library has the vectors
            log.info("The vector index cannot be read (%s).", error)
            return False

    def unembedded(self, document_id: str) -> list[tuple[int, Chunk]]:
        """Chunks (with their ids) of a document that this library's encoder has no vector for."""
        rows = self.connection().execute(
            'SELECT c.id, c.page, c.start, c."end", c.heading, c.kind, c.context, '
            'substr(p.text, c.start + 1, c."end" - c.start) FROM chunks c '
            "JOIN pages p ON p.document_id = c.document_id AND p.number = c.page "
            "WHERE c.document_id = ? AND c.kind <> 'furniture' "
            "AND c.id NOT IN (SELECT chunk_id FROM vectors WHERE encoder = ?) ORDER BY c.id",
            (document_id, self.encoder.name),
        )
        return [
            (number, Chunk(Span(document_id, page, start, end), text, heading, kind, context))
            for number, page, start, end, heading, kind, context, text in rows
        ]

    def put_vectors(self, ids: Sequence[int], hashes: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors of chunks; shape (len(ids), dimension)."""
        connection = self.connection()
        with connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
                [
                    (number, self.encoder.name, key, vector.astype("<f2").tobytes())
                    for number, key, vector in zip(ids, hashes, vectors, strict=True)
                ],
            )

    def known_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Vectors that this encoder has already made, by the hash of the text they stand for."""
        found: dict[bytes, Vectors] = {}
        connection = self.connection()
        for first in range(0, len(hashes), 500):
            part = list(hashes[first : first + 500])
            rows = connection.execute(
                "SELECT text_hash, vector FROM vectors WHERE encoder = ? "
                f"AND text_hash IN ({', '.join('?' * len(part))})",
                [self.encoder.name, *part],
            )
            for text, vector in rows:
                found[text] = np.frombuffer(vector, "<f2").astype(np.float32)
        return found
