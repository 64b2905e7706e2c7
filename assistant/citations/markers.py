"""The markers that a model writes to point at passages: [1], [1][2], [1, 2], [1-3], 【1】.

`MarkerParser` reads an answer as it streams. Its events do not depend on where the stream is cut, and nothing that it
has emitted is ever taken back: it holds text only while it may still turn out to be a marker, at most
`LONGEST` characters.

Markers in code (inline or fenced), in a link (`[1](...)`, `[1]: ...`), and escaped ones (`\\[1]`) are text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: A bracket that has not closed after so many characters is text.
LONGEST = 48
#: "[1-3]" names at most so many labels; a longer range is text.
WIDEST = 20

_CLOSING = {"[": "]", "【": "】"}
_DIGITS = frozenset("0123456789")
_INSIDE = frozenset("0123456789,;-–—^† \t") | frozenset("passageource#")


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of the answer that is not a marker."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker: the labels that it names, and its place in the answer."""

    labels: tuple[int, ...]
    raw: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.raw)


class MarkerParser:
    """Splits a stream into text and markers.

    >>> parser = MarkerParser()
    >>> events = [*parser.feed("Salty [1"), *parser.feed("][2]."), *parser.close()]
    >>> [(e.text if isinstance(e, Text) else e.labels) for e in events]
    ['Salty ', (1,), (2,), '.']
    """

    def __init__(self) -> None:
        self._position = 0
        self._held = ""  # an open bracket, or a run of backticks or tildes, that is not decided yet
        self._closed = False  # the held bracket has its closing one; the next character decides
        self._fence = ""  # the run of backticks or tildes that opened the code we are in
        self._fence_is_block = False
        self._line_blank = True  # only white space since the line's start
        self._opens_line = False  # whether what is held was preceded by white space only
        self._escaped = False

    def feed(self, chunk: str) -> list[Text | Marker]:
        """The events that `chunk` decides."""
        return list(_merged(self._step(character) for character in chunk))

    def close(self) -> list[Text | Marker]:
        """The events that were still held at the end of the answer."""
        return list(_merged([self._settle("")]))

    def _step(self, character: str) -> list[Text | Marker]:
        events: list[Text | Marker] = []
        if self._held:
            if self._held[0] in "`~":
                if character == self._held[0]:
                    self._held += character
                    return events
                events += self._settle(character)
            elif self._closed:
                events += self._settle(character)
            else:
                if character == _CLOSING[self._held[0]]:
                    self._held += character
                    self._closed = True
                    return events
                if character in _INSIDE or (character.lower() in _INSIDE and character.isalpha()):
                    self._held += character
                    if len(self._held) >= LONGEST:
                        events += self._release()
                    return events
                events += self._release()
        if (character == "`" or (character == "~" and self._line_blank)) and not self._escaped:
            self._held, self._opens_line = character, self._line_blank
            return events
        if character in _CLOSING and not self._fence and not self._escaped:
            self._held, self._closed, self._opens_line = character, False, self._line_blank
            return events
        self._escaped = character == "\\" and not self._escaped and not self._fence
        if character == "\n":
            self._line_blank = True
            if self._fence and not self._fence_is_block:
                self._fence = ""  # inline code does not run over lines here
        elif not character.isspace():
            self._line_blank = False
        events.append(self._text(character))
        return events

    def _settle(self, following: str) -> list[Text | Marker]:
        """Decide what is held, now that the next character (or the end) is known."""
        held = self._held
        if not held:
            return []
        if held[0] in "`~":
            self._held = ""
            self._fences(held)
            return [self._text(held)]
        if not self._closed or following == "(" or (following == ":" and self._opens_line):
            return self._release()
        labels = parse_labels(held[1:-1])
        if not labels:
            return self._release()
        self._held, self._closed, self._line_blank = "", False, False
        marker = Marker(labels, held, self._position)
        self._position += len(held)
        return [marker]

    def _release(self) -> list[Text | Marker]:
        held, self._held, self._closed = self._held, "", False
        self._line_blank = False
        return [self._text(held)]

    def _fences(self, run: str) -> None:
        """A run of backticks or tildes opens code, closes it, or is part of it."""
        self._line_blank = self._escaped = False
        block = self._opens_line and len(run) >= 3
        if not self._fence:
            if block or run[0] == "`":
                self._fence, self._fence_is_block = run, block
        elif run[0] == self._fence[0] and (
            (block and len(run) >= len(self._fence)) if self._fence_is_block else len(run) == len(self._fence)
        ):
            self._fence = ""

    def _text(self, text: str) -> Text:
        event = Text(text, self._position)
        self._position += len(text)
        return event


def parse_labels(inside: str) -> tuple[int, ...]:
    """The labels between a marker's brackets, or none where it is not a marker.

    >>> parse_labels("1, 3-5"), parse_labels("passage 2"), parse_labels("a"), parse_labels("2019-2021")
    ((1, 3, 4, 5), (2,), (), ())
    """
    labels: list[int] = []
    for part in inside.replace(";", ",").replace("–", "-").replace("—", "-").split(","):
        part = part.split("†")[0].strip().lstrip("^#").strip()
        for word in ("passages", "passage", "sources", "source"):
            part = part.lower().removeprefix(word).strip()
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not _is_label(first) or (dash and not _is_label(last)):
            return ()
        low, high = int(first), int(last) if dash else int(first)
        if not low <= high < low + WIDEST:
            return ()
        labels.extend(range(low, high + 1))
    return tuple(dict.fromkeys(labels))


def _is_label(text: str) -> bool:
    # Four digits are a year, and nobody is handed a thousand passages; ASCII only, "²" is a digit to isdigit.
    return 0 < len(text) <= 3 and all(character in _DIGITS for character in text) and int(text) > 0


def _merged(steps: Iterable[list[Text | Marker]]) -> Iterator[Text | Marker]:
    """Join neighbouring texts, so that the cut of the stream leaves no trace within a chunk."""
    texts: list[str] = []
    start = 0
    for events in steps:
        for event in events:
            if isinstance(event, Text):
                if not texts:
                    start = event.start
                texts.append(event.text)
                continue
            if texts:
                yield Text("".join(texts), start)
                texts = []
            yield event
    if texts:
        yield Text("".join(texts), start)


def parse_markers(answer: str) -> list[Text | Marker]:
    """All events of a finished answer.

    >>> [e.labels for e in parse_markers("a [1, 2] b【3】 `x[4]`") if isinstance(e, Marker)]
    [(1, 2), (3,)]
    """
    parser = MarkerParser()
    return list(_merged([parser.feed(answer) + parser.close()]))
