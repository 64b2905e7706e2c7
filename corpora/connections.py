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
        local = self._local  # close() puts another in its place
        held: database.Connection | None = getattr(local, "connection", None)
        if held is not None and (local.real or not self.exists):
            return held
        exists = self.exists
        connection = self._inherited() if exists else database.empty()
        if connection is None:
            connection = database.connect(self.database)
            with self._guard:
                self._connections.append((threading.current_thread(), connection))
        local.connection, local.real = connection, exists
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
        """Let go of the file. A thread that is in a query ends it: its connection closes when it lets go of it."""
        with self._guard:
            for thread, connection in self._connections:
                # Closed under a thread that is using it, SQLite would take the process down.
                if thread is threading.current_thread() or not thread.is_alive():
                    with suppress(sqlite3.Error):
                        connection.close()
            self._connections.clear()
            self._local = threading.local()
