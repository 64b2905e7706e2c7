"""What search keeps in memory of a library, for as long as the library stays as it is."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from corpora.library import Library

#: Most counted words, and most vectors of filtered searches (float32, 384 numbers are 1.5 kB), that are kept.
MOST_WORDS, MOST_VECTORS = 20_000, 40_000


@dataclass(frozen=True)
class Identity:
    """How a document may be named: by its title, cruise, year and file (`strong`), or by its first lines (`weak`)."""

    document_id: str
    strong: frozenset[str]
    weak: frozenset[str]


@dataclass
class Remembered:
    """Facts of one state of a library: they are dropped together when it changes."""

    stamp: tuple[Any, ...]
    chunks: int
    identities: tuple[Identity, ...]
    ranges: dict[str, tuple[int, int, int]]  # document: first chunk, last chunk, number of chunks
    counts: dict[str, int] = field(default_factory=dict)
    matrices: OrderedDict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = field(default_factory=OrderedDict)
    lagging: frozenset[str] | None = None
    #: The documents that a word names, and those whose first lines hold it.
    strong: dict[str, list[str]] = field(init=False)
    weak: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        # A document's chunks are numbered in one go, so that no two documents' ranges meet.
        self._starts = sorted((first, last, document_id) for document_id, (first, last, _) in self.ranges.items())
        self.strong, self.weak = defaultdict(list), defaultdict(list)
        for one in self.identities:
            for word in one.strong:
                self.strong[word].append(one.document_id)
            for word in one.weak:
                self.weak[word].append(one.document_id)

    def owners(self, chunks: Iterable[int]) -> dict[int, str]:
        """The document of each chunk (chunk id: document id); one that no document holds is left out."""
        found = {}
        for chunk in chunks:
            place = bisect_right(self._starts, chunk, key=lambda one: one[0]) - 1
            if place >= 0 and chunk <= self._starts[place][1]:
                found[chunk] = self._starts[place][2]
        return found

    def count(self, term: str, look: Callable[[str], int]) -> int:
        """In how many chunks a word stands, looked up once."""
        known = self.counts.get(term)
        if known is None:
            if len(self.counts) >= MOST_WORDS:
                self.counts.clear()
            known = self.counts[term] = look(term)
        return known


_known: WeakKeyDictionary[Library, Remembered] = WeakKeyDictionary()
_guard = threading.Lock()


def remembered(library: Library) -> Remembered:
    """What is kept of a library as it is now. Cheap where nothing has changed: one small query."""
    connection = library.connection()
    row = connection.execute(
        "SELECT count(*), coalesce(max(rowid), 0), coalesce(sum(chunks), 0), coalesce(max(added_at), ''), "
        "coalesce(sum(length(file) + length(title)), 0), (SELECT count(*) FROM indexed), "
        "(SELECT coalesce(group_concat(value), '') FROM meta), (SELECT max(rowid) FROM vectors) FROM documents"
    ).fetchone()
    stamp = (*row, library.encoder.name)
    with _guard:
        held = _known.get(library)
    if held is not None and held.stamp == stamp:
        return held
    identities = tuple(
        Identity(document_id, strong := tokens(f"{title} {cruise} {year} {file}"), tokens(words) - strong)
        for document_id, words, title, cruise, year, file in connection.execute(
            "SELECT id, words, title, cruise, year, file FROM documents"
        )
    )
    ranges = {
        document_id: (first, last, number)
        for document_id, first, last, number in connection.execute(
            "SELECT document_id, min(id), max(id), count(*) FROM chunks GROUP BY document_id"
        )
    }
    fresh = Remembered(stamp, row[2], identities, ranges)
    with _guard:
        _known[library] = fresh
    return fresh


def tokens(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold().replace("_", " ")))
