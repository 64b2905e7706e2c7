"""Collections: names that a person gives to groups of documents, to limit questions to them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path

from corpora.errors import LibraryDamaged, UsageError

LONGEST_NAME = 60
MOST = 200


class Collections:
    """A small JSON file, `{"name": [document ids]}`, replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def all(self) -> dict[str, list[str]]:
        """Every collection with the ids of its documents, in order of name.

        Raises
        ------
        LibraryDamaged
        """
        if not self.path.exists():
            return {}
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(name): [str(one) for one in ids] for name, ids in sorted(held.items())}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise LibraryDamaged(
                f"The collections in {self.path} cannot be read ({type(error).__name__}).", "Move the file away."
            ) from error

    def put(self, name: str, documents: Iterable[str], *, member: bool = True) -> dict[str, list[str]]:
        """Put documents into a collection (made if new), or take them out; one that is empty goes.

        Raises
        ------
        UsageError
        """
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise UsageError(f"A collection's name has 1 to {LONGEST_NAME} characters.", "Choose another.")
        with self._lock:
            held = self.all()
            if name not in held and len(held) >= MOST:
                raise UsageError(f"There are {MOST} collections, which is the limit.", "Remove some.")
            before = held.get(name, [])
            wanted = list(dict.fromkeys(documents))
            after = (
                [*before, *(d for d in wanted if d not in before)] if member else [d for d in before if d not in wanted]
            )
            held.pop(name, None)
            if after:
                held[name] = after
            self._write(held)
            return self.all()

    def forget(self, document: str) -> None:
        """Take a document that was removed out of every collection."""
        with self._lock:
            held = self.all()
            if any(document in ids for ids in held.values()):
                rest = {name: [one for one in ids if one != document] for name, ids in held.items()}
                self._write({name: ids for name, ids in rest.items() if ids})

    def members(self, names: Iterable[str]) -> list[str]:
        """The ids of the documents in any of these collections."""
        held = self.all()
        return list(dict.fromkeys(one for name in names for one in held.get(name, [])))

    def _write(self, held: dict[str, list[str]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}")
        fresh.write_text(json.dumps(held, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self.path)
