"""What a suite is: cases, something that is measured on each, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assistant.settings import Settings

#: A number, or a pair (so many, of so many) where the figure is a ratio of sums over cases.
Measure = float | tuple[float, float]


@dataclass(frozen=True)
class Case:
    """One case: `content` is what the suite's own code reads, and what the digest of the cases is made from."""

    id: str
    category: str
    content: Any


@dataclass(frozen=True)
class Outcome:
    """What came of one case.

    score is 0 to 1; `failure` a short code where it is not all right, `reason` a sentence. metrics go into the report's
    figures; clock holds what a clock says (seconds), which two runs never share. `turn` is the whole turn, `wire` the
    exchanges with the server.
    """

    score: float
    failure: str = ""
    reason: str = ""
    metrics: Mapping[str, Measure] = field(default_factory=dict)
    clock: Mapping[str, float] = field(default_factory=dict)
    answer: Any = None
    turn: Any = None
    usage: Mapping[str, int] = field(default_factory=dict)
    wire: Sequence[Any] = ()


@dataclass(frozen=True)
class Setup:
    """What a suite is run with. `data` is a folder or file of cases that are not Leadline's own; `in_file` limits each
    question to the documents that it names; `judge` is a chat model that judges as well.
    """

    settings: Settings
    data: Path | None = None
    questions: Path | None = None
    categories: tuple[str, ...] = ()
    judge: str = ""
    seed: int = 0
    in_file: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a report that only this suite has."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Worker(Protocol):
    """Measures cases with one model. It is used by one thread at a time."""

    def run(self, case: Case, seed: int) -> Outcome: ...

    def close(self) -> None: ...


class Suite(Protocol):
    """A suite. `takes` says what is measured: chat models, guards or searches; `judge` names who judges."""

    name: str
    title: str
    takes: str
    judge: str
    default_models: tuple[str, ...]

    def cases(self, setup: Setup) -> list[Case]:
        """All cases, in their order. Raises LeadlineError where material is missing."""
        ...

    def describe(self, model: str, setup: Setup) -> dict[str, Any]:
        """The model's settings as the report names them. Raises ModelError where it is not to be had."""
        ...

    def worker(self, model: str, setup: Setup) -> Worker: ...

    def tables(self, rows: Sequence[Mapping[str, Any]]) -> list[Table]: ...
