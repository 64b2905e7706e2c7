"""The library: every document, page, chunk and vector in one SQLite file, which is the truth.

Writing takes a lock on the data folder (one writer at a time), reading never waits. A document is added,
replaced or removed in one transaction; the vector index follows it and is caught up when a writer opens.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from corpora import database
from corpora.boxes import rectangles, unpack
from corpora.encoder import Encoder, SentenceEncoder, Vectors
from corpora.errors import (
    DocumentNotFound,
    FileDamaged,
    LeadlineError,
    LibraryError,
    LibraryLocked,
    LibraryReadOnly,
    PageNotFound,
)
from corpora.model import Box, Chunk, Document, Page, Span
from corpora.vectors import VectorIndex

log = logging.getLogger(__name__)

#: Ending of a copy that is not yet whole.
_DRAFT = ".part"

_DOCUMENT_COLUMNS = (
    "id, file, title, pages, chunks, added_at, path, bytes, cruise, year, author, created, text_reader, facts_reader, "
    "notes"
)


#: Boxes as `corpora.boxes.pack` makes them.
Packed = bytes


@dataclass(frozen=True)
class Prepared:
    """A document that has been read and cut and is ready to be added.

    `boxes` are packed, one for each page; `words` is what a question is matched against to find the document;
    `search_texts` runs parallel to `chunks`, '' for what is kept but not searched. `unseen` holds (place, text) of
    what no page shows (metadata, annotations), for screening alone.
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
    boxes: tuple[Packed, ...]
    chunks: tuple[Chunk, ...]
    search_texts: tuple[str, ...]
    embed_texts: tuple[str, ...] = field(default=())
    unseen: tuple[tuple[str, str], ...] = field(default=())


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
        self._connections: list[tuple[threading.Thread, database.Connection]] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()
        self._held = 0
        self._index: VectorIndex | None = None
        self._generation = ""
        self._index_failed = False

    # Connections -----------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        return self.database.exists()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection. A library that does not exist yet reads as an empty one.

        Raises
        ------
        LibraryDamaged
        """
        held: database.Connection | None = getattr(self._local, "connection", None)
        if held is not None and (self._local.real or not self.exists):
            return held
        exists = self.exists
        connection = self._inherited() if exists else database.empty()
        if connection is None:
            connection = database.connect(self.database)
            with self._guard:
                self._connections.append((threading.current_thread(), connection))
        self._local.connection, self._local.real = connection, exists
        return connection

    def _inherited(self) -> database.Connection | None:
        """The connection of a thread that has ended: a server has a thread for every question."""
        with self._guard:
            for place, (thread, connection) in enumerate(self._connections):
                if not thread.is_alive():
                    self._connections[place] = (threading.current_thread(), connection)
                    connection.rollback()
                    return connection
        return None

    def close(self) -> None:
        with self._guard:
            for _, connection in self._connections:
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
            try:
                self._create()
                database.complete(self.connection())
                self._sweep()
                self._refresh_index()
                self._held, self._index_failed = 1, False
                self._follow()
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
        # A library file that was moved away leaves its copies, which the new one would sweep away as strays.
        if any(self.files.iterdir()):
            number = next(n for n in range(1, 10_000) if not (self.home / f"files-kept-{n}").exists())
            os.replace(self.files, self.home / f"files-kept-{number}")
            self.files.mkdir()
        self.index.clear()
        database.create(self.database)

    def _sweep(self) -> None:
        """Delete stored copies that no document owns: what an interrupted writer left."""
        known = {row[0] for row in self.connection().execute("SELECT id FROM documents")}
        for file in self.files.iterdir():
            if file.stem not in known or file.suffix == _DRAFT:
                with suppress(OSError):
                    file.unlink()
        for draft in self.home.glob("library.*.new*"):
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
            if not held:
                self._keep_copy(prepared.document_id, source)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                if not held:
                    self._insert(connection, prepared, vectors)
                old, gone = self._point(connection, prepared.path, prepared.file, prepared.document_id)
            self._after(gone)
            return "replaced" if old else "unchanged" if held else "added"

    def adopt(self, document_id: str, path: str, file: str) -> str | None:
        """Note that a file holds what the library already has; what the same path held before goes.

        Returns
        -------
        str or None
            `unchanged`, `replaced` when the path held another document until now, None when the library does
            not hold these bytes (any more).
        """
        with self.writer():
            if not self.holds(document_id):
                return None
            connection = self.connection()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                old, gone = self._point(connection, path, file, document_id)
            self._after(gone)
            return "replaced" if old else "unchanged"

    def remove(self, document_id: str) -> None:
        """Remove a document from everywhere: pages, chunks, words, vectors and the kept copy."""
        with self.writer():
            connection = self.connection()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                self._delete(connection, document_id)
            self._after([document_id])

    def _point(self, connection: sqlite3.Connection, path: str, file: str, document_id: str) -> tuple[str, list[str]]:
        """Let a path stand for a document.

        Returns what the path stood for before ('' for nothing), and the documents that no path stands for any
        more, which are deleted.
        """
        if not path:
            return "", []
        row = connection.execute("SELECT document_id FROM origins WHERE path = ?", (path,)).fetchone()
        if row is not None and row[0] == document_id:
            return "", []
        connection.execute("INSERT OR REPLACE INTO origins VALUES (?, ?, ?)", (path, file, document_id))
        if row is None:
            return "", []
        other = connection.execute("SELECT path, file FROM origins WHERE document_id = ?", row).fetchone()
        if other is None:
            self._delete(connection, row[0])
            return row[0], [row[0]]
        # Another file still holds the same bytes: the document stays, under that file's name.
        connection.execute("UPDATE documents SET path = ?, file = ? WHERE id = ? AND path = ?", (*other, row[0], path))
        return row[0], []

    def _after(self, gone: Sequence[str]) -> None:
        for document_id in gone:
            self._drop_copy(document_id)
        self._follow()

    def _keep_copy(self, document_id: str, source: Path) -> None:
        """Keep a copy of the file, which must still be the one that was read."""
        suffix = source.suffix.lower()
        usual = suffix != _DRAFT and re.fullmatch(r"[.][a-z0-9]{1,8}", suffix)
        target = self.files / f"{document_id}{suffix if usual else '.pdf'}"
        draft = self.files / f"{document_id}{_DRAFT}"
        digest = hashlib.sha256()
        try:
            with source.open("rb") as reading, draft.open("wb") as writing:
                while block := reading.read(1 << 20):
                    digest.update(block)
                    writing.write(block)
            if digest.hexdigest() == document_id:
                os.replace(draft, target)
                return
        except OSError as error:
            raise LibraryError(
                f"{source.name}: a copy could not be kept in {self.files} ({error.strerror or error}).",
                "Check the free space and the permissions there, then ingest the file again.",
            ) from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        raise FileDamaged(f"{source.name}: the file changed while it was being read.", "Ingest it again.")

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

    def rebuild_vectors(self) -> int:
        """Make the vector index anew from the vectors in the library. Returns how many it holds."""
        with self.writer():
            self._own_index().clear()
            connection = self.connection()
            with connection:
                # The folder held the collections of all encoders: each is filled again when it next writes.
                connection.execute("DELETE FROM indexed")
                connection.execute("DELETE FROM forgotten")
                self._index_changed(connection)
            self._index_failed = False
            self.sync_vectors()
            return self._own_index().count()

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
            'SELECT c.page, c.start, c."end", c.heading, c.kind, c.context, '
            'substr(p.text, c.start + 1, c."end" - c.start) '
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
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


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
