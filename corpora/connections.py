"""The connections of a library: one to its SQLite file for each thread."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from corpora import database


class Connections:
    """A library's file as its threads open it."""

    def __init__(self, home: Path) -> None:
        self.home = Path(home)
        self.database = self.home / "library.sqlite3"
        self.files = self.home / "files"
        self._local = threading.local()
        self._connections: list[tuple[threading.Thread, database.Connection]] = []
        self._guard = threading.Lock()

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
