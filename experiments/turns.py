"""Whole turns under test: Leadline's own agent with one model, and what went over the wire meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.wire import Exchange, WireLog, served

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.turn import Turn
    from corpora.library import Library
    from guards import Screen


@dataclass(frozen=True)
class Asked:
    """One turn, with its wire and its clock; wired is False where the model has no wire."""

    turn: Turn
    wire: tuple[Exchange, ...]
    clock: Mapping[str, float]
    wired: bool

    @property
    def usage(self) -> dict[str, int]:
        """Tokens read and written, where the model counts them."""
        names = ("input_tokens", "output_tokens")
        return {name: int(self.turn.usage[name]) for name in names if self.turn.usage.get(name)}


class Turns:
    """Asks one model through Leadline's agent. `screen` may be one that runs no guard."""

    def __init__(self, spec: str, settings: Settings, library: Library, screen: Screen) -> None:
        from assistant.models import choose

        self._settings, self._library, self._screen = settings, library, screen
        self._choice = choose(settings, spec)

    def ask(
        self,
        question: str,
        seed: int,
        *,
        documents: Sequence[str] | None = None,
        data_folders: tuple[Path, ...] = (),
        context: Callable[..., Any] | None = None,
    ) -> Asked:
        """One turn without a conversation before it.

        Raises
        ------
        LeadlineError
            The model failed, or a document is not there.
        """
        from assistant.answering import Job, answer
        from assistant.models import build
        from assistant.toolbox import TurnContext

        log, wired = WireLog(), False

        def make(*given: Any) -> Any:
            nonlocal wired
            model = build(*given)
            if hasattr(model, "seed"):
                model.seed = seed
            wired = log.attach(model)
            return model

        scope = None
        if documents:
            scope = tuple(dict.fromkeys(self._library.document(name).document_id for name in documents))
        started = time.monotonic()
        turn = answer(
            Job(
                question,
                self._choice,
                self._settings,
                self._library,
                self._screen,
                scope,
                data_folders,
                make=make,
                context=context or TurnContext,
            )
        )
        clock = {"seconds": time.monotonic() - started}
        wire = log.take()
        clock |= served([line for exchange in wire for line in exchange.lines()])
        first = next((one.first_token_s for one in wire if one.first_token_s is not None), None)
        if first is not None:
            clock["first_token_s"] = first
        return Asked(turn, tuple(wire), clock, wired)


def ended_by_limit(turn: Turn) -> bool:
    """Whether Leadline had to end the turn because the model would not."""
    from assistant.prompts import ENDED_BY_LIMIT

    told = ENDED_BY_LIMIT.split("{model}")[-1].split("{limit}")[0].strip()
    return any(told in note for note in turn.notes)
