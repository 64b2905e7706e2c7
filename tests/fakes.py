"""Stand-ins for what lies outside: an encoder that needs no model and counts what it is asked."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence

import numpy as np

from corpora.encoder import Vectors


class WordEncoder:
    """Embeds a text as the sum of fixed random directions of its words: texts that share words are near."""

    def __init__(self, name: str = "words", dimension: int = 48) -> None:
        self.name = name
        self._dimension = dimension
        self._known: dict[str, Vectors] = {}
        self._lock = threading.Lock()
        #: Every text that was ever embedded, in order.
        self.seen: list[str] = []

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            self.seen.extend(texts)
            rows = [sum((self._word(w) for w in re.findall(r"\w+", t.lower())), self._word("")) for t in texts]
        if not rows:
            return np.zeros((0, self._dimension), np.float32)
        matrix = np.stack(rows)
        return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), np.float32)

    def _word(self, word: str) -> Vectors:
        if word not in self._known:
            seed = int.from_bytes(hashlib.sha256(f"{self.name} {word}".encode()).digest()[:8], "big")
            self._known[word] = np.random.default_rng(seed).normal(size=self._dimension).astype(np.float32)
        return self._known[word]
