"""A model's stream under watch: it begins in time, ends in time, and stops when the user does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from corpora.errors import ModelError, Stopped

T = TypeVar("T")

#: Set by the turn: when the event is, every stream of it ends.
CANCELLED: ContextVar[threading.Event | None] = ContextVar("leadline_cancelled", default=None)
_LOOK_S = 0.1


def stopped() -> Stopped:
    return Stopped("The turn was stopped.", "Ask again.")


def watched(start: Callable[[], Iterator[T]], name: str, first_s: float, total_s: float) -> Iterator[T]:
    """The parts of a stream as they come.

    The stream is read on a thread of its own, so that a server which says nothing is not waited for longer than
    allowed. That thread ends with the next part or with the client's own timeout; closing its stream is what tells
    the server to stop computing.

    Raises
    ------
    ModelError
        No first part within `first_s` seconds, or no end within `total_s` seconds after it.
    Stopped
        The turn's `CANCELLED` event is set.
    """
    parts: queue.SimpleQueue[tuple[str, T | BaseException | None]] = queue.SimpleQueue()
    ended = threading.Event()
    cancelled = CANCELLED.get()

    def read() -> None:
        try:
            for part in start():
                parts.put(("part", part))
                if ended.is_set():
                    return
            parts.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - raised again where the stream is waited for
            parts.put(("error", error))

    threading.Thread(target=read, name="leadline-model", daemon=True).start()
    begun = time.monotonic()
    limit, first = first_s, True
    try:
        while True:
            left = begun + limit - time.monotonic()
            if left <= 0:
                raise late(name, limit, first)
            try:
                kind, part = parts.get(timeout=min(left, _LOOK_S))
            except queue.Empty:
                if cancelled is not None and cancelled.is_set():
                    raise stopped() from None
                continue
            if cancelled is not None and cancelled.is_set():
                raise stopped()
            if kind == "end":
                return
            if kind == "error":
                assert isinstance(part, BaseException)
                raise part
            if first:
                begun, limit, first = time.monotonic(), total_s, False
            yield part  # type: ignore[misc]
    finally:
        ended.set()


def late(name: str, limit: float, first: bool) -> ModelError:
    """The error of a stream that did not begin, or did not end, within `limit` seconds."""
    if first:
        return ModelError(
            f"The model {name} said nothing within {limit:g} s: it is still loading, or too large for this machine.",
            "Ask again when it is loaded, raise load_timeout_s in the settings, or choose a smaller model.",
        )
    return ModelError(
        f"The model {name} was not done within {limit:g} s after its first word.",
        "Raise answer_timeout_s or lower max_tokens in the settings, or choose a smaller model.",
    )
