"""The store of conversations: one SQLite file with an index, the turns as records, and LangGraph's checkpoints.

A turn is written once it is finished, together with its checkpoint, in one transaction: whatever ends the program,
the conversation reopens to the last finished turn.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assistant.conversations.memory import TURNS_TOLD, Memory
from assistant.conversations.model import Conversation, Note
from assistant.turn import Turn
from corpora.errors import ConversationError, ConversationNotFound, UsageError

FILE = "conversations.sqlite3"
#: Longer titles are cut; the question stays whole in its turn.
LONGEST_TITLE = 120
LONGEST_NOTE = 10_000
_BUSY_S = 30.0
# The class has a method `list`; inside it these stand for the builtin.
Listed = list[Conversation]
Turns = list[Turn]
Notes = list[Note]
Told = list[tuple[str, str]]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    unfinished TEXT NOT NULL DEFAULT '', parent TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS conversations_of ON conversations (owner, updated_at);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL, number INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (conversation, number)
);
CREATE TABLE IF NOT EXISTS notes (
    conversation TEXT NOT NULL, turn INTEGER NOT NULL, thumb TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (conversation, turn)
);
"""
_LISTED = """
SELECT c.id, c.title, c.created_at, c.updated_at,
    (SELECT COUNT(*) FROM turns t WHERE t.conversation = c.id), c.owner, c.unfinished, c.parent
FROM conversations c
"""


class Conversations:
    """The conversations of one data folder. Every method may be called from any thread.

    `owner` separates the users of one page: what belongs to another owner is not found. Methods raise
    ConversationNotFound for an id that does not exist (or is another's) and ConversationError where the file cannot
    be read or written.
    """

    def __init__(self, home: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.file = home / FILE
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._memory: Memory | None = None

    # Writing ----------------------------------------------------------------------------------------------

    def create(self, owner: str = "", title: str = "") -> Conversation:
        """Begin a conversation. Without a title it takes its first question."""
        return self._create(owner, title, "")

    def _create(self, owner: str, title: str, parent: str) -> Conversation:
        with self._open() as db:
            now, name = self._now(), secrets.token_hex(8)
            row = (name, owner, _title(title), now, now, parent)
            db.execute("INSERT INTO conversations (id, owner, title, created_at, updated_at, parent) "
                       "VALUES (?, ?, ?, ?, ?, ?)", row)  # fmt: skip
            db.commit()
            return self._one(db, name, owner)

    def begin(self, name: str, question: str, owner: str = "") -> None:
        """Note that a question is being answered, so that a crash does not lose it."""
        with self._open() as db:
            self._one(db, name, owner)
            db.execute("UPDATE conversations SET unfinished = ? WHERE id = ?", (question, name))
            db.commit()

    def abandon(self, name: str, owner: str = "") -> None:
        """Note that the question being answered was given up: it failed in words, or was stopped."""
        self.begin(name, "", owner)

    def append(self, name: str, turn: Turn, owner: str = "") -> int:
        """Add a finished turn and its checkpoint, both or neither. Returns its number, counted from 0."""
        with self._open() as db:
            kept = self._one(db, name, owner)
            record = json.dumps(turn.to_json(), ensure_ascii=False)
            db.execute(
                "INSERT INTO turns SELECT ?, COALESCE(MAX(number), -1) + 1, ?, ?, ? FROM turns WHERE conversation = ?",
                (name, turn.question, turn.answer, record, name),
            )
            db.execute(
                "UPDATE conversations SET updated_at = ?, unfinished = '', title = ? WHERE id = ?",
                (self._now(), kept.title or _title(turn.question), name),
            )
            count = int(db.execute("SELECT COUNT(*) FROM turns WHERE conversation = ?", (name,)).fetchone()[0])
            self._remember(db, name, count)
            db.commit()
            return count - 1

    def rename(self, name: str, title: str, owner: str = "") -> Conversation:
        """Give a conversation another title."""
        if not title.strip():
            raise UsageError("The title is empty.", "Write one.")
        with self._open() as db:
            self._one(db, name, owner)
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (_title(title), name))
            db.commit()
            return self._one(db, name, owner)

    def branch(self, name: str, upto: int, owner: str = "") -> Conversation:
        """A new conversation with the first `upto` turns of another, to go on differently from there."""
        with self._open() as db:
            source = self._one(db, name, owner)
            if not 0 <= upto <= source.turns:
                raise UsageError(
                    f"The conversation has {source.turns} turns; it cannot branch after {upto}.",
                    f"Give a number from 0 to {source.turns}.",
                )
            made = self._create(owner, source.title if upto else "", source.id)
            db.execute(
                "INSERT INTO turns SELECT ?, number, question, answer, record FROM turns "
                "WHERE conversation = ? AND number < ?",
                (made.id, name, upto),
            )
            db.execute(
                "INSERT INTO notes SELECT ?, turn, thumb, text, at FROM notes WHERE conversation = ? AND turn < ?",
                (made.id, name, upto),
            )
            self._remember(db, made.id, upto)
            db.commit()
            return self._one(db, made.id, owner)

    def note(self, name: str, turn: int, thumb: str = "", text: str = "", owner: str = "") -> Note | None:
        """Note a judgement on a turn (from 0) in place of an earlier one; without thumb and text it is taken back."""
        if thumb not in ("up", "down", ""):
            raise UsageError(f"A thumb is up, down or empty, not {thumb!r}.")
        with self._open() as db:
            if not 0 <= turn < self._one(db, name, owner).turns:
                raise UsageError(f"The conversation has no turn {turn}.", "Turns are counted from 0.")
            db.execute("DELETE FROM notes WHERE conversation = ? AND turn = ?", (name, turn))
            made = Note(turn, thumb, text[:LONGEST_NOTE], self._now()) if thumb or text.strip() else None
            if made is not None:
                db.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", (name, turn, thumb, made.text, made.at))
            db.commit()
            return made

    def delete(self, name: str, owner: str = "") -> None:
        """Delete a conversation for good: its turns, notes and checkpoints, and their bytes in the file.

        Raises ConversationError where another process keeps the file open in a way that holds old bytes back; the
        conversation is then out of every list, and its bytes go with the next deletion.
        """
        with self._open() as db:
            self._one(db, name, owner)
            for statement in (
                "DELETE FROM turns WHERE conversation = ?",
                "DELETE FROM notes WHERE conversation = ?",
                "DELETE FROM conversations WHERE id = ?",
            ):
                db.execute(statement, (name,))
            assert self._memory is not None
            self._memory.forget(name)
            db.commit()
            self._scrub(db)

    def _scrub(self, db: sqlite3.Connection) -> None:
        """Rewrite the file without what was deleted, and empty the log that still holds old pages."""
        db.execute("VACUUM")
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise ConversationError(
                "The conversation was deleted, but another Leadline is reading the file, so that its old bytes stay "
                "on the disk for now.",
                "Close the other one; the next deletion removes them.",
            )

    # Reading ----------------------------------------------------------------------------------------------

    def list(self, owner: str = "", search: str = "") -> Listed:
        """The conversations of an owner, the last used first.

        With `search`, those that hold all its words in the title, a question or an answer, whatever their case.
        """
        with self._open() as db:
            found = db.execute(f"{_LISTED} WHERE c.owner = ? ORDER BY c.updated_at DESC, c.rowid DESC", (owner,))
            listed = [Conversation(*row) for row in found]
            words = search.casefold().split()
            if not words:
                return listed
            return [one for one in listed if _holds(self._words_of(db, one), words)]

    def _words_of(self, db: sqlite3.Connection, one: Conversation) -> str:
        said = db.execute("SELECT question, answer FROM turns WHERE conversation = ?", (one.id,))
        return "\n".join([one.title, *(part for row in said for part in row)]).casefold()

    def get(self, name: str, owner: str = "") -> Conversation:
        """One conversation."""
        with self._open() as db:
            return self._one(db, name, owner)

    def turns(self, name: str, owner: str = "") -> Turns:
        """Its finished turns, oldest first, as they were."""
        with self._open() as db:
            self._one(db, name, owner)
            rows = db.execute("SELECT record FROM turns WHERE conversation = ? ORDER BY number", (name,)).fetchall()
        try:
            return [Turn.from_json(json.loads(row[0])) for row in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise ConversationError(
                f"A turn of the conversation {name} cannot be read ({type(error).__name__}: {error}).",
                f"Delete it with `leadline conversations delete {name}`.",
            ) from error

    def notes(self, name: str, owner: str = "") -> Notes:
        """What the reader noted on its turns, in their order."""
        with self._open() as db:
            self._one(db, name, owner)
            rows = db.execute(
                "SELECT turn, thumb, text, at FROM notes WHERE conversation = ? ORDER BY turn", (name,)
            ).fetchall()
        return [Note(*row) for row in rows]

    def told(self, name: str, owner: str = "") -> Told:
        """The last turns as (question, answer), oldest first: what the model is told of the conversation."""
        with self._open() as db:
            kept = self._one(db, name, owner)
            assert self._memory is not None
            count, told = self._memory.told(name)
            if count != kept.turns:
                # The program ended between the record and its checkpoint: the record is what happened.
                self._remember(db, name, kept.turns)
                db.commit()
                told = self._memory.told(name)[1]
        return [(one["question"], one["answer"]) for one in told]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._memory = None

    # Inside -----------------------------------------------------------------------------------------------

    def _remember(self, db: sqlite3.Connection, name: str, count: int) -> None:
        rows = db.execute(
            "SELECT question, answer FROM turns WHERE conversation = ? AND number < ? ORDER BY number DESC LIMIT ?",
            (name, count, TURNS_TOLD),
        ).fetchall()
        assert self._memory is not None
        self._memory.remember(name, count, rows[::-1])

    def _one(self, db: sqlite3.Connection, name: str, owner: str) -> Conversation:
        row = db.execute(f"{_LISTED} WHERE c.id = ? AND c.owner = ?", (name, owner)).fetchone()
        if row is None:
            raise ConversationNotFound(
                f"There is no conversation {name!r}.", "List them with `leadline conversations list`."
            )
        return Conversation(*row)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connected()
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                self._undo()
                raise ConversationError(
                    f"The conversations in {self.file} cannot be read or written ({error}).",
                    "See that the folder is writable and has room, or choose another with LEADLINE_HOME.",
                ) from error
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    def _connected(self) -> sqlite3.Connection:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Only the user reads their conversations, whatever the folder allows.
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.file, timeout=_BUSY_S, check_same_thread=False)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            # With the log that Memory turns on, a program that is killed loses nothing; a power cut may cost the last
            # turns, never the file. Waiting for the disk at each commit would take a tenth of the time of a turn.
            connection.execute("PRAGMA synchronous = NORMAL")
            self._memory = Memory(connection)
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _holds(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)
