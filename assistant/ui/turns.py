"""Questions being answered: each goes on behind the page, so that a page that is loaded again finds it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.ui.audit import Audit
from assistant.ui.desks import Desk
from assistant.ui.limits import Limits
from assistant.ui.line import Line
from assistant.ui.render import answer_html, problem_html
from assistant.ui.steps import step_of
from corpora.errors import LeadlineError, UsageError

log = logging.getLogger(__name__)
#: How long a turn that has ended can still be followed, in seconds.
KEPT_S = 300.0


@dataclass(eq=False)
class Running:
    """One question on its way: its events so far, in order. The last one has a kind of `answer`, `problem` or
    `stopped`."""

    id: str
    owner: str
    conversation: str
    question: str
    events: list[dict[str, Any]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    ended: float = 0.0

    def tell(self, kind: str, **what: Any) -> None:
        self.events.append({"kind": kind, **what})


class Turns:
    """Starts, follows and stops turns. One line for everybody."""

    def __init__(self, line: Line, limits: Limits, audit: Audit) -> None:
        self._line = line
        self._limits = limits
        self._audit = audit
        self._lock = threading.Lock()
        self._turns: dict[str, Running] = {}

    def start(self, desk: Desk, question: str, conversation: str, documents: Sequence[str] | None) -> Running:
        """Put a question into the line.

        Raises
        ------
        LeadlineError
            An empty question, a limit, a conversation or document that is not this person's.
        """
        if not question.strip():
            raise UsageError("The question is empty.", "Write one.")
        desk.assistant.conversations.get(conversation)
        if self.running(desk.owner, conversation) is not None:
            raise UsageError("A question of this conversation is being answered.", "Wait for it, or stop it.")
        self._limits.question(desk.owner, self._line.held_by(desk.owner))
        running = Running(secrets.token_hex(8), desk.owner, conversation, question)
        with self._lock:
            now = time.monotonic()
            self._turns = {n: t for n, t in self._turns.items() if not t.ended or now - t.ended < KEPT_S}
            self._turns[running.id] = running
            desk.answering += 1
        threading.Thread(target=self._run, args=(desk, running, documents), name="leadline-ask", daemon=True).start()
        return running

    def get(self, owner: str, name: str) -> Running:
        """A person's turn. Raises UsageError where there is none, or it is another's."""
        with self._lock:
            running = self._turns.get(name)
        if running is None or running.owner != owner:
            raise UsageError("There is no such question being answered.", "Load the page again.")
        return running

    def running(self, owner: str, conversation: str) -> Running | None:
        """The turn of a conversation that has not ended."""
        with self._lock:
            return next(
                (
                    t
                    for t in self._turns.values()
                    if t.owner == owner and t.conversation == conversation and not t.ended
                ),
                None,
            )

    def busy(self, owner: str) -> bool:
        with self._lock:
            return any(t.owner == owner and not t.ended for t in self._turns.values())

    async def follow(self, running: Running, first: int = 0) -> AsyncIterator[dict[str, Any]]:
        """The events of a turn from a number on, as they come."""
        while True:
            events = running.events[first:]
            first += len(events)
            for event in events:
                yield event
            if running.ended and first >= len(running.events):
                return
            await asyncio.sleep(0.03)

    def _run(self, desk: Desk, running: Running, documents: Sequence[str] | None) -> None:
        started = time.monotonic()
        ticket = self._line.join(running.owner)
        state = "problem"
        try:
            if self._wait(desk, running, ticket):
                state = self._answer(desk, running, documents)
            else:
                state = "stopped"
                running.tell("stopped")
        except LeadlineError as error:
            running.tell("problem", html=problem_html(error.message, error.mend))
        except Exception as error:
            log.exception("a turn failed")
            what = f"The question could not be answered ({type(error).__name__})."
            running.tell("problem", html=problem_html(what, "Ask again; `leadline doctor` looks for what is wrong."))
        finally:
            self._line.leave(ticket)
            with self._lock:
                desk.answering -= 1
                desk.used = time.monotonic()
            running.ended = time.monotonic()
            self._audit.note(
                running.owner,
                "ask",
                conversation=running.conversation,
                state=state,
                characters=len(running.question),
                seconds=round(running.ended - started, 2),
            )

    def _wait(self, desk: Desk, running: Running, ticket: Any) -> bool:
        """Whether it is this turn's time, told its place in the line until then; False when it was stopped."""
        told = 0
        while not ticket.wait(0.1):
            if running.stop.is_set():
                return False
            place = self._line.place(ticket)
            if place and place != told:
                told = place
                running.tell("place", place=place)
        if not desk.warm.ready:
            running.tell("step", title="Getting ready (first start)", state="pending", detail="")
            while not desk.warm.wait(0.1):
                if running.stop.is_set():
                    return False
        return not running.stop.is_set()

    def _answer(self, desk: Desk, running: Running, documents: Sequence[str] | None) -> str:
        assistant = desk.assistant
        for event in assistant.stream(
            running.question, documents=documents, conversation=running.conversation, cancelled=running.stop
        ):
            if event.turn is not None:
                number = assistant.conversations.get(running.conversation).turns - 1
                running.tell("answer", number=number, html=answer_html(event.turn, number))
                return "blocked" if any(v.state == "block" for v in event.turn.verdicts) else "answered"
            step = step_of(event)
            if step is not None:
                running.tell("step", **step)
        running.tell("stopped")
        return "stopped"

    def stop(self, owner: str, name: str) -> None:
        """Stop a turn: nothing of it is kept."""
        self.get(owner, name).stop.set()
