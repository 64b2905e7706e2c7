"""Connections to the library's SQLite file: how they are opened, and what SQLite's errors mean to a user."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpora.errors import LeadlineError, LibraryDamaged, LibraryError, LibraryLocked, LibraryReadOnly

SCHEMA_VERSION = "1"


def schema() -> str:
    return (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


def create(database: Path) -> None:
    """Make an empty library: built aside and moved into place, so that the file is either whole or not there."""
    draft = database.with_suffix(f".{os.getpid()}.new")
    connection = sqlite3.connect(draft)
    try:
        # Written into the file, so that whoever opens it first need not change it.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(schema())
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
        connection.commit()
    finally:
        connection.close()
    os.replace(draft, database)


def empty() -> Connection:
    """A library with nothing in it, in memory: what one that does not exist yet reads as."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, factory=Connection)
    connection.executescript(schema())
    return connection


def connect(database: Path) -> Connection:
    """Open a library that exists; where it cannot be written, for reading only.

    Raises
    ------
    LibraryDamaged
        The file is no library, or one of another version.
    """
    try:
        if os.access(database, os.W_OK) and os.access(database.parent, os.W_OK):
            connection = sqlite3.connect(database, timeout=10, check_same_thread=False, factory=Connection)
            connection.database = database
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        else:
            # In a folder that cannot be written, SQLite can only read, and only without its log.
            address = f"{database.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False, factory=Connection)
            connection.database = database
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except sqlite3.DatabaseError as error:
        raise damaged(database, error) from error
    if row is None or row[0] != SCHEMA_VERSION:
        raise LibraryDamaged(
            f"The library {database} is of version {row[0] if row else 'unknown'}, this Leadline reads version "
            f"{SCHEMA_VERSION}.",
            "Update Leadline, or choose another folder with LEADLINE_HOME.",
        )
    return connection


def complete(connection: sqlite3.Connection) -> None:
    """Add to a library what earlier versions of this schema did not have; nothing for one that is complete."""
    later = ("origins", "hidden_text")
    there = connection.execute(f"SELECT count(*) FROM sqlite_master WHERE name IN {later}").fetchone()[0]
    if there == len(later):
        return
    connection.executescript(schema())
    with connection:
        connection.execute("INSERT OR IGNORE INTO origins SELECT path, file, id FROM documents WHERE path <> ''")


def damaged(database: Path, error: Exception) -> LibraryDamaged:
    return LibraryDamaged(
        f"The library {database} cannot be read ({error}).",
        "Move that file away and ingest the documents again; the copies in the folder 'files' beside it are kept.",
    )


def explained(database: Path, error: sqlite3.Error) -> LeadlineError | None:
    """What an error of SQLite means to a user, or None where it is a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = code & 0xFF if code is not None else None
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(database, error)
    if kind == sqlite3.SQLITE_FULL:
        return LibraryError(f"The disk that holds {database} is full; nothing was changed.", "Free some space.")
    if kind == sqlite3.SQLITE_IOERR:
        return LibraryError(f"The disk failed while using {database} ({error}).", "Check the disk and its free space.")
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return LibraryReadOnly(
            f"The library {database} cannot be written ({error}).",
            "Make it writable, or choose another one with LEADLINE_HOME.",
        )
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryLocked(f"Another program keeps {database} locked.", "Close it and try again.")
    return None


class Connection(sqlite3.Connection):
    """A connection whose errors say what a user can do about them."""

    database = Path(":memory:")

    def __del__(self) -> None:
        # The last thread that held it has let go of it: see Connections.close.
        with suppress(sqlite3.Error):
            self.close()

    def cursor(self, factory: Any = None) -> Any:
        made = super().cursor(factory or _Cursor)
        if isinstance(made, _Cursor):
            made.database = self.database
        return made

    def execute(self, *arguments: Any) -> Any:
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        return self.cursor().executemany(*arguments)

    def executescript(self, script: str, /) -> Any:
        return _translated(self.database, super().executescript, script)

    def __exit__(self, *exception: Any) -> Any:
        return _translated(self.database, super().__exit__, *exception)


class _Cursor(sqlite3.Cursor):
    database = Path(":memory:")

    def execute(self, *arguments: Any) -> Any:
        return _translated(self.database, super().execute, *arguments)

    def executemany(self, *arguments: Any) -> Any:
        return _translated(self.database, super().executemany, *arguments)

    def fetchone(self) -> Any:
        return _translated(self.database, super().fetchone)

    def fetchall(self) -> Any:
        return _translated(self.database, super().fetchall)

    def __next__(self) -> Any:
        return _translated(self.database, super().__next__)


def _translated(database: Path, work: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return work(*arguments)
    except sqlite3.Error as error:
        meaning = explained(database, error)
        if meaning is None:
            raise
        raise meaning from error
