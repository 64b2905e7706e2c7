"""The line in which questions wait: a few are answered at once, and nobody gets a second turn before others a first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

_REMEMBERED = 1000


@dataclass(eq=False)
class Ticket:
    """One question's place in the line. `owner` is who asked."""

    owner: str
    number: int
    running: bool = False
    _called: threading.Event = field(default_factory=threading.Event)

    def wait(self, timeout: float) -> bool:
        """Whether it is this ticket's turn, after waiting up to `timeout` seconds for it."""
        return self._called.wait(timeout)


class Line:
    """Calls tickets up in rounds: everybody's first question, then everybody's second.

    Parameters
    ----------
    slots:
        How many are answered at once.
    """

    def __init__(self, slots: int = 2) -> None:
        self.slots = slots
        self._lock = threading.Lock()
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []
        self._count = self._calls = 0
        #: When each person was last called; between two whose turn it could be, the one who waited longer goes first.
        self._last: OrderedDict[str, int] = OrderedDict()

    def join(self, owner: str) -> Ticket:
        """A new ticket at its place in the line; it may be called at once."""
        with self._lock:
            self._count += 1
            ticket = Ticket(owner, self._count)
            self._waiting.append(ticket)
            self._call()
            return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give the place up, done or not. Leaving twice does nothing."""
        with self._lock:
            for group in (self._waiting, self._running):
                if ticket in group:
                    group.remove(ticket)
            self._call()

    def place(self, ticket: Ticket) -> int:
        """How many stand before this one, itself counted: 1 is next, 0 is being answered."""
        with self._lock:
            order = self._order()
            return order.index(ticket) + 1 if ticket in order else 0

    def held_by(self, owner: str) -> int:
        """How many questions of one person wait or run."""
        with self._lock:
            return sum(ticket.owner == owner for ticket in (*self._waiting, *self._running))

    def _order(self) -> list[Ticket]:
        rounds: dict[str, int] = {}
        for ticket in self._running:
            rounds[ticket.owner] = rounds.get(ticket.owner, 0) + 1
        ranked = []
        for ticket in sorted(self._waiting, key=lambda t: t.number):
            rank = rounds.get(ticket.owner, 0)
            rounds[ticket.owner] = rank + 1
            ranked.append(((rank, self._last.get(ticket.owner, 0), ticket.number), ticket))
        return [ticket for _, ticket in sorted(ranked, key=lambda entry: entry[0])]

    def _call(self) -> None:
        while len(self._running) < self.slots and (order := self._order()):
            ticket = order[0]
            self._waiting.remove(ticket)
            self._running.append(ticket)
            ticket.running = True
            self._calls += 1
            self._last[ticket.owner] = self._calls
            self._last.move_to_end(ticket.owner)
            while len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
            ticket._called.set()
