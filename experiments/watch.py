"""One run at a time, started from the page and watched by whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from corpora.errors import LeadlineError, UsageError
from experiments.runner import Finished, Options, Progress, run
from experiments.suite import Setup
from experiments.suites import suite


@dataclass(frozen=True)
class State:
    """What is to be seen of a run. `error` is what a failed one said."""

    suite: str
    progress: Progress | None = None
    finished: Finished | None = None
    error: str = ""

    @property
    def running(self) -> bool:
        return self.finished is None and not self.error


@dataclass
class Runs:
    """The run of a page. It goes on when the browser is closed, and can be looked at again."""

    _state: State | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def state(self) -> State | None:
        return self._state

    def start(self, name: str, setup: Setup, options: Options) -> None:
        """Begin a run. Raises UsageError where one is under way."""
        with self._lock:
            if self._state is not None and self._state.running:
                raise UsageError(f"A run of {self._state.suite} is under way.", "Wait for it, or stop it.")
            self._stop = threading.Event()
            self._say(State(name))
        stop = self._stop

        def work() -> None:
            try:
                finished = run(suite(name), setup, options, notify=lambda told: self._say(State(name, told)), stop=stop)
                self._say(State(name, self._state.progress if self._state else None, finished))
            except LeadlineError as error:
                self._say(State(name, error=str(error)))
            except Exception as error:
                self._say(State(name, error=f"The run failed ({type(error).__name__}: {error})."))
                raise

        threading.Thread(target=work, name="leadline-experiment", daemon=True).start()

    def stop(self) -> None:
        """End the run after the cases that it is at; it can be taken up again."""
        self._stop.set()

    def wait(self, seconds: float) -> State | None:
        """The state once it changes, or after so many seconds."""
        with self._changed:
            self._changed.wait(seconds)
        return self._state

    def _say(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


def result_files(folder: Path) -> list[Path]:
    """The result files of a folder, the newest first."""
    if not folder.is_dir():
        return []
    return sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime, reverse=True)


def models_at_hand(installed: Callable[[], list[str]]) -> list[str]:
    """What can be measured here without more being set up: the embedded model and Ollama's."""
    return ["embedded", *(f"ollama:{name}" for name in installed())]
