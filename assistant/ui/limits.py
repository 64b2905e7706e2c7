"""What one person may use: documents, bytes, questions a minute, questions at once. 0 means no limit."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from assistant.settings import Settings
from corpora.errors import LimitReached
from corpora.library import Library


class Limits:
    """Says no with a reason, before any work is begun."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: dict[str, deque[float]] = {}

    def question(self, owner: str, held: int) -> None:
        """Count one question of a person who has `held` others waiting or running.

        Raises
        ------
        LimitReached
        """
        most = self._settings.turns_at_once
        if most and held >= most:
            raise LimitReached(
                f"You have {held} question{'s' if held != 1 else ''} being answered; {most} at once is the limit.",
                "Wait for the answer, or stop it.",
            )
        rate = self._settings.questions_a_minute
        if not rate:
            return
        with self._lock:
            now = self._clock()
            times = self._asked.setdefault(owner, deque())
            while times and now - times[0] >= 60:
                times.popleft()
            if len(times) >= rate:
                raise LimitReached(
                    f"The limit is {rate} questions a minute.", f"Ask again in {60 - (now - times[0]):.0f} s."
                )
            times.append(now)

    def upload(self, library: Library, size: int, waiting: int = 0, waiting_bytes: int = 0) -> None:
        """Whether one more file of `size` bytes may come, beside what is on its way.

        Raises
        ------
        LimitReached
        """
        documents = library.documents()
        most = self._settings.max_documents
        if most and len(documents) + waiting >= most:
            raise LimitReached(f"A library here holds at most {most} documents.", "Remove some first.")
        largest = self._settings.max_file_mib * 2**20
        if size > largest:
            raise LimitReached(
                f"The file has {size / 2**20:,.1f} MiB; {self._settings.max_file_mib} MiB is the limit.",
                "Split it, or raise max_file_mib in the settings.",
            )
        room = self._settings.max_library_mib * 2**20
        held = sum(document.bytes for document in documents) + waiting_bytes
        if room and held + size > room:
            raise LimitReached(
                f"A library here holds at most {self._settings.max_library_mib} MiB; {held / 2**20:,.1f} are used.",
                "Remove documents first.",
            )
