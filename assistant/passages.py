"""The passages of one turn and their labels: the same span always has the same label."""

from __future__ import annotations

import secrets
import threading

from assistant.citations.model import Passage
from assistant.prompts import PASSAGE
from corpora.model import Hit, Span


class PassageBook:
    """Gives out labels 1, 2, 3 ... in the order in which passages are first seen in a turn."""

    def __init__(self) -> None:
        self._by_span: dict[Span, Passage] = {}
        self._lock = threading.Lock()
        #: Delimits passages for the model; new for each turn, so that no document can know it.
        self.marker = secrets.token_hex(4)

    def add(self, hit: Hit) -> Passage:
        with self._lock:
            known = self._by_span.get(hit.span)
            if known is None:
                known = Passage(
                    label=len(self._by_span) + 1,
                    document=hit.document,
                    span=hit.span,
                    text=hit.text,
                    title=hit.title,
                    heading=hit.heading,
                )
                self._by_span[hit.span] = known
            return known

    def all(self) -> tuple[Passage, ...]:
        with self._lock:
            return tuple(self._by_span.values())

    def show(self, passage: Passage) -> str:
        """A passage as the model sees it: delimited, labelled, marked as data."""
        return PASSAGE.format(
            marker=self.marker,
            label=passage.label,
            document=passage.document.replace('"', "'"),
            page=passage.span.page,
            text=passage.text,
        )
