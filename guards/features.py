"""Hashed word and character n-grams of a text: fast, without a vocabulary, the same in training and in use.

A text is folded first (`guards.text.fold`). Words give single words and pairs; the UTF-8 bytes of the text give runs
of 3, 4 and 5. Each is hashed into one of 2^15 places of its half, a place is 1 or 0, and the vector has length 1.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

#: Places for words and for character runs; the vector has 2 * HALF places.
HALF = 1 << 15
SIZE = 2 * HALF
_WORD = re.compile(r"\w+|[^\w\s]")
_RUNS = (3, 4, 5)
# Odd constants of a multiplicative hash (Knuth's golden ratio number and two primes of the FNV family).
_MIX = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(0x100000001B3)
_SHIFT = np.uint64(64 - 15)
#: Characters of a folded text that are looked at.
LIMIT = 4000


def places(folded: str) -> np.ndarray:
    """The places that a folded text sets, sorted, each once; int64, shape (n,), values below SIZE."""
    text = folded[:LIMIT]
    words = [zlib.crc32(word.encode()) for word in _WORD.findall(text)]
    hashes = np.array(words, dtype=np.uint64)
    pairs = hashes[:-1] * _PRIME + hashes[1:] if len(hashes) > 1 else hashes[:0]
    of_words = _scattered(np.concatenate([hashes, pairs + np.uint64(7)]))
    data = np.frombuffer(f" {text} ".encode(), dtype=np.uint8).astype(np.uint64)
    runs = [_run(data, length) for length in _RUNS if len(data) >= length]
    of_runs = _scattered(np.concatenate(runs)) + HALF if runs else of_words[:0]
    return np.unique(np.concatenate([of_words, of_runs]))


def linear(folded: str, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Scores of a folded text: `weights` of shape (heads, SIZE), `bias` of shape (heads,); float64, shape (heads,)."""
    at = places(folded)
    if at.size == 0:
        return np.asarray(bias, dtype=np.float64)
    total = weights[:, at].sum(axis=1, dtype=np.float64)
    return np.asarray(total / np.sqrt(at.size) + bias, dtype=np.float64)


def _run(data: np.ndarray, length: int) -> np.ndarray:
    """A number for each run of `length` bytes."""
    total = np.full(len(data) - length + 1, length, dtype=np.uint64)
    for place in range(length):
        total = total * _PRIME + data[place : len(data) - length + 1 + place]
    return total


def _scattered(values: np.ndarray) -> np.ndarray:
    """Numbers spread evenly over HALF places."""
    return ((values * _MIX) >> _SHIFT).astype(np.int64)
