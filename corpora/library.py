"""The library: every document, page, chunk and vector in one SQLite file, which is the truth.

Writing takes a lock on the data folder (one writer at a time), reading never waits. A document is added,
replaced or removed in one transaction; the vector index follows it and is caught up when a writer opens.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from corpora.boxes import rectangles, unpack
from corpora.encoder import Encoder, SentenceEncoder, Vectors
from corpora.errors import (
    DocumentNotFound,
    LibraryDamaged,
    LibraryLocked,
    LibraryReadOnly,
    PageNotFound,
)
from corpora.model import Box, Chunk, Document, Page, Span
from corpora.vectors import VectorIndex

SCHEMA_VERSION = "1"
_DOCUMENT_COLUMNS = (
    "id, file, title, pages, chunks, added_at, path, bytes, cruise, year, author, created, text_reader, facts_reader, "
    "notes"
)


@dataclass(frozen=True)
class Prepared:
    """A document that has been read and cut and is ready to be added.

    `boxes` are packed, one for each page; `words` is what a question is matched against to find the document;
    `search_texts` runs parallel to `chunks`, '' for what is kept but not searched.
    """

    document_id: str
    file: str
    path: str
    title: str
    cruise: str
    year: str
    author: str
    created: str
    words: str
    bytes: int
    text_reader: str
    facts_reader: str
    notes: tuple[str, ...]
    outline: tuple[tuple[int, str, int], ...]
    pages: tuple[Page, ...]
    boxes: tuple[bytes, ...]
    chunks: tuple[Chunk, ...]
    search_texts: tuple[str, ...]
    embed_texts: tuple[str, ...] = field(default=())


class Library:
    """Documents in a folder.

    Parameters
    ----------
    home:
        The data folder; made when the first document is added.
    encoder:
        Used by `search` and by the pipeline that adds documents.

    Raises
    ------
    LibraryDamaged
        The file is not a library, or one of a newer version.
    """

    def __init__(self, home: Path, encoder: Encoder | None = None) -> None:
        self.home = Path(home)
        self.encoder: Encoder = encoder or SentenceEncoder()
        self.database = self.home / "library.sqlite3"
        self.files = self.home / "files"
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()
        self._held = 0
        self._index: VectorIndex | None = None

    # Connections -----------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        return self.database.exists()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection. A library that does not exist yet reads as an empty one."""
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is not None and (self._local.real or not self.exists):
            return held
        connection = self._connect() if self.exists else self._empty()
        self._local.connection, self._local.real = connection, self.exists
        with self._guard:
            self._connections.append(connection)
        return connection

    def _empty(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.executescript(_schema())
        return connection

    def _connect(self) -> sqlite3.Connection:
        writable = os.access(self.database, os.W_OK) and os.access(self.home, os.W_OK)
        try:
            if writable:
                connection = sqlite3.connect(self.database, timeout=10, check_same_thread=False)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
            else:
                # In a folder that cannot be written, SQLite can only read, and only without its log.
                address = f"{self.database.resolve().as_uri()}?mode=ro&immutable=1"
                connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        except sqlite3.DatabaseError as error:
            raise LibraryDamaged(
                f"The library {self.database} cannot be read ({error}).",
                "Move the file away and ingest the documents again; their copies are in the folder 'files' beside it.",
            ) from error
        if row is None or row[0] != SCHEMA_VERSION:
            raise LibraryDamaged(
                f"The library {self.database} is of version {row[0] if row else 'unknown'}, this Leadline reads "
                f"version {SCHEMA_VERSION}.",
                "Update Leadline, or choose another folder with LEADLINE_HOME.",
            )
        return connection

    def close(self) -> None:
        with self._guard:
            for connection in self._connections:
                with suppress(sqlite3.Error):
                    connection.close()
            self._connections.clear()
        self._local = threading.local()
        if self._index is not None:
            self._index.close()
            self._index = None

    # Writing ---------------------------------------------------------------------------------------------

    @contextmanager
    def writer(self, wait_s: float = 2.0) -> Iterator[None]:
        """Hold the one right to write. Threads of one process take turns; another process is refused.

        Raises
        ------
        LibraryLocked
            Another process is writing and did not finish within `wait_s`.
        LibraryReadOnly
            The data folder cannot be written.
        """
        from filelock import FileLock, Timeout

        with self._writing:
            if self._held:
                self._held += 1
                try:
                    yield
                finally:
                    self._held -= 1
                return
            self._make_home()
            lock = FileLock(self.home / "write.lock")
            try:
                lock.acquire(timeout=wait_s)
            except Timeout as error:
                raise LibraryLocked(
                    f"Another process is writing to the library in {self.home}.",
                    "Wait until its ingest has ended, or stop it; nothing was changed.",
                ) from error
            except OSError as error:
                raise self._read_only(error) from error
            self._held = 1
            try:
                self._create()
                self._sweep()
                self.sync_vectors()
                yield
            finally:
                self._held = 0
                lock.release()

    def _make_home(self) -> None:
        try:
            self.files.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._read_only(error) from error
        if not os.access(self.home, os.W_OK):
            raise self._read_only(None)

    def _read_only(self, error: OSError | None) -> LibraryReadOnly:
        reason = f" ({error.strerror})" if error and error.strerror else ""
        return LibraryReadOnly(
            f"The data folder {self.home} cannot be written{reason}.",
            "Make it writable, or choose another one with LEADLINE_HOME.",
        )

    def _create(self) -> None:
        if self.exists:
            return
        # Built aside and moved into place: a library file is either whole or not there.
        draft = self.database.with_suffix(f".{os.getpid()}.new")
        connection = sqlite3.connect(draft)
        try:
            connection.executescript(_schema())
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
            connection.commit()
        finally:
            connection.close()
        os.replace(draft, self.database)

    def _sweep(self) -> None:
        """Delete stored copies that no document owns: what an interrupted writer left."""
        known = {row[0] for row in self.connection().execute("SELECT id FROM documents")}
        for file in self.files.iterdir():
            if file.stem not in known:
                with suppress(OSError):
                    file.unlink()
        for draft in self.home.glob("library.*.new"):
            with suppress(OSError):
                draft.unlink()

    def add(self, prepared: Prepared, vectors: Vectors, source: Path) -> str:
        """Add a document, or put it in the place of the one that came from the same path.

        Parameters
        ----------
        vectors:
            Shape (number of chunks with a search text, dimension), L2-normalised.
        source:
            The file itself, of which a copy is kept for showing its pages.

        Returns
        -------
        str
            `added`, `replaced`, or `unchanged` when the library already holds these bytes.
        """
        with self.writer():
            connection = self.connection()
            held = self.holds(prepared.document_id)
            old = [
                row[0]
                for row in connection.execute(
                    "SELECT id FROM documents WHERE path = ? AND path <> '' AND id <> ?",
                    (prepared.path, prepared.document_id),
                )
            ]
            if held and not old:
                return "unchanged"
            self._keep_copy(prepared.document_id, source)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for document_id in old:
                    self._delete(connection, document_id)
                if not held:
                    self._insert(connection, prepared, vectors)
            for document_id in old:
                self._drop_copy(document_id)
            self.sync_vectors()
            return "replaced" if old else "added"

    def remove(self, document_id: str) -> None:
        """Remove a document from everywhere: pages, chunks, words, vectors and the kept copy."""
        with self.writer():
            connection = self.connection()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                self._delete(connection, document_id)
            self._drop_copy(document_id)
            self.sync_vectors()

    def _keep_copy(self, document_id: str, source: Path) -> None:
        target = self.files / f"{document_id}{source.suffix.lower() or '.pdf'}"
        if not target.exists():
            draft = target.with_suffix(".part")
            draft.write_bytes(source.read_bytes())
            os.replace(draft, target)

    def _drop_copy(self, document_id: str) -> None:
        for file in self.files.glob(f"{document_id}.*"):
            with suppress(OSError):
                file.unlink()

    def _insert(self, connection: sqlite3.Connection, prepared: Prepared, vectors: Vectors) -> None:
        identity = prepared.document_id
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                identity,
                prepared.file,
                prepared.path,
                prepared.title,
                prepared.cruise,
                prepared.year,
                prepared.author,
                prepared.created,
                prepared.words,
                len(prepared.pages),
                sum(1 for text in prepared.search_texts if text),
                prepared.bytes,
                datetime.now(UTC).isoformat(timespec="seconds"),
                prepared.text_reader,
                prepared.facts_reader,
                json.dumps(prepared.notes),
                json.dumps(prepared.outline),
            ),
        )
        connection.execute("INSERT INTO document_words VALUES (?, ?)", (identity, prepared.words))
        connection.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (identity, page.number, page.label, page.text, page.width, page.height, boxes, int(page.ocr))
                for page, boxes in zip(prepared.pages, prepared.boxes, strict=True)
            ),
        )
        row = 0
        for chunk, words in zip(prepared.chunks, prepared.search_texts, strict=True):
            span = chunk.span
            cursor = connection.execute(
                'INSERT INTO chunks (document_id, page, start, "end", heading, kind, context) '
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (identity, span.page, span.start, span.end, chunk.heading, chunk.kind, chunk.context),
            )
            if words:
                connection.execute(
                    "INSERT INTO chunk_words (rowid, body, heading) VALUES (?, ?, ?)",
                    (cursor.lastrowid, f"{words} {chunk.context}", chunk.heading),
                )
                connection.execute(
                    "INSERT INTO vectors VALUES (?, ?, ?, ?)",
                    (
                        cursor.lastrowid,
                        self.encoder.name,
                        text_hash(prepared.embed_texts[row]),
                        vectors[row].astype("<f2").tobytes(),
                    ),
                )
                row += 1

    def _delete(self, connection: sqlite3.Connection, document_id: str) -> None:
        connection.execute(
            "DELETE FROM chunk_words WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)",
            (document_id,),
        )
        connection.execute("DELETE FROM document_words WHERE document_id = ?", (document_id,))
        connection.execute(
            "INSERT OR IGNORE INTO forgotten SELECT document_id, encoder FROM indexed WHERE document_id = ?",
            (document_id,),
        )
        connection.execute("DELETE FROM indexed WHERE document_id = ?", (document_id,))
        connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    # The vector index ------------------------------------------------------------------------------------

    @property
    def index(self) -> VectorIndex:
        with self._guard:
            if self._index is None:
                self._index = VectorIndex(self.home / "chroma", self.encoder.name)
            return self._index

    def sync_vectors(self) -> None:
        """Bring the vector index up to the library: what it lacks is added, what is gone is forgotten."""
        connection = self.connection()
        name = self.encoder.name
        gone = connection.execute("SELECT document_id FROM forgotten WHERE encoder = ?", (name,)).fetchall()
        waiting = connection.execute(
            "SELECT DISTINCT c.document_id FROM vectors v JOIN chunks c ON c.id = v.chunk_id WHERE v.encoder = ? "
            "AND c.document_id NOT IN (SELECT document_id FROM indexed WHERE encoder = ?)",
            (name, name),
        ).fetchall()
        for (document_id,) in gone:
            self.index.forget(document_id)
            with connection:
                connection.execute("DELETE FROM forgotten WHERE document_id = ? AND encoder = ?", (document_id, name))
        for (document_id,) in waiting:
            ids, matrix = self.vectors_of([document_id])
            self.index.add(document_id, ids, matrix)
            with connection:
                connection.execute("INSERT OR IGNORE INTO indexed VALUES (?, ?)", (document_id, name))

    def rebuild_vectors(self) -> int:
        """Make the vector index anew from the vectors in the library. Returns how many it holds."""
        with self.writer():
            self.index.clear()
            connection = self.connection()
            with connection:
                connection.execute("DELETE FROM indexed WHERE encoder = ?", (self.encoder.name,))
                connection.execute("DELETE FROM forgotten WHERE encoder = ?", (self.encoder.name,))
            self.sync_vectors()
            return self.index.count()

    def vectors_of(self, document_ids: Sequence[str] | None = None) -> tuple[list[int], Vectors]:
        """Chunk ids and their vectors, shape (n, dimension), straight from the library."""
        where, values = "", [self.encoder.name]
        if document_ids is not None:
            where = f"AND c.document_id IN ({', '.join('?' * len(document_ids))})"
            values += list(document_ids)
        rows = (
            self.connection()
            .execute(
                "SELECT v.chunk_id, v.vector FROM vectors v JOIN chunks c ON c.id = v.chunk_id "
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
        """Documents whose vectors the index does not hold yet: search looks them through itself."""
        name = self.encoder.name
        return [
            row[0]
            for row in self.connection().execute(
                "SELECT DISTINCT c.document_id FROM vectors v JOIN chunks c ON c.id = v.chunk_id "
                "WHERE v.encoder = ? AND c.document_id NOT IN (SELECT document_id FROM indexed WHERE encoder = ?)",
                (name, name),
            )
        ]

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

    # Reading ---------------------------------------------------------------------------------------------

    def holds(self, document_id: str) -> bool:
        row = self.connection().execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone()
        return row is not None

    def documents(self) -> list[Document]:
        """Every document, by file name."""
        rows = self.connection().execute(f"SELECT {_DOCUMENT_COLUMNS} FROM documents ORDER BY file COLLATE NOCASE, id")
        return [_document(row) for row in rows]

    def document(self, name_or_id: str) -> Document:
        """A document by its file's name (with or without its ending), or by its id or the start of it.

        Raises
        ------
        DocumentNotFound
            There is none, or more than one.
        """
        wanted = name_or_id.strip()
        everything = self.documents()
        tests: list[Any] = [
            lambda d: d.document_id == wanted or d.file == wanted,
            lambda d: d.file.casefold() == wanted.casefold() or Path(d.file).stem.casefold() == wanted.casefold(),
            lambda d: len(wanted) >= 6 and d.document_id.startswith(wanted.lower()),
            lambda d: d.cruise and d.cruise.casefold() == wanted.casefold(),
            lambda d: len(wanted) >= 3 and wanted.casefold() in d.file.casefold(),
        ]
        for test in tests:
            found = [document for document in everything if test(document)]
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(f"{d.file} ({d.document_id[:8]})" for d in found[:5])
                raise DocumentNotFound(
                    f"{wanted!r} could be any of {len(found)} documents: {names}.", "Give the id instead."
                )
        raise DocumentNotFound(
            f"There is no document {wanted!r} in this library.",
            "See `leadline documents list` for what there is.",
        )

    def page(self, document_id: str, number: int) -> Page:
        """One page, 1-based.

        Raises
        ------
        PageNotFound
        """
        row = (
            self.connection()
            .execute(
                "SELECT number, label, text, width, height, ocr FROM pages WHERE document_id = ? AND number = ?",
                (document_id, number),
            )
            .fetchone()
        )
        if row is None:
            count = (
                self.connection().execute("SELECT file, pages FROM documents WHERE id = ?", (document_id,)).fetchone()
            )
            what = f"{count[0]} has {count[1]} pages, there is no page {number}." if count else "No such document."
            raise PageNotFound(what, "Pages count from 1, whatever number is printed on them.")
        return Page(document_id, row[0], row[1], row[2], row[3], row[4], bool(row[5]))

    def page_text(self, document_id: str, number: int) -> str:
        """The canonical text of a page, '' where there is no such page."""
        row = (
            self.connection()
            .execute("SELECT text FROM pages WHERE document_id = ? AND number = ?", (document_id, number))
            .fetchone()
        )
        return row[0] if row else ""

    def quote(self, span: Span) -> str:
        return self.page_text(span.document_id, span.page)[span.start : span.end]

    def boxes(self, span: Span) -> list[Box]:
        """The rectangles of a span on its page as displayed; none where the page has no glyph boxes."""
        row = (
            self.connection()
            .execute("SELECT boxes FROM pages WHERE document_id = ? AND number = ?", (span.document_id, span.page))
            .fetchone()
        )
        return rectangles(unpack(row[0])[span.start : span.end]) if row else []

    def chunks(self, document_id: str) -> list[Chunk]:
        """Every chunk of a document, in reading order, furniture included."""
        rows = self.connection().execute(
            'SELECT c.page, c.start, c."end", c.heading, c.kind, c.context, substr(p.text, c.start + 1, c."end" - c.start) '
            "FROM chunks c JOIN pages p ON p.document_id = c.document_id AND p.number = c.page "
            "WHERE c.document_id = ? ORDER BY c.id",
            (document_id,),
        )
        return [
            Chunk(Span(document_id, page, start, end), text, heading, kind, context)
            for page, start, end, heading, kind, context, text in rows
        ]

    def file_of(self, document_id: str) -> Path | None:
        """The kept copy of a document's file."""
        return next(iter(sorted(self.files.glob(f"{document_id}.*"))), None) if self.files.exists() else None

    def stats(self) -> dict[str, int]:
        connection = self.connection()
        row = connection.execute(
            "SELECT count(*), coalesce(sum(pages), 0), coalesce(sum(chunks), 0), coalesce(sum(bytes), 0) FROM documents"
        ).fetchone()
        return dict(zip(("documents", "pages", "chunks", "bytes"), row, strict=True))


def text_hash(text: str) -> bytes:
    """Sixteen bytes that stand for a text that is embedded."""
    import hashlib

    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _schema() -> str:
    return (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


def _document(row: tuple[Any, ...]) -> Document:
    return Document(
        document_id=row[0],
        file=row[1],
        title=row[2],
        pages=row[3],
        chunks=row[4],
        added_at=row[5],
        path=row[6],
        bytes=row[7],
        cruise=row[8],
        year=row[9],
        author=row[10],
        created=row[11],
        text_reader=row[12],
        facts_reader=row[13],
        notes=tuple(json.loads(row[14])),
    )
