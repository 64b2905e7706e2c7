"""Memory that starts empty, for a library that writes to disk what it has not filled.

The vector index reserves room for vectors to come and writes the whole reservation to its files. What lies in it is
what this process kept there before: a question, an answer that was held back. Where the C library can be told to hand
out memory filled with zeros (glibc), it is told so while the index works; elsewhere nothing changes.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

#: M_PERTURB of glibc's malloc.h. Memory is handed out filled with the complement of the byte that is set.
_PERTURB, _ZEROS, _OFF = -6, 0xFF, 0
_lock = threading.Lock()
_inside = 0


@contextmanager
def zeroed() -> Iterator[None]:
    """While inside, memory that C code of this process asks for is filled with zeros."""
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            _tell(_ZEROS)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _tell(_OFF)


def _tell(value: int) -> None:
    mallopt = _mallopt()
    if mallopt is not None:
        mallopt(_PERTURB, value)


@lru_cache(maxsize=1)
def _mallopt() -> Any:
    """glibc's mallopt, or None on another system."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    # musl has a mallopt in no version; an allocator put in front of glibc's ignores what it is told.
    return getattr(library, "mallopt", None)
