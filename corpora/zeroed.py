"""Memory that starts empty, for a library that writes to disk what it has not filled.

The vector index reserves room for vectors to come and writes the whole reservation to its files. What lies in it is
what this process kept there before: a question, an answer that was held back. Where the C library can be told to hand
out memory filled with zeros (glibc), it is told so while the index works; elsewhere nothing changes.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

#: M_PERTURB of glibc's malloc.h. Memory is handed out filled with the complement of the byte that is set.
_PERTURB, _ZEROS, _OFF = -6, 0xFF, 0
#: Seconds for which the index may still be writing on threads of its own after a call that makes it write.
LINGER = 5.0
_lock = threading.Lock()
_inside = 0
_until = 0.0
_waiting = False


@contextmanager
def zeroed(linger: float = 0.0) -> Iterator[None]:
    """While inside, and for `linger` seconds after, memory that C code of this process asks for holds zeros."""
    global _inside, _until
    with _lock:
        _inside += 1
        _tell(_ZEROS)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            _until = max(_until, time.monotonic() + linger)
            _end()


def _end() -> None:
    """Back to the usual, now or when it is time. Called under the lock."""
    global _waiting
    left = _until - time.monotonic()
    if _inside or _waiting:
        return
    if left <= 0:
        _tell(_OFF)
        return
    _waiting = True
    timer = threading.Timer(left, _later)
    timer.daemon = True
    timer.start()


def _later() -> None:
    global _waiting
    with _lock:
        _waiting = False
        _end()


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
