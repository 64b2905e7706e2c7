"""The records of the store of conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.records import plain


@dataclass(frozen=True)
class Conversation:
    """One conversation as a list shows it.

    created_at, updated_at: UTC, ISO 8601. turns: how many were finished. unfinished: the question of a turn that
    was begun and not ended, as after a crash; "" where there is none. parent: the conversation that this one was
    branched from, "" for none.
    """

    id: str
    title: str
    created_at: str
    updated_at: str
    turns: int
    owner: str = ""
    unfinished: str = ""
    parent: str = ""

    def to_json(self) -> dict[str, Any]:
        record: dict[str, Any] = plain(self)
        return record


@dataclass(frozen=True)
class Note:
    """What a reader noted on a turn. `turn` counts from 0; `thumb` is "up", "down" or ""."""

    turn: int
    thumb: str
    text: str
    at: str
