"""Long texts in overlapping windows; a guard judges each and the worst decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text: where it starts and what it says."""

    start: int
    text: str


def windows(text: str, size: int, overlap: int) -> Iterator[Window]:
    """The text in windows of at most `size` characters, neighbours sharing `overlap`.

    Together they cover every character; a text that fits is one window.

    >>> [window.text for window in windows("abcdefgh", 4, 1)]
    ['abcd', 'defg', 'gh']
    """
    if not 0 <= overlap < size:
        raise ValueError("the overlap has to be smaller than the window")
    start = 0
    while True:
        yield Window(start, text[start : start + size])
        if start + size >= len(text):
            return
        start += size - overlap
