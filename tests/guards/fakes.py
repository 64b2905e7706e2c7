"""Guards that do as they are told."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from guards import Risk
from guards.verdict import Stage


class ScriptedGuard:
    """A guard that gives these risks, raises this error, or waits until it is let go."""

    def __init__(
        self,
        name: str = "scripted",
        risks: Sequence[Risk] = (),
        error: Exception | None = None,
        waits: threading.Event | None = None,
        checks_groundedness: bool = False,
    ) -> None:
        self.name = name
        self.model = f"{name}-model"
        self.risks = list(risks)
        self.error = error
        self.waits = waits
        self.checks_groundedness = checks_groundedness
        self.calls: list[tuple[Stage, str]] = []

    def check(self, stage: Stage, text: str, *, question: str = "", context: Sequence[str] = ()) -> list[Risk]:
        self.calls.append((stage, text))
        if self.waits is not None:
            self.waits.wait(10)
        if self.error is not None:
            raise self.error
        return self.risks


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
