"""The library: every document, page, chunk and vector in one SQLite file, which is the truth.

Writing takes a lock on the data folder (one writer at a time), reading never waits. A document is added,
replaced or removed in one transaction; the vector index follows it and is caught up when a writer opens.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from corpora import database
from corpora.encoder import Encoder, Vectors
from corpora.errors import FileDamaged, LibraryError, LibraryLocked, LibraryReadOnly
from corpora.indexing import Indexing
from corpora.model import Page
from corpora.prepared import Prepared, text_hash

__all__ = ["Library", "Prepared", "text_hash"]

#: Ending of a copy that is not yet whole.
_DRAFT = ".part"


class Library(Indexing):
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
        super().__init__(home, encoder)
        self._writing = threading.RLock()

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

    def add(self, prepared: Prepared, vectors: Vectors, source: Path, *, anew: bool = False) -> str:
        """Add a document, or put it in the place of the one that came from the same path.

        Parameters
        ----------
        vectors:
            Shape (number of chunks with a search text, dimension), L2-normalised.
        source:
            The file itself, of which a copy is kept for showing its pages.
        anew:
            Put it in the place of what the library made of these bytes before, instead of keeping that.

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
                if held and anew:
                    origins = connection.execute(
                        "SELECT path, file, document_id FROM origins WHERE document_id = ?", (prepared.document_id,)
                    ).fetchall()
                    self._delete(connection, prepared.document_id)
                    self._insert(connection, prepared, vectors)
                    connection.executemany("INSERT OR IGNORE INTO origins VALUES (?, ?, ?)", origins)
                elif not held:
                    self._insert(connection, prepared, vectors)
                old, gone = self._point(connection, prepared.path, prepared.file, prepared.document_id)
            self._after(gone)
            return "replaced" if old or (held and anew) else "unchanged" if held else "added"

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
        target = self.files / f"{document_id}{suffix if usual else '.file'}"
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
                (
                    identity,
                    page.number,
                    page.label,
                    page.text,
                    page.width,
                    page.height,
                    boxes,
                    _stored(page),
                )
                for page, boxes in zip(prepared.pages, prepared.boxes, strict=True)
            ),
        )
        connection.executemany(
            "INSERT INTO hidden_text VALUES (?, ?, ?, ?, ?)", ((identity, *stretch) for stretch in prepared.hidden)
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


def _stored(page: Page) -> float:
    """How sure OCR was of a page as the table has it, where 0 stands for text that the file itself has."""
    return 0 if page.ocr_confidence is None else min(max(page.ocr_confidence, 1e-6), 1.0)
