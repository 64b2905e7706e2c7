"""The circuit breaker: a guard that keeps failing rests, so that nobody waits for it turn after turn."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Breaker:
    """Counts failures in a row. After `failures` of them the guard rests for `seconds`; then one call may
    try again.

    `clock` gives seconds that only rise (`time.monotonic`).
    """

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: dict[str, int] = {}
        self._rests_until: dict[str, float] = {}

    def rests(self, guard: str) -> float:
        """Seconds for which the guard still rests, 0 when it may be asked."""
        with self._lock:
            return max(0.0, self._rests_until.get(guard, 0.0) - self._clock())

    def succeeded(self, guard: str) -> None:
        """A call worked: the count starts anew."""
        with self._lock:
            self._failed.pop(guard, None)
            self._rests_until.pop(guard, None)

    def failed(self, guard: str) -> None:
        """A call failed. The one that tries after a rest sends the guard back to rest at once."""
        with self._lock:
            self._failed[guard] = self._failed.get(guard, 0) + 1
            if self._failed[guard] >= self._limit:
                self._rests_until[guard] = self._clock() + self._seconds
