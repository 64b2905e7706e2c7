"""The audit log: who did what when, never what was said. One JSON line for each act."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

#: A file that has grown to this size is put aside as audit.log.1, so that the two together stay bounded.
LARGEST_BYTES = 5 * 2**20


class Audit:
    """Appends to one file. Questions, answers, file names and titles are never written: only ids, counts, states."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def note(self, owner: str, act: str, **facts: int | float | str | bool) -> None:
        """Write one line. `facts` are ids, counts and states; they are the caller's to keep free of contents."""
        row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "who": owner or "local", "act": act} | facts
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > LARGEST_BYTES:
                self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
