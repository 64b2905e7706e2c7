"""What the model remembers of a conversation: LangGraph's checkpoints, one for each finished turn.

The state of a thread is small and bounded: how many turns there were, and the last few as question and answer. That
is what a resumed conversation tells the model; what the reader sees are the full records beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, TypedDict

#: Earlier turns that the model is told; what lies further back is in the record, not in the prompt.
TURNS_TOLD = 4

Told = list[dict[str, str]]


class Remembered(TypedDict, total=False):
    """The state of a thread: `count` finished turns, `told` the last of them, oldest first."""

    count: int
    told: Told


class Memory:
    """Checkpoints on a connection that others write on too: what they have begun is committed with a checkpoint."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        from langgraph.checkpoint.sqlite import SqliteSaver
        from langgraph.graph import END, START, StateGraph

        self.saver = SqliteSaver(connection)
        self.saver.setup()
        graph = StateGraph(Remembered)
        graph.add_node("turn", _unchanged)
        graph.add_edge(START, "turn")
        graph.add_edge("turn", END)
        self._graph: Any = graph.compile(checkpointer=self.saver)

    def told(self, thread: str) -> tuple[int, Told]:
        """How many turns the last checkpoint counts, and the turns to tell the model."""
        values = self._graph.get_state(_at(thread)).values
        return int(values.get("count", 0)), list(values.get("told", ()))

    def remember(self, thread: str, count: int, turns: Sequence[tuple[str, str]]) -> None:
        """Write a checkpoint after `count` turns, the newest of which are `turns` (question, answer), oldest first."""
        told = [{"question": question, "answer": answer} for question, answer in turns[-TURNS_TOLD:]]
        self._graph.update_state(_at(thread), {"count": count, "told": told}, as_node="turn")

    def forget(self, thread: str) -> None:
        """Remove every checkpoint of a thread."""
        self.saver.delete_thread(thread)


def _unchanged(state: Remembered) -> Remembered:
    return {}


def _at(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread}}
