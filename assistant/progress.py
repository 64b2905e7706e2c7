"""What may be told of a turn before its answer has been judged: that a tool runs, never what the model wrote.

A model writes a tool's arguments as it writes an answer. Until the answer has its verdict nothing of either is
shown, so progress repeats only words that the user wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from assistant.toolbox import ToolCall
from guards.text import fold

#: Tools whose summary is made of what the library holds, not of what the model asked for.
_OWN_WORDS = frozenset({"search_documents", "read_page", "list_documents"})
_WORD = re.compile(r"\w+(?:[-.'’]\w+)*")
_LEFT_OUT = "…"


def sayable(arguments: Mapping[str, Any], question: str) -> dict[str, Any]:
    """The arguments of a call with only such words of their strings as stand in the question; numbers stay.

    >>> sayable({"query": "salinity duplicates EVIL", "k": 8}, "How good are the salinity duplicates?")
    {'query': 'salinity duplicates …', 'k': 8}
    """
    asked = {fold(word) for word in _WORD.findall(question)}

    def said(value: Any) -> Any:
        if isinstance(value, str):
            words = _WORD.findall(value)
            kept = [word for word in words if fold(word) in asked]
            return " ".join(kept if len(kept) == len(words) else [*kept, _LEFT_OUT])
        if isinstance(value, list | tuple):
            return [said(one) for one in value]
        return value if isinstance(value, bool | int | float) or value is None else _LEFT_OUT

    return {name: said(value) for name, value in arguments.items()}


def progress(call: ToolCall, question: str) -> ToolCall:
    """A finished call as progress may tell it."""
    summary = call.summary if call.ok and call.name in _OWN_WORDS else ""
    return replace(call, arguments=sayable(call.arguments, question), summary=summary, working=())


def silenced(call: ToolCall, names: Collection[str]) -> ToolCall:
    """A call of a turn whose answer was held back: that it was made, without a word that the model wrote.

    `names` are those of the turn's tools; the name of another is the model's own word.
    """
    name = call.name if call.name in names else _LEFT_OUT
    return replace(call, name=name, arguments={}, summary="", working=())
